package watch

import (
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge/types"
)

// ops are the calls that carry a change out, in this order.
type ops struct {
	put     *Rule // PutRule
	create  bool  // the rule does not exist yet, so it gets tags
	targets []types.Target
	remove  []string // target IDs
	delete  bool

	// needsRoom marks a creation that fits only once a retirement made room.
	needsRoom bool
	// speaksOf are the keys a retired rule is about, and moves tells that another
	// rule carries one of them from now on.
	speaksOf []string
	moves    bool
	// redirects marks an update that sends what a rule tells by now elsewhere.
	redirects bool
}

// Diff compares what a Region has with the watches wanted there and returns the
// changes that turn one into the other: creations first, riskiest first, then
// updates, then retirements, both by rule. A key stays in the rule that is seen
// to carry it, whatever its name, and no update takes a key out of a rule. why
// explains the retirement of a key that is not wanted. Diff is a pure function,
// the order of watches makes no difference, and there is at most one of a key.
// Quotas and the retirement cap are for Make.
func Diff(p Policy, seen Observed, watches []Watch, why func(key string) string) RegionPlan {
	plan := RegionPlan{Region: seen.Region, Foreign: seen.Foreign, RulesUsed: seen.Total, RulesQuota: p.quota(seen.Region)}
	taken := map[string]bool{}
	for _, name := range seen.Foreign {
		taken[name] = true
	}
	for _, own := range seen.Own {
		taken[own.Name] = true
	}
	carriers := p.carriers(seen, watches)
	carriedBy := map[string]string{} // rule name by wanted key
	busy := map[string]bool{}
	var updates []Change
	for _, w := range byRisk(watches) {
		own := carriers[w.Key]
		if own == nil {
			rule := Wanted(p, seen.Region, p.freeName(w.Key, taken), w)
			carriedBy[w.Key] = rule.Name
			plan.Changes = append(plan.Changes, create(rule, w))
			continue
		}
		carriedBy[w.Key] = own.Name
		busy[own.Name] = true
		if change := update(*own, Wanted(p, seen.Region, own.Name, w), w); len(change.Why) > 0 {
			updates = append(updates, change)
		} else {
			plan.Unchanged++
		}
	}
	slices.SortFunc(updates, func(a, b Change) int { return strings.Compare(a.Rule, b.Rule) })
	plan.Changes = append(plan.Changes, updates...)
	for _, own := range seen.Own {
		if !busy[own.Name] {
			plan.Changes = append(plan.Changes, retire(own, carriedBy, why))
		}
	}
	return plan
}

func create(rule Rule, w Watch) Change {
	change := Change{
		Action: Create, Rule: rule.Name, KeysAdded: []string{w.Key}, KeysRemoved: []string{},
		Why: slices.Clone(w.Why), Status: Planned,
		ops: ops{put: &rule, create: true, targets: rule.Targets},
	}
	if len(change.Why) == 0 {
		change.Why = []string{reasonText(w.Reasons)}
	}
	return change
}

// update is the change that makes a rule the wanted one. Without reasons in Why
// there is nothing to change.
func update(own Own, want Rule, w Watch) Change {
	change := Change{Action: Update, Rule: own.Name, KeysAdded: []string{}, KeysRemoved: []string{}, Status: Planned}
	if own.State != want.State {
		change.Why = append(change.Why, fmt.Sprintf("state is %s, wanted %s", own.State, want.State))
	}
	if !samePattern(own.Pattern, want.Pattern) {
		change.Why = append(change.Why, "the pattern is not the one wanted")
		if len(own.Keys) == 0 {
			change.KeysAdded = []string{w.Key}
		}
	}
	if own.Schedule != "" {
		change.Why = append(change.Why, fmt.Sprintf("it has a schedule: %q", own.Schedule))
	}
	if own.Description != want.Description {
		change.Why = append(change.Why, "what it remembers changes: "+reasonText(w.Reasons))
	}
	if len(change.Why) > 0 {
		change.ops.put = &want
	}
	updateTargets(&change, own, want.Targets)
	return change
}

func retire(own Own, carriedBy map[string]string, why func(string) string) Change {
	change := Change{Action: Retire, Rule: own.Name, KeysAdded: []string{}, KeysRemoved: slices.Clone(own.Keys), Status: Planned}
	slices.Sort(change.KeysRemoved)
	if len(change.KeysRemoved) == 0 {
		change.KeysRemoved = []string{}
		change.Why = []string{"its pattern names no key"}
	}
	change.ops.speaksOf = own.speaksOf()
	for _, key := range change.ops.speaksOf {
		if rule, ok := carriedBy[key]; ok {
			change.Why = append(change.Why, fmt.Sprintf("%s is watched by %s", key, rule))
			change.ops.moves = true
		} else {
			change.Why = append(change.Why, why(key))
		}
	}
	if own.crowded() {
		change.Why = append(change.Why, "others' targets fill it, so that there is no room for its own")
	}
	for _, target := range own.Targets {
		change.ops.remove = append(change.ops.remove, aws.ToString(target.Id))
	}
	change.ops.delete = true
	return change
}
