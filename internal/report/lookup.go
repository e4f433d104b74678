package report

import (
	"context"
	"fmt"
	"slices"
	"time"
)

// Lookup is a fresh answer about one access key.
type Lookup struct {
	// State is KeyFound for an active key, KeyInactive, KeyGone or KeyUnknown.
	State KeyState
	// User owns the key; empty where that is not known.
	User string
	Key  string
	// Why says how the state is known, or what kept it from being known.
	Why string
}

// LookUp asks IAM afresh about one key. owners are the users who may own it, by
// what is remembered; GetAccessKeyLastUsed names the owner otherwise, also
// after a rename. others are IDs of keys believed to exist.
//
// It is not known whether GetAccessKeyLastUsed answers NoSuchEntity or
// AccessDenied for a deleted key, so a denial alone proves nothing: the key is
// gone if its remembered owner was listed in full without it, or if the same
// call is allowed for another key while the remembered owner no longer exists.
// Else a denial leaves the key unknown.
func (k *Keys) LookUp(ctx context.Context, id string, owners, others []string) Lookup {
	listedWithout, missing := "", ""
	for _, user := range owners {
		listed, err := k.list(ctx, user)
		switch {
		case code(err) == "NoSuchEntity":
			missing = user
		case err != nil:
			return Lookup{State: KeyUnknown, User: user, Key: id, Why: fmt.Sprintf("the access keys of user %q could not be listed (%v): grant iam:ListAccessKeys", user, err)}
		default:
			if found, ok := find(listed, id); ok {
				return found.lookup(user)
			}
			listedWithout = user
		}
	}
	user, _, err := k.lastUsed(ctx, id)
	switch {
	case code(err) == "NoSuchEntity":
		return Lookup{State: KeyGone, Key: id, Why: "IAM does not know the key any more"}
	case err == nil && user != "":
		return k.lookUpOwner(ctx, id, user)
	case err == nil:
		return Lookup{State: KeyUnknown, Key: id, Why: "IAM knows the key and names no owner"}
	case listedWithout != "":
		return Lookup{State: KeyGone, User: listedWithout, Key: id, Why: fmt.Sprintf("user %q does not have the key any more", listedWithout)}
	case missing != "" && denied(err) && k.mayAsk(ctx, id, others):
		return Lookup{State: KeyGone, User: missing, Key: id, Why: fmt.Sprintf("user %q and the key exist no more", missing)}
	}
	return Lookup{State: KeyUnknown, Key: id, Why: fmt.Sprintf("its owner could not be asked for (%v): grant iam:GetAccessKeyLastUsed; if the key was deleted, delete its rules by hand", err)}
}

// lookUpOwner lists the user whom IAM names as the key's owner just now.
func (k *Keys) lookUpOwner(ctx context.Context, id, user string) Lookup {
	listed, err := k.list(ctx, user)
	if code(err) == "NoSuchEntity" {
		return Lookup{State: KeyGone, User: user, Key: id, Why: fmt.Sprintf("user %q exists no more", user)}
	}
	if err != nil {
		return Lookup{State: KeyUnknown, User: user, Key: id, Why: fmt.Sprintf("the access keys of user %q could not be listed (%v): grant iam:ListAccessKeys", user, err)}
	}
	if found, ok := find(listed, id); ok {
		return found.lookup(user)
	}
	return Lookup{State: KeyGone, User: user, Key: id, Why: fmt.Sprintf("user %q does not have the key any more", user)}
}

// mayAsk tells whether GetAccessKeyLastUsed is allowed at all, by asking it
// about another key.
func (k *Keys) mayAsk(ctx context.Context, id string, others []string) bool {
	probe := k.someActive(id)
	if probe == "" {
		if i := slices.IndexFunc(others, func(o string) bool { return o != id }); i >= 0 {
			probe = others[i]
		}
	}
	if probe == "" {
		return false
	}
	_, _, err := k.lastUsed(ctx, probe)
	return err == nil
}

// Slot says which of the row's slots, 1 or 2, holds the key of the given ID; 0
// where none does or several might. The row's user must have been listed.
func (k *Keys) Slot(ctx context.Context, row Row, id string, generated time.Time) int {
	listed, err := k.list(ctx, row.User)
	if err != nil {
		return 0
	}
	for i, ref := range match(row.Slots, listed, generated, nil) {
		if ref.ID == id {
			return i + 1
		}
	}
	return 0
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
