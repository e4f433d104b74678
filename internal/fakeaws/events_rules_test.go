package fakeaws

import (
	"fmt"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge/types"
	"github.com/google/go-cmp/cmp"
)

const anyPattern = `{"source":["test"]}`

func TestPutRuleReplacesTheWholeRuleButNotItsTags(t *testing.T) {
	b := newBox(t, Options{})
	b.putRule(t, &eventbridge.PutRuleInput{Name: aws.String("r"), Description: aws.String("first"), State: types.RuleStateDisabled,
		EventPattern: aws.String(anyPattern), Tags: []types.Tag{{Key: aws.String("owner"), Value: aws.String("one")}}})
	b.putTarget(t, "r", types.Target{Arn: aws.String("arn:aws:sns:us-east-1:111122223333:nowhere")})
	b.putRule(t, &eventbridge.PutRuleInput{Name: aws.String("r"), EventPattern: aws.String(`{"source":["other"]}`),
		Tags: []types.Tag{{Key: aws.String("owner"), Value: aws.String("two")}}})
	want := []Rule{{Name: "r", ARN: "arn:aws:events:us-east-1:111122223333:rule/r", Region: "us-east-1", Pattern: `{"source":["other"]}`,
		State: Enabled, Tags: map[string]string{"owner": "one"}, CreatedAt: start,
		Targets: []Target{{ID: "t", ARN: "arn:aws:sns:us-east-1:111122223333:nowhere"}}}}
	if diff := cmp.Diff(want, b.Rules("us-east-1")); diff != "" {
		t.Error(diff)
	}
	if len(b.Rules("us-west-2")) != 0 {
		t.Error("the rule is in another Region too")
	}
}

func TestPutRuleRefusals(t *testing.T) {
	long := func(n int) *string { return aws.String(strings.Repeat("x", n)) }
	pattern := func(n int) *string { // of n characters, all of them counted once
		text := `{"source":["` + strings.Repeat("é", n-15) + `"]}`
		return &text
	}
	for name, test := range map[string]struct {
		in   eventbridge.PutRuleInput
		code string
	}{
		"a name of 65 characters":               {eventbridge.PutRuleInput{Name: long(65)}, "ValidationException"},
		"a name with a space":                   {eventbridge.PutRuleInput{Name: aws.String("a b")}, "ValidationException"},
		"a description of 513 characters":       {eventbridge.PutRuleInput{Description: long(513)}, "ValidationException"},
		"a pattern of 2,049 characters":         {eventbridge.PutRuleInput{EventPattern: pattern(2049)}, "ValidationException"},
		"no pattern":                            {eventbridge.PutRuleInput{EventPattern: aws.String("")}, "ValidationException"},
		"an unknown state":                      {eventbridge.PutRuleInput{State: "ON"}, "ValidationException"},
		"a tag key of 129 characters":           {eventbridge.PutRuleInput{Tags: []types.Tag{{Key: long(129), Value: long(1)}}}, "ValidationException"},
		"a tag key twice":                       {eventbridge.PutRuleInput{Tags: []types.Tag{{Key: long(1), Value: long(1)}, {Key: long(1), Value: long(1)}}}, "ValidationException"},
		"a role nobody made":                    {eventbridge.PutRuleInput{RoleArn: aws.String("arn:aws:iam::111122223333:role/none")}, "ValidationException"},
		"a bus that does not exist":             {eventbridge.PutRuleInput{EventBusName: aws.String("mine")}, "ResourceNotFoundException"},
		"a pattern that is no JSON":             {eventbridge.PutRuleInput{EventPattern: aws.String(`{"source":["x"]`)}, "InvalidEventPatternException"},
		"a pattern with an operator from afar":  {eventbridge.PutRuleInput{EventPattern: aws.String(`{"source":[{"like":"x"}]}`)}, "InvalidEventPatternException"},
		"a pattern that is followed by more":    {eventbridge.PutRuleInput{EventPattern: aws.String(anyPattern + "x")}, "InvalidEventPatternException"},
		"a schedule in the state that sees all": {eventbridge.PutRuleInput{ScheduleExpression: aws.String("rate(1 hour)"), State: types.RuleState(EnabledAll)}, "ValidationException"},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBox(t, Options{})
			if test.in.Name == nil {
				test.in.Name = aws.String("r")
			}
			if test.in.EventPattern == nil {
				test.in.EventPattern = aws.String(anyPattern)
			}
			_, err := b.eb.PutRule(t.Context(), &test.in)
			wantCode(t, err, test.code)
			if len(b.Rules("us-east-1")) != 0 {
				t.Error("the rule was written all the same")
			}
		})
	}
	b := newBox(t, Options{})
	b.putRule(t, &eventbridge.PutRuleInput{Name: long(64), Description: long(512), EventPattern: pattern(2048)})
	_, err := b.eb.PutRule(t.Context(), &eventbridge.PutRuleInput{Name: aws.String("r"), EventPattern: aws.String(`{"source":"x"}`)})
	if e := wantAs[*types.InvalidEventPatternException](t, err); !strings.HasPrefix(e.ErrorMessage(), "Event pattern is not valid. Reason: ") {
		t.Error(e.ErrorMessage())
	}
}

