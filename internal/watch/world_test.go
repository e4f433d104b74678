package watch

import (
	"fmt"
	"slices"
	"time"

	"pgregory.net/rapid"

	"keywatch/internal/fakeaws"
)

const (
	breakGlass = "arn:aws:iam::" + account + ":user/ops/alice"
	adminRole  = "arn:aws:iam::" + account + ":role/admin"
)

// world is a random account on its way to random watches.
type world struct {
	*box
	policy  Policy
	watched []string
	watches []Watch
	// others are the rules that are not ours, by Region and name.
	others map[string]map[string]bool
}

// pool is every key that may exist: wanted, watched, both or neither.
func pool() []string { return []string{RootKey, key(1), key(2), key(3), key(4)} }

// ownerOf is the user who has a key of the pool.
func ownerOf(k string) string {
	switch k {
	case RootKey:
		return "root"
	case key(1), key(2):
		return "alice"
	}
	return "bob"
}

func drawWatch(t *rapid.T, key string) Watch {
	w := stale(key)
	w.User = ownerOf(key)
	if key != RootKey && rapid.Bool().Draw(t, "other memory") {
		w.Reasons = Reason(rapid.IntRange(1, 7).Draw(t, "reasons"))
		w.IdleSince = time.Unix(0, 0).UTC().AddDate(0, 0, rapid.IntRange(0, 40000).Draw(t, "day"))
	}
	w.Rank = rapid.IntRange(0, 3).Draw(t, "rank")
	return w
}

// drawPolicy is a policy with any of the features that can be changed between
// two runs.
func drawPolicy(t *rapid.T) Policy {
	p := perRegion()
	quiet := "arn:aws:sns:{region}:{account}:quiet"
	if rapid.IntRange(0, 2).Draw(t, "hub") == 0 {
		p = viaHub()
		quiet = "arn:aws:sqs:" + home + ":{account}:quiet"
	}
	p.AllowRetire = 1000
	p.Layout = Layout{Mode: rapid.SampledFrom([]Mode{Auto, PerKey, Packed}).Draw(t, "layout"), KeysPerRule: rapid.IntRange(2, 3).Draw(t, "keys per rule"), PackAbove: 2, UnpackBelow: 2}
	if rapid.IntRange(0, 3).Draw(t, "state") == 0 {
		p.State = fakeaws.Enabled
	}
	switch rapid.IntRange(0, 3).Draw(t, "routes") {
	case 0:
		p.Routes = []Route{{Reasons: Unrotated, Targets: []string{quiet}}}
	case 1:
		p.Routes = []Route{{Reasons: Stale | Root, State: fakeaws.Enabled}, {Reasons: Unrotated, Targets: []string{quiet, p.Targets[0]}, State: fakeaws.EnabledAll}}
	}
	p.Sessions = rapid.Bool().Draw(t, "sessions")
	p.RootActivity = rapid.IntRange(0, 3).Draw(t, "root activity") == 0
	for _, arn := range []string{breakGlass, adminRole} {
		if rapid.IntRange(0, 3).Draw(t, "identity") == 0 {
			p.Identities = append(p.Identities, arn)
		}
	}
	return p
}

func drawWorld(t *rapid.T) *world {
	w := &world{box: newBox(t, fakeaws.Options{
		RulesPage: rapid.IntRange(0, 3).Draw(t, "rules page"), TargetsPage: rapid.IntRange(0, 2).Draw(t, "targets page"),
	}), others: map[string]map[string]bool{}}
	w.policy = drawPolicy(t)
	before := []Policy{drawPolicy(t), w.policy}
	for _, region := range allRegions {
		if rapid.IntRange(0, 4).Draw(t, "drop") > 0 || w.policy.Hub() && region == home {
			w.watched = append(w.watched, region)
		}
	}
	if len(w.watched) == 0 {
		w.watched = []string{west}
	}
	for _, key := range pool() {
		if rapid.Bool().Draw(t, "wanted") || key == RootKey && w.policy.RootActivity {
			w.watches = append(w.watches, drawWatch(t, key))
		}
	}
	for _, region := range allRegions {
		w.others[region] = map[string]bool{}
		names := map[string]bool{}
		for range rapid.IntRange(0, 6).Draw(t, "rules in "+region) {
			rule, own := drawRule(t, before, region)
			if names[rule.Name] {
				continue
			}
			names[rule.Name] = true
			w.others[region][rule.Name] = !own
			w.put(t, region, rule)
		}
	}
	return w
}

