package report

import (
	"slices"
	"time"
)

// listedKey is one access key as ListAccessKeys gives it.
type listedKey struct {
	id      string
	created time.Time
	active  bool
}

// match says which of a user's keys each slot holds, in a user listed in full.
// Slot order is not creation order and AWS documents neither, so a slot is
// matched by date, then by status; keys that still fit equally well are
// ambiguous. Keys made after the report cannot be in it; a zero generated rules
// none out. lastUsed, which may be nil or lack keys, separates slots of the same
// second further. The answer for an empty slot is zero.
func match(slots [2]Slot, keys []listedKey, generated time.Time, lastUsed map[string]time.Time) [2]KeyRef {
	keys = keep(keys, func(k listedKey) bool { return generated.IsZero() || !k.created.After(generated) })
	var fits [2][]listedKey
	for i, slot := range slots {
		if !slot.LastRotated.IsZero() {
			fits[i] = keep(keys, func(k listedKey) bool { return sameSecond(k.created, slot.LastRotated) })
		}
	}
	// Dates differ where last_rotated means "last changed": what remains of
	// the slots can only be what remains of the keys.
	rest := keep(keys, func(k listedKey) bool { return !slices.Contains(fits[0], k) && !slices.Contains(fits[1], k) })
	open := [2]bool{slots[0].Exists() && len(fits[0]) == 0, slots[1].Exists() && len(fits[1]) == 0}
	switch {
	case open[0] && open[1]:
		fits = separate(slots, rest, nil)
	case open[0]:
		fits[0] = preferStatus(rest, slots[0].Active)
	case open[1]:
		fits[1] = preferStatus(rest, slots[1].Active)
	case sameSecond(slots[0].LastRotated, slots[1].LastRotated):
		fits = separate(slots, fits[0], lastUsed)
	}
	var refs [2]KeyRef
	for i, slot := range slots {
		if slot.Exists() {
			refs[i] = refer(fits[i])
		}
	}
	return disputed(refs)
}

// separate tells two slots apart that the same keys fit: by status, then by
// last use, which only ever moves forward. Where neither helps both slots keep
// all.
func separate(slots [2]Slot, keys []listedKey, lastUsed map[string]time.Time) [2][]listedKey {
	both := [2][]listedKey{keys, keys}
	if slots[0].Active != slots[1].Active && (len(keys) == 1 || len(keys) == 2 && keys[0].active != keys[1].active) {
		for i, slot := range slots {
			both[i] = keep(keys, func(k listedKey) bool { return k.active == slot.Active })
		}
		return both
	}
	if len(keys) != 2 {
		return both
	}
	could := func(slot Slot, k listedKey) bool {
		used, known := lastUsed[k.id]
		return !known || !used.Before(slot.LastUsed)
	}
	straight := could(slots[0], keys[0]) && could(slots[1], keys[1])
	crossed := could(slots[0], keys[1]) && could(slots[1], keys[0])
	switch {
	case straight && !crossed:
		return [2][]listedKey{{keys[0]}, {keys[1]}}
	case crossed && !straight:
		return [2][]listedKey{{keys[1]}, {keys[0]}}
	}
	return both
}

// disputed takes back an ID that both slots were given: one key is left where
// there were two, and it may be either.
func disputed(refs [2]KeyRef) [2]KeyRef {
	id := refs[0].ID
	if id == "" || id != refs[1].ID {
		return refs
	}
	for i := range refs {
		refs[i].ID = ""
		if refs[i].State == KeyFound {
			refs[i] = KeyRef{State: KeyAmbiguous, Candidates: []string{id}, Why: "one active key is left that either slot may hold"}
		}
	}
	return refs
}

// tied tells that last-used data may tell the slots apart.
func tied(slots [2]Slot, refs [2]KeyRef) bool {
	return sameSecond(slots[0].LastRotated, slots[1].LastRotated) &&
		len(refs[0].Candidates) == 2 && len(refs[1].Candidates) == 2
}

// refer makes the answer for a slot from the keys that fit it. Deactivated
// keys are not watched, so among several only the active ones count.
func refer(fits []listedKey) KeyRef {
	active := keep(fits, func(k listedKey) bool { return k.active })
	switch {
	case len(active) == 1:
		return KeyRef{State: KeyFound, ID: active[0].id}
	case len(fits) == 0:
		return KeyRef{State: KeyGone, Why: "the key was deleted since the report"}
	case len(active) == 0 && len(fits) == 1:
		return KeyRef{State: KeyInactive, ID: fits[0].id, Why: "the key was deactivated since the report"}
	case len(active) == 0:
		return KeyRef{State: KeyInactive, Why: "the keys that fit were deactivated since the report"}
	}
	ids := make([]string, 0, len(active))
	for _, k := range active {
		ids = append(ids, k.id)
	}
	slices.Sort(ids)
	return KeyRef{State: KeyAmbiguous, Candidates: ids, Why: "several keys fit and are all watched"}
}

// preferStatus narrows the keys left over for a slot to those of its status, if
// there are any.
func preferStatus(keys []listedKey, active bool) []listedKey {
	if same := keep(keys, func(k listedKey) bool { return k.active == active }); len(same) > 0 {
		return same
	}
	return keys
}

func keep(keys []listedKey, ok func(listedKey) bool) []listedKey {
	var kept []listedKey
	for _, k := range keys {
		if ok(k) {
			kept = append(kept, k)
		}
	}
	return kept
}

func sameSecond(a, b time.Time) bool { return a.Unix() == b.Unix() }
