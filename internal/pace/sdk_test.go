package pace

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"slices"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/smithy-go"
	"github.com/aws/smithy-go/middleware"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

// service answers call after call from a list; the last answer repeats. It
// remembers when each call was made and the date it was signed with.
type service struct {
	answers []string // error codes, "" for success
	calls   []time.Time
	signed  []string
}

func (s *service) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	code := s.answers[min(len(s.calls), len(s.answers)-1)]
	s.calls = append(s.calls, time.Now())
	s.signed = append(s.signed, r.Header.Get("X-Amz-Date"))
	switch isJSON := r.Header.Get("X-Amz-Target") != ""; {
	case isJSON && code == "":
		w.Header().Set("Content-Type", "application/x-amz-json-1.1")
		fmt.Fprint(w, `{"Rules":[]}`)
	case isJSON:
		w.Header().Set("Content-Type", "application/x-amz-json-1.1")
		w.WriteHeader(http.StatusBadRequest)
		fmt.Fprint(w, `{"__type":"`+code+`","message":"no"}`)
	default:
		w.WriteHeader(http.StatusConflict)
		fmt.Fprint(w, `<ErrorResponse><Error><Code>`+code+`</Code><Message>no</Message></Error></ErrorResponse>`)
	}
}

// Do answers without a network, which a synctest bubble could not wait for.
func (s *service) Do(r *http.Request) (*http.Response, error) {
	if err := r.Context().Err(); err != nil {
		return nil, err
	}
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	return w.Result(), nil
}

func config(s aws.HTTPClient) aws.Config {
	return aws.Config{
		Region:      "us-east-1",
		Credentials: credentials.NewStaticCredentialsProvider("AKIAIOSFODNN7EXAMPLE", "secret", ""),
		HTTPClient:  s,
		Retryer:     Retryer,
	}
}

func rules(s aws.HTTPClient, l *Limiter) *eventbridge.Client {
	return eventbridge.NewFromConfig(config(s), func(o *eventbridge.Options) {
		o.APIOptions = append(o.APIOptions, l.Attach)
	})
}

func TestTheClientRetries(t *testing.T) {
	thenOK := func(n int, code string) []string { return append(slices.Repeat([]string{code}, n), "") }
	for _, tc := range []struct {
		name      string
		answers   []string
		wantCalls int
		wantCode  string
		wantRate  float64
	}{
		{"success needs one attempt", []string{""}, 1, "", 16 + 1./16},
		{"five throttles and a success succeed", thenOK(5, "ThrottlingException"), 6, "", 0.5 + 2},
		{"throttles without end fail after ten attempts", []string{"ThrottlingException"}, 10, "ThrottlingException", 16. / 1024},
		{"a full quota is final", []string{"LimitExceededException"}, 1, "LimitExceededException", 16},
		{"a concurrent change is tried again and is no throttle", thenOK(2, "ConcurrentModificationException"), 3, "", 16 + 1./16},
		{"a denied call is final", []string{"AccessDeniedException"}, 1, "AccessDeniedException", 16},
	} {
		t.Run(tc.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := &service{answers: tc.answers}
				l := New(Options{Start: 16, Min: 1e-9})
				_, err := rules(s, l).ListRules(t.Context(), &eventbridge.ListRulesInput{})
				if len(s.calls) != tc.wantCalls || code(err) != tc.wantCode || (err == nil) != (tc.wantCode == "") || l.Rate() != tc.wantRate {
					t.Errorf("%d attempts, error %v, rate %v; want %d, code %q, %v",
						len(s.calls), err, l.Rate(), tc.wantCalls, tc.wantCode, tc.wantRate)
				}
			})
		})
	}
}

func TestAReportAskedForTooOftenIsLeftToTheCaller(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &service{answers: []string{"LimitExceeded"}}
		_, err := iam.NewFromConfig(config(s)).GenerateCredentialReport(t.Context(), &iam.GenerateCredentialReportInput{})
		if len(s.calls) != 1 || code(err) != "LimitExceeded" || Throttled(err) {
			t.Errorf("%d attempts, error %v; want one and the service's LimitExceeded", len(s.calls), err)
		}
	})
}

