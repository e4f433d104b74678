package audit

import (
	"time"

	"keywatch/internal/report"
	"keywatch/internal/watch"
)

// Result is what one run learned and decided about one account.
type Result struct {
	AccountID, Partition string
	Report               ReportInfo
	// AsOf is the point of judgement: ages and idle times count to it.
	AsOf time.Time
	// Findings holds every check's answer, passes too, sorted by user (root
	// first), slot and check.
	Findings   []report.Finding
	ActiveKeys int
	// Risky tells which checks, when failed, make a key worth watching.
	Risky map[report.CheckID]bool
	// Checks and Exceptions are the policy's.
	Checks     report.Policy
	Exceptions []report.Exception
	// Incomplete says, a sentence each, what was not looked at. Empty means
	// that everything was. A plan adds its own, see Plan.Incomplete.
	Incomplete []string
	// Learned is what the findings rest on beside the report.
	Learned Learned
	// Plan is nil where rules were not read.
	Plan *watch.Plan
}

// ReportInfo says which report was judged.
type ReportInfo struct {
	GeneratedAt time.Time // zero for a file, which does not carry it
	Content     []byte    // not to be changed
	SHA256      string    // hex, of the report's bytes
	Users       int       // root not counted
	Source      string    // "iam" or "file"
}

// Summary holds the sums of a result.
type Summary struct {
	ActiveKeys, RiskyKeys int
	// Findings counts failed findings; every severity is a key.
	Findings map[report.Severity]int
}

// Summary counts the result's findings.
func (r Result) Summary() Summary {
	s := Summary{ActiveKeys: r.ActiveKeys, Findings: map[report.Severity]int{}}
	for _, severity := range report.Severities() {
		s.Findings[severity] = 0
	}
	type key struct {
		user string
		slot int
		id   string // of a key that is in no slot
	}
	risky := map[key]bool{}
	for _, f := range r.Findings {
		if f.Status != report.Fail {
			continue
		}
		s.Findings[f.Severity]++
		if !r.Risky[f.Check] || !aboutKey(f) || f.Key.State == report.KeyGone || f.Key.State == report.KeyInactive {
			continue
		}
		if f.Slot != 0 {
			risky[key{user: f.User, slot: f.Slot}] = true
		} else {
			risky[key{user: f.User, id: f.Key.ID}] = true
		}
	}
	s.RiskyKeys = len(risky)
	return s
}

// Judged is what controls are assessed by.
func (r Result) Judged() report.Judged {
	return report.Judged{Findings: r.Findings, Exceptions: r.Exceptions, Policy: r.Checks, AsOf: r.AsOf, RulesRead: r.RulesRead()}
}

// RulesRead tells that the run knew from its rules when keys fell asleep, which
// KeyReawakened needs; also of a run that is judged again, and has no plan.
func (r Result) RulesRead() bool { return r.Plan != nil || r.Learned.RulesRead }

// IncompleteReasons joins the result's own reasons and its plan's.
func (r Result) IncompleteReasons() []string {
	reasons := append([]string{}, r.Incomplete...)
	if r.Plan != nil {
		reasons = append(reasons, r.Plan.Incomplete...)
	}
	return reasons
}

// Complete tells that everything was looked at and nothing held back.
func (r Result) Complete() bool { return len(r.IncompleteReasons()) == 0 }
