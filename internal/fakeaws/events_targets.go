package fakeaws

import (
	"fmt"
	"slices"
	"strings"
)

func (c *Cloud) listTargetsByRule(q *request) (any, *apiError) {
	var in struct {
		Rule, NextToken string
		EventBusName    *string
		Limit           *int
	}
	if err := decode(q, &in); err != nil {
		return nil, err
	}
	limit, err := checkLimit(in.Limit)
	if err != nil {
		return nil, err
	}
	r, err := c.targetedRule(q, in.Rule, in.EventBusName)
	if err != nil {
		return nil, err
	}
	page, next, err := cutPage(r.sortedTargets(), in.NextToken, limit, c.opt.TargetsPage, func(t Target) string { return t.ID })
	if err != nil {
		return nil, err
	}
	return struct {
		Targets   []Target
		NextToken string `json:",omitempty"`
	}{page, next}, nil
}

func (c *Cloud) targetedRule(q *request, name string, bus *string) (*rule, *apiError) {
	if err := checkName(name, "rule"); err != nil {
		return nil, err
	}
	if err := c.checkBus(q, bus); err != nil {
		return nil, err
	}
	r := c.buses[q.call.Region][name]
	if r == nil {
		return nil, noSuchRule(name)
	}
	return r, nil
}

type failedEntry struct{ TargetId, ErrorCode, ErrorMessage string }

type entriesResult struct {
	FailedEntryCount int
	FailedEntries    []failedEntry
}

// refuse reports an entry failed if a fault asks for it.
func (o *entriesResult) refuse(f *Fault, id string) bool {
	if f == nil || len(f.FailedIDs) > 0 && !slices.Contains(f.FailedIDs, id) {
		return false
	}
	message := f.Message
	if message == "" {
		message = "Rule is being modified by another request."
	}
	o.FailedEntries = append(o.FailedEntries, failedEntry{id, f.FailedEntries, message})
	o.FailedEntryCount = len(o.FailedEntries)
	return true
}

// putTargets adds targets by ID or replaces them as a whole. A target that does
// not exist is accepted.
func (c *Cloud) putTargets(q *request) (any, *apiError) {
	var in struct {
		Rule         string
		EventBusName *string
		Targets      []Target
	}
	if err := decode(q, &in); err != nil {
		return nil, err
	}
	if n := len(in.Targets); n == 0 || n > maxEntries {
		return nil, constraint("[...]", "targets", fmt.Sprintf("have length between 1 and %d", maxEntries))
	}
	ids := map[string]bool{}
	for i, t := range in.Targets {
		if err := checkName(t.ID, fmt.Sprintf("targets.%d.member.id", i+1)); err != nil {
			return nil, err
		}
		if ids[t.ID] {
			return nil, invalid("Duplicate target id " + t.ID + ".")
		}
		ids[t.ID] = true
	}
	r, err := c.targetedRule(q, in.Rule, in.EventBusName)
	if err != nil {
		return nil, err
	}
	if err := managed(r, false); err != nil {
		return nil, err
	}
	for _, t := range in.Targets {
		if err := c.checkTarget(q.call.Region, t); err != nil {
			return nil, err
		}
	}
	after := len(ids)
	for id := range r.targets {
		if !ids[id] {
			after++
		}
	}
	if after > maxTargetsPerRule {
		return nil, fail("LimitExceededException", quotaReached)
	}
	out := &entriesResult{FailedEntries: []failedEntry{}}
	for _, t := range in.Targets {
		if out.refuse(q.failing, t.ID) {
			continue
		}
		from := c.opt.Now()
		if _, replaced := r.targets[t.ID]; !replaced {
			from = from.Add(c.opt.Propagation)
		}
		r.targets[t.ID] = liveTarget{Target: t, from: from}
	}
	return out, nil
}

