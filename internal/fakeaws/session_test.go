package fakeaws

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const roleARN = "arn:aws:iam::111122223333:role/ops/Deploy"

// ear is a queue that hears every event of a Region.
func (b *box) ear(t *testing.T, region string) (queue string) {
	t.Helper()
	queue = b.CreateQueue(region, "ear", true)
	if err := b.PutRuleByHand(region, Rule{Name: "ear", State: EnabledAll, Pattern: `{"account":["111122223333"]}`, Targets: []Target{{ID: "t", ARN: queue}}}); err != nil {
		t.Fatal(err)
	}
	return queue
}

// last is the latest event a queue received.
func (b *box) last(t *testing.T, queue string) (e, detail, identity map[string]any) {
	t.Helper()
	messages := b.Messages(queue)
	if len(messages) == 0 {
		t.Fatal("no event arrived")
	}
	e = eventOf(t, messages[len(messages)-1].Body)
	detail = e["detail"].(map[string]any)
	return e, detail, detail["userIdentity"].(map[string]any)
}

func newSessions(t *testing.T, opt Options) (b *box, alice, root string) {
	t.Helper()
	b = newBox(t, opt)
	alice = b.AddUser(User{Name: "alice", Path: "/ops/", Password: &Password{}, Keys: []Key{{}}})[0]
	root = b.SetRoot(Root{Password: &Password{}, Keys: []Key{{}}})[0]
	return b, alice, root
}

func TestEverySessionHasItsIdentity(t *testing.T) {
	b, alice, root := newSessions(t, Options{})
	queue := b.ear(t, "us-east-1")
	attributes := map[string]any{"creationDate": "2026-11-20T06:00:00Z", "mfaAuthenticated": "false"}
	plain := map[string]any{"attributes": attributes}
	issued := func(issuer map[string]any) map[string]any {
		return map[string]any{"attributes": attributes, "sessionIssuer": issuer, "webIdFederationData": map[string]any{}}
	}
	aliceIs := map[string]any{"type": "IAMUser", "principalId": b.users["alice"].id, "arn": "arn:aws:iam::111122223333:user/ops/alice",
		"accountId": "111122223333", "userName": "alice"}
	rootIs := map[string]any{"type": "Root", "principalId": "111122223333", "arn": "arn:aws:iam::111122223333:root", "accountId": "111122223333"}
	roleIs := map[string]any{"type": "Role", "principalId": roleID(roleARN), "arn": roleARN, "accountId": "111122223333", "userName": "Deploy"}
	federated := map[string]any{"type": "FederatedUser", "principalId": "111122223333:session", "arn": "arn:aws:sts::111122223333:federated-user/session",
		"accountId": "111122223333", "accessKeyId": "ASIA", "sessionContext": issued(aliceIs)}
	with := func(is map[string]any, more map[string]any) map[string]any {
		both := maps.Clone(is)
		maps.Copy(both, more)
		return both
	}
	for _, tc := range []struct {
		name string
		use  KeyUse
		want map[string]any
	}{
		{"a user's key", KeyUse{Key: alice}, with(aliceIs, map[string]any{"accessKeyId": alice})},
		{"root's key", KeyUse{Key: root}, with(rootIs, map[string]any{"accessKeyId": root})},
		{"a user's session token", KeyUse{Key: alice, Session: SessionToken}, with(aliceIs, map[string]any{"accessKeyId": "ASIA", "sessionContext": plain})},
		{"root's session token", KeyUse{Key: root, Session: SessionToken}, with(rootIs, map[string]any{"accessKeyId": "ASIA", "sessionContext": plain})},
		{"a user in the console", KeyUse{User: "alice", Session: ConsoleSession}, with(aliceIs, map[string]any{"accessKeyId": "ASIA", "sessionContext": plain})},
		{"root in the console", KeyUse{Session: ConsoleSession}, with(rootIs, map[string]any{"accessKeyId": "ASIA", "sessionContext": plain})},
		{"a user's federated user", KeyUse{Key: alice, Session: FederatedSession}, federated},
		{"root's federated user", KeyUse{Key: root, Session: FederatedSession, SessionName: "joe"},
			with(federated, map[string]any{"principalId": "111122223333:joe", "arn": "arn:aws:sts::111122223333:federated-user/joe", "sessionContext": issued(rootIs)})},
		{"a role", KeyUse{Session: AssumedRole, RoleARN: roleARN, SessionName: "ci"},
			map[string]any{"type": "AssumedRole", "principalId": roleID(roleARN) + ":ci", "arn": "arn:aws:sts::111122223333:assumed-role/Deploy/ci",
				"accountId": "111122223333", "accessKeyId": "ASIA", "sessionContext": issued(roleIs)}},
		{"root from afar", KeyUse{Session: AssumedRoot}, with(rootIs, map[string]any{"accessKeyId": "ASIA", "sessionContext": with(plain, map[string]any{"assumedRoot": "true"})})},
		{"a service on a key's behalf", KeyUse{Key: alice, InvokedBy: "cloudformation.amazonaws.com"},
			with(aliceIs, map[string]any{"accessKeyId": "ASIA", "sessionContext": plain, "invokedBy": "cloudformation.amazonaws.com"})},
		{"a service that tells no key", KeyUse{User: "alice", Session: ConsoleSession, InvokedBy: "cloudformation.amazonaws.com", NoKeyID: true},
			with(aliceIs, map[string]any{"sessionContext": plain, "invokedBy": "cloudformation.amazonaws.com"})},
		{"a key that is not told", KeyUse{Key: alice, NoKeyID: true}, aliceIs},
		{"a service by itself", KeyUse{ServiceEvent: true}, rootIs},
	} {
		t.Run(tc.name, func(t *testing.T) {
			id := b.use(t, tc.use)
			_, detail, got := b.last(t, queue)
			if key, _ := got["accessKeyId"].(string); strings.HasPrefix(key, "ASIA") && len(key) == 20 {
				got["accessKeyId"] = "ASIA"
			}
			if diff := cmp.Diff(tc.want, got); diff != "" || detail["eventID"] != id {
				t.Error(diff)
			}
			console, marked := detail["sessionCredentialFromConsole"]
			if marked != (tc.use.Session == ConsoleSession) || marked && console != "true" {
				t.Errorf("sessionCredentialFromConsole is %v", console)
			}
		})
	}
}

