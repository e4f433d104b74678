package watch

import (
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"keywatch/internal/fakeaws"
)

func TestRetirementsAreCapped(t *testing.T) {
	for _, tc := range []struct {
		name                    string
		watched, losing, proved int
		max, percent, allow     int
		held                    bool
		disabled, noTargets     int // rules that tell nobody, and are no loss
	}{
		{name: "three of four", watched: 4, losing: 3, max: 3, percent: 30},
		{name: "four of four", watched: 4, losing: 4, max: 3, percent: 30, held: true},
		{name: "four of thirteen are more than 30 %", watched: 13, losing: 4, max: 3, percent: 30, held: true},
		{name: "four of fourteen are not", watched: 14, losing: 4, max: 3, percent: 30},
		{name: "six of twenty are 30 %", watched: 20, losing: 6, max: 3, percent: 30},
		{name: "seven of twenty are more", watched: 20, losing: 7, max: 3, percent: 30, held: true},
		{name: "six of nineteen are more", watched: 19, losing: 6, max: 3, percent: 30, held: true},
		{name: "proved ones do not count", watched: 8, losing: 3, proved: 5, max: 3, percent: 30},
		{name: "proved ones go while others are held", watched: 8, losing: 4, proved: 3, max: 3, percent: 30, held: true},
		{name: "allowed once", watched: 8, losing: 8, max: 3, percent: 30, allow: 8},
		{name: "allowed, one too few", watched: 8, losing: 8, max: 3, percent: 30, allow: 7, held: true},
		{name: "all allowed", watched: 30, losing: 30, max: 3, percent: 30, allow: math.MaxInt},
		{name: "a small allowance does not lower the cap", watched: 4, losing: 3, max: 3, percent: 30, allow: 1},
		{name: "nothing may go", watched: 4, losing: 1, held: true},
		{name: "rules that tell nobody are no loss", watched: 8, losing: 6, disabled: 2, noTargets: 1, max: 3, percent: 30},
	} {
		t.Run(tc.name, func(t *testing.T) {
			p := perRegion()
			p.RetireMax, p.RetirePercent, p.AllowRetire = tc.max, tc.percent, tc.allow
			b := newBox(t, fakeaws.Options{})
			verdicts := map[string]Verdict{}
			for i, w := range keysUpTo(tc.watched) {
				for _, region := range allRegions {
					r := wantedRule(p, region, w)
					switch {
					case i < tc.disabled:
						r.State = fakeaws.Disabled
					case i < tc.disabled+tc.noTargets:
						r.Targets = nil
					}
					b.put(t, region, r)
				}
				if i < tc.losing+tc.proved {
					verdicts[w.Key] = Verdict{Proved: i >= tc.losing, Why: "not risky"}
				}
			}
			wish := b.wish(t, p, keysUpTo(tc.watched)[tc.losing+tc.proved:]...)
			wish.Verdicts = verdicts
			plan := Make(wish)
			for _, r := range plan.Regions {
				held := 0
				for _, c := range r.Changes {
					if c.Status == Held {
						held++
						if !strings.Contains(c.Error, "watched keys would lose their watch, more than the cap of ") || verdicts[c.KeysRemoved[0]].Proved {
							t.Errorf("%s is held: %s", c.Rule, c.Error)
						}
					}
				}
				if want := map[bool]int{true: tc.losing}[tc.held]; held != want || len(r.Changes) != tc.losing+tc.proved {
					t.Errorf("%s: %d of %d are held, want %d; error %q", r.Region, held, len(r.Changes), want, r.Error)
				}
			}
			if said := strings.Join(plan.Incomplete, "\n"); tc.held != strings.Contains(said, "run apply --allow-retire") || !tc.held && said != "" {
				t.Errorf("said %q", said)
			}
		})
	}
}

func TestCapSaysItsSum(t *testing.T) {
	b := everywhere(t, perRegion(), 5)
	wish := b.wish(t, perRegion(), stale(key(5)))
	wish.Verdicts = judge(wish, false)
	want := []string{"4 of 5 watched keys would lose their watch, more than the cap of 3: nothing of that kind is retired; if this is right, run apply --allow-retire 4 once"}
	if diff := cmp.Diff(want, Make(wish).Incomplete); diff != "" {
		t.Error(diff)
	}
}

// A key counts once over all Regions, and not at all while a watch of it is
// wanted; other settings do not make watches uncounted.
func TestCapCountsKeysThatLoseTheirLastWatch(t *testing.T) {
	p := perRegion()
	p.RetireMax, p.RetirePercent = 2, 0
	b := newBox(t, fakeaws.Options{})
	for i, w := range keysUpTo(4) {
		b.put(t, allRegions[i%3], wantedRule(p, allRegions[i%3], w))
		twice := wantedRule(p, home, w)
		twice.Name += "-2"
		b.put(t, home, twice)
	}
	for _, tc := range []struct {
		name    string
		change  func(*Wish)
		allowed bool
	}{
		{"all four keys lose it", func(w *Wish) { w.Watches = nil }, false},
		{"three lose it", func(w *Wish) { w.Watches = keysUpTo(1) }, false},
		{"two lose it", func(w *Wish) { w.Watches = keysUpTo(2) }, true},
		{"all move to another Region", func(w *Wish) { w.Watches, w.Watched = keysUpTo(4), []string{west} }, true},
		{"three lose it as the Region changes", func(w *Wish) { w.Watches, w.Watched = keysUpTo(1), []string{west} }, false},
		{"three lose it as the target changes", func(w *Wish) {
			w.Watches, w.Policy.Targets = keysUpTo(1), []string{"arn:aws:sns:{region}:{account}:new"}
		}, false},
		{"three lose it as the account's pattern changes", func(w *Wish) { w.Watches, w.Policy.AccountID = keysUpTo(1), "444455556666" }, false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			wish := b.wish(t, p)
			tc.change(&wish)
			wish.Verdicts = judge(wish, false)
			plan := Make(wish)
			if allowed := len(plan.Incomplete) == 0; allowed != tc.allowed {
				t.Errorf("allowed: %v; %s", allowed, tell(plan))
			}
		})
	}
}
