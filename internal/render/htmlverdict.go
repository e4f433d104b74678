package render

import (
	"fmt"

	"keywatch/internal/audit"
	"keywatch/internal/report"
)

// htmlVerdict is the outcome in words. Class names the worst of it.
type htmlVerdict struct{ Class, Words, Sentence string }

func newHTMLVerdict(r audit.Result) htmlVerdict {
	t := tallyOf(r)
	v := htmlVerdict{Sentence: AuditSentence(r)}
	failed := t.statuses[report.Fail]
	switch {
	case failed > 0:
		v.Class = "fail"
		v.Words = count(failed, "failed check")
		for _, severity := range []report.Severity{report.Critical, report.High} {
			if n := t.severities[severity]; n > 0 {
				v.Words += fmt.Sprintf(", %d of them %s", n, severity)
				break
			}
		}
	case t.statuses[report.Unknown] > 0:
		v.Class = "unknown"
		v.Words = fmt.Sprintf("Nothing failed, and %s could not be answered", count(t.statuses[report.Unknown], "check"))
	case len(r.Incomplete) > 0:
		v.Class = "unknown"
		v.Words = "Nothing failed in what could be looked at"
	case t.statuses[report.Excepted] > 0:
		v.Class = "excepted"
		v.Words = fmt.Sprintf("Nothing failed but %s", counted(t.statuses[report.Excepted], "check that is excepted", "checks that are excepted"))
	default:
		v.Class = "pass"
		v.Words = "No findings: every check passed"
	}
	if len(r.Incomplete) > 0 {
		v.Words += ". The audit is incomplete."
	}
	return v
}

// htmlCount is a line of the table of counts.
type htmlCount struct {
	Severity                             string // "" for the sum
	Fail, Unknown, Excepted, Pass, Total int
}

func htmlCounts(r audit.Result) []htmlCount {
	var counts []htmlCount
	for _, severity := range report.Severities() {
		c := htmlCount{Severity: severity.String()}
		for _, f := range r.Findings {
			if f.Severity == severity {
				c.add(f.Status)
			}
		}
		counts = append(counts, c)
	}
	sum := htmlCount{}
	for _, f := range r.Findings {
		sum.add(f.Status)
	}
	return append(counts, sum)
}

func (c *htmlCount) add(status report.Status) {
	c.Total++
	switch status {
	case report.Fail:
		c.Fail++
	case report.Pass:
		c.Pass++
	case report.Excepted:
		c.Excepted++
	default:
		c.Unknown++
	}
}
