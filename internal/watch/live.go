package watch

import (
	"maps"
	"slices"
)

// Live lists, sorted, the keys that a rule alerts on, as wanted, in every one of
// the watched Regions that could be looked at. There are none where all alerts
// go through a home Region that could not.
func Live(p Policy, seen []Observed, watched []string) []string {
	count, regions := map[string]int{}, 0
	for _, o := range seen {
		switch {
		case !slices.Contains(watched, o.Region):
			continue
		case o.Err != nil && p.hub() && o.Region == p.HomeRegion:
			return []string{}
		case o.Err != nil:
			continue
		}
		regions++
		for key := range p.liveKeys(o) {
			count[key]++
		}
	}
	maps.DeleteFunc(count, func(_ string, n int) bool { return n < regions })
	return append([]string{}, slices.Sorted(maps.Keys(count))...)
}

// liveKeys are the keys that some rule of a Region alerts on as wanted.
func (p Policy) liveKeys(o Observed) map[string]bool {
	live := map[string]bool{}
	for _, own := range o.Own {
		if p.live(o.Region, own) {
			live[own.Keys[0]] = true
		}
	}
	return live
}
