package fakeaws

import (
	"fmt"
	"slices"
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