func TestOnlyTheKeyItselfIsSeenAsUsed(t *testing.T) {
	b, alice, _ := newSessions(t, Options{LastUsedLag: -1})
	for _, use := range []KeyUse{
		{Key: alice, Session: SessionToken}, {Key: alice, Session: ConsoleSession}, {Key: alice, Session: FederatedSession},
		{Key: alice, InvokedBy: "cloudformation.amazonaws.com"}, {Key: alice, ServiceEvent: true},
	} {
		b.use(t, use)
	}
	if got := b.lastUsed(t, alice); got != "alice never N/A N/A" {
		t.Error(got)
	}
	b.use(t, KeyUse{Key: alice, NoKeyID: true})
	if got := b.lastUsed(t, alice); got != "alice 2026-11-20T06:00:00Z us-east-1 sts" {
		t.Error(got)
	}
}

func TestWhatNobodyCanDo(t *testing.T) {
	b, alice, _ := newSessions(t, Options{})
	if err := b.SetKeyStatus(alice, false); err != nil {
		t.Fatal(err)
	}
	for name, use := range map[string]KeyUse{
		"an inactive key":               {Key: alice},
		"no key":                        {User: "alice"},
		"a session of an unknown key":   {Key: "AKIANOBODY", Session: SessionToken},
		"a session of nobody":           {User: "nobody", Session: ConsoleSession},
		"AssumeRoot for a user":         {User: "alice", Session: AssumedRoot},
		"a role that is none":           {Session: AssumedRole, RoleARN: "arn:aws:iam::111122223333:user/alice"},
		"another account's role":        {Session: AssumedRole, RoleARN: "arn:aws:iam::444455556666:role/x"},
		"a session in a Region not on":  {User: "alice", Session: ConsoleSession, Region: "af-south-1"},
		"a service for an unknown user": {User: "nobody", InvokedBy: "cloudformation.amazonaws.com"},
	} {
		if _, err := b.Use(use); err == nil {
			t.Errorf("%s made a call", name)
		}
	}
	b.use(t, KeyUse{Key: alice, Session: FederatedSession}) // outlives the key's being active
}

func TestCallsForTemporaryCredentials(t *testing.T) {
	b, alice, _ := newSessions(t, Options{})
	queue := b.ear(t, "us-east-1")
	seen := map[any]bool{}
	for name, readOnly := range map[string]bool{"AssumeRole": true, "GetSessionToken": false, "GetFederationToken": false} {
		b.use(t, KeyUse{Key: alice, EventName: name, ReadOnly: !readOnly})
		_, detail, identity := b.last(t, queue)
		answer, _ := detail["responseElements"].(map[string]any)
		credentials, _ := answer["credentials"].(map[string]any)
		id, _ := credentials["accessKeyId"].(string)
		if !strings.HasPrefix(id, "ASIA") || len(id) != 20 || seen[id] || identity["accessKeyId"] != alice || detail["readOnly"] != readOnly {
			t.Errorf("%s: %v", name, detail)
		}
		seen[id] = true
	}
	for name, use := range map[string]KeyUse{
		"a refused call": {Key: alice, EventName: "AssumeRole", ErrorCode: "AccessDenied"},
		"another call":   {Key: alice},
		"its namesake":   {Key: alice, EventSource: "example.amazonaws.com", EventName: "AssumeRole"},
	} {
		b.use(t, use)
		if _, detail, _ := b.last(t, queue); detail["responseElements"] != nil {
			t.Errorf("%s is answered %v", name, detail["responseElements"])
		}
	}
}

