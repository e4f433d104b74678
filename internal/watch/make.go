package watch

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Wish is all that a plan is made from.
type Wish struct {
	Policy Policy
	// Watched and Excluded are Regions: wanted ones, and ones left out on
	// purpose. Every enabled Region outside Watched is emptied of our rules.
	Watched, Excluded []string
	// Observed has every Region that was looked at.
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
// wants. Each needs a verdict before its rules may be retired.
func Orphans(seen []Observed, watches []Watch) []Memory {
	wanted := map[string]bool{}
	for _, w := range watches {
		wanted[w.Key] = true
	}
	found := map[string]Memory{}
	for _, o := range seen {
		for _, own := range o.Own {
			for _, m := range own.Memory {
				if old, ok := found[m.Key]; !wanted[m.Key] && (!ok || old.Fingerprint == "" && m.Fingerprint != "") {
					found[m.Key] = m
				}
			}
		}
	}
	return sortedByKey(found)
}

func sortedByKey(byKey map[string]Memory) []Memory {
	all := make([]Memory, 0, len(byKey))
	for _, key := range slices.Sorted(maps.Keys(byKey)) {
		all = append(all, byKey[key])
	}
	return all
}

// Make compares every Region with the wish and holds the outcome against quotas
// and the retirement cap. It is a pure function: nothing is written by planning.
func Make(wish Wish) Plan {
	plan := Plan{Uncovered: slices.Clone(wish.Excluded), WatchedKeys: []string{}, Incomplete: []string{}}
	for _, w := range wish.Watches {
		plan.WatchedKeys = append(plan.WatchedKeys, w.Key)
	}
	slices.Sort(plan.WatchedKeys)
	seen := slices.Clone(wish.Observed)
	slices.SortFunc(seen, func(a, b Observed) int { return strings.Compare(a.Region, b.Region) })
	var failures []failure
	for _, o := range seen {
		region := wish.region(o)
		if region.Error != "" {
			failures = append(failures, failure{region.Error, o.Region})
			if slices.Contains(wish.Watched, o.Region) {
				plan.Uncovered = append(plan.Uncovered, o.Region)
			}
		}
		plan.Regions = append(plan.Regions, region)
	}
	plan.Incomplete = sumUp(failures)
	slices.Sort(plan.Uncovered)
	plan.Uncovered = slices.Compact(plan.Uncovered)
	wish.holdMoves(&plan)
	wish.capRetirements(&plan)
	for i := range plan.Regions {
		if missing := fitQuota(&plan.Regions[i]); missing != "" {
			plan.Incomplete = append(plan.Incomplete, missing)
		}
	}
	return plan
}

type failure struct{ msg, region string }

// sumUp says each failure once, with the Regions it hits.
func sumUp(failures []failure) []string {
	said := []string{}
	regions := map[string][]string{}
	for _, f := range failures {
		if regions[f.msg] == nil {
			said = append(said, f.msg)
		}
		regions[f.msg] = append(regions[f.msg], f.region)
	}
	for i, msg := range said {
		said[i] = msg + ": nothing is written in " + strings.Join(regions[msg], ", ")
	}
	return said
}

// region plans one Region without regard to the others.
func (wish Wish) region(o Observed) RegionPlan {
	if o.Err != nil {
		return RegionPlan{Region: o.Region, RulesQuota: wish.Policy.quota(o.Region), Error: o.Err.Error()}
	}
	watches, why := wish.Watches, wish.why
	if !slices.Contains(wish.Watched, o.Region) {
		watches = nil
		why = func(string) string { return "the settings do not watch " + o.Region }
	}
	region := Diff(wish.Policy, o, watches, why)
	if err := wish.Blocked[o.Region]; err != nil {
		region.Error = err.Error()
		hold(&region, "nothing is written in this Region: its target cannot be used", func(Change) bool { return true })
	}
	// A key without a verdict keeps its rules as they are.
	if slices.Contains(wish.Watched, o.Region) {
		region.Changes = slices.DeleteFunc(region.Changes, func(c Change) bool {
			keep := c.Action == Retire && slices.ContainsFunc(c.KeysRemoved, wish.unjudged)
			if keep {
				region.Unchanged++
			}
			return keep
		})
	}
	return region
}

func (wish Wish) wants(key string) bool {
	return slices.ContainsFunc(wish.Watches, func(w Watch) bool { return w.Key == key })
}

func (wish Wish) unjudged(key string) bool {
	_, judged := wish.Verdicts[key]
	return !judged && !wish.wants(key)
}

func (wish Wish) why(key string) string { return wish.Verdicts[key].Why }

// holdMoves keeps the rules of Regions that are watched no more until every
// watched Region could be looked at and has its target.
func (wish Wish) holdMoves(plan *Plan) {
	covered := !slices.ContainsFunc(plan.Regions, func(r RegionPlan) bool {
		return r.Error != "" && slices.Contains(wish.Watched, r.Region)
	})
	if covered {
		return
	}
	for i := range plan.Regions {
		region := &plan.Regions[i]
		if !slices.Contains(wish.Watched, region.Region) {
			hold(region, "kept until every watched Region is covered", func(c Change) bool { return c.Action == Retire })
		}
	}
}

// capRetirements counts the distinct keys that would lose their last live watch
// without proof that they are gone, and holds them all back above the cap.
func (wish Wish) capRetirements(plan *Plan) {
	live := liveKeys(wish.Policy, wish.Observed)
	losing := map[string]bool{}
	for _, region := range plan.Regions {
		for _, change := range region.Changes {
			for _, key := range change.KeysRemoved {
				if change.Action == Retire && change.Status == Planned && live[key] && !wish.wants(key) && !wish.Verdicts[key].Proved {
					losing[key] = true
				}
			}
		}
	}
	p := wish.Policy
	limit := max(p.RetireMax, len(live)*p.RetirePercent/100, p.AllowRetire)
	if len(losing) <= limit {
		return
	}
	reason := fmt.Sprintf("%d of %d watched keys would lose their watch, more than the cap of %d", len(losing), len(live), limit)
	for i := range plan.Regions {
		hold(&plan.Regions[i], reason, func(c Change) bool {
			return c.Action == Retire && slices.ContainsFunc(c.KeysRemoved, func(k string) bool { return losing[k] })
		})
	}
	plan.Incomplete = append(plan.Incomplete, fmt.Sprintf("%s: nothing of that kind is retired; if this is right, run apply --allow-retire %d once", reason, len(losing)))
}

// liveKeys are the keys that some observed rule alerts on.
func liveKeys(p Policy, seen []Observed) map[string]bool {
	live := map[string]bool{}
	for _, o := range seen {
		for _, own := range o.Own {
			if p.live(o.Region, own) {
				live[own.Keys[0]] = true
			}
		}
	}
	return live
}

// Live lists, sorted, the keys that a rule alerts on in every one of the given
// Regions that could be looked at.
func Live(p Policy, seen []Observed, watched []string) []string {
	count, regions := map[string]int{}, 0
	for _, o := range seen {
		if o.Err != nil || !slices.Contains(watched, o.Region) {
			continue
		}
		regions++
		for key := range liveKeys(p, []Observed{o}) {
			count[key]++
		}
	}
	keys := []string{}
	for key, n := range count {
		if n == regions {
			keys = append(keys, key)
		}
	}
	slices.Sort(keys)
	return keys
}

// hold marks the planned changes that fit as held.
func hold(region *RegionPlan, reason string, fits func(Change) bool) {
	for i := range region.Changes {
		if c := &region.Changes[i]; c.Status == Planned && fits(*c) {
			c.Status, c.Error = Held, reason
		}
	}
}
