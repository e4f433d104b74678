package watch

import (
	"slices"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge/types"
)

// carriers finds the rule that carries each wanted key: of the rules that claim
// it the one that does its work best, and of equal ones the first by name. A
// key without an entry needs a new rule.
func (p Policy) carriers(seen Observed, watches []Watch) map[string]*Own {
	wanted, byName := map[string]bool{}, map[string]string{}
	for _, w := range watches {
		wanted[w.Key] = true
		byName[p.nameFor(w.Key)] = w.Key
	}
	carriers := map[string]*Own{}
	for i := range seen.Own {
		own := &seen.Own[i]
		key := own.claim(byName)
		if !wanted[key] || own.crowded() {
			continue
		}
		if best := carriers[key]; best == nil || p.grade(seen.Region, *own) > p.grade(seen.Region, *best) {
			carriers[key] = own
		}
	}
	return carriers
}

// claim is the one key that a rule can be made to carry without taking another
// key's watch away: the only key in its pattern or, where that names none, the
// key it remembers or has in its name. It is empty for a rule with several keys.
func (own Own) claim(byName map[string]string) string {
	switch len(own.Keys) {
	case 0:
		if len(own.Memory) == 1 {
			return own.Memory[0].Key
		}
		if key, ok := byName[own.Name]; ok {
			return key
		}
		return byName[withoutNumber(own.Name)]
	case 1:
		return own.Keys[0]
	}
	return ""
}

// speaksOf are the keys a rule is about: those in its pattern, or the one that
// it remembers.
func (own Own) speaksOf() []string {
	keys := slices.Clone(own.Keys)
	for _, m := range own.Memory {
		if !slices.Contains(keys, m.Key) {
			keys = append(keys, m.Key)
		}
	}
	slices.Sort(keys)
	return keys
}

// targetsMax is the number of targets a rule may have (EventBridge quotas).
const targetsMax = 5

// crowded tells that strays leave no room for our target. One of them may be
// what raises the alert by now, so none can go before a new rule is there.
func (own Own) crowded() bool {
	return len(own.Targets) >= targetsMax && indexTarget(own.Targets, targetID) < 0
}

// grade tells how well a rule works: live, alerting in some way, not at all.
func (p Policy) grade(region string, own Own) int {
	switch {
	case p.live(region, own):
		return 2
	case own.alerts():
		return 1
	}
	return 0
}

// alerts tells that a use of the rule's keys may be told to somebody. It is
// generous: pattern and target may be others than the wanted ones.
func (own Own) alerts() bool {
	return own.State != string(types.RuleStateDisabled) && len(own.Targets) > 0
}

// live tells that a rule alerts on one key as wanted: enabled, with our pattern
// and the target that serves the Region.
func (p Policy) live(region string, own Own) bool {
	if !own.alerts() || len(own.Keys) != 1 || !samePattern(own.Pattern, patternFor(own.Keys[0], p.AccountID)) {
		return false
	}
	arn := p.deliversTo(region)
	return slices.ContainsFunc(own.Targets, func(t types.Target) bool { return aws.ToString(t.Arn) == arn })
}

// firstNumber: a name that is taken is tried again with -2, -3 and so on.
const firstNumber = 2

// freeName is the key's name, or the next free one where others sit on it. It
// takes the name.
func (p Policy) freeName(key string, taken map[string]bool) string {
	base := p.nameFor(key)
	name := base
	for n := firstNumber; taken[name]; n++ {
		name = base + "-" + strconv.Itoa(n)
	}
	taken[name] = true
	return name
}

// withoutNumber undoes what freeName appends. Key IDs hold no "-".
func withoutNumber(name string) string {
	i := strings.LastIndexByte(name, '-')
	if i < 0 {
		return name
	}
	if n, err := strconv.Atoi(name[i+1:]); err != nil || n < firstNumber {
		return name
	}
	return name[:i]
}
