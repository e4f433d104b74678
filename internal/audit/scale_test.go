package audit

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/iam"

	"keywatch/internal/fakeaws"
	"keywatch/internal/pace"
)

// TestTenThousandKeys: two keys for each of the 5,000 users that IAM allows, in 17
// Regions, through paced clients against EventBridge's limit of 50 calls a second
// and Region. What it takes is counted, in the account's time.
func TestTenThousandKeys(t *testing.T) {
	if testing.Short() {
		t.Skip("a minute under the race detector")
	}
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(time.Until(start))
		w := seventeenRegions(t)
		for i := range 5000 {
			w.user(fmt.Sprintf("user-%04d", i), [2]float64{200 + float64(i%100), 100}, [2]float64{150, 60 + float64(i%20)})
		}
		w.report()
		first := w.measure(t, "first apply")
		for _, region := range w.regions {
			rules := w.cloud.Rules(region)
			keys := w.covered(region)
			if len(rules) != 250 || len(keys) != 10000 {
				t.Errorf("%s has %d rules for %d keys, want 250 for 10000", region, len(rules), len(keys))
			}
		}
		if first["events:PutRule"] != 17*250 || first["events:PutTargets"] != 17*250 || first["iam:ListAccessKeys"] != 5000 {
			t.Errorf("the first apply made %v", first)
		}
		if settled := w.measure(t, "settled apply"); settled["writes"] != 0 || settled["iam:ListAccessKeys"] != 0 {
			t.Errorf("a settled apply made %v", settled)
		}
		w.user("one-more", [2]float64{200, 100})
		w.report()
		if more := w.measure(t, "one key more"); more["writes"] > 3*17 || more["writes"] == 0 {
			t.Errorf("one key more made %v", more)
		}
		if throttled := w.throttled(); throttled > 17*20 {
			t.Errorf("%d calls were throttled", throttled)
		}
	})
}

// seventeenRegions is an account that throttles as EventBridge does, and clients
// as the command makes them.
func seventeenRegions(t *testing.T) *world {
	var regions []fakeaws.Region
	for name := range strings.FieldsSeq("us-east-1 us-east-2 us-west-1 us-west-2 ca-central-1 sa-east-1 eu-west-1 eu-west-2 eu-west-3 eu-central-1 eu-north-1 ap-south-1 ap-northeast-1 ap-northeast-2 ap-northeast-3 ap-southeast-1 ap-southeast-2") {
		regions = append(regions, fakeaws.Region{Name: name})
	}
	w := newWorld(t, func(o *fakeaws.Options) {
		o.Now, o.Regions = time.Now, regions
		o.RulesPage, o.KeysPage, o.TargetsPage, o.RegionsPage = 0, 0, 0, 0
		o.RateLimits = map[string]fakeaws.RateLimit{"events": {PerSecond: 50, Burst: 50}, "iam": {PerSecond: 100, Burst: 100}}
	})
	w.ticks = time.Now
	w.policy.Watch.Settle = time.Minute
	cfg := aws.Config{
		Region: "us-east-1", BaseEndpoint: aws.String("http://aws.test"), HTTPClient: w.cloud.Client(),
		Credentials: credentials.NewStaticCredentialsProvider(fakeaws.OperatorKeyID, "secret", ""), Retryer: pace.Retryer,
	}
	w.account.IAM = iam.NewFromConfig(cfg, func(o *iam.Options) {
		o.APIOptions = append(o.APIOptions, pace.New(pace.Options{Start: 20, Min: 0.5, Max: 100, Burst: 10}).Attach)
	})
	rules := map[string]Rules{}
	for _, region := range regions {
		rules[region.Name] = eventbridge.NewFromConfig(cfg, func(o *eventbridge.Options) {
			o.Region = region.Name
			o.APIOptions = append(o.APIOptions, pace.New(pace.Options{Start: 25, Min: 0.5, Max: 45, Burst: 10}).Attach)
		})
	}
	w.account.Rules = func(region string) Rules { return rules[region] }
	return w
}

// measure applies once, says what it took, and returns the calls, with their
// number of writes.
func (w *world) measure(t *testing.T, what string) map[string]int {
	t.Helper()
	seq, began := w.cloud.Seq(), time.Now()
	result, err := w.account.Apply(context.Background(), w.policy, time.Now())
	if err != nil || !result.Complete() {
		t.Fatalf("%s: %v %q", what, err, result.IncompleteReasons())
	}
	calls, one := counts(w.cloud.CallsSince(seq)), 0
	for _, c := range w.cloud.CallsSince(seq) {
		if c.Write() {
			calls["writes"]++
		}
		if c.Service == "events" && c.Region == "eu-west-3" {
			one++
		}
	}
	var all []string
	for call, n := range calls {
		all = append(all, fmt.Sprintf("%s %d", call, n))
	}
	slices.Sort(all)
	t.Logf("%s: %s of the account's time; %d calls of EventBridge in each Region; in all %s", what, time.Since(began).Round(time.Second), one, strings.Join(all, ", "))
	return calls
}

func (w *world) throttled() (n int) {
	for _, c := range w.cloud.Calls() {
		if strings.HasPrefix(c.Code, "Throttl") {
			n++
		}
	}
	return n
}