// The standard quota of retries would be empty after a hundred.
func TestPatienceHasNoQuota(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &service{answers: []string{"ThrottlingException"}}
		client := rules(s, New(Options{}))
		for range 20 {
			if _, err := client.ListRules(t.Context(), &eventbridge.ListRulesInput{}); !Throttled(err) {
				t.Fatalf("error %v, want a throttle", err)
			}
		}
		if len(s.calls) != 20*10 {
			t.Errorf("%d attempts, want 200", len(s.calls))
		}
	})
}

func TestNoWaitIsLongerThanTwentySeconds(t *testing.T) {
	for range 200 {
		delay, err := Retryer().RetryDelay(maxAttempts-1, &smithy.GenericAPIError{Code: "ThrottlingException"})
		if err != nil || delay > 20*time.Second {
			t.Fatalf("the last wait is %v, error %v", delay, err)
		}
	}
}

func TestEachAttemptWaitsAndIsSignedAfterTheWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &service{answers: []string{"ThrottlingException", "ThrottlingException", ""}}
		l := New(Options{Start: 0.02, Min: 0.01, Burst: 1}) // 50 s, then 100 s: the SDK's own waits are under 20 s
		if _, err := rules(s, l).ListRules(t.Context(), &eventbridge.ListRulesInput{}); err != nil {
			t.Fatal(err)
		}
		for i := 1; i < len(s.calls); i++ {
			if gap := s.calls[i].Sub(s.calls[i-1]); gap < 50*time.Second {
				t.Errorf("attempt %d went %v after the one before", i+1, gap)
			}
			if want := s.calls[i].UTC().Format("20060102T150405Z"); s.signed[i] != want {
				t.Errorf("attempt %d was signed at %s and sent at %s", i+1, s.signed[i], want)
			}
		}
	})
}

func TestAttemptsSideBySideHalveOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		arrived, gate := make(chan struct{}, 8), make(chan struct{})
		s := client(func(*http.Request) (*http.Response, error) {
			arrived <- struct{}{}
			<-gate
			w := httptest.NewRecorder()
			(&service{answers: []string{"Throttling"}}).ServeHTTP(w, &http.Request{Header: http.Header{"X-Amz-Target": {"x"}}})
			return w.Result(), nil
		})
		l := New(Options{Start: 16, Burst: 8})
		cfg := config(s)
		cfg.Retryer = func() aws.Retryer { return aws.NopRetryer{} }
		events := eventbridge.NewFromConfig(cfg, func(o *eventbridge.Options) { o.APIOptions = append(o.APIOptions, l.Attach) })
		for range 8 {
			go func() {
				if _, err := events.ListRules(t.Context(), &eventbridge.ListRulesInput{}); !Throttled(err) {
					t.Errorf("error %v, want a throttle", err)
				}
			}()
		}
		for range 8 {
			<-arrived
		}
		close(gate)
		synctest.Wait()
		if got := l.Rate(); got != 8 {
			t.Errorf("eight throttles in flight together took the rate from 16 to %v, want 8", got)
		}
	})
}

func TestABrokenConnectionTellsNothingAboutTheRate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := New(Options{})
		s := client(func(*http.Request) (*http.Response, error) { return nil, errors.New("connection reset") })
		if _, err := rules(s, l).ListRules(t.Context(), &eventbridge.ListRulesInput{}); err == nil || l.Rate() != 5 {
			t.Errorf("error %v, rate %v; want an error and 5", err, l.Rate())
		}
	})
}

