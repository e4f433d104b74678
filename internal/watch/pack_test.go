package watch

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"keywatch/internal/fakeaws"
)

func packed(n int) Policy {
	p := perRegion()
	p.Layout = Layout{Mode: Packed, KeysPerRule: n}
	return p
}

// inRules lists the home Region's rules and their keys, shortened.
func (b *box) inRules() []string {
	var out []string
	for _, r := range b.Rules(home) {
		var keys []string
		for _, k := range readPattern(r.Pattern).labels() {
			keys = append(keys, strings.TrimLeft(strings.TrimPrefix(k, "AKIAEXAMPLE"), "0"))
		}
		out = append(out, strings.ReplaceAll(strings.TrimPrefix(r.Name, "kw-ops-"), "AKIAEXAMPLE00000000", "")+": "+strings.Join(keys, " "))
	}
	return out
}

func watchesOf(numbers ...int) []Watch {
	var watches []Watch
	for _, n := range numbers {
		watches = append(watches, stale(key(n)))
	}
	return watches
}

// A key stays where it is, a new one goes to the first rule with room.
func TestPlacementIsStickyFirstFit(t *testing.T) {
	b := newBox(t, fakeaws.Options{})
	p := packed(3)
	for _, step := range []struct {
		name string
		keys []int
		want []string
	}{
		{"seven keys in rules of three", []int{1, 2, 3, 4, 5, 6, 7}, []string{"keys-1: 1 2 3", "keys-2: 4 5 6", "keys-3: 7"}},
		{"two are gone", []int{1, 3, 4, 5, 7}, []string{"keys-1: 1 3", "keys-2: 4 5", "keys-3: 7"}},
		{"three are new", []int{1, 3, 4, 5, 7, 8, 9, 10}, []string{"keys-1: 1 3 8", "keys-2: 4 5 9", "keys-3: 10 7"}},
		{"the second rule's are gone", []int{1, 3, 7, 8, 10}, []string{"keys-1: 1 3 8", "keys-3: 10 7"}},
		{"its name is free again", []int{1, 3, 7, 8, 10, 11, 12}, []string{"keys-1: 1 3 8", "keys-2: 12", "keys-3: 10 11 7"}},
	} {
		b.apply(t, p, watchesOf(step.keys...)...)
		got := b.inRules()
		if diff := cmp.Diff(sortedWords(step.want), sortedWords(got)); diff != "" {
			t.Fatalf("%s: %s", step.name, diff)
		}
		seen := b.observe(t.Context(), p, home)
		if live := liveKeys(p, seen, []string{home}); len(live) != len(step.keys) {
			t.Fatalf("%s: live are %v", step.name, live)
		}
		if plan := Make(b.wish(t, p, watchesOf(step.keys...)...)); len(find(t, plan, home).Changes) > 0 {
			t.Fatalf("%s: there is more to do: %s", step.name, tell(plan))
		}
	}
}

// sortedWords sorts the keys of each rule, whose numbers have several digits.
func sortedWords(rules []string) []string {
	var out []string
	for _, r := range rules {
		name, keys, _ := strings.Cut(r, ": ")
		words := strings.Fields(keys)
		slices.Sort(words)
		out = append(out, name+": "+strings.Join(words, " "))
	}
	slices.Sort(out)
	return out
}

