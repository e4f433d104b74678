package watch

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/sns"
	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"keywatch/internal/fakeaws"
)

const (
	account = "111122223333"
	home    = "us-east-1"
	west    = "us-west-2"
	europe  = "eu-west-1"
)

// allRegions are those a box has, sorted.
var allRegions = []string{europe, home, west}

// tester is what *testing.T and *rapid.T have in common.
type tester interface {
	Helper()
	Context() context.Context
	Cleanup(func())
	Errorf(string, ...any)
	Fatalf(string, ...any)
}

// perRegion is a policy with a topic in every Region.
func perRegion() Policy {
	return Policy{
		NamePrefix: "kw", Owner: "ops", AccountID: account, HomeRegion: home,
		Targets: []string{"arn:aws:sns:{region}:{account}:alerts"},
		State:   fakeaws.EnabledAll, RulesQuota: 300, RetireMax: 3, RetirePercent: 30,
	}
}

// viaHub is a policy with one queue in the home Region.
func viaHub() Policy {
	p := perRegion()
	p.Targets = []string{"arn:aws:sqs:" + home + ":" + account + ":alerts"}
	p.ForwardRole = "arn:aws:iam::" + account + ":role/forward"
	return p
}

// box is an AWS with the targets of both policies, and clients without retries.
type box struct{ *fakeaws.Cloud }

func newBox(t tester, opt fakeaws.Options) *box {
	t.Helper()
	if opt.Now == nil {
		opt.Now = func() time.Time { return time.Date(2026, 11, 20, 6, 0, 0, 0, time.UTC) }
	}
	b := &box{Cloud: fakeaws.New(opt)}
	for _, region := range allRegions {
		b.CreateTopic(region, "alerts", true)
		b.CreateTopic(region, "elsewhere", true)
		b.CreateTopic(region, "quiet", true)
	}
	b.CreateQueue(home, "alerts", true)
	b.CreateQueue(home, "quiet", true)
	b.CreateRole("forward", true)
	return b
}

func (b *box) config(region string) aws.Config {
	return aws.Config{
		Region: region, BaseEndpoint: aws.String("http://aws.test"), HTTPClient: b.Client(),
		Credentials: credentials.NewStaticCredentialsProvider(fakeaws.OperatorKeyID, "secret", ""),
		Retryer:     func() aws.Retryer { return aws.NopRetryer{} },
	}
}

func (b *box) rules(region string) *eventbridge.Client {
	return eventbridge.NewFromConfig(b.config(region))
}

func (b *box) writer(region string) Writer { return b.rules(region) }

func (b *box) topics(region string) TopicReader { return sns.NewFromConfig(b.config(region)) }

func (b *box) queues(region string) QueueReader { return sqs.NewFromConfig(b.config(region)) }

func (b *box) observe(ctx context.Context, p Policy, regions ...string) []Observed {
	var seen []Observed
	for _, region := range regions {
		seen = append(seen, Observe(ctx, b.rules(region), p, region))
	}
	return seen
}

// wish is that the watches be in all the box's Regions; the keys that are not
// wanted are proved gone.
func (b *box) wish(t tester, p Policy, watches ...Watch) Wish {
	t.Helper()
	w := Wish{Policy: p, Watched: allRegions, Watches: watches, Observed: b.observe(t.Context(), p, allRegions...)}
	w.Verdicts = judge(w, true)
	return w
}

// judge gives every orphan the same verdict.
func judge(w Wish, proved bool) map[string]Verdict {
	verdicts := map[string]Verdict{}
	for _, m := range Orphans(w.Observed, w.Watches) {
		verdicts[m.Key] = Verdict{Proved: proved, Why: "nobody needs it"}
	}
	return verdicts
}

// apply makes the watches so and returns the plan as it was carried out.
func (b *box) apply(t tester, p Policy, watches ...Watch) Plan {
	t.Helper()
	return Apply(t.Context(), b.writer, p, Make(b.wish(t, p, watches...)))
}

// settled fails unless a plan made now has nothing to do and nothing to say.
func (b *box) settled(t tester, p Policy, watches ...Watch) {
	t.Helper()
	plan := Make(b.wish(t, p, watches...))
	for _, r := range plan.Regions {
		if len(r.Changes) > 0 || r.Unchanged != len(watches) {
			t.Errorf("%s: %d rules are as wanted, want %d; changes: %v", r.Region, r.Unchanged, len(watches), tell(plan))
		}
	}
	if len(plan.Incomplete) > 0 {
		t.Errorf("incomplete: %q", plan.Incomplete)
	}
}

// key makes an access key ID of AWS's form.
func key(n int) string { return fmt.Sprintf("AKIAEXAMPLE%09d", n) }

// stale is a watch for a key.
func stale(key string) Watch {
	w := Watch{
		Key: key, User: "alice", Reasons: Stale, Rank: 1000,
		IdleSince: time.Date(2026, 9, 1, 0, 0, 0, 0, time.UTC), Fingerprint: "0a1b2c", Why: []string{"unused for 80 days"},
	}
	if key == RootKey {
		w.User, w.Reasons, w.Rank, w.Fingerprint, w.IdleSince = "root", Root, 10000, "", time.Time{}
	}
	return w
}

