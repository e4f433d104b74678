package render

import (
	"strings"

	"keywatch/internal/audit"
	"keywatch/internal/report"
)

// htmlVerdict is the outcome in words. Class names the worst of it.
type htmlVerdict struct{ Class, Words, Sentence string }

func newHTMLVerdict(r audit.Result) htmlVerdict {
	t, words := tallyOf(r), auditVerdict(r)
	v := htmlVerdict{Class: "pass", Words: strings.ToUpper(words[:1]) + words[1:], Sentence: auditScope(r)}
	switch {
	case t.statuses[report.Fail] > 0:
		v.Class = "fail"
	case t.statuses[report.Unknown] > 0 || len(r.Incomplete) > 0:
		v.Class = "unknown"
	case t.statuses[report.Excepted] > 0:
		v.Class = "excepted"
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
