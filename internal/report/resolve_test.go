package report

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"keywatch/internal/fakeaws"
)

func watched() map[CheckID]bool { return map[CheckID]bool{KeyStale: true, KeyUnrotated: true} }

// resolved runs ResolveKeys on a report of this moment, after letting later
// change the account, and gives each slot's answer as "user slot".
func (b *box) resolved(t *testing.T, known map[string][]string, later func()) (map[string]KeyRef, []Problem) {
	t.Helper()
	rep, findings := b.report(t)
	generated := b.clock()
	if later != nil {
		b.pass(time.Hour)
		later()
	}
	got, problems, err := ResolveKeys(t.Context(), NewKeys(b.iam), rep, findings, Resolution{Risky: watched(), Generated: generated, Known: known})
	if err != nil {
		t.Fatal(err)
	}
	refs := map[string]KeyRef{}
	for i, f := range got {
		slot := fmt.Sprintf("%s %d", f.User, f.Slot)
		if old, twice := refs[slot]; twice && f.Slot != 0 && cmp.Diff(old, f.Key) != "" {
			t.Errorf("%s is answered twice: %+v and %+v", slot, old, f.Key)
		}
		if f.Slot == 0 && f.Key.State != KeyNotAsked {
			t.Errorf("a finding about no key has one: %+v", f)
		}
		if f.Key.State != KeyNotAsked {
			refs[slot] = f.Key
		}
		f.Key = KeyRef{}
		if diff := cmp.Diff(findings[i], f); diff != "" || findings[i].Key.State != "" {
			t.Errorf("more than the key changed, or the argument (-want +got):\n%s", diff)
		}
	}
	return refs, problems
}

// wantCalls compares the calls of IAM that name keys or users.
func (b *box) wantCalls(t *testing.T, lists, lastUsed map[string]int) {
	t.Helper()
	if diff := cmp.Diff(lists, b.asked("ListAccessKeys")); diff != "" {
		t.Errorf("ListAccessKeys by user (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(lastUsed, b.asked("GetAccessKeyLastUsed")); diff != "" {
		t.Errorf("GetAccessKeyLastUsed by key (-want +got):\n%s", diff)
	}
}

var noCalls = map[string]int{}

func found(id string) KeyRef { return KeyRef{State: KeyFound, ID: id} }

func TestResolveAsksOnlyOwnersOfRiskySlots(t *testing.T) {
	b := newBox(t, fakeaws.Options{KeysPage: 1})
	b.SetRoot(fakeaws.Root{Created: ago(900 * day), Keys: []fakeaws.Key{{Created: ago(900 * day)}}})
	b.user("fresh", ago(day))
	b.user("keyless")
	stale := b.user("stale", ago(50*day))
	mixed := b.user("mixed", ago(100*day), ago(day))
	both := b.user("both", ago(300*day), ago(200*day))
	refs, problems := b.resolved(t, nil, nil)
	want := map[string]KeyRef{"stale 1": found(stale[0])}
	for i, id := range both {
		want[fmt.Sprintf("both %d", b.slotOf(t, "both", ago(time.Duration(300-100*i)*day)))] = found(id)
	}
	want[fmt.Sprintf("mixed %d", b.slotOf(t, "mixed", ago(100*day)))] = found(mixed[0])
	if diff := cmp.Diff(want, refs); diff != "" || len(problems) != 0 {
		t.Errorf("answers differ, problems %v (-want +got):\n%s", problems, diff)
	}
	b.wantCalls(t, map[string]int{"stale": 1, "mixed": 2, "both": 2}, noCalls) // a key a page
}

// slotOf says in which slot of the report the key of a date is.
func (b *box) slotOf(t *testing.T, user string, rotated time.Time) int {
	t.Helper()
	rep, _ := b.report(t)
	for _, row := range rep.Rows {
		for i, slot := range row.Slots {
			if row.User == user && slot.LastRotated.Equal(rotated) {
				return i + 1
			}
		}
	}
	t.Fatalf("no slot of %q was rotated at %s", user, rotated)
	return 0
}

func TestResolveSeesWhatHappenedSinceTheReport(t *testing.T) {
	gone := KeyRef{State: KeyGone, Why: "the key was deleted since the report"}
	inactive := func(id string) KeyRef {
		return KeyRef{State: KeyInactive, ID: id, Why: "the key was deactivated since the report"}
	}
	userGone := KeyRef{State: KeyGone, Why: "the user was deleted or renamed since the report"}
	for name, c := range map[string]struct {
		since func(b *box, id string) error
		want  func(id string) KeyRef
	}{
		"nothing": {func(*box, string) error { return nil }, found},
		"the key was deleted": {func(b *box, id string) error { return b.DeleteKey(id) },
			func(string) KeyRef { return gone }},
		"the key was deactivated": {func(b *box, id string) error { return b.SetKeyStatus(id, false) }, inactive},
		"the key was rotated and deleted": {func(b *box, id string) error { _, err := b.RotateKey(id, false); return err },
			func(string) KeyRef { return gone }},
		"the key was rotated and deactivated": {func(b *box, id string) error { _, err := b.RotateKey(id, true); return err }, inactive},
		"another key was made": {func(b *box, _ string) error {
			_, err := b.AddKey("alice", fakeaws.Key{Created: b.clock()})
			return err
		}, found},
		"the user was deleted": {func(b *box, _ string) error { return b.DeleteUser("alice") },
			func(string) KeyRef { return userGone }},
		"the user was renamed": {func(b *box, _ string) error { return b.RenameUser("alice", "alicia") },
			func(string) KeyRef { return userGone }},
		"the user was deleted and made anew": {func(b *box, _ string) error { b.user("alice", b.clock()); return nil },
			func(string) KeyRef { return gone }},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBox(t, fakeaws.Options{KeysPage: 1})
			id := b.user("alice", ago(100*day))[0]
			refs, problems := b.resolved(t, nil, func() {
				if err := c.since(b, id); err != nil {
					t.Fatal(err)
				}
			})
			if diff := cmp.Diff(map[string]KeyRef{"alice 1": c.want(id)}, refs); diff != "" || len(problems) != 0 {
				t.Errorf("answers differ, problems %v (-want +got):\n%s", problems, diff)
			}
		})
	}
}

