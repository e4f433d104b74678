package watch

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"keywatch/internal/fakeaws"
)

// everywhere puts the wanted rules of keys 1 to n into all Regions.
func everywhere(t *testing.T, p Policy, n int) *box {
	t.Helper()
	b := newBox(t, fakeaws.Options{})
	for _, region := range allRegions {
		for _, w := range keysUpTo(n) {
			b.put(t, region, wantedRule(p, region, w))
		}
	}
	return b
}

func TestUnjudgedKeysKeepTheirRules(t *testing.T) {
	p := perRegion()
	b := everywhere(t, p, 2)
	both := wantedRule(p, home, stale(key(1)))
	both.Name, both.Pattern = "kw-ops-both", fakePattern([]string{key(1), key(2)}, "")
	b.put(t, home, both)
	wish := Wish{
		Policy: p, Watched: []string{home, west}, Excluded: []string{europe}, Observed: b.observe(t.Context(), p, allRegions...),
		Verdicts: map[string]Verdict{key(1): {Proved: true, Why: "the key was deleted"}},
	}
	plan := Make(wish)
	for _, region := range allRegions {
		want := []string{"retire " + key(1) + " planned"}
		if region == home { // the unjudged key has a rule of its own
			want = append(want, "retire both planned")
		}
		if got := steps(plan, region); !cmp.Equal(got, want) {
			t.Errorf("%s: %v, want %v", region, got, want)
		}
		if got := find(t, plan, region).Unchanged; got != 1 {
			t.Errorf("%s: %d unchanged, want the rule of the unjudged key", region, got)
		}
	}
	b.apply(t, p) // judged now
	b.settled(t, p)
}

func TestExcludedRegionsAreEmptied(t *testing.T) {
	p := perRegion()
	b := everywhere(t, p, 2)
	wish := Wish{Policy: p, Watched: []string{home, west}, Excluded: []string{europe}, Watches: keysUpTo(3), Observed: b.observe(t.Context(), p, allRegions...)}
	plan := Make(wish)
	want := []Change{
		{Action: Retire, Rule: "kw-ops-" + key(1), KeysAdded: []string{}, KeysRemoved: []string{key(1)}, Why: []string{"the settings do not watch eu-west-1"}, Status: Planned},
		{Action: Retire, Rule: "kw-ops-" + key(2), KeysAdded: []string{}, KeysRemoved: []string{key(2)}, Why: []string{"the settings do not watch eu-west-1"}, Status: Planned},
	}
	if diff := cmp.Diff(want, find(t, plan, europe).Changes, outside); diff != "" {
		t.Error(diff)
	}
	if !cmp.Equal(plan.Uncovered, []string{europe}) || len(plan.Incomplete) > 0 {
		t.Errorf("uncovered %q, incomplete %q", plan.Uncovered, plan.Incomplete)
	}
	done := Apply(t.Context(), b.writer, p, plan)
	writes := b.writes(0)
	if first := slices.IndexFunc(writes, func(w string) bool { return strings.HasPrefix(w, europe) }); first != len(writes)-4 {
		t.Errorf("%s is emptied before the watched Regions have their rules: %q", europe, writes)
	}
	if len(b.Rules(europe)) != 0 || len(done.Incomplete) != 0 {
		t.Errorf("left %v; %s", b.Rules(europe), tell(done))
	}
}

// Rules leave a Region only when the watched Regions have theirs.
func TestEmptyingWaitsForTheWatchedRegions(t *testing.T) {
	const kept = "kept until us-west-2 has the rules it should have"
	leaving := func(t *testing.T, do func(b *box, wish *Wish)) (*box, Plan) {
		t.Helper()
		p := perRegion()
		b := newBox(t, fakeaws.Options{})
		b.put(t, europe, wantedRule(p, europe, stale(key(1))))
		wish := Wish{Policy: p, Watched: []string{west}, Watches: keysUpTo(1), Blocked: map[string]error{}}
		do(b, &wish)
		wish.Observed = b.observe(t.Context(), wish.Policy, europe, west)
		return b, Make(wish)
	}
	for _, tc := range []struct {
		name string
		do   func(b *box, wish *Wish)
	}{
		{"a Region could not be looked at", func(b *box, _ *Wish) {
			b.Inject(fakeaws.Fault{Op: "ListRules", Region: west, Code: "InternalException"})
		}},
		{"a target is missing", func(_ *box, wish *Wish) { wish.Blocked[west] = errors.New("no topic") }},
		{"there is no room", func(_ *box, wish *Wish) { wish.Policy.RulesQuota = 0 }},
	} {
		t.Run(tc.name, func(t *testing.T) {
			_, plan := leaving(t, tc.do)
			c := find(t, plan, europe).Changes
			if len(c) != 1 || c[0].Status != Held || c[0].Error != kept || len(plan.Incomplete) != 1 {
				t.Errorf("planned: %s", tell(plan))
			}
		})
	}
	t.Run("keys that nobody wants do not wait", func(t *testing.T) {
		_, plan := leaving(t, func(b *box, wish *Wish) {
			wish.Blocked[west] = errors.New("no topic")
			b.put(t, europe, wantedRule(wish.Policy, europe, stale(key(2))))
			wish.Verdicts = map[string]Verdict{key(2): {Proved: true, Why: "gone"}}
		})
		if got, want := steps(plan, europe), []string{"retire " + key(1) + " held", "retire " + key(2) + " planned"}; !cmp.Equal(got, want) {
			t.Errorf("%v, want %v", got, want)
		}
	})
	t.Run("a write fails", func(t *testing.T) {
		b, plan := leaving(t, func(b *box, _ *Wish) {
			b.Inject(fakeaws.Fault{Op: "PutTargets", FailedEntries: "InternalException"})
		})
		if c := find(t, plan, europe).Changes; len(c) != 1 || c[0].Status != Planned {
			t.Fatalf("planned: %s", tell(plan))
		}
		done := Apply(t.Context(), b.writer, perRegion(), plan)
		if c := find(t, done, europe).Changes[0]; c.Status != Held || c.Error != kept {
			t.Errorf("done: %s", tell(done))
		}
	})
}

