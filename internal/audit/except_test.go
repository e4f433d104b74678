package audit

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"keywatch/internal/fakeaws"
	"keywatch/internal/report"
)

// waive is an exception for both ages of keys, whose last day is this many days
// after the report's.
func (w *world) waive(e report.Exception, days int) {
	if len(e.Checks) == 0 {
		e.Checks = []report.CheckID{report.KeyStale, report.KeyUnrotated}
	}
	e.Reason, e.Owner, e.Ticket = "migrating", "ops", "SEC-1"
	e.Expires = w.clock().Truncate(day).AddDate(0, 0, days)
	w.policy.Exceptions = append(w.policy.Exceptions, e)
}

// said lists the reasons of the findings of one check.
func said(r Result, check report.CheckID) []string {
	var all []string
	for _, f := range r.Findings {
		if f.Check == check {
			all = append(all, f.User+" "+string(f.Status)+" "+f.Reason)
		}
	}
	return all
}

func TestExceptedKeysAreNotWatched(t *testing.T) {
	w := newWorld(t, nil)
	ids := w.user("old", [2]float64{200, 1}, [2]float64{190, 100})
	other := w.user("other", [2]float64{200, 100})
	w.report()
	w.waive(report.Exception{User: "old", Checks: []report.CheckID{report.KeyUnrotated}}, 99)
	result := w.clean()
	w.expect(ids[1], other[0]) // which still fails key-stale
	if got := result.Summary().RiskyKeys; got != 2 {
		t.Errorf("%d risky keys, want 2", got)
	}
	w.settled()
	w.policy.Exceptions = nil
	w.clean()
	w.expect(ids[0], ids[1], other[0])
}

// TestAnExceptionRetiresWithinTheCap: who waives every key at once is asked first.
func TestAnExceptionRetiresWithinTheCap(t *testing.T) {
	w := newWorld(t, nil)
	var ids []string
	for _, name := range []string{"a", "b", "c", "d", "e"} {
		ids = append(ids, w.user(name, [2]float64{200, 100})...)
	}
	w.report()
	w.clean()
	w.expect(slices.Clone(ids)...)
	w.waive(report.Exception{User: "a"}, 99)
	result := w.clean()
	w.expect(slices.Clone(ids[1:])...)
	why := result.Plan.Regions[0].Changes[0].Why
	if want := `user "a" still has the key; key-stale is excepted until 2027-03-01: the exception for user "a" (ticket SEC-1, owner ops)`; !slices.ContainsFunc(why, func(s string) bool { return strings.Contains(s, want) }) {
		t.Errorf("why is %q", why)
	}
	w.waive(report.Exception{User: "*"}, 99)
	held := w.apply()
	w.expect(slices.Clone(ids[1:])...)
	if held.Complete() {
		t.Error("four of four keys were retired at once")
	}
	w.policy.Watch.AllowRetire = 4
	w.clean()
	w.expect()
	w.settled()
}

// TestALapsedExceptionWatchesAgain: on the day after its last, and says so.
func TestALapsedExceptionWatchesAgain(t *testing.T) {
	w := newWorld(t, nil)
	ids := w.user("old", [2]float64{200, 100})
	w.report()
	w.waive(report.Exception{User: "old"}, 0)
	w.clean()
	w.expect()
	w.pass(day)
	result := w.clean()
	w.expect(ids...)
	if got := said(result, report.KeyStale); len(got) != 1 || !strings.HasSuffix(got[0], "its exception lapsed after 2026-11-22 (ticket SEC-1)") {
		t.Errorf("key-stale says %q", got)
	}
	if got := said(result, report.ExceptionExpired); len(got) != 1 {
		t.Errorf("exception-expired says %q", got)
	}
}

func TestAnExceptionForAKeyIsForThatKey(t *testing.T) {
	w := newWorld(t, nil)
	ids := w.user("old", [2]float64{200, 100}, [2]float64{190, 90})
	fresh := w.user("fresh", [2]float64{300, 2}) // in use again
	gone := w.user("gone", [2]float64{20, 1})
	w.report()
	w.waive(report.Exception{Key: ids[0]}, 99)
	w.waive(report.Exception{Key: fresh[0]}, 99)
	w.waive(report.Exception{Key: gone[0]}, 99)
	must(t, w.cloud.DeleteKey(gone[0]))
	result := w.clean()
	w.expect(ids[1])
	if got := said(result, report.ExceptionHidesUse); len(got) != 1 || !strings.Contains(got[0], fresh[0]) {
		t.Errorf("exception-hides-use says %q", got)
	}
	if got := said(result, report.ExceptionUnmatched); len(got) != 1 || !strings.Contains(got[0], gone[0]) {
		t.Errorf("exception-unmatched says %q", got)
	}
	seq := w.cloud.Seq()
	w.clean()
	for _, c := range w.cloud.CallsSince(seq) {
		if c.Write() {
			t.Errorf("a settled run called %s %s %s", c.Op, c.Region, c.Resource)
		}
	}
}

