package render

import (
	"time"

	"keywatch/internal/audit"
	"keywatch/internal/report"
	"keywatch/internal/watch"
)

func at(s string) time.Time {
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		panic(err)
	}
	return t
}

// options are those of a run twelve minutes after the report was made.
func options(width int) Options {
	return Options{Width: width, Version: "v1.2.3", Now: at("2026-11-20T06:12:40Z")}
}

// mixed is an audit with a finding of every kind.
func mixed() audit.Result {
	key := func(user string, slot int, created, used, service, region string) report.Finding {
		f := report.Finding{User: user, ARN: "arn:aws:iam::111122223333:user/" + user, Slot: slot, CreatedAt: at(created), IdleSince: at(created)}
		if used != "" {
			f.LastUsedAt, f.LastUsedService, f.LastUsedRegion = at(used), service, region
			f.IdleSince = f.LastUsedAt
		}
		return f
	}
	judged := func(f report.Finding, check report.CheckID, status report.Status, severity report.Severity, reason string) report.Finding {
		f.Check, f.Status, f.Severity, f.Reason = check, status, severity, reason
		return f
	}
	with := func(f report.Finding, ref report.KeyRef) report.Finding {
		f.Key = ref
		return f
	}
	found := func(f report.Finding, id string) report.Finding {
		return with(f, report.KeyRef{State: report.KeyFound, ID: id})
	}

	root := report.Finding{User: report.RootUser, ARN: "arn:aws:iam::111122223333:root"}
	rootKey := key(report.RootUser, 1, "2021-06-01T00:00:00Z", "2026-11-19T23:45:00Z", "iam", "us-east-1")
	rootKey.ARN = root.ARN
	hyperlink := found(key("=HYPERLINK", 1, "2026-01-05T10:00:01Z", "", "", ""), "AKIAHYPERLINK0000001")
	bob := report.Finding{User: "bob", ARN: "arn:aws:iam::111122223333:user/bob"}
	bobKey := found(key("bob", 1, "2022-07-07T07:07:08Z", "2026-05-30T18:00:00Z", "dynamodb", "us-west-2"), "AKIABOB0000000000001")
	dave := key("dave+oncall@example.com", 2, "2026-06-01T10:00:00Z", "2026-11-20T03:15:00Z", "sts", "eu-central-1")
	deploy := key("deploy-a", 2, "2026-08-22T06:00:00Z", "2026-08-22T06:15:00Z", "cloudformation", "us-east-1")
	deploy.ARN = "arn:aws:iam::111122223333:user/ci/deploy-a"
	erin := key("erin,contractor", 1, "2025-05-05T05:05:06Z", "", "", "")
	heidi := key("heidi", 1, "2015-01-02T00:00:00Z", "", "", "")
	heidi.ARN = "arn:aws:iam::111122223333:user/very/deep/path/of/an/old/acquisition/heidi"
	ivan := key("Ivan", 2, "2021-01-01T00:00:30Z", "2026-09-30T11:00:00Z", "lambda", "ap-southeast-2")
	judy := key("judy", 1, "2026-11-20T06:00:01Z", "", "", "")

	return audit.Result{
		AccountID: "111122223333",
		Partition: "aws",
		Report: audit.ReportInfo{
			GeneratedAt: at("2026-11-20T06:00:00Z"),
			SHA256:      "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
			Users:       14,
			Source:      "iam",
		},
		AsOf:       at("2026-11-20T06:00:00Z"),
		ActiveKeys: 12,
		Checks:     report.DefaultPolicy(),
		Risky:      map[report.CheckID]bool{report.RootAccessKey: true, report.KeyStale: true, report.KeyUnrotated: true},
		Incomplete: []string{`the access keys of user "heidi" could not be listed: AccessDenied: not authorized to perform iam:ListAccessKeys; allow it to the scanner's role`},
		Findings: []report.Finding{
			judged(root, report.RootMFA, report.Pass, report.Critical, "the root user has MFA"),
			judged(rootKey, report.RootAccessKey, report.Fail, report.Critical, "the root user has an active access key"),
			judged(rootKey, report.RootUsed, report.Fail, report.High, "the root access key was used 6 hours ago, on 2026-11-19T23:45:00Z"),
			judged(hyperlink, report.KeyStale, report.Fail, report.High, "never used since it was created 318 days ago (limit 45d)"),
			judged(bob, report.ConsoleMFA, report.Fail, report.High, "can sign in to the console without MFA"),
			judged(bobKey, report.KeyAtUserCreation, report.Fail, report.Low, "created 1 s after the console user"),
			judged(bobKey, report.KeyStale, report.Fail, report.High, "unused for 173 days (limit 45d)"),
			excepted(judged(bobKey, report.KeyUnrotated, report.Excepted, report.Medium, "not rotated for 1596 days (limit 90d)")),
			judged(with(dave, report.KeyRef{State: report.KeyInactive, ID: "AKIADAVE000000000002", Why: "the key was deactivated since the report"}),
				report.KeyUnrotated, report.Fail, report.Medium, "not rotated for 171 days (limit 90d)"),
			judged(with(deploy, report.KeyRef{State: report.KeyAmbiguous, Candidates: []string{"AKIADEPLOY0000000002", "AKIADEPLOY0000000001"}, Why: "several keys fit and are all watched"}),
				report.KeyStale, report.Fail, report.High, "unused for 89 days (limit 45d)"),
			judged(with(erin, report.KeyRef{State: report.KeyGone, Why: "the user was deleted or renamed since the report"}),
				report.KeyStale, report.Fail, report.High, "never used since it was created 564 days ago (limit 45d)"),
			judged(with(heidi, report.KeyRef{State: report.KeyUnknown, Why: "its access keys could not be listed"}),
				report.KeyUnrotated, report.Fail, report.Medium, "not rotated for 4340 days (limit 90d)"),
			judged(found(ivan, "AKIAIVAN000000000002"), report.KeyUnrotated, report.Fail, report.Medium, "not rotated for 2149 days (limit 90d)"),
			judged(judy, report.KeyUnrotated, report.Unknown, report.Medium, "the creation date, 2026-11-20T06:00:01Z, lies after the point of judgement, 2026-11-20T06:00:00Z"),
			excepted(judged(report.Finding{}, report.ExceptionExpiring, report.Fail, report.Low,
				`the exception for user "b?b" (ticket =SEC-7, owner ops) ends after 2026-11-30, in 10 days: renew it or put right what it waives`)),
		},
	}
}

