package watch

import (
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge/types"
)

// delivery is one way in which rules of a Region tell: where to, and of what.
type delivery struct {
	arns    []string
	forward bool // arns is the home Region's default bus
	state   string
}

func (d delivery) equal(other delivery) bool {
	return d.state == other.state && slices.Equal(d.arns, other.arns)
}

// ways are the distinct deliveries of a Region. Routes that come to the same
// there, as all do that forward in one state, share one.
type ways struct {
	all     []delivery
	byRoute []int // index of the delivery; the first is for keys without a route
}

// waysIn lists the deliveries of a Region.
func (p Policy) waysIn(region string) ways {
	var w ways
	for _, r := range slices.Insert(slices.Clone(p.Routes), 0, Route{}) {
		d := p.delivery(region, r)
		i := slices.IndexFunc(w.all, d.equal)
		if i < 0 {
			i = len(w.all)
			w.all = append(w.all, d)
		}
		w.byRoute = append(w.byRoute, i)
	}
	return w
}

func (p Policy) delivery(region string, r Route) delivery {
	targets, state := r.Targets, r.State
	if len(targets) == 0 {
		targets = p.Targets
	}
	if state == "" {
		state = p.State
	}
	if p.forwards(region) {
		return delivery{arns: []string{p.homeBus()}, forward: true, state: state}
	}
	d := delivery{state: state}
	for _, target := range targets {
		d.arns = append(d.arns, p.fill(target, region))
	}
	return d
}

// routeOf is the route of a key: 0 for none, else 1 and up.
func (p Policy) routeOf(reasons Reason) int {
	for _, reason := range urgency {
		if reasons&reason == 0 {
			continue
		}
		return 1 + slices.IndexFunc(p.Routes, func(r Route) bool { return r.Reasons&reason != 0 })
	}
	return 0
}

// Hub tells that every Region's alerts go through the home Region.
func (p Policy) Hub() bool {
	return !slices.ContainsFunc(p.allTargets(), func(arn string) bool { return strings.Contains(arn, "{region}") })
}

// allTargets are the targets that any watch may have, as written.
func (p Policy) allTargets() []string {
	all := slices.Clone(p.Targets)
	for _, r := range p.Routes {
		all = append(all, r.Targets...)
	}
	return all
}

// fill replaces the placeholders of an ARN for a Region.
func (p Policy) fill(arn, region string) string {
	return strings.ReplaceAll(strings.ReplaceAll(arn, "{region}", region), "{account}", p.AccountID)
}

// forwards tells that a Region's rules send to the home Region's default bus.
func (p Policy) forwards(region string) bool { return p.Hub() && region != p.HomeRegion }

// homeBus is the ARN of the home Region's default bus, in the targets' partition.
func (p Policy) homeBus() string {
	partition := "aws"
	for _, target := range p.allTargets() {
		if parts := strings.SplitN(target, ":", 3); len(parts) == 3 {
			partition = parts[1]
		}
	}
	return "arn:" + partition + ":events:" + p.HomeRegion + ":" + p.AccountID + ":event-bus/default"
}

// deadLetter is the dead-letter queue of a Region's rules, nil for none:
// EventBridge takes only one in the rule's own Region.
func (p Policy) deadLetter(region string) *types.DeadLetterConfig {
	if p.DeadLetterQueue == "" {
		return nil
	}
	arn := p.fill(p.DeadLetterQueue, region)
	if parts := strings.Split(arn, ":"); len(parts) != 6 || parts[3] != region {
		return nil
	}
	return &types.DeadLetterConfig{Arn: aws.String(arn)}
}

// has tells that a rule tells in this way by now: in this state and to exactly
// these targets.
func (d delivery) has(own Own) bool {
	if own.State != d.state || len(own.Targets) != len(d.arns) {
		return false
	}
	for i, arn := range d.arns {
		j := indexTarget(own.Targets, targetID(i))
		if j < 0 || aws.ToString(own.Targets[j].Arn) != arn {
			return false
		}
	}
	return true
}

func indexTarget(targets []types.Target, id string) int {
	return slices.IndexFunc(targets, func(t types.Target) bool { return aws.ToString(t.Id) == id })
}
