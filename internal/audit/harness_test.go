package audit

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/ratelimit"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/account"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/sns"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"keywatch/internal/fakeaws"
	"keywatch/internal/report"
	"keywatch/internal/watch"
)

var (
	start = time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)
	day   = 24 * time.Hour
)

// world is an AWS in a box, the clients that reach it, and a clock.
type world struct {
	t       testing.TB
	cloud   *fakeaws.Cloud
	account Account
	policy  Policy
	regions []string // enabled, sorted
	mu      sync.Mutex
	now     time.Time
	ticks   func() time.Time // instead of now, in a bubble of synctest
}

// newWorld makes an empty account with a queue in every Region.
func newWorld(t testing.TB, change func(*fakeaws.Options)) *world {
	w := &world{t: t, now: start}
	opt := fakeaws.Options{
		Now: w.clock, Seed: 7, ReportPolls: -1, LastUsedLag: -1, RulesPage: 3, KeysPage: 1, TargetsPage: 1, RegionsPage: 2,
		Regions: []fakeaws.Region{{Name: "us-east-1"}, {Name: "eu-west-1"}, {Name: "af-south-1", OptStatus: "DISABLED"}},
	}
	if change != nil {
		change(&opt)
	}
	w.cloud = fakeaws.New(opt)
	for _, region := range opt.Regions {
		if region.OptStatus == "" {
			w.regions = append(w.regions, region.Name)
			w.cloud.CreateQueue(region.Name, "key-usage", true)
		}
	}
	slices.Sort(w.regions)
	cfg := aws.Config{
		Region: "us-east-1", BaseEndpoint: aws.String("http://aws.test"),
		HTTPClient:  w.cloud.Client(),
		Credentials: credentials.NewStaticCredentialsProvider(fakeaws.OperatorKeyID, "secret", ""),
		Retryer: func() aws.Retryer {
			return retry.NewStandard(func(o *retry.StandardOptions) {
				o.MaxAttempts, o.MaxBackoff, o.RateLimiter = 1, time.Millisecond, ratelimit.None
			})
		},
	}
	rules := map[string]Rules{} // made once: a client costs more than a call
	for _, region := range opt.Regions {
		rules[region.Name] = eventbridge.NewFromConfig(cfg, func(o *eventbridge.Options) { o.Region = region.Name })
	}
	w.account = Account{
		IAM:      iam.NewFromConfig(cfg),
		Identity: sts.NewFromConfig(cfg),
		Regions:  account.NewFromConfig(cfg),
		Rules:    func(region string) Rules { return rules[region] },
		Topics: func(region string) watch.TopicReader {
			return sns.NewFromConfig(cfg, func(o *sns.Options) { o.Region = region })
		},
		Queues: func(region string) watch.QueueReader {
			return sqs.NewFromConfig(cfg, func(o *sqs.Options) { o.Region = region })
		},
	}
	w.policy = Policy{
		Checks:     report.DefaultPolicy(),
		Fetch:      report.FetchPolicy{Timeout: time.Minute, MaxAge: day},
		WatchOn:    []report.CheckID{report.RootAccessKey, report.KeyStale, report.KeyUnrotated, report.KeyReawakened},
		AllRegions: true,
		Watch: watch.Policy{
			NamePrefix: "keywatch", Owner: "test", HomeRegion: "us-east-1",
			Targets: []string{"arn:aws:sqs:{region}:{account}:key-usage"}, State: fakeaws.EnabledAll,
			RulesQuota: 300, RetireMax: 3, RetirePercent: 30,
		},
	}
	return w
}

func (w *world) clock() time.Time {
	if w.ticks != nil {
		return w.ticks()
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.now
}

// pass moves time on and puts a new report out.
func (w *world) pass(d time.Duration) {
	w.mu.Lock()
	w.now = w.now.Add(d)
	w.mu.Unlock()
	w.report()
}

func (w *world) report() { w.cloud.SetReport(w.cloud.Report(), w.clock()) }

// user adds a user with keys, given as age and idle days; idle below zero means
// never used.
func (w *world) user(name string, keys ...[2]float64) []string {
	u := fakeaws.User{Name: name, Created: w.clock().Add(-5000 * day)}
	for _, k := range keys {
		made := fakeaws.Key{Created: w.ago(k[0])}
		if k[1] >= 0 {
			made.LastUsed, made.LastUsedRegion, made.LastUsedService = w.ago(k[1]), "us-east-1", "s3"
		}
		u.Keys = append(u.Keys, made)
	}
	return w.cloud.AddUser(u)
}

func (w *world) ago(days float64) time.Time {
	return w.clock().Add(-time.Duration(days * float64(day))).Truncate(time.Second)
}

// apply runs Apply and fails the test on an error.
func (w *world) apply() Result {
	w.t.Helper()
	result, err := w.account.Apply(context.Background(), w.policy, w.clock())
	if err != nil {
		w.t.Fatalf("apply: %v", err)
	}
	return result
}

// clean runs Apply and fails the test unless everything was done.
func (w *world) clean() Result {
	w.t.Helper()
	result := w.apply()
	if reasons := result.IncompleteReasons(); len(reasons) > 0 {
		w.t.Fatalf("apply is incomplete: %q", reasons)
	}
	return result
}

// covered lists the keys whose use in a Region reaches its queue by now, read
// from the rules themselves and not with the code under test.
func (w *world) covered(region string) []string {
	var keys []string
	for _, r := range w.cloud.Rules(region) {
		if r.State != fakeaws.EnabledAll || len(r.Targets) == 0 {
			continue
		}
		var p struct {
			Detail struct {
				UserIdentity struct {
					AccessKeyID []any `json:"accessKeyId"`
				} `json:"userIdentity"`
			} `json:"detail"`
		}
		if err := json.Unmarshal([]byte(r.Pattern), &p); err != nil {
			w.t.Errorf("%s: %v", r.Name, err)
		}
		for _, id := range p.Detail.UserIdentity.AccessKeyID {
			if s, ok := id.(string); ok {
				keys = append(keys, s)
			} else {
				keys = append(keys, watch.RootKey)
			}
		}
	}
	slices.Sort(keys)
	return slices.Compact(keys)
}

// expect compares the keys covered in every Region with the wanted ones.
func (w *world) expect(want ...string) {
	w.t.Helper()
	slices.Sort(want)
	for _, region := range w.regions {
		if got := w.covered(region); !slices.Equal(got, want) {
			w.t.Errorf("%s watches %v, want %v", region, got, want)
		}
	}
}

// settled runs Apply and expects it to write nothing and list no keys.
func (w *world) settled() {
	w.t.Helper()
	seq := w.cloud.Seq()
	w.clean()
	for _, c := range w.cloud.CallsSince(seq) {
		if c.Write() || c.Op == "ListAccessKeys" || c.Op == "GetAccessKeyLastUsed" {
			w.t.Errorf("a settled run called %s %s %s", c.Op, c.Region, c.Resource)
		}
	}
}

func counts(calls []fakeaws.Call) map[string]int {
	n := map[string]int{}
	for _, c := range calls {
		n[fmt.Sprintf("%s:%s", c.Service, c.Op)]++
	}
	return n
}