func TestRuleQuotaCountsEveryRuleAndOnlyNewOnes(t *testing.T) {
	b := newBox(t, Options{RuleQuotas: map[string]int{"us-east-1": 2}})
	if err := b.PutRuleByHand("us-east-1", Rule{Name: "theirs", Pattern: anyPattern, ManagedBy: "guardduty.amazonaws.com"}); err != nil {
		t.Fatal(err)
	}
	put := func(name string) error {
		_, err := b.eb.PutRule(t.Context(), &eventbridge.PutRuleInput{Name: &name, EventPattern: aws.String(anyPattern)})
		return err
	}
	if err := put("a"); err != nil {
		t.Fatal(err)
	}
	err := put("b")
	if e := wantAs[*types.LimitExceededException](t, err); e.ErrorMessage() != "The requested resource exceeds the maximum number allowed." {
		t.Error(e.ErrorMessage())
	}
	if err := put("a"); err != nil {
		t.Error("an update at the quota:", err)
	}
	for region, quota := range map[string]int{"us-east-1": 2, "us-west-2": 300, "af-south-1": 100, "eu-south-1": 100} {
		if got := b.ruleQuota(region); got != quota {
			t.Errorf("%s: quota %d, want %d", region, got, quota)
		}
	}
}

func TestListRulesPages(t *testing.T) {
	for name, test := range map[string]struct {
		smaller, limit, rules, pages int
	}{
		"a hundred a page unless asked otherwise": {0, 0, 201, 3},
		"as many as asked":                        {0, 50, 100, 2},
		"fewer than asked":                        {7, 100, 21, 3},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBox(t, Options{RulesPage: test.smaller})
			var want []string
			for i := range test.rules {
				want = append(want, fmt.Sprintf("own-%03d", i))
				if err := b.PutRuleByHand("us-east-1", Rule{Name: want[i], Pattern: anyPattern, Tags: map[string]string{"a": "b"}}); err != nil {
					t.Fatal(err)
				}
			}
			if err := b.PutRuleByHand("us-east-1", Rule{Name: "other", Pattern: anyPattern}); err != nil {
				t.Fatal(err)
			}
			in := &eventbridge.ListRulesInput{NamePrefix: aws.String("own-")}
			if test.limit > 0 {
				in.Limit = aws.Int32(int32(test.limit))
			}
			var got []string
			pages := 0
			for {
				out := must[*eventbridge.ListRulesOutput](t)(b.eb.ListRules(t.Context(), in))
				pages++
				for _, r := range out.Rules {
					got = append(got, *r.Name)
				}
				if in.NextToken = out.NextToken; in.NextToken == nil {
					break
				}
			}
			if pages != test.pages {
				t.Errorf("%d pages, want %d", pages, test.pages)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
	b := newBox(t, Options{})
	_, err := b.eb.ListRules(t.Context(), &eventbridge.ListRulesInput{Limit: aws.Int32(101)})
	wantCode(t, err, "ValidationException")
	_, err = b.eb.ListRules(t.Context(), &eventbridge.ListRulesInput{NextToken: aws.String("own-007")})
	wantCode(t, err, "ValidationException")
}

func TestListAndDescribeRuleTellTheSameButTheCreator(t *testing.T) {
	b := newBox(t, Options{})
	b.putRule(t, &eventbridge.PutRuleInput{Name: aws.String("r"), EventPattern: aws.String(anyPattern), Description: aws.String("d"), State: types.RuleState(EnabledAll)})
	listed := must[*eventbridge.ListRulesOutput](t)(b.eb.ListRules(t.Context(), nil)).Rules[0]
	told := must[*eventbridge.DescribeRuleOutput](t)(b.eb.DescribeRule(t.Context(), &eventbridge.DescribeRuleInput{Name: aws.String("r"), EventBusName: aws.String("default")}))
	got := []string{*listed.Name, *listed.Arn, *listed.EventPattern, string(listed.State), *listed.Description, *listed.EventBusName}
	want := []string{*told.Name, *told.Arn, *told.EventPattern, string(told.State), *told.Description, *told.EventBusName}
	if diff := cmp.Diff(want, got); diff != "" || *told.CreatedBy != "111122223333" || told.State != types.RuleState(EnabledAll) {
		t.Error(diff, told)
	}
	_, err := b.eb.DescribeRule(t.Context(), &eventbridge.DescribeRuleInput{Name: aws.String("none")})
	if e := wantAs[*types.ResourceNotFoundException](t, err); e.ErrorMessage() != "Rule none does not exist on EventBus default." {
		t.Error(e.ErrorMessage())
	}
}

func TestDeleteRule(t *testing.T) {
	b := newBox(t, Options{})
	remove := func(name string) error {
		_, err := b.eb.DeleteRule(t.Context(), &eventbridge.DeleteRuleInput{Name: &name})
		return err
	}
	b.watch(t, "r", "AKIAX", "arn:aws:sns:us-east-1:111122223333:t")
	err := remove("r")
	wantCode(t, err, "ValidationException")
	if !strings.Contains(err.Error(), "Rule can't be deleted since it has targets.") {
		t.Error(err)
	}
	must[*eventbridge.RemoveTargetsOutput](t)(b.eb.RemoveTargets(t.Context(), &eventbridge.RemoveTargetsInput{Rule: aws.String("r"), Ids: []string{"t", "unknown"}}))
	if err := remove("r"); err != nil {
		t.Error(err)
	}
	if err := remove("r"); err != nil {
		t.Error("a rule that is gone:", err)
	}
	if rules := b.Rules("us-east-1"); len(rules) != 0 {
		t.Error(rules)
	}
}

func TestManagedRulesNeedForce(t *testing.T) {
	b := newBox(t, Options{})
	if err := b.PutRuleByHand("us-east-1", Rule{Name: "m", Pattern: anyPattern, ManagedBy: "config.amazonaws.com",
		Targets: []Target{{ID: "t", ARN: "arn:aws:sns:us-east-1:111122223333:t"}}}); err != nil {
		t.Fatal(err)
	}
	ctx, name := t.Context(), aws.String("m")
	_, err := b.eb.PutRule(ctx, &eventbridge.PutRuleInput{Name: name, EventPattern: aws.String(anyPattern)})
	wantType[*types.ManagedRuleException](t, err)
	_, err = b.eb.PutTargets(ctx, &eventbridge.PutTargetsInput{Rule: name, Targets: []types.Target{{Id: name, Arn: aws.String("arn:aws:sns:us-east-1:111122223333:t")}}})
	wantType[*types.ManagedRuleException](t, err)
	_, err = b.eb.RemoveTargets(ctx, &eventbridge.RemoveTargetsInput{Rule: name, Ids: []string{"t"}})
	wantType[*types.ManagedRuleException](t, err)
	_, err = b.eb.DeleteRule(ctx, &eventbridge.DeleteRuleInput{Name: name})
	wantType[*types.ManagedRuleException](t, err)
	_, err = b.eb.RemoveTargets(ctx, &eventbridge.RemoveTargetsInput{Rule: name, Ids: []string{"t"}, Force: true})
	if err != nil {
		t.Error(err)
	}
	if _, err = b.eb.DeleteRule(ctx, &eventbridge.DeleteRuleInput{Name: name, Force: true}); err != nil {
		t.Error(err)
	}
}

func TestEnableAndDisableRule(t *testing.T) {
	b := newBox(t, Options{})
	b.putRule(t, &eventbridge.PutRuleInput{Name: aws.String("r"), EventPattern: aws.String(anyPattern), State: types.RuleState(EnabledAll)})
	must[*eventbridge.DisableRuleOutput](t)(b.eb.DisableRule(t.Context(), &eventbridge.DisableRuleInput{Name: aws.String("r")}))
	if got := b.Rules("us-east-1")[0].State; got != Disabled {
		t.Error(got)
	}
	must[*eventbridge.EnableRuleOutput](t)(b.eb.EnableRule(t.Context(), &eventbridge.EnableRuleInput{Name: aws.String("r")}))
	if got := b.Rules("us-east-1")[0].State; got != Enabled {
		t.Error(got)
	}
}

func TestDescribeEventBus(t *testing.T) {
	b := newBox(t, Options{})
	out := must[*eventbridge.DescribeEventBusOutput](t)(b.eb.DescribeEventBus(t.Context(), nil))
	if *out.Arn != "arn:aws:events:us-east-1:111122223333:event-bus/default" {
		t.Error(*out.Arn)
	}
	_, err := b.eb.DescribeEventBus(t.Context(), &eventbridge.DescribeEventBusInput{Name: aws.String("mine")})
	if e := wantAs[*types.ResourceNotFoundException](t, err); e.ErrorMessage() != "Event bus mine does not exist." {
		t.Error(e.ErrorMessage())
	}
}
