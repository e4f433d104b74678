package story

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Schema is what a document that Read reads says in its member "schema".
const Schema = "keywatch/audit/v1"

// document is as much of the contract as a story needs. Members that a missing
// value would be mistaken for are pointers. Later versions may add members.
type document struct {
	Schema      string
	ToolVersion string `json:"tool_version"`
	AccountID   string `json:"account_id"`
	Report      *struct {
		GeneratedAt string `json:"generated_at"`
		SHA256      string
	}
	AsOf              string `json:"as_of"`
	Complete          *bool
	IncompleteReasons []string `json:"incomplete_reasons"`
	Summary           *struct {
		ActiveKeys *int `json:"active_keys"`
	}
	Findings []finding // nil where the member is not there
}

type finding struct {
	Check, Status, Severity string
	User, ARN               *string
	Slot                    int
	AccessKeyID             string   `json:"access_key_id"`
	CandidateKeyIDs         []string `json:"candidate_key_ids"`
	CreatedAt               string   `json:"created_at"`
	LastUsedAt              string   `json:"last_used_at"`
	LastUsedService         string   `json:"last_used_service"`
	LastUsedRegion          string   `json:"last_used_region"`
	Reason                  string
	Exception               *struct{ For, Reason, Owner, Ticket, Expires string }
}

// Read reads a document keywatch/audit/v1, such as findings.json of a bundle. A
// document that is not whole, or says what no such document says, is an error,
// and the Run is then its zero value.
func Read(data []byte) (Run, error) {
	var doc document
	if err := json.Unmarshal(data, &doc); err != nil {
		return Run{}, fmt.Errorf("story: %w", unreadable(data, err))
	}
	run, err := doc.run()
	if err != nil {
		return Run{}, fmt.Errorf("story: %w", err)
	}
	return run, nil
}

func unreadable(data []byte, err error) error {
	if len(strings.TrimSpace(string(data))) == 0 {
		return errors.New("the document is empty")
	}
	syntax, ok := errors.AsType[*json.SyntaxError](err)
	switch {
	case ok && syntax.Offset >= int64(len(data)):
		return fmt.Errorf("the document is cut short after %d bytes: %w", len(data), err)
	case ok:
		return fmt.Errorf("the document is no JSON, at offset %d: %w", syntax.Offset, err)
	}
	return fmt.Errorf("the document is no %s: %w", Schema, err)
}

func (d document) run() (Run, error) {
	const lacks = "the document has no member %q: it is not whole"
	switch {
	case d.Schema != Schema:
		return Run{}, fmt.Errorf("the document's schema is %q, not %q: give the findings.json of a bundle, or what scanner audit --all -o json printed", d.Schema, Schema)
	case len(d.AccountID) != 12 || strings.Trim(d.AccountID, "0123456789") != "":
		return Run{}, fmt.Errorf("account_id %q is not 12 digits", d.AccountID)
	case d.Report == nil:
		return Run{}, fmt.Errorf(lacks, "report")
	case d.Complete == nil:
		return Run{}, fmt.Errorf(lacks, "complete")
	case *d.Complete != (len(d.IncompleteReasons) == 0):
		return Run{}, fmt.Errorf("the document says complete: %t and gives %d reasons why it is not", *d.Complete, len(d.IncompleteReasons))
	case d.Summary == nil || d.Summary.ActiveKeys == nil:
		return Run{}, fmt.Errorf(lacks, "summary.active_keys")
	case *d.Summary.ActiveKeys < 0:
		return Run{}, fmt.Errorf("summary.active_keys is %d", *d.Summary.ActiveKeys)
	case d.Findings == nil:
		return Run{}, fmt.Errorf(lacks, "findings")
	}
	run := Run{
		AccountID: d.AccountID, ToolVersion: d.ToolVersion, ReportSHA256: d.Report.SHA256,
		Complete: *d.Complete, IncompleteReasons: d.IncompleteReasons, ActiveKeys: *d.Summary.ActiveKeys,
		Findings: make([]Finding, 0, len(d.Findings)),
	}
	var errs [2]error
	run.AsOf, errs[0] = readTime("as_of", d.AsOf)
	run.GeneratedAt, errs[1] = readTime("report.generated_at", d.Report.GeneratedAt)
	if run.AsOf.IsZero() && errs[0] == nil {
		errs[0] = fmt.Errorf(lacks, "as_of")
	}
	if err := errors.Join(errs[:]...); err != nil {
		return Run{}, err
	}
	for i, f := range d.Findings {
		read, err := f.read()
		if err != nil {
			return Run{}, fmt.Errorf("finding %d (%s): %w", i+1, f.Check, err)
		}
		run.Findings = append(run.Findings, read)
	}
	return run, nil
}

func (f finding) read() (Finding, error) {
	read := Finding{
		Check: f.Check, Status: Status(f.Status), Severity: Severity(f.Severity),
		Slot: f.Slot, KeyID: f.AccessKeyID, Candidates: slices.Sorted(slices.Values(f.CandidateKeyIDs)),
		LastUsedService: f.LastUsedService, LastUsedRegion: f.LastUsedRegion, Reason: f.Reason,
	}
	switch {
	case f.Check == "":
		return Finding{}, errors.New("it names no check")
	case !slices.Contains([]Status{Fail, Pass, Unknown, Excepted}, read.Status):
		return Finding{}, fmt.Errorf("unknown status %q", f.Status)
	case !slices.Contains(Severities(), read.Severity):
		return Finding{}, fmt.Errorf("unknown severity %q", f.Severity)
	case f.User == nil || f.ARN == nil:
		return Finding{}, errors.New("it has no user or no ARN")
	case f.Slot < 0 || f.Slot > 2:
		return Finding{}, fmt.Errorf("there is no slot %d", f.Slot)
	case f.AccessKeyID != "" && len(f.CandidateKeyIDs) > 0:
		return Finding{}, errors.New("it has an access_key_id and candidate_key_ids")
	}
	read.User, read.ARN = *f.User, *f.ARN
	var errs [3]error
	read.CreatedAt, errs[0] = readTime("created_at", f.CreatedAt)
	read.LastUsedAt, errs[1] = readTime("last_used_at", f.LastUsedAt)
	if x := f.Exception; x != nil {
		read.Exception = &Exception{For: x.For, Reason: x.Reason, Owner: x.Owner, Ticket: x.Ticket}
		if read.Exception.Expires, errs[2] = time.Parse(time.DateOnly, x.Expires); errs[2] != nil {
			errs[2] = fmt.Errorf("exception.expires %q is not a day like 2026-01-31", x.Expires)
		}
	} else if read.Status == Excepted {
		errs[2] = errors.New("it is excepted and names no exception")
	}
	if err := errors.Join(errs[:]...); err != nil {
		return Finding{}, err
	}
	return read, nil
}

func readTime(member, text string) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	t, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return time.Time{}, fmt.Errorf("%s %q is not a time like 2026-01-31T00:00:00Z", member, text)
	}
	return t.UTC(), nil
}
