package report

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"
	"github.com/google/go-cmp/cmp"

	"keywatch/internal/fakeaws"
)

// TestLookUp asks about a key of alice's under both answers that AWS may give
// for a deleted key: NoSuchEntity and AccessDenied.
func TestLookUp(t *testing.T) {
	const (
		hers    = `user "alice" does not have the key any more`
		unknown = "IAM does not know the key any more"
	)
	deny := func(op string) func(*box) { return func(b *box) { b.Deny("iam", op) } }
	throttle := func(op string) func(*box) {
		return func(b *box) { b.Inject(fakeaws.Fault{Service: "iam", Op: op, Code: fakeaws.Throttled}) }
	}
	alice := []string{"alice"}
	for name, c := range map[string]struct {
		change    func(t *testing.T, b *box, id string)
		fault     func(*box)
		owners    []string
		witnesses []string // bob has an active key, carol has none, dave does not exist
		plain     Lookup   // where a deleted key is NoSuchEntity
		denied    Lookup   // where it is AccessDenied; zero means the same
	}{
		"active": {nothing, nil, alice, nil,
			Lookup{KeyFound, "alice", "", `user "alice" still has the key, active`}, Lookup{}},
		"active, found without the second permission": {nothing, deny("GetAccessKeyLastUsed"), alice, nil,
			Lookup{KeyFound, "alice", "", `user "alice" still has the key, active`}, Lookup{}},
		"active, its owner not remembered": {nothing, nil, nil, nil,
			Lookup{KeyFound, "alice", "", `user "alice" still has the key, active`}, Lookup{}},
		"active, with the second owner remembered": {nothing, nil, []string{"bob", "alice"}, nil,
			Lookup{KeyFound, "alice", "", `user "alice" still has the key, active`}, Lookup{}},
		"deactivated": {deactivate, nil, alice, nil,
			Lookup{KeyInactive, "alice", "", `user "alice" has deactivated the key`}, Lookup{}},
		"deleted": {deleteKey, nil, alice, []string{"bob"},
			Lookup{KeyGone, "alice", "", hers}, Lookup{}},
		"rotated and deleted": {rotate, nil, alice, nil,
			Lookup{KeyGone, "alice", "", hers}, Lookup{}},
		"deleted, its owner not remembered": {deleteKey, nil, nil, []string{"bob"},
			Lookup{KeyGone, "", "", unknown}, Lookup{KeyUnknown, "", "", "its owner could not be asked for (*): grant iam:GetAccessKeyLastUsed"}},
		"deleted with its owner": {deleteUser, nil, alice, []string{"bob"},
			Lookup{KeyGone, "", "", unknown}, Lookup{KeyGone, "alice", "", `user "alice" and the key exist no more`}},
		"deleted with its owner, and nobody else to ask about": {deleteUser, nil, alice, nil,
			Lookup{KeyGone, "", "", unknown}, Lookup{KeyUnknown, "", "", "its owner could not be asked for (*): grant iam:GetAccessKeyLastUsed"}},
		"deleted with its owner, and no witness has a key": {deleteUser, nil, alice, []string{"carol", "dave"},
			Lookup{KeyGone, "", "", unknown}, Lookup{KeyUnknown, "", "", "its owner could not be asked for (*): grant iam:GetAccessKeyLastUsed"}},
		"deleted, and the second witness has a key": {deleteKey, nil, alice, []string{"carol", "bob"},
			Lookup{KeyGone, "alice", "", hers}, Lookup{}},
		"deleted, and no witness has a key": {deleteKey, nil, alice, []string{"carol"},
			Lookup{KeyGone, "alice", "", hers}, Lookup{KeyUnknown, "", "", "its owner could not be asked for (*): grant iam:GetAccessKeyLastUsed"}},
		"its owner was renamed": {rename, nil, alice, nil,
			Lookup{KeyFound, "alicia", "", `user "alicia" still has the key, active`}, Lookup{}},
		"its owner was renamed and another has the name": {renameAndReplace, nil, alice, nil,
			Lookup{KeyFound, "alicia", "", `user "alicia" still has the key, active`}, Lookup{}},
		"another has the name, and the new one cannot be asked for": {renameAndReplace, deny("GetAccessKeyLastUsed"), alice, nil,
			Lookup{KeyUnknown, "", "", "its owner could not be asked for (*): grant iam:GetAccessKeyLastUsed"}, Lookup{}},
		"its owner was renamed, and the new one cannot be listed": {rename,
			func(b *box) {
				b.Inject(fakeaws.Fault{Service: "iam", Op: "ListAccessKeys", Resource: "alicia", Code: fakeaws.AccessDenied})
			}, alice, nil,
			Lookup{KeyUnknown, "alicia", "", `the access keys of user "alicia" could not be listed (*): grant iam:ListAccessKeys`}, Lookup{}},
		"lists are denied": {deleteKey, deny("ListAccessKeys"), alice, nil,
			Lookup{KeyUnknown, "alice", "", `the access keys of user "alice" could not be listed (*): grant iam:ListAccessKeys`}, Lookup{}},
		"lists are throttled": {deleteKey, throttle("ListAccessKeys"), alice, nil,
			Lookup{KeyUnknown, "alice", "", `the access keys of user "alice" could not be listed (*): run again later`}, Lookup{}},
		"the owner is throttled": {deleteKey, throttle("GetAccessKeyLastUsed"), alice, nil,
			Lookup{KeyUnknown, "", "", "its owner could not be asked for (*): run again later"}, Lookup{}},
	} {
		for _, mode := range []string{"NoSuchEntity", "AccessDenied"} {
			t.Run(name+", "+mode, func(t *testing.T) {
				b := newBox(t, fakeaws.Options{KeysPage: 1, DeletedKeyDenied: mode == "AccessDenied"})
				id := b.user("alice", ago(100*day))[0]
				b.user("bob", ago(10*day))
				b.user("carol")
				c.change(t, b, id)
				if c.fault != nil {
					c.fault(b)
				}
				want := c.plain
				if mode == "AccessDenied" && c.denied != (Lookup{}) {
					want = c.denied
				}
				want.Key = id
				got := NewKeys(b.iam).LookUp(t.Context(), id, Trail{Owners: c.owners, Witnesses: c.witnesses})
				if before, after, cut := strings.Cut(want.Why, "*"); cut && strings.HasPrefix(got.Why, before) && strings.HasSuffix(got.Why, after) {
					got.Why = want.Why
				}
				if diff := cmp.Diff(want, got); diff != "" {
					t.Errorf("answer differs (-want +got):\n%s", diff)
				}
			})
		}
	}
}

