package fakeaws

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge/types"
	"github.com/google/go-cmp/cmp"
)

func TestPutTargetsReplacesByID(t *testing.T) {
	b := newBox(t, Options{TargetsPage: 1})
	b.putRule(t, &eventbridge.PutRuleInput{Name: aws.String("r"), EventPattern: aws.String(anyPattern)})
	full := types.Target{Id: aws.String("a"), Arn: aws.String("arn:aws:sqs:us-east-1:111122223333:q"),
		InputTransformer: &types.InputTransformer{InputPathsMap: map[string]string{"who": "$.detail.who"}, InputTemplate: aws.String(`{"who":<who>}`)},
		RetryPolicy:      &types.RetryPolicy{MaximumRetryAttempts: aws.Int32(0), MaximumEventAgeInSeconds: aws.Int32(60)},
		DeadLetterConfig: &types.DeadLetterConfig{Arn: aws.String("arn:aws:sqs:us-east-1:111122223333:dlq")}}
	b.putTarget(t, "r", full)
	b.putTarget(t, "r", types.Target{Id: aws.String("b"), Arn: full.Arn})
	list := func() (got []types.Target) {
		in := &eventbridge.ListTargetsByRuleInput{Rule: aws.String("r")}
		for {
			out := must[*eventbridge.ListTargetsByRuleOutput](t)(b.eb.ListTargetsByRule(t.Context(), in))
			got = append(got, out.Targets...)
			if in.NextToken = out.NextToken; in.NextToken == nil {
				return got
			}
		}
	}
	got := list()
	if len(got) != 2 || cmp.Diff(*full.InputTransformer.InputTemplate, *got[0].InputTransformer.InputTemplate) != "" ||
		*got[0].RetryPolicy.MaximumRetryAttempts != 0 || *got[0].DeadLetterConfig.Arn != *full.DeadLetterConfig.Arn {
		t.Errorf("%+v", got)
	}
	b.putTarget(t, "r", types.Target{Id: aws.String("a"), Arn: full.Arn})
	if got := list(); len(got) != 2 || got[0].InputTransformer != nil || got[0].RetryPolicy != nil || got[0].DeadLetterConfig != nil {
		t.Errorf("%+v", got)
	}
}

func TestTargetsHaveLimits(t *testing.T) {
	b := newBox(t, Options{})
	b.putRule(t, &eventbridge.PutRuleInput{Name: aws.String("r"), EventPattern: aws.String(anyPattern)})
	targets := func(n int) (list []types.Target) {
		for i := range n {
			list = append(list, types.Target{Id: aws.String(fmt.Sprint(i)), Arn: aws.String("arn:aws:sns:us-east-1:111122223333:t")})
		}
		return list
	}
	put := func(n int) error {
		_, err := b.eb.PutTargets(t.Context(), &eventbridge.PutTargetsInput{Rule: aws.String("r"), Targets: targets(n)})
		return err
	}
	wantCode(t, put(11), "ValidationException")
	wantType[*types.LimitExceededException](t, put(6))
	if err := put(5); err != nil {
		t.Fatal(err)
	}
	if err := put(5); err != nil {
		t.Error("the same five again:", err)
	}
	_, err := b.eb.PutTargets(t.Context(), &eventbridge.PutTargetsInput{Rule: aws.String("r"), Targets: []types.Target{{Id: aws.String("x"), Arn: targets(1)[0].Arn}}})
	wantType[*types.LimitExceededException](t, err)
	if n := len(b.Rules("us-east-1")[0].Targets); n != 5 {
		t.Errorf("%d targets", n)
	}
	_, err = b.eb.RemoveTargets(t.Context(), &eventbridge.RemoveTargetsInput{Rule: aws.String("r"), Ids: slices.Repeat([]string{"1"}, 11)})
	wantCode(t, err, "ValidationException")
	_, err = b.eb.PutTargets(t.Context(), &eventbridge.PutTargetsInput{Rule: aws.String("none"), Targets: targets(1)})
	if e := wantAs[*types.ResourceNotFoundException](t, err); e.ErrorMessage() != "Rule none does not exist on EventBus default." {
		t.Error(e.ErrorMessage())
	}
}

