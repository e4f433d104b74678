package watch

import (
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/eventbridge/types"
)

// ops are the calls that carry a change out, in this order.
type ops struct {
	put     *Rule // PutRule
	create  bool  // the rule does not exist yet, so it gets tags with it
	targets []types.Target
	remove  []string // target IDs
	tag     string   // ARN of the rule whose tags are put right
	delete  bool

	wave int // 1 and up; later waves rely on the room that earlier ones made
	// breaks marks a change that takes something away. settle tells that it must
	// wait until what takes its place works, and relies names that.
	breaks, settle bool
	relies         []reliance
	was            []string // the labels in the rule before
	// redirects marks a change that sends what a rule tells by now elsewhere.
	redirects bool
	// lost marks a held change whose reliance is not there any more.
	lost bool
}

// reliance is a subject that leaves a rule because another one, in the given
// state, carries it.
type reliance struct{ label, rule, state string }

func (pl *placement) relyOn(label string) reliance {
	home := pl.home[label]
	state := pl.ways.all[max(home.way, 0)].state
	if home.full { // stays as it is
		state = home.own.State
	}
	return reliance{label, home.name, state}
}

// Overtaken tells a held change that another run overtook: what it was about has
// to be planned again.
func (c Change) Overtaken() bool { return c.Status == Held && c.ops.lost }

func (o ops) order() int {
	switch {
	case !o.settle:
		return 0
	case o.redirects:
		return 1
	}
	return 2
}

func create(rule Rule, wants []want) *Change {
	c := Change{Action: Create, Rule: rule.Name, KeysAdded: []string{}, KeysRemoved: []string{}, Why: whyOf(wants), Status: Planned,
		ops: ops{put: &rule, create: true, targets: rule.Targets}}
	for _, w := range wants {
		c.KeysAdded = append(c.KeysAdded, w.label())
	}
	slices.Sort(c.KeysAdded)
	return &c
}

// whyOf gives the reasons for watching one subject, or a line each for several.
func whyOf(wants []want) []string {
	var why []string
	for _, w := range wants {
		reasons := w.why
		if len(reasons) == 0 {
			reasons = []string{reasonText(w.watch.Reasons)}
		}
		if len(wants) > 1 {
			reasons = []string{w.label() + ": " + strings.Join(reasons, "; ")}
		}
		why = append(why, reasons...)
	}
	return why
}

func newUpdate(rule string) Change {
	return Change{Action: Update, Rule: rule, KeysAdded: []string{}, KeysRemoved: []string{}, Status: Planned}
}

// compare adds to an update what PutRule puts right.
func (pl *placement) compare(c *Change, s *slot, rule draft, want Rule, rewritten bool) {
	if rule.State != want.State {
		c.Why = append(c.Why, fmt.Sprintf("state is %s, wanted %s", rule.State, want.State))
	}
	if rule.content.kind == "" || !samePattern(rule.Pattern, patternOf(rule.content, pl.policy.AccountID)) || rule.content.kind != pl.kindOf(s) {
		c.Why = append(c.Why, "the pattern is not the one wanted")
	}
	if rule.Schedule != "" {
		c.Why = append(c.Why, fmt.Sprintf("it has a schedule: %q", rule.Schedule))
	}
	if alone := pl.write(s, s.holds, rule.content.except); len(s.holds) > 0 && rule.Description != alone.Description && !rewritten {
		c.Why = append(c.Why, "what it remembers changes"+pl.changed(s, rule))
	}
	for _, key := range rule.content.except {
		if !slices.Contains(readPattern(want.Pattern).except, key) {
			c.Why = append(c.Why, key+" has no rule of its own any more")
		}
	}
	if added := pl.added(s); rule.content.kind != "" && len(added) > 0 {
		c.Why = append(c.Why, whyOf(added)...)
	}
	if len(c.Why) > 0 {
		c.ops.put = &want
	}
}

