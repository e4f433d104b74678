package watch

import (
	"context"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"keywatch/internal/fakeaws"
)

// A stopped run finishes the call under way. A change that was begun has failed,
// unless that was its last call, and the rest is held; all of it is said.
func TestStoppedRunIsReportedWhole(t *testing.T) {
	for _, tc := range []struct {
		name, op string // the run is stopped while this call is under way
		want     []string
		say      string
	}{
		{"while a rule is made", "PutRule", []string{"create 1 failed", "update 2 held", "retire 3 held"}, "the run was stopped after PutRule and before PutTargets: the next run finishes it"},
		{"during the last call of a change", "PutTargets", []string{"create 1 done", "update 2 held", "retire 3 held"}, ""},
		{"while a rule is retired", "RemoveTargets", []string{"create 1 done", "update 2 done", "retire 3 failed"}, "the run was stopped after RemoveTargets and before DeleteRule: the next run finishes it"},
		{"during the last call of all", "DeleteRule", []string{"create 1 done", "update 2 done", "retire 3 done"}, ""},
		{"before it began", "", []string{"create 1 held", "update 2 held", "retire 3 held"}, ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			b, watches := busy(t, perRegion())
			p := perRegion()
			wish := Wish{Policy: p, Watched: []string{home}, Watches: watches, Observed: b.observe(t.Context(), p, home)}
			wish.Verdicts = judge(wish, true)
			ctx, stop := context.WithCancel(t.Context())
			defer stop()
			if tc.op == "" {
				stop()
			}
			b.OnCall(func(c fakeaws.Call) {
				if c.Op == tc.op {
					stop()
				}
			})
			done := Apply(ctx, b.writer, p, Make(wish))
			got := steps(done, home)
			for i := range got {
				got[i] = strings.ReplaceAll(got[i], "AKIAEXAMPLE00000000", "")
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Error(diff)
			}
			said := strings.Join(done.Incomplete, "\n")
			for _, c := range find(t, done, home).Changes {
				if c.Status != Done && !strings.Contains(said, c.Rule) {
					t.Errorf("%s is %s and not said in %q", c.Rule, c.Status, said)
				}
			}
			if !strings.Contains(said, tc.say) {
				t.Errorf("%q does not say %q", said, tc.say)
			}
		})
	}
}

// In hub mode a rule elsewhere is sent to the home bus only once the home Region
// has its rules.
func TestForwardingWaitsForTheHomeRegion(t *testing.T) {
	b := newBox(t, fakeaws.Options{})
	for _, region := range allRegions {
		b.put(t, region, wantedRule(perRegion(), region, stale(key(1))))
	}
	repaired := b.Inject(fakeaws.Fault{Service: "events", Op: "PutTargets", Region: home, Code: fakeaws.AccessDenied})
	done := b.apply(t, viaHub(), stale(key(1)), stale(key(2)))
	if got, want := steps(done, west), []string{"create " + key(2) + " done", "update " + key(1) + " held"}; !cmp.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
	b.Emit(west, event(key(1), "meanwhile", true))
	if b.received("meanwhile") != 1 {
		t.Error("the key is not heard any more")
	}
	repaired()
	b.apply(t, viaHub(), stale(key(1)), stale(key(2)))
	b.settled(t, viaHub(), stale(key(1)), stale(key(2)))
	last := b.Seq()
	b.apply(t, viaHub(), stale(key(1)), stale(key(2)), stale(key(3)))
	if first := b.writes(last)[0]; !strings.HasPrefix(first, home) {
		t.Errorf("the first write is %s", first)
	}
}
