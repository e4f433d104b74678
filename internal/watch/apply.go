package watch

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge/types"
)

// Writer is what Apply asks of EventBridge.
type Writer interface {
	PutRule(context.Context, *eventbridge.PutRuleInput, ...func(*eventbridge.Options)) (*eventbridge.PutRuleOutput, error)
	PutTargets(context.Context, *eventbridge.PutTargetsInput, ...func(*eventbridge.Options)) (*eventbridge.PutTargetsOutput, error)
	RemoveTargets(context.Context, *eventbridge.RemoveTargetsInput, ...func(*eventbridge.Options)) (*eventbridge.RemoveTargetsOutput, error)
	DeleteRule(context.Context, *eventbridge.DeleteRuleInput, ...func(*eventbridge.Options)) (*eventbridge.DeleteRuleOutput, error)
}

// Apply carries out the planned changes and returns the plan with every change
// done, failed or held; the plan given is not changed. In a Region the changes
// are made in order, and after a failure nothing is retired there. A rule whose
// key another rule carries from now on is retired only after Policy.Settle. Regions are
// written side by side, but those that forward to the home Region after it, and
// those that are emptied last. When ctx ends, the call under way is finished,
// the change it belongs to has failed unless that was its last call, and the
// rest is held.
func Apply(ctx context.Context, writer func(region string) Writer, p Policy, plan Plan) Plan {
	done := plan
	done.Regions = slices.Clone(plan.Regions)
	done.Incomplete = slices.Clone(plan.Incomplete)
	for turn := stepDeliver; turn <= stepEmpty; turn++ {
		var wait sync.WaitGroup
		for i := range done.Regions {
			region := &done.Regions[i]
			if region.step != turn {
				continue
			}
			region.Changes = slices.Clone(region.Changes)
			done.holdBefore(region)
			wait.Go(func() {
				a := applier{api: writer(region.Region), policy: p}
				a.region(ctx, region)
			})
		}
		wait.Wait()
	}
	for _, region := range done.Regions {
		for _, c := range region.Changes {
			if c.Status == Failed || c.Status == Held && c.Error == stopped {
				done.Incomplete = append(done.Incomplete, fmt.Sprintf("%s: %s %s %s: %s", region.Region, c.Action, c.Rule, c.Status, c.Error))
			}
		}
	}
	return done
}

const (
	stopped      = "the run was stopped before"
	afterFailure = "nothing is retired in a Region after a failure there"
	needsRoom    = "waits for the room of rules that were not retired after a failure"
)

type applier struct {
	api    Writer
	policy Policy
}

func (a applier) region(ctx context.Context, region *RegionPlan) {
	failed, waited := false, false
	for i := range region.Changes {
		c := &region.Changes[i]
		if c.Status == Planned && c.ops.moves && !failed && !waited {
			waited = true
			wait(ctx, a.policy.Settle)
		}
		switch {
		case c.Status != Planned:
		case ctx.Err() != nil:
			c.Status, c.Error = Held, stopped
		case failed && c.Action == Retire:
			c.Status, c.Error = Held, afterFailure
		case failed && c.ops.needsRoom:
			c.Status, c.Error = Held, needsRoom
		default:
			c.Status = Done
			if err := a.change(ctx, c.Rule, c.ops); err != nil {
				c.Status, c.Error = Failed, err.Error()
				failed = true
			}
		}
	}
}

// wait lets time pass, unless ctx ends.
func wait(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	}
}

// change makes a change's calls. A rule gets its target right after it is
// written, and loses targets only when it has the wanted one or is to be
// deleted.
func (a applier) change(ctx context.Context, rule string, o ops) error {
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

func (a applier) put(ctx context.Context, rule Rule, create bool) error {
	in := &eventbridge.PutRuleInput{
		Name:         &rule.Name,
		EventPattern: &rule.Pattern,
		Description:  &rule.Description,
		State:        types.RuleState(rule.State),
	}
	if create { // PutRule ignores tags on a rule that exists
		in.Tags = []types.Tag{
			{Key: aws.String("keywatch:owner"), Value: &a.policy.Owner},
			{Key: aws.String("keywatch:managed"), Value: aws.String("true")},
		}
	}
	_, err := a.api.PutRule(ctx, in)
	if _, full := errors.AsType[*types.LimitExceededException](err); full {
		return fmt.Errorf("PutRule: the default bus holds as many rules as its quota allows: ask AWS to raise it, or lower watch.rules_quota so that the plan shows it: %w", err)
	}
	return explain("PutRule", err, "events:PutRule and events:TagResource")
}

func (a applier) delete(ctx context.Context, rule string) error {
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
