package audit

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"

	"keywatch/internal/fakeaws"
	"keywatch/internal/watch"
)

// storyline is an account before and after a change, with rules applied in between.
type storyline struct {
	w     *world
	stays []string // wanted before and after
	after []string
}

// change makes an account of every kind, applies, and then changes it: keys are
// rotated, deactivated, deleted, renamed, used, made risky; rules are edited.
func change(t testing.TB, opt func(*fakeaws.Options)) storyline {
	w := newWorld(t, opt)
	root := fakeaws.Root{Created: w.ago(4000), Keys: []fakeaws.Key{{Created: w.ago(900)}}}
	w.cloud.SetRoot(root)
	stale := w.user("stale", [2]float64{400, 200})[0]
	busy := w.user("busy", [2]float64{400, 0.5})[0]
	rotated := w.user("rotated", [2]float64{400, 200})[0]
	deleted := w.user("deleted", [2]float64{400, 200})[0]
	inactive := w.user("inactive", [2]float64{400, 200})[0]
	renamed := w.user("renamed", [2]float64{400, 200})[0]
	woken := w.user("woken", [2]float64{60, 50})[0]
	soon := w.user("soon", [2]float64{89, 1})[0]
	w.user("fine", [2]float64{10, 1})
	w.report()
	w.clean()
	w.expect(watch.RootKey, stale, busy, rotated, deleted, inactive, renamed, woken)

	_, err := w.cloud.RotateKey(rotated, false)
	must(t, err)
	must(t, w.cloud.DeleteUser("deleted"))
	must(t, w.cloud.SetKeyStatus(inactive, false))
	must(t, w.cloud.RenameUser("renamed", "new-name"))
	_, err = w.cloud.Use(fakeaws.KeyUse{Key: woken, Region: "us-east-1", ReadOnly: true})
	must(t, err)
	for _, r := range w.cloud.Rules("eu-west-1") {
		if r.Name == "keywatch-test-"+busy {
			r.Pattern = " " + r.Pattern // spacing is no difference
			must(t, w.cloud.PutRuleByHand("eu-west-1", r))
		}
		if r.Name == "keywatch-test-"+stale {
			r.Targets = append(r.Targets, fakeaws.Target{ID: "stray", ARN: r.Targets[0].ARN})
			must(t, w.cloud.PutRuleByHand("eu-west-1", r))
		}
	}
	w.pass(2 * day)
	return storyline{
		w:     w,
		stays: []string{watch.RootKey, stale, busy, renamed, woken},
		after: []string{watch.RootKey, stale, busy, renamed, woken, soon},
	}
}

func TestApplyMakesExactlyTheRiskyKeysWatched(t *testing.T) {
	for _, denied := range []bool{false, true} {
		t.Run(fmt.Sprintf("deleted key is denied: %v", denied), func(t *testing.T) {
			s := change(t, func(o *fakeaws.Options) { o.DeletedKeyDenied = denied })
			result := s.w.clean()
			s.w.expect(slices.Clone(s.after)...)
			slices.Sort(s.after)
			if !slices.Equal(result.Plan.WatchedKeys, s.after) {
				t.Errorf("observed %v, want %v", result.Plan.WatchedKeys, s.after)
			}
			s.w.settled()
		})
	}
}

// TestNoGapAndEveryInterruptionHeals counts the calls of an undisturbed run and
// then makes each of them fail in turn, in each way, from there on or once. At
// every single call a key wanted before and after is covered in every Region;
// the next undisturbed run restores the exact state, and one more writes nothing.
func TestNoGapAndEveryInterruptionHeals(t *testing.T) {
	calm := change(t, nil)
	seq := calm.w.cloud.Seq()
	calm.w.clean()
	calls := len(calm.w.cloud.CallsSince(seq))
	if calls < 40 {
		t.Fatalf("the run made only %d calls", calls)
	}
	faults := map[string]fakeaws.Fault{
		"error before":         {Code: "InternalFailure", Status: 500, Times: 1},
		"error after":          {Code: "InternalFailure", Status: 500, Times: 1, After: true},
		"connection reset":     {Reset: true, Times: 1},
		"reset after effect":   {Reset: true, Times: 1, After: true},
		"killed from there on": {Reset: true},
	}
	for name, fault := range faults {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for i := range calls {
				disturb(t, fault, i)
			}
		})
	}
}

func disturb(t *testing.T, fault fakeaws.Fault, at int) {
	t.Helper()
	s := change(t, nil)
	var once sync.Once
	s.w.cloud.OnCall(func(c fakeaws.Call) {
		for _, region := range s.w.regions {
			covered := s.w.covered(region)
			for _, key := range s.stays {
				if !slices.Contains(covered, key) {
					once.Do(func() { t.Errorf("call %d: %s is not covered in %s after %s %s", at, key, region, c.Op, c.Resource) })
				}
			}
		}
	})
	fault.Skip = at
	mend := s.w.cloud.Inject(fault)
	result, err := s.w.account.Apply(context.Background(), s.w.policy, s.w.clock())
	mend()
	wrote := err == nil && result.Complete()
	if wrote && fault.Times == 0 {
		t.Errorf("call %d: a run that was killed says it is complete", at)
	}
	s.w.clean()
	s.w.expect(slices.Clone(s.after)...)
	s.w.settled()
}
