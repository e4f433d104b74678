package audit

import (
	"context"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"keywatch/internal/fakeaws"
	"keywatch/internal/report"
)

// again judges a result's report once more by what is kept of the run, and says
// what differs.
func again(r Result, p Policy) []string {
	kept, err := r.Learned.JSON()
	if err != nil {
		return []string{err.Error()}
	}
	learned, err := ParseLearned(kept)
	if err != nil {
		return []string{err.Error()}
	}
	got, err := Again(r.Report.Content, learned, p, r.AsOf)
	if err != nil {
		return []string{err.Error()}
	}
	for _, framework := range report.Frameworks() {
		if diff := cmp.Diff(r.Judged().Assess(framework), got.Judged().Assess(framework)); diff != "" {
			return []string{framework.ID + ": " + diff}
		}
	}
	r.Plan = nil
	if diff := cmp.Diff(r, got, cmpopts.EquateEmpty()); diff != "" {
		return []string{diff}
	}
	return nil
}

func TestARunIsJudgedAgain(t *testing.T) {
	w, risky, _ := crowd(t)
	w.user("twins", [2]float64{100, 50}, [2]float64{100, 50})
	w.user("gone", [2]float64{300, 290})
	asleep := w.user("asleep", [2]float64{60, 50})
	w.report()
	w.clean()
	_, err := w.cloud.Use(fakeaws.KeyUse{Key: asleep[0], Region: "us-east-1"})
	must(t, err)
	_, err = w.cloud.Use(fakeaws.KeyUse{Key: risky[3], Region: "us-east-1"})
	must(t, err)
	w.waive(report.Exception{User: "twins"}, 3)
	w.waive(report.Exception{Key: risky[0]}, 99)
	w.waive(report.Exception{Key: "AKIAIOSFODNN7EXAMPLE"}, 99)
	w.pass(5 * 3600e9)
	must(t, w.cloud.DeleteUser("gone"))
	w.cloud.Deny("iam", "GetAccessKeyLastUsed")
	planned, err := w.account.Plan(context.Background(), w.policy, w.clock())
	must(t, err)
	audited, err := w.account.Audit(context.Background(), w.policy, w.clock())
	must(t, err)
	for name, result := range map[string]Result{"plan": planned, "audit": audited} {
		for _, differs := range again(result, w.policy) {
			t.Errorf("%s, judged again: %s", name, differs)
		}
	}
	if len(planned.Learned.Reawakened) == 0 || len(planned.Learned.Keys) == 0 || len(planned.Learned.UnsureKeys) == 0 || len(planned.Learned.IncompleteReasons) == 0 {
		t.Errorf("learned %+v", planned.Learned)
	}
}

// TestAnotherPolicyJudgesAgain: what was learned decides nothing by itself.
func TestAnotherPolicyJudgesAgain(t *testing.T) {
	w := newWorld(t, nil)
	ids := w.user("old", [2]float64{60, 50})
	w.report()
	result := w.clean()
	w.policy.Checks.StaleAfter = 51 * day
	got, err := Again(result.Report.Content, result.Learned, w.policy, result.AsOf)
	must(t, err)
	for _, f := range got.Findings {
		if f.Status == report.Fail && f.Slot != 0 {
			t.Errorf("finding %+v", f)
		}
	}
	got, err = Again(result.Report.Content, result.Learned, w.policy, result.AsOf.Add(day))
	must(t, err)
	if s := got.Summary(); s.RiskyKeys != 1 || got.Findings[len(got.Findings)-1].Key.ID != ids[0] {
		t.Errorf("a day later: %+v", s)
	}
}

func TestAnotherReportIsNotJudgedAgain(t *testing.T) {
	w := newWorld(t, nil)
	w.user("old", [2]float64{60, 50})
	w.report()
	result := w.clean()
	for name, c := range map[string]struct {
		content string
		change  func(*Policy)
		want    string
	}{
		"a byte more":      {string(result.Report.Content) + "\n", nil, "this is not the report of that run"},
		"cut short":        {string(result.Report.Content[:600]), nil, "report: line"},
		"of other account": {string(result.Report.Content), func(p *Policy) { p.AccountID = "999988887777" }, "belong to account"},
	} {
		p := w.policy
		if c.change != nil {
			c.change(&p)
		}
		if _, err := Again([]byte(c.content), result.Learned, p, result.AsOf); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, kept := range []string{"", "{}", `{"schema":"keywatch/learned/v2"}`, `{"schema":"keywatch/learned/v1"} x`, `{"schema":"keywatch/learned/v1","guess":1}`} {
		if _, err := ParseLearned([]byte(kept)); err == nil {
			t.Errorf("%q was read", kept)
		}
	}
}

// TestTheFirstExceptionCountsLiveToo: while it is not known whose a key is, an
// exception for its user waives it; the one for the key still stands first.
func TestTheFirstExceptionCountsLiveToo(t *testing.T) {
	for name, days := range map[string][2]int{"both count": {99, 98}, "both are over": {-1, -2}, "the first is over": {-1, 99}} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, nil)
			key := w.user("bob", [2]float64{200, 100})[0]
			w.report()
			w.waive(report.Exception{Key: key}, days[0])
			w.waive(report.Exception{User: "bob"}, days[1])
			planned, err := w.account.Plan(context.Background(), w.policy, w.clock())
			must(t, err)
			audited, err := w.account.Audit(context.Background(), w.policy, w.clock())
			must(t, err)
			for what, result := range map[string]Result{"plan": planned, "audit": audited} {
				for _, differs := range again(result, w.policy) {
					t.Errorf("%s, judged again: %s", what, differs)
				}
				for _, f := range result.Findings {
					if strings.Count(f.Reason, "its exception lapsed") > 1 {
						t.Errorf("%s: %s", what, f.Reason)
					}
				}
			}
		})
	}
}

// TestWhatARunDidNotAskStaysOpen: by other settings it matters whose a key is that
// the run had no reason to ask for.
func TestWhatARunDidNotAskStaysOpen(t *testing.T) {
	w := newWorld(t, nil)
	key := w.user("alice", [2]float64{40, 1})[0]
	w.report()
	result := w.clean()
	w.policy.Checks.UnrotatedAfter = 20 * day
	w.waive(report.Exception{Key: key}, 99)
	got, err := Again(result.Report.Content, result.Learned, w.policy, result.AsOf)
	must(t, err)
	if got.Complete() {
		t.Error("the run did not ask whose key that is, and judged again it is complete")
	}
	for _, f := range got.Findings {
		if f.Check == report.ExceptionUnmatched && f.Status == report.Fail {
			t.Errorf("says %s", f.Reason)
		}
	}
}
