package fakeaws

import (
	"io"
	"maps"
	"math/rand/v2"
	"net/http"
	"sync"
	"time"
)

// OperatorKeyID is the access key ID that a Cloud accepts by default. It
// belongs to Options.OperatorARN, not to a seeded user.
const OperatorKeyID = "AKIAFAKEOPERATOR0001"

// Options configure a Cloud. The zero value is a usable account.
type Options struct {
	AccountID string // default 111122223333
	Partition string // default aws
	// Regions of the account, in the order ListRegions gives them. The default
	// is us-east-1, us-west-2 and eu-west-1, with af-south-1 disabled.
	Regions []Region
	// Now tells the time; default time.Now. It is called from many goroutines.
	Now func() time.Time
	// Seed makes generated key IDs, event IDs and receipts differ. Two Clouds
	// with the same seed and the same calls make the same ones.
	Seed uint64

	// OperatorKeyID is accepted besides the seeded users' keys; default the
	// constant of that name. OperatorARN is who it is, default the session of
	// an assumed role, for which ListAccessKeys needs a UserName.
	OperatorKeyID, OperatorARN string

	// ReportPolls is how many calls meet an unfinished report after the one
	// that started it; default 1, negative for none.
	ReportPolls int
	// ReportTime is how long a report takes at least; default no time at all.
	ReportTime time.Duration
	// ReportLife is how long a report is served before a new one is made;
	// default four hours, as IAM's. A shorter life is for trying things out.
	ReportLife time.Duration
	// LastUsedLag is how long a key's use stays unseen by the report and by
	// GetAccessKeyLastUsed; default 10 minutes, negative for none. AWS gives no
	// figure; a report seconds after a call has been seen without it.
	LastUsedLag time.Duration
	// DeletedKeyDenied makes GetAccessKeyLastUsed answer AccessDenied for a key
	// that does not exist, instead of NoSuchEntity. It is not verified which of
	// the two AWS sends.
	DeletedKeyDenied bool
	// KeysPage, RulesPage, TargetsPage and RegionsPage make pages of
	// ListAccessKeys, ListRules, ListTargetsByRule and ListRegions smaller than
	// asked for. Zero keeps to what the request asks.
	KeysPage, RulesPage, TargetsPage, RegionsPage int

	// RuleQuotas overrides the rules a Region's bus may hold: 300, and 100 in
	// af-south-1 and eu-south-1.
	RuleQuotas map[string]int
	// Propagation is how long a written rule or target takes to work; until
	// then an updated rule works as before. Removal works at once.
	Propagation time.Duration
	// NoTrail is an account without a CloudTrail trail: no event of an API call
	// reaches EventBridge.
	NoTrail bool
	// SignInDetailType is the detail-type of console sign-ins, by default the one
	// that rules in the field name, "AWS Console Sign In via CloudTrail". AWS's
	// documentation writes "AWS Console Signin via CloudTrail", and it is not
	// verified which of the two arrives.
	SignInDetailType string
	// ForwardDropsReadOnly loses read-only management events on the way to
	// another Region's bus. It is not verified whether they survive in AWS.
	ForwardDropsReadOnly bool

	// RateLimits throttles calls, by service name as in a signature: iam, sts,
	// events, sns, sqs, account. Each Region has a bucket of its own.
	RateLimits map[string]RateLimit
}

// Region is a Region and its state for the account: ENABLED_BY_DEFAULT,
// ENABLED, ENABLING, DISABLING or DISABLED. An empty OptStatus is
// ENABLED_BY_DEFAULT. Calls to a Region that is not enabled are refused as
// calls of an unknown key are.
type Region struct {
	Name      string
	OptStatus string
}

func (r Region) enabled() bool {
	return r.OptStatus == "ENABLED" || r.OptStatus == "ENABLED_BY_DEFAULT"
}

// RateLimit is a token bucket: Burst calls at once, refilled PerSecond.
type RateLimit struct {
	PerSecond float64
	Burst     int
}

