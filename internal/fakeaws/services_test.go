package fakeaws

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/account"
	accounttypes "github.com/aws/aws-sdk-go-v2/service/account/types"
	"github.com/aws/aws-sdk-go-v2/service/sns"
	snstypes "github.com/aws/aws-sdk-go-v2/service/sns/types"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	sqstypes "github.com/aws/aws-sdk-go-v2/service/sqs/types"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/google/go-cmp/cmp"
)

func TestCallerIdentity(t *testing.T) {
	b := newBox(t, Options{})
	root := b.SetRoot(Root{Keys: []Key{{}}})[0]
	alice := b.AddUser(User{Name: "alice", Keys: []Key{{}}})[0]
	for id, want := range map[string]string{
		OperatorKeyID: "arn:aws:sts::111122223333:assumed-role/keywatch/scanner",
		root:          "arn:aws:iam::111122223333:root",
		alice:         "arn:aws:iam::111122223333:user/alice",
	} {
		b.sign(id, "us-west-2")
		out := must[*sts.GetCallerIdentityOutput](t)(b.sts.GetCallerIdentity(t.Context(), nil))
		if *out.Arn != want || *out.Account != "111122223333" || *out.UserId == "" {
			t.Errorf("%s is %s", id, *out.Arn)
		}
	}
}

func TestUnknownCallersAreRefused(t *testing.T) {
	b := newBox(t, Options{})
	inactive := b.AddUser(User{Name: "alice", Keys: []Key{{Inactive: true}}})[0]
	for _, id := range []string{"AKIAUNKNOWN", inactive} {
		b.sign(id, "us-east-1")
		_, err := b.sts.GetCallerIdentity(t.Context(), nil)
		wantCode(t, err, "InvalidClientTokenId")
		_, err = b.eb.ListRules(t.Context(), nil)
		wantCode(t, err, "UnrecognizedClientException")
	}
	b.sign(OperatorKeyID, "af-south-1")
	_, err := b.eb.ListRules(t.Context(), nil)
	wantCode(t, err, "UnrecognizedClientException")
	if _, err := b.iam.GetAccountSummary(t.Context(), nil); err != nil {
		t.Error("IAM is global:", err)
	}
	b.EnableRegion(Region{Name: "af-south-1"})
	if _, err := b.eb.ListRules(t.Context(), nil); err != nil {
		t.Error("an enabled Region:", err)
	}
}

func TestUnsignedRequestsAreRefused(t *testing.T) {
	b := newBox(t, Options{})
	for contentType, want := range map[string]string{
		"application/x-www-form-urlencoded": "<Code>MissingAuthenticationToken</Code>",
		"application/json":                  "MissingAuthenticationTokenException",
	} {
		resp, err := http.Post(b.url, contentType, strings.NewReader("Action=GetCallerIdentity"))
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(resp.Body)
		resp.Body.Close()
		if err != nil || resp.StatusCode != http.StatusForbidden || !strings.Contains(string(body), want) {
			t.Errorf("%s: %d %s", contentType, resp.StatusCode, body)
		}
	}
}

func TestUnknownOperationsAreRefused(t *testing.T) {
	b := newBox(t, Options{})
	_, err := b.sns.ListTopics(t.Context(), nil)
	wantCode(t, err, "InvalidAction")
	_, err = b.sqs.ListQueues(t.Context(), nil)
	wantCode(t, err, "UnknownOperationException")
}

func TestListRegionsPagesAndFilters(t *testing.T) {
	var regions []Region
	var want []string
	for i := range 60 {
		r := Region{Name: fmt.Sprintf("r-%02d", 59-i)}
		if i%3 == 0 {
			r.OptStatus = "DISABLED"
		} else {
			want = append(want, r.Name)
		}
		regions = append(regions, r)
	}
	b := newBox(t, Options{Regions: append(regions, Region{Name: "us-east-1", OptStatus: "DISABLING"}), RegionsPage: 15})
	in := &account.ListRegionsInput{MaxResults: aws.Int32(50), RegionOptStatusContains: []accounttypes.RegionOptStatus{"ENABLED", "ENABLED_BY_DEFAULT"}}
	var got []string
	pages := account.NewListRegionsPaginator(b.acct, in)
	n := 0
	for pages.HasMorePages() {
		out := must[*account.ListRegionsOutput](t)(pages.NextPage(t.Context()))
		n++
		for _, r := range out.Regions {
			got = append(got, *r.RegionName)
		}
	}
	if diff := cmp.Diff(want, got); diff != "" || n != 3 {
		t.Error(n, diff)
	}
	_, err := b.acct.ListRegions(t.Context(), &account.ListRegionsInput{MaxResults: aws.Int32(51)})
	wantType[*accounttypes.ValidationException](t, err)
	b.Deny("account", "ListRegions")
	_, err = b.acct.ListRegions(t.Context(), nil)
	wantType[*accounttypes.AccessDeniedException](t, err)
}

// mayPublish tells whether a policy lets EventBridge do something.
func mayPublish(t *testing.T, text, action string) bool {
	t.Helper()
	var policy struct {
		Statement []struct {
			Effect, Action string
			Principal      map[string]string
		}
	}
	if err := json.Unmarshal([]byte(text), &policy); err != nil {
		t.Fatal(err)
	}
	for _, s := range policy.Statement {
		if s.Effect == "Allow" && s.Action == action && s.Principal["Service"] == "events.amazonaws.com" {
			return true
		}
	}
	return false
}

