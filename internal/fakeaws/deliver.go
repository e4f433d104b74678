package fakeaws

import (
	"maps"
	"slices"
	"strings"
	"time"
)

// Message is what a topic or queue received from a rule.
type Message struct {
	ID   string
	Body string
	To   string // ARN of the topic or queue
	// Rule is the rule's name, Region its Region. A message that came to a
	// dead-letter queue names the rule it could not be delivered for.
	Rule, Region string
	At           time.Time
}

// FailedInvocation is an event that matched a rule and did not reach a target.
// In AWS nothing but a metric, and a dead-letter queue, tells of it.
type FailedInvocation struct {
	At                         time.Time
	Region, Rule               string
	TargetID, TargetARN        string
	EventID                    string
	Code                       string // NO_PERMISSIONS, NO_RESOURCE, INVALID_JSON, NO_INPUT, THIRD_REGION_HOP_DETECTED, ...
	Body                       string // what would have been delivered
	DeadLettered, ForwardedHop bool
}

// FailedInvocations returns what was not delivered, oldest first.
func (c *Cloud) FailedInvocations() []FailedInvocation {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.failures)
}

// Messages returns everything a topic or queue ever received, oldest first,
// also what was deleted from the queue since. It is empty for an unknown ARN.
func (c *Cloud) Messages(arn string) []Message {
	c.mu.Lock()
	defer c.mu.Unlock()
	if t := c.topics[arn]; t != nil {
		return slices.Clone(t.received)
	}
	if q := c.queues[arn]; q != nil {
		return slices.Clone(q.received)
	}
	return nil
}

// Emit puts an event on a Region's default bus and returns its id. Fields of
// the envelope that are missing are filled in: version, id, account, time,
// region, resources. It is not held back by Options.NoTrail.
func (c *Cloud) Emit(region string, e map[string]any) string {
	c.mu.Lock()
	defer c.mu.Unlock()
	full := c.envelope(region, "", "", nil)
	maps.Copy(full, e)
	c.arrive(region, full, false)
	id, _ := full["id"].(string)
	return id
}

// Told lists what topics and queues would receive if an event came to a Region's
// default bus, as Emit puts it there. Nothing is delivered.
func (c *Cloud) Told(region string, e map[string]any) []Message {
	c.mu.Lock()
	defer c.mu.Unlock()
	var told []Message
	c.asked = &told
	defer func() { c.asked = nil }()
	full := c.envelope(region, "", "", nil)
	maps.Copy(full, e)
	c.arrive(region, full, false)
	return told
}

func (c *Cloud) envelope(region, source, detailType string, detail any) map[string]any {
	return map[string]any{
		"version": "0", "id": c.uuid(), "detail-type": detailType, "source": source,
		"account": c.opt.AccountID, "time": second(c.opt.Now()).Format(time.RFC3339),
		"region": region, "resources": []any{}, "detail": detail,
	}
}

// arrive matches an event against the rules of a Region's default bus and sends
// it to the targets of those it fits.
func (c *Cloud) arrive(region string, fields map[string]any, forwarded bool) {
	e, err := newEvent(fields)
	if err != nil {
		return // not reached: events hold nothing but JSON
	}
	now := c.opt.Now()
	readOnly := e.readOnlyManagement()
	for _, r := range c.sortedRules(region) {
		v := r.at(now)
		switch {
		case v == nil || v.pattern == nil || v.state == Disabled,
			readOnly && v.state != EnabledAll,
			!v.pattern.match(e.fields):
			continue
		}
		for _, t := range r.sortedTargets() {
			if !r.targets[t.ID].from.After(now) {
				c.deliver(r, t, e, forwarded)
			}
		}
	}
}

// deliver sends one event to one target.
func (c *Cloud) deliver(r *rule, t Target, e event, forwarded bool) {
	body := t.render(r, e, c.opt.Now())
	code := ""
	a, _ := parseARN(t.ARN)
	switch {
	case body == "":
		code = "NO_INPUT"
	case body != e.json && !isJSON(body):
		code = "INVALID_JSON"
	case a.isBus():
		code = c.forward(a, t, e, forwarded)
	default:
		code = c.send(r, t, body)
	}
	if code == "" || c.asked != nil {
		return
	}
	f := FailedInvocation{At: c.opt.Now(), Region: r.Region, Rule: r.Name, TargetID: t.ID, TargetARN: t.ARN,
		EventID: e.text("id"), Code: code, Body: body, ForwardedHop: forwarded}
	if t.DeadLetterConfig != nil && body != "" {
		if q := c.queues[t.DeadLetterConfig.Arn]; q != nil && q.takes("") && q.open {
			q.receive(Message{ID: c.uuid(), Body: body, To: q.arn, Rule: r.Name, Region: r.Region, At: f.At}, "")
			f.DeadLettered = true
		}
	}
	c.failures = append(c.failures, f)
}

// send hands a body to a topic or queue; the code says why it could not.
func (c *Cloud) send(r *rule, t Target, body string) (code string) {
	topic, queue := c.topics[t.ARN], c.queues[t.ARN]
	group := ""
	if t.SqsParameters != nil {
		group = t.SqsParameters.MessageGroupId
	}
	m := Message{Body: body, To: t.ARN, Rule: r.Name, Region: r.Region, At: c.opt.Now()}
	switch {
	case c.asked != nil && (topic != nil && topic.open || queue != nil && queue.open && queue.takes(group)):
		*c.asked = append(*c.asked, m)
	case topic != nil && topic.open:
		m.ID = c.uuid()
		topic.received = append(topic.received, m)
	case queue != nil && queue.open && queue.takes(group):
		m.ID = c.uuid()
		queue.receive(m, group)
	case topic != nil || queue != nil && !queue.open:
		return "NO_PERMISSIONS"
	case queue != nil:
		return "SDK_CLIENT_ERROR"
	default:
		return "NO_RESOURCE"
	}
	return ""
}

// forward sends an event on to another Region's default bus, where it gets a
// new id and time and keeps account, Region and detail. A second hop to yet
// another Region is refused.
func (c *Cloud) forward(a arnParts, t Target, e event, forwarded bool) (code string) {
	switch {
	case forwarded:
		return "THIRD_REGION_HOP_DETECTED"
	case t.RoleARN == "" || !c.roles[t.RoleARN]:
		return "NO_PERMISSIONS"
	case a.account != c.opt.AccountID || a.resource != "event-bus/default" || !c.regionEnabled(a.region):
		return "NO_RESOURCE"
	case c.opt.ForwardDropsReadOnly && e.readOnlyManagement():
		return ""
	}
	copied := maps.Clone(e.fields)
	copied["id"], copied["time"] = c.uuid(), second(c.opt.Now()).Format(time.RFC3339)
	c.arrive(a.region, copied, true)
	return ""
}

// CreateRole makes a role that EventBridge can assume and returns its ARN. With
// putEvents it may forward events to the account's buses.
func (c *Cloud) CreateRole(name string, putEvents bool) string {
	c.mu.Lock()
	defer c.mu.Unlock()
	arn := c.arn("iam", "", "role/"+strings.TrimPrefix(name, "/"))
	c.roles[arn] = putEvents
	return arn
}
