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

// Apply carries out the planned changes, Regions side by side and in each the
// changes in order, and returns the plan with every change done, failed or
// held. Nothing is retired in a Region after a failure there. When ctx ends,
// the call under way is finished and the rest is held.
func Apply(ctx context.Context, writer func(region string) Writer, p Policy, plan Plan) Plan {
	done := plan
	done.Regions = slices.Clone(plan.Regions)
	done.Incomplete = slices.Clone(plan.Incomplete)
	var wait sync.WaitGroup
	for i := range done.Regions {
		region := &done.Regions[i]
		region.Changes = slices.Clone(region.Changes)
		wait.Go(func() {
			a := applier{api: writer(region.Region), policy: p}
			a.region(ctx, region)
		})
	}
	wait.Wait()
	for _, region := range done.Regions {
		for _, c := range region.Changes {
			if c.Status == Failed {
				done.Incomplete = append(done.Incomplete, fmt.Sprintf("%s: %s %s failed: %s", region.Region, c.Action, c.Rule, c.Error))
			}
			if c.Status == Held && c.Error == interrupted {
				done.Incomplete = append(done.Incomplete, fmt.Sprintf("%s: %s %s was not done: %s", region.Region, c.Action, c.Rule, c.Error))
			}
		}
	}
	return done
}

const (
	interrupted  = "the run was stopped before"
	afterFailure = "nothing is retired in a Region after a failure there"
)

type applier struct {
	api    Writer
	policy Policy
}

func (a applier) region(ctx context.Context, region *RegionPlan) {
	failed := false
	for i := range region.Changes {
		change := &region.Changes[i]
		switch {
		case change.Status != Planned:
			continue
		case ctx.Err() != nil:
			change.Status, change.Error = Held, interrupted
			continue
		case failed && change.Action == Retire:
			change.Status, change.Error = Held, afterFailure
			continue
		}
		switch err := a.change(ctx, change.Rule, change.ops); {
		case err == nil:
			change.Status = Done
		case errors.Is(err, errInterrupted):
			change.Status, change.Error = Held, interrupted
		default:
			change.Status, change.Error = Failed, err.Error()
			failed = true
		}
	}
}

var errInterrupted = errors.New("interrupted between two calls")

// change makes a change's calls. A rule gets its target right after it is
// written, and loses targets only when it is to be deleted or has the wanted
// ones.
func (a applier) change(ctx context.Context, rule string, o ops) error {
	var steps []func(context.Context) error
	if len(o.removeFirst) > 0 {
		steps = append(steps, func(ctx context.Context) error { return a.remove(ctx, rule, o.removeFirst) })
	}
	if o.put != nil {
		steps = append(steps, func(ctx context.Context) error { return a.put(ctx, *o.put, o.create) })
	}
	if len(o.targets) > 0 {
		steps = append(steps, func(ctx context.Context) error { return a.target(ctx, rule, o.targets) })
	}
	for ids := range slices.Chunk(o.remove, removeMax) {
		steps = append(steps, func(ctx context.Context) error { return a.remove(ctx, rule, ids) })
	}
	if o.delete {
		steps = append(steps, func(ctx context.Context) error {
			_, err := a.api.DeleteRule(ctx, &eventbridge.DeleteRuleInput{Name: &rule})
			return explain("DeleteRule", err)
		})
	}
	for _, step := range steps {
		if ctx.Err() != nil {
			return errInterrupted
		}
		if err := a.finish(ctx, step); err != nil {
			return err
		}
	}
	return nil
}

// removeMax is the number of target IDs RemoveTargets takes (API reference).
const removeMax = 10

// callTimeout bounds one call with its retries once the run is asked to stop
// between calls.
const callTimeout = 2 * time.Minute

// finish runs one call to its end, also when the run is stopped meanwhile: a
// call cut off halfway leaves nobody knowing whether it took effect.
func (a applier) finish(ctx context.Context, call func(context.Context) error) error {
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
	return explain("PutRule", err)
}