func TestServicesCallOnBehalfAndByThemselves(t *testing.T) {
	b, alice, _ := newSessions(t, Options{})
	queue := b.ear(t, "us-east-1")
	b.use(t, KeyUse{Key: alice, InvokedBy: "cloudformation.amazonaws.com", SourceIP: "203.0.113.9"})
	e, detail, _ := b.last(t, queue)
	got := []any{e["detail-type"], detail["eventType"], detail["sourceIPAddress"], detail["userAgent"]}
	want := []any{"AWS API Call via CloudTrail", "AwsApiCall", "cloudformation.amazonaws.com", "cloudformation.amazonaws.com"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	b.use(t, KeyUse{User: "alice", ServiceEvent: true, EventSource: "kms.amazonaws.com", EventName: "RotateKey"})
	e, detail, _ = b.last(t, queue)
	got = []any{e["source"], e["detail-type"], detail["eventType"], detail["eventName"]}
	want = []any{"aws.kms", "AWS Service Event via CloudTrail", "AwsServiceEvent", "RotateKey"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// Which of everybody's calls the rules hear that watch a user beyond the key,
// and root.
func TestRulesTellSessionsApart(t *testing.T) {
	b, alice, root := newSessions(t, Options{})
	queue := b.CreateQueue("us-east-1", "q", true)
	for name, pattern := range map[string]string{
		"made": `{"source":[{"prefix":"aws."}],"account":["111122223333"],"$or":[{"detail":{"sessionCredentialFromConsole":[{"exists":false}],
			"userIdentity":{"type":["IAMUser"],"userName":["alice"],"accessKeyId":[{"prefix":"ASIA"}]}}},
			{"detail":{"userIdentity":{"type":["FederatedUser"],"sessionContext":{"sessionIssuer":{"userName":["alice"]}}}}}]}`,
		"root":  `{"detail":{"eventType":[{"anything-but":["AwsServiceEvent"]}],"userIdentity":{"type":["Root"],"invokedBy":[{"exists":false}]}}}`,
		"other": `{"detail":{"userIdentity":{"arn":["arn:aws:iam::111122223333:user/ops/alice"],"accessKeyId":[{"exists":false},{"anything-but":["` + alice + `"]}]}}}`,
	} {
		if err := b.PutRuleByHand("us-east-1", Rule{Name: name, State: EnabledAll, Pattern: pattern, Targets: []Target{{ID: "t", ARN: queue}}}); err != nil {
			t.Fatal(err)
		}
	}
	second := must[string](t)(b.AddKey("alice", Key{}))
	signIn := func(name string, success bool) func() (string, error) {
		return func() (string, error) { return b.SignIn(name, "", success) }
	}
	use := func(u KeyUse) func() (string, error) { return func() (string, error) { return b.Use(u) } }
	for name, tc := range map[string]struct {
		do   func() (string, error)
		want string
	}{
		"the key watched":                {use(KeyUse{Key: alice}), ""},
		"the key watched, not told":      {use(KeyUse{Key: alice, NoKeyID: true}), "other"},
		"the user's other key":           {use(KeyUse{Key: second}), "other"},
		"the user's session token":       {use(KeyUse{Key: alice, Session: SessionToken}), "made other"},
		"the user in the console":        {use(KeyUse{User: "alice", Session: ConsoleSession}), "other"},
		"the user's federated user":      {use(KeyUse{Key: alice, Session: FederatedSession}), "made"},
		"a role":                         {use(KeyUse{Session: AssumedRole, RoleARN: roleARN}), ""},
		"a service for the user":         {use(KeyUse{Key: alice, InvokedBy: "cloudformation.amazonaws.com"}), "made other"},
		"the user signs in":              {signIn("alice", true), "other"},
		"the user fails to sign in":      {signIn("alice", false), ""},
		"root's key":                     {use(KeyUse{Key: root}), "root"},
		"root in the console":            {use(KeyUse{Session: ConsoleSession}), "root"},
		"root from afar":                 {use(KeyUse{Session: AssumedRoot}), "root"},
		"root signs in":                  {signIn("", true), "root"},
		"a service for root":             {use(KeyUse{Key: root, InvokedBy: "cloudformation.amazonaws.com"}), ""},
		"a service by itself, as root's": {use(KeyUse{ServiceEvent: true}), ""},
		"root's federated user":          {use(KeyUse{Key: root, Session: FederatedSession}), ""},
	} {
		t.Run(name, func(t *testing.T) {
			before := len(b.Messages(queue))
			must[string](t)(tc.do())
			var heard []string
			for _, m := range b.Messages(queue)[before:] {
				heard = append(heard, m.Rule)
			}
			slices.Sort(heard)
			if got := strings.Join(heard, " "); got != tc.want {
				t.Errorf("heard by %q, want %q", got, tc.want)
			}
		})
	}
}
