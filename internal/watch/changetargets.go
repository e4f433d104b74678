package watch

import (
	"fmt"
	"reflect"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge/types"
)

// addTargets adds to an update what puts missing and damaged targets right. One
// that is to forward instead of telling somebody, which relies on the home Region,
// or that is rewritten later anyway, is left for redirectTargets.
func addTargets(c *Change, rule *draft, want []types.Target, rewritten, forwards bool) {
	rule.Targets = slices.Clone(rule.Targets)
	for _, target := range want {
		i := indexTarget(rule.Targets, aws.ToString(target.Id))
		switch {
		case i < 0:
			c.Why = append(c.Why, "its target is missing: "+aws.ToString(target.Arn))
			rule.fresh = true
			rule.Targets = append(rule.Targets, target)
		case aws.ToString(rule.Targets[i].Arn) != aws.ToString(target.Arn) && rule.alerts() && forwards:
			continue
		case rewritten && aws.ToString(rule.Targets[i].Arn) == aws.ToString(target.Arn) && rule.alerts(), reflect.DeepEqual(rule.Targets[i], target):
			continue
		default:
			c.Why = append(c.Why, differs(rule.Targets[i], target))
			rule.Targets[i] = target
		}
		c.ops.targets = append(c.ops.targets, target)
	}
}

// redirectTargets adds to a break what gives a rule its own targets instead of
// others, and takes strays away. Where events are forwarded that waits for the
// rules of the home Region, and where a target is new, for the target.
func redirectTargets(c *Change, rule *draft, want []types.Target, forwards bool) {
	rule.Targets = slices.Clone(rule.Targets)
	for _, target := range want {
		i := indexTarget(rule.Targets, aws.ToString(target.Id))
		if i < 0 || reflect.DeepEqual(rule.Targets[i], target) {
			continue
		}
		if aws.ToString(rule.Targets[i].Arn) != aws.ToString(target.Arn) {
			c.ops.redirects = true
			c.ops.settle = c.ops.settle || forwards
		}
		if c.ops.put == nil || c.ops.redirects {
			c.Why = append(c.Why, differs(rule.Targets[i], target))
		}
		rule.Targets[i] = target
		c.ops.targets = append(c.ops.targets, target)
	}
	for _, target := range slices.Clone(rule.Targets) {
		id := aws.ToString(target.Id)
		if indexTarget(want, id) >= 0 {
			continue
		}
		c.Why = append(c.Why, fmt.Sprintf("stray target %q: %s", id, aws.ToString(target.Arn)))
		c.ops.remove = append(c.ops.remove, id)
		c.ops.redirects = true
		c.ops.settle = c.ops.settle || rule.fresh || forwards
		rule.Targets = slices.DeleteFunc(rule.Targets, func(t types.Target) bool { return aws.ToString(t.Id) == id })
	}
}

func differs(is, want types.Target) string {
	if aws.ToString(is.Arn) != aws.ToString(want.Arn) {
		return fmt.Sprintf("its target is %s, wanted %s", aws.ToString(is.Arn), aws.ToString(want.Arn))
	}
	return "the message or settings of its target differ"
}

func containsTags(tags, want map[string]string) bool {
	for k, v := range want {
		if tags[k] != v {
			return false
		}
	}
	return true
}
