package fakeaws

import (
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge/types"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	sqstypes "github.com/aws/aws-sdk-go-v2/service/sqs/types"
	"github.com/google/go-cmp/cmp"
)

func group(name string) *types.SqsParameters { return &types.SqsParameters{MessageGroupId: &name} }

func TestFIFOQueuesTakeGroupsAndDeduplicate(t *testing.T) {
	for name, tc := range map[string]struct {
		queue       string
		deduplicate bool
		parameters  *types.SqsParameters
		arrives     bool
	}{
		"a group and deduplication": {"q.fifo", true, group("alerts"), true},
		"no deduplication":          {"q.fifo", false, group("alerts"), false},
		"no group":                  {"q.fifo", true, nil, false},
		"neither":                   {"q.fifo", false, nil, false},
		"a standard queue":          {"q", false, nil, true},
		"a standard queue's group":  {"q", false, group("alerts"), true},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBox(t, Options{})
			queue, dlq := b.CreateQueue("us-east-1", tc.queue, true), b.CreateQueue("us-east-1", "dlq", true)
			if tc.deduplicate {
				if err := b.SetContentBasedDeduplication(queue, true); err != nil {
					t.Fatal(err)
				}
			}
			b.putRule(t, &eventbridge.PutRuleInput{Name: aws.String("r"), EventPattern: aws.String(anyPattern)})
			b.putTarget(t, "r", types.Target{Arn: &queue, SqsParameters: tc.parameters, DeadLetterConfig: &types.DeadLetterConfig{Arn: &dlq}})
			b.Emit("us-east-1", map[string]any{"source": "test"})
			if got := len(b.Messages(queue)) == 1; got != tc.arrives {
				t.Errorf("arrived: %v", got)
			}
			failed := b.FailedInvocations()
			if lost := len(failed) == 1 && failed[0].DeadLettered && len(b.Messages(dlq)) == 1; lost == tc.arrives {
				t.Errorf("failed invocations: %+v", failed)
			}
		})
	}
}

func TestMessageGroupsHaveALength(t *testing.T) {
	b := newBox(t, Options{})
	queue := b.CreateQueue("us-east-1", "q.fifo", true)
	b.putRule(t, &eventbridge.PutRuleInput{Name: aws.String("r"), EventPattern: aws.String(anyPattern)})
	for name, parameters := range map[string]*types.SqsParameters{
		"none": {}, "an empty one": group(""), "101 characters": group(strings.Repeat("x", 101)),
	} {
		_, err := b.eb.PutTargets(t.Context(), &eventbridge.PutTargetsInput{Rule: aws.String("r"),
			Targets: []types.Target{{Id: aws.String("t"), Arn: &queue, SqsParameters: parameters}}})
		if err == nil {
			t.Errorf("%s is accepted", name)
			continue
		}
		wantCode(t, err, "ValidationException")
	}
	b.putTarget(t, "r", types.Target{Arn: &queue, SqsParameters: group(strings.Repeat("x", 100))})
	out := must[*eventbridge.ListTargetsByRuleOutput](t)(b.eb.ListTargetsByRule(t.Context(), &eventbridge.ListTargetsByRuleInput{Rule: aws.String("r")}))
	if got := *out.Targets[0].SqsParameters.MessageGroupId; len(got) != 100 {
		t.Error(got)
	}
}

func TestAttributesOfFIFOQueues(t *testing.T) {
	b := newBox(t, Options{})
	standard, fifo := b.CreateQueue("us-east-1", "q", true), b.CreateQueue("us-east-1", "q.fifo", true)
	ask := func(queue string, names ...sqstypes.QueueAttributeName) (map[string]string, error) {
		url := b.url + "/111122223333/" + queue
		out, err := b.sqs.GetQueueAttributes(t.Context(), &sqs.GetQueueAttributesInput{QueueUrl: &url, AttributeNames: names})
		if err != nil {
			return nil, err
		}
		return out.Attributes, nil
	}
	for on, want := range map[bool]string{false: "false", true: "true"} {
		if err := b.SetContentBasedDeduplication(fifo, on); err != nil {
			t.Fatal(err)
		}
		got := must[map[string]string](t)(ask("q.fifo", "FifoQueue", "ContentBasedDeduplication"))
		if diff := cmp.Diff(map[string]string{"FifoQueue": "true", "ContentBasedDeduplication": want}, got); diff != "" {
			t.Error(diff)
		}
	}
	if got := must[map[string]string](t)(ask("q.fifo", "QueueArn")); len(got) != 1 || got["QueueArn"] != fifo {
		t.Error(got)
	}
	all := must[map[string]string](t)(ask("q", "All"))
	if _, there := all["FifoQueue"]; there || all["QueueArn"] != standard {
		t.Error(all)
	}
	if _, there := all["ContentBasedDeduplication"]; there {
		t.Error(all)
	}
	_, err := ask("q", "QueueArn", "FifoQueue")
	wantType[*sqstypes.InvalidAttributeName](t, err)
	if err := b.SetContentBasedDeduplication(standard, true); err == nil {
		t.Error("a standard queue deduplicates")
	}
}

func TestFIFOQueuesDropWhatTheyKnowAndKeepTheOrder(t *testing.T) {
	b := newBox(t, Options{})
	queue := b.CreateQueue("us-east-1", "q.fifo", true)
	if err := b.SetContentBasedDeduplication(queue, true); err != nil {
		t.Fatal(err)
	}
	if err := b.PutRuleByHand("us-east-1", Rule{Name: "r", Pattern: anyPattern, Targets: []Target{
		{ID: "t", ARN: queue, InputPath: aws.String("$.detail-type"), SqsParameters: &SqsParameters{MessageGroupId: "g"}}}}); err != nil {
		t.Fatal(err)
	}
	send := func(what string) { b.Emit("us-east-1", map[string]any{"source": "test", "detail-type": what}) }
	url := b.url + "/111122223333/q.fifo"
	receive := func() (got []string, receipt *string) {
		t.Helper()
		out := must[*sqs.ReceiveMessageOutput](t)(b.sqs.ReceiveMessage(t.Context(), &sqs.ReceiveMessageInput{QueueUrl: &url,
			MessageSystemAttributeNames: []sqstypes.MessageSystemAttributeName{"All"}}))
		for _, m := range out.Messages {
			got, receipt = append(got, m.Attributes["MessageGroupId"]+*m.Body), m.ReceiptHandle
		}
		return got, receipt
	}
	send("one")
	b.clock.add(5*time.Minute - time.Second)
	send("one")
	send("two")
	b.clock.add(time.Second)
	send("one")
	if n := len(b.Messages(queue)); n != 3 || len(b.FailedInvocations()) != 0 {
		t.Errorf("%d messages, failed %v", n, b.FailedInvocations())
	}
	got, receipt := receive()
	if behind, _ := receive(); !cmp.Equal(got, []string{`g"one"`}) || behind != nil {
		t.Errorf("got %q and behind it, while it is in flight, %q", got, behind)
	}
	must[*sqs.DeleteMessageOutput](t)(b.sqs.DeleteMessage(t.Context(), &sqs.DeleteMessageInput{QueueUrl: &url, ReceiptHandle: receipt}))
	if got, _ := receive(); !cmp.Equal(got, []string{`g"two"`}) {
		t.Errorf("then came %q", got)
	}
}
