package watch

import "slices"

// slot is a rule, seen or to be made, as a place for subjects.
type slot struct {
	name string
	kind kind
	way  int  // the delivery it has or is to get
	own  *Own // nil for a rule to be made
	// pack tells that it takes in further subjects.
	pack bool
	// holds are the labels its pattern names, and claims those that it can be
	// made to carry: the same or, where the pattern names none, what Description
	// or name speak of.
	holds, claims []string
	// home are the labels that are to be in it.
	home []string
	// crowded tells that others' targets leave no room for ours, and full that
	// for this reason, or as it holds more than a rule of ours may, nobody may
	// live in it.
	crowded, full bool
	load          load // of a rule for keys, while subjects move
}

// all are the labels in the slot while subjects move: none leaves before its new
// place works.
func (s *slot) all() []string {
	all := slices.Clone(s.holds)
	for _, l := range s.home {
		if !slices.Contains(all, l) {
			all = append(all, l)
		}
	}
	return all
}

func (s *slot) content(labels []string) content { return contentOf(s.kind, labels, nil) }

// slots makes a place of every rule of ours.
func (pl *placement) slots() {
	byName := map[string]string{} // the label a rule is named for
	for _, w := range pl.wants {
		if name := pl.policy.ownName(w); name != "" {
			byName[name] = w.label()
		}
	}
	for i := range pl.own {
		own := &pl.own[i]
		s := &slot{name: own.Name, own: own, kind: own.content.kind, holds: own.content.labels()}
		s.claims = s.holds
		for _, key := range s.holds {
			s.load = s.load.add(key)
		}
		if s.kind == "" {
			s.claims = lost(*own, byName)
			for _, l := range s.claims {
				if w, ok := pl.byLabel[l]; ok {
					s.kind = w.kind
				}
			}
		}
		s.pack = s.kind.packs() && (pl.isPack(*own) || s.kind == sessionRule)
		s.way = pl.wayOf(s)
		if s.way >= 0 {
			s.crowded = own.crowded(pl.policy.targets(pl.region, pl.ways.all[s.way], nil))
			s.full = s.crowded || len(s.holds) > 0 && !pl.policy.holds(s.content(s.holds))
		}
		pl.all = append(pl.all, s)
	}
}

// lost is what a rule is about whose pattern names nothing of ours.
func lost(own Own, byName map[string]string) []string {
	if len(own.Memory) == 1 && own.Memory[0].Key != "" {
		return []string{own.Memory[0].Key}
	}
	for _, name := range []string{own.Name, withoutNumber(own.Name)} {
		if l, ok := byName[name]; ok {
			return []string{l}
		}
	}
	return nil
}

// wayOf is the delivery of a rule: the one it has, if any of its subjects wants
// that; else, as after a change of targets, what most of them want.
func (pl *placement) wayOf(s *slot) int {
	votes := make([]int, len(pl.ways.all))
	has := slices.IndexFunc(pl.ways.all, func(d delivery) bool { return d.has(*s.own) })
	wanted, anyway := 0, false
	for _, l := range s.claims {
		w, ok := pl.byLabel[l]
		switch {
		case !ok:
		case pl.way(w) == anywhere:
			anyway = true
		default:
			votes[pl.way(w)]++
			wanted++
		}
	}
	if has >= 0 && (votes[has] > 0 || wanted == 0) {
		return has
	}
	if wanted == 0 && !anyway {
		return anywhere
	}
	best := 0
	for i, n := range votes {
		if n > votes[best] {
			best = i
		}
	}
	return best
}

// ownName is the name of the rule that is made for one want alone, "" for a want
// that shares its rule.
func (p Policy) ownName(w want) string {
	switch w.kind {
	case keyRule:
		return p.nameFor(w.subject)
	case sessionRule:
		return ""
	case identityRule:
		return p.nameOf(identityWord(w.subject), w.subject)
	}
	return p.nameFor(RootKey)
}
