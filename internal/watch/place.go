package watch

import (
	"slices"
	"strconv"
)

// placement finds a rule for every want. A subject stays where it is seen to be,
// if that rule delivers as wanted and has the layout's shape; others go to the
// first rule with room, else into a new one, else, on a full bus, one that is
// for a single key is widened.
type placement struct {
	bus
	wants   []want // riskiest first
	byLabel map[string]want
	named   []want // users whose identity is wanted
	packs   bool
	all     []*slot          // seen ones by name, then new ones
	home    map[string]*slot // by label
	taken   map[string]bool  // rule names
	// left are wants for which there is no place, and no rule alerts on them as
	// well as it could. stuck are those that stay where they should not be.
	left, stuck []want
}

func (b bus) place(wants []want, packs bool) *placement {
	pl := &placement{bus: b, wants: wants, byLabel: map[string]want{}, home: map[string]*slot{}, taken: map[string]bool{}, packs: packs}
	for _, w := range wants {
		pl.byLabel[w.label()] = w
		if w.kind == identityRule && isUser(w.subject) {
			pl.named = append(pl.named, w)
		}
	}
	for _, name := range b.foreign {
		pl.taken[name] = true
	}
	pl.slots()
	for _, s := range pl.all {
		pl.taken[s.name] = true
	}
	holders := map[string][]*slot{}
	for _, s := range pl.all {
		for _, l := range s.claims {
			holders[l] = append(holders[l], s)
		}
	}
	var movers, strangers []want
	for _, w := range wants {
		switch l := w.label(); {
		case pl.stays(w, holders[l]):
		case slices.ContainsFunc(holders[l], func(s *slot) bool { return s.own.alerts() }):
			movers = append(movers, w)
		default:
			strangers = append(strangers, w)
		}
	}
	for _, w := range strangers {
		if !pl.settle(w) {
			pl.left = append(pl.left, w)
		}
	}
	for _, w := range movers {
		if !pl.settle(w) {
			pl.stay(w, holders[w.label()])
		}
	}
	return pl
}

// stays puts a want where it is, in the rule that does its work best, and of
// equal ones the first by name, if any is fit.
func (pl *placement) stays(w want, holders []*slot) bool {
	var best *slot
	for _, s := range holders {
		if pl.fit(s, w) && (best == nil || pl.grade(*s.own) > pl.grade(*best.own)) {
			best = s
		}
	}
	if best == nil {
		return false
	}
	pl.enter(best, w)
	return true
}

// fit tells that a rule that claims a want is a place for it to stay in.
func (pl *placement) fit(s *slot, w want) bool {
	if s.full || !s.kind.alike(w.kind) || pl.way(w) != anywhere && pl.way(w) != s.way {
		return false
	}
	switch {
	case w.kind != keyRule:
		return true
	case pl.packs:
		return s.pack
	}
	return pl.resident(s) == w.label() && !pl.policy.isPack(s.name, keyRule)
}

// resident is the one key that a rule is for where every key has its own: the
// only wanted one, or of several the one that the rule is named for.
func (pl *placement) resident(s *slot) string {
	var wanted []string
	for _, l := range s.claims {
		if _, ok := pl.byLabel[l]; ok {
			wanted = append(wanted, l)
		}
	}
	if len(wanted) == 1 {
		return wanted[0]
	}
	for _, l := range wanted {
		if pl.policy.nameFor(l) == withoutNumber(s.name) {
			return l
		}
	}
	return ""
}

func (pl *placement) enter(s *slot, w want) {
	if !slices.Contains(s.holds, w.label()) {
		s.load = s.load.add(w.subject)
	}
	s.home = append(s.home, w.label())
	pl.home[w.label()] = s
}

// settle finds a new place for a want.
func (pl *placement) settle(w want) bool {
	way := max(pl.way(w), 0)
	packs := w.kind == sessionRule || w.kind == keyRule && pl.packs
	if packs {
		for _, s := range pl.all {
			if s.pack && pl.takesIn(s, w, way) {
				pl.enter(s, w)
				return true
			}
		}
	}
	if pl.free > 0 {
		pl.free--
		s := &slot{name: pl.policy.ownName(w), kind: w.kind, way: way, pack: packs}
		if packs {
			s.name = pl.packName(w.kind)
		} else {
			s.name = pl.freeName(s.name)
		}
		pl.taken[s.name] = true
		pl.all = append(pl.all, s)
		pl.enter(s, w)
		return true
	}
	return packs && w.kind == keyRule && pl.widen(w, way)
}

// takesIn tells that a rule has room for one more subject.
func (pl *placement) takesIn(s *slot, w want, way int) bool {
	if s.full || s.kind != w.kind || s.way != way {
		return false
	}
	switch {
	case slices.Contains(s.holds, w.label()):
		return true
	case w.kind == keyRule:
		return pl.policy.fits(s.load.add(w.subject))
	}
	return pl.policy.holds(s.content(append(s.all(), w.label())))
}

// widen makes a pack of the first rule that is for a single key, which stays.
func (pl *placement) widen(w want, way int) bool {
	for _, s := range pl.all {
		if s.pack || s.own == nil || !pl.takesIn(s, w, way) {
			continue
		}
		resident, ok := pl.byLabel[pl.resident(s)]
		if !ok || pl.way(resident) != anywhere && pl.way(resident) != way {
			continue
		}
		s.pack = true
		if pl.home[resident.label()] == nil {
			pl.enter(s, resident)
		}
		if pl.home[w.label()] == nil {
			pl.enter(s, w)
		}
		return true
	}
	return false
}

// stay leaves a want where it is although that is not its place.
func (pl *placement) stay(w want, holders []*slot) {
	if pl.home[w.label()] != nil {
		return
	}
	var best *slot
	for _, s := range holders {
		if s.own.alerts() && (best == nil || pl.grade(*s.own) > pl.grade(*best.own)) {
			best = s
		}
	}
	pl.enter(best, w)
	pl.stuck = append(pl.stuck, w)
}

// freeName is a name, or the next free one where others sit on it.
func (pl *placement) freeName(base string) string {
	name := base
	for n := firstNumber; pl.taken[name]; n++ {
		name = base + "-" + strconv.Itoa(n)
	}
	return name
}

// packName is the first free name for a rule of several subjects.
func (pl *placement) packName(k kind) string {
	for n := 1; ; n++ {
		if name := pl.policy.namePrefix() + string(k) + "-" + strconv.Itoa(n); !pl.taken[name] {
			return name
		}
	}
}
