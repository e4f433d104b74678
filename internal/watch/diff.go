package watch

import (
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge/types"
)

// ops are the calls that carry a change out, in this order.
type ops struct {
	removeFirst []string // strays that take the room our target needs
	put         *Rule    // PutRule
	create      bool     // the rule does not exist yet, so it gets tags
	targets     []types.Target
	remove      []string // target IDs
	delete      bool
}

// targetsMax is the number of targets a rule may have (EventBridge quotas).
const targetsMax = 5

// Diff compares what a Region has with the watches wanted there and returns the
// changes that turn one into the other: creations first, riskiest first, then
// updates, then retirements. why explains the retirement of a key. It is a pure
// function and the order of watches does not matter; quotas and caps are
// Check's. A rule that already carries a key keeps it, whatever its name.
func Diff(p Policy, seen Observed, watches []Watch, why func(key string) string) RegionPlan {
	d := differ{policy: p, seen: seen, taken: map[string]bool{}}
	plan := RegionPlan{Region: seen.Region, Foreign: seen.Foreign, RulesUsed: seen.Total, RulesQuota: p.quota(seen.Region)}
	for _, name := range seen.Foreign {
		d.taken[name] = true
	}
	for _, own := range seen.Own {
		d.taken[own.Name] = true
	}
	carriers := d.place(watches)
	used := map[string]bool{}
	var updates []Change
	for _, w := range byRisk(watches) {
		own, ok := carriers[w.Key]
		if !ok {
			plan.Changes = append(plan.Changes, d.create(w))
			continue
		}
		used[own.Name] = true
		if change, differs := d.update(own, w); differs {
			updates = append(updates, change)
		} else {
			plan.Unchanged++
		}
	}
	slices.SortFunc(updates, func(a, b Change) int { return strings.Compare(a.Rule, b.Rule) })
	plan.Changes = append(plan.Changes, updates...)
	for _, own := range seen.Own {
		if !used[own.Name] {
			plan.Changes = append(plan.Changes, d.retire(own, carriers, why))
		}
	}
	return plan
}

type differ struct {
	policy Policy
	seen   Observed
	taken  map[string]bool
}

// place finds the rule that carries each wanted key: one whose pattern is
// exactly the key's, live before not live, else the one that has the key's name
// and no other wanted key.
func (d *differ) place(watches []Watch) map[string]*Own {
	carriers := map[string]*Own{}
	wanted := map[string]bool{}
	for _, w := range watches {
		wanted[w.Key] = true
	}
	for i := range d.seen.Own {
		own := &d.seen.Own[i]
		if len(own.Keys) != 1 || !wanted[own.Keys[0]] || !samePattern(own.Pattern, patternFor(own.Keys[0], d.policy.AccountID)) {
			continue
		}
		key := own.Keys[0]
		if first, ok := carriers[key]; !ok || !d.policy.live(d.seen.Region, *first) && d.policy.live(d.seen.Region, *own) {
			carriers[key] = own
		}
	}
	busy := map[string]bool{}
	for _, own := range carriers {
		busy[own.Name] = true
	}
	for _, w := range watches {
		if carriers[w.Key] != nil {
			continue
		}
		for i := range d.seen.Own {
			own := &d.seen.Own[i]
			if !busy[own.Name] && d.policy.named(own.Name, w.Key) {
				carriers[w.Key] = own
				busy[own.Name] = true
				break
			}
		}
	}
	return carriers
}

// named tells whether a rule's name is one that create gives for a key.
func (p Policy) named(name, key string) bool {
	rest, ok := strings.CutPrefix(name, p.nameFor(key))
	if !ok {
		return false
	}
	number, ok := strings.CutPrefix(rest, "-")
	_, err := strconv.Atoi(number)
	return rest == "" || ok && err == nil
}

// freeName is the key's name, or the next free one where others sit on it.
func (d *differ) freeName(key string) string {
	base := d.policy.nameFor(key)
	name := base
	for n := 2; d.taken[name]; n++ {
		name = base + "-" + strconv.Itoa(n)
	}
	d.taken[name] = true
	return name
}

func (d *differ) create(w Watch) Change {
	rule := Wanted(d.policy, d.seen.Region, d.freeName(w.Key), w)
	return Change{
		Action: Create, Rule: rule.Name, KeysAdded: []string{w.Key}, KeysRemoved: []string{},
		Why: slices.Clone(w.Why), Status: Planned,
		ops: ops{put: &rule, create: true, targets: rule.Targets},
	}
}