// One key more costs one or two writes, wherever it goes.
func TestOneKeyMoreCostsLittle(t *testing.T) {
	for _, tc := range []struct {
		name   string
		policy Policy
		keys   int
		writes []string
	}{
		{"a rule of its own", perRegion(), 3, []string{"PutRule", "PutTargets"}},
		{"into a rule with room", packed(40), 60, []string{"PutRule"}},
		{"into the first rule, which was for one key", packed(40), 1, []string{"PutRule", "PutTargets"}},
		{"into a new rule", packed(3), 9, []string{"PutRule", "PutTargets"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			b := newBox(t, fakeaws.Options{})
			b.apply(t, tc.policy, keysUpTo(tc.keys)...)
			last := b.Seq()
			b.apply(t, tc.policy, keysUpTo(tc.keys+1)...)
			var writes []string
			for _, c := range b.CallsSince(last) {
				if c.Write() && c.Region == home {
					writes = append(writes, c.Op)
				}
			}
			if diff := cmp.Diff(tc.writes, writes); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// Auto packs above a number of keys and goes back below half of it, and packs
// where one rule each would not fit.
func TestAutoLayoutHasTwoThresholds(t *testing.T) {
	b := newBox(t, fakeaws.Options{})
	p := perRegion()
	p.Settle = 0
	for _, step := range []struct {
		keys   int
		packed bool
	}{{99, false}, {100, false}, {101, true}, {100, true}, {51, true}, {50, true}, {49, false}, {50, false}, {100, false}} {
		b.apply(t, p, keysUpTo(step.keys)...)
		rules := len(b.Rules(home))
		if got := rules < step.keys; got != step.packed {
			t.Errorf("%d keys are in %d rules, packed: %v", step.keys, rules, step.packed)
		}
		if packs := (step.keys + 39) / 40; step.packed && step.keys > 60 && rules != packs && rules != 3 {
			t.Errorf("%d keys are in %d rules, %d would do", step.keys, rules, packs)
		}
	}
	t.Run("a full bus", func(t *testing.T) {
		b := newBox(t, fakeaws.Options{})
		fill(t, b, home, 295)
		plan := Make(b.wish(t, p, keysUpTo(7)...))
		if got := steps(plan, home); !cmp.Equal(got, []string{"create keys-1 planned"}) || len(plan.Incomplete) > 0 {
			t.Errorf("%v, %q", got, plan.Incomplete)
		}
		if got := len(steps(plan, west)); got != 7 {
			t.Errorf("%d changes where there is room", got)
		}
	})
}

// A change of layout on a full bus: one rule is widened in place, then what it
// replaced is deleted. No rule is made that has no room, and no key is left alone.
func TestLayoutChangesOnAFullBus(t *testing.T) {
	b := newBox(t, fakeaws.Options{})
	p := perRegion()
	p.RulesQuota = 9
	b.SetRuleQuota(home, 9)
	p.Layout.Mode = PerKey
	fill(t, b, home, 3)
	only := func(p Policy, watches ...Watch) Wish {
		wish := Wish{Policy: p, Watched: []string{home}, Watches: watches, Observed: b.observe(t.Context(), p, home)}
		wish.Verdicts = judge(wish, true)
		return wish
	}
	Apply(t.Context(), b.writer, p, Make(only(p, keysUpTo(6)...)))
	p.Layout = Layout{Mode: Packed, KeysPerRule: 4}
	b.OnCall(func(c fakeaws.Call) {
		for i := range 6 {
			if len(b.Told(home, event(key(i+1), "x", true))) == 0 {
				t.Errorf("key %d is not told of after %s %s", i+1, c.Op, c.Resource)
			}
		}
		if c.Code != "" {
			t.Errorf("%s %s: %s", c.Op, c.Resource, c.Code)
		}
	})
	plan := Make(only(p, keysUpTo(10)...))
	done := Apply(t.Context(), b.writer, p, plan)
	want := []string{"1: 1 7 8 9", "2: 10 2 3 4", "3: 5 6", "team-0: ", "team-1: ", "team-2: "}
	if diff := cmp.Diff(sortedWords(want), sortedWords(b.inRules())); diff != "" {
		t.Errorf("%s\n%s", diff, tell(done))
	}
	if plan := Make(only(p, keysUpTo(10)...)); len(find(t, plan, home).Changes) > 0 || len(plan.Incomplete) > 0 {
		t.Errorf("there is more to do: %s", tell(plan))
	}
}

// The memory of a rule for several keys survives what people do to its pattern,
// and speaks of no other keys.
func TestPacksRememberEachKey(t *testing.T) {
	p := packed(40)
	watches := keysUpTo(40)
	for i := range watches {
		watches[i].Reasons = Reason(i%7 + 1)
		watches[i].Fingerprint = fmt.Sprintf("%06d", i)
		watches[i].User = ""
	}
	rule := Wanted(p, home, "kw-ops-keys-1", watches...)
	if len(rule.Description) > descriptionMax || len(rule.Pattern) > patternMax {
		t.Fatalf("%d and %d characters", len(rule.Description), len(rule.Pattern))
	}
	var want []Memory
	for _, w := range watches {
		want = append(want, Memory{Key: w.Key, Reasons: w.Reasons, IdleSince: w.IdleSince, Fingerprint: w.Fingerprint})
	}
	if diff := cmp.Diff(want, p.ownOf(rule, "").Memory); diff != "" {
		t.Error(diff)
	}
	var keys []string
	for _, w := range slices.Backward(watches) {
		keys = append(keys, w.Key)
	}
	shuffled := rule
	shuffled.Pattern = fakePattern(keys, "")
	if diff := cmp.Diff(want, p.ownOf(shuffled, "").Memory); diff != "" {
		t.Errorf("in another order: %s", diff)
	}
	fewer := rule
	fewer.Pattern = fakePattern(keys[1:], "")
	for _, m := range p.ownOf(fewer, "").Memory {
		if m.Reasons != 0 {
			t.Errorf("%s is remembered by the memory of other keys", m.Key)
		}
	}
	none := rule
	none.Pattern = fakePattern(nil, "")
	memory := p.ownOf(none, "").Memory
	if len(memory) != 40 || memory[7].Key != "" || memory[7].Fingerprint != "000007" || memory[7].IdleSince.IsZero() {
		t.Errorf("of a spoiled pattern is remembered %+v", memory)
	}
}