// kindOf is the kind of rule that a slot's inhabitants want.
func (pl *placement) kindOf(s *slot) kind {
	for _, l := range s.home {
		return pl.byLabel[l].kind
	}
	return s.kind
}

// changed says of which keys what a rule remembers is not what is wanted.
func (pl *placement) changed(s *slot, rule draft) string {
	was := map[string]Watch{}
	for _, m := range rule.Memory {
		was[m.Key] = m.Kept()
	}
	var all []string
	for _, key := range s.holds {
		w, wanted := pl.byLabel[key]
		if !wanted || len(s.holds) > 1 && block(was[key]) == block(w.watch) {
			continue
		}
		text := reasonText(w.watch.Reasons)
		if len(s.holds) > 1 {
			text = key + ": " + text
		}
		all = append(all, text)
	}
	if len(all) == 0 {
		return ""
	}
	return ": " + strings.Join(all, "; ")
}

// narrow adds to a change the rule as it is once some have left it.
func (pl *placement) narrow(c *Change, rule *draft, want Rule) {
	c.ops.breaks = true
	if rule.Description == want.Description && samePattern(rule.Pattern, want.Pattern) {
		return
	}
	for _, key := range readPattern(want.Pattern).except {
		if !slices.Contains(rule.content.except, key) {
			c.ops.relies = append(c.ops.relies, pl.relyOn(key))
			c.Why = append(c.Why, fmt.Sprintf("%s is watched by %s", key, pl.home[key].name))
		}
	}
	c.ops.put = &want
	rule.take(pl.policy, want)
}

// explain says why subjects leave a rule, and on what their leaving relies.
func (c *Change) explain(pl *placement, was, out []string, l leaving) {
	c.KeysRemoved = append(c.KeysRemoved, out...)
	slices.Sort(c.KeysRemoved)
	for _, label := range c.KeysRemoved {
		why := c.whyGone(pl, label, l)
		if len(out) > 1 && pl.home[label] == nil {
			why = label + ": " + why
		}
		c.Why = append(c.Why, why)
	}
	c.ops.settle = c.ops.settle || len(c.ops.relies) > 0
	c.ops.was = was
}

func (c *Change) whyGone(pl *placement, label string, l leaving) string {
	for _, other := range pl.successors(label, l) {
		c.ops.relies = append(c.ops.relies, pl.relyOn(other))
	}
	home := pl.home[label]
	if home == nil {
		return l.why(label)
	}
	c.ops.relies = append(c.ops.relies, pl.relyOn(label))
	return fmt.Sprintf("%s is watched by %s", label, home.name)
}

// successors are the watches that see from now on what the one that leaves a rule
// saw: a user's identity, sessions and keys are parts of each other. A key that
// is still active may be any user's.
func (pl *placement) successors(label string, l leaving) []string {
	var all []string
	among, user := pl.named, userOf(label)
	switch {
	case user != "":
		among = pl.wants
	case !isKey(label) || label == RootKey || l.proved(label):
		return nil
	}
	for _, w := range among {
		if other := w.label(); pl.home[other] != nil && other != label && (user == "" || w.user() == user) {
			all = append(all, other)
		}
	}
	return all
}

// retire is the change that deletes a rule which nobody needs.
func retire(pl *placement, s *slot, out []string, l leaving) *Change {
	c := Change{Action: Retire, Rule: s.name, KeysAdded: []string{}, KeysRemoved: []string{}, Status: Planned, ops: ops{breaks: true, delete: true}}
	if len(s.holds) == 0 {
		c.Why = []string{"its pattern names no key"}
	}
	c.explain(pl, s.all(), out, l)
	for _, label := range s.claims {
		if len(s.holds) == 0 {
			c.Why = append(c.Why, c.whyGone(pl, label, l))
			c.ops.settle = len(c.ops.relies) > 0
		}
	}
	if s.crowded {
		c.Why = append(c.Why, "others' targets fill it, so that there is no room for its own")
	}
	for _, target := range s.own.Targets {
		c.ops.remove = append(c.ops.remove, *target.Id)
	}
	return &c
}
