package watch

import (
	"crypto/sha256"
	"encoding/hex"

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
	target := alert(p.deliversTo(region), name, w.Reasons)
	if p.forwards(region) {
		target = forward(p.deliversTo(region), p.ForwardRole)
	}
	rule.Targets = []types.Target{target}
	return rule
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