func TestTopicAttributes(t *testing.T) {
	b := newBox(t, Options{})
	for name, open := range map[string]bool{"open": true, "closed": false} {
		arn := b.CreateTopic("us-east-1", name, open)
		out := must[*sns.GetTopicAttributesOutput](t)(b.sns.GetTopicAttributes(t.Context(), &sns.GetTopicAttributesInput{TopicArn: &arn}))
		if out.Attributes["TopicArn"] != arn || mayPublish(t, out.Attributes["Policy"], "sns:Publish") != open {
			t.Error(name, out.Attributes)
		}
	}
	arn := aws.String("arn:aws:sns:us-east-1:111122223333:none")
	_, err := b.sns.GetTopicAttributes(t.Context(), &sns.GetTopicAttributesInput{TopicArn: arn})
	wantType[*snstypes.NotFoundException](t, err)
	_, err = b.sns.GetTopicAttributes(t.Context(), &sns.GetTopicAttributesInput{TopicArn: aws.String("arn:aws:sns:us-west-2:111122223333:open")})
	wantType[*snstypes.InvalidParameterException](t, err)
	b.Deny("sns", "")
	_, err = b.sns.GetTopicAttributes(t.Context(), &sns.GetTopicAttributesInput{TopicArn: arn})
	wantType[*snstypes.AuthorizationErrorException](t, err)
}

func TestQueues(t *testing.T) {
	b := newBox(t, Options{})
	arn := b.CreateQueue("us-east-1", "q", true)
	ctx := t.Context()
	_, err := b.sqs.GetQueueUrl(ctx, &sqs.GetQueueUrlInput{QueueName: aws.String("none")})
	wantType[*sqstypes.QueueDoesNotExist](t, err)
	wantCode(t, err, "AWS.SimpleQueueService.NonExistentQueue")
	url := must[*sqs.GetQueueUrlOutput](t)(b.sqs.GetQueueUrl(ctx, &sqs.GetQueueUrlInput{QueueName: aws.String("q")})).QueueUrl
	attributes := must[*sqs.GetQueueAttributesOutput](t)(b.sqs.GetQueueAttributes(ctx, &sqs.GetQueueAttributesInput{QueueUrl: url,
		AttributeNames: []sqstypes.QueueAttributeName{"QueueArn", "Policy"}})).Attributes
	if len(attributes) != 2 || attributes["QueueArn"] != arn || !mayPublish(t, attributes["Policy"], "sqs:SendMessage") {
		t.Error(attributes)
	}
	if none := must[*sqs.GetQueueAttributesOutput](t)(b.sqs.GetQueueAttributes(ctx, &sqs.GetQueueAttributesInput{QueueUrl: url})); len(none.Attributes) != 0 {
		t.Error("attributes nobody asked for:", none.Attributes)
	}

	if err := b.PutRuleByHand("us-east-1", Rule{Name: "r", Pattern: anyPattern, Targets: []Target{{ID: "t", ARN: arn, Input: aws.String(`"hi"`)}}}); err != nil {
		t.Fatal(err)
	}
	b.Emit("us-east-1", map[string]any{"source": "test"})
	receive := func() []sqstypes.Message {
		t.Helper()
		return must[*sqs.ReceiveMessageOutput](t)(b.sqs.ReceiveMessage(ctx, &sqs.ReceiveMessageInput{QueueUrl: url, MaxNumberOfMessages: 10})).Messages
	}
	first := receive()
	if len(first) != 1 || *first[0].Body != `"hi"` {
		t.Fatal(first)
	}
	if again := receive(); len(again) != 0 {
		t.Error("a message in flight is visible:", again)
	}
	inFlight := must[*sqs.GetQueueAttributesOutput](t)(b.sqs.GetQueueAttributes(ctx, &sqs.GetQueueAttributesInput{QueueUrl: url, AttributeNames: []sqstypes.QueueAttributeName{"All"}})).Attributes
	if inFlight["ApproximateNumberOfMessages"] != "0" {
		t.Error(inFlight)
	}
	b.clock.add(30 * time.Second)
	if again := receive(); len(again) != 1 || *again[0].ReceiptHandle == *first[0].ReceiptHandle {
		t.Error("the visibility timeout is over:", again)
	}
	must[*sqs.DeleteMessageOutput](t)(b.sqs.DeleteMessage(ctx, &sqs.DeleteMessageInput{QueueUrl: url, ReceiptHandle: first[0].ReceiptHandle}))
	b.clock.add(time.Hour)
	if again := receive(); len(again) != 0 {
		t.Error("deleted:", again)
	}
	if n := len(b.Messages(arn)); n != 1 {
		t.Errorf("%d messages remembered", n)
	}
	b.DeleteQueue(arn)
	_, err = b.sqs.GetQueueAttributes(ctx, &sqs.GetQueueAttributesInput{QueueUrl: url})
	wantType[*sqstypes.QueueDoesNotExist](t, err)
	b.sign(OperatorKeyID, "us-west-2")
	_, err = b.sqs.GetQueueAttributes(ctx, &sqs.GetQueueAttributesInput{QueueUrl: url})
	wantType[*sqstypes.QueueDoesNotExist](t, err)
}
