package watch

import (
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge/types"
)

// bus is a Region's default bus on its way through a plan: first as it was
// observed, then as it will be after each wave of changes.
type bus struct {
	policy Policy
	region string
	ways   ways
	own    []Own // sorted by name
	// foreign are names that others use, and free is how many rules more the bus
	// holds.
	foreign []string
	free    int
}

func newBus(p Policy, seen Observed) bus {
	return bus{
		policy: p, region: seen.Region, ways: p.waysIn(seen.Region), own: slices.Clone(seen.Own),
		foreign: seen.Foreign, free: p.quota(seen.Region) - seen.Total,
	}
}

// way is the index of the delivery that a want is to have.
func (b bus) way(w want) int {
	if w.route == anywhere {
		return anywhere
	}
	return b.ways.byRoute[w.route]
}

// targetsMax is the number of targets a rule may have (EventBridge quotas).
const targetsMax = 5

// crowded tells that strays leave no room for our targets. One of them may be
// what raises the alert by now, so none can go before a new rule is there.
func (own Own) crowded(targets []types.Target) bool {
	n := len(own.Targets)
	for _, t := range targets {
		if indexTarget(own.Targets, aws.ToString(t.Id)) < 0 {
			n++
		}
	}
	return n > targetsMax
}

// alerts tells that a use of what the rule speaks of may be told to somebody. It
// is generous: pattern and target may be others than the wanted ones.
func (own Own) alerts() bool {
	return own.State != string(types.RuleStateDisabled) && len(own.Targets) > 0
}

// live tells that a rule alerts as wanted: enabled, with our pattern, and with
// targets of one of the ways in which the Region delivers.
func (b bus) live(own Own) bool {
	k := own.content.kind
	if !own.alerts() || k == "" || k.alike(rootRule) && k != b.policy.kindOf(RootKey) || !samePattern(own.Pattern, patternOf(own.content, b.policy.AccountID)) {
		return false
	}
	return slices.ContainsFunc(b.ways.all, func(d delivery) bool {
		return !slices.ContainsFunc(d.arns, func(arn string) bool {
			return !slices.ContainsFunc(own.Targets, func(t types.Target) bool { return aws.ToString(t.Arn) == arn })
		})
	})
}

// grade tells how well a rule works: live, alerting in some way, not at all.
func (b bus) grade(own Own) int {
	switch {
	case b.live(own):
		return 2
	case own.alerts():
		return 1
	}
	return 0
}

// packed tells whether keys are put several in a rule. Auto packs where there are
// many or where one rule each does not fit, and goes back only when there are
// half as many.
func (b bus) packed(wants []want) bool {
	layout := b.policy.Layout.withDefaults()
	if layout.Mode != Auto {
		return layout.Mode == Packed
	}
	keys, others := 0, 0
	users := contentOf(sessionRule, nil, nil)
	for _, w := range wants {
		switch w.kind {
		case keyRule:
			keys++
		case sessionRule:
			users.subjects = append(users.subjects, w.subject)
			if !b.policy.holds(users) {
				others++
				users.subjects = []string{w.subject}
			}
		default:
			others++
		}
	}
	others += min(len(users.subjects), 1)
	room := b.free + len(b.own) - others
	if slices.ContainsFunc(b.own, b.isPack) {
		return keys >= layout.UnpackBelow || 2*keys > room
	}
	return keys > layout.PackAbove || keys > room
}

// isPack tells that a rule holds several keys, or is made to.
func (b bus) isPack(own Own) bool {
	return own.content.kind == keyRule && (len(own.content.subjects) > 1 || b.policy.isPack(own.Name, keyRule))
}
