package watch

import "slices"

// Action is what a change does to a rule.
type Action string

// The actions.
const (
	Create Action = "create"
	Update Action = "update"
	Retire Action = "retire"
)

// Status says how far a change has come.
type Status string

// The statuses of a change.
const (
	Planned Status = "planned"
	Done    Status = "done"
	Failed  Status = "failed"
	// Held changes were wanted and not tried: no room under the quota, the
	// retirement cap, an earlier failure in the Region, a stopped run, a rule that
	// somebody else changed meanwhile.
	Held Status = "held"
)

// Plan is the ordered list of changes that turns the rules that exist into the
// rules that are wanted, and after Apply the account of what came of it.
type Plan struct {
	// Regions are sorted by name. Every Region that was looked at is here,
	// also without changes.
	Regions []RegionPlan
	// Uncovered names, sorted, the Regions in which a use of a watched key
	// raises no alert: excluded ones, and those that could not be looked at or
	// have no target.
	Uncovered []string
	// Skipped names, sorted, the Regions that the run was not to look at.
	Skipped []string
	// WatchedKeys are key IDs and RootKey, sorted: the wanted ones in a plan,
	// the ones observed in every covered Region after Apply.
	WatchedKeys []string
	// WatchedIdentities are the users, as "sessions:" and a name, and the ARNs
	// that are watched besides, sorted, in the same sense.
	WatchedIdentities []string
	// Incomplete says, a sentence each, what was not looked at, not written or
	// held back. Empty means that nothing was.
	Incomplete []string

	users  map[string]bool // about whom anything is wanted
	proved map[string]bool // keys that nobody can use any more
}

// RegionPlan is the part of a plan for one Region.
type RegionPlan struct {
	Region  string
	Changes []Change // in the order in which they are applied
	// Unchanged counts own rules that are as wanted.
	Unchanged int
	// Foreign names, sorted, the rules that have our name prefix but not our
	// owner mark. They are never touched.
	Foreign []string
	// RulesUsed counts all rules on the default bus when it was observed,
	// whoever owns them; RulesQuota is how many it may hold. Both are zero where
	// the Region could not be looked at.
	RulesUsed, RulesQuota int
	// Error says why nothing was or will be written in this Region.
	Error string

	step step
	// left are the held changes for which the bus has no room, and stuck the keys
	// that it has no room to move to where they belong.
	left  []Change
	stuck []string
}

// step says when a Region's turn is. Regions of one step are written side by
// side, and what takes a watch away waits until all earlier ones are as wanted.
type step int

const (
	stepDeliver step = iota // the Regions that deliver by themselves
	stepForward             // those that forward to the home Region's bus
	stepEmpty               // those that are watched no more
)

func (p Policy) stepOf(region string, watched bool) step {
	switch {
	case !watched:
		return stepEmpty
	case p.forwards(region):
		return stepForward
	}
	return stepDeliver
}

// holdBefore holds the changes in a Region that would take away a rule of what is
// wanted, or send its alerts another way, while a Region of an earlier step has
// not the rules it should have: the key may move there or rely on them.
func (p Plan) holdBefore(region *RegionPlan) {
	for _, other := range p.Regions {
		if other.step < region.step && other.unsettled() {
			hold(region, "kept until "+other.Region+" has the rules it should have", func(c Change) bool {
				return c.ops.redirects || c.ops.breaks && slices.ContainsFunc(c.KeysRemoved, p.wants)
			})
			return
		}
	}
}

// wants tells whether a key or identity is wanted, or another watch of the same
// user that may take its place, by a plan that was not yet applied.
func (p Plan) wants(label string) bool {
	_, key := slices.BinarySearch(p.WatchedKeys, label)
	_, identity := slices.BinarySearch(p.WatchedIdentities, label)
	mayBeNamed := isKey(label) && label != RootKey && !p.proved[label] && slices.ContainsFunc(p.WatchedIdentities, isUser)
	return key || identity || p.users[userOf(label)] || mayBeNamed
}

// unsettled tells that a rule the Region should have may not be there.
func (r RegionPlan) unsettled() bool {
	return r.Error != "" || slices.ContainsFunc(r.Changes, func(c Change) bool {
		return !c.ops.breaks && (c.Status == Failed || c.Status == Held)
	})
}

// Change is one step of a rule's way from what it is to what is wanted. A rule
// that gains some keys and loses others has two.
type Change struct {
	Action Action
	Rule   string
	// KeysAdded and KeysRemoved are key IDs, RootKey, "sessions:" and a user's
	// name, or the ARN of an identity, sorted.
	KeysAdded, KeysRemoved []string
	// Why holds the reasons in words for people, never empty.
	Why    []string
	Status Status
	// Error explains Failed and Held.
	Error string

	ops ops
}

// Pending counts the changes that are planned, by action.
func (p Plan) Pending() (create, update, retire int) { return p.count(Planned) }

// Applied counts the changes that are done, by action.
func (p Plan) Applied() (create, update, retire int) { return p.count(Done) }

func (p Plan) count(status Status) (create, update, retire int) {
	for _, region := range p.Regions {
		for _, change := range region.Changes {
			if change.Status != status {
				continue
			}
			switch change.Action {
			case Create:
				create++
			case Update:
				update++
			case Retire:
				retire++
			}
		}
	}
	return create, update, retire
}
