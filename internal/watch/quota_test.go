package watch

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"keywatch/internal/fakeaws"
)

func TestQuotaOfARegion(t *testing.T) {
	for _, tc := range []struct {
		region      string
		quota, want int
	}{
		{home, 300, 300}, {"af-south-1", 300, 100}, {"eu-south-1", 300, 100}, {"eu-south-2", 300, 300},
		{"af-south-1", 250, 250}, {home, 1000, 1000},
	} {
		if got := (Policy{RulesQuota: tc.quota}).quota(tc.region); got != tc.want {
			t.Errorf("%s with a quota of %d holds %d, want %d", tc.region, tc.quota, got, tc.want)
		}
	}
}

// fill puts rules of other people on a bus.
func fill(t tester, b *box, region string, n int) {
	t.Helper()
	for i := range n {
		b.put(t, region, fakeaws.Rule{Name: fmt.Sprintf("team-%d", i), Pattern: `{"source":["my.app"]}`})
	}
}

func TestWhatDoesNotFitIsHeldAndNamed(t *testing.T) {
	b := newBox(t, fakeaws.Options{})
	p := perRegion()
	p.RulesQuota, p.Layout.Mode = 5, PerKey
	b.SetRuleQuota(home, 5)
	fill(t, b, home, 2)
	b.put(t, home, wantedRule(p, home, stale(key(8))), wantedRule(p, home, stale(key(9))))
	watches := []Watch{ranked(key(1), 1), ranked(key(2), 2), ranked(key(3), 3), ranked(key(4), 3), stale(key(9))}
	wish := Wish{Policy: p, Watched: []string{home}, Watches: watches, Observed: b.observe(t.Context(), p, home)}
	wish.Verdicts = judge(wish, true)
	plan := Make(wish)
	want := []string{"create " + key(3) + " planned", "retire " + key(8) + " planned", "create " + key(4) + " planned", "create " + key(2) + " held", "create " + key(1) + " held"}
	if diff := cmp.Diff(want, steps(plan, home)); diff != "" {
		t.Error(diff)
	}
	said := []string{"us-east-1: the quota of 5 rules on the default bus does not hold 2 more rules, so these keys are not watched there: " +
		key(2) + ", " + key(1) + ": ask AWS to raise the quota and set watch.rules_quota"}
	if diff := cmp.Diff(said, plan.Incomplete); diff != "" {
		t.Error(diff)
	}
	if r := plan.Regions[0]; r.RulesUsed != 4 || r.RulesQuota != 5 {
		t.Errorf("%d of %d used", r.RulesUsed, r.RulesQuota)
	}
	done := Apply(t.Context(), b.writer, p, plan)
	if create, _, retire := done.Applied(); create != 2 || retire != 1 || len(b.Rules(home)) != 5 {
		t.Errorf("%d rules after %s", len(b.Rules(home)), tell(done))
	}
	if diff := cmp.Diff(said, done.Incomplete); diff != "" {
		t.Error(diff)
	}
}

