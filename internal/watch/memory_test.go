package watch

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func drawMemory(t *rapid.T) Watch {
	w := Watch{
		Key:         rapid.OneOf(rapid.Just(RootKey), rapid.StringMatching(`[A-Z0-9]{16,128}`)).Draw(t, "key"),
		User:        rapid.StringMatching(`[\w+=,.@-]{0,64}`).Draw(t, "user"),
		Reasons:     Reason(rapid.IntRange(0, 15).Draw(t, "reasons")),
		Fingerprint: rapid.StringMatching(`([0-9a-z]{6})?`).Draw(t, "fingerprint"),
	}
	if rapid.Bool().Draw(t, "idle") {
		w.IdleSince = time.Unix(0, 0).UTC().AddDate(0, 0, rapid.IntRange(0, 46655).Draw(t, "day"))
	}
	return w
}

func TestMemoryIsRecalledAsDescribed(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := drawMemory(t)
		owner := rapid.StringMatching(`[A-Za-z0-9][\w.]{0,15}`).Draw(t, "owner")
		text := describe(owner, w)
		if len(text) > descriptionMax || !ours(text, owner) || ours(text, owner+"x") {
			t.Fatalf("%d characters, ours %v, another owner's %v: %q", len(text), ours(text, owner), ours(text, owner+"x"), text)
		}
		want := []Memory{{Key: w.Key, User: w.User, Reasons: w.Reasons, IdleSince: w.IdleSince, Fingerprint: w.Fingerprint}}
		if diff := cmp.Diff(want, recall(text, []string{w.Key})); diff != "" {
			t.Errorf("%q is recalled as\n%s", text, diff)
		}
	})
}

func TestDescriptionIsReadable(t *testing.T) {
	for _, tc := range []struct {
		name  string
		watch Watch
		want  string
	}{
		{"a stale key", stale(key(1)), "keywatch/1 ops fyx10a1b2c alice: alert when AKIAEXAMPLE000000001 is used (key-stale)"},
		{"root", stale(RootKey), "keywatch/1 ops ---8------ root: alert when an access key of the root user is used (root-access-key)"},
		{"several reasons, nothing else known", Watch{Key: key(1), Reasons: Stale | Unrotated | Reawakened},
			"keywatch/1 ops ---7------ : alert when AKIAEXAMPLE000000001 is used (key-stale, key-unrotated, key-reawakened)"},
		{"a name that IAM would not have", Watch{Key: key(1), User: "a b\nc\u202eé", Reasons: Unrotated},
			"keywatch/1 ops ---2------ a?b?c??: alert when AKIAEXAMPLE000000001 is used (key-unrotated)"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if diff := cmp.Diff(tc.want, describe("ops", tc.watch)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// A rule is the same tomorrow: nothing is written that changes with time alone.
func TestSameWatchSameRule(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := drawMemory(t)
		again := w
		again.IdleSince = w.IdleSince.Add(time.Duration(rapid.IntRange(0, 86399).Draw(t, "seconds later")) * time.Second)
		again.Why, again.Rank = []string{"unused for 81 days"}, 7
		if w.IdleSince.IsZero() {
			again.IdleSince = w.IdleSince
		}
		for _, region := range allRegions {
			a, b := Wanted(viaHub(), region, "name", w), Wanted(viaHub(), region, "name", again)
			if !reflect.DeepEqual(a, b) {
				t.Errorf("%s: %v became %v", region, a, b)
			}
		}
	})
}

func TestDamagedMemoryIsNoMemory(t *testing.T) {
	good := describe("ops", stale(key(1)))
	idOnly := []Memory{{Key: key(1)}}
	for _, tc := range []struct{ name, text string }{
		{"empty", ""},
		{"the mark alone", mark + " ops "},
		{"no blocks", mark + " ops alice: alert when " + key(1) + " is used"},
		{"a block too short", strings.Replace(good, "fyx1", "fyx", 1)},
		{"a block too long", strings.Replace(good, "fyx1", "fyx11", 1)},
		{"reasons that are no number", strings.Replace(good, "fyx1", "fyx!", 1)},
		{"a day that is no number", strings.Replace(good, "fyx1", "f+i1", 1)},
		{"cut within the name", good[:len("keywatch/1 ops fyx10a1b2c al")]},
		{"no text", good[:len("keywatch/1 ops fyx10a1b2c")]},
		{"another key in the text", strings.Replace(good, key(1), key(2), 1)},
		{"two blocks for one key", strings.Replace(good, "fyx10a1b2c", "fyx10a1b2cfyx10a1b2c", 1)},
		{"other spacing", strings.Replace(good, " ops ", " ops  ", 1)},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if diff := cmp.Diff(idOnly, recall(tc.text, []string{key(1)})); diff != "" {
				t.Error(diff)
			}
		})
	}
	t.Run("a note at the end does no damage", func(t *testing.T) {
		want := []Memory{{Key: key(1), User: "alice", Reasons: Stale, IdleSince: stale("").IdleSince, Fingerprint: "0a1b2c"}}
		if diff := cmp.Diff(want, recall(good+" - checked by Bob", []string{key(1)})); diff != "" {
			t.Error(diff)
		}
	})
	t.Run("each of several keys has its block", func(t *testing.T) {
		want := []Memory{{Key: "A", Reasons: Stale, IdleSince: stale("").IdleSince, Fingerprint: "0a1b2c"}, {Key: "B"}, {Key: "C", Reasons: Unrotated}}
		if diff := cmp.Diff(want, recall(mark+" ops fyx10a1b2c!!!!!!!!!!---2------ "+sum([]string{"A", "B", "C"}), []string{"A", "B", "C"})); diff != "" {
			t.Error(diff)
		}
	})
}

func TestDaysOutOfRangeAreNoDays(t *testing.T) {
	for _, tc := range []struct {
		name string
		day  time.Time
		want string
	}{
		{"the first day", time.Unix(0, 0).UTC(), "000"},
		{"the last second of a day", time.Date(2026, 9, 1, 23, 59, 59, 0, time.UTC), "fyx"},
		{"the last day", time.Unix(46655*86400, 0).UTC(), "zzz"},
		{"a day later", time.Unix(46656*86400, 0).UTC(), noDay},
		{"before the first", time.Unix(-86400, 0).UTC(), noDay},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if got := encodeDay(tc.day); got != tc.want {
				t.Errorf("got %q, want %q", got, tc.want)
			}
		})
	}
}