func TestResolveSaysWhatItCouldNotAsk(t *testing.T) {
	unknown := KeyRef{State: KeyUnknown, Why: "its access keys could not be listed"}
	t.Run("denied for one user", func(t *testing.T) {
		b := newBox(t, fakeaws.Options{})
		ids := b.user("alice", ago(100*day))
		b.user("bob", ago(100*day))
		b.Inject(fakeaws.Fault{Service: "iam", Op: "ListAccessKeys", Resource: "bob", Code: fakeaws.AccessDenied})
		refs, problems := b.resolved(t, nil, nil)
		if diff := cmp.Diff(map[string]KeyRef{"alice 1": found(ids[0]), "bob 1": unknown}, refs); diff != "" {
			t.Errorf("answers differ (-want +got):\n%s", diff)
		}
		wantProblem(t, problems, `the access keys of "bob" could not be listed (`, "AccessDenied", "): grant iam:ListAccessKeys on this account's users")
	})
	t.Run("denied for many", func(t *testing.T) {
		b := newBox(t, fakeaws.Options{})
		for i := range 5 {
			b.user(fmt.Sprintf("u%d", i), ago(100*day))
		}
		b.Deny("iam", "ListAccessKeys")
		refs, problems := b.resolved(t, nil, nil)
		if len(refs) != 5 || refs["u4 1"].State != KeyUnknown {
			t.Errorf("answers are %v", refs)
		}
		wantProblem(t, problems, `the access keys of "u0", "u1", "u2" and 2 more could not be listed (`)
	})
	t.Run("denied for one and throttled for another", func(t *testing.T) {
		b := newBox(t, fakeaws.Options{})
		b.user("alice", ago(100*day))
		b.user("bob", ago(100*day))
		b.Inject(fakeaws.Fault{Service: "iam", Op: "ListAccessKeys", Resource: "bob", Code: fakeaws.AccessDenied})
		b.Inject(fakeaws.Fault{Service: "iam", Op: "ListAccessKeys", Resource: "alice", Code: fakeaws.Throttled})
		_, problems := b.resolved(t, nil, nil)
		if len(problems) != 2 {
			t.Fatalf("%d problems, want one for each code: %v", len(problems), problems)
		}
		wantProblem(t, problems[:1], `"alice"`, "run again later")
		wantProblem(t, problems[1:], `"bob"`, "grant iam:ListAccessKeys")
	})
	t.Run("denied on the second page", func(t *testing.T) {
		b := newBox(t, fakeaws.Options{KeysPage: 1})
		b.user("alice", ago(300*day), ago(200*day))
		b.Inject(fakeaws.Fault{Service: "iam", Op: "ListAccessKeys", Skip: 1, Code: fakeaws.AccessDenied})
		refs, problems := b.resolved(t, nil, nil)
		if diff := cmp.Diff(map[string]KeyRef{"alice 1": unknown, "alice 2": unknown}, refs); diff != "" {
			t.Errorf("answers differ (-want +got):\n%s", diff)
		}
		wantProblem(t, problems, `"alice"`)
	})
	t.Run("throttled for a while", func(t *testing.T) {
		b := newBox(t, fakeaws.Options{})
		ids := b.user("alice", ago(100*day))
		b.Inject(fakeaws.Fault{Service: "iam", Op: "ListAccessKeys", Times: 3, Code: fakeaws.Throttled})
		refs, problems := b.resolved(t, nil, nil)
		if diff := cmp.Diff(map[string]KeyRef{"alice 1": found(ids[0])}, refs); diff != "" || len(problems) != 0 {
			t.Errorf("answers differ, problems %v (-want +got):\n%s", problems, diff)
		}
	})
	t.Run("throttled for good", func(t *testing.T) {
		b := newBox(t, fakeaws.Options{})
		b.user("alice", ago(100*day))
		b.Inject(fakeaws.Fault{Service: "iam", Op: "ListAccessKeys", Code: fakeaws.Throttled})
		refs, problems := b.resolved(t, nil, nil)
		if diff := cmp.Diff(map[string]KeyRef{"alice 1": unknown}, refs); diff != "" {
			t.Errorf("answers differ (-want +got):\n%s", diff)
		}
		wantProblem(t, problems, `"alice"`, "Throttling", "): run again later")
	})
}

