package watch

import (
	"cmp"
	"slices"
	"strings"
	"time"
)

// Watch is the wish to be told when a key is used.
type Watch struct {
	// Key is an access key ID, or RootKey for any long-term key of the root user.
	Key string
	// User is the IAM user who owns the key, for people and for finding it again.
	User string
	// Reasons is the set of risks.
	Reasons Reason
	// Rank orders watches where room is short: larger is riskier.
	Rank int
	// IdleSince is the day (UTC midnight) since when a stale key is idle; zero
	// where no reason is Stale or Reawakened.
	IdleSince time.Time
	// Fingerprint names the report slot that holds the key; empty where none does.
	Fingerprint string
	// Why says in words for people why the key is watched, for the plan only.
	Why []string
}

// Reason is a set of risks, a bit each. There is room for five, so that the set
// fits one character of a rule's Description.
type Reason uint8

// The single reasons.
const (
	Stale Reason = 1 << iota
	Unrotated
	Reawakened
	Root
)

// reasonNames are the check ids of the reasons.
var reasonNames = []struct {
	reason Reason
	name   string
}{
	{Stale, "key-stale"}, {Unrotated, "key-unrotated"}, {Reawakened, "key-reawakened"}, {Root, "root-access-key"},
}

// ReasonOf is the reason a failed check gives, 0 if it gives none.
func ReasonOf(check string) Reason {
	for _, r := range reasonNames {
		if r.name == check {
			return r.reason
		}
	}
	return 0
}

// reasonText lists the check ids of a set.
func reasonText(set Reason) string {
	var names []string
	for _, known := range reasonNames {
		if set&known.reason != 0 {
			names = append(names, known.name)
		}
	}
	return strings.Join(names, ", ")
}

// Policy says how rules are made and what may be retired.
type Policy struct {
	// NamePrefix and Owner begin every rule's name; Owner also stands in the
	// mark that begins its Description. Both are needed to call a rule ours.
	NamePrefix, Owner string
	AccountID         string
	HomeRegion        string
	// Target is the ARN of a topic or queue. With {region} in it every Region
	// has its own; without, it is in HomeRegion and the other Regions forward
	// to HomeRegion's default bus through ForwardRole. {account} is replaced too.
	Target, ForwardRole string
	// State is the rule state to write, an EventBridge RuleState.
	State string
	// RulesQuota is the number of rules a bus may hold; 300 stands for AWS's
	// default, which is lower in some Regions.
	RulesQuota int
	// Settle is how long a new rule is given to work before the rule that
	// carried its key is retired. EventBridge says "a short period of time".
	Settle time.Duration
	// RetireMax and RetirePercent cap the keys that may lose their last watch
	// in one run; the larger of the two counts. AllowRetire raises the cap.
	RetireMax, RetirePercent, AllowRetire int
}

// hub tells that every Region's alerts go through the home Region.
func (p Policy) hub() bool { return !strings.Contains(p.Target, "{region}") }

// targetIn is the ARN of the topic or queue that serves a Region.
func (p Policy) targetIn(region string) string {
	if p.hub() {
		region = p.HomeRegion
	}
	return strings.NewReplacer("{region}", region, "{account}", p.AccountID).Replace(p.Target)
}

// deliversTo is the ARN that a Region's rules send to: the Region's own topic or
// queue, or the home Region's default bus.
func (p Policy) deliversTo(region string) string {
	if p.forwards(region) {
		return p.homeBus()
	}
	return p.targetIn(region)
}

// forwards tells that a Region's rules send to the home Region's default bus.
func (p Policy) forwards(region string) bool { return p.hub() && region != p.HomeRegion }

// homeBus is the ARN of the home Region's default bus, in the target's partition.
func (p Policy) homeBus() string {
	partition := "aws"
	if parts := strings.SplitN(p.Target, ":", 3); len(parts) == 3 {
		partition = parts[1]
	}
	return "arn:" + partition + ":events:" + p.HomeRegion + ":" + p.AccountID + ":event-bus/default"
}

// namePrefix begins the name of every rule of this owner.
func (p Policy) namePrefix() string { return p.NamePrefix + "-" + p.Owner + "-" }

// quota is the number of rules a Region's default bus may hold. AWS's default
// is 300, and 100 in two Regions (EventBridge user guide, quotas).
func (p Policy) quota(region string) int {
	if p.RulesQuota == 300 && (region == "af-south-1" || region == "eu-south-1") {
		return 100
	}
	return p.RulesQuota
}

// byRisk orders watches riskiest first, then by key.
func byRisk(watches []Watch) []Watch {
	sorted := slices.Clone(watches)
	slices.SortFunc(sorted, func(a, b Watch) int {
		return cmp.Or(cmp.Compare(b.Rank, a.Rank), strings.Compare(a.Key, b.Key))
	})
	return sorted
}
