package watch

import (
	"maps"
	"slices"
)

// Live lists, sorted, the keys that a rule alerts on, as wanted, in every one of
// the watched Regions that could be looked at, and the users and identities. There
// are none where all alerts go through a home Region that could not be looked at.
func Live(p Policy, seen []Observed, watched []string) (keys, identities []string) {
	count, regions := map[string]int{}, 0
	for _, o := range seen {
		switch {
		case !slices.Contains(watched, o.Region):
			continue
		case o.Err != nil && p.Hub() && o.Region == p.HomeRegion:
			return []string{}, []string{}
		case o.Err != nil:
			continue
		}
		regions++
		for label := range liveIn(p, o) {
			count[label]++
		}
	}
	keys, identities = []string{}, []string{}
	for _, label := range slices.Sorted(maps.Keys(count)) {
		switch {
		case count[label] < regions:
		case isKey(label):
			keys = append(keys, label)
		default:
			identities = append(identities, label)
		}
	}
	return keys, identities
}

// liveIn are the subjects that some rule of a Region alerts on as wanted.
func liveIn(p Policy, o Observed) map[string]bool {
	b, live := newBus(p, o), map[string]bool{}
	for _, own := range o.Own {
		if !b.live(own) {
			continue
		}
		for _, label := range own.content.labels() {
			live[label] = true
		}
	}
	return live
}
