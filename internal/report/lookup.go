package report

import (
	"context"
	"fmt"
	"slices"
	"time"
)

// Lookup is an answer about one access key at the time of the run.
type Lookup struct {
	// State is KeyFound for an active key, KeyInactive, KeyGone or KeyUnknown.
	State KeyState
	// User owns the key; empty where that is not known.
	User string
	Key  string
	// Why says how the state is known, or what kept it from being known.
	Why string
}

// Trail is what is known about the whereabouts of a key.
type Trail struct {
	// Owners are the users who may own it, by what is remembered.
	Owners []string
	// OwnerGone tells that what is remembered of the owner fits no user of a whole
	// report.
	OwnerGone bool
	// Witnesses are users believed to have a key.
	Witnesses []string
	// NoKeys tells that, by a whole report, no user has any key.
	NoKeys bool
}

// LookUp asks IAM about one key. Those who may own it are listed;
// GetAccessKeyLastUsed names the owner otherwise, also after a rename.
//
// A remembered owner who does not have the key is not proof enough: the name
// may have gone to another user. It is not known whether GetAccessKeyLastUsed
// answers NoSuchEntity or AccessDenied for a deleted key, so a denial proves
// nothing by itself: it counts as "deleted" only beside a remembered owner who
// lacks the key or is gone, and only if the same call is allowed for a key that
// surely exists, a witness's, or if there is no key in the account at all, and is
// denied once more after that. Every other failure leaves the key unknown.
func (k *Keys) LookUp(ctx context.Context, id string, trail Trail) Lookup {
	listedWithout, deleted := "", ""
	for _, user := range trail.Owners {
		listed, err := k.list(ctx, user)
		switch {
		case missing(err):
			deleted = user
		case err != nil:
			return notListed(id, user, err)
		default:
			if found, ok := find(listed, id); ok {
				return found.lookup(user)
			}
			listedWithout = user
		}
	}
	user, _, err := k.lastUsed(ctx, id)
	lost := listedWithout != "" || deleted != "" || trail.OwnerGone
	proof := denied(err) && lost && (trail.NoKeys || k.mayAsk(ctx, id, trail.Witnesses))
	if proof { // a denial that passes says nothing: the answer must be the same again
		user, _, err = k.lastUsed(ctx, id)
	}
	switch {
	case missing(err) && listedWithout != "":
		return without(id, listedWithout)
	case missing(err):
		return Lookup{State: KeyGone, Key: id, Why: "IAM does not know the key any more"}
	case err == nil && user != "":
		return k.lookUpOwner(ctx, id, user)
	case err == nil:
		return Lookup{State: KeyUnknown, Key: id, Why: "IAM knows the key and names no owner: look at it by hand"}
	}
	if proof && denied(err) {
		switch {
		case listedWithout != "":
			return without(id, listedWithout)
		case deleted != "":
			return Lookup{State: KeyGone, User: deleted, Key: id, Why: fmt.Sprintf("user %q and the key exist no more", deleted)}
		}
		return Lookup{State: KeyGone, Key: id, Why: "its user and the key exist no more"}
	}
	return Lookup{State: KeyUnknown, Key: id, Why: fmt.Sprintf("its owner could not be asked for (%v): %s", err, remedy(err, "iam:GetAccessKeyLastUsed"))}
}

// lookUpOwner lists the user whom IAM names as the key's owner just now.
func (k *Keys) lookUpOwner(ctx context.Context, id, user string) Lookup {
	listed, err := k.list(ctx, user)
	if missing(err) {
		return Lookup{State: KeyGone, User: user, Key: id, Why: fmt.Sprintf("user %q exists no more", user)}
	}
	if err != nil {
		return notListed(id, user, err)
	}
	if found, ok := find(listed, id); ok {
		return found.lookup(user)
	}
	return without(id, user)
}

func notListed(id, user string, err error) Lookup {
	return Lookup{State: KeyUnknown, User: user, Key: id, Why: fmt.Sprintf("the access keys of user %q could not be listed (%v): %s", user, err, remedy(err, "iam:ListAccessKeys"))}
}

func without(id, user string) Lookup {
	return Lookup{State: KeyGone, User: user, Key: id, Why: fmt.Sprintf("user %q does not have the key any more", user)}
}

// mayAsk tells whether GetAccessKeyLastUsed is allowed at all, by asking it
// about another key that surely exists. Without one the answer is no.
func (k *Keys) mayAsk(ctx context.Context, id string, witnesses []string) bool {
	probe := k.other(id)
	for _, user := range witnesses[:min(len(witnesses), witnessesMax)] {
		if probe != "" {
			break
		}
		if _, err := k.list(ctx, user); err == nil {
			probe = k.other(id)
		}
	}
	if probe == "" {
		return false
	}
	_, _, err := k.lastUsed(ctx, probe)
	return err == nil
}

// witnessesMax bounds the calls that mayAsk makes.
const witnessesMax = 3

// Slots lists which of the row's slots, 1 and 2, may hold the key of the given
// ID: several where they cannot be told apart, none where the report does not
// show the key or the user cannot be listed. It asks IAM only if the row's user
// was not listed before.
func (k *Keys) Slots(ctx context.Context, row Row, id string, generated time.Time) []int {
	listed, err := k.list(ctx, row.User)
	if err != nil {
		return nil
	}
	var slots []int
	for i, ref := range match(row.Slots, listed, generated, nil) {
		if ref.ID == id || slices.Contains(ref.Candidates, id) {
			slots = append(slots, i+1)
		}
	}
	return slots
}

func find(keys []listedKey, id string) (listedKey, bool) {
	i := slices.IndexFunc(keys, func(k listedKey) bool { return k.id == id })
	if i < 0 {
		return listedKey{}, false
	}
	return keys[i], true
}

func (k listedKey) lookup(user string) Lookup {
	if k.active {
		return Lookup{State: KeyFound, User: user, Key: k.id, Why: fmt.Sprintf("user %q still has the key, active", user)}
	}
	return Lookup{State: KeyInactive, User: user, Key: k.id, Why: fmt.Sprintf("user %q has deactivated the key", user)}
}