// TestNobodyThereIsFinal: a wrong endpoint or no network is told at once.
func TestNobodyThereIsFinal(t *testing.T) {
	for name, err := range map[string]error{
		"connection refused": &net.OpError{Op: "dial", Err: os.NewSyscallError("connect", syscall.ECONNREFUSED)},
		"no such host":       &net.DNSError{Err: "no such host", Name: "nowhere", IsNotFound: true},
		"no such scheme":     &url.Error{Op: "Post", URL: "notaurl", Err: errors.New(`unsupported protocol scheme ""`)},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				tries := 0
				s := client(func(*http.Request) (*http.Response, error) { tries++; return nil, err })
				if _, err := rules(s, New(Options{})).ListRules(t.Context(), &eventbridge.ListRulesInput{}); err == nil || tries != 1 {
					t.Errorf("%d tries, error %v; want one and an error", tries, err)
				}
			})
		})
	}
}

func TestCancellingEndsACallThatWaitsForItsTurn(t *testing.T) {
	for name, ctx := range map[string]func(context.Context) (context.Context, context.CancelFunc){
		"cancelled": cancelAfter(3 * time.Second),
		"deadline":  deadlineAfter(3 * time.Second),
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := &service{answers: []string{""}}
				l := New(Options{Start: 0.01, Min: 0.01, Burst: 1})
				if err := l.Wait(t.Context()); err != nil {
					t.Fatal(err)
				}
				ctx, cancel := ctx(t.Context())
				defer cancel()
				start := time.Now()
				_, err := rules(s, l).ListRules(ctx, &eventbridge.ListRulesInput{})
				if _, ok := errors.AsType[*aws.RequestCanceledError](err); !ok || len(s.calls) != 0 || time.Since(start) > 3*time.Second {
					t.Errorf("%d requests, error %v after %v; want none, cancelled, after 3 s at most", len(s.calls), err, time.Since(start))
				}
			})
		})
	}
}

// Over a real connection: the step stands inside the retry loop, so that every
// attempt reports.
func TestEveryAttemptReportsOverHTTP(t *testing.T) {
	s := &service{answers: []string{"ThrottlingException", "ThrottlingException", "ThrottlingException", ""}}
	server := httptest.NewServer(s)
	defer server.Close()
	cfg := config(server.Client())
	cfg.BaseEndpoint = aws.String(server.URL)
	cfg.Retryer = func() aws.Retryer {
		return retry.AddWithMaxBackoffDelay(Retryer(), time.Nanosecond)
	}
	l := New(Options{Start: 1600, Max: 1600})
	events := eventbridge.NewFromConfig(cfg, func(o *eventbridge.Options) { o.APIOptions = append(o.APIOptions, l.Attach) })
	if _, err := events.ListRules(t.Context(), &eventbridge.ListRulesInput{}); err != nil {
		t.Fatal(err)
	}
	if want := 200 + 1./200; len(s.calls) != 4 || l.Rate() != want {
		t.Errorf("%d attempts, rate %v; want 4 and %v", len(s.calls), l.Rate(), want)
	}
}

func TestAnOperationWithoutARetryLoopIsRefused(t *testing.T) {
	if err := New(Options{}).Attach(middleware.NewStack("bare", smithyhttp.NewStackRequest)); err == nil {
		t.Error("Attach gave no error")
	}
}

func TestThrottledGoesByTheCode(t *testing.T) {
	for code, want := range map[string]bool{
		"Throttling": true, "ThrottlingException": true, "TooManyRequestsException": true, "RequestLimitExceeded": true,
		"LimitExceededException": false, "LimitExceeded": false, "ConcurrentModificationException": false,
		"AccessDenied": false, "": false,
	} {
		err := &smithy.OperationError{Err: &smithy.GenericAPIError{Code: code}}
		if got := Throttled(err); got != want {
			t.Errorf("Throttled(%q) is %v", code, got)
		}
	}
	if Throttled(nil) || Throttled(errors.New("Throttling")) {
		t.Error("an error without a code is taken for a throttle")
	}
}

func TestEachClientHasItsOwnRetryer(t *testing.T) {
	if Retryer() == Retryer() {
		t.Error("two calls gave the same retryer")
	}
}

type client func(*http.Request) (*http.Response, error)

func (c client) Do(r *http.Request) (*http.Response, error) { return c(r) }
