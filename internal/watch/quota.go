package watch

import (
	"fmt"
	"strings"
)

// fitQuota orders a Region's changes so that they fit the bus: first the
// creations for which there is room, then updates and retirements, then as many
// creations as retirements made room for. What still does not fit is held, the
// least risky last in the list, and named in the sentence returned.
func fitQuota(region *RegionPlan) (missing string) {
	room := max(region.RulesQuota-region.RulesUsed, 0)
	freed := 0
	for _, c := range region.Changes {
		if c.Action == Retire && c.Status == Planned {
			freed++
		}
	}
	var first, middle, second, out []Change
	for _, c := range region.Changes {
		switch {
		case c.Action != Create || c.Status != Planned:
			middle = append(middle, c)
		case len(first) < room:
			first = append(first, c)
		case len(second) < freed:
			second = append(second, c)
		default:
			c.Status = Held
			c.Error = fmt.Sprintf("no room: the rule quota of %d is used up", region.RulesQuota)
			out = append(out, c)
		}
	}
	region.Changes = append(append(append(first, middle...), second...), out...)
	if len(out) == 0 {
		return ""
	}
	var keys []string
	for _, c := range out {
		keys = append(keys, c.KeysAdded...)
	}
	return fmt.Sprintf("%s: the quota of %d rules on the default bus does not hold %d more rules, so these keys are not watched there: %s: ask AWS to raise the quota and set watch.rules_quota",
		region.Region, region.RulesQuota, len(out), strings.Join(keys, ", "))
}
