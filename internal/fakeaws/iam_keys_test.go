package fakeaws

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"
	"github.com/google/go-cmp/cmp"
)

func TestListAccessKeysPages(t *testing.T) {
	b := newBox(t, Options{KeysPage: 2})
	var keys []Key
	for i := range 5 {
		keys = append(keys, Key{Created: start.AddDate(0, 0, -i), Inactive: i == 1})
	}
	ids := b.AddUser(User{Name: "alice", Keys: keys})
	var got []string
	pages, marker := 0, (*string)(nil)
	for {
		out := must[*iam.ListAccessKeysOutput](t)(b.iam.ListAccessKeys(t.Context(), &iam.ListAccessKeysInput{UserName: aws.String("alice"), Marker: marker}))
		pages++
		for _, k := range out.AccessKeyMetadata {
			got = append(got, *k.AccessKeyId+" "+string(k.Status)+" "+*k.UserName+" "+k.CreateDate.Format(time.RFC3339))
		}
		if !out.IsTruncated {
			break
		}
		marker = out.Marker
	}
	var want []string
	for i, id := range ids {
		want = append(want, fmt.Sprintf("%s %s alice %s", id, []string{"Active", "Inactive", "Active", "Active", "Active"}[i], start.AddDate(0, 0, -i).Format(time.RFC3339)))
	}
	if diff := cmp.Diff(want, got); diff != "" || pages != 3 {
		t.Error(pages, diff)
	}
}

func TestListAccessKeysRefusals(t *testing.T) {
	b := newBox(t, Options{})
	_, err := b.iam.ListAccessKeys(t.Context(), &iam.ListAccessKeysInput{UserName: aws.String("nobody")})
	wantType[*types.NoSuchEntityException](t, err)
	_, err = b.iam.ListAccessKeys(t.Context(), &iam.ListAccessKeysInput{})
	wantCode(t, err, "ValidationError")
}

func TestListAccessKeysWithoutUserNameIsAboutTheSigner(t *testing.T) {
	b := newBox(t, Options{})
	root := b.SetRoot(Root{Keys: []Key{{}}})[0]
	alice := b.AddUser(User{Name: "alice", Keys: []Key{{}}})[0]
	for _, id := range []string{root, alice} {
		b.sign(id, "us-east-1")
		out := must[*iam.ListAccessKeysOutput](t)(b.iam.ListAccessKeys(t.Context(), nil))
		if len(out.AccessKeyMetadata) != 1 || *out.AccessKeyMetadata[0].AccessKeyId != id {
			t.Errorf("%s lists %v", id, out.AccessKeyMetadata)
		}
	}
}

func (b *box) lastUsed(t *testing.T, id string) string {
	t.Helper()
	out := must[*iam.GetAccessKeyLastUsedOutput](t)(b.iam.GetAccessKeyLastUsed(t.Context(), &iam.GetAccessKeyLastUsedInput{AccessKeyId: &id}))
	u := out.AccessKeyLastUsed
	at := "never"
	if u.LastUsedDate != nil {
		at = u.LastUsedDate.Format(time.RFC3339)
	}
	return *out.UserName + " " + at + " " + *u.Region + " " + *u.ServiceName
}

