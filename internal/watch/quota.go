package watch

import (
	"fmt"
	"slices"
	"strings"
)

// fitQuota orders a Region's changes so that they fit the bus: the creations
// for which there is room, then updates and retirements, then as many creations
// as the retirements make room for, and last the retirement of rules whose keys
// these creations take over. What does not fit, the least risky keys, is held
// and named in the sentence returned.
func fitQuota(region *RegionPlan) (missing string) {
	taken := map[string]bool{} // keys that get a new rule
	for _, c := range region.Changes {
		if c.Action == Create {
			taken[c.KeysAdded[0]] = true
		}
	}
	replaces := func(c Change) bool { return c.Action == Retire && c.removesAny(taken) }
	room, freed := region.RulesQuota-region.RulesUsed, 0
	for _, c := range region.Changes {
		if c.Action == Retire && c.Status == Planned && !replaces(c) {
			freed++
		}
	}
	var early, middle, late, last, out []Change
	var keys []string
	homeless := map[string]bool{}
	for _, c := range region.Changes {
		switch {
		case replaces(c):
			last = append(last, c)
		case c.Action != Create || c.Status != Planned:
			middle = append(middle, c)
		case len(early) < room:
			early = append(early, c)
		case len(early)+len(late) < room+freed:
			c.ops.needsRoom = true
			late = append(late, c)
		default:
			c.Status, c.Error = Held, fmt.Sprintf("no room: the rule quota of %d is used up", region.RulesQuota)
			out = append(out, c)
			keys = append(keys, c.KeysAdded...)
			homeless[c.KeysAdded[0]] = true
		}
	}
	region.Changes = slices.Concat(early, middle, late, last, out)
	hold(region, "kept until its keys have rules of their own", func(c Change) bool { return c.Action == Retire && c.removesAny(homeless) })
	if len(out) == 0 {
		return ""
	}
	return fmt.Sprintf("%s: the quota of %d rules on the default bus does not hold %d more rules, so these keys are not watched there: %s: ask AWS to raise the quota and set watch.rules_quota",
		region.Region, region.RulesQuota, len(out), strings.Join(keys, ", "))
}
