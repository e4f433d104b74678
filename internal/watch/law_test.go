package watch

import (
	"context"
	"math/rand/v2"
	"reflect"
	"slices"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge/types"
	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"keywatch/internal/fakeaws"
)

// exact fails unless exactly what is wanted is watched, as wanted, in the watched
// Regions, every call is told once, and a plan made now has nothing to do.
func (w *world) exact(t *rapid.T) {
	t.Helper()
	wish := w.wish(t)
	plan := Make(wish)
	var wanted []string
	for _, x := range w.policy.wants(w.watches) {
		wanted = append(wanted, x.label())
	}
	slices.Sort(wanted)
	for _, r := range plan.Regions {
		if len(r.Changes) > 0 || !slices.Contains(w.watched, r.Region) && r.Unchanged > 0 {
			t.Fatalf("%s: %d rules are as wanted, and there is more to do: %s", r.Region, r.Unchanged, tell(plan))
		}
	}
	if len(plan.Incomplete) > 0 {
		t.Fatalf("incomplete: %q", plan.Incomplete)
	}
	for _, o := range wish.Observed {
		var carried []string
		for _, own := range o.Own {
			carried = append(carried, own.content.labels()...)
			if n := len(own.content.subjects); own.content.kind == keyRule && n > w.policy.Layout.KeysPerRule || len(own.Pattern) > 2048 || len(own.Description) > 512 {
				t.Fatalf("%s has %d keys in %+v", o.Region, n, own)
			}
			if own.Schedule != "" || !newBus(w.policy, o).live(own) {
				t.Fatalf("%s has %+v", o.Region, own)
			}
		}
		slices.Sort(carried)
		if want := wanted; slices.Contains(w.watched, o.Region) && !slices.Equal(carried, want) {
			t.Fatalf("%s carries %v, wanted %v", o.Region, carried, want)
		}
	}
	keys, identities := Live(w.policy, wish.Observed, w.watched)
	if live := slices.Sorted(slices.Values(slices.Concat(keys, identities))); !slices.Equal(live, wanted) {
		t.Fatalf("live are %v, wanted %v", live, wanted)
	}
	for _, region := range w.watched {
		for _, s := range scenes() {
			want := 0
			if s.wanted(w) {
				want = 1
			}
			if n := w.heard(region, s); n < want || n > want*w.most() {
				t.Fatalf("%s in %s raises %d alerts, wanted: %d", s.name, region, n, want)
			}
		}
	}
}

// most is the number of targets that one alert may go to.
func (w *world) most() int {
	n := len(w.policy.Targets)
	for _, r := range w.policy.Routes {
		n = max(n, len(r.Targets))
	}
	return n
}

// guard watches every call from now on: what was told before, and is wanted, is
// told after each single call: in the same Region where that stays watched, and
// somewhere where it does not. It returns what it has to complain about.
func (w *world) guard() func() []string {
	var lock sync.Mutex
	before := map[string][]string{} // Regions by scene
	var wanted []scene
	for _, s := range scenes() {
		if !s.wanted(w) {
			continue
		}
		wanted = append(wanted, s)
		for _, region := range allRegions {
			if w.heard(region, s) > 0 {
				before[s.name] = append(before[s.name], region)
			}
		}
	}
	var gaps []string
	w.OnCall(func(c fakeaws.Call) {
		if !c.Write() {
			return
		}
		lock.Lock()
		defer lock.Unlock()
		for _, s := range wanted {
			somewhere := len(before[s.name]) == 0
			for _, region := range before[s.name] {
				told := w.heard(region, s) > 0
				somewhere = somewhere || told
				if !told && slices.Contains(w.watched, region) {
					gaps = append(gaps, s.name+" is not told in "+region+" after "+c.Region+" "+c.Op+" "+c.Resource)
				}
			}
			if !somewhere && !slices.ContainsFunc(allRegions, func(r string) bool { return w.heard(r, s) > 0 }) {
				gaps = append(gaps, s.name+" is told nowhere after "+c.Region+" "+c.Op+" "+c.Resource)
			}
		}
	})
	return func() []string { return gaps }
}

// Any account becomes exactly what is wanted in one run, without a gap at any
// call, and nobody else's rules are touched; a second run has nothing to write.
func TestOneRunMakesItSo(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := drawWorld(t)
		foreign := w.foreign()
		gaps := w.guard()
		before := w.Writes()
		plan := Make(w.wish(t))
		if n := w.Writes() - before; n != 0 {
			t.Fatalf("a plan made %d writes", n)
		}
		done := Apply(t.Context(), w.writer, w.policy, plan)
		for _, r := range done.Regions {
			for _, c := range r.Changes {
				if c.Status != Done || len(c.Why) == 0 || slices.Contains(c.Why, "") {
					t.Fatalf("not done or without a reason: %s", tell(done))
				}
			}
		}
		if got := gaps(); len(got) > 0 {
			t.Fatalf("gaps: %q in %s", got, tell(done))
		}
		w.exact(t)
		if diff := cmp.Diff(foreign, w.foreign()); diff != "" {
			t.Fatalf("rules that are not ours changed:\n%s", diff)
		}
		before = w.Writes()
		if again := Apply(t.Context(), w.writer, w.policy, Make(w.wish(t))); w.Writes() != before {
			t.Fatalf("a second run wrote: %s", tell(again))
		}
	})
}

