package story

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Kind says what happened.
type Kind string

// The kinds of events.
const (
	// WokeUp: a key that failed key-stale was used, or fails key-reawakened.
	WokeUp Kind = "woke-up"
	// New: a finding fails, or is unknown, and did neither before.
	New Kind = "new"
	// Lapsed: a finding was excepted and fails now.
	Lapsed Kind = "lapsed"
	// Unclear: what failed cannot be told any more: its answer is unknown, or it
	// is not in a document that does not hold everything.
	Unclear Kind = "unclear"
	// Unasked: a check that failed has no answer any more, and that its credential
	// is gone cannot be told.
	Unasked Kind = "no-longer-asked"
	// Waived: a finding is excepted and was not before.
	Waived Kind = "excepted"
	// Renamed: a user has another name and the same keys.
	Renamed Kind = "renamed"
	// Rotated: another key took the place of one.
	Rotated Kind = "rotated"
	// Gone: a credential or all of a user's is there no more.
	Gone Kind = "gone"
	// Fixed: what failed, was unknown or was excepted passes now.
	Fixed Kind = "fixed"
)

// Kinds lists every kind, those that need a reader most first.
func Kinds() []Kind {
	return []Kind{WokeUp, New, Lapsed, Unclear, Unasked, Waived, Renamed, Rotated, Gone, Fixed}
}

// Story is what happened between two runs.
type Story struct {
	AccountID string
	// Old and New are the runs. Their findings are not to be changed.
	Old, New Run
	// Notes say, a sentence each, what of the story is to be taken with care.
	Notes []string
	// Events are sorted by severity, the worst first, then by user (root first),
	// slot, check and kind.
	Events []Event
	// Unchanged counts the findings that are in no event, since they are open, or
	// excepted, as they were.
	Unchanged Tally
}

// Tally counts findings.
type Tally struct {
	Failing           map[Severity]int // every severity is a key
	Unknown, Excepted int
}

// Open is how many of the findings fail or are unknown.
func (t Tally) Open() int {
	n := t.Unknown
	for _, failing := range t.Failing {
		n += failing
	}
	return n
}

func (t *Tally) add(f Finding) {
	switch f.Status {
	case Fail:
		t.Failing[f.Severity]++
	case Unknown:
		t.Unknown++
	case Excepted:
		t.Excepted++
	}
}

// Event is one thing that happened.
type Event struct {
	Kind Kind
	// Severity is that of the worst finding in Before and After that does not
	// pass, "" if there is none.
	Severity Severity
	// User, ARN and Slot are those of After, else of Before; of a key that was
	// replaced those of Before. Slot is 0 where the event is not about a key that a
	// slot holds.
	User, ARN string
	Slot      int
	KeyIDs    []string // of Before and After, sorted; as far as they are known
	Checks    []string // of the findings in Before and After, sorted
	// Before and After are how it was and is; nil where it was or is not there.
	Before, After *State
	// Predicate says what happened, and not to whom, see Who.
	Predicate string
}

// State is a credential or user in one run, with the findings that the event is
// about.
type State struct {
	User, ARN                       string
	Slot                            int
	KeyID                           string
	Candidates                      []string
	CreatedAt, LastUsedAt           time.Time
	LastUsedService, LastUsedRegion string
	Findings                        []Finding
}

// Who says in words whom the event is about, "" for an exception.
func (e Event) Who() string {
	var who []string
	switch e.User {
	case "":
		return ""
	case rootUser:
		who = append(who, "the root user")
	default:
		who = append(who, fmt.Sprintf("user %q", e.User))
	}
	if e.Slot != 0 {
		who = append(who, fmt.Sprintf("slot %d", e.Slot))
	}
	if ids := e.subjectIDs(); len(ids) > 0 {
		who = append(who, strings.Join(ids, " or "))
	}
	return strings.Join(who, ", ")
}

// subjectIDs are the IDs of the key that the event is about: that of the newer
// state, if it is known there.
func (e Event) subjectIDs() []string {
	states := []*State{e.After, e.Before}
	if e.Kind == Rotated {
		states = []*State{e.Before}
	}
	for _, s := range states {
		if ids := s.ids(); len(ids) > 0 {
			return ids
		}
	}
	return nil
}

// ids are the key's ID, or those that fit equally well.
func (s *State) ids() []string {
	switch {
	case s == nil:
		return nil
	case s.KeyID != "":
		return []string{s.KeyID}
	}
	return s.Candidates
}

// String is the event in a sentence.
func (e Event) String() string {
	if who := e.Who(); who != "" {
		return who + ": " + e.Predicate
	}
	return e.Predicate
}

// Count is how many events are of the kind.
func (s Story) Count(kind Kind) int {
	n := 0
	for _, e := range s.Events {
		if e.Kind == kind {
			n++
		}
	}
	return n
}

// event makes an event of its two states.
func event(kind Kind, before, after *State, predicate string) Event {
	e := Event{Kind: kind, Before: before, After: after, Predicate: predicate}
	for _, s := range []*State{before, after} {
		if s == nil {
			continue
		}
		if s == before || kind != Rotated {
			e.User, e.ARN, e.Slot = s.User, s.ARN, s.Slot
		}
		e.KeyIDs = append(e.KeyIDs, s.ids()...)
		for _, f := range s.Findings {
			e.Checks = append(e.Checks, f.Check)
			if f.Status != Pass && e.Severity.Less(f.Severity) {
				e.Severity = f.Severity
			}
		}
	}
	slices.Sort(e.KeyIDs)
	slices.Sort(e.Checks)
	e.KeyIDs, e.Checks = slices.Compact(e.KeyIDs), slices.Compact(e.Checks)
	return e
}

func compareEvents(a, b Event) int {
	return cmp.Or(
		cmp.Compare(b.Severity.rank(), a.Severity.rank()),
		compareUsers(a.User, b.User),
		cmp.Compare(a.Slot, b.Slot),
		slices.Compare(a.Checks, b.Checks),
		cmp.Compare(slices.Index(Kinds(), a.Kind), slices.Index(Kinds(), b.Kind)),
		strings.Compare(a.Predicate, b.Predicate),
		slices.Compare(a.KeyIDs, b.KeyIDs),
	)
}