// Whatever is on a bus and whatever is wanted: exactly as many rules are made as
// fit, the riskiest, and EventBridge never has to refuse one.
func TestQuotaIsArithmetic(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b := newBox(t, fakeaws.Options{})
		p := perRegion()
		p.Layout.Mode = PerKey
		p.RulesQuota = rapid.IntRange(0, 8).Draw(t, "quota")
		others, retire, stay, want := rapid.IntRange(0, 6).Draw(t, "others"), rapid.IntRange(0, 3).Draw(t, "retire"), rapid.IntRange(0, 2).Draw(t, "stay"), rapid.IntRange(0, 6).Draw(t, "new")
		fill(t, b, home, others)
		b.SetRuleQuota(home, p.RulesQuota)
		watches := []Watch{}
		for i := range retire + stay {
			b.put(t, home, wantedRule(p, home, stale(key(100+i))))
			if i < stay {
				watches = append(watches, stale(key(100+i)))
			}
		}
		for i := range want {
			watches = append(watches, ranked(key(i+1), 10-i))
		}
		wish := Wish{Policy: p, Watched: []string{home}, Watches: watches, Observed: b.observe(t.Context(), p, home)}
		wish.Verdicts = judge(wish, true)
		done := Apply(t.Context(), b.writer, p, Make(wish))
		fits := min(want, max(0, p.RulesQuota-others-stay))
		if create, _, retired := done.Applied(); create != fits || retired != retire {
			t.Fatalf("%d made, %d fit: %s", create, fits, tell(done))
		}
		for _, call := range b.Calls() {
			if call.Code != "" {
				t.Fatalf("%s of %s: %s", call.Op, call.Resource, call.Code)
			}
		}
		for i := range want {
			if made := strings.Contains(fmt.Sprint(b.Rules(home)), "kw-ops-"+key(i+1)); made != (i < fits) {
				t.Fatalf("key %d of %d is made: %v, %d fit", i+1, want, made, fits)
			}
		}
		if (len(done.Incomplete) > 0) != (fits < want) {
			t.Fatalf("said %q", done.Incomplete)
		}
	})
}

// On a full bus a rule that others must replace stays until they can.
func TestFullBusKeepsWhatItCannotReplace(t *testing.T) {
	b := newBox(t, fakeaws.Options{})
	p := perRegion()
	p.RulesQuota, p.Layout.Mode = 3, PerKey
	b.SetRuleQuota(home, 3)
	both := wantedRule(p, home, stale(key(1)))
	both.Pattern = fakePattern([]string{key(1), key(2)}, "")
	b.put(t, home, both)
	fill(t, b, home, 2)
	plan := func() Plan {
		wish := Wish{Policy: p, Watched: []string{home}, Watches: keysUpTo(2), Observed: b.observe(t.Context(), p, home)}
		wish.Verdicts = judge(wish, true)
		return Make(wish)
	}
	want := []string{"update " + key(1) + " planned"} // its memory lacks one
	if diff := cmp.Diff(want, steps(plan(), home)); diff != "" {
		t.Error(diff)
	}
	b.DeleteRuleByHand(home, "team-0")
	b.DeleteRuleByHand(home, "team-1")
	b.put(t, home, wantedRule(p, home, stale(key(3))), wantedRule(p, home, stale(key(4))))
	want = []string{"update " + key(1) + " planned", "retire " + key(3) + " planned", "retire " + key(4) + " planned", "create " + key(2) + " planned", "update " + key(1) + " planned"}
	if diff := cmp.Diff(want, steps(plan(), home)); diff != "" {
		t.Error(diff)
	}
	b.DeleteRuleByHand(home, "kw-ops-"+key(3))
	b.DeleteRuleByHand(home, "kw-ops-"+key(4))
	want = []string{"create " + key(2) + " planned", "update " + key(1) + " planned", "update " + key(1) + " planned"}
	if diff := cmp.Diff(want, steps(plan(), home)); diff != "" {
		t.Error(diff)
	}
}

// A creation that needs the room of a retirement waits with it.
func TestCreationThatNeedsRoomWaitsAfterAFailure(t *testing.T) {
	b := newBox(t, fakeaws.Options{})
	p := perRegion()
	p.RulesQuota, p.Layout.Mode = 1, PerKey
	b.SetRuleQuota(home, 1)
	b.put(t, home, wantedRule(p, home, stale(key(9))))
	b.Deny("events", "RemoveTargets")
	wish := Wish{Policy: p, Watched: []string{home}, Watches: keysUpTo(1), Observed: b.observe(t.Context(), p, home)}
	wish.Verdicts = judge(wish, true)
	done := Apply(t.Context(), b.writer, p, Make(wish))
	want := []string{"retire " + key(9) + " failed", "create " + key(1) + " held"}
	if diff := cmp.Diff(want, steps(done, home)); diff != "" {
		t.Error(diff)
	}
	if n := b.Count("events", "PutRule"); n != 0 {
		t.Errorf("%d calls of PutRule", n)
	}
}
