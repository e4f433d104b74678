package watch

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
)

// Writer is what Apply asks of EventBridge. It reads too: what takes the place of
// something is looked at before that is taken away.
type Writer interface {
	Reader
	PutRule(context.Context, *eventbridge.PutRuleInput, ...func(*eventbridge.Options)) (*eventbridge.PutRuleOutput, error)
	PutTargets(context.Context, *eventbridge.PutTargetsInput, ...func(*eventbridge.Options)) (*eventbridge.PutTargetsOutput, error)
	RemoveTargets(context.Context, *eventbridge.RemoveTargetsInput, ...func(*eventbridge.Options)) (*eventbridge.RemoveTargetsOutput, error)
	DeleteRule(context.Context, *eventbridge.DeleteRuleInput, ...func(*eventbridge.Options)) (*eventbridge.DeleteRuleOutput, error)
	TagResource(context.Context, *eventbridge.TagResourceInput, ...func(*eventbridge.Options)) (*eventbridge.TagResourceOutput, error)
}

// Apply carries out the planned changes and returns the plan with every change
// done, failed or held; the plan given is not changed. In a Region the changes
// are made in order, and after a failure nothing is taken away there. What moves
// from one rule to another leaves the old one only after Policy.Settle, and when
// the new one is seen to carry it. Regions are written side by side, but those
// that forward to the home Region after it, and those that are emptied last. When
// ctx ends, the call under way is finished, the change it belongs to has failed
// unless that was its last call, and the rest is held.
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
				a := applier{api: writer(region.Region), policy: p, region: region}
				a.run(ctx)
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

// applier carries out the changes of one Region.
type applier struct {
	api    Writer
	policy Policy
	region *RegionPlan
	failed bool
	wave   int   // the one whose makes were given time to work
	look   *look // what was seen after that
}

func (a *applier) run(ctx context.Context) {
	for i := range a.region.Changes {
		c := &a.region.Changes[i]
		if c.Status != Planned {
			continue
		}
		if c.ops.settle && !a.failed && a.wave != c.ops.wave {
			a.wave, a.look = c.ops.wave, nil
			pause(ctx, a.policy.Settle)
		}
		switch {
		case ctx.Err() != nil:
			c.Status, c.Error = Held, stopped
		case a.failed && c.ops.breaks:
			c.Status, c.Error = Held, afterFailure
		case a.failed && c.ops.wave > 1:
			c.Status, c.Error = Held, needsRoom
		default:
			a.carryOut(ctx, c)
		}
	}
}

func (a *applier) carryOut(ctx context.Context, c *Change) {
	if len(c.ops.relies) > 0 {
		missing, err := a.missing(ctx, *c)
		switch {
		case err != nil:
			a.failed, c.Status, c.Error = true, Failed, err.Error()
			return
		case missing != "":
			c.Status, c.Error, c.ops.lost = Held, missing, true
			return
		}
	}
	c.Status = Done
	if err := a.change(ctx, c.Rule, c.ops); err != nil {
		a.failed, c.Status, c.Error = true, Failed, err.Error()
	}
}

// pause lets time pass, unless ctx ends.
func pause(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	}
}
