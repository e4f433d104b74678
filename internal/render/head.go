package render

import (
	"fmt"
	"strings"
	"time"

	"keywatch/internal/audit"
	"keywatch/internal/report"
)

// auditHead says what was judged and how it came out. Reasons why that is not
// the whole truth come right under it.
func auditHead(p page, r audit.Result, o Options) {
	accountHead(p, r, o)
	p.para("Findings    ", bold, tallyOf(r).String())
	incompleteHead(p, r.Incomplete)
}

// accountHead is the part of the head that audits and plans share.
func accountHead(p page, r audit.Result, o Options) {
	for _, fact := range facts(r, o) {
		p.para(fmt.Sprintf("%-12s", fact.Name), bold, fact.Value)
	}
}

func incompleteHead(p page, reasons []string) {
	if len(reasons) == 0 {
		return
	}
	p.gap()
	p.para("INCOMPLETE  ", alarmed, incompleteMeaning)
	for _, reason := range reasons {
		p.para("  ! ", alarmed, reason)
	}
}

const incompleteMeaning = "This is not the whole picture:"

type fact struct{ Name, Value string }

// facts say which account was judged by which report.
func facts(r audit.Result, o Options) []fact {
	account := r.AccountID
	if r.Partition != "aws" {
		account += " (partition " + r.Partition + ")"
	}
	if r.Report.Source == "" { // no report was judged, as in a teardown
		return []fact{{"Account", account}}
	}
	facts := []fact{{"Account", account}, {"Report", reportTime(r.Report, o.Now)}}
	if !r.AsOf.Equal(r.Report.GeneratedAt) {
		facts = append(facts, fact{"Judged at", stamp(r.AsOf)})
	}
	return append(facts, fact{"Checked", fmt.Sprintf("%s, %s, of which %d risky",
		count(r.Report.Users, "user"), count(r.ActiveKeys, "active key"), r.Summary().RiskyKeys)})
}

// reportTime says when the report was made and how old it is at now.
func reportTime(info audit.ReportInfo, now time.Time) string {
	at := stamp(info.GeneratedAt)
	switch {
	case at == "" && info.Source == "file":
		return "read from a file, which does not say when it was made"
	case at == "":
		return "does not say when it was made"
	case now.IsZero():
		return at
	}
	age := now.Sub(info.GeneratedAt)
	if age < 0 {
		return at + ", " + span(-age) + " ahead of this machine's clock"
	}
	return at + ", " + span(age) + " old"
}

// span is a duration in its two largest units, rounded down.
func span(d time.Duration) string {
	minutes := int(d / time.Minute)
	hours, days := minutes/60, minutes/60/24
	switch {
	case days > 0:
		return fmt.Sprintf("%dd %dh", days, hours%24)
	case hours > 0:
		return fmt.Sprintf("%dh %dm", hours, minutes%60)
	}
	return fmt.Sprintf("%dm", minutes)
}

// tally counts findings: failed ones by severity, the others by status.
type tally struct {
	severities map[report.Severity]int
	statuses   map[report.Status]int
}

func tallyOf(r audit.Result) tally {
	t := tally{severities: r.Summary().Findings, statuses: map[report.Status]int{}}
	for _, f := range r.Findings {
		t.statuses[f.Status]++
	}
	return t
}

// String names every severity and status, also those that count nothing.
func (t tally) String() string {
	var failed []string
	for _, severity := range report.Severities() {
		failed = append(failed, fmt.Sprintf("%d %s", t.severities[severity], severity))
	}
	return fmt.Sprintf("%s; %d unknown, %d excepted, %d passed", strings.Join(failed, ", "),
		t.statuses[report.Unknown], t.statuses[report.Excepted], t.statuses[report.Pass])
}