func TestPutTargetsRefusals(t *testing.T) {
	queue, bus := "arn:aws:sqs:us-east-1:111122223333:q", "arn:aws:events:us-west-2:111122223333:event-bus/default"
	transformer := func(template string, paths map[string]string) *types.InputTransformer {
		return &types.InputTransformer{InputTemplate: &template, InputPathsMap: paths}
	}
	for name, target := range map[string]types.Target{
		"an ARN that is none":                {Arn: aws.String("queue")},
		"another Region":                     {Arn: aws.String("arn:aws:sqs:us-west-2:111122223333:q")},
		"another account without a role":     {Arn: aws.String("arn:aws:sqs:us-east-1:444455556666:q")},
		"another Region's bus, no role":      {Arn: &bus},
		"another Region's bus, no such role": {Arn: &bus, RoleArn: aws.String("arn:aws:iam::111122223333:role/none")},
		"a transformer for a bus":            {Arn: &bus, RoleArn: aws.String("arn:aws:iam::111122223333:role/forward"), InputTransformer: transformer(`{}`, nil)},
		"a retry policy for a bus":           {Arn: &bus, RoleArn: aws.String("arn:aws:iam::111122223333:role/forward"), RetryPolicy: &types.RetryPolicy{}},
		"186 attempts":                       {Arn: &queue, RetryPolicy: &types.RetryPolicy{MaximumRetryAttempts: aws.Int32(186)}},
		"59 seconds":                         {Arn: &queue, RetryPolicy: &types.RetryPolicy{MaximumEventAgeInSeconds: aws.Int32(59)}},
		"a FIFO dead-letter queue":           {Arn: &queue, DeadLetterConfig: &types.DeadLetterConfig{Arn: aws.String(queue + ".fifo")}},
		"a topic for dead letters":           {Arn: &queue, DeadLetterConfig: &types.DeadLetterConfig{Arn: aws.String("arn:aws:sns:us-east-1:111122223333:t")}},
		"a FIFO topic":                       {Arn: aws.String("arn:aws:sns:us-east-1:111122223333:t.fifo")},
		"an Id with a space":                 {Id: aws.String("a b"), Arn: &queue},
		"input that is no JSON":              {Arn: &queue, Input: aws.String("not-json")},
		"input and path":                     {Arn: &queue, Input: aws.String("{}"), InputPath: aws.String("$")},
		"a path without root":                {Arn: &queue, InputPath: aws.String("detail")},
		"a template that is no JSON":         {Arn: &queue, InputTransformer: transformer(`hello <x>`, map[string]string{"x": "$.x"})},
		"a placeholder as a field's name":    {Arn: &queue, InputTransformer: transformer(`{"<x>":1}`, map[string]string{"x": "$.x"})},
		"a path of a transformer":            {Arn: &queue, InputTransformer: transformer(`{"x":<x>}`, map[string]string{"x": "$.a[0:2]"})},
		"a reserved name":                    {Arn: &queue, InputTransformer: transformer(`{"x":1}`, map[string]string{"aws.x": "$.a"})},
		"the event within a string":          {Arn: &queue, InputTransformer: transformer(`"e <aws.events.event.json>"`, nil)},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBox(t, Options{})
			b.CreateRole("forward", true)
			b.putRule(t, &eventbridge.PutRuleInput{Name: aws.String("r"), EventPattern: aws.String(anyPattern)})
			if target.Id == nil {
				target.Id = aws.String("t")
			}
			_, err := b.eb.PutTargets(t.Context(), &eventbridge.PutTargetsInput{Rule: aws.String("r"), Targets: []types.Target{target}})
			wantCode(t, err, "ValidationException")
			if targets := b.Rules("us-east-1")[0].Targets; len(targets) != 0 {
				t.Error(targets)
			}
		})
	}
}

