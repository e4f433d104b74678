package fakeaws

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge/types"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/google/go-cmp/cmp"
)

func TestCallsAreRecordedAndCounted(t *testing.T) {
	b := newBox(t, Options{})
	b.putRule(t, &eventbridge.PutRuleInput{Name: aws.String("r"), EventPattern: aws.String(anyPattern)})
	seq := b.Seq()
	if _, err := b.iam.ListAccessKeys(t.Context(), &iam.ListAccessKeysInput{UserName: aws.String("nobody")}); err == nil {
		t.Error("nobody's keys were listed")
	}
	must[*eventbridge.ListRulesOutput](t)(b.eb.ListRules(t.Context(), nil))
	got := b.CallsSince(seq)
	want := []Call{
		{Seq: 2, At: start, Service: "iam", Op: "ListAccessKeys", Region: "us-east-1", Key: OperatorKeyID, Resource: "nobody", Params: map[string]any{"UserName": "nobody"}, Code: "NoSuchEntity"},
		{Seq: 3, At: start, Service: "events", Op: "ListRules", Region: "us-east-1", Key: OperatorKeyID, Params: map[string]any{}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(map[string]int{"events:PutRule": 1, "events:ListRules": 1, "iam:ListAccessKeys": 1}, b.Counts()); diff != "" {
		t.Error(diff)
	}
	if b.Count("events", "") != 2 || b.Count("events", "PutRule") != 1 || b.Writes() != 1 {
		t.Error(b.Count("events", ""), b.Count("events", "PutRule"), b.Writes())
	}
}

func TestHooksRunAfterEachEffect(t *testing.T) {
	b := newBox(t, Options{})
	var seen []string
	b.OnCall(func(c Call) { seen = append(seen, fmt.Sprint(c.Op, c.Code, len(b.Rules(c.Region)))) })
	b.putRule(t, &eventbridge.PutRuleInput{Name: aws.String("r"), EventPattern: aws.String(anyPattern)})
	must[*eventbridge.DeleteRuleOutput](t)(b.eb.DeleteRule(t.Context(), &eventbridge.DeleteRuleInput{Name: aws.String("r")}))
	if _, err := b.eb.DescribeRule(t.Context(), &eventbridge.DescribeRuleInput{Name: aws.String("r")}); err == nil {
		t.Error("a deleted rule was described")
	}
	if diff := cmp.Diff([]string{"PutRule1", "DeleteRule0", "DescribeRuleResourceNotFoundException0"}, seen); diff != "" {
		t.Error(diff)
	}
}

func TestASeededKeyThatCallsTheCloudRaisesItsAlert(t *testing.T) {
	b := newWatched(t, Options{})
	queue := b.CreateQueue("us-west-2", "q", true)
	b.sign(OperatorKeyID, "us-west-2")
	b.watch(t, "r", keyID, queue)
	b.sign(keyID, "us-west-2")
	if _, err := b.sts.GetCallerIdentity(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	messages := b.Messages(queue)
	if len(messages) != 1 || !strings.Contains(messages[0].Body, `"sourceIPAddress":"127.0.0.1"`) || !strings.Contains(messages[0].Body, `"userAgent":"aws-sdk-go-v2`) {
		t.Error(messages)
	}
	b.clock.add(time.Hour)
	b.sign(OperatorKeyID, "us-west-2")
	if got := b.lastUsed(t, keyID); got != "alice 2026-11-20T06:00:00Z us-west-2 sts" {
		t.Error(got)
	}
}

func TestManyCallersAtOnce(t *testing.T) {
	b := newWatched(t, Options{})
	b.OnCall(func(c Call) { b.Rules(c.Region) })
	queue := b.CreateQueue("us-east-1", "q", true)
	var group sync.WaitGroup
	for i := range 8 {
		group.Go(func() {
			name := fmt.Sprint("r", i)
			_, err1 := b.eb.PutRule(t.Context(), &eventbridge.PutRuleInput{Name: &name, State: types.RuleState(EnabledAll), EventPattern: aws.String(`{"source":["aws.sts"]}`)})
			_, err2 := b.eb.PutTargets(t.Context(), &eventbridge.PutTargetsInput{Rule: &name, Targets: []types.Target{{Id: &name, Arn: &queue}}})
			_, err3 := b.Use(KeyUse{Key: keyID})
			if err := errors.Join(err1, err2, err3); err != nil {
				t.Error(err)
			}
			b.Report()
			b.Inject(Fault{Resource: name, Code: "InternalException"})()
			b.AddUser(User{Name: name, Keys: []Key{{}}})
			b.Counts()
		})
	}
	group.Wait()
	if n := len(b.Rules("us-east-1")); n != 8 || b.Writes() != 16 {
		t.Errorf("%d rules, %d writes", n, b.Writes())
	}
	if before := len(b.Messages(queue)); before < 8 {
		t.Errorf("%d messages", before)
	}
}

func TestWrongMethodsDoNoHarm(t *testing.T) {
	b := newBox(t, Options{})
	resp, err := http.Get(b.url)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if resp.StatusCode != http.StatusForbidden {
		t.Error(resp.Status)
	}
}

func TestHandEditsByOthers(t *testing.T) {
	b := newBox(t, Options{})
	if err := b.PutRuleByHand("us-east-1", Rule{Name: "r", Pattern: `{"source":"x"}`}); err == nil {
		t.Error("a pattern AWS would refuse was accepted")
	}
	if err := b.PutRuleByHand("us-east-1", Rule{Name: "r", Pattern: anyPattern}); err != nil || b.Rules("us-east-1")[0].State != Enabled {
		t.Error(err, b.Rules("us-east-1"))
	}
	b.DeleteRuleByHand("us-east-1", "r")
	b.DeleteRuleByHand("us-east-1", "r")
	if rules := b.Rules("us-east-1"); len(rules) != 0 {
		t.Error(rules)
	}
	b.SetRuleQuota("us-east-1", 0)
	_, err := b.eb.PutRule(t.Context(), &eventbridge.PutRuleInput{Name: aws.String("r"), EventPattern: aws.String(anyPattern)})
	wantType[*types.LimitExceededException](t, err)
	topic := b.CreateTopic("us-east-1", "t", true)
	b.DeleteTopic(topic)
	if b.SetPolicy(topic, true) == nil {
		t.Error("a deleted topic has a policy")
	}
}

// TestACallMoreChangesNoOtherID: a client that tries again must not change what a
// seeded account is like.
func TestACallMoreChangesNoOtherID(t *testing.T) {
	made := func(calls int) []string {
		b := newBox(t, Options{Seed: 3})
		for range calls {
			if _, err := b.iam.GetAccountSummary(t.Context(), &iam.GetAccountSummaryInput{}); err != nil {
				t.Fatal(err)
			}
		}
		return b.AddUser(User{Name: "late", Keys: []Key{{}}})
	}
	if first, second := made(0), made(3); !slices.Equal(first, second) {
		t.Errorf("after calls the key is %v, else %v", second, first)
	}
}
