package render

import (
	"iter"
	"slices"
	"strings"
	"time"

	"keywatch/internal/audit"
	"keywatch/internal/report"
)

// auditDoc is the contract keywatch/audit/v1. Slices are never nil, so that
// they are never null.
type auditDoc struct {
	Schema            string       `json:"schema"`
	ToolVersion       string       `json:"tool_version"`
	AccountID         string       `json:"account_id"`
	Partition         string       `json:"partition"`
	Report            reportDoc    `json:"report"`
	AsOf              string       `json:"as_of"`
	Complete          bool         `json:"complete"`
	IncompleteReasons []string     `json:"incomplete_reasons"`
	Summary           summaryDoc   `json:"summary"`
	Controls          []controlDoc `json:"controls"` // of the frameworks asked for
	Findings          []findingDoc `json:"findings"`
	// Story is what happened since the last run, where that is known.
	Story *storyDoc `json:"story,omitempty"`
}

type reportDoc struct {
	GeneratedAt *string `json:"generated_at"` // null for a file
	SHA256      string  `json:"sha256"`
	Users       int     `json:"users"`
	Source      string  `json:"source"`
}

type summaryDoc struct {
	ActiveKeys int           `json:"active_keys"`
	RiskyKeys  int           `json:"risky_keys"`
	Findings   severitiesDoc `json:"findings"`
}

// severitiesDoc names every severity, also one without findings.
type severitiesDoc struct {
	Critical int `json:"critical"`
	High     int `json:"high"`
	Medium   int `json:"medium"`
	Low      int `json:"low"`
}

type findingDoc struct {
	Check           string   `json:"check"`
	Status          string   `json:"status"`
	Severity        string   `json:"severity"`
	User            string   `json:"user"`
	ARN             string   `json:"arn"`
	Slot            int      `json:"slot,omitempty"`
	AccessKeyID     string   `json:"access_key_id,omitempty"`
	Ambiguous       bool     `json:"ambiguous"`
	CandidateKeyIDs []string `json:"candidate_key_ids"`
	KeyState        string   `json:"key_state,omitempty"`
	CreatedAt       string   `json:"created_at,omitempty"`
	LastUsedAt      string   `json:"last_used_at,omitempty"`
	LastUsedService string   `json:"last_used_service,omitempty"`
	LastUsedRegion  string   `json:"last_used_region,omitempty"`
	AgeDays         *int     `json:"age_days,omitempty"` // a pointer: 0 days is said
	IdleDays        *int     `json:"idle_days,omitempty"`
	Reason          string   `json:"reason"`
	Controls        []string `json:"controls"`
	// Exception is what waives the finding, or what the finding is about.
	Exception *exceptionDoc `json:"exception,omitempty"`
}

type exceptionDoc struct {
	For     string `json:"for"` // in words
	Reason  string `json:"reason"`
	Owner   string `json:"owner"`
	Ticket  string `json:"ticket"`
	Expires string `json:"expires"` // the last day on which it counts
}

func newExceptionDoc(e *report.Exception) *exceptionDoc {
	if e == nil {
		return nil
	}
	return &exceptionDoc{For: e.Subject(), Reason: e.Reason, Owner: e.Owner, Ticket: e.Ticket, Expires: e.Expires.Format(time.DateOnly)}
}

func newAuditDoc(r audit.Result, o Options) auditDoc {
	sums := r.Summary()
	doc := auditDoc{
		Schema:      "keywatch/audit/v1",
		ToolVersion: o.Version,
		AccountID:   r.AccountID,
		Partition:   r.Partition,
		Report:      reportDoc{SHA256: r.Report.SHA256, Users: r.Report.Users, Source: r.Report.Source},
		AsOf:        stamp(r.AsOf),
		// The plan has reasons of its own, and its own place for them.
		Complete:          len(r.Incomplete) == 0,
		IncompleteReasons: list(r.Incomplete),
		Summary: summaryDoc{
			ActiveKeys: sums.ActiveKeys,
			RiskyKeys:  sums.RiskyKeys,
			Findings: severitiesDoc{
				Critical: sums.Findings[report.Critical],
				High:     sums.Findings[report.High],
				Medium:   sums.Findings[report.Medium],
				Low:      sums.Findings[report.Low],
			},
		},
		Controls: controlDocs(assess(r, o.Frameworks)),
		Findings: []findingDoc{},
	}
	if at := stamp(r.Report.GeneratedAt); at != "" {
		doc.Report.GeneratedAt = &at
	}
	if o.Story != nil {
		told := newStoryDoc(*o.Story, o)
		doc.Story = &told
	}
	controls := report.ControlsOf()
	for f := range listed(r, o) {
		doc.Findings = append(doc.Findings, newFindingDoc(f, r.AsOf, controls[f.Check]))
	}
	return doc
}

// listed are the findings that every format shows.
func listed(r audit.Result, o Options) iter.Seq[report.Finding] {
	return func(yield func(report.Finding) bool) {
		for _, f := range r.Findings {
			if (o.All || f.Status != report.Pass) && !yield(f) {
				return
			}
		}
	}
}

func newFindingDoc(f report.Finding, asOf time.Time, controls []string) findingDoc {
	doc := findingDoc{
		Check:           string(f.Check),
		Status:          string(f.Status),
		Severity:        f.Severity.String(),
		User:            f.User,
		ARN:             f.ARN,
		Slot:            f.Slot,
		AccessKeyID:     f.Key.ID,
		CandidateKeyIDs: []string{},
		CreatedAt:       stamp(f.CreatedAt),
		LastUsedAt:      stamp(f.LastUsedAt),
		LastUsedService: f.LastUsedService,
		LastUsedRegion:  f.LastUsedRegion,
		Reason:          f.Reason,
		Controls:        list(controls),
		Exception:       newExceptionDoc(f.Exception),
	}
	if days, ok := f.AgeDays(asOf); ok {
		doc.AgeDays = &days
	}
	if days, ok := f.IdleDays(asOf); ok {
		doc.IdleDays = &days
	}
	switch f.Key.State {
	case report.KeyNotAsked, report.KeyFound:
		return doc
	case report.KeyAmbiguous:
		doc.Ambiguous = true
		doc.AccessKeyID = ""
		doc.CandidateKeyIDs = list(f.Key.Candidates)
		slices.Sort(doc.CandidateKeyIDs)
	default:
		doc.KeyState = string(f.Key.State)
	}
	if f.Key.Why != "" {
		doc.Reason = strings.TrimSuffix(doc.Reason, ".") + "; " + f.Key.Why
	}
	return doc
}

// stamp is the time as every format writes it, "" for the zero time.
func stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}

// list copies a slice and is never nil.
func list(s []string) []string { return append([]string{}, s...) }
