package watch

import "slices"

// A wave is what can be done about a bus at once: first makes, which only add,
// and once they have had time to work, breaks, which only take away. What had no
// room waits for the next wave, which has the room that the breaks made.
type wave struct {
	makes, breaks []Change
	after         bus
	packs         bool
	left, stuck   []want
}

// leaving says which labels that a Region does not want may leave its rules, and
// why.
type leaving struct {
	may func(label string) bool
	why func(label string) string
	// proved tells that a key is gone or inactive, so that nobody can use it.
	proved func(label string) bool
}

func (b bus) wave(wants []want, l leaving) wave {
	pl := b.place(wants, b.packed(wants))
	w := wave{after: b, packs: pl.packs, left: pl.left, stuck: pl.stuck}
	w.after.own = nil
	var updates []Change
	for _, s := range pl.all {
		rule := pl.seen(s)
		stay, out := pl.part(s, l)
		if len(s.home) > 0 && !s.full {
			change := pl.make(s, &rule, len(out) > 0)
			switch {
			case change == nil:
			case change.Action == Create:
				w.makes = append(w.makes, *change)
			default:
				updates = append(updates, *change)
			}
		}
		if change := pl.breakUp(s, &rule, stay, out, l); change != nil {
			w.breaks = append(w.breaks, *change)
		}
		if !rule.gone {
			w.after.own = append(w.after.own, rule.Own)
		}
	}
	w.makes = append(w.makes, updates...)
	// Breaks that need not wait for makes to work come before those that do, and
	// of these first the ones that others may rely on.
	slices.SortStableFunc(w.breaks, func(a, b Change) int { return a.ops.order() - b.ops.order() })
	slices.SortFunc(w.after.own, func(a, b Own) int { return byName(a.Name, b.Name) })
	w.after.free += len(b.own) - len(w.after.own)
	return w
}

func (w wave) changes() []Change { return slices.Concat(w.makes, w.breaks) }

// draft is a rule on its way through a wave.
type draft struct {
	Own
	fresh bool // a target was added, which takes a while to work
	gone  bool
}

func (pl *placement) seen(s *slot) draft {
	if s.own == nil {
		return draft{Own: Own{Rule: Rule{Name: s.name}}}
	}
	return draft{Own: *s.own}
}

// write makes a slot's rule for labels, with what is remembered of those that
// are on their way out. except is what an identity's pattern may leave out.
func (pl *placement) write(s *slot, labels, except []string) Rule {
	k, watches := s.kind, map[string]Watch{}
	if s.own != nil {
		for _, m := range s.own.Memory {
			watches[m.Key] = m.Kept()
		}
	}
	for _, l := range labels {
		if w, ok := pl.byLabel[l]; ok {
			k, watches[l] = w.kind, w.watch
		}
	}
	c := contentOf(k, labels, except)
	return pl.policy.write(pl.region, s.name, pl.ways.all[max(s.way, 0)], c, func(key string) Watch { return watches[key] })
}

// exceptions are the keys that the pattern of an identity's rule leaves out, as
// their own rules carry them.
func (pl *placement) exceptions(s *slot) []string {
	var keys []string
	for _, l := range s.home {
		for _, key := range pl.byLabel[l].except {
			if pl.home[key] != nil {
				keys = append(keys, key)
			}
		}
	}
	return keys
}

// make is the change that lets a rule do its work for those whose home it is,
// and takes nothing away; nil if it does already. What can wait is left to the
// change that rewrites the rule when some have left it.
func (pl *placement) make(s *slot, rule *draft, rewritten bool) *Change {
	except := pl.exceptions(s)
	if s.own == nil {
		want := pl.write(s, s.home, except)
		rule.Own = pl.policy.ownOf(want, "")
		rule.Tags, rule.fresh = pl.policy.tags(), true
		return create(want, pl.added(s))
	}
	except = slices.DeleteFunc(except, func(key string) bool { return !slices.Contains(rule.content.except, key) })
	want := pl.write(s, s.all(), except)
	c := newUpdate(rule.Name)
	pl.compare(&c, s, *rule, want, rewritten)
	addTargets(&c, rule, want.Targets, rewritten, pl.policy.forwards(pl.region))
	if tags := pl.policy.tags(); rule.Tags != nil && !containsTags(rule.Tags, tags) {
		c.Why = append(c.Why, "its tags are not the ones wanted")
		c.ops.tag = rule.ARN
		rule.Tags = tags
	}
	if c.ops.put != nil {
		rule.take(pl.policy, *c.ops.put)
	}
	if len(c.Why) == 0 {
		return nil
	}
	for _, w := range pl.added(s) {
		c.KeysAdded = append(c.KeysAdded, w.label())
	}
	slices.Sort(c.KeysAdded)
	return &c
}

// added are the wants that a slot's rule does not name yet, riskiest first.
func (pl *placement) added(s *slot) []want {
	var all []want
	for _, l := range s.home {
		if !slices.Contains(s.holds, l) {
			all = append(all, pl.byLabel[l])
		}
	}
	return all
}

// take makes a draft what PutRule will make of the rule; targets stay.
func (d *draft) take(p Policy, written Rule) {
	written.Targets = d.Targets
	arn, tags := d.ARN, d.Tags
	d.Own = p.ownOf(written, "")
	d.ARN, d.Tags = arn, tags
}

// part tells who is to be in a rule in the end, and which of those that it names
// leave it: who has moved or may go.
func (pl *placement) part(s *slot, l leaving) (stay, out []string) {
	stay = slices.Clone(s.home)
	kept := func(label string) bool {
		if _, wanted := pl.byLabel[label]; wanted {
			return pl.home[label] == nil // it has no other place
		}
		return !l.may(label)
	}
	for _, label := range s.claims {
		if kept(label) && !slices.Contains(stay, label) {
			stay = append(stay, label)
		}
	}
	for _, label := range s.holds {
		if !slices.Contains(stay, label) {
			out = append(out, label)
		}
	}
	return stay, out
}

// breakUp is the change that takes from a rule who leaves it, and with the last
// one the rule; nil if nobody does.
func (pl *placement) breakUp(s *slot, rule *draft, stay, out []string, l leaving) *Change {
	if len(stay) == 0 {
		rule.gone = true
		return retire(pl, s, out, l)
	}
	if len(out) == 0 && (len(s.home) == 0 || s.full) {
		return nil // not ours to better now
	}
	c := newUpdate(rule.Name)
	want := pl.write(s, stay, pl.exceptions(s))
	if len(s.home) == 0 || s.full { // nobody lives here: only those who leave matter
		want.State, want.Targets = rule.State, rule.Targets
	}
	pl.narrow(&c, rule, want)
	redirectTargets(&c, rule, want.Targets, pl.policy.forwards(pl.region))
	c.explain(pl, s.all(), out, l)
	if len(c.Why) == 0 {
		return nil
	}
	return &c
}
