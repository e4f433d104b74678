package watch

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"keywatch/internal/fakeaws"
)

// outside compares changes as the world outside sees them.
var outside = cmpopts.IgnoreUnexported(Change{})

// What is not as wanted is named, and put right by no more calls than it takes.
func TestEveryPartOfARuleIsManaged(t *testing.T) {
	topic := "arn:aws:sns:us-east-1:111122223333:"
	for _, tc := range []struct {
		name   string
		damage func(r *fakeaws.Rule)
		why    []string
		calls  []string
		then   []string // the reasons of a change that waits until the first works
	}{
		{"as wanted", func(*fakeaws.Rule) {}, nil, nil, nil},
		{"other spacing in the pattern", func(r *fakeaws.Rule) { r.Pattern = spaced(r.Pattern) }, nil, nil, nil},
		{"disabled", func(r *fakeaws.Rule) { r.State = fakeaws.Disabled },
			[]string{"state is DISABLED, wanted ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS"}, []string{"PutRule"}, nil},
		{"deaf to read-only calls", func(r *fakeaws.Rule) { r.State = fakeaws.Enabled },
			[]string{"state is ENABLED, wanted ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS"}, []string{"PutRule"}, nil},
		{"a pattern without source", func(r *fakeaws.Rule) { r.Pattern = fakePattern([]string{key(1)}, "") },
			[]string{"the pattern is not the one wanted"}, []string{"PutRule"}, nil},
		{"a schedule", func(r *fakeaws.Rule) { r.ScheduleExpression = "rate(1 day)" },
			[]string{`it has a schedule: "rate(1 day)"`}, []string{"PutRule"}, nil},
		{"a description that remembers something else", func(r *fakeaws.Rule) { r.Description = describe("ops", ranked("x", 1)) },
			[]string{"what it remembers changes: key-stale"}, []string{"PutRule"}, nil},
		{"no target", func(r *fakeaws.Rule) { r.Targets = nil },
			[]string{"its target is missing: " + topic + "alerts"}, []string{"PutTargets"}, nil},
		{"another target", func(r *fakeaws.Rule) { r.Targets[0].ARN = topic + "elsewhere" },
			[]string{"its target is " + topic + "elsewhere, wanted " + topic + "alerts"}, []string{"PutTargets"}, nil},
		{"another message", func(r *fakeaws.Rule) { r.Targets[0].InputTransformer = nil },
			[]string{"the message or settings of its target differ"}, []string{"PutTargets"}, nil},
		{"a retry policy", func(r *fakeaws.Rule) {
			n := 3
			r.Targets[0].RetryPolicy = &fakeaws.RetryPolicy{MaximumRetryAttempts: &n}
		},
			[]string{"the message or settings of its target differ"}, []string{"PutTargets"}, nil},
		{"a stray target", func(r *fakeaws.Rule) {
			r.Targets = append(r.Targets, fakeaws.Target{ID: "x", ARN: topic + "elsewhere"})
		},
			[]string{`stray target "x": ` + topic + "elsewhere"}, []string{"RemoveTargets"}, nil},
		{"its target under another ID", func(r *fakeaws.Rule) { r.Targets[0].ID = "x" },
			[]string{"its target is missing: " + topic + "alerts"}, []string{"PutTargets", "RemoveTargets"}, []string{`stray target "x": ` + topic + "alerts"}},
		{"several things", func(r *fakeaws.Rule) { r.State = fakeaws.Disabled; r.Targets[0].ID = "x" },
			[]string{"state is DISABLED, wanted ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS", "its target is missing: " + topic + "alerts"},
			[]string{"PutRule", "PutTargets", "RemoveTargets"}, []string{`stray target "x": ` + topic + "alerts"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			b := newBox(t, fakeaws.Options{})
			p := perRegion()
			r := wantedRule(p, home, stale(key(1)))
			tc.damage(&r)
			b.put(t, home, r)
			plan := Make(Wish{Policy: p, Watched: []string{home}, Watches: keysUpTo(1), Observed: b.observe(t.Context(), p, home)})
			var want []Change
			for _, why := range [][]string{tc.why, tc.then} {
				if why != nil {
					want = append(want, Change{Action: Update, Rule: r.Name, KeysAdded: []string{}, KeysRemoved: []string{}, Why: why, Status: Planned})
				}
			}
			if diff := cmp.Diff(want, plan.Regions[0].Changes, outside); diff != "" {
				t.Error(diff)
			}
			last := b.Seq()
			Apply(t.Context(), b.writer, p, plan)
			var calls []string
			for _, call := range b.CallsSince(last) {
				calls = append(calls, call.Op)
			}
			if diff := cmp.Diff(tc.calls, calls); diff != "" {
				t.Error(diff)
			}
			if tc.why == nil && plan.Regions[0].Unchanged != 1 {
				t.Errorf("%d unchanged", plan.Regions[0].Unchanged)
			}
		})
	}
}

