package audit

import (
	"context"
	"fmt"
	"slices"
	"time"

	"keywatch/internal/watch"
)

// rounds is how often Apply writes before it gives up on another writer.
const rounds = 3

// Apply plans and carries the plan out, then looks again: another run may have
// written at the same time, and PutRule replaces all of a rule. What differs is
// written again, up to three times. The result's plan tells what became of
// every change, and which keys are observed to be watched. When ctx ends, the
// call under way is finished, the rest is held, what is left is looked at, and
// the result is still valid.
func (a Account) Apply(ctx context.Context, p Policy, now time.Time) (Result, error) {
	wish, regions, result, err := a.plan(ctx, p, now)
	if err != nil {
		return Result{}, err
	}
	plan, _ := a.carryOut(ctx, wish, regions, *result.Plan)
	result.Plan = &plan
	return result, nil
}

// carryOut applies a plan and looks again until nothing differs, and returns the
// plan with what became of it and what was observed last.
func (a Account) carryOut(ctx context.Context, wish watch.Wish, regions scope, plan watch.Plan) (watch.Plan, []watch.Observed) {
	writer := func(region string) watch.Writer { return a.Rules(region) }
	for round := 1; hasPlanned(plan); round++ {
		plan = watch.Apply(ctx, writer, wish.Policy, plan)
		wish.Observed = a.lookAgain(ctx, wish.Policy, regions)
		again := regions.note(watch.Make(wish))
		unsettled := hasPlanned(*again)
		plan = merge(plan, *again, unsettled && round < rounds && !hasFailed(plan) && ctx.Err() == nil)
		if unsettled && round == rounds && !hasFailed(plan) {
			plan.Incomplete = append(plan.Incomplete, "rules still differ from what is wanted after three rounds: is another keywatch with the same owner, or a person, changing them? Run it again")
		}
	}
	covered := slices.DeleteFunc(slices.Clone(regions.watched), func(r string) bool { return slices.Contains(plan.Uncovered, r) })
	plan.WatchedKeys, plan.WatchedIdentities = watch.Live(wish.Policy, wish.Observed, covered)
	return plan, wish.Observed
}

// lastLook bounds the look at what a run that is being stopped leaves behind.
const lastLook = 20 * time.Second

// lookAgain observes all Regions after a write, also when the run was stopped
// meanwhile: its result says what is watched now, not what was.
func (a Account) lookAgain(ctx context.Context, p watch.Policy, regions scope) []watch.Observed {
	if ctx.Err() != nil {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(context.WithoutCancel(ctx), lastLook)
		defer cancel()
	}
	return a.observe(ctx, p, regions)
}

func hasPlanned(p watch.Plan) bool {
	create, update, retire := p.Pending()
	return create+update+retire > 0
}

func hasFailed(p watch.Plan) bool {
	return slices.ContainsFunc(p.Regions, func(r watch.RegionPlan) bool {
		return slices.ContainsFunc(r.Changes, func(c watch.Change) bool { return c.Status == watch.Failed })
	})
}

// merge brings what was done up to date with what was observed afterwards. It
// appends the changes still to make, if they are to be tried, and those that
// cannot be made any more, which leave the run incomplete.
func merge(done, again watch.Plan, try bool) watch.Plan {
	done.Uncovered = again.Uncovered
	for i := range done.Regions {
		region := &done.Regions[i]
		j := slices.IndexFunc(again.Regions, func(r watch.RegionPlan) bool { return r.Region == region.Region })
		if j < 0 {
			continue
		}
		now := again.Regions[j]
		if try {
			region.Changes = slices.DeleteFunc(region.Changes, watch.Change.Overtaken)
		}
		region.RulesUsed, region.Foreign = now.RulesUsed, now.Foreign
		if region.Error == "" && now.Error != "" {
			region.Error = now.Error
			done.Incomplete = append(done.Incomplete, now.Error)
		}
		for _, change := range now.Changes {
			switch {
			case try && change.Status == watch.Planned:
				region.Changes = append(region.Changes, change)
			case change.Status == watch.Held && !hasHeld(*region, change.Rule):
				region.Changes = append(region.Changes, change)
				done.Incomplete = append(done.Incomplete, fmt.Sprintf("%s: %s %s is held since the run began: %s", region.Region, change.Action, change.Rule, change.Error))
			}
		}
	}
	return done
}

func hasHeld(r watch.RegionPlan, rule string) bool {
	return slices.ContainsFunc(r.Changes, func(c watch.Change) bool { return c.Rule == rule && c.Status == watch.Held })
}