// A run that fails, is killed or is stopped at any call leaves no gap, touches
// nobody else's rules, and the next undisturbed run makes it so.
func TestNextRunHeals(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := drawWorld(t)
		foreign := w.foreign()
		plan := Make(w.wish(t))
		gaps := w.guard()
		n := rapid.IntRange(0, 12).Draw(t, "calls that work")
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		fault := fakeaws.Fault{Service: "events", Match: fakeaws.Call.Write, Skip: n, Code: "InternalException"}
		end := rapid.SampledFrom([]string{"failures", "killed", "effect without answer", "one failure", "stopped", "a Region fails"}).Draw(t, "end")
		switch end {
		case "failures":
		case "killed":
			fault.Reset = true
		case "effect without answer":
			fault.After, fault.Times = true, rapid.IntRange(1, 3).Draw(t, "times")
		case "one failure":
			fault.Times = 1
		case "a Region fails":
			fault.Region, fault.Skip = rapid.SampledFrom(allRegions).Draw(t, "region"), n/3
		case "stopped":
			fault.Times, fault.Skip = 1, 1000
			var lock sync.Mutex
			w.OnCall(func(c fakeaws.Call) {
				lock.Lock()
				defer lock.Unlock()
				if n--; n < 0 {
					cancel()
				}
			})
		}
		repaired := w.Inject(fault)
		done := Apply(ctx, w.writer, w.policy, plan)
		repaired()
		for _, r := range done.Regions {
			for _, c := range r.Changes {
				if c.Status == Planned || (c.Status == Done) == (c.Error != "") {
					t.Fatalf("neither done nor explained: %s", tell(done))
				}
			}
		}
		if got := gaps(); len(got) > 0 {
			t.Fatalf("gaps: %q in %s", got, tell(done))
		}
		healed := Apply(t.Context(), w.writer, w.policy, Make(w.wish(t)))
		if got := gaps(); len(got) > 0 {
			t.Fatalf("gaps while healing: %q in %s\nafter %s", got, tell(healed), tell(done))
		}
		w.exact(t)
		if diff := cmp.Diff(foreign, w.foreign()); diff != "" {
			t.Fatalf("rules that are not ours changed:\n%s", diff)
		}
	})
}

// shuffled lists a bus and its targets in a random order.
type shuffled struct {
	rules   []types.Rule
	targets map[string][]types.Target
	random  *rand.Rand
}

func (s shuffled) ListRules(context.Context, *eventbridge.ListRulesInput, ...func(*eventbridge.Options)) (*eventbridge.ListRulesOutput, error) {
	rules := slices.Clone(s.rules)
	s.random.Shuffle(len(rules), func(i, j int) { rules[i], rules[j] = rules[j], rules[i] })
	return &eventbridge.ListRulesOutput{Rules: rules}, nil
}

func (s shuffled) ListTargetsByRule(_ context.Context, in *eventbridge.ListTargetsByRuleInput, _ ...func(*eventbridge.Options)) (*eventbridge.ListTargetsByRuleOutput, error) {
	return &eventbridge.ListTargetsByRuleOutput{Targets: s.targets[*in.Rule]}, nil
}

func TestOrderMakesNoDifference(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := drawWorld(t)
		wish := w.wish(t)
		want := Make(wish)
		random := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0))
		for i, o := range wish.Observed {
			bus := shuffled{random: random, targets: map[string][]types.Target{}}
			all, err := listRules(t.Context(), w.rules(o.Region))
			if err != nil {
				t.Fatal(err)
			}
			bus.rules = all
			for _, own := range o.Own {
				bus.targets[own.Name] = own.Targets
			}
			wish.Observed[i] = Observe(t.Context(), bus, w.policy, o.Region)
		}
		wish.Watches, wish.Watched = slices.Clone(wish.Watches), slices.Clone(wish.Watched)
		random.Shuffle(len(wish.Observed), reflect.Swapper(wish.Observed))
		random.Shuffle(len(wish.Watches), reflect.Swapper(wish.Watches))
		random.Shuffle(len(wish.Watched), reflect.Swapper(wish.Watched))
		if !cmp.Equal(judge(wish, false), wish.Verdicts) {
			t.Fatalf("other orphans: %v", Orphans(wish.Observed, wish.Watches))
		}
		if got := Make(wish); !reflect.DeepEqual(got, want) {
			t.Fatalf("another plan: %s\nwant %s", tell(got), tell(want))
		}
	})
}
