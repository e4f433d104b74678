package watch

import (
	"fmt"
	"maps"
	"strings"
)

// overCap are the keys, and users' sessions, that must not lose their watch in this
// run.
type overCap struct {
	keys   map[string]bool
	reason string // "" where the cap is kept
	advice string
}

// overCap counts the distinct keys that would lose their watch without proof that
// they are gone. Rules that alert in any way count, so that a changed pattern or
// target in the settings does not lift the cap.
func (m maker) overCap(plan Plan) overCap {
	watched, losing, sessions := map[string]bool{}, map[string]bool{}, map[string]bool{}
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
			if change.Status != Planned {
				continue
			}
			for _, key := range change.KeysRemoved {
				if strings.HasPrefix(key, sessionsOf) && !m.wanted[key] {
					sessions[key] = true
				}
				if watched[key] && !m.wanted[key] && !m.Verdicts[key].Proved {
					losing[key] = true
				}
			}
		}
	}
	p := m.Policy
	limit := max(p.RetireMax, len(watched)*p.RetirePercent/100, p.AllowRetire)
	if len(losing) <= limit {
		return overCap{}
	}
	reason := fmt.Sprintf("%d of %d watched keys would lose their watch, more than the cap of %d", len(losing), len(watched), limit)
	advice := fmt.Sprintf("nothing of that kind is retired; if this is right, run apply --allow-retire %d once", len(losing))
	maps.Copy(losing, sessions) // they may be those of the same users
	return overCap{keys: losing, reason: reason, advice: advice}
}

// keepThose plans again, so that the keys over the cap stay in their rules, and
// shows what is held back.
func (m maker) keepThose(plan *Plan, over overCap) {
	seen := byRegion(m.Observed)
	for i, before := range plan.Regions {
		if before.Error != "" {
			continue
		}
		region := m.region(seen[i], func(key string) bool { return over.keys[key] })
		for _, c := range before.Changes {
			if held, ok := m.heldFor(c, over); ok {
				region.Changes = append(region.Changes, held)
			}
		}
		region.Unchanged = unchanged(seen[i], region.Changes)
		plan.Regions[i] = region
	}
	plan.Incomplete = append(plan.Incomplete, over.reason+": "+over.advice)
}

// heldFor is the part of a change that is held back for the cap, if any.
func (m maker) heldFor(c Change, over overCap) (Change, bool) {
	var keys, why []string
	for _, key := range c.KeysRemoved {
		switch {
		case !over.keys[key]:
			continue
		case len(c.KeysRemoved) > 1:
			why = append(why, key+": "+m.why(key))
		default:
			why = c.Why
		}
		keys = append(keys, key)
	}
	c.KeysAdded, c.KeysRemoved, c.Why = []string{}, keys, why
	c.Status, c.Error = Held, over.reason
	c.ops = ops{breaks: true}
	return c, len(keys) > 0
}

// hold marks the planned changes that fit as held.
func hold(region *RegionPlan, reason string, fits func(Change) bool) {
	for i := range region.Changes {
		if c := &region.Changes[i]; c.Status == Planned && fits(*c) {
			c.Status, c.Error = Held, reason
		}
	}
}