// drawContent is what a rule may have been made for.
func drawContent(t *rapid.T, p Policy, region string) Rule {
	ways := p.waysIn(region)
	way := ways.all[rapid.IntRange(0, len(ways.all)-1).Draw(t, "way")]
	watch := func(key string) Watch { return drawWatch(t, key) }
	some := func(of []string) []string {
		return slices.Compact(slices.Sorted(slices.Values(rapid.SliceOfN(rapid.SampledFrom(of), 1, 3).Draw(t, "some"))))
	}
	switch rapid.IntRange(0, 6).Draw(t, "kind") {
	case 0:
		c := contentOf(p.kindOf(RootKey), []string{RootKey}, nil)
		return p.write(region, p.nameFor(RootKey), way, c, watch)
	case 1:
		return p.write(region, p.namePrefix()+"sessions-1", way, contentOf(sessionRule, some([]string{"alice", "bob", "carol"}), nil), watch)
	case 2:
		arn := rapid.SampledFrom([]string{breakGlass, adminRole}).Draw(t, "arn")
		c := contentOf(identityRule, []string{arn}, nil)
		if arn == breakGlass && rapid.Bool().Draw(t, "except") {
			c.except = some([]string{key(1), key(2), key(3)})
		}
		return p.write(region, p.nameOf(identityWord(arn), arn), way, c, watch)
	case 3:
		keys := some(pool()[1:])
		return p.write(region, p.namePrefix()+"keys-"+fmt.Sprint(rapid.IntRange(1, 3).Draw(t, "number")), way, contentOf(keyRule, keys, nil), watch)
	}
	key := rapid.SampledFrom(pool()[1:]).Draw(t, "key")
	return p.write(region, p.nameFor(key), way, contentOf(keyRule, []string{key}, nil), watch)
}

// drawRule is a rule in any condition; own tells whether it is ours.
func drawRule(t *rapid.T, policies []Policy, region string) (rule fakeaws.Rule, own bool) {
	p := policies[rapid.IntRange(0, 1).Draw(t, "policy of the rule")]
	r := drawContent(t, p, region)
	switch rapid.IntRange(0, 7).Draw(t, "name") {
	case 0:
		r.Name += "-2"
	case 1:
		r.Name = p.nameFor(rapid.SampledFrom(pool()).Draw(t, "name of"))
	case 2:
		r.Name = p.namePrefix() + rapid.SampledFrom([]string{"x", "renamed", "keys-7", "sessions-2"}).Draw(t, "free name")
	}
	rule = byHand(r)
	defer func() {
		if !own { // what others forward is not ours to count
			rule.Targets = []fakeaws.Target{{ID: "theirs", ARN: "arn:aws:sns:" + region + ":" + account + ":elsewhere"}}
		}
	}()
	switch rapid.IntRange(0, 9).Draw(t, "whose") {
	case 0: // no mark
		rule.Description = "made by hand"
		return rule, false
	case 1: // another owner's mark
		rule.Description = describe("web", stale(key(1)))
		return rule, false
	case 2: // another owner's, mark and name
		other := p
		other.Owner = "web"
		return byHand(Wanted(other, region, other.nameFor(key(1)), stale(key(1)))), false
	case 3:
		rule.ManagedBy = "securityhub.amazonaws.com"
		return rule, false
	case 4:
		rule.Name, rule.Description = "billing", ""
		return rule, false
	}
	for range rapid.IntRange(0, 3).Draw(t, "damages") {
		rapid.SampledFrom(damages).Draw(t, "damage").do(t, &rule, region)
	}
	return rule, true
}

func (w *world) wish(t tester) Wish {
	t.Helper()
	wish := Wish{Policy: w.policy, Watched: w.watched, Watches: w.watches, Observed: w.observe(t.Context(), w.policy, allRegions...)}
	wish.Verdicts = judge(wish, false)
	for _, region := range allRegions {
		if !slices.Contains(w.watched, region) {
			wish.Excluded = append(wish.Excluded, region)
		}
	}
	return wish
}

// foreign is every rule that is not ours, whole.
func (w *world) foreign() map[string]fakeaws.Rule {
	all := map[string]fakeaws.Rule{}
	for _, region := range allRegions {
		for _, r := range w.Rules(region) {
			if w.others[region][r.Name] {
				all[region+" "+r.Name] = r
			}
		}
	}
	return all
}
