package render

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"strconv"
	"strings"

	"keywatch/internal/audit"
	"keywatch/internal/report"
)

// auditJUnit writes a test report as Jenkins, GitLab and GitHub read it: a suite
// for every check that was asked and a test for every answer, passes too, since a
// suite without them says nothing. A check without an answer is an error, what is
// excepted is skipped, and what was not looked at makes the first suite fail. It
// keeps to the rules of Jenkins' junit-10.xsd.
func auditJUnit(out *bytes.Buffer, r audit.Result, o Options) error {
	o.All = true
	all := junitSuites{Name: "keywatch " + clean(r.AccountID), Time: "0"}
	suites, names := map[string]int{}, map[[2]string]int{}
	suite := func(name string) *junitSuite {
		i, ok := suites[name]
		if !ok {
			i = len(all.Suites)
			suites[name] = i
			all.Suites = append(all.Suites, junitSuite{Name: name, Time: "0", Timestamp: r.AsOf.UTC().Format("2006-01-02T15:04:05"), Properties: junitProperties(r, o)})
		}
		return &all.Suites[i]
	}
	suite(completeness).Cases = completenessCases(r)
	for _, check := range asked(r) {
		suite(string(check))
	}
	for _, rec := range records(r, o) {
		if rec.Check == completeness {
			continue
		}
		c := newJUnitCase(rec)
		name := [2]string{rec.Check, c.Name}
		if names[name]++; names[name] > 1 {
			c.Name = fmt.Sprintf("%s (%d)", c.Name, names[name])
		}
		s := suite(rec.Check)
		s.Cases = append(s.Cases, c)
	}
	for i := range all.Suites {
		s := &all.Suites[i]
		s.count()
		all.Tests, all.Failures, all.Errors = all.Tests+s.Tests, all.Failures+s.Failures, all.Errors+s.Errors
	}
	doc, err := xml.MarshalIndent(all, "", "  ")
	if err != nil {
		return err
	}
	out.WriteString(xml.Header)
	out.Write(bytes.ReplaceAll(doc, []byte("&#xA;"), []byte("\n"))) // attributes hold none, being clean
	out.WriteByte('\n')
	return nil
}

// asked are the checks that the findings hold answers to, if there were any.
func asked(r audit.Result) []report.CheckID {
	var checks []report.CheckID
	for _, c := range report.Checks() {
		if !r.Checks.Disabled[c.ID] && (c.ID != report.KeyReawakened || r.RulesRead()) {
			checks = append(checks, c.ID)
		}
	}
	return checks
}

func junitProperties(r audit.Result, o Options) []junitProperty {
	var all []junitProperty
	for _, p := range []junitProperty{
		{"account_id", r.AccountID},
		{"partition", r.Partition},
		{"report_generated_at", stamp(r.Report.GeneratedAt)},
		{"report_sha256", r.Report.SHA256},
		{"report_source", r.Report.Source},
		{"as_of", stamp(r.AsOf)},
		{"complete", strconv.FormatBool(len(r.Incomplete) == 0)},
		{"tool_version", o.Version},
	} {
		all = append(all, junitProperty{p.Name, clean(p.Value)})
	}
	return all
}

// completenessCases hold an error for each reason why not everything was looked at.
func completenessCases(r audit.Result) []junitCase {
	if len(r.Incomplete) == 0 {
		return []junitCase{{Class: completeness, Name: "everything was looked at", Time: "0"}}
	}
	var cases []junitCase
	for i, reason := range r.Incomplete {
		cases = append(cases, junitCase{
			Class: completeness, Name: fmt.Sprintf("reason %d", i+1), Time: "0",
			Error: &junitOutcome{Type: incomplete, Message: clean(reason)},
		})
	}
	return cases
}

// newJUnitCase names the test by user and credential and by nothing that changes
// from run to run, so that its history can be followed.
func newJUnitCase(rec record) junitCase {
	c := junitCase{Class: rec.Check, Name: clean(rec.name()), Time: "0"}
	outcome := &junitOutcome{Message: clean(rec.Reason), Text: rec.details()}
	switch report.Status(rec.Status) {
	case report.Pass:
	case report.Excepted:
		outcome.Type, outcome.Message = rec.Status, clean(rec.waiver())
		c.Skipped = outcome
	case report.Fail:
		outcome.Type = rec.Severity
		c.Failure = outcome
	default:
		outcome.Type = rec.Status
		c.Error = outcome
	}
	return c
}

// name is whom the finding is about.
func (r record) name() string {
	switch {
	case r.Certificate != 0:
		return fmt.Sprintf("%s, certificate %d", r.User, r.Certificate)
	case r.User == "" && r.Exception != nil:
		return fmt.Sprintf("exception for %s (ticket %s)", r.Exception.For, r.Exception.Ticket)
	}
	return r.about()
}

// details are lines for people who look into one test.
func (r record) details() string {
	var b strings.Builder
	b.WriteByte('\n')
	line := func(name, value string) {
		if value != "" {
			fmt.Fprintf(&b, "%s: %s\n", name, clean(value))
		}
	}
	line("found", r.Reason)
	line("fix", r.Fix)
	line("guide", r.Guide)
	line("arn", r.ARN)
	line("key", strings.Join(r.keys(), orKey+" "))
	line("history", history(r.findingDoc))
	line("controls", strings.Join(r.Controls, ", "))
	return b.String()
}