// ranked is a watch of a given rank.
func ranked(key string, rank int) Watch {
	w := stale(key)
	w.Rank = rank
	return w
}

func keysUpTo(n int) []Watch {
	var watches []Watch
	for i := range n {
		watches = append(watches, stale(key(i+1)))
	}
	return watches
}

// byHand is a rule as it is put by hand.
func byHand(r Rule) fakeaws.Rule {
	out := fakeaws.Rule{Name: r.Name, Pattern: r.Pattern, State: r.State, Description: r.Description}
	for _, target := range r.Targets {
		hand := fakeaws.Target{ID: aws.ToString(target.Id), ARN: aws.ToString(target.Arn), RoleARN: aws.ToString(target.RoleArn)}
		if tr := target.InputTransformer; tr != nil {
			hand.InputTransformer = &fakeaws.InputTransformer{InputPathsMap: tr.InputPathsMap, InputTemplate: *tr.InputTemplate}
		}
		out.Targets = append(out.Targets, hand)
	}
	return out
}

func (b *box) put(t tester, region string, rules ...fakeaws.Rule) {
	t.Helper()
	for _, r := range rules {
		if err := b.PutRuleByHand(region, r); err != nil {
			t.Fatalf("%v", err)
		}
	}
}

// wantedRule is the rule for a watch under its first name, as put by hand.
func wantedRule(p Policy, region string, w Watch) fakeaws.Rule {
	return byHand(Wanted(p, region, p.nameFor(w.Key), w))
}

// tell writes a plan down, a line per change.
func tell(p Plan) string {
	var b strings.Builder
	for _, r := range p.Regions {
		for _, c := range r.Changes {
			fmt.Fprintf(&b, "\n%s %s %s %s %s +%v -%v %q", r.Region, c.Status, c.Action, c.Rule, c.Error, c.KeysAdded, c.KeysRemoved, c.Why)
		}
	}
	return b.String() + fmt.Sprintf("\nuncovered %q incomplete %q", p.Uncovered, p.Incomplete)
}

// steps lists what became of a Region's changes: action, rule, status.
func steps(p Plan, region string) []string {
	out := []string{}
	for _, r := range p.Regions {
		for _, c := range r.Changes {
			if r.Region == region {
				out = append(out, fmt.Sprintf("%s %s %s", c.Action, strings.TrimPrefix(c.Rule, "kw-ops-"), c.Status))
			}
		}
	}
	return out
}

// find is a Region's part of a plan.
func find(t *testing.T, p Plan, region string) RegionPlan {
	t.Helper()
	i := slices.IndexFunc(p.Regions, func(r RegionPlan) bool { return r.Region == region })
	if i < 0 {
		t.Fatalf("the plan has no %s", region)
	}
	return p.Regions[i]
}

// writes lists the writes since a call: Region, operation and rule.
func (b *box) writes(since int) []string {
	out := []string{}
	for _, c := range b.CallsSince(since) {
		if c.Write() {
			out = append(out, c.Region+" "+c.Op+" "+strings.TrimPrefix(c.Resource, "kw-ops-"))
		}
	}
	return out
}

// event is a call made with a key as CloudTrail tells it; RootKey is a long-term
// key of root's.
func event(key, id string, readOnly bool) map[string]any {
	identity := map[string]any{"type": "IAMUser", "accessKeyId": key, "arn": "arn:aws:iam::" + account + ":user/alice"}
	if key == RootKey {
		identity = map[string]any{"type": "Root", "accessKeyId": "AKIAROOTROOTROOTROOT", "arn": "arn:aws:iam::" + account + ":root"}
	}
	return map[string]any{
		"source": "aws.sts", "detail-type": "AWS API Call via CloudTrail",
		"detail": map[string]any{
			"eventType": "AwsApiCall", "eventSource": "sts.amazonaws.com", "eventName": "GetCallerIdentity", "eventID": id,
			"readOnly": readOnly, "managementEvent": true, "userIdentity": identity,
		},
	}
}

// alertTargets are the topics and the queue that the two policies name.
func alertTargets() []string {
	arns := []string{"arn:aws:sqs:" + home + ":" + account + ":alerts", "arn:aws:sqs:" + home + ":" + account + ":quiet"}
	for _, region := range allRegions {
		arns = append(arns, "arn:aws:sns:"+region+":"+account+":alerts", "arn:aws:sns:"+region+":"+account+":quiet")
	}
	return arns
}

// received counts the alerts that carry an event ID.
func (b *box) received(id string) int {
	n := 0
	for _, arn := range alertTargets() {
		for _, m := range b.Messages(arn) {
			if strings.Contains(m.Body, id) {
				n++
			}
		}
	}
	return n
}

// patternFor is the pattern of a rule for one key or root's.
func patternFor(key string) string {
	return patternOf(contentOf(Policy{}.kindOf(key), []string{key}, nil), account)
}

// readKeys are the keys that a pattern names.
func readKeys(pattern string) []string {
	switch c := readPattern(pattern); c.kind {
	case keyRule, rootRule, activityRule:
		return c.subjects
	}
	return nil
}