func (d *differ) update(own *Own, w Watch) (Change, bool) {
	want := Wanted(d.policy, d.seen.Region, own.Name, w)
	change := Change{Action: Update, Rule: own.Name, KeysAdded: []string{}, KeysRemoved: []string{}, Status: Planned}
	if own.State != want.State {
		change.Why = append(change.Why, fmt.Sprintf("state is %s, wanted %s", own.State, want.State))
	}
	if !samePattern(own.Pattern, want.Pattern) {
		change.Why = append(change.Why, "the pattern is not the one wanted")
		change.KeysAdded = []string{w.Key}
		change.KeysRemoved = slices.DeleteFunc(slices.Clone(own.Keys), func(k string) bool { return k == w.Key })
		if slices.Contains(own.Keys, w.Key) {
			change.KeysAdded = []string{}
		}
	}
	if own.Description != want.Description {
		change.Why = append(change.Why, fmt.Sprintf("what it remembers changes: %s", strings.Join(w.Reasons.names(), ", ")))
	}
	if len(change.Why) > 0 {
		change.ops.put = &want
	}
	d.updateTargets(&change, own.Targets, want.Targets)
	return change, len(change.Why) > 0
}

// updateTargets puts what is missing or changed and then removes strays. Only
// where strays fill the rule does one go first.
func (d *differ) updateTargets(change *Change, have, want []types.Target) {
	for _, target := range want {
		i := slices.IndexFunc(have, func(t types.Target) bool { return aws.ToString(t.Id) == aws.ToString(target.Id) })
		switch {
		case i < 0:
			change.Why = append(change.Why, "its target is missing: "+aws.ToString(target.Arn))
		case aws.ToString(have[i].Arn) != aws.ToString(target.Arn):
			change.Why = append(change.Why, "its target is "+aws.ToString(have[i].Arn)+", wanted "+aws.ToString(target.Arn))
		case !reflect.DeepEqual(have[i], target):
			change.Why = append(change.Why, "the message or settings of its target differ")
		default:
			continue
		}
		change.ops.targets = append(change.ops.targets, target)
	}
	added := 0
	for _, target := range change.ops.targets {
		if !hasTarget(have, aws.ToString(target.Id)) {
			added++
		}
	}
	room := targetsMax - len(have)
	for _, target := range have {
		id := aws.ToString(target.Id)
		if hasTarget(want, id) {
			continue
		}
		change.Why = append(change.Why, fmt.Sprintf("stray target %q: %s", id, aws.ToString(target.Arn)))
		if added > room {
			change.ops.removeFirst = append(change.ops.removeFirst, id)
			room++
		} else {
			change.ops.remove = append(change.ops.remove, id)
		}
	}
}

func hasTarget(targets []types.Target, id string) bool {
	return slices.ContainsFunc(targets, func(t types.Target) bool { return aws.ToString(t.Id) == id })
}

func (d *differ) retire(own Own, carriers map[string]*Own, why func(string) string) Change {
	change := Change{Action: Retire, Rule: own.Name, KeysAdded: []string{}, KeysRemoved: slices.Clone(own.Keys), Status: Planned}
	slices.Sort(change.KeysRemoved)
	for _, key := range change.KeysRemoved {
		if carrier, ok := carriers[key]; ok {
			change.Why = append(change.Why, fmt.Sprintf("%s is watched by %s", key, carrier.Name))
		} else {
			change.Why = append(change.Why, why(key))
		}
	}
	if len(change.Why) == 0 {
		change.Why = []string{"its pattern names no key"}
	}
	for _, target := range own.Targets {
		change.ops.remove = append(change.ops.remove, aws.ToString(target.Id))
	}
	change.ops.delete = true
	return change
}

// live tells whether a rule alerts on its keys: enabled, with our pattern and
// our target.
func (p Policy) live(region string, own Own) bool {
	if own.State == string(types.RuleStateDisabled) || len(own.Keys) != 1 {
		return false
	}
	if !samePattern(own.Pattern, patternFor(own.Keys[0], p.AccountID)) {
		return false
	}
	arn := p.targetIn(region)
	if p.hub() && region != p.HomeRegion {
		arn = p.homeBus()
	}
	return slices.ContainsFunc(own.Targets, func(t types.Target) bool { return aws.ToString(t.Arn) == arn })
}
