package report

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"keywatch/internal/fakeaws"
)

func TestResolveRemembers(t *testing.T) {
	print := func(created time.Time) string { return Fingerprint("alice", created) }
	first, second := ago(300*day), ago(200*day)
	for name, c := range map[string]struct {
		keys  []time.Time
		known map[string][]string
		lists int
	}{
		"a known slot is not asked for":                      {[]time.Time{first}, map[string][]string{print(first): {"key 0"}}, 0},
		"two known slots are not asked for":                  {[]time.Time{first, second}, map[string][]string{print(first): {"key 0"}, print(second): {"key 1"}}, 0},
		"of a risky slot and a fresh one, one need be known": {[]time.Time{first, ago(day)}, map[string][]string{print(first): {"key 0"}}, 0},
		"one unknown slot asks for both":                     {[]time.Time{first, second}, map[string][]string{print(first): {"key 0"}}, 1},
		"a slot known under two IDs is asked for":            {[]time.Time{first}, map[string][]string{print(first): {"key 0", "AKIAANOTHER"}}, 1},
		"a slot of another date is asked for":                {[]time.Time{first}, map[string][]string{print(second): {"AKIAANOTHER"}}, 1},
		"an ID known for two slots is asked for":             {[]time.Time{first, second}, map[string][]string{print(first): {"key 0"}, print(second): {"key 0"}}, 1},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBox(t, fakeaws.Options{})
			ids := b.user("alice", c.keys...)
			want := map[string]KeyRef{}
			for i, created := range c.keys {
				if created.Before(ago(90 * day)) {
					want[fmt.Sprintf("alice %d", b.slotOf(t, "alice", created))] = found(ids[i])
				}
			}
			known := map[string][]string{}
			for print, names := range c.known {
				for _, name := range names {
					known[print] = append(known[print], strings.NewReplacer("key 0", ids[0], "key 1", ids[len(ids)-1]).Replace(name))
				}
			}
			refs, problems := b.resolved(t, known, nil)
			if diff := cmp.Diff(want, refs); diff != "" || len(problems) != 0 {
				t.Errorf("answers differ, problems %v (-want +got):\n%s", problems, diff)
			}
			if got := b.Count("iam", "ListAccessKeys"); got != c.lists {
				t.Errorf("%d lists, want %d", got, c.lists)
			}
		})
	}
}

// TestTwinsAreAskedForEachTime gives two slots one fingerprint, so that what a
// rule remembers may be about either.
func TestTwinsAreAskedForEachTime(t *testing.T) {
	twins := func(t *testing.T) (*box, []string) {
		b := newBox(t, fakeaws.Options{})
		made := ago(100 * day)
		return b, b.AddUser(fakeaws.User{Name: "alice", Created: made, Keys: []fakeaws.Key{
			{Created: made, LastUsed: ago(60 * day)}, {Created: made, LastUsed: ago(70 * day)}}})
	}
	t.Run("and told apart by their last use", func(t *testing.T) {
		b, ids := twins(t)
		used := b.slotOfUse(t, "alice", ago(60*day))
		known := map[string][]string{Fingerprint("alice", ago(100*day)): {ids[1]}}
		refs, _ := b.resolved(t, known, nil)
		want := map[string]KeyRef{fmt.Sprintf("alice %d", used): found(ids[0]), fmt.Sprintf("alice %d", 3-used): found(ids[1])}
		if diff := cmp.Diff(want, refs); diff != "" {
			t.Errorf("answers differ (-want +got):\n%s", diff)
		}
		b.wantCalls(t, map[string]int{"alice": 1}, map[string]int{ids[0]: 1, ids[1]: 1})
	})
	t.Run("though only one is risky", func(t *testing.T) {
		b := newBox(t, fakeaws.Options{})
		made := ago(60 * day)
		ids := b.AddUser(fakeaws.User{Name: "alice", Created: made, Keys: []fakeaws.Key{
			{Created: made, LastUsed: ago(50 * day)}, {Created: made, LastUsed: ago(day)}}})
		known := map[string][]string{Fingerprint("alice", made): {ids[1]}} // the one that is not
		refs, _ := b.resolved(t, known, nil)
		want := map[string]KeyRef{fmt.Sprintf("alice %d", b.slotOfUse(t, "alice", ago(50*day))): found(ids[0])}
		if diff := cmp.Diff(want, refs); diff != "" {
			t.Errorf("answers differ (-want +got):\n%s", diff)
		}
	})
	t.Run("and both are watched if that is denied", func(t *testing.T) {
		b, ids := twins(t)
		b.Deny("iam", "GetAccessKeyLastUsed")
		refs, problems := b.resolved(t, nil, nil)
		both := KeyRef{State: KeyAmbiguous, Candidates: slices.Sorted(slices.Values(ids)), Why: "several keys fit and are all watched"}
		if diff := cmp.Diff(map[string]KeyRef{"alice 1": both, "alice 2": both}, refs); diff != "" || len(problems) != 1 || !strings.Contains(problems[0].Msg, "grant iam:GetAccessKeyLastUsed") {
			t.Errorf("answers differ, problems %v (-want +got):\n%s", problems, diff)
		}
	})
	t.Run("and the last one left needs no more questions", func(t *testing.T) {
		b, ids := twins(t)
		refs, _ := b.resolved(t, nil, func() {
			if err := b.DeleteKey(ids[0]); err != nil {
				t.Fatal(err)
			}
		})
		left := KeyRef{State: KeyAmbiguous, Candidates: ids[1:], Why: "one active key is left that either slot may hold"}
		if diff := cmp.Diff(map[string]KeyRef{"alice 1": left, "alice 2": left}, refs); diff != "" {
			t.Errorf("answers differ (-want +got):\n%s", diff)
		}
		b.wantCalls(t, map[string]int{"alice": 1}, noCalls)
	})
}

func (b *box) slotOfUse(t *testing.T, user string, used time.Time) int {
	t.Helper()
	rep, _ := b.report(t)
	i := slices.IndexFunc(rep.Rows, func(r Row) bool { return r.User == user })
	return 1 + slices.IndexFunc(rep.Rows[i].Slots[:], func(s Slot) bool { return s.LastUsed.Equal(used) })
}
