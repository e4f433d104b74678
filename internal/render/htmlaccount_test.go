package render

import (
	"fmt"
	"math/rand/v2"
	"time"

	"keywatch/internal/audit"
	"keywatch/internal/report"
)

// company is the audit of an account with so many users, made up and always the
// same: people with consoles, pipelines with keys, some of them old, and every
// status there is.
func company(users int) audit.Result {
	draw := rand.New(rand.NewPCG(1, uint64(users)))
	asOf := at("2026-11-20T06:00:00Z")
	ago := func(days int) time.Time {
		if days < 0 {
			return asOf.Add(-time.Duration(days) * 24 * time.Hour)
		}
		return asOf.Add(-time.Duration(days)*24*time.Hour - time.Duration(draw.IntN(86400))*time.Second)
	}
	rows := []report.Row{{
		User: report.RootUser, ARN: "arn:aws:iam::111122223333:root", CreatedAt: ago(3000), MFA: true,
		Password: report.Password{Enabled: true, LastUsed: ago(12)},
		Slots:    [2]report.Slot{{Active: true, LastRotated: ago(2000), LastUsed: ago(400), LastUsedService: "iam", LastUsedRegion: "us-east-1"}, {}},
	}}
	kinds := []string{"ci-deploy", "backup-nightly", "etl", "alice.meier", "bob.tanaka", "chiara.rossi", "svc-billing", "grafana-reader", "dmitri.ivanov", "terraform"}
	paths := []string{"", "", "", "ci/", "people/", "vendors/acme/"}
	services := [][2]string{{"s3", "eu-central-1"}, {"sts", "us-east-1"}, {"dynamodb", "us-west-2"}, {"iam", "us-east-1"}, {"ec2", "ap-southeast-2"}}
	for i := range users {
		name := fmt.Sprintf("%s-%03d", kinds[i%len(kinds)], i/len(kinds))
		row := report.Row{User: name, ARN: "arn:aws:iam::111122223333:user/" + paths[draw.IntN(len(paths))] + name, CreatedAt: ago(draw.IntN(2500)), HasAdditional: true, AdditionalCredentials: "0"}
		if i%3 == 0 {
			row.MFA = draw.IntN(10) > 1
			row.Password = report.Password{Enabled: true, LastUsed: ago(draw.IntN(120)), LastChanged: ago(200)}
		}
		for slot := range row.Slots {
			if slot == 1 && draw.IntN(4) > 0 {
				continue
			}
			s := report.Slot{Active: draw.IntN(8) > 0, LastRotated: ago([]int{20, 60, 85, 120, 300, 900, 1800}[draw.IntN(7)] + draw.IntN(30))}
			if use := draw.IntN(10); use > 1 {
				service := services[draw.IntN(len(services))]
				s.LastUsed = ago(min(use*use*draw.IntN(4), int(asOf.Sub(s.LastRotated).Hours()/24)))
				s.LastUsedService, s.LastUsedRegion = service[0], service[1]
			}
			if i%29 == 7 {
				s.LastRotated, s.LastUsed = ago(-2), time.Time{}
			}
			row.Slots[slot] = s
		}
		if i%23 == 5 {
			row.Certificates[0] = report.Certificate{Active: true, LastRotated: ago(1500)}
		}
		rows = append(rows, row)
	}
	policy := report.DefaultPolicy()
	policy.Disabled = map[report.CheckID]bool{report.RootMFA: true}
	findings := report.Evaluate(rows, policy, asOf)
	for i := range findings {
		f := &findings[i]
		if f.Slot == 0 || f.User == report.RootUser || f.Status == report.Pass {
			continue
		}
		id := func(n int) string {
			return fmt.Sprintf("AKIA%016X", uint64(len(f.User))<<40^hash(f.User)+uint64(f.Slot+n))[:20]
		}
		switch hash(f.User) % 17 {
		case 0:
			f.Key = report.KeyRef{State: report.KeyAmbiguous, Candidates: []string{id(0), id(4)}, Why: "several keys fit and are all watched"}
		case 1:
			f.Key = report.KeyRef{State: report.KeyInactive, ID: id(0), Why: "the key was deactivated since the report"}
		case 2:
			f.Key = report.KeyRef{State: report.KeyUnknown, Why: "its access keys could not be listed"}
		default:
			f.Key = report.KeyRef{State: report.KeyFound, ID: id(0)}
		}
	}
	exceptions := []report.Exception{
		{User: "ci-deploy-*", Checks: []report.CheckID{report.KeyUnrotated}, Reason: "moves to OIDC roles in the first quarter, see the migration plan", Owner: "platform team", Ticket: "SEC-1042", Expires: at("2027-03-31T00:00:00Z")},
		{Path: "/vendors/acme/*", Checks: []report.CheckID{report.KeyUnrotated, report.KeyStale}, Reason: "the vendor rotates on its own schedule; contract ends this year", Owner: "procurement", Ticket: "VEN-77", Expires: at("2026-11-30T00:00:00Z")},
		{User: "backup-nightly-000", Checks: []report.CheckID{report.KeyUnrotated}, Reason: "the appliance cannot take a new key before its firmware is replaced", Owner: "storage", Ticket: "OPS-12", Expires: at("2026-10-31T00:00:00Z")},
		{User: "nobody", Checks: []report.CheckID{report.ConsoleMFA}, Reason: "left the company", Owner: "hr", Ticket: "HR-5", Expires: at("2027-06-30T00:00:00Z")},
	}
	findings = report.Except(findings, exceptions, asOf)
	findings = report.Insert(findings, report.ExceptionFindings(findings, exceptions, policy, asOf)...)
	active := 0
	for _, row := range rows {
		for _, slot := range row.Slots {
			if slot.Active {
				active++
			}
		}
	}
	return audit.Result{
		AccountID: "111122223333", Partition: "aws",
		Report: audit.ReportInfo{GeneratedAt: asOf, SHA256: "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08", Users: users, Source: "iam"},
		AsOf:   asOf, ActiveKeys: active, Checks: policy, Exceptions: exceptions, Findings: findings,
		Risky: map[report.CheckID]bool{report.RootAccessKey: true, report.KeyStale: true, report.KeyUnrotated: true},
		Incomplete: []string{
			`the access keys of user "etl-002" could not be listed: AccessDenied: not authorized to perform iam:ListAccessKeys; allow it to the scanner's role`,
			`the exception for key AKIAEXAMPLE000000001 (ticket SEC-9, owner ops) could not be judged: the key could not be looked up`,
		},
	}
}

func hash(s string) uint64 {
	h := uint64(14695981039346656037)
	for _, b := range []byte(s) {
		h = (h ^ uint64(b)) * 1099511628211
	}
	return h >> 4
}
