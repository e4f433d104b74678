package watch

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge/types"
	"github.com/google/go-cmp/cmp"

	"keywatch/internal/fakeaws"
)

func TestPatternIsTheOneOfTheDesign(t *testing.T) {
	for _, tc := range []struct{ key, want string }{
		{key(1), `{"source":[{"prefix":"aws."}],"detail":{"userIdentity":{"accessKeyId":["AKIAEXAMPLE000000001"]}}}`},
		{RootKey, `{"source":[{"prefix":"aws."}],"account":["111122223333"],"detail":{"userIdentity":{"type":["Root"],"accessKeyId":[{"prefix":"AKIA"}]}}}`},
	} {
		if diff := cmp.Diff(tc.want, patternFor(tc.key)); diff != "" {
			t.Error(diff)
		}
		if got := readKeys(tc.want); !cmp.Equal(got, []string{tc.key}) {
			t.Errorf("%s is read as %q", tc.want, got)
		}
	}
}

func TestKeysAreReadFromAnyPattern(t *testing.T) {
	for _, tc := range []struct {
		name, pattern string
		want          []string
	}{
		{"no JSON", `{"detail"`, nil},
		{"nothing", ``, nil},
		{"no keys", `{"source":["aws.iam"]}`, nil},
		{"several keys", `{"detail":{"userIdentity":{"accessKeyId":["KEY2","KEY1","KEY2"]}}}`, []string{key(1), key(2)}},
		{"operators are no keys", `{"detail":{"userIdentity":{"accessKeyId":[{"prefix":"AKIA"},"KEY1",{"anything-but":"KEY2"}]}}}`, []string{key(1)}},
		{"a type that is not root's", `{"detail":{"userIdentity":{"type":["IAMUser"],"accessKeyId":["KEY1"]}}}`, []string{key(1)}},
		{"root among types", `{"detail":{"userIdentity":{"type":["IAMUser","Root"]}}}`, []string{RootKey}},
		{"fields of another shape", `{"source":"x","account":[{"prefix":"1"}],"detail":{"userIdentity":{"type":"Root","accessKeyId":["KEY1"]}}}`, []string{key(1)}},
		{"what cannot be a key ID", `{"detail":{"userIdentity":{"accessKeyId":["AKIA\u001b]0;x","short","KEY1","KEY1\n"]}}}`, []string{key(1)}},
		{"keys of another shape", `{"detail":{"userIdentity":{"accessKeyId":"A"}}}`, nil},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if diff := cmp.Diff(tc.want, readKeys(strings.NewReplacer("KEY1", key(1), "KEY2", key(2)).Replace(tc.pattern))); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestPatternsAreComparedAsJSON(t *testing.T) {
	want := patternFor(RootKey)
	for _, tc := range []struct {
		name, pattern string
		same          bool
	}{
		{"itself", want, true},
		{"other spacing and order", spaced(want), true},
		{"escaped letters", strings.Replace(want, "Root", `\u0052oot`, 1), true},
		{"another account", patternOf(contentOf(rootRule, []string{RootKey}, nil), "444455556666"), false},
		{"another key", patternFor(key(1)), false},
		{"no source", strings.Replace(want, `"source":[{"prefix":"aws."}],`, "", 1), false},
		{"more than wanted", strings.Replace(want, `["Root"]`, `["Root","IAMUser"]`, 1), false},
		{"no JSON", want[1:], false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if got := samePattern(want, tc.pattern); got != tc.same {
				t.Errorf("%s and %s are the same: %v", want, tc.pattern, got)
			}
		})
	}
}

// What our rules hear, asked of rules as Apply writes them.
func TestRulesHearTheirKeysAndNothingElse(t *testing.T) {
	b := newBox(t, fakeaws.Options{})
	ids := b.AddUser(fakeaws.User{Name: "alice", Password: &fakeaws.Password{}, Keys: []fakeaws.Key{{}, {}}})
	root := b.SetRoot(fakeaws.Root{Password: &fakeaws.Password{}, Keys: []fakeaws.Key{{}}})[0]
	p := perRegion()
	b.apply(t, p, stale(ids[0]), stale(RootKey))
	b.settled(t, p, stale(ids[0]), stale(RootKey))
	use := func(u fakeaws.KeyUse) func() (string, error) { return func() (string, error) { return b.Use(u) } }
	emit := func(change func(e, identity map[string]any)) func() (string, error) {
		return func() (string, error) {
			e := event(RootKey, "emitted", true)
			change(e, e["detail"].(map[string]any)["userIdentity"].(map[string]any))
			b.Emit(west, e)
			return "emitted", nil
		}
	}
	for _, tc := range []struct {
		name string
		do   func() (string, error)
		want int
	}{
		{"a read-only call with the key", use(fakeaws.KeyUse{Key: ids[0], Region: europe}), 1},
		{"a write call with the key", use(fakeaws.KeyUse{Key: ids[0], Region: west, EventSource: "s3.amazonaws.com", EventName: "DeleteBucket"}), 1},
		{"a refused call with the key", use(fakeaws.KeyUse{Key: ids[0], ErrorCode: "AccessDenied"}), 1},
		{"a call with a session made from the key", use(fakeaws.KeyUse{Key: ids[0], Session: fakeaws.SessionToken}), 0},
		{"a call with the user's other key", use(fakeaws.KeyUse{Key: ids[1]}), 0},
		{"a call with root's long-term key", use(fakeaws.KeyUse{Key: root}), 1},
		{"a call with a root session", use(fakeaws.KeyUse{Key: root, Session: fakeaws.SessionToken}), 0},
		{"a console sign-in of root's", func() (string, error) { return b.SignIn("", "", true) }, 0},
		{"a root call, emitted", emit(func(_, _ map[string]any) {}), 1},
		{"a root call forwarded from another account", emit(func(e, _ map[string]any) { e["account"] = "444455556666" }), 0},
		{"a root call of a source that is not AWS's", emit(func(e, _ map[string]any) { e["source"] = "my.app" }), 0},
		{"an AKIA key of a user's, with root's rule about", emit(func(_, i map[string]any) { i["type"] = "IAMUser" }), 0},
	} {
		t.Run(tc.name, func(t *testing.T) {
			before := len(b.alerts())
			id, err := tc.do()
			if err != nil {
				t.Fatal(err)
			}
			if got := len(b.alerts()) - before; got != tc.want {
				t.Errorf("%d alerts for %s, want %d", got, id, tc.want)
			}
		})
	}
	if failed := b.FailedInvocations(); len(failed) > 0 {
		t.Errorf("not delivered: %+v", failed)
	}
}

// alerts are all messages in the targets of both policies.
func (b *box) alerts() []fakeaws.Message {
	var all []fakeaws.Message
	for _, arn := range alertTargets() {
		all = append(all, b.Messages(arn)...)
	}
	return all
}

func TestNobodyCanForgeAnAlert(t *testing.T) {
	b := newBox(t, fakeaws.Options{})
	b.apply(t, perRegion(), stale(key(1)))
	detail := `{"userIdentity":{"type":"IAMUser","accessKeyId":"` + key(1) + `"},"eventName":"GetCallerIdentity"}`
	forge := func(source string) {
		t.Helper()
		_, err := b.rules(home).PutEvents(t.Context(), &eventbridge.PutEventsInput{Entries: []types.PutEventsRequestEntry{
			{Source: &source, DetailType: aws.String("AWS API Call via CloudTrail"), Detail: &detail},
		}})
		if err != nil {
			t.Fatal(err)
		}
	}
	forge("aws.sts") // refused by the service
	forge("my.app")
	if got := b.alerts(); len(got) > 0 {
		t.Errorf("forged: %+v", got)
	}
	b.Emit(home, event(key(1), "real", true))
	if got := b.alerts(); len(got) != 1 {
		t.Errorf("%d alerts for a real call", len(got))
	}
}
