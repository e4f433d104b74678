package render

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"keywatch/internal/audit"
	"keywatch/internal/report"
	"keywatch/internal/watch"
)

// many is an account with so many users, root and two exceptions, judged by the
// checks themselves. It has answers of every status.
func many(users int) audit.Result {
	asOf := at("2026-11-20T06:00:00Z")
	ago := func(days int) time.Time { return asOf.AddDate(0, 0, -days) }
	key := func(age, idle int) report.Slot {
		return report.Slot{Active: true, LastRotated: ago(age), LastUsed: ago(idle), LastUsedService: "s3", LastUsedRegion: "eu-west-1"}
	}
	rows := []report.Row{{
		User: report.RootUser, ARN: "arn:aws:iam::111122223333:root", CreatedAt: ago(4000),
		Password: report.Password{Enabled: true, LastUsed: ago(3)}, Slots: [2]report.Slot{key(3000, 400)},
	}}
	for i := range users {
		name := fmt.Sprintf("service-account-%04d", i)
		row := report.Row{User: name, ARN: "arn:aws:iam::111122223333:user/teams/" + name, CreatedAt: ago(900 - i%300)}
		row.Password.Enabled, row.Password.LastChanged, row.MFA = i%2 == 0, ago(i%200), i%3 > 0
		row.Slots[0] = key(i%400-1, i%100-1) // some are of tomorrow, which nobody can judge
		row.Slots[1] = key((i+200)%400, i%70)
		row.Certificates = [2]report.Certificate{{Active: i%5 == 0, LastRotated: ago(800)}, {Active: i%7 == 0, LastRotated: ago(900)}}
		row.HasAdditional = i%4 == 0
		rows = append(rows, row)
	}
	exceptions := []report.Exception{
		{User: "service-account-??1?", Checks: []report.CheckID{report.KeyUnrotated, report.KeyStale}, Reason: "moves to roles", Owner: "ops", Ticket: "SEC-7", Expires: ago(-30)},
		{User: "nobody", Checks: []report.CheckID{report.ConsoleMFA}, Reason: "left", Owner: "ops", Ticket: "SEC-8", Expires: ago(1)},
	}
	policy := report.DefaultPolicy()
	findings := report.Except(report.Evaluate(rows, policy, asOf), exceptions, asOf)
	findings = report.Insert(findings, report.ExceptionFindings(findings, exceptions, policy, asOf)...)
	for i := range findings {
		if f := &findings[i]; f.Slot != 0 && f.User != report.RootUser {
			f.Key = report.KeyRef{State: report.KeyFound, ID: fmt.Sprintf("AKIA%016X", i)}
		}
	}
	return audit.Result{
		AccountID: "111122223333", Partition: "aws", AsOf: asOf, ActiveKeys: 2*users + 1,
		Report: audit.ReportInfo{GeneratedAt: asOf, SHA256: "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08", Users: users, Source: "iam"},
		Checks: policy, Exceptions: exceptions, Findings: findings,
		Risky: map[report.CheckID]bool{report.RootAccessKey: true, report.KeyStale: true, report.KeyUnrotated: true},
	}
}

// fromFile is what a saved report tells: no time of its own and no key IDs.
func fromFile() audit.Result {
	r := many(3)
	r.Report.GeneratedAt, r.Report.Source = time.Time{}, "file"
	for i := range r.Findings {
		r.Findings[i].Key = report.KeyRef{}
	}
	return r
}

// hostile are texts that programs have taken for more than text.
func hostile() []string {
	return []string{
		"=1+1", "@SUM(A1:A9)", "+cmd|' /C calc'!A0", "-2+3", "\t=1+1", "\r=1+1", " =1+1", "＝1+1", "_x003D_1+1", "'=1+1",
		"a\x00b", "a\x1b[2Jb", "a\u202eb", "a\ufffeb", "a\xffb", "]]>", "<f>1+1</f>", "&#61;1+1", `"><script>`, "a\nb", "\U0001f4a9", "{{7*7}}",
	}
}

// spoilt is soiled with the exceptions' texts spoilt, too.
func spoilt(s string) audit.Result {
	r := soiled(s)
	x := report.Exception{User: s, Checks: []report.CheckID{report.KeyUnrotated}, Reason: s, Owner: s, Ticket: s, Expires: at("2026-11-30T00:00:00Z")}
	r.Exceptions = []report.Exception{x, {Key: s, Reason: s, Owner: s, Ticket: s}, {Path: s, Reason: s, Owner: s, Ticket: s, Expires: x.Expires}}
	for i := range r.Findings {
		if r.Findings[i].Exception != nil {
			r.Findings[i].Exception = &r.Exceptions[0]
		}
	}
	r.Report.SHA256 = s
	return r
}

// TestSameResultSameBytes holds that nothing hangs on the order of a map or on when
// a result is written.
func TestSameResultSameBytes(t *testing.T) {
	o := options(0)
	o.All, o.Settings = true, "version: 1\n"
	for _, format := range Formats() {
		first := written(t, writeAudit, format, many(50), o)
		for range 5 {
			if written(t, writeAudit, format, many(50), o) != first {
				t.Errorf("%s differs from time to time", format)
				break
			}
		}
		if slices.Contains([]string{"xlsx", "junit", "ocsf", "asff"}, format) { // others tell the report's age
			later := o
			later.Now = o.Now.Add(time.Hour)
			if written(t, writeAudit, format, many(50), later) != first {
				t.Errorf("%s differs an hour later", format)
			}
		}
	}
}

// TestFormatsThatPlansLackTellWhyThePlanIsIncomplete: they are exported beside a
// document that does.
func TestFormatsThatPlansLackTellWhyThePlanIsIncomplete(t *testing.T) {
	r := withPlan(spotless())
	r.Plan.Incomplete = []string{"the topic of us-east-1 is missing"}
	for _, format := range []string{"html", "junit", "ocsf", "asff"} {
		if !strings.Contains(written(t, writeAudit, format, r, options(0)), r.Plan.Incomplete[0]) {
			t.Errorf("%s does not tell", format)
		}
	}
	if strings.Contains(written(t, writeAudit, "json", r, options(0)), r.Plan.Incomplete[0]) {
		t.Error("the audit's JSON, which a plan's stands beside, tells it, too")
	}
}

func BenchmarkFiveThousandUsers(b *testing.B) {
	failed := many(5000)
	all := options(0)
	all.All = true
	for _, format := range Formats() {
		for _, o := range []Options{options(0), all} {
			b.Run(fmt.Sprintf("%s/all=%v", format, o.All), func(b *testing.B) {
				size := 0
				for b.Loop() {
					size = len(written(b, writeAudit, format, failed, o))
				}
				b.ReportMetric(float64(size)/1e6, "MB")
			})
		}
	}
}

// withPlan is a result whose rules were read.
func withPlan(r audit.Result) audit.Result {
	r.Plan = &watch.Plan{}
	return r
}
