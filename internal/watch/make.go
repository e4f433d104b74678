package watch

import (
	"maps"
	"slices"
	"strings"
)

// Wish is all that a plan is made from.
type Wish struct {
	Policy Policy
	// Watched and Excluded are Regions: wanted ones, and ones left out on
	// purpose. Every observed Region outside Watched is emptied of our rules.
	Watched, Excluded []string
	// Observed has every Region that was looked at, in any order.
	Observed []Observed
	// Watches are wanted in every watched Region, at most one per key.
	Watches []Watch
	// Blocked says by Region why its target cannot be used. Nothing is written
	// in such a Region.
	Blocked map[string]error
	// Verdicts are the fresh looks at the keys that are watched and no longer
	// wanted, see Orphans. A key without one keeps its rules.
	Verdicts map[string]Verdict
}

// Verdict allows the retirement of a key's watch.
type Verdict struct {
	// Proved tells that the key is gone or inactive; such keys do not count
	// towards the retirement cap.
	Proved bool
	// Why is the reason in words for people.
	Why string
}

// Orphans lists, by key, what the observed rules remember of keys that no watch
// wants. Each needs a verdict before its rules may be retired. Of what several
// rules remember of a key the fullest counts, then the first.
func Orphans(seen []Observed, watches []Watch) []Memory {
	wanted := map[string]bool{}
	for _, w := range watches {
		wanted[w.Key] = true
	}
	found := map[string]Memory{}
	for _, o := range byRegion(seen) {
		for _, own := range o.Own {
			for _, m := range own.Memory {
				if old, ok := found[m.Key]; !wanted[m.Key] && (!ok || m.better(old)) {
					found[m.Key] = m
				}
			}
		}
	}
	orphans := make([]Memory, 0, len(found))
	for _, key := range slices.Sorted(maps.Keys(found)) {
		orphans = append(orphans, found[key])
	}
	return orphans
}

// Make compares every Region with the wish and holds the outcome against quotas
// and the retirement cap. It is a pure function: nothing is written by planning.
func Make(wish Wish) Plan {
	m := maker{Wish: wish, wanted: map[string]bool{}}
	plan := Plan{WatchedKeys: []string{}}
	for _, w := range wish.Watches {
		m.wanted[w.Key] = true
		plan.WatchedKeys = append(plan.WatchedKeys, w.Key)
	}
	slices.Sort(plan.WatchedKeys)
	for _, o := range byRegion(wish.Observed) {
		plan.Regions = append(plan.Regions, m.region(o))
	}
	plan.Incomplete = sumUp(plan.Regions)
	plan.Uncovered = m.uncovered(plan.Regions)
	m.capRetirements(&plan)
	for i := range plan.Regions {
		if missing := fitQuota(&plan.Regions[i]); missing != "" {
			if wish.Policy.hub() && plan.Regions[i].Region == wish.Policy.HomeRegion {
				missing += "; the other Regions forward to this one, so these keys are watched nowhere"
			}
			plan.Incomplete = append(plan.Incomplete, missing)
		}
	}
	for i := range plan.Regions {
		plan.holdBefore(&plan.Regions[i])
	}
	return plan
}

// maker is a wish with what is looked up often.
type maker struct {
	Wish
	wanted map[string]bool // keys
}

func (m maker) watches(region string) bool { return slices.Contains(m.Watched, region) }

// unjudged tells that nobody may decide about a key yet.
func (m maker) unjudged(key string) bool {
	_, judged := m.Verdicts[key]
	return !judged && !m.wanted[key]
}

// region plans one Region without regard to the others.
func (m maker) region(o Observed) RegionPlan {
	watched := m.watches(o.Region)
	turn := m.Policy.stepOf(o.Region, watched)
	if o.Err != nil {
		return RegionPlan{Region: o.Region, Error: o.Err.Error(), step: turn}
	}
	watches, why := m.Watches, func(key string) string { return m.Verdicts[key].Why }
	if !watched {
		watches, why = nil, func(string) string { return "the settings do not watch " + o.Region }
	}
	region := Diff(m.Policy, o, watches, why)
	region.step = turn
	region.Changes = slices.DeleteFunc(region.Changes, func(c Change) bool {
		keep := c.Action == Retire && slices.ContainsFunc(c.ops.speaksOf, m.unjudged)
		if keep {
			region.Unchanged++
		}
		return keep
	})
	if err := m.Blocked[o.Region]; err != nil {
		region.Error = err.Error()
		hold(&region, "nothing is written in this Region: its target cannot be used", func(Change) bool { return true })
	}
	return region
}

// uncovered lists the Regions where the use of a key may raise no alert. With a
// home Region that fails, these are all that forward to it.
func (m maker) uncovered(regions []RegionPlan) []string {
	uncovered := append([]string{}, m.Excluded...)
	for _, region := range regions {
		if region.Error == "" || !m.watches(region.Region) {
			continue
		}
		uncovered = append(uncovered, region.Region)
		if m.Policy.hub() && region.Region == m.Policy.HomeRegion {
			uncovered = append(uncovered, m.Watched...)
		}
	}
	slices.Sort(uncovered)
	return slices.Compact(uncovered)
}

// sumUp says each Region's error once, with all the Regions it hits.
func sumUp(regions []RegionPlan) []string {
	said := []string{}
	hit := map[string][]string{}
	for _, r := range regions {
		if r.Error == "" {
			continue
		}
		if hit[r.Error] == nil {
			said = append(said, r.Error)
		}
		hit[r.Error] = append(hit[r.Error], r.Region)
	}
	for i, msg := range said {
		said[i] = msg + ": nothing is written in " + strings.Join(hit[msg], ", ")
	}
	return said
}

func byRegion(seen []Observed) []Observed {
	return slices.SortedFunc(slices.Values(seen), func(a, b Observed) int { return strings.Compare(a.Region, b.Region) })
}
