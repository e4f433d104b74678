package story

import (
	"cmp"
	"slices"
)

// How sure it is that two keys, one of each run, are the same.
const (
	other     = iota
	sameSlot  // nobody knows when one of them was made
	sameDate  // made at the same second, in different slots
	sameBoth  // made at the same second, in the same slot
	sameKeyID // beyond doubt
)

// compare tells how sure it is that two keys of a user are the same. Slots alone
// say little: a key moves up where the other one is deleted.
func (k *key) compare(n *key) int {
	switch {
	case k.id != "" && n.id != "":
		if k.id == n.id {
			return sameKeyID
		}
		return other
	case !k.mayBe(n) || !n.mayBe(k):
		return other
	case k.created.IsZero() || n.created.IsZero():
		if k.slot == n.slot && k.slot != 0 {
			return sameSlot
		}
		return other
	case !k.created.Equal(n.created):
		return other
	case k.slot == n.slot:
		return sameBoth
	}
	return sameDate
}

// mayBe tells that the ID of n, if known, is one that fits k.
func (k *key) mayBe(n *key) bool {
	return n.id == "" || len(k.candidates) == 0 || slices.Contains(k.candidates, n.id)
}

// pair is a thing of the old run and the same one of the new run; one of the two
// may be nil.
type pair[T any] struct{ old, now *T }

// matchKeys pairs the keys of a user that are the same, the surest first. The
// others are lost or fresh.
func matchKeys(old, now []*key) (same []pair[key], lost, fresh []*key) {
	lost, fresh = slices.Clone(old), slices.Clone(now)
	for sure := sameKeyID; sure > other; sure-- {
		for _, k := range slices.Clone(lost) {
			i := slices.IndexFunc(fresh, func(n *key) bool { return k.compare(n) == sure })
			if i < 0 {
				continue
			}
			same = append(same, pair[key]{k, fresh[i]})
			fresh = slices.Delete(fresh, i, i+1)
			lost = slices.DeleteFunc(lost, func(l *key) bool { return l == k })
		}
	}
	return same, lost, fresh
}

// matchRotated pairs keys that are lost with fresh ones that took their place:
// made later, and in the same slot if there is such a one. With sameSlotOnly
// there must be.
func matchRotated(lost, fresh []*key, sameSlotOnly bool) (rotated []pair[key], rest, unused []*key) {
	rest, unused = slices.Clone(lost), slices.Clone(fresh)
	for _, inSlot := range []bool{true, false} {
		if !inSlot && sameSlotOnly {
			break
		}
		for _, k := range slices.Clone(rest) {
			i := slices.IndexFunc(unused, func(n *key) bool { return n.follows(k, inSlot) })
			if i < 0 {
				continue
			}
			rotated = append(rotated, pair[key]{k, unused[i]})
			unused = slices.Delete(unused, i, i+1)
			rest = slices.DeleteFunc(rest, func(l *key) bool { return l == k })
		}
	}
	return rotated, rest, unused
}

// follows tells that the key can be there in the place of k.
func (k *key) follows(before *key, inSlot bool) bool {
	same := k.slot == before.slot && k.slot != 0
	if k.created.IsZero() || before.created.IsZero() {
		return same && inSlot
	}
	return k.created.After(before.created) && (same || !inSlot)
}

// matchUsers pairs the users of the two runs. Users are the same by name, or else
// by their keys: a user who was renamed keeps them. Where that fits more than one,
// nobody was.
func matchUsers(old, now view) []pair[user] {
	var pairs []pair[user]
	var lost, fresh []*user
	for _, name := range old.names() {
		if n := now.users[name]; n != nil {
			pairs = append(pairs, pair[user]{old.users[name], n})
		} else {
			lost = append(lost, old.users[name])
		}
	}
	for _, name := range now.names() {
		if old.users[name] == nil {
			fresh = append(fresh, now.users[name])
		}
	}
	for _, sure := range []int{sameKeyID, sameDate} {
		for _, p := range uniquePairs(lost, fresh, sure) {
			pairs = append(pairs, p)
			lost = slices.DeleteFunc(lost, func(u *user) bool { return u == p.old })
			fresh = slices.DeleteFunc(fresh, func(u *user) bool { return u == p.now })
		}
	}
	for _, u := range lost {
		pairs = append(pairs, pair[user]{old: u})
	}
	for _, u := range fresh {
		pairs = append(pairs, pair[user]{now: u})
	}
	return pairs
}

// uniquePairs pairs users who share a key, as surely as asked, with nobody but
// each other.
func uniquePairs(lost, fresh []*user, sure int) []pair[user] {
	partners := map[*user][]*user{}
	for _, u := range lost {
		for _, n := range fresh {
			if u.sharesKey(n, sure) {
				partners[u], partners[n] = append(partners[u], n), append(partners[n], u)
			}
		}
	}
	var pairs []pair[user]
	for _, u := range lost {
		if all := partners[u]; len(all) == 1 && len(partners[all[0]]) == 1 {
			pairs = append(pairs, pair[user]{u, all[0]})
		}
	}
	return pairs
}

// sharesKey tells that some key of both is the same, as surely as asked. Neither
// root nor exceptions, which have no name, are renamed.
func (u *user) sharesKey(n *user, sure int) bool {
	if u.name == rootUser || n.name == rootUser || u.name == "" || n.name == "" {
		return false
	}
	return slices.ContainsFunc(u.keys, func(k *key) bool {
		return slices.ContainsFunc(n.keys, func(other *key) bool { return k.compare(other) >= sure })
	})
}

// matchFindings pairs the findings of one credential by their check, in the order
// of checks.
func matchFindings(old, now []Finding) []pair[Finding] {
	type subject struct{ check, part string }
	subjectOf := func(f Finding) subject { return subject{f.Check, f.part()} }
	var pairs []pair[Finding]
	left := slices.Clone(now)
	for _, f := range old {
		i := slices.IndexFunc(left, func(n Finding) bool { return subjectOf(n) == subjectOf(f) })
		p := pair[Finding]{old: &f}
		if i >= 0 {
			n := left[i]
			p.now, left = &n, slices.Delete(left, i, i+1)
		}
		pairs = append(pairs, p)
	}
	for _, f := range left {
		pairs = append(pairs, pair[Finding]{now: &f})
	}
	slices.SortStableFunc(pairs, func(a, b pair[Finding]) int {
		return cmp.Compare(a.any().Check, b.any().Check)
	})
	return pairs
}

// any is the finding as it is, else as it was.
func (p pair[T]) any() T {
	if p.now != nil {
		return *p.now
	}
	return *p.old
}