// removeTargets removes targets by ID; an ID that is not there is no error.
func (c *Cloud) removeTargets(q *request) (any, *apiError) {
	var in struct {
		Rule         string
		EventBusName *string
		Ids          []string
		Force        bool
	}
	if err := decode(q, &in); err != nil {
		return nil, err
	}
	if n := len(in.Ids); n == 0 || n > maxEntries {
		return nil, constraint("[...]", "ids", fmt.Sprintf("have length between 1 and %d", maxEntries))
	}
	r, err := c.targetedRule(q, in.Rule, in.EventBusName)
	if err != nil {
		return nil, err
	}
	if err := managed(r, in.Force); err != nil {
		return nil, err
	}
	out := &entriesResult{FailedEntries: []failedEntry{}}
	for _, id := range in.Ids {
		if !out.refuse(q.failing, id) {
			delete(r.targets, id)
		}
	}
	return out, nil
}

// arnParts are the fields of arn:partition:service:region:account:resource.
type arnParts struct{ partition, service, region, account, resource string }

func parseARN(s string) (arnParts, bool) {
	p := strings.SplitN(s, ":", 6)
	if len(p) != 6 || p[0] != "arn" || p[1] == "" || p[2] == "" || p[5] == "" {
		return arnParts{}, false
	}
	return arnParts{p[1], p[2], p[3], p[4], p[5]}, true
}

func (a arnParts) isBus() bool {
	return a.service == "events" && strings.HasPrefix(a.resource, "event-bus/")
}

func cannotAssume(role string) *apiError {
	return invalid("Provided role '" + role + "' cannot be assumed by principal 'events.amazonaws.com'.")
}

func (c *Cloud) knownRole(arn string) bool {
	_, known := c.roles[arn]
	return known
}

// checkTarget judges a target's definition, not whether it exists.
func (c *Cloud) checkTarget(region string, t Target) *apiError {
	a, ok := parseARN(t.ARN)
	switch {
	case !ok || len(t.ARN) > 1600:
		return invalid("Parameter " + t.ARN + " is not valid. Reason: Provided Arn is not in correct format.")
	case a.partition != c.opt.Partition:
		return invalid("Parameter " + t.ARN + " is not valid. Reason: Provided Arn is not in the same partition.")
	case t.RoleARN == "" && (a.account != c.opt.AccountID || a.isBus() && a.region != region):
		return invalid("RoleArn is required for target " + t.ARN + ".")
	case t.RoleARN != "" && !c.knownRole(t.RoleARN):
		return cannotAssume(t.RoleARN)
	case !a.isBus() && a.region != region:
		return invalid("Cross-region api call is not allowed.")
	case a.service == "sns" && strings.HasSuffix(a.resource, ".fifo"):
		return invalid("FIFO topics are not supported for target " + t.ID + ".")
	case t.SqsParameters != nil && a.service != "sqs":
		return invalid("SqsParameters are not supported for target " + t.ID + ".")
	}
	if err := checkDelivery(region, t, a); err != nil {
		return err
	}
	return checkInput(t)
}

// checkDelivery judges retry policy and dead-letter queue.
func checkDelivery(region string, t Target, a arnParts) *apiError {
	if a.isBus() && (t.RetryPolicy != nil || t.Input != nil || t.InputPath != nil || t.InputTransformer != nil) {
		return invalid("RetryPolicy, Input, InputPath and InputTransformer are not supported for event bus target " + t.ID + ".")
	}
	if p := t.RetryPolicy; p != nil {
		if n := p.MaximumRetryAttempts; n != nil && (*n < 0 || *n > 185) {
			return constraint(fmt.Sprint(*n), "targets.1.member.retryPolicy.maximumRetryAttempts", "have value between 0 and 185")
		}
		if n := p.MaximumEventAgeInSeconds; n != nil && (*n < 60 || *n > 86400) {
			return constraint(fmt.Sprint(*n), "targets.1.member.retryPolicy.maximumEventAgeInSeconds", "have value between 60 and 86400")
		}
	}
	if t.DeadLetterConfig == nil {
		return nil
	}
	dlq, ok := parseARN(t.DeadLetterConfig.Arn)
	if !ok || dlq.service != "sqs" || dlq.region != region || strings.HasSuffix(dlq.resource, ".fifo") {
		return invalid("DeadLetterConfig for target " + t.ID + " must be a standard SQS queue in the same Region.")
	}
	return nil
}
