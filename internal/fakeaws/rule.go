package fakeaws

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// The states of a rule.
const (
	Enabled  = "ENABLED"
	Disabled = "DISABLED"
	// EnabledAll also sees read-only management events, such as
	// sts:GetCallerIdentity.
	EnabledAll = "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS"
)

// Rule is a rule on a Region's default bus, as a snapshot or to be put by hand.
type Rule struct {
	Name, ARN, Region  string
	Pattern            string
	State              string // by hand: default Enabled
	Description        string
	ScheduleExpression string
	RoleARN            string
	// ManagedBy is the AWS service that keeps the rule, "" for ordinary ones.
	ManagedBy string
	Tags      map[string]string
	Targets   []Target // sorted by ID
	CreatedAt time.Time
}

// Target is where a rule sends events, in the shape of the API.
type Target struct {
	ID               string            `json:"Id"`
	ARN              string            `json:"Arn"`
	RoleARN          string            `json:"RoleArn,omitempty"`
	Input            *string           `json:",omitempty"`
	InputPath        *string           `json:",omitempty"`
	InputTransformer *InputTransformer `json:",omitempty"`
	SqsParameters    *SqsParameters    `json:",omitempty"`
	DeadLetterConfig *DeadLetterConfig `json:",omitempty"`
	RetryPolicy      *RetryPolicy      `json:",omitempty"`
}

// InputTransformer rewrites the event before it is sent.
type InputTransformer struct {
	InputPathsMap map[string]string `json:",omitempty"`
	InputTemplate string
}

// SqsParameters holds the message group, which a FIFO queue needs.
type SqsParameters struct{ MessageGroupId string }

// DeadLetterConfig names the queue that gets what could not be delivered.
type DeadLetterConfig struct{ Arn string }

// RetryPolicy limits the attempts to deliver.
type RetryPolicy struct {
	MaximumRetryAttempts     *int `json:",omitempty"`
	MaximumEventAgeInSeconds *int `json:",omitempty"`
}

// rule is a rule with what it takes to match events. The fields of Rule that
// tell where it is are set; Targets is not used.
type rule struct {
	Rule
	targets  map[string]liveTarget
	pattern  *pattern  // of Rule.Pattern, nil for none
	versions []version // what the rule matched over time, oldest first
}

// version is what a rule matches from a time on.
type version struct {
	from    time.Time
	state   string
	pattern *pattern // nil matches nothing
}

type liveTarget struct {
	Target
	from time.Time
}

// setMatching makes the pattern and state work once they have propagated. Until
// then the version before them works.
func (r *rule) setMatching(now time.Time, propagation time.Duration) {
	r.versions = slices.DeleteFunc(r.versions, func(v version) bool { return v.from.After(now) })
	if n := len(r.versions); n > 1 {
		r.versions = r.versions[n-1:]
	}
	r.versions = append(r.versions, version{from: now.Add(propagation), state: r.State, pattern: r.pattern})
}

// at is the version that works at a time, nil for a rule too young to work.
func (r *rule) at(now time.Time) *version {
	for i := len(r.versions) - 1; i >= 0; i-- {
		if !r.versions[i].from.After(now) {
			return &r.versions[i]
		}
	}
	return nil
}

func (r *rule) sortedTargets() []Target {
	targets := make([]Target, 0, len(r.targets))
	for _, id := range slices.Sorted(maps.Keys(r.targets)) {
		targets = append(targets, r.targets[id].Target)
	}
	return targets
}

func (r *rule) snapshot() Rule {
	s := r.Rule
	s.Tags = maps.Clone(r.Tags)
	s.Targets = r.sortedTargets()
	return s
}

// Rules returns the rules of a Region's default bus as they were written, by
// name. Whether a write has propagated makes no difference here.
func (c *Cloud) Rules(region string) []Rule {
	c.mu.Lock()
	defer c.mu.Unlock()
	rules := make([]Rule, 0, len(c.buses[region]))
	for _, r := range c.sortedRules(region) {
		rules = append(rules, r.snapshot())
	}
	return rules
}

func (c *Cloud) sortedRules(region string) []*rule {
	rules := make([]*rule, 0, len(c.buses[region]))
	for _, r := range c.buses[region] {
		rules = append(rules, r)
	}
	slices.SortFunc(rules, func(a, b *rule) int { return strings.Compare(a.Name, b.Name) })
	return rules
}

// PutRuleByHand writes a rule with its targets and tags as another person,
// tool or AWS service would: it replaces a rule of that name, knows no quota
// and checks nothing but the pattern. It works at once.
func (c *Cloud) PutRuleByHand(region string, r Rule) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	p, err := parsePattern(r.Pattern)
	if err != nil && r.ScheduleExpression == "" {
		return fmt.Errorf("fakeaws: put rule %q by hand: %w", r.Name, err)
	}
	if r.State == "" {
		r.State = Enabled
	}
	added := c.newRule(region, r.Name)
	arn, created := added.ARN, added.CreatedAt
	added.Rule = r
	added.ARN, added.Region, added.CreatedAt, added.Targets = arn, region, created, nil
	added.Tags, added.pattern = maps.Clone(r.Tags), p
	for _, t := range r.Targets {
		added.targets[t.ID] = liveTarget{Target: t, from: c.opt.Now()}
	}
	added.setMatching(c.opt.Now(), 0)
	return nil
}

// DeleteRuleByHand removes a rule with its targets, whoever manages it. A rule
// that does not exist is no error.
func (c *Cloud) DeleteRuleByHand(region, name string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.buses[region], name)
}

// SetRuleQuota sets how many rules a Region's bus may hold.
func (c *Cloud) SetRuleQuota(region string, quota int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.quotas[region] = quota
}

func (c *Cloud) ruleQuota(region string) int {
	if quota, ok := c.quotas[region]; ok {
		return quota
	}
	if region == "af-south-1" || region == "eu-south-1" {
		return 100
	}
	return 300
}

func (c *Cloud) newRule(region, name string) *rule {
	if c.buses[region] == nil {
		c.buses[region] = map[string]*rule{}
	}
	r := &rule{targets: map[string]liveTarget{}}
	r.Name, r.Region, r.CreatedAt = name, region, c.opt.Now()
	r.ARN = c.arn("events", region, "rule/"+name)
	c.buses[region][name] = r
	return r
}
