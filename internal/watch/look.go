package watch

import (
	"context"
	"fmt"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
)

// look is a Region's rules as they are after the makes of a wave. Another run may
// have written at the same time, and PutRule replaces all of a rule.
type look struct {
	rules   map[string]Own
	targets map[string]bool // rules that were seen to tell somebody
}

// missing says what a change relies on and is not there any more, "" if all is.
func (a *applier) missing(ctx context.Context, c Change) (string, error) {
	if a.look == nil {
		rules, err := listRules(ctx, a.api)
		if err != nil {
			return "", fmt.Errorf("ListRules: %w%s", err, hint(err, "events:ListRules"))
		}
		a.look = &look{rules: map[string]Own{}, targets: map[string]bool{}}
		for _, r := range rules {
			a.look.rules[aws.ToString(r.Name)] = a.policy.ownOf(Rule{
				Name: aws.ToString(r.Name), Pattern: aws.ToString(r.EventPattern), State: string(r.State), Description: aws.ToString(r.Description),
			}, "")
		}
	}
	if own, there := a.look.rules[c.Rule]; there && !slices.Equal(own.content.labels(), slices.Sorted(slices.Values(c.ops.was))) {
		return "somebody else has changed it meanwhile", nil
	}
	for _, on := range c.ops.relies {
		works, err := a.works(ctx, on)
		if err != nil {
			return "", err
		}
		if !works {
			return fmt.Sprintf("%s is not watched by %s any more: somebody else is changing rules", on.label, on.rule), nil
		}
	}
	return "", nil
}

func (a *applier) works(ctx context.Context, on reliance) (bool, error) {
	own, there := a.look.rules[on.rule]
	if !there || !slices.Contains(own.content.labels(), on.label) || own.State != on.state {
		return false, nil
	}
	tells, asked := a.look.targets[on.rule]
	if !asked {
		targets, err := listTargets(ctx, a.api, on.rule)
		if err != nil {
			return false, fmt.Errorf("ListTargetsByRule: %w%s", err, hint(err, "events:ListTargetsByRule"))
		}
		tells = len(targets) > 0
		a.look.targets[on.rule] = tells
	}
	return tells, nil
}
