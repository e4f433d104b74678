package watch

import (
	"crypto/sha256"
	"encoding/hex"
	"strconv"
	"strings"
	"time"
)

// Policy says how rules are made and what may be retired.
type Policy struct {
	// NamePrefix and Owner begin every rule's name; Owner also stands in the
	// mark that begins its Description. Both are needed to call a rule ours.
	NamePrefix, Owner string
	AccountID         string
	HomeRegion        string
	// Targets are the ARNs of one to five topics or queues. With {region} in
	// them every Region has its own; without, they are in HomeRegion and the
	// other Regions forward to HomeRegion's default bus through ForwardRole.
	// {account} is replaced too. All have {region}, or none.
	Targets     []string
	ForwardRole string
	// State is the rule state to write, an EventBridge RuleState.
	State string
	// Routes send the keys of some checks elsewhere.
	Routes []Route
	// DeadLetterQueue, if set, is the ARN of the queue that gets what could not
	// be delivered, with {region} and {account} as in Targets. Rules of a Region
	// in which it is not have none.
	DeadLetterQueue string
	// Retry is how often and how long EventBridge tries to deliver.
	Retry Retry
	// MessageGroup is the message group of FIFO queues.
	MessageGroup string
	Layout       Layout
	// RootActivity watches everything that root does, with or without a key.
	RootActivity bool
	// Sessions watches what users whose keys are watched do with temporary
	// credentials, too.
	Sessions bool
	// Identities are the ARNs of users and roles to watch whatever they use;
	// {account} is replaced.
	Identities []string
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

// Route sends keys by their most urgent reason: root's key first, then
// reawakened, stale and unrotated ones. The first route that has it is taken.
type Route struct {
	Reasons Reason
	Targets []string // empty for Policy.Targets
	State   string   // empty for Policy.State
}

// Retry is a target's retry policy. Zero is EventBridge's own: 185 attempts in
// 24 hours (RetryPolicy, API reference).
type Retry struct {
	MaxAttempts int
	MaxAge      time.Duration
}

// Layout says how keys are put into rules.
type Layout struct {
	Mode Mode
	// KeysPerRule is how many keys a packed rule holds at most; 0 means 40,
	// which is what the memory in a Description has room for.
	KeysPerRule int
	// Auto packs above PackAbove keys and unpacks below UnpackBelow; 0 means 100
	// and 50.
	PackAbove, UnpackBelow int
}

// Mode is a layout's rule.
type Mode string

// The modes. The zero value is Auto too.
const (
	Auto   Mode = "auto"
	PerKey Mode = "per-key"
	Packed Mode = "packed"
)

func (l Layout) withDefaults() Layout {
	if l.Mode == "" {
		l.Mode = Auto
	}
	if l.KeysPerRule == 0 {
		l.KeysPerRule = 40
	}
	if l.PackAbove == 0 {
		l.PackAbove = 100
	}
	if l.UnpackBelow == 0 {
		l.UnpackBelow = 50
	}
	return l
}

// namePrefix begins the name of every rule of this owner.
func (p Policy) namePrefix() string { return p.NamePrefix + "-" + p.Owner + "-" }

// nameFor is the name a new rule for a key gets unless it is taken. A rule's
// name has at most 64 characters; key IDs may have 128, though AWS makes 20.
func (p Policy) nameFor(key string) string { return p.nameOf(key, key) }

// nameOf fits a readable word into a rule's name, or where that has no room, a
// hash of the thing it stands for.
func (p Policy) nameOf(word, thing string) string {
	const room = 64 - len("-99")
	name := p.namePrefix() + word
	if len(name) > room {
		sum := sha256.Sum256([]byte(thing))
		name = p.namePrefix() + hex.EncodeToString(sum[:8])
	}
	return name
}

// firstNumber: a name that is taken is tried again with -2, -3 and so on.
const firstNumber = 2

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

// quota is the number of rules a Region's default bus may hold. AWS's default
// is 300, and 100 in two Regions (EventBridge user guide, quotas).
func (p Policy) quota(region string) int {
	if p.RulesQuota == 300 && (region == "af-south-1" || region == "eu-south-1") {
		return 100
	}
	return p.RulesQuota
}