// excepted gives a finding an exception.
func excepted(f report.Finding) report.Finding {
	f.Exception = &report.Exception{
		User: "b?b", Checks: []report.CheckID{report.KeyUnrotated}, Reason: "moves to roles | by Q4",
		Owner: "ops", Ticket: "=SEC-7", Expires: at("2026-11-30T00:00:00Z"),
	}
	return f
}

// spotless is an account with nothing but passes.
func spotless() audit.Result {
	r := mixed()
	r.Findings = r.Findings[:1]
	r.Incomplete = nil
	return r
}

func creation(key string, why ...string) watch.Change {
	return watch.Change{Action: watch.Create, Rule: "keywatch-default-" + key, KeysAdded: []string{key}, Why: why, Status: watch.Planned}
}

// planned is mixed with a plan, as it comes before it is applied.
func planned() audit.Result {
	r := mixed()
	changes := func() []watch.Change {
		return []watch.Change{
			creation("AKIAHYPERLINK0000001", "key-stale: =HYPERLINK slot 1, never used since it was created 318 days ago (limit 45d)"),
			{
				Action: watch.Update, Rule: "keywatch-default-p01", KeysAdded: []string{"AKIADEPLOY0000000001", "AKIADEPLOY0000000002"}, KeysRemoved: []string{"AKIAGONE000000000001"},
				Why: []string{"key-stale: deploy-a slot 2, unused for 89 days (limit 45d)", "its target was removed by hand"}, Status: watch.Planned,
			},
			{Action: watch.Retire, Rule: "keywatch-default-AKIADAVE000000000002", KeysRemoved: []string{"AKIADAVE000000000002"}, Why: []string{"the key was deactivated"}, Status: watch.Planned},
		}
	}
	west := append([]watch.Change{}, changes()...)
	west = append(west, watch.Change{
		Action: watch.Create, Rule: "keywatch-default-AKIAIVAN000000000002", KeysAdded: []string{"AKIAIVAN000000000002"},
		Why: []string{"key-unrotated: Ivan slot 2, not rotated for 2149 days (limit 90d)"}, Status: watch.Held, Error: "no room: 300 of 300 rules are in use, 1 more is needed",
	})
	r.Plan = &watch.Plan{
		Regions: []watch.RegionPlan{
			{Region: "ap-south-1", Unchanged: 6, RulesUsed: 8, RulesQuota: 300},
			{Region: "eu-central-1", Changes: changes(), Unchanged: 5, RulesUsed: 9, RulesQuota: 300},
			{Region: "eu-west-1", Error: "target arn:aws:sns:eu-west-1:111122223333:key-usage does not exist: create the topic or exclude the Region"},
			{Region: "eu-west-3", Unchanged: 6, RulesUsed: 7, RulesQuota: 300},
			{Region: "us-east-1", Changes: changes(), Unchanged: 5, RulesUsed: 112, RulesQuota: 300, Foreign: nil},
			{Region: "us-east-2", Unchanged: 6, RulesUsed: 8, RulesQuota: 300, Foreign: []string{"keywatch-default-by-hand"}},
			{Region: "us-west-2", Changes: west, Unchanged: 4, RulesUsed: 299, RulesQuota: 300},
		},
		Uncovered:   []string{"eu-west-1", "me-south-1"},
		WatchedKeys: []string{"AKIABOB0000000000001", "AKIADEPLOY0000000001", "AKIADEPLOY0000000002", "AKIAHYPERLINK0000001", "AKIAIVAN000000000002", "root"},
		Incomplete: []string{
			"eu-west-1 was not written: target arn:aws:sns:eu-west-1:111122223333:key-usage does not exist",
			"us-west-2 has no room for 1 rule",
		},
	}
	return r
}

