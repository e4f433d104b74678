package watch

import (
	"cmp"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/eventbridge/types"
)

// Rule is one EventBridge rule on a Region's default bus.
type Rule struct {
	Name, Pattern, State, Description string
	Targets                           []types.Target
}

// Wanted is the rule that carries the watches of some keys, or of root, in a
// Region under the given name, with the delivery of the first one's route. It is
// a pure function: the same watches give the same rule, in whatever order and on
// whatever day.
func Wanted(p Policy, region, name string, watches ...Watch) Rule {
	w := p.waysIn(region)
	byKey := map[string]Watch{}
	var keys []string
	for _, watch := range watches {
		byKey[watch.Key] = watch
		keys = append(keys, watch.Key)
	}
	return p.write(region, name, w.all[w.byRoute[p.routeOf(watches[0].Reasons)]], contentOf(p.kindOf(keys[0]), keys, nil),
		func(key string) Watch { return byKey[key] })
}

// kindOf is the kind of a rule for a key or root.
func (p Policy) kindOf(key string) kind {
	switch {
	case key != RootKey:
		return keyRule
	case p.RootActivity:
		return activityRule
	}
	return rootRule
}

// write makes the rule for a content. Of keys it also writes what watch says.
func (p Policy) write(region, name string, d delivery, c content, watch func(key string) Watch) Rule {
	rule := Rule{Name: name, Pattern: patternOf(c, p.AccountID), State: d.state}
	reasons := Reason(0)
	switch c.kind {
	case keyRule, rootRule:
		watches := make([]Watch, 0, len(c.subjects))
		for _, key := range c.subjects {
			w := watch(key)
			w.Key = key
			watches = append(watches, w)
		}
		rule.Description = describe(p.Owner, watches...)
		if len(watches) == 1 {
			reasons = watches[0].Reasons
		}
	default:
		rule.Description = describeOther(p.Owner, c)
	}
	rule.Targets = p.targets(region, d, message(name, c.kind, reasons))
	return rule
}

// tags tell people, and conditions in IAM policies, whose a rule is.
func (p Policy) tags() map[string]string {
	return map[string]string{"keywatch:owner": p.Owner, "keywatch:managed": "true"}
}

// isPack tells by its name a rule that is made for several subjects.
func (p Policy) isPack(name string, k kind) bool {
	number, found := strings.CutPrefix(name, p.namePrefix()+string(k)+"-")
	return found && number != "" && !strings.ContainsFunc(number, func(r rune) bool { return r < '0' || r > '9' })
}

// byName sorts rule names as people do: keys-2 before keys-10.
func byName(a, b string) int {
	const digits = "0123456789"
	return cmp.Or(strings.Compare(strings.TrimRight(a, digits), strings.TrimRight(b, digits)),
		cmp.Compare(len(a), len(b)), strings.Compare(a, b))
}
