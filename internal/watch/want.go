package watch

import (
	"cmp"
	"maps"
	"slices"
	"strings"
)

// want is one subject that a Region's rules should speak of.
type want struct {
	kind    kind
	subject string
	watch   Watch    // of a key or root
	except  []string // of a user's identity
	route   int      // anywhere for a key that stays where it is
	rank    int
	why     []string
}

const anywhere = -1

func (w want) label() string { return label(w.kind, w.subject) }

// user is the IAM user whom a want is about, "" for root, roles and the unknown.
func (w want) user() string {
	if w.kind == keyRule {
		return w.watch.User
	}
	return userOf(w.label())
}

// wants are the subjects of every watched Region, of which the keys are wished
// for and the rest follows from the policy, riskiest first.
func (p Policy) wants(watches []Watch) []want {
	var all []want
	users := map[string]Watch{} // what all watched keys of a user come to
	for _, w := range watches {
		route := p.routeOf(w.Reasons)
		if w.Reasons == 0 && w.Key != RootKey {
			route = anywhere
		}
		all = append(all, want{kind: p.kindOf(w.Key), subject: w.Key, watch: w, route: route, rank: w.Rank, why: w.Why})
		if p.Sessions && w.Key != RootKey && w.User != "" {
			user := users[w.User]
			users[w.User] = Watch{Reasons: user.Reasons | w.Reasons, Rank: max(user.Rank, w.Rank)}
		}
	}
	for _, arn := range p.Identities {
		w := p.identity(arn, watches)
		delete(users, w.user()) // its sessions are part of what it does
		all = append(all, w)
	}
	for _, user := range slices.Sorted(maps.Keys(users)) {
		w := users[user]
		all = append(all, want{kind: sessionRule, subject: user, route: p.routeOf(w.Reasons), rank: w.Rank, why: []string{"a key of the user is watched"}})
	}
	slices.SortStableFunc(all, func(a, b want) int {
		return cmp.Or(cmp.Compare(a.order(), b.order()), cmp.Compare(b.rank, a.rank), strings.Compare(a.label(), b.label()))
	})
	return all
}

// order is the precedence of kinds where room is short: what a person named,
// then keys and root by risk, then what merely follows from them.
func (w want) order() int {
	switch w.kind {
	case identityRule:
		return 0
	case sessionRule:
		return 2
	}
	return 1
}

// identity is the watch of a named user or role. A user's keys that are watched
// for themselves are left to their own rules.
func (p Policy) identity(arn string, watches []Watch) want {
	w := want{kind: identityRule, subject: p.fill(arn, p.HomeRegion), why: []string{"watch.identities names it"}}
	for _, key := range watches {
		if key.User != "" && key.User == w.user() && key.Key != RootKey {
			w.except = append(w.except, key.Key)
		}
	}
	slices.Sort(w.except)
	return w
}
