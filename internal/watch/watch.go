package watch

import (
	"strings"
	"time"
)

// Watch is the wish to be told when a key is used.
type Watch struct {
	// Key is an access key ID, or RootKey for the root user.
	Key string
	// User is the IAM user who owns the key, for people and for finding it
	// again; empty where nobody knows.
	User string
	// Reasons is the set of risks; 0 for a key that stays watched and of which no
	// more is known. Such a key stays where it is, whatever the routes say.
	Reasons Reason
	// Rank orders watches where room is short: larger is riskier.
	Rank int
	// IdleSince is the day (UTC midnight) since when a stale key is idle; zero
	// where no reason is Stale or Reawakened.
	IdleSince time.Time
	// Fingerprint names the report slot that holds the key; empty where none does.
	Fingerprint string
	// Why says in words for people why the key is watched, for the plan only.
	Why []string
}

// RootKey stands for the root user's access key, whose ID cannot be listed,
// wherever a key ID is expected.
const RootKey = "root"

// Reason is a set of risks, a bit each. There is room for five, so that the set
// fits one character of a rule's Description.
type Reason uint8

// The single reasons.
const (
	Stale Reason = 1 << iota
	Unrotated
	Reawakened
	Root
)

// reasonNames are the check ids of the reasons.
var reasonNames = []struct {
	reason Reason
	name   string
}{
	{Stale, "key-stale"}, {Unrotated, "key-unrotated"}, {Reawakened, "key-reawakened"}, {Root, "root-access-key"},
}

// urgency orders the reasons of a key for its way to a target, most urgent first.
var urgency = []Reason{Root, Reawakened, Stale, Unrotated}

// ReasonOf is the reason a failed check gives, 0 if it gives none.
func ReasonOf(check string) Reason {
	for _, r := range reasonNames {
		if r.name == check {
			return r.reason
		}
	}
	return 0
}

// reasonText lists the check ids of a set.
func reasonText(set Reason) string {
	var names []string
	for _, known := range reasonNames {
		if set&known.reason != 0 {
			names = append(names, known.name)
		}
	}
	return strings.Join(names, ", ")
}

// Kept is the watch of a key that stays watched as its rule remembers it.
func (m Memory) Kept() Watch {
	return Watch{Key: m.Key, User: m.User, Reasons: m.Reasons, IdleSince: m.IdleSince, Fingerprint: m.Fingerprint,
		Rank: 1, Why: []string{"watched before, and not known to be gone"}}
}