// Which rule carries a key, and what becomes of the others.
func TestKeysStayWhereTheyAre(t *testing.T) {
	p := perRegion()
	rule := func(name string, do ...func(*fakeaws.Rule)) fakeaws.Rule {
		r := byHand(Wanted(p, home, "kw-ops-"+name, stale(key(1))))
		for _, change := range do {
			change(&r)
		}
		return r
	}
	disabled := func(r *fakeaws.Rule) { r.State = fakeaws.Disabled }
	noTarget := func(r *fakeaws.Rule) { r.Targets = nil }
	elsewhere := func(r *fakeaws.Rule) { r.Targets[0].ARN = "arn:aws:sns:us-east-1:111122223333:elsewhere" }
	pattern := func(keys ...string) func(*fakeaws.Rule) {
		return func(r *fakeaws.Rule) { r.Pattern = fakePattern(keys, "") }
	}
	crowded := func(r *fakeaws.Rule) {
		r.Targets = nil
		for i := range 5 {
			r.Targets = append(r.Targets, fakeaws.Target{ID: fmt.Sprint("s", i), ARN: "arn:aws:sns:us-east-1:111122223333:alerts"})
		}
	}
	silent := func(r *fakeaws.Rule) { r.Description = "keywatch/1 ops ?" }
	foreign := func(r *fakeaws.Rule) { r.Description = "somebody else's" }
	managed := func(r *fakeaws.Rule) { r.ManagedBy = "aws" }
	for _, tc := range []struct {
		name  string
		rules []fakeaws.Rule
		want  []string
	}{
		{"no rule", nil, []string{"create " + key(1)}},
		{"a rule of any name", []fakeaws.Rule{rule("renamed")}, []string{}},
		{"a rule named for another key", []fakeaws.Rule{rule(key(2))}, []string{}},
		{"of two the first", []fakeaws.Rule{rule("b"), rule("a")}, []string{"retire b"}},
		{"of two the one that works", []fakeaws.Rule{rule("a", disabled), rule("b")}, []string{"retire a"}},
		{"of two the one with its target", []fakeaws.Rule{rule("a", elsewhere), rule("b")}, []string{"retire a"}},
		{"of two the one that tells somebody", []fakeaws.Rule{rule("a", noTarget), rule("b", elsewhere)}, []string{"update b", "retire a"}},
		{"of two the one that hears more than it should", []fakeaws.Rule{rule("a", disabled), rule("b", pattern(key(1)))}, []string{"update b", "retire a"}},
		{"a rule of its name without a key", []fakeaws.Rule{rule(key(1), pattern())}, []string{"update " + key(1)}},
		{"a numbered rule of its name without a key", []fakeaws.Rule{rule(key(1)+"-7", pattern())}, []string{"update " + key(1) + "-7"}},
		{"a number that no run gives", []fakeaws.Rule{rule(key(1)+"-1", pattern(), silent)}, []string{"create " + key(1), "retire " + key(1) + "-1"}},
		{"a rule of another name that remembers the key", []fakeaws.Rule{rule("x", pattern())}, []string{"update x"}},
		{"a rule of its name that remembers nothing", []fakeaws.Rule{rule(key(1), pattern(), silent)}, []string{"update " + key(1)}},
		{"a rule of another name that remembers nothing", []fakeaws.Rule{rule("x", pattern(), silent)}, []string{"create " + key(1), "retire x"}},
		{"a rule with another key besides", []fakeaws.Rule{rule(key(1), pattern(key(1), key(2)))}, []string{"update " + key(1), "update " + key(1)}},
		{"its name taken by another key", []fakeaws.Rule{rule(key(1), pattern(key(2)))}, []string{"create " + key(1) + "-2", "retire " + key(1)}},
		{"its name taken by others", []fakeaws.Rule{rule(key(1), foreign), rule(key(1)+"-2", managed)}, []string{"create " + key(1) + "-3"}},
		{"no room for its target", []fakeaws.Rule{rule(key(1), crowded)}, []string{"create " + key(1) + "-2", "retire " + key(1)}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			b := newBox(t, fakeaws.Options{})
			b.put(t, home, tc.rules...)
			wish := Wish{Policy: p, Watched: []string{home}, Watches: keysUpTo(1), Observed: b.observe(t.Context(), p, home)}
			wish.Verdicts = judge(wish, true)
			got := steps(Make(wish), home)
			for i := range got {
				got[i] = strings.TrimSuffix(got[i], " planned")
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestPlanSaysWhy(t *testing.T) {
	b := newBox(t, fakeaws.Options{})
	p := perRegion()
	two := wantedRule(p, home, stale(key(1)))
	two.Name, two.Pattern = "kw-ops-two", fakePattern([]string{key(3), key(1), key(5)}, "")
	none := wantedRule(p, home, stale(key(4)))
	none.Name, none.Pattern, none.Description = "kw-ops-none", fakePattern(nil, ""), "keywatch/1 ops ?"
	b.put(t, home, two, none, wantedRule(p, home, stale(key(2))))
	silent := ranked(key(4), 2000)
	silent.Why = nil
	plan := Make(Wish{
		Policy: p, Watched: []string{home}, Watches: []Watch{stale(key(1)), silent, stale(key(5))}, Observed: b.observe(t.Context(), p, home),
		Verdicts: map[string]Verdict{key(2): {Proved: true, Why: "the key was deleted"}, key(3): {Why: "the key is in use"}},
	})
	want := []Change{
		{Action: Create, Rule: "kw-ops-" + key(4), KeysAdded: []string{key(4)}, KeysRemoved: []string{}, Why: []string{"key-stale"}, Status: Planned},
		{Action: Create, Rule: "kw-ops-" + key(1), KeysAdded: []string{key(1)}, KeysRemoved: []string{}, Why: []string{"unused for 80 days"}, Status: Planned},
		{Action: Create, Rule: "kw-ops-" + key(5), KeysAdded: []string{key(5)}, KeysRemoved: []string{}, Why: []string{"unused for 80 days"}, Status: Planned},
		{Action: Retire, Rule: "kw-ops-" + key(2), KeysAdded: []string{}, KeysRemoved: []string{key(2)}, Why: []string{"the key was deleted"}, Status: Planned},
		{Action: Retire, Rule: "kw-ops-none", KeysAdded: []string{}, KeysRemoved: []string{}, Why: []string{"its pattern names no key"}, Status: Planned},
		{Action: Retire, Rule: "kw-ops-two", KeysAdded: []string{}, KeysRemoved: []string{key(1), key(3), key(5)},
			Why: []string{key(1) + " is watched by kw-ops-" + key(1), key(3) + ": the key is in use", key(5) + " is watched by kw-ops-" + key(5)}, Status: Planned},
	}
	if diff := cmp.Diff(want, plan.Regions[0].Changes, outside); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{key(1), key(4), key(5)}, plan.WatchedKeys); diff != "" {
		t.Error(diff)
	}
}

func TestNamesFitEventBridge(t *testing.T) {
	p := perRegion()
	p.NamePrefix, p.Owner = strings.Repeat("p", 18), strings.Repeat("o", 16)
	for _, tc := range []struct{ name, key, want string }{
		{"a key of AWS's", key(1), p.namePrefix() + key(1)},
		{"root", RootKey, p.namePrefix() + "root"},
		{"the longest that fits", strings.Repeat("K", 25), p.namePrefix() + strings.Repeat("K", 25)},
		{"longer ones are hashed", strings.Repeat("K", 26), ""},
		{"the longest that IAM allows", strings.Repeat("K", 128), ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			got := p.nameFor(tc.key)
			if len(got)+len("-99") > 64 || len(tc.key) <= 25 && got != tc.want {
				t.Errorf("got %q, want %q", got, tc.want)
			}
			if len(tc.key) > 25 && (got == p.nameFor(tc.key[1:]+"L") || got != p.nameFor(tc.key)) {
				t.Errorf("%q is no name of its own", got)
			}
		})
	}
}