// Cloud is one AWS account. Make it with New.
type Cloud struct {
	opt Options

	mu     sync.Mutex
	random *rand.Rand
	// requests makes the IDs of answers. A call more, as of a client that tries
	// again, changes no other ID.
	requests *rand.Rand
	regions  []Region

	root    *user
	users   map[string]*user
	keys    map[string]*key
	roles   map[string]bool // ARN -> may put events on the account's buses
	report  report
	buckets map[bucket]*tokens

	buses   map[string]map[string]*rule // Region -> rule name -> rule
	quotas  map[string]int
	topics  map[string]*topic
	queues  map[string]*queue
	s3      s3State
	noTrail bool

	asked    *[]Message // what would be delivered, while Told asks
	calls    []*request
	hooks    []func(Call)
	faults   []*activeFault
	failures []FailedInvocation
}

// New makes an account that holds nothing but a root user without credentials.
func New(opt Options) *Cloud {
	opt = opt.withDefaults()
	c := &Cloud{
		opt:      opt,
		random:   rand.New(rand.NewPCG(opt.Seed, 0x6b657977)),
		requests: rand.New(rand.NewPCG(opt.Seed, 0x72657173)),
		regions:  opt.Regions,
		users:    map[string]*user{},
		keys:     map[string]*key{},
		roles:    map[string]bool{},
		buckets:  map[bucket]*tokens{},
		buses:    map[string]map[string]*rule{},
		quotas:   map[string]int{},
		topics:   map[string]*topic{},
		queues:   map[string]*queue{},
		noTrail:  opt.NoTrail,
	}
	maps.Copy(c.quotas, opt.RuleQuotas)
	c.setRoot(Root{Created: opt.Now().AddDate(-5, 0, 0)})
	return c
}

func (o Options) withDefaults() Options {
	if o.AccountID == "" {
		o.AccountID = "111122223333"
	}
	if o.Partition == "" {
		o.Partition = "aws"
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.OperatorKeyID == "" {
		o.OperatorKeyID = OperatorKeyID
	}
	if o.OperatorARN == "" {
		o.OperatorARN = "arn:" + o.Partition + ":sts::" + o.AccountID + ":assumed-role/keywatch/scanner"
	}
	if o.SignInDetailType == "" {
		o.SignInDetailType = "AWS Console Sign In via CloudTrail"
	}
	if o.ReportPolls == 0 {
		o.ReportPolls = 1
	}
	if o.LastUsedLag == 0 {
		o.LastUsedLag = 10 * time.Minute
	}
	if o.Regions == nil {
		o.Regions = []Region{{Name: "us-east-1"}, {Name: "us-west-2"}, {Name: "eu-west-1"}, {Name: "af-south-1", OptStatus: "DISABLED"}}
	}
	regions := make([]Region, len(o.Regions))
	for i, r := range o.Regions {
		if r.OptStatus == "" {
			r.OptStatus = "ENABLED_BY_DEFAULT"
		}
		regions[i] = r
	}
	o.Regions = regions
	return o
}

// ServeHTTP answers one API call of any service and Region.
func (c *Cloud) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody(r)))
	if err != nil {
		http.Error(w, "request too large", http.StatusRequestEntityTooLarge)
		return
	}
	q := readRequest(r, body)
	answer := c.perform(q)
	for _, hook := range answer.hooks {
		hook(answer.call)
	}
	answer.write(w)
}

// AccountID is the account's number.
func (c *Cloud) AccountID() string { return c.opt.AccountID }

// Now is the account's time.
func (c *Cloud) Now() time.Time { return c.opt.Now() }

// EnableRegion sets a Region's OptStatus, adding the Region if it is new.
func (c *Cloud) EnableRegion(region Region) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if region.OptStatus == "" {
		region.OptStatus = "ENABLED"
	}
	for i, r := range c.regions {
		if r.Name == region.Name {
			c.regions[i] = region
			return
		}
	}
	c.regions = append(c.regions, region)
}

func (c *Cloud) regionEnabled(name string) bool {
	for _, r := range c.regions {
		if r.Name == name {
			return r.enabled()
		}
	}
	return false
}

func (c *Cloud) arn(service, region, resource string) string {
	return "arn:" + c.opt.Partition + ":" + service + ":" + region + ":" + c.opt.AccountID + ":" + resource
}
