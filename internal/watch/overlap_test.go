package watch

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"keywatch/internal/fakeaws"
)

// While keys move from rules of their own into one rule for both, another run
// writes that rule as it saw it before. A key that is not in it any more keeps its
// own rule, and the next run moves it.
func TestAnotherRunIsNoticed(t *testing.T) {
	p := perRegion()
	p.Layout.Mode = Packed
	for _, tc := range []struct {
		name     string
		meddle   func(b *box)
		want     []string
		overtook bool
	}{
		{"nobody writes", func(*box) {}, []string{"create keys-1 done", "retire " + key(1) + " done", "retire " + key(2) + " done"}, false},
		{"without one of them", func(b *box) { b.put(t, home, byHand(Wanted(p, home, "kw-ops-keys-1", stale(key(1))))) },
			[]string{"create keys-1 done", "retire " + key(1) + " done", "retire " + key(2) + " held"}, true},
		{"the rule is deleted", func(b *box) { b.DeleteRuleByHand(home, "kw-ops-keys-1") },
			[]string{"create keys-1 done", "retire " + key(1) + " held", "retire " + key(2) + " held"}, true},
		{"the rule loses its target", func(b *box) {
			r := byHand(Wanted(p, home, "kw-ops-keys-1", keysUpTo(2)...))
			r.Targets = nil
			b.put(t, home, r)
		}, []string{"create keys-1 done", "retire " + key(1) + " held", "retire " + key(2) + " held"}, true},
		{"the rule is disabled", func(b *box) {
			r := byHand(Wanted(p, home, "kw-ops-keys-1", keysUpTo(2)...))
			r.State = fakeaws.Disabled
			b.put(t, home, r)
		}, []string{"create keys-1 done", "retire " + key(1) + " held", "retire " + key(2) + " held"}, true},
		{"the old rule has got another key", func(b *box) {
			r := wantedRule(p, home, stale(key(1)))
			r.Pattern = fakePattern([]string{key(1), key(9)}, "aws.sts")
			b.put(t, home, r)
		}, []string{"create keys-1 done", "retire " + key(1) + " held", "retire " + key(2) + " done"}, true},
	} {
		t.Run(tc.name, func(t *testing.T) {
			b := newBox(t, fakeaws.Options{})
			b.put(t, home, wantedRule(p, home, stale(key(1))), wantedRule(p, home, stale(key(2))))
			b.OnCall(func(c fakeaws.Call) {
				if c.Op == "PutTargets" {
					tc.meddle(b)
				}
			})
			wish := Wish{Policy: p, Watched: []string{home}, Watches: keysUpTo(2), Observed: b.observe(t.Context(), p, home)}
			done := Apply(t.Context(), b.writer, p, Make(wish))
			if diff := cmp.Diff(tc.want, steps(done, home)); diff != "" {
				t.Error(diff)
			}
			overtaken := false
			for _, c := range find(t, done, home).Changes {
				overtaken = overtaken || c.Overtaken()
			}
			if overtaken != tc.overtook {
				t.Errorf("overtaken: %v", overtaken)
			}
			for _, k := range []string{key(1), key(2)} {
				if tc.name != "the rule is disabled" && len(b.Told(home, event(k, "x", false))) == 0 {
					t.Errorf("%s is not told of", k)
				}
			}
		})
	}
}
