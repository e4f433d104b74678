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
	// Only, if any, are the Regions in which this run may write. What is to be done
	// in others is held, and what relies on it too.
	Only []string
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
	// KeepSessions keeps the watches of users' sessions: it is not known whether a
	// key of theirs is still watched.
	KeepSessions bool
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
				if old, ok := found[m.Key]; m.Key != "" && !wanted[m.Key] && (!ok || m.better(old)) {
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
	m := newMaker(wish)
	plan := Plan{WatchedKeys: []string{}, WatchedIdentities: []string{}, users: map[string]bool{}, proved: map[string]bool{}}
	for key, verdict := range wish.Verdicts {
		plan.proved[key] = verdict.Proved
	}
	for _, w := range m.wants {
		if user := w.user(); user != "" {
			plan.users[user] = true
		}
		if isKey(w.label()) {
			plan.WatchedKeys = append(plan.WatchedKeys, w.label())
		} else {
			plan.WatchedIdentities = append(plan.WatchedIdentities, w.label())
		}
	}
	slices.Sort(plan.WatchedKeys)
	slices.Sort(plan.WatchedIdentities)
	m.regions(&plan)
	plan.Incomplete = sumUp(plan.Regions)
	plan.Uncovered = m.uncovered(plan.Regions)
	if over := m.overCap(plan); over.reason != "" {
		m.keepThose(&plan, over)
	}
	for i := range plan.Regions {
		missing := plan.Regions[i].shortage()
		if missing != "" && wish.Policy.Hub() && plan.Regions[i].Region == wish.Policy.HomeRegion {
			missing += "; the other Regions forward to this one, so these keys are watched nowhere"
		}
		if missing != "" {
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
	wants  []want          // riskiest first
	wanted map[string]bool // labels
	// unjudged are wanted keys that only stay as nobody may decide about them.
	unjudged map[string]bool
}

// newMaker adds to the wishes the keys that are watched, that nobody wants and
// about which nobody may decide yet: they stay watched.
func newMaker(wish Wish) maker {
	m := maker{Wish: wish, wanted: map[string]bool{}, unjudged: map[string]bool{}}
	watches := slices.Clone(wish.Watches)
	for _, memory := range Orphans(wish.Observed, wish.Watches) {
		if _, judged := wish.Verdicts[memory.Key]; !judged {
			watches = append(watches, memory.Kept())
			m.unjudged[memory.Key] = true
		}
	}
	m.wants = wish.Policy.wants(watches)
	for _, w := range m.wants {
		m.wanted[w.label()] = true
	}
	return m
}

func (m maker) regions(plan *Plan) {
	plan.Regions = nil
	for _, o := range byRegion(m.Observed) {
		plan.Regions = append(plan.Regions, m.region(o, func(string) bool { return false }))
	}
}

// mayLeave tells that a rule may lose a subject that its Region does not want.
func (m maker) mayLeave(label string) bool {
	switch {
	case !isKey(label):
		return !m.KeepSessions || !m.Policy.Sessions || !strings.HasPrefix(label, sessionsOf)
	case m.wanted[label]:
		return !m.unjudged[label]
	}
	return true
}

// why says in words why a subject is not wanted any more.
func (m maker) why(label string) string {
	switch {
	case isKey(label):
		return m.Verdicts[label].Why
	case strings.HasPrefix(label, sessionsOf):
		return "no key of the user is watched any more, or watch.sessions is off"
	}
	return "watch.identities does not name it"
}

// uncovered lists the Regions where the use of a key may raise no alert. With a
// home Region that fails, these are all that forward to it.
func (m maker) uncovered(regions []RegionPlan) []string {
	uncovered := append([]string{}, m.Excluded...)
	for _, region := range regions {
		if region.Error == "" || !slices.Contains(m.Watched, region.Region) {
			continue
		}
		uncovered = append(uncovered, region.Region)
		if m.Policy.Hub() && region.Region == m.Policy.HomeRegion {
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
