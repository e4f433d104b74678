package report

import (
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/iam/types"
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
// ambiguous. Keys made after the report cannot be in it. lastUsed may be nil;
// with it, ties are broken further. The answer for an empty slot is zero.
func match(slots [2]Slot, keys []listedKey, generated time.Time, lastUsed map[string]time.Time) [2]KeyRef {
	keys = slices.DeleteFunc(slices.Clone(keys), func(k listedKey) bool { return k.created.After(generated) })
	var fits [2][]listedKey
	for i, slot := range slots {
		if slot.Exists() && !slot.LastRotated.IsZero() {
			fits[i] = keep(keys, func(k listedKey) bool { return sameSecond(k.created, slot.LastRotated) })
		}
	}
	twins := len(fits[0]) > 0 && sameSecond(slots[0].LastRotated, slots[1].LastRotated)
	if twins {
		fits = separate(slots, fits[0], lastUsed)
	}
	// Dates differ where last_rotated means "last changed": what remains of
	// the slots can only be what remains of the keys.
	rest := keep(keys, func(k listedKey) bool { return !slices.Contains(fits[0], k) && !slices.Contains(fits[1], k) })
	for i, slot := range slots {
		if slot.Exists() && len(fits[i]) == 0 {
			fits[i] = preferActive(rest, slot.Active)
		}
	}
	var refs [2]KeyRef
	for i, slot := range slots {
		if slot.Exists() {
			refs[i] = refer(fits[i])
		}
	}
	if twins && refs[0].State == KeyFound && refs[0].ID == refs[1].ID {
		// One key is left of two made in the same second: it may be either.
		left := KeyRef{State: KeyAmbiguous, Candidates: []string{refs[0].ID}, Why: "one of two keys made in the same second is left"}
		refs = [2]KeyRef{left, left}
	}
	return refs
}

// separate tells two slots of the same second apart: by status, then by last
// use, which only ever moves forward. Where neither helps both slots keep all.
func separate(slots [2]Slot, keys []listedKey, lastUsed map[string]time.Time) [2][]listedKey {
	both := [2][]listedKey{keys, keys}
	if len(keys) != 2 {
		return both
	}
	if slots[0].Active != slots[1].Active && keys[0].active != keys[1].active {
		if keys[0].active == slots[0].Active {
			return [2][]listedKey{{keys[0]}, {keys[1]}}
		}
		return [2][]listedKey{{keys[1]}, {keys[0]}}
	}
	if lastUsed == nil {
		return both
	}
	could := func(slot Slot, k listedKey) bool { return !lastUsed[k.id].Before(slot.LastUsed) }
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

// tied tells that last-used data is needed to tell the slots apart.
func tied(slots [2]Slot, refs [2]KeyRef) bool {
	return slots[0].Active && slots[1].Active &&
		sameSecond(slots[0].LastRotated, slots[1].LastRotated) &&
		refs[0].State == KeyAmbiguous && refs[1].State == KeyAmbiguous
}

// refer makes the answer for a slot from the keys that fit it. Deactivated
// keys are not watched, so among several only the active ones count.
func refer(fits []listedKey) KeyRef {
	active := keep(fits, func(k listedKey) bool { return k.active })
	switch {
	case len(fits) == 0:
		return KeyRef{State: KeyGone, Why: "the key was deleted since the report"}
	case len(active) == 0 && len(fits) == 1:
		return KeyRef{State: KeyInactive, ID: fits[0].id, Why: "the key was deactivated since the report"}
	case len(active) == 0:
		return KeyRef{State: KeyInactive, Why: "the keys that fit were deactivated since the report"}
	case len(fits) == 1:
		return KeyRef{State: KeyFound, ID: fits[0].id}
	}
	ids := make([]string, 0, len(active))
	for _, k := range active {
		ids = append(ids, k.id)
	}
	slices.Sort(ids)
	if len(ids) == 1 {
		return KeyRef{State: KeyFound, ID: ids[0]}
	}
	return KeyRef{State: KeyAmbiguous, Candidates: ids, Why: "several keys fit and are all watched"}
}

// preferActive narrows the keys left over for a slot to those of its status,
// if there are any.
func preferActive(keys []listedKey, active bool) []listedKey {
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

// isActive treats every status but Active, known or not, as not active.
func isActive(status types.StatusType) bool { return status == types.StatusTypeActive }
