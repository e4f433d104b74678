package watch

import (
	"fmt"
	"reflect"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge/types"
)

// updateTargets adds to a change what puts missing and different targets right
// and then removes strays.
func updateTargets(change *Change, own Own, want []types.Target) {
	for _, target := range want {
		i := indexTarget(own.Targets, aws.ToString(target.Id))
		switch {
		case i < 0:
			change.Why = append(change.Why, "its target is missing: "+aws.ToString(target.Arn))
			change.ops.redirects = own.alerts()
		case aws.ToString(own.Targets[i].Arn) != aws.ToString(target.Arn):
			change.Why = append(change.Why, fmt.Sprintf("its target is %s, wanted %s", aws.ToString(own.Targets[i].Arn), aws.ToString(target.Arn)))
			change.ops.redirects = own.alerts()
		case !reflect.DeepEqual(own.Targets[i], target):
			change.Why = append(change.Why, "the message or settings of its target differ")
		default:
			continue
		}
		change.ops.targets = append(change.ops.targets, target)
	}
	for _, target := range own.Targets {
		id := aws.ToString(target.Id)
		if indexTarget(want, id) >= 0 {
			continue
		}
		change.Why = append(change.Why, fmt.Sprintf("stray target %q: %s", id, aws.ToString(target.Arn)))
		change.ops.remove = append(change.ops.remove, id)
		change.ops.redirects = own.alerts()
	}
}

func indexTarget(targets []types.Target, id string) int {
	return slices.IndexFunc(targets, func(t types.Target) bool { return aws.ToString(t.Id) == id })
}