// applied is planned with what came of it: one Region went well, one did not.
func applied() audit.Result {
	r := planned()
	for i := range r.Plan.Regions {
		for j := range r.Plan.Regions[i].Changes {
			change := &r.Plan.Regions[i].Changes[j]
			switch {
			case change.Status == watch.Held:
			case r.Plan.Regions[i].Region != "us-east-1":
				change.Status = watch.Done
			case change.Action == watch.Create:
				change.Status, change.Error = watch.Failed, "watch: put targets of \"keywatch-default-AKIAHYPERLINK0000001\": ThrottlingException: Rate exceeded"
			case change.Action == watch.Update:
				change.Status = watch.Done
			case change.Action == watch.Retire:
				change.Status, change.Error = watch.Held, "an earlier change in this Region failed"
			}
		}
	}
	return r
}

// settled has nothing to change and left nothing out.
func settled() audit.Result {
	r := mixed()
	r.Incomplete = nil
	r.Plan = &watch.Plan{
		Regions: []watch.RegionPlan{
			{Region: "eu-west-1", Unchanged: 6, RulesUsed: 8, RulesQuota: 300},
			{Region: "us-east-1", Unchanged: 6, RulesUsed: 7, RulesQuota: 300},
		},
		WatchedKeys: []string{"AKIABOB0000000000001", "AKIAIVAN000000000002", "root"},
	}
	return r
}