func TestTagsOfRules(t *testing.T) {
	b := newBox(t, Options{})
	b.putRule(t, &eventbridge.PutRuleInput{Name: aws.String("r"), EventPattern: aws.String(anyPattern), Tags: []types.Tag{{Key: aws.String("a"), Value: aws.String("1")}}})
	ctx, arn := t.Context(), aws.String("arn:aws:events:us-east-1:111122223333:rule/r")
	must[*eventbridge.TagResourceOutput](t)(b.eb.TagResource(ctx, &eventbridge.TagResourceInput{ResourceARN: arn, Tags: []types.Tag{{Key: aws.String("b"), Value: aws.String("2")}}}))
	must[*eventbridge.UntagResourceOutput](t)(b.eb.UntagResource(ctx, &eventbridge.UntagResourceInput{ResourceARN: arn, TagKeys: []string{"a", "absent"}}))
	out := must[*eventbridge.ListTagsForResourceOutput](t)(b.eb.ListTagsForResource(ctx, &eventbridge.ListTagsForResourceInput{ResourceARN: arn}))
	if len(out.Tags) != 1 || *out.Tags[0].Key != "b" || *out.Tags[0].Value != "2" {
		t.Error(out.Tags)
	}
	_, err := b.eb.TagResource(ctx, &eventbridge.TagResourceInput{ResourceARN: aws.String(*arn + "x"), Tags: []types.Tag{}})
	wantType[*types.ResourceNotFoundException](t, err)
}

func TestPutEventsRefusesForgedSourcesEntryByEntry(t *testing.T) {
	b := newBox(t, Options{})
	queue := b.CreateQueue("us-east-1", "q", true)
	b.putRule(t, &eventbridge.PutRuleInput{Name: aws.String("r"), EventPattern: aws.String(`{"detail":{"n":[{"exists":true}]}}`)})
	b.putTarget(t, "r", types.Target{Arn: &queue})
	entry := func(source, detail string) types.PutEventsRequestEntry {
		return types.PutEventsRequestEntry{Source: &source, DetailType: aws.String("AWS API Call via CloudTrail"), Detail: &detail}
	}
	other := entry("test", `{"n":4}`)
	other.EventBusName = aws.String("missing")
	out := must[*eventbridge.PutEventsOutput](t)(b.eb.PutEvents(t.Context(), &eventbridge.PutEventsInput{Entries: []types.PutEventsRequestEntry{
		entry("aws.iam", `{"n":1}`), entry("test", `{`), entry("test", `{"n":3}`), other}}))
	var codes []string
	for _, e := range out.Entries {
		codes = append(codes, aws.ToString(e.ErrorCode))
	}
	if diff := cmp.Diff([]string{"NotAuthorizedForSourceException", "MalformedDetail", "", ""}, codes); diff != "" || out.FailedEntryCount != 2 {
		t.Error(out.FailedEntryCount, diff)
	}
	if got := b.Messages(queue); len(got) != 1 || !strings.Contains(got[0].Body, `"detail":{"n":3}`) {
		t.Error(got)
	}
}

func TestTestEventPattern(t *testing.T) {
	b := newBox(t, Options{})
	ask := func(pattern, event string) (bool, error) {
		out, err := b.eb.TestEventPattern(t.Context(), &eventbridge.TestEventPatternInput{EventPattern: &pattern, Event: &event})
		if err != nil {
			return false, err
		}
		return out.Result, nil
	}
	event := `{"id":"1","account":"1","source":"test","time":"2026-11-20T06:00:00Z","region":"us-east-1","resources":[],"detail-type":"x","detail":{}}`
	if yes, err := ask(anyPattern, event); !yes || err != nil {
		t.Error(yes, err)
	}
	if yes, err := ask(`{"source":["other"]}`, event); yes || err != nil {
		t.Error(yes, err)
	}
	_, err := ask(`{"source":[]}`, event)
	wantType[*types.InvalidEventPatternException](t, err)
	_, err = ask(anyPattern, `{"source":"test"}`)
	wantCode(t, err, "ValidationException")
}