func wantProblem(t *testing.T, problems []Problem, parts ...string) {
	t.Helper()
	if len(problems) != 1 {
		t.Fatalf("%d problems, want one: %v", len(problems), problems)
	}
	for _, part := range parts {
		if !strings.Contains(problems[0].Msg, part) {
			t.Errorf("problem %q does not say %q", problems[0].Msg, part)
		}
	}
}

func TestResolveLeavesOtherFindingsAlone(t *testing.T) {
	b := newBox(t, fakeaws.Options{})
	b.user("alice", ago(100*day))
	rep, findings := b.report(t)
	for i := range findings {
		findings[i].Status = Excepted
	}
	got, problems, err := ResolveKeys(t.Context(), NewKeys(b.iam), rep, findings, Resolution{Risky: watched(), Generated: judged})
	if diff := cmp.Diff(findings, got); diff != "" || err != nil || len(problems) != 0 {
		t.Errorf("%v, %v (-want +got):\n%s", err, problems, diff)
	}
	b.wantCalls(t, noCalls, noCalls)
}

func TestResolveEndsWithItsContext(t *testing.T) {
	b := newBox(t, fakeaws.Options{})
	b.user("alice", ago(100*day))
	rep, findings := b.report(t)
	ctx, cancel := context.WithCancel(t.Context())
	b.OnCall(func(fakeaws.Call) { cancel() })
	got, problems, err := ResolveKeys(ctx, NewKeys(b.iam), rep, findings, Resolution{Risky: watched(), Generated: judged})
	if got != nil || problems != nil || !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, %v, %v; want nothing but the context's error", got, problems, err)
	}
}

// TestEightUsersAreAskedSideBySide holds the first eight calls until all are
// there, and counts how many are ever under way at once.
func TestEightUsersAreAskedSideBySide(t *testing.T) {
	b := newBox(t, fakeaws.Options{})
	for i := range 20 {
		b.user(fmt.Sprintf("u%02d", i), ago(100*day))
	}
	var mu sync.Mutex
	calls, under, most := 0, 0, 0
	all := make(chan struct{})
	b.OnCall(func(fakeaws.Call) {
		mu.Lock()
		calls++
		under++
		most = max(most, under)
		if calls == sideBySide {
			close(all)
		}
		mu.Unlock()
		select {
		case <-all:
		case <-t.Context().Done():
		case <-time.After(time.Minute):
			t.Error("eight calls never were under way together")
		}
		mu.Lock()
		under--
		mu.Unlock()
	})
	if refs, _ := b.resolved(t, nil, nil); len(refs) != 20 {
		t.Errorf("%d answers, want 20", len(refs))
	}
	if most != sideBySide || b.Count("iam", "ListAccessKeys") != 20 {
		t.Errorf("%d calls at once and %d in all, want 8 and 20", most, b.Count("iam", "ListAccessKeys"))
	}
}