func TestLastUsedLagsAndKeepsTheFirstUseOfFifteenMinutes(t *testing.T) {
	b := newBox(t, Options{})
	id := b.AddUser(User{Name: "alice", Keys: []Key{{Created: start}}})[0]
	expect := func(want string) {
		t.Helper()
		if got := b.lastUsed(t, id); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
	expect("alice never N/A N/A")
	b.use(t, KeyUse{Key: id})
	expect("alice never N/A N/A")
	b.clock.add(10 * time.Minute)
	expect("alice 2026-11-20T06:00:00Z us-east-1 sts")
	if !strings.Contains(string(b.Report()), "2026-11-20T06:00:00Z,us-east-1,sts") {
		t.Error("report does not know the use")
	}
	b.clock.add(5*time.Minute - time.Second)
	b.use(t, KeyUse{Key: id, EventSource: "ec2.amazonaws.com", Region: "eu-west-1"})
	b.clock.add(time.Hour)
	expect("alice 2026-11-20T06:00:00Z us-east-1 sts")
	b.use(t, KeyUse{Key: id, EventSource: "s3.amazonaws.com"})
	b.clock.add(time.Hour)
	expect("alice 2026-11-20T07:14:59Z N/A s3")
	b.use(t, KeyUse{Key: id, Session: SessionToken})
	b.clock.add(time.Hour)
	expect("alice 2026-11-20T07:14:59Z N/A s3")
}

func (b *box) use(t *testing.T, u KeyUse) string {
	t.Helper()
	return must[string](t)(b.Use(u))
}

func TestLastUsedOfADeletedKey(t *testing.T) {
	for denied, code := range map[bool]string{false: "NoSuchEntity", true: "AccessDenied"} {
		b := newBox(t, Options{DeletedKeyDenied: denied})
		id := b.AddUser(User{Name: "alice", Keys: []Key{{}}})[0]
		if err := b.DeleteKey(id); err != nil {
			t.Fatal(err)
		}
		_, err := b.iam.GetAccessKeyLastUsed(t.Context(), &iam.GetAccessKeyLastUsedInput{AccessKeyId: &id})
		wantCode(t, err, code)
	}
}

func TestAccountSummary(t *testing.T) {
	b := newBox(t, Options{})
	b.AddUser(User{Name: "alice"})
	b.SetRoot(Root{MFA: true, Keys: []Key{{Inactive: true}}})
	out := must[*iam.GetAccountSummaryOutput](t)(b.iam.GetAccountSummary(t.Context(), nil))
	want := map[string]int32{"AccessKeysPerUserQuota": 2, "AccountAccessKeysPresent": 1, "AccountMFAEnabled": 1,
		"AccountPasswordPresent": 0, "AccountSigningCertificatesPresent": 0, "Users": 1, "UsersQuota": 5000}
	if diff := cmp.Diff(want, out.SummaryMap); diff != "" {
		t.Error(diff)
	}
}

func TestKeysAreRotatedRenamedAndDeleted(t *testing.T) {
	b := newBox(t, Options{})
	old := b.AddUser(User{Name: "alice", Keys: []Key{{Created: start.AddDate(-1, 0, 0)}}})[0]
	list := func(user string) (got []string) {
		t.Helper()
		out := must[*iam.ListAccessKeysOutput](t)(b.iam.ListAccessKeys(t.Context(), &iam.ListAccessKeysInput{UserName: &user}))
		for _, k := range out.AccessKeyMetadata {
			got = append(got, *k.AccessKeyId+" "+string(k.Status))
		}
		return got
	}
	second := must[string](t)(b.RotateKey(old, true))
	if got := list("alice"); !cmp.Equal(got, []string{second + " Active", old + " Inactive"}) {
		t.Error(got)
	}
	third := must[string](t)(b.RotateKey(second, false))
	if err := b.RenameUser("alice", "alicia"); err != nil {
		t.Fatal(err)
	}
	if got := list("alicia"); !cmp.Equal(got, []string{third + " Active", old + " Inactive"}) {
		t.Error(got)
	}
	if got := b.lastUsed(t, old); got != "alicia never N/A N/A" {
		t.Error(got)
	}
	if err := b.DeleteUser("alicia"); err != nil {
		t.Fatal(err)
	}
	if b.SetKeyStatus(third, false) == nil || b.DeleteUser("alicia") == nil || b.DeleteKey(third) == nil {
		t.Error("a deleted user's key is still there")
	}
}

func TestKeysChangeThroughTheAPI(t *testing.T) {
	b := newBox(t, Options{})
	first := b.AddUser(User{Name: "alice", Keys: []Key{{}}})[0]
	name := aws.String("alice")
	made := must[*iam.CreateAccessKeyOutput](t)(b.iam.CreateAccessKey(t.Context(), &iam.CreateAccessKeyInput{UserName: name}))
	_, err := b.iam.CreateAccessKey(t.Context(), &iam.CreateAccessKeyInput{UserName: name})
	wantType[*types.LimitExceededException](t, err)
	must[*iam.UpdateAccessKeyOutput](t)(b.iam.UpdateAccessKey(t.Context(), &iam.UpdateAccessKeyInput{UserName: name, AccessKeyId: &first, Status: types.StatusTypeInactive}))
	must[*iam.DeleteAccessKeyOutput](t)(b.iam.DeleteAccessKey(t.Context(), &iam.DeleteAccessKeyInput{UserName: name, AccessKeyId: made.AccessKey.AccessKeyId}))
	out := must[*iam.ListAccessKeysOutput](t)(b.iam.ListAccessKeys(t.Context(), &iam.ListAccessKeysInput{UserName: name}))
	if len(out.AccessKeyMetadata) != 1 || out.AccessKeyMetadata[0].Status != types.StatusTypeInactive {
		t.Error(out.AccessKeyMetadata)
	}
}

func TestGeneratedKeyIDsLookReal(t *testing.T) {
	b := newBox(t, Options{})
	seen := map[string]bool{}
	for i := range 200 {
		id := b.AddUser(User{Name: fmt.Sprint("u", i), Keys: []Key{{}}})[0]
		if len(id) != 20 || !strings.HasPrefix(id, "AKIA") || strings.Trim(id, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567") != "" || seen[id] {
			t.Fatalf("key ID %q", id)
		}
		seen[id] = true
	}
}
