package fakeaws

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge/types"
	"github.com/google/go-cmp/cmp"
)

const keyID = "AKIAWATCHED000000001"

func newWatched(t *testing.T, opt Options) *box {
	t.Helper()
	b := newBox(t, opt)
	b.AddUser(User{Name: "alice", Created: start, Keys: []Key{{ID: keyID, Created: start}}})
	return b
}

func eventOf(t *testing.T, body string) map[string]any {
	t.Helper()
	var e map[string]any
	if err := json.Unmarshal([]byte(body), &e); err != nil {
		t.Fatal(err)
	}
	return e
}

func TestUseMakesACloudTrailEvent(t *testing.T) {
	b := newWatched(t, Options{})
	queue := b.CreateQueue("us-east-1", "q", true)
	b.watch(t, "r", keyID, queue)
	id := b.use(t, KeyUse{Key: keyID, SourceIP: "203.0.113.9", UserAgent: `x"y`, ErrorCode: "AccessDenied"})
	messages := b.Messages(queue)
	if len(messages) != 1 || messages[0].Rule != "r" || messages[0].Region != "us-east-1" || !messages[0].At.Equal(start) {
		t.Fatalf("%+v", messages)
	}
	e := eventOf(t, messages[0].Body)
	detail := e["detail"].(map[string]any)
	if detail["eventID"] != id {
		t.Errorf("eventID %v, want %s", detail["eventID"], id)
	}
	identity := detail["userIdentity"].(map[string]any)
	got := []any{e["source"], e["detail-type"], e["account"], e["region"], e["time"], detail["eventSource"], detail["eventName"], detail["readOnly"],
		detail["managementEvent"], detail["sourceIPAddress"], detail["userAgent"], detail["errorCode"], detail["recipientAccountId"], detail["eventTime"],
		identity["type"], identity["accessKeyId"], identity["userName"], identity["arn"]}
	want := []any{"aws.sts", "AWS API Call via CloudTrail", "111122223333", "us-east-1", "2026-11-20T06:00:00Z", "sts.amazonaws.com", "GetCallerIdentity", true,
		true, "203.0.113.9", `x"y`, "AccessDenied", "111122223333", "2026-11-20T06:00:00Z",
		"IAMUser", keyID, "alice", "arn:aws:iam::111122223333:user/alice"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if !strings.HasPrefix(messages[0].Body, `{"version":"0","id":"`) {
		t.Error(messages[0].Body)
	}
}

func TestUseByRootHasNoUserName(t *testing.T) {
	b := newBox(t, Options{})
	queue := b.CreateQueue("us-east-1", "q", true)
	b.SetRoot(Root{Keys: []Key{{ID: keyID}}})
	if err := b.PutRuleByHand("us-east-1", Rule{Name: "r", State: EnabledAll, Targets: []Target{{ID: "t", ARN: queue}},
		Pattern: `{"detail":{"userIdentity":{"type":["Root"],"accessKeyId":[{"prefix":"AKIA"}],"userName":[{"exists":false}]}}}`}); err != nil {
		t.Fatal(err)
	}
	b.use(t, KeyUse{Key: keyID})
	b.use(t, KeyUse{Key: keyID, Session: SessionToken})
	if n := len(b.Messages(queue)); n != 1 {
		t.Errorf("%d messages, want only the one of the long-term key", n)
	}
}

func TestRuleStatesSeeDifferentEvents(t *testing.T) {
	for state, want := range map[string]string{
		Enabled:    "PutObject GetSessionToken",
		EnabledAll: "GetCallerIdentity PutObject GetSessionToken",
		Disabled:   "",
	} {
		b := newWatched(t, Options{})
		queue := b.CreateQueue("us-east-1", "q", true)
		if err := b.PutRuleByHand("us-east-1", Rule{Name: "r", State: state, Pattern: `{"account":["111122223333"]}`, Targets: []Target{{ID: "t", ARN: queue}}}); err != nil {
			t.Fatal(err)
		}
		b.use(t, KeyUse{Key: keyID})
		b.use(t, KeyUse{Key: keyID, EventSource: "s3.amazonaws.com", EventName: "PutObject"})
		b.use(t, KeyUse{Key: keyID, EventName: "GetSessionToken", ReadOnly: true})
		var got []string
		for _, m := range b.Messages(queue) {
			got = append(got, eventOf(t, m.Body)["detail"].(map[string]any)["eventName"].(string))
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%s saw %v, want %s", state, got, want)
		}
	}
}

func TestEventsStayInTheirRegion(t *testing.T) {
	b := newWatched(t, Options{})
	queue := b.CreateQueue("us-east-1", "q", true)
	b.watch(t, "r", keyID, queue)
	b.use(t, KeyUse{Key: keyID, Region: "eu-west-1"})
	if got := b.Messages(queue); len(got) != 0 {
		t.Error(got)
	}
}

func TestKeysThatCannotBeUsed(t *testing.T) {
	b := newWatched(t, Options{})
	if _, err := b.Use(KeyUse{Key: keyID, Region: "af-south-1"}); err == nil {
		t.Error("used in a disabled Region")
	}
	if err := b.SetKeyStatus(keyID, false); err != nil {
		t.Fatal(err)
	}
	if _, err := b.Use(KeyUse{Key: keyID}); err == nil {
		t.Error("an inactive key was used")
	}
	if _, err := b.Use(KeyUse{Key: "AKIANOBODY"}); err == nil {
		t.Error("nobody's key was used")
	}
}

func TestWithoutATrailNothingArrives(t *testing.T) {
	b := newWatched(t, Options{NoTrail: true})
	queue := b.CreateQueue("us-east-1", "q", true)
	b.watch(t, "r", keyID, queue)
	b.use(t, KeyUse{Key: keyID})
	if n := len(b.Messages(queue)); n != 0 {
		t.Errorf("%d messages without a trail", n)
	}
	b.SetTrail(true)
	b.use(t, KeyUse{Key: keyID})
	if n := len(b.Messages(queue)); n != 1 {
		t.Errorf("%d messages with a trail", n)
	}
	b.use(t, KeyUse{Key: keyID, RequestParameters: map[string]any{"x": strings.Repeat("x", 256<<10)}})
	if n := len(b.Messages(queue)); n != 1 {
		t.Errorf("an event over 256 KB arrived")
	}
}

func TestLostAlertsAreRecorded(t *testing.T) {
	b := newWatched(t, Options{})
	closed, dlq := b.CreateTopic("us-east-1", "closed", false), b.CreateQueue("us-east-1", "dlq", true)
	b.watch(t, "closed", keyID, closed)
	b.watch(t, "fifo", keyID, b.CreateQueue("us-east-1", "q.fifo", true))
	b.watch(t, "gone", keyID, "arn:aws:sqs:us-east-1:111122223333:gone")
	b.watch(t, "json", keyID, dlq)
	b.putTarget(t, "json", types.Target{Arn: &dlq, DeadLetterConfig: &types.DeadLetterConfig{Arn: &dlq},
		InputTransformer: &types.InputTransformer{InputTemplate: aws.String(`{"agent":"<agent>"}`), InputPathsMap: map[string]string{"agent": "$.detail.userAgent"}}})
	b.use(t, KeyUse{Key: keyID, UserAgent: `"`})
	var got []string
	for _, f := range b.FailedInvocations() {
		got = append(got, f.Rule+" "+f.Code)
	}
	if diff := cmp.Diff([]string{"closed NO_PERMISSIONS", "fifo SDK_CLIENT_ERROR", "gone NO_RESOURCE", "json INVALID_JSON"}, got); diff != "" {
		t.Error(diff)
	}
	if got := b.Messages(dlq); len(got) != 1 || got[0].Body != `{"agent":"""}` || !b.FailedInvocations()[3].DeadLettered {
		t.Error(got)
	}
	if err := b.SetPolicy(closed, true); err != nil {
		t.Fatal(err)
	}
	b.use(t, KeyUse{Key: keyID})
	if n := len(b.Messages(closed)); n != 1 {
		t.Errorf("%d messages in the opened topic", n)
	}
}

func TestInputOptionsOfTargets(t *testing.T) {
	for name, test := range map[string]struct {
		target types.Target
		want   []string
	}{
		"constant input":            {types.Target{Input: aws.String(`{ "fixed": true }`)}, []string{`{ "fixed": true }`}},
		"empty input is never seen": {types.Target{Input: aws.String("")}, nil},
		"a part of the event":       {types.Target{InputPath: aws.String("$.detail.userIdentity.userName")}, []string{`"alice"`}},
		"a part that is missing":    {types.Target{InputPath: aws.String("$.detail.none")}, nil},
	} {
		b := newWatched(t, Options{})
		queue := b.CreateQueue("us-east-1", "q", true)
		b.watch(t, "r", keyID, queue)
		test.target.Arn = &queue
		b.putTarget(t, "r", test.target)
		b.use(t, KeyUse{Key: keyID})
		var got []string
		for _, m := range b.Messages(queue) {
			got = append(got, m.Body)
		}
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Error(name, diff)
		}
		if lost := len(b.FailedInvocations()); lost+len(got) != 1 {
			t.Errorf("%s: %d lost", name, lost)
		}
	}
}

func TestEmitFillsTheEnvelope(t *testing.T) {
	b := newBox(t, Options{NoTrail: true})
	queue := b.CreateQueue("us-west-2", "q", true)
	if err := b.PutRuleByHand("us-west-2", Rule{Name: "r", Pattern: anyPattern, Targets: []Target{{ID: "t", ARN: queue}}}); err != nil {
		t.Fatal(err)
	}
	id := b.Emit("us-west-2", map[string]any{"source": "test", "detail": map[string]any{"n": 1}})
	want := `{"version":"0","id":"` + id + `","detail-type":"","source":"test","account":"111122223333","time":"2026-11-20T06:00:00Z","region":"us-west-2","resources":[],"detail":{"n":1}}`
	if got := b.Messages(queue); len(got) != 1 || got[0].Body != want {
		t.Error(got, want)
	}
}