// Rules for several keys do not remember who owns them: what a whole report says
// of the owner, or of keys at all, stands in for a name where a denial needs one.
func TestLookUpWithoutAnOwner(t *testing.T) {
	for name, c := range map[string]struct {
		change func(t *testing.T, b *box, id string)
		trail  Trail
		want   KeyState
	}{
		"gone with an owner who fits no user":               {deleteUser, Trail{OwnerGone: true, Witnesses: []string{"bob"}}, KeyGone},
		"an owner who fits no user, and no witness":         {deleteUser, Trail{OwnerGone: true}, KeyUnknown},
		"an owner who fits no user, renamed since":          {rename, Trail{OwnerGone: true, Witnesses: []string{"bob"}}, KeyFound},
		"nothing is known of the owner":                     {deleteUser, Trail{Witnesses: []string{"bob"}}, KeyUnknown},
		"gone with its owner, and nobody has any key":       {deleteUser, Trail{Owners: []string{"alice"}, NoKeys: true}, KeyGone},
		"nobody has any key, and who owned it is not known": {deleteUser, Trail{NoKeys: true}, KeyUnknown},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBox(t, fakeaws.Options{DeletedKeyDenied: true})
			id := b.user("alice", ago(100*day))[0]
			b.user("bob", ago(10*day))
			c.change(t, b, id)
			if got := NewKeys(b.iam).LookUp(t.Context(), id, c.trail); got.State != c.want || got.Why == "" {
				t.Errorf("answer %+v, want %s", got, c.want)
			}
		})
	}
}

// What may have happened to alice and her key.
func nothing(*testing.T, *box, string) {}

func deactivate(t *testing.T, b *box, id string) { check(t, b.SetKeyStatus(id, false)) }
func deleteKey(t *testing.T, b *box, id string)  { check(t, b.DeleteKey(id)) }
func deleteUser(t *testing.T, b *box, _ string)  { check(t, b.DeleteUser("alice")) }
func rename(t *testing.T, b *box, _ string)      { check(t, b.RenameUser("alice", "alicia")) }

