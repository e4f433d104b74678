package fakeaws

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/account"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	ebtypes "github.com/aws/aws-sdk-go-v2/service/eventbridge/types"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/sns"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go"
)

// start is when the tests' clocks begin.
var start = time.Date(2026, 11, 20, 6, 0, 0, 0, time.UTC)

type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) add(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// box is a Cloud behind a server, a clock, and SDK clients for one Region that
// do not retry.
type box struct {
	*Cloud
	clock *clock
	url   string
	http  *http.Client
	iam   *iam.Client
	sts   *sts.Client
	eb    *eventbridge.Client
	sns   *sns.Client
	sqs   *sqs.Client
	acct  *account.Client
}

// wholly hides from net/http that the SDK closes bodies too early, see Client.
type wholly struct{ http.RoundTripper }

func (w wholly) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Body != nil {
		r = r.WithContext(r.Context())
		r.Body = struct{ io.ReadCloser }{r.Body} // without WriteTo
	}
	return w.RoundTripper.RoundTrip(r)
}

func newBox(t *testing.T, opt Options) *box {
	t.Helper()
	b := &box{clock: &clock{now: start}}
	opt.Now = b.clock.Now
	b.Cloud = New(opt)
	server := httptest.NewServer(b.Cloud)
	t.Cleanup(server.Close)
	b.url, b.http = server.URL, &http.Client{Transport: wholly{server.Client().Transport}}
	b.sign(OperatorKeyID, "us-east-1")
	return b
}

// config is for a Region and an access key; an empty key signs nothing.
func (b *box) config(keyID, region string) aws.Config {
	cfg := aws.Config{Region: region, BaseEndpoint: &b.url, HTTPClient: b.http, Retryer: func() aws.Retryer { return aws.NopRetryer{} }}
	cfg.Credentials = credentials.NewStaticCredentialsProvider(keyID, "secret", "")
	if keyID == "" {
		cfg.Credentials = aws.AnonymousCredentials{}
	}
	return cfg
}

// sign makes the box's clients use an access key and a Region.
func (b *box) sign(keyID, region string) {
	cfg := b.config(keyID, region)
	b.iam, b.sts, b.eb = iam.NewFromConfig(cfg), sts.NewFromConfig(cfg), eventbridge.NewFromConfig(cfg)
	b.sns, b.sqs, b.acct = sns.NewFromConfig(cfg), sqs.NewFromConfig(cfg), account.NewFromConfig(cfg)
}

func (b *box) in(region string) *eventbridge.Client {
	return eventbridge.NewFromConfig(b.config(OperatorKeyID, region))
}

func (b *box) putRule(t *testing.T, in *eventbridge.PutRuleInput) {
	t.Helper()
	if _, err := b.eb.PutRule(t.Context(), in); err != nil {
		t.Fatal(err)
	}
}

func (b *box) putTarget(t *testing.T, rule string, target ebtypes.Target) {
	t.Helper()
	if target.Id == nil {
		target.Id = aws.String("t")
	}
	out, err := b.eb.PutTargets(t.Context(), &eventbridge.PutTargetsInput{Rule: &rule, Targets: []ebtypes.Target{target}})
	if err != nil || out.FailedEntryCount != 0 {
		t.Fatal(err, out)
	}
}

// watch puts a rule for one key with one target, in the state that sees all.
func (b *box) watch(t *testing.T, name, keyID, target string) {
	t.Helper()
	b.putRule(t, &eventbridge.PutRuleInput{Name: &name, State: ebtypes.RuleState(EnabledAll),
		EventPattern: aws.String(`{"detail":{"userIdentity":{"accessKeyId":["` + keyID + `"]}}}`)})
	b.putTarget(t, name, ebtypes.Target{Arn: &target})
}

// wantCode fails unless err is an API error of that code.
func wantCode(t *testing.T, err error, code string) {
	t.Helper()
	var api smithy.APIError
	if !errors.As(err, &api) || api.ErrorCode() != code {
		t.Fatalf("error %v, want code %s", err, code)
	}
}

// wantType fails unless err is of the SDK's type T.
func wantType[T error](t *testing.T, err error) {
	t.Helper()
	_ = wantAs[T](t, err)
}

// wantAs is wantType that hands out the error.
func wantAs[T error](t *testing.T, err error) T {
	t.Helper()
	var want T
	if !errors.As(err, &want) {
		t.Fatalf("error %#v is no %T", err, want)
	}
	return want
}

func must[T any](t *testing.T) func(T, error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}