func TestRegionThatFailsIsSaid(t *testing.T) {
	for _, tc := range []struct {
		name      string
		policy    Policy
		region    string
		uncovered []string
	}{
		{"a Region of its own", perRegion(), west, []string{west}},
		{"a Region that forwards", viaHub(), west, []string{west}},
		{"the home Region that all rely on", viaHub(), home, allRegions},
	} {
		t.Run(tc.name, func(t *testing.T) {
			b := everywhere(t, tc.policy, 1)
			b.Deny("events", "ListTargetsByRule")
			wish := b.wish(t, tc.policy, keysUpTo(1)...)
			for i, o := range wish.Observed { // only tc.region fails
				if o.Region != tc.region {
					wish.Observed[i] = Observed{Region: o.Region}
				}
			}
			plan := Make(wish)
			r := find(t, plan, tc.region)
			if r.Error == "" || len(r.Changes) > 0 || r.RulesUsed != 0 || r.RulesQuota != 0 {
				t.Errorf("the Region's plan is %+v", r)
			}
			if diff := cmp.Diff([]string{r.Error + ": nothing is written in " + tc.region}, plan.Incomplete); diff != "" {
				t.Error(diff)
			}
			if diff := cmp.Diff(tc.uncovered, plan.Uncovered); diff != "" {
				t.Error(diff)
			}
		})
	}
	t.Run("a Region that is not watched is not uncovered by failing", func(t *testing.T) {
		plan := Make(Wish{Policy: perRegion(), Watched: []string{home}, Observed: []Observed{{Region: home}, {Region: west, Err: errors.New("no answer")}}})
		if diff := cmp.Diff([]string{}, plan.Uncovered); diff != "" {
			t.Error(diff)
		}
		if diff := cmp.Diff([]string{"no answer: nothing is written in us-west-2"}, plan.Incomplete); diff != "" {
			t.Error(diff)
		}
	})
}

// Of the keys only those are told as watched that every Region alerts on.
func TestLiveKeysAreLiveEverywhere(t *testing.T) {
	for _, p := range []Policy{perRegion(), viaHub()} {
		b := everywhere(t, p, 6)
		damage := func(region string, n int, do func(*fakeaws.Rule)) {
			r := wantedRule(p, region, stale(key(n)))
			do(&r)
			b.put(t, region, r)
		}
		damage(home, 2, func(r *fakeaws.Rule) { r.State = fakeaws.Disabled })
		damage(west, 3, func(r *fakeaws.Rule) { r.Targets = nil })
		damage(europe, 4, func(r *fakeaws.Rule) { r.Pattern = fakePattern([]string{key(4)}, "") })
		damage(west, 5, func(r *fakeaws.Rule) { r.Targets[0].ARN += "x" })
		damage(west, 6, func(r *fakeaws.Rule) { r.Description = mark + " ops damaged" })
		seen := b.observe(t.Context(), p, allRegions...)
		if diff := cmp.Diff([]string{key(1), key(6)}, liveKeys(p, seen, allRegions)); diff != "" {
			t.Error(diff)
		}
		if diff := cmp.Diff([]string{key(1), key(2), key(4), key(6)}, liveKeys(p, seen, []string{west})); diff != "" {
			t.Error(diff)
		}
		failing := slices.Clone(seen)
		failing[0] = Observed{Region: europe, Err: errors.New("no answer")}
		if diff := cmp.Diff([]string{key(1), key(4), key(6)}, liveKeys(p, failing, allRegions)); diff != "" {
			t.Error(diff)
		}
		failing[1] = Observed{Region: home, Err: errors.New("no answer")}
		want := []string{key(1), key(2), key(4), key(6)}
		if p.Hub() {
			want = []string{}
		}
		if diff := cmp.Diff(want, liveKeys(p, failing, allRegions)); diff != "" {
			t.Error(diff)
		}
	}
}

// Of what is remembered of an orphan, the most useful counts, in any order.
func TestOrphansAreWhatNoWatchWants(t *testing.T) {
	own := func(m Memory) Own { return Own{Keys: []string{m.Key}, Memory: []Memory{m}} }
	seen := []Observed{
		{Region: west, Own: []Own{own(Memory{Key: "B", User: "west", Fingerprint: "000002"}), own(Memory{Key: "C"})}},
		{Region: home, Own: []Own{own(Memory{Key: "A", User: "alice", Fingerprint: "000001"}), own(Memory{Key: "B", User: "home"})}},
		{Region: europe, Own: []Own{own(Memory{Key: "C", User: "carol"})}},
	}
	want := []Memory{{Key: "B", User: "west", Fingerprint: "000002"}, {Key: "C", User: "carol"}}
	for range 2 {
		if diff := cmp.Diff(want, Orphans(seen, []Watch{{Key: "A"}})); diff != "" {
			t.Error(diff)
		}
		slices.Reverse(seen)
	}
}

func liveKeys(p Policy, seen []Observed, watched []string) []string {
	keys, _ := Live(p, seen, watched)
	return keys
}
