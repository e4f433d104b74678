package report

import (
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/ratelimit"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/iam"

	"keywatch/internal/fakeaws"
)

// header is the header of a live report.
const header = "user,arn,user_creation_time,password_enabled,password_last_used,password_last_changed,password_next_rotation,mfa_active,access_key_1_active,access_key_1_last_rotated,access_key_1_last_used_date,access_key_1_last_used_region,access_key_1_last_used_service,access_key_2_active,access_key_2_last_rotated,access_key_2_last_used_date,access_key_2_last_used_region,access_key_2_last_used_service,cert_1_active,cert_1_last_rotated,cert_2_active,cert_2_last_rotated"

// box is an AWS in a box, whose clock stands at judged until it is moved, and
// the SDK's client to it.
type box struct {
	*fakeaws.Cloud
	iam *iam.Client

	mu  sync.Mutex
	now time.Time
}

func newBox(t *testing.T, opt fakeaws.Options) *box {
	t.Helper()
	b := &box{now: judged}
	opt.Now = b.clock
	opt.LastUsedLag = -1
	b.Cloud = fakeaws.New(opt)
	b.iam = iam.NewFromConfig(aws.Config{
		Region:       "us-east-1",
		BaseEndpoint: aws.String("http://aws.test"),
		HTTPClient:   b.Client(),
		Credentials:  credentials.NewStaticCredentialsProvider(fakeaws.OperatorKeyID, "secret", ""),
		Retryer: func() aws.Retryer { // four attempts, at once
			return retry.NewStandard(func(o *retry.StandardOptions) {
				o.MaxAttempts, o.RateLimiter = 4, ratelimit.None
				o.Backoff = retry.BackoffDelayerFunc(func(int, error) (time.Duration, error) { return 0, nil })
			})
		},
	})
	return b
}

func (b *box) clock() time.Time {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.now
}

// pass moves the clock, so that what follows happens after the report.
func (b *box) pass(d time.Duration) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.now = b.now.Add(d)
}

// user adds a user whose keys were made at the given times, and gives their IDs.
func (b *box) user(name string, created ...time.Time) []string {
	u := fakeaws.User{Name: name, Created: ago(500 * day)}
	for _, at := range created {
		u.Keys = append(u.Keys, fakeaws.Key{Created: at})
	}
	return b.AddUser(u)
}

// report is the account's report at this moment, with its findings.
func (b *box) report(t *testing.T) (Report, []Finding) {
	t.Helper()
	rep, err := Parse(b.Report())
	if err != nil {
		t.Fatal(err)
	}
	return rep, Evaluate(rep.Rows, DefaultPolicy(), b.clock())
}

// asked counts the calls of an operation by what they named.
func (b *box) asked(op string) map[string]int {
	count := map[string]int{}
	for _, c := range b.Calls() {
		if c.Op == op {
			count[c.Resource]++
		}
	}
	return count
}
