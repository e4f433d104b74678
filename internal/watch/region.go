package watch

import (
	"fmt"
	"slices"
	"strings"
)

// plan makes the changes that turn a Region's bus into one that speaks of what is
// wanted, wave by wave, until there is nothing left that can be done.
func (b bus) plan(wants []want, l leaving) (changes []Change, last wave) {
	for n := 1; ; n++ {
		last = b.wave(wants, l)
		step := last.changes()
		if len(step) == 0 || n > wavesMax {
			return changes, last
		}
		for i := range step {
			step[i].ops.wave = n
		}
		changes = append(changes, step...)
		b = last.after
	}
}

// wavesMax is more than any plan needs: what a wave leaves undone waits for room,
// and none makes room twice. The next run goes on from there.
const wavesMax = 10

// region plans one Region without regard to the others. kept are keys that must
// not lose their watch.
func (m maker) region(o Observed, kept func(key string) bool) RegionPlan {
	watched := slices.Contains(m.Watched, o.Region)
	turn := m.Policy.stepOf(o.Region, watched)
	if o.Err != nil {
		return RegionPlan{Region: o.Region, Error: o.Err.Error(), step: turn}
	}
	plan := RegionPlan{Region: o.Region, Foreign: o.Foreign, RulesUsed: o.Total, RulesQuota: m.Policy.quota(o.Region), step: turn}
	wants, why := m.wants, func(label string) string { return m.why(label) }
	if !watched {
		wants, why = nil, func(string) string { return "the settings do not watch " + o.Region }
	}
	changes, last := newBus(m.Policy, o).plan(wants, leaving{
		may: func(label string) bool { return m.mayLeave(label) && !kept(label) },
		why: why, proved: func(label string) bool { return m.Verdicts[label].Proved },
	})
	plan.Changes = changes
	plan.Unchanged = unchanged(o, changes)
	plan.homeless(m.Policy, last)
	if err := m.Blocked[o.Region]; err != nil {
		plan.Error = err.Error()
		hold(&plan, "nothing is written in this Region: its target cannot be used", func(Change) bool { return true })
	}
	if len(m.Only) > 0 && !slices.Contains(m.Only, o.Region) {
		hold(&plan, "this run is not for this Region", func(Change) bool { return true })
	}
	return plan
}

// unchanged counts the rules that no change is about.
func unchanged(o Observed, changes []Change) int {
	touched := map[string]bool{}
	for _, c := range changes {
		touched[c.Rule] = true
	}
	n := 0
	for _, own := range o.Own {
		if !touched[own.Name] {
			n++
		}
	}
	return n
}

// homeless adds held changes for what has no place on a full bus: rules that
// cannot be made, of the least risky subjects.
func (r *RegionPlan) homeless(p Policy, last wave) {
	full := last.after
	full.free = len(last.left)
	pl := full.place(last.left, last.packs)
	for _, s := range pl.all {
		if s.own != nil || len(s.home) == 0 {
			continue
		}
		c := create(Rule{Name: s.name}, pl.added(s))
		c.Status, c.Error = Held, fmt.Sprintf("no room: the rule quota of %d is used up", r.RulesQuota)
		r.Changes = append(r.Changes, *c)
		r.left = append(r.left, *c)
	}
	for _, w := range last.stuck {
		if w.kind == keyRule && last.after.misdirected(w) {
			r.stuck = append(r.stuck, w.label())
		}
	}
}

// misdirected tells that the rule which a key stays in tells others than its
// route says.
func (b bus) misdirected(w want) bool {
	return !slices.ContainsFunc(b.own, func(own Own) bool {
		return slices.Contains(own.content.labels(), w.label()) && b.ways.all[max(b.way(w), 0)].has(own)
	})
}

// shortage says in a sentence what the quota leaves out, "" if nothing.
func (r RegionPlan) shortage() string {
	var said []string
	if len(r.left) > 0 {
		var labels []string
		for _, c := range r.left {
			labels = append(labels, c.KeysAdded...)
		}
		said = append(said, fmt.Sprintf("the quota of %d rules on the default bus does not hold %d more rules, so these keys are not watched there: %s",
			r.RulesQuota, len(r.left), strings.Join(labels, ", ")))
	}
	if len(r.stuck) > 0 {
		said = append(said, fmt.Sprintf("the quota of %d rules on the default bus leaves no room to move these keys to the target of their route: %s",
			r.RulesQuota, strings.Join(r.stuck, ", ")))
	}
	if len(said) == 0 {
		return ""
	}
	return r.Region + ": " + strings.Join(said, "; ") + ": ask AWS to raise the quota and set watch.rules_quota"
}