func rotate(t *testing.T, b *box, id string) {
	_, err := b.RotateKey(id, false)
	check(t, err)
}

func renameAndReplace(t *testing.T, b *box, id string) {
	rename(t, b, id)
	b.user("alice", ago(day))
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestAKeyWithoutAnOwnerIsUnknown(t *testing.T) {
	got := NewKeys(pages{}).LookUp(t.Context(), "AKIA1", Trail{})
	want := Lookup{State: KeyUnknown, Key: "AKIA1", Why: "IAM knows the key and names no owner: look at it by hand"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("answer differs (-want +got):\n%s", diff)
	}
}

func TestAKeyThatItsOwnerLacksIsGone(t *testing.T) {
	api := pages{used: iam.GetAccessKeyLastUsedOutput{UserName: aws.String("alice")}}
	got := NewKeys(api).LookUp(t.Context(), "AKIA1", Trail{})
	want := Lookup{State: KeyGone, User: "alice", Key: "AKIA1", Why: `user "alice" does not have the key any more`}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("answer differs (-want +got):\n%s", diff)
	}
}

func TestAnOwnerDeletedMeanwhileTakesTheKeyAlong(t *testing.T) {
	api := pages{err: &types.NoSuchEntityException{}, used: iam.GetAccessKeyLastUsedOutput{UserName: aws.String("alice")}}
	got := NewKeys(api).LookUp(t.Context(), "AKIA1", Trail{})
	want := Lookup{State: KeyGone, User: "alice", Key: "AKIA1", Why: `user "alice" exists no more`}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("answer differs (-want +got):\n%s", diff)
	}
}

// TestLookUpsSideBySide is for the race detector: a look at one user's keys
// reads what others are finding out.
func TestLookUpsSideBySide(t *testing.T) {
	b := newBox(t, fakeaws.Options{DeletedKeyDenied: true})
	ids := map[string]string{}
	for i := range 20 {
		user := fmt.Sprintf("u%02d", i)
		ids[user] = b.user(user, ago(100*day))[0]
		rotate(t, b, ids[user])
	}
	keys := NewKeys(b.iam)
	var wait sync.WaitGroup
	for user, id := range ids {
		wait.Go(func() {
			if got := keys.LookUp(t.Context(), id, Trail{Owners: []string{user}}); got.State != KeyGone || got.User != user {
				t.Errorf("%s: %+v", user, got)
			}
		})
	}
	wait.Wait()
	if n := b.Count("iam", "ListAccessKeys"); n != 20 {
		t.Errorf("%d lists for 20 users", n)
	}
}

func TestSlotsOfAKey(t *testing.T) {
	b := newBox(t, fakeaws.Options{})
	ids := b.user("alice", ago(300*day), ago(200*day))
	twins := b.user("twin", ago(100*day), ago(100*day))
	rep, _ := b.report(t)
	b.pass(time.Hour)
	later, err := b.AddKey("alice", fakeaws.Key{Created: b.clock()})
	check(t, err)
	b.Inject(fakeaws.Fault{Service: "iam", Op: "ListAccessKeys", Resource: "nobody", Code: fakeaws.AccessDenied})
	rows := map[string]Row{"nobody": {User: "nobody"}}
	for _, row := range rep.Rows {
		rows[row.User] = row
	}
	first := b.slotOf(t, "alice", ago(300*day))
	for name, c := range map[string]struct {
		user, id string
		want     []int
	}{
		"the older key":               {"alice", ids[0], []int{first}},
		"the newer key":               {"alice", ids[1], []int{3 - first}},
		"a key made after the report": {"alice", later, nil},
		"a key of another user":       {"alice", twins[0], nil},
		"either of two":               {"twin", twins[0], []int{1, 2}},
		"of a user not to be listed":  {"nobody", ids[0], nil},
	} {
		t.Run(name, func(t *testing.T) {
			if got := NewKeys(b.iam).Slots(t.Context(), rows[c.user], c.id, judged); !slices.Equal(got, c.want) {
				t.Errorf("slots %d, want %d", got, c.want)
			}
		})
	}
}
