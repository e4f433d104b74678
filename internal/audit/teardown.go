package audit

import (
	"context"
	"fmt"
	"slices"

	"keywatch/internal/watch"
)

// Teardown retires every rule of this owner in every enabled Region, whatever
// the settings watch, and looks again: rules that are left make the result
// incomplete. Without yes nothing is written and the plan says what would be.
// No report is asked for, so the result has no findings.
func (a Account) Teardown(ctx context.Context, p Policy, yes bool) (Result, error) {
	account, partition, err := a.caller(ctx)
	if err != nil {
		return Result{}, err
	}
	if err := p.guard(account); err != nil {
		return Result{}, err
	}
	p.Watch.AccountID = account
	p.AllRegions, p.Regions, p.ExcludeRegions = true, nil, nil
	p.Watch.Identities = nil // wanted without a report, and not now
	regions, err := a.scope(ctx, p)
	if err != nil {
		return Result{}, err
	}
	wish := watch.Wish{
		Policy:   p.Watch,
		Watched:  regions.watched,
		Observed: a.observe(ctx, p.Watch, regions),
		Verdicts: map[string]watch.Verdict{},
	}
	for _, m := range watch.Orphans(wish.Observed, nil) {
		wish.Verdicts[m.Key] = watch.Verdict{Proved: true, Why: "every rule of this owner is retired"}
	}
	result := Result{AccountID: account, Partition: partition, Incomplete: []string{}, Plan: regions.note(watch.Make(wish))}
	if !yes {
		return result, ctx.Err()
	}
	plan, left := a.carryOut(ctx, wish, regions, *result.Plan)
	for _, o := range left {
		if n := len(o.Own); n > 0 {
			plan.Incomplete = append(plan.Incomplete, fmt.Sprintf("%s: %d of our rules are left: run teardown again", o.Region, n))
		}
	}
	plan.Uncovered = slices.Clone(regions.observed)
	result.Plan = &plan
	return result, nil
}
