package watch

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge/types"
)

// change makes a change's calls. A rule gets its target right after it is
// written, and loses targets only when it has the wanted one or is to be
// deleted.
func (a *applier) change(ctx context.Context, rule string, o ops) error {
	type call struct {
		name string
		do   func(context.Context) error
	}
	var calls []call
	if o.put != nil {
		calls = append(calls, call{"PutRule", func(ctx context.Context) error { return a.put(ctx, *o.put, o.create) }})
	}
	if len(o.targets) > 0 {
		calls = append(calls, call{"PutTargets", func(ctx context.Context) error { return a.target(ctx, rule, o.targets) }})
	}
	for ids := range slices.Chunk(o.remove, removeMax) {
		calls = append(calls, call{"RemoveTargets", func(ctx context.Context) error { return a.remove(ctx, rule, ids) }})
	}
	if o.tag != "" {
		calls = append(calls, call{"TagResource", func(ctx context.Context) error { return a.tag(ctx, o.tag) }})
	}
	if o.delete {
		calls = append(calls, call{"DeleteRule", func(ctx context.Context) error { return a.delete(ctx, rule) }})
	}
	for i, call := range calls {
		if i > 0 && ctx.Err() != nil {
			return fmt.Errorf("the run was stopped after %s and before %s: the next run finishes it", calls[i-1].name, call.name)
		}
		if err := finish(ctx, call.do); err != nil {
			return err
		}
	}
	return nil
}

// removeMax is the number of target IDs RemoveTargets takes (API reference).
const removeMax = 10

// callTimeout bounds one call with its retries, which the end of the run does
// not cut short.
const callTimeout = 90 * time.Second

// finish runs one call to its end, also when the run is stopped meanwhile: a
// call cut off halfway leaves nobody knowing whether it took effect.
func finish(ctx context.Context, call func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), callTimeout)
	defer cancel()
	return call(ctx)
}

func (a *applier) put(ctx context.Context, rule Rule, create bool) error {
	in := &eventbridge.PutRuleInput{
		Name:         &rule.Name,
		EventPattern: &rule.Pattern,
		Description:  &rule.Description,
		State:        types.RuleState(rule.State),
	}
	if create { // PutRule ignores tags on a rule that exists
		in.Tags = a.tags()
	}
	_, err := a.api.PutRule(ctx, in)
	if _, full := errors.AsType[*types.LimitExceededException](err); full {
		return fmt.Errorf("PutRule: the default bus holds as many rules as its quota allows: ask AWS to raise it, or lower watch.rules_quota so that the plan shows it: %w", err)
	}
	return explain("PutRule", err, "events:PutRule and events:TagResource")
}

func (a *applier) tags() []types.Tag {
	var tags []types.Tag
	want := a.policy.tags()
	for _, key := range slices.Sorted(maps.Keys(want)) {
		tags = append(tags, types.Tag{Key: aws.String(key), Value: aws.String(want[key])})
	}
	return tags
}

func (a *applier) tag(ctx context.Context, arn string) error {
	_, err := a.api.TagResource(ctx, &eventbridge.TagResourceInput{ResourceARN: &arn, Tags: a.tags()})
	return explain("TagResource", err, "events:TagResource")
}

func (a *applier) delete(ctx context.Context, rule string) error {
	_, err := a.api.DeleteRule(ctx, &eventbridge.DeleteRuleInput{Name: &rule})
	return explain("DeleteRule", err, "events:DeleteRule")
}

// explain names the call that failed and says what to do where that is known.
func explain(call string, err error, permission string) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w%s", call, err, hint(err, permission))
}