// TestAnExceptionWhoseOwnerCannotBeAskedFor leaves the run incomplete, and counts
// where a rule knows the slot's key.
func TestAnExceptionWhoseOwnerCannotBeAskedFor(t *testing.T) {
	w := newWorld(t, nil)
	ids := w.user("old", [2]float64{200, 100})
	w.report()
	w.clean()
	w.waive(report.Exception{Key: ids[0]}, 99)
	w.waive(report.Exception{Key: "AKIAIOSFODNN7EXAMPLE"}, 99)
	w.cloud.Deny("iam", "GetAccessKeyLastUsed")
	result := w.apply()
	w.expect()
	if got := result.Incomplete; len(got) != 2 || !strings.HasPrefix(got[1], "the exception for key AKIAIOSFODNN7EXAMPLE (ticket SEC-1, owner ops) could not be judged: its owner could not be asked for") {
		t.Errorf("incomplete: %q", got)
	}
	if got := said(result, report.ExceptionUnmatched); len(got) != 0 {
		t.Errorf("exception-unmatched says %q", got)
	}
}

func TestAnAuditNamesExceptedKeys(t *testing.T) {
	w := newWorld(t, nil)
	ids := w.user("old", [2]float64{200, 100})
	w.report()
	w.waive(report.Exception{User: "o*"}, 99)
	result, err := w.account.Audit(context.Background(), w.policy, w.clock())
	must(t, err)
	for _, f := range result.Findings {
		if f.Check == report.KeyStale && (f.Status != report.Excepted || f.Key.ID != ids[0]) {
			t.Errorf("finding %+v", f)
		}
	}
	if s := result.Summary(); s.RiskyKeys != 0 || s.Findings[report.High] != 0 {
		t.Errorf("summary %+v", s)
	}
}

func TestASavedReportLeavesExceptionsForKeysOpen(t *testing.T) {
	w := newWorld(t, nil)
	ids := w.user("old", [2]float64{200, 100})
	w.waive(report.Exception{Key: ids[0]}, 99)
	w.waive(report.Exception{User: "nobody"}, 99)
	result, err := File(w.cloud.Report(), w.policy, w.clock())
	must(t, err)
	if len(result.Incomplete) != 1 || !strings.Contains(result.Incomplete[0], "a saved report holds no access key IDs") {
		t.Errorf("incomplete: %q", result.Incomplete)
	}
	if got := said(result, report.ExceptionUnmatched); len(got) != 1 || !strings.Contains(got[0], "nobody") {
		t.Errorf("exception-unmatched says %q", got)
	}
}

// TestAnExceptionForUsersListsNoKeys: waived users cost no call.
func TestAnExceptionForUsersListsNoKeys(t *testing.T) {
	w := newWorld(t, nil)
	w.user("ci-1", [2]float64{200, 100})
	w.report()
	w.waive(report.Exception{Path: "/"}, 99)
	w.settled()
}

// TestAnExceptedKeyThatWakes is told of by the exception's own finding.
func TestAnExceptedKeyThatWakes(t *testing.T) {
	w := newWorld(t, nil)
	ids := w.user("old", [2]float64{50, 48})
	w.report()
	w.clean()
	w.expect(ids...)
	_, err := w.cloud.Use(fakeaws.KeyUse{Key: ids[0], Region: "eu-west-1", ReadOnly: true})
	must(t, err)
	w.pass(5 * time.Hour)
	w.waive(report.Exception{User: "old", Checks: []report.CheckID{report.KeyReawakened}}, 99)
	result := w.clean()
	w.expect()
	if got := said(result, report.ExceptionHidesUse); len(got) != 1 {
		t.Errorf("exception-hides-use says %q", got)
	}
	if got := said(result, report.KeyReawakened); len(got) != 1 || !strings.HasPrefix(got[0], "old excepted") {
		t.Errorf("key-reawakened says %q", got)
	}
}
