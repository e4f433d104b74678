package render

import (
	"testing"

	"keywatch/internal/audit"
	"keywatch/internal/report"
	"keywatch/internal/watch"
)

func TestAuditSentence(t *testing.T) {
	result := func(incomplete []string, statuses ...report.Status) audit.Result {
		r := audit.Result{Report: audit.ReportInfo{Users: 12}, ActiveKeys: 1, Incomplete: incomplete, Risky: map[report.CheckID]bool{report.KeyStale: true}}
		for _, status := range statuses {
			r.Findings = append(r.Findings, report.Finding{Check: report.KeyStale, Status: status, Severity: report.High, Slot: 1})
		}
		return r
	}
	denied := []string{"denied"}
	tests := []struct {
		name string
		r    audit.Result
		want string
	}{
		{"all passed", result(nil, report.Pass), "No findings: every check passed. 12 users and 1 active key were checked, 0 of the keys are risky. Failed: 0 critical, 0 high, 0 medium, 0 low; 0 unknown, 0 excepted, 1 passed."},
		{"excepted ones are told", result(nil, report.Pass, report.Excepted), "Audit complete: nothing failed but 1 check that is excepted. 12 users and 1 active key were checked, 0 of the keys are risky. Failed: 0 critical, 0 high, 0 medium, 0 low; 0 unknown, 1 excepted, 1 passed."},
		{"one failed", result(nil, report.Fail, report.Pass), "Audit complete: 1 failed check, 1 of them high. 12 users and 1 active key were checked, 1 of the keys is risky. Failed: 0 critical, 1 high, 0 medium, 0 low; 0 unknown, 0 excepted, 1 passed."},
		{"unknown is not clean", result(nil, report.Unknown), "Audit complete: nothing failed, and 1 check could not be answered. 12 users and 1 active key were checked, 0 of the keys are risky. Failed: 0 critical, 0 high, 0 medium, 0 low; 1 unknown, 0 excepted, 0 passed."},
		{"incomplete is not clean", result(denied, report.Pass), "Audit INCOMPLETE: nothing failed in what could be looked at. 12 users and 1 active key were checked, 0 of the keys are risky. Failed: 0 critical, 0 high, 0 medium, 0 low; 0 unknown, 0 excepted, 1 passed."},
		{"incomplete with findings", result(denied, report.Fail), "Audit INCOMPLETE: 1 failed check, 1 of them high. 12 users and 1 active key were checked, 1 of the keys is risky. Failed: 0 critical, 1 high, 0 medium, 0 low; 0 unknown, 0 excepted, 0 passed."},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got := AuditSentence(test.r); got != test.want {
				t.Errorf("got  %s\nwant %s", got, test.want)
			}
		})
	}
}

func TestPlanSentence(t *testing.T) {
	change := func(action watch.Action, status watch.Status) watch.Change {
		return watch.Change{Action: action, Status: status}
	}
	region := func(name string, changes ...watch.Change) watch.RegionPlan {
		return watch.RegionPlan{Region: name, Changes: changes, Unchanged: 5}
	}
	plan := func(keys int, regions ...watch.RegionPlan) watch.Plan {
		return watch.Plan{Regions: regions, WatchedKeys: make([]string, keys)}
	}
	incomplete := func(p watch.Plan) watch.Plan {
		p.Incomplete = []string{"denied"}
		return p
	}
	uncovered := func(p watch.Plan, regions ...string) watch.Plan {
		p.Uncovered = regions
		return p
	}
	failed := region("b")
	failed.Error = "denied"

	tests := []struct {
		name string
		plan watch.Plan
		want string
	}{
		{"changes are planned", plan(12,
			region("a", change(watch.Create, watch.Planned), change(watch.Update, watch.Planned)),
			region("b", change(watch.Create, watch.Planned), change(watch.Retire, watch.Planned)),
			region("c")), "Plan: 2 to create, 1 to update, 1 to retire in 2 Regions; 15 unchanged."},
		{"what does not happen is not named", plan(1, region("a", change(watch.Retire, watch.Planned))), "Plan: 1 to retire in 1 Region; 5 unchanged."},
		{"a plan with a held change is incomplete", plan(1, region("a", change(watch.Create, watch.Planned), change(watch.Create, watch.Held))),
			"Plan INCOMPLETE: 1 to create, 1 held in 1 Region; 5 unchanged."},
		{"a plan that did not see everything is incomplete", incomplete(plan(1, region("a", change(watch.Create, watch.Planned)))),
			"Plan INCOMPLETE: 1 to create in 1 Region; 5 unchanged."},
		{"a plan with a Region that failed is incomplete", plan(1, region("a", change(watch.Create, watch.Planned)), failed),
			"Plan INCOMPLETE: 1 to create in 1 Region; 10 unchanged."},
		{"only held changes", plan(1, region("a", change(watch.Retire, watch.Held))), "INCOMPLETE: 1 held in 1 Region; 5 unchanged."},
		{"all is done", plan(1, region("a", change(watch.Create, watch.Done), change(watch.Update, watch.Done), change(watch.Retire, watch.Done))),
			"Apply complete: 1 created, 1 updated, 1 retired in 1 Region; 5 unchanged."},
		{"some failed", plan(1, region("a", change(watch.Create, watch.Done), change(watch.Create, watch.Failed), change(watch.Retire, watch.Held))),
			"Apply INCOMPLETE: 1 created, 1 failed, 1 held in 1 Region; 5 unchanged."},
		{"all failed", plan(1, region("a", change(watch.Create, watch.Failed))), "Apply INCOMPLETE: 1 failed in 1 Region; 5 unchanged."},
		{"interrupted", plan(1, region("a", change(watch.Create, watch.Done), change(watch.Retire, watch.Planned))),
			"Apply INCOMPLETE: 1 created, 1 not tried in 1 Region; 5 unchanged."},
		{"done, but not everything was seen", incomplete(plan(1, region("a", change(watch.Create, watch.Done)))),
			"Apply INCOMPLETE: 1 created in 1 Region; 5 unchanged."},
		{"no changes", plan(12, region("a"), region("b"), region("c")), "No changes: all 12 keys are watched in 3 Regions."},
		{"no changes, one key", plan(1, region("a")), "No changes: the 1 risky key is watched in 1 Region."},
		{"no changes, no keys", plan(0, region("a")), "No changes: no key needs a watch in 1 Region."},
		{"no changes, Regions left out", uncovered(plan(2, region("a"), region("b")), "b", "x"), "No changes: all 2 keys are watched in 1 Region; 2 Regions not covered."},
		{"no changes seen is not no changes", incomplete(plan(12, region("a"))), "INCOMPLETE: no changes in what could be looked at; 5 unchanged."},
		{"a Region that failed is not all keys watched", plan(12, region("a"), failed), "INCOMPLETE: no changes in what could be looked at; 10 unchanged."},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got := PlanSentence(audit.Result{Plan: &test.plan}); got != test.want {
				t.Errorf("got  %s\nwant %s", got, test.want)
			}
		})
	}
	t.Run("an incomplete audit makes no complete plan", func(t *testing.T) {
		p := plan(1, region("a"))
		got := PlanSentence(audit.Result{Incomplete: []string{"denied"}, Plan: &p})
		if want := "INCOMPLETE: no changes in what could be looked at; 5 unchanged."; got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	})
	t.Run("no plan, no sentence", func(t *testing.T) {
		if got := PlanSentence(audit.Result{}); got != "" {
			t.Errorf("got %q", got)
		}
	})
}
