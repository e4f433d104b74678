package fakeaws

import (
	"fmt"
	"slices"
	"unicode/utf8"
)

type tag struct{ Key, Value string }

// putRule replaces a rule as a whole: what the request leaves out is cleared,
// and an omitted State is ENABLED. Tags count only for a new rule.
func (c *Cloud) putRule(q *request) (any, *apiError) {
	var in struct {
		Name, Description, EventPattern, RoleArn, ScheduleExpression, State string
		EventBusName                                                        *string
		Tags                                                                []tag
	}
	if err := decode(q, &in); err != nil {
		return nil, err
	}
	if err := checkName(in.Name, "name"); err != nil {
		return nil, err
	}
	switch {
	case utf8.RuneCountInString(in.Description) > maxDescription:
		return nil, constraint(in.Description, "description", fmt.Sprintf("have length less than or equal to %d", maxDescription))
	case utf8.RuneCountInString(in.EventPattern) > maxPatternShape:
		return nil, constraint(in.EventPattern, "eventPattern", fmt.Sprintf("have length less than or equal to %d", maxPatternShape))
	case !slices.Contains([]string{"", Enabled, Disabled, EnabledAll}, in.State):
		return nil, constraint(in.State, "state", "satisfy enum value set: ["+Enabled+", "+EnabledAll+", "+Disabled+"]")
	case in.EventPattern == "" && in.ScheduleExpression == "":
		return nil, invalid("Parameter(s) EventPattern or ScheduleExpression must be specified.")
	case in.ScheduleExpression != "" && in.State == EnabledAll:
		return nil, invalid("State " + EnabledAll + " is not supported for rules with a ScheduleExpression.")
	}
	if err := checkTags(in.Tags); err != nil {
		return nil, err
	}
	if err := c.checkBus(q, in.EventBusName); err != nil {
		return nil, err
	}
	if in.RoleArn != "" && !c.knownRole(in.RoleArn) {
		return nil, cannotAssume(in.RoleArn)
	}
	r := c.buses[q.call.Region][in.Name]
	p, err := newPattern(r, in.EventPattern)
	if err != nil {
		return nil, err
	}
	if r == nil {
		if len(c.buses[q.call.Region]) >= c.ruleQuota(q.call.Region) {
			return nil, fail("LimitExceededException", quotaReached)
		}
		r = c.newRule(q.call.Region, in.Name)
		r.Tags = map[string]string{}
		for _, t := range in.Tags {
			r.Tags[t.Key] = t.Value
		}
	}
	if err := managed(r, false); err != nil {
		return nil, err
	}
	r.pattern = p
	r.Pattern, r.Description, r.RoleARN, r.ScheduleExpression = in.EventPattern, in.Description, in.RoleArn, in.ScheduleExpression
	r.State = in.State
	if r.State == "" {
		r.State = Enabled
	}
	r.setMatching(c.opt.Now(), c.opt.Propagation)
	return map[string]string{"RuleArn": r.ARN}, nil
}

// newPattern judges the pattern that PutRule gives a rule, nil for a new one,
// and parses it unless it is the one the rule has. Which error AWS sends for a
// pattern that is over the quota but not over the shape is not verified.
func newPattern(r *rule, text string) (*pattern, *apiError) {
	n := utf8.RuneCountInString(text)
	switch {
	case n == 0:
		return nil, nil
	case n > maxPattern:
		return nil, invalid(fmt.Sprintf("Event pattern has %d characters; the maximum allowed is %d.", n, maxPattern))
	case r != nil && r.pattern != nil && r.Pattern == text:
		return r.pattern, nil
	}
	p, err := parsePattern(text)
	if err != nil {
		return nil, fail("InvalidEventPatternException", "Event pattern is not valid. Reason: "+err.Error())
	}
	return p, nil
}

func checkTags(tags []tag) *apiError {
	if len(tags) > 50 {
		return fail("LimitExceededException", quotaReached)
	}
	seen := map[string]bool{}
	for i, t := range tags {
		switch {
		case t.Key == "" || utf8.RuneCountInString(t.Key) > 128:
			return constraint(t.Key, fmt.Sprintf("tags.%d.member.key", i+1), "have length between 1 and 128")
		case utf8.RuneCountInString(t.Value) > 256:
			return constraint(t.Value, fmt.Sprintf("tags.%d.member.value", i+1), "have length less than or equal to 256")
		case seen[t.Key]:
			return invalid("Duplicate tag keys are not allowed.")
		}
		seen[t.Key] = true
	}
	return nil
}
