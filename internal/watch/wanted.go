package watch

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/eventbridge/types"
)

// Rule is one EventBridge rule on a Region's default bus.
type Rule struct {
	Name, Pattern, State, Description string
	Targets                           []types.Target
}

// Wanted is the rule that carries a watch in a Region under the given name:
// one rule per key. It is a pure function: the same watch gives the same rule,
// on whatever day.
func Wanted(p Policy, region, name string, w Watch) Rule {
	rule := Rule{
		Name:        name,
		Pattern:     patternFor(w.Key, p.AccountID),
		State:       p.State,
		Description: describe(p.Owner, w),
	}
	if p.hub() && region != p.HomeRegion {
		rule.Targets = []types.Target{forward(p.homeBus(), p.ForwardRole)}
	} else {
		rule.Targets = []types.Target{alert(p.targetIn(region), name, w.Reasons)}
	}
	return rule
}

// homeBus is the ARN of the home Region's default bus, in the partition of the
// target.
func (p Policy) homeBus() string {
	partition := "aws"
	if parts := strings.SplitN(p.Target, ":", 3); len(parts) == 3 {
		partition = parts[1]
	}
	return "arn:" + partition + ":events:" + p.HomeRegion + ":" + p.AccountID + ":event-bus/default"
}

// nameFor is the name a new rule for a key gets unless it is taken. A rule's
// name has at most 64 characters; key IDs may have 128, though AWS makes 20.
func (p Policy) nameFor(key string) string {
	const room = 64 - len("-99")
	name := p.namePrefix() + key
	if len(name) > room {
		sum := sha256.Sum256([]byte(key))
		name = p.namePrefix() + hex.EncodeToString(sum[:8])
	}
	return name
}
