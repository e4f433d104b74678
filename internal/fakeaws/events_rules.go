package fakeaws

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"
)

// Sources of the limits: the service model (events/2015-10-07) and the page of
// EventBridge quotas.
const (
	maxPattern        = 2048
	maxPatternShape   = 4096
	maxDescription    = 512
	maxName           = 64
	maxTargetsPerRule = 5
	maxEntries        = 10
)

var nameSyntax = regexp.MustCompile(`^[.\-_A-Za-z0-9]+$`)

const quotaReached = "The requested resource exceeds the maximum number allowed."

func decode(q *request, in any) *apiError {
	if err := json.Unmarshal(q.body, in); err != nil {
		return fail("SerializationException", err.Error())
	}
	return nil
}

func constraint(value, member, rule string) *apiError {
	return invalid("1 validation error detected: Value '" + value + "' at '" + member +
		"' failed to satisfy constraint: Member must " + rule)
}

func checkName(name, member string) *apiError {
	switch {
	case name == "":
		return constraint(name, member, "have length greater than or equal to 1")
	case utf8.RuneCountInString(name) > maxName:
		return constraint(name, member, fmt.Sprintf("have length less than or equal to %d", maxName))
	case !nameSyntax.MatchString(name):
		return constraint(name, member, `satisfy regular expression pattern: [\.\-_A-Za-z0-9]+`)
	}
	return nil
}

// checkBus accepts the default bus, by name or ARN; there is no other one.
func (c *Cloud) checkBus(q *request, bus *string) *apiError {
	if bus == nil || *bus == "default" || *bus == c.arn("events", q.call.Region, "event-bus/default") {
		return nil
	}
	if *bus == "" {
		return constraint("", "eventBusName", "have length greater than or equal to 1")
	}
	name := *bus
	if isARN(name) {
		name = name[strings.LastIndex(name, "/")+1:]
	}
	return fail("ResourceNotFoundException", "Event bus "+name+" does not exist.")
}

func noSuchRule(name string) *apiError {
	return fail("ResourceNotFoundException", "Rule "+name+" does not exist on EventBus default.")
}

func managed(r *rule, force bool) *apiError {
	if r.ManagedBy == "" || force {
		return nil
	}
	return fail("ManagedRuleException", "Rule "+r.Name+" is managed by "+r.ManagedBy+".")
}

// checkLimit reads a page size; AWS's default for it is 100.
func checkLimit(limit *int) (int, *apiError) {
	if limit == nil {
		return 100, nil
	}
	if *limit < 1 {
		return 0, constraint(fmt.Sprint(*limit), "limit", "have value greater than or equal to 1")
	}
	if *limit > 100 {
		return 0, constraint(fmt.Sprint(*limit), "limit", "have value less than or equal to 100")
	}
	return *limit, nil
}

// ruleFields is what ListRules and DescribeRule tell: no tags, and who created
// the rule only in the latter.
type ruleFields struct {
	Name, Arn          string
	EventPattern       string `json:",omitempty"`
	ScheduleExpression string `json:",omitempty"`
	State              string
	Description        string `json:",omitempty"`
	RoleArn            string `json:",omitempty"`
	ManagedBy          string `json:",omitempty"`
	EventBusName       string
	CreatedBy          string `json:",omitempty"`
}

func fieldsOf(r *rule) ruleFields {
	return ruleFields{Name: r.Name, Arn: r.ARN, EventPattern: r.Pattern, ScheduleExpression: r.ScheduleExpression,
		State: r.State, Description: r.Description, RoleArn: r.RoleARN, ManagedBy: r.ManagedBy, EventBusName: "default"}
}

func (c *Cloud) listRules(q *request) (any, *apiError) {
	var in struct {
		EventBusName          *string
		NamePrefix, NextToken string
		Limit                 *int
	}
	if err := decode(q, &in); err != nil {
		return nil, err
	}
	limit, err := checkLimit(in.Limit)
	if err != nil {
		return nil, err
	}
	if err := c.checkBus(q, in.EventBusName); err != nil {
		return nil, err
	}
	rules := slices.DeleteFunc(c.sortedRules(q.call.Region), func(r *rule) bool { return !strings.HasPrefix(r.Name, in.NamePrefix) })
	page, next, err := cutPage(rules, in.NextToken, limit, c.opt.RulesPage, func(r *rule) string { return r.Name })
	if err != nil {
		return nil, err
	}
	out := struct {
		Rules     []ruleFields
		NextToken string `json:",omitempty"`
	}{Rules: make([]ruleFields, 0, len(page)), NextToken: next}
	for _, r := range page {
		out.Rules = append(out.Rules, fieldsOf(r))
	}
	return out, nil
}

// ruleInput is how most rule operations name their rule.
type ruleInput struct {
	Name         string
	EventBusName *string
	Force        bool
}

func (c *Cloud) ruleInput(q *request) (ruleInput, *apiError) {
	var in ruleInput
	if err := decode(q, &in); err != nil {
		return in, err
	}
	if err := checkName(in.Name, "name"); err != nil {
		return in, err
	}
	return in, c.checkBus(q, in.EventBusName)
}

func (c *Cloud) namedRule(q *request) (*rule, *apiError) {
	in, err := c.ruleInput(q)
	if err != nil {
		return nil, err
	}
	if r := c.buses[q.call.Region][in.Name]; r != nil {
		return r, nil
	}
	return nil, noSuchRule(in.Name)
}

func (c *Cloud) describeRule(q *request) (any, *apiError) {
	r, err := c.namedRule(q)
	if err != nil {
		return nil, err
	}
	out := fieldsOf(r)
	out.CreatedBy = c.opt.AccountID
	return out, nil
}

// deleteRule deletes a rule without targets; a rule that does not exist is no
// error.
func (c *Cloud) deleteRule(q *request) (any, *apiError) {
	in, err := c.ruleInput(q)
	if err != nil {
		return nil, err
	}
	r := c.buses[q.call.Region][in.Name]
	if r == nil {
		return struct{}{}, nil
	}
	if err := managed(r, in.Force); err != nil {
		return nil, err
	}
	if len(r.targets) > 0 {
		return nil, invalid("Rule can't be deleted since it has targets.")
	}
	delete(c.buses[q.call.Region], r.Name)
	return struct{}{}, nil
}

func (c *Cloud) enableRule(q *request) (any, *apiError)  { return c.setState(q, Enabled) }
func (c *Cloud) disableRule(q *request) (any, *apiError) { return c.setState(q, Disabled) }

func (c *Cloud) setState(q *request, state string) (any, *apiError) {
	r, err := c.namedRule(q)
	if err != nil {
		return nil, err
	}
	if err := managed(r, false); err != nil {
		return nil, err
	}
	r.State = state
	r.setMatching(c.opt.Now(), c.opt.Propagation)
	return struct{}{}, nil
}

func (c *Cloud) describeEventBus(q *request) (any, *apiError) {
	var in struct{ Name *string }
	if err := decode(q, &in); err != nil {
		return nil, err
	}
	if err := c.checkBus(q, in.Name); err != nil {
		return nil, err
	}
	return map[string]string{"Name": "default", "Arn": c.arn("events", q.call.Region, "event-bus/default")}, nil
}
