package watch

import (
	"fmt"
	"slices"
)

// capRetirements counts the distinct keys that would lose their watch without
// proof that they are gone, and above the cap holds back all rules that carry
// one. Rules that alert in any way count, so that a changed pattern or target
// in the settings does not lift the cap.
func (m maker) capRetirements(plan *Plan) {
	watched, losing := map[string]bool{}, map[string]bool{}
	for _, o := range m.Observed {
		for _, own := range o.Own {
			for _, key := range own.Keys {
				if own.alerts() {
					watched[key] = true
				}
			}
		}
	}
	for _, region := range plan.Regions {
		for _, change := range region.Changes {
			if change.Action != Retire || change.Status != Planned {
				continue
			}
			for _, key := range change.KeysRemoved {
				if watched[key] && !m.wanted[key] && !m.Verdicts[key].Proved {
					losing[key] = true
				}
			}
		}
	}
	p := m.Policy
	limit := max(p.RetireMax, len(watched)*p.RetirePercent/100, p.AllowRetire)
	if len(losing) <= limit {
		return
	}
	reason := fmt.Sprintf("%d of %d watched keys would lose their watch, more than the cap of %d", len(losing), len(watched), limit)
	for i := range plan.Regions {
		hold(&plan.Regions[i], reason, func(c Change) bool { return c.Action == Retire && c.removesAny(losing) })
	}
	plan.Incomplete = append(plan.Incomplete, fmt.Sprintf("%s: nothing of that kind is retired; if this is right, run apply --allow-retire %d once", reason, len(losing)))
}

// removesAny tells that a change takes one of the keys out of its rule.
func (c Change) removesAny(keys map[string]bool) bool {
	return slices.ContainsFunc(c.KeysRemoved, func(key string) bool { return keys[key] })
}

// hold marks the planned changes that fit as held.
func hold(region *RegionPlan, reason string, fits func(Change) bool) {
	for i := range region.Changes {
		if c := &region.Changes[i]; c.Status == Planned && fits(*c) {
			c.Status, c.Error = Held, reason
		}
	}
}
