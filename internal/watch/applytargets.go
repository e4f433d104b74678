package watch

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge/types"
)

// entryTries is how often an entry that collided with another writer is sent.
const entryTries = 5

// target puts targets until every entry is accepted. A 200 answer can hold
// failed entries; those that failed for a concurrent modification are sent
// again, any other failure is final.
func (a *applier) target(ctx context.Context, rule string, targets []types.Target) error {
	for try := 1; ; try++ {
		out, err := a.api.PutTargets(ctx, &eventbridge.PutTargetsInput{Rule: &rule, Targets: targets})
		if err != nil {
			return explain("PutTargets", err, "events:PutTargets, and iam:PassRole for watch.forward_role")
		}
		if out.FailedEntryCount == 0 {
			return nil
		}
		again, err := sortEntries("PutTargets", entries(out.FailedEntries, func(e types.PutTargetsResultEntry) entry {
			return entry{aws.ToString(e.TargetId), aws.ToString(e.ErrorCode), aws.ToString(e.ErrorMessage)}
		}), int(out.FailedEntryCount), try)
		if err != nil {
			return err
		}
		targets = slices.DeleteFunc(slices.Clone(targets), func(t types.Target) bool { return !slices.Contains(again, aws.ToString(t.Id)) })
		if err := backOff(ctx, try); err != nil {
			return err
		}
	}
}

// remove removes targets until every entry is accepted, as target does.
func (a *applier) remove(ctx context.Context, rule string, ids []string) error {
	for try := 1; ; try++ {
		out, err := a.api.RemoveTargets(ctx, &eventbridge.RemoveTargetsInput{Rule: &rule, Ids: ids})
		if _, gone := errors.AsType[*types.ResourceNotFoundException](err); gone {
			return nil // somebody else deleted the rule
		}
		if err != nil {
			return explain("RemoveTargets", err, "events:RemoveTargets")
		}
		if out.FailedEntryCount == 0 {
			return nil
		}
		ids, err = sortEntries("RemoveTargets", entries(out.FailedEntries, func(e types.RemoveTargetsResultEntry) entry {
			return entry{aws.ToString(e.TargetId), aws.ToString(e.ErrorCode), aws.ToString(e.ErrorMessage)}
		}), int(out.FailedEntryCount), try)
		if err != nil {
			return err
		}
		if err := backOff(ctx, try); err != nil {
			return err
		}
	}
}

// entry is one failed entry of a 200 answer.
type entry struct{ target, code, message string }

func entries[E any](failed []E, read func(E) entry) []entry {
	all := make([]entry, 0, len(failed))
	for _, e := range failed {
		all = append(all, read(e))
	}
	return all
}

// sortEntries returns the target IDs to send again, or an error when an entry
// failed for good or too often.
func sortEntries(call string, failed []entry, count, try int) (again []string, err error) {
	if len(failed) < count {
		return nil, fmt.Errorf("%s: %d entries failed and %d are named", call, count, len(failed))
	}
	for _, e := range failed {
		if e.code != "ConcurrentModificationException" || try >= entryTries {
			err = errors.Join(err, fmt.Errorf("%s: target %q failed: %s: %s", call, e.target, e.code, e.message))
		}
		again = append(again, e.target)
	}
	return again, err
}

func backOff(ctx context.Context, try int) error {
	timer := time.NewTimer(time.Duration(try) * 200 * time.Millisecond)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-timer.C:
		return nil
	}
}
