package fakeaws

import (
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge/types"
)

func hub(t *testing.T, opt Options) (b *box, queue string) {
	t.Helper()
	b = newWatched(t, opt)
	queue = b.CreateQueue("us-east-1", "q", true)
	b.watch(t, "r", keyID, queue)
	role := b.CreateRole("forward", true)
	b.sign(OperatorKeyID, "eu-west-1")
	b.watch(t, "r", keyID, "arn:aws:events:eu-west-1:111122223333:event-bus/default")
	b.putTarget(t, "r", types.Target{Arn: aws.String("arn:aws:events:us-east-1:111122223333:event-bus/default"), RoleArn: &role})
	return b, queue
}

func TestForwardedEventsKeepRegionAndDetail(t *testing.T) {
	b, queue := hub(t, Options{})
	id := b.use(t, KeyUse{Key: keyID, Region: "eu-west-1"})
	messages := b.Messages(queue)
	if len(messages) != 1 {
		t.Fatal(messages, b.FailedInvocations())
	}
	e := eventOf(t, messages[0].Body)
	detail := e["detail"].(map[string]any)
	if e["region"] != "eu-west-1" || e["account"] != "111122223333" || detail["eventID"] != id || detail["awsRegion"] != "eu-west-1" {
		t.Error(messages[0].Body)
	}
	if messages[0].Region != "us-east-1" {
		t.Error("the hub's rule did not send it:", messages[0].Region)
	}
}

func TestForwardingLosesEvents(t *testing.T) {
	t.Run("read-only ones, if it is so", func(t *testing.T) {
		b, queue := hub(t, Options{ForwardDropsReadOnly: true})
		b.use(t, KeyUse{Key: keyID, Region: "eu-west-1"})
		b.use(t, KeyUse{Key: keyID, Region: "eu-west-1", EventName: "CreateUser"})
		if n := len(b.Messages(queue)); n != 1 {
			t.Errorf("%d messages", n)
		}
	})
	t.Run("at the second hop", func(t *testing.T) {
		b, queue := hub(t, Options{})
		b.sign(OperatorKeyID, "us-east-1")
		role := b.CreateRole("forward", true)
		b.putTarget(t, "r", types.Target{Arn: aws.String("arn:aws:events:us-west-2:111122223333:event-bus/default"), RoleArn: &role})
		b.use(t, KeyUse{Key: keyID, Region: "eu-west-1"})
		failed := b.FailedInvocations()
		if len(failed) != 1 || failed[0].Code != "THIRD_REGION_HOP_DETECTED" || len(b.Messages(queue)) != 0 {
			t.Error(failed)
		}
	})
	t.Run("without the permission", func(t *testing.T) {
		b, queue := hub(t, Options{})
		b.CreateRole("forward", false)
		b.use(t, KeyUse{Key: keyID, Region: "eu-west-1"})
		failed := b.FailedInvocations()
		if len(failed) != 1 || failed[0].Code != "NO_PERMISSIONS" || len(b.Messages(queue)) != 0 {
			t.Error(failed)
		}
	})
}

func TestWritesTakeTimeToWork(t *testing.T) {
	b := newWatched(t, Options{Propagation: time.Minute})
	other := b.AddUser(User{Name: "bob", Keys: []Key{{}}})[0]
	queue := b.CreateQueue("us-east-1", "q", true)
	seen := 0
	expect := func(what, id string, want int) {
		t.Helper()
		b.use(t, KeyUse{Key: id})
		if n := len(b.Messages(queue)) - seen; n != want {
			t.Errorf("%s: %d messages, want %d", what, n, want)
		}
		seen = len(b.Messages(queue))
	}
	b.watch(t, "r", keyID, queue)
	expect("a new rule", keyID, 0)
	b.clock.add(time.Minute)
	expect("after a minute", keyID, 1)
	b.putRule(t, &eventbridge.PutRuleInput{Name: aws.String("r"), State: types.RuleState(EnabledAll),
		EventPattern: aws.String(`{"detail":{"userIdentity":{"accessKeyId":["` + other + `"]}}}`)})
	expect("the key added by an update", other, 0)
	expect("the key taken out by it", keyID, 1)
	b.clock.add(time.Minute)
	expect("the key added, after a minute", other, 1)
	expect("the key taken out, after a minute", keyID, 0)
	must[*eventbridge.RemoveTargetsOutput](t)(b.eb.RemoveTargets(t.Context(), &eventbridge.RemoveTargetsInput{Rule: aws.String("r"), Ids: []string{"t"}}))
	expect("a removed target", other, 0)
	b.putTarget(t, "r", types.Target{Arn: &queue})
	expect("a new target", other, 0)
	b.clock.add(time.Minute)
	expect("a target of a minute", other, 1)
	b.putTarget(t, "r", types.Target{Arn: &queue})
	expect("a replaced target", other, 1)
}
