package render

import (
	"slices"
	"strings"

	"keywatch/internal/audit"
	"keywatch/internal/report"
)

// htmlFindings is the table of findings and what it can be filtered by.
type htmlFindings struct {
	Listed, Unlisted int // the latter passed
	// Chunks are the rows, some of them at a time: a browser lays out only those
	// in sight.
	Chunks     [][]htmlRow
	Severities []htmlChoice
	Statuses   []htmlChoice
	Checks     []htmlChoice
	Excepted   bool // some row tells of an exception
}

// htmlChoice is a value of a filter and how many rows have it.
type htmlChoice struct {
	Name string
	Rows int
}

// htmlRow is one finding. What it lacks is empty.
type htmlRow struct {
	Status, Severity string
	// Verdict is one of the two above, Other the other.
	Verdict, Other string
	User, Path     string
	Slot           string
	KeyIDs         []string
	KeyState       string
	Age, Idle      string
	Used, UsedBy   string
	Check, Reason  string
	Controls       []htmlControlList
	Exception      *htmlException
}

const (
	rowsAtATime = 50
	// mostAtOnce is how many rows a browser lays out in no time. The script knows
	// it, too.
	mostAtOnce = 500
)

// Most is mostAtOnce, and Long tells that there are more rows.
func (f htmlFindings) Most() int  { return mostAtOnce }
func (f htmlFindings) Long() bool { return f.Listed > mostAtOnce }

func newHTMLFindings(r audit.Result, o Options, known waivers) htmlFindings {
	var all htmlFindings
	severities, statuses, checks := map[string]int{}, map[string]int{}, map[string]int{}
	controls := controlLists(o.Frameworks)
	var rows []htmlRow
	for f := range listed(r, o) {
		row := newHTMLRow(f, newFindingDoc(f, r.AsOf, nil))
		row.Controls = controls[f.Check]
		if f.Exception != nil {
			row.Exception = known.of(f.Exception, r.AsOf)
			all.Excepted = true
		}
		severities[row.Severity]++
		statuses[row.Status]++
		checks[row.Check]++
		rows = append(rows, row)
	}
	all.Listed, all.Unlisted = len(rows), len(r.Findings)-len(rows)
	all.Chunks = slices.Collect(slices.Chunk(rows, rowsAtATime))
	for _, severity := range report.Severities() {
		all.Severities = append(all.Severities, htmlChoice{severity.String(), severities[severity.String()]})
	}
	for _, status := range []report.Status{report.Fail, report.Unknown, report.Excepted, report.Pass} {
		if n := statuses[string(status)]; n > 0 || status != report.Pass {
			all.Statuses = append(all.Statuses, htmlChoice{string(status), n})
		}
	}
	for _, check := range report.Checks() {
		if n := checks[string(check.ID)]; n > 0 {
			all.Checks = append(all.Checks, htmlChoice{string(check.ID), n})
		}
	}
	return all
}

func newHTMLRow(f report.Finding, doc findingDoc) htmlRow {
	row := htmlRow{
		Status:   doc.Status,
		Severity: doc.Severity,
		Verdict:  verdict(doc),
		Other:    doc.Severity,
		User:     clean(user(doc)),
		Path:     clean(pathIn(doc.ARN)),
		Age:      number(doc.AgeDays),
		Idle:     number(doc.IdleDays),
		Check:    doc.Check,
		Reason:   clean(doc.Reason),
	}
	if doc.Slot != 0 {
		row.Slot = slot(doc)
	}
	if row.Verdict == doc.Severity {
		row.Other = doc.Status
	}
	for _, id := range append(doc.CandidateKeyIDs, doc.AccessKeyID) {
		if id != "" {
			row.KeyIDs = append(row.KeyIDs, clean(id))
		}
	}
	if state := keyState(doc); state != "active" && state != none {
		row.KeyState = clean(state)
	}
	switch {
	case doc.LastUsedAt != "":
		row.Used = strings.Replace(doc.LastUsedAt, "T", " ", 1)
		row.UsedBy = clean(strings.Join(slices.DeleteFunc([]string{doc.LastUsedService, doc.LastUsedRegion}, func(s string) bool { return s == "" }), ", "))
	case !f.CreatedAt.IsZero():
		row.Used = "no use on record"
	}
	return row
}

// pathIn is the IAM path in a user's ARN, "" where it is the path of most.
func pathIn(arn string) string {
	_, name, _ := strings.Cut(arn, ":user/")
	if last := strings.LastIndex(name, "/"); last >= 0 {
		return "/" + name[:last+1]
	}
	return ""
}
