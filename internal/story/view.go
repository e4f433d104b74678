package story

import (
	"maps"
	"slices"
	"time"
)

// view is a run, sorted out by users and their keys.
type view struct {
	run    Run
	users  map[string]*user
	checks map[string]bool // those that have an answer, whatever it is
	// keyless tells that no user but root has an active key.
	keyless bool
}

// user is all that a run says of a user, of root, or, without a name, of
// exceptions.
type user struct {
	name, arn string
	keys      []*key
	rest      []Finding // about no key
}

// key is one access key.
type key struct {
	slot                            int
	id                              string
	candidates                      []string
	created, lastUsed               time.Time
	lastUsedService, lastUsedRegion string
	findings                        []Finding
}

// newView sorts a run out. Its findings may come in any order.
func newView(run Run) view {
	v := view{run: run, users: map[string]*user{}, checks: map[string]bool{}, keyless: !run.usersHaveKeys()}
	for _, f := range slices.SortedFunc(slices.Values(run.Findings), compareFindings) {
		v.checks[f.Check] = true
		u := v.users[f.User]
		if u == nil {
			u = &user{name: f.User, arn: f.ARN}
			v.users[f.User] = u
		}
		if f.aboutKey() {
			u.key(f).add(f)
		} else {
			u.rest = append(u.rest, f)
		}
	}
	return v
}

// key finds the key that a finding is about: a slot holds one, and one beyond
// the slots has its ID.
func (u *user) key(f Finding) *key {
	for _, k := range u.keys {
		if k.slot == f.Slot && (f.Slot != 0 || k.id == f.KeyID) {
			return k
		}
	}
	k := &key{slot: f.Slot, id: f.KeyID}
	u.keys = append(u.keys, k)
	return k
}

// add notes what a finding says of the key: some say more than others.
func (k *key) add(f Finding) {
	k.findings = append(k.findings, f)
	if k.id == "" {
		k.id = f.KeyID
	}
	if k.candidates == nil {
		k.candidates = f.Candidates
	}
	if k.created.IsZero() {
		k.created = f.CreatedAt
	}
	if f.LastUsedAt.After(k.lastUsed) {
		k.lastUsed, k.lastUsedService, k.lastUsedRegion = f.LastUsedAt, f.LastUsedService, f.LastUsedRegion
	}
}

// findings are all of the user's.
func (u *user) findings() []Finding {
	var all []Finding
	for _, k := range u.keys {
		all = append(all, k.findings...)
	}
	return append(all, u.rest...)
}

// names are those of all users, sorted as findings are.
func (v view) names() []string {
	return slices.SortedFunc(maps.Keys(v.users), compareUsers)
}

// asked tells that the run asked a check. That nobody has an answer does not mean
// that it was not asked where nobody has what it is asked of.
func (v view) asked(check string) bool {
	if v.checks[check] {
		return true
	}
	switch check {
	case keyStale, keyUnrotated, userTwoActiveKeys:
		return v.keyless
	}
	return false
}

// anyAsked tells that the run asked one of the findings' checks.
func (v view) anyAsked(findings []Finding) bool {
	return slices.ContainsFunc(findings, func(f Finding) bool { return v.asked(f.Check) })
}

// usersHaveKeys tells that some user other than root has an active key.
func (r Run) usersHaveKeys() bool {
	active := r.ActiveKeys
	for _, f := range r.Findings {
		if f.Check == rootAccessKey && f.Slot != 0 && f.Status != Pass {
			active--
		}
	}
	return active > 0
}

// toTell are the findings worth telling of: all but those that pass.
func toTell(findings []Finding) []Finding {
	return slices.DeleteFunc(slices.Clone(findings), func(f Finding) bool { return f.Status == Pass })
}

// state is the key with those of its findings that an event is about.
func (k *key) state(u *user, findings ...Finding) *State {
	return &State{
		User: u.name, ARN: u.arn, Slot: k.slot, KeyID: k.id, Candidates: k.candidates,
		CreatedAt: k.created, LastUsedAt: k.lastUsed, LastUsedService: k.lastUsedService, LastUsedRegion: k.lastUsedRegion,
		Findings: findings,
	}
}

// state is the user with those of its findings that an event is about.
func (u *user) state(findings ...Finding) *State {
	return &State{User: u.name, ARN: u.arn, Findings: findings}
}
