package report

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"
	"github.com/aws/smithy-go"
	"github.com/google/go-cmp/cmp"
)

// script is an IAM that answers Generate and Get from two lists. The last
// entry of each repeats. An entry is a state, an error code, "report" or
// "report AGE".
type script struct {
	generate, get []string
	calls         []string // G and g, with the second of the call
	began         time.Time
}

// newScript begins the script now, in the bubble's time.
func newScript(generate, get string) *script {
	return &script{generate: strings.Split(generate, ","), get: strings.Split(get, ","), began: time.Now()}
}

func (s *script) next(list *[]string, call string) string {
	s.calls = append(s.calls, fmt.Sprint(call, int(time.Since(s.began).Seconds())))
	entry := (*list)[0]
	if len(s.calls) > 10_000 {
		return "no network" // ends a tight loop, whose clock would stand still
	}
	if len(*list) > 1 {
		*list = (*list)[1:]
	}
	return entry
}

// fail gives the error that the SDK would give for a code, nil for other entries.
func fail(ctx context.Context, entry string) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	switch entry {
	case "LimitExceeded":
		return &types.LimitExceededException{}
	case "ReportNotPresent":
		return &types.CredentialReportNotPresentException{}
	case "ReportInProgress":
		return &types.CredentialReportNotReadyException{}
	case "ReportExpired":
		return &types.CredentialReportExpiredException{}
	case "ServiceFailure":
		return &types.ServiceFailureException{}
	case "AccessDenied", "InvalidClientTokenId", "MalformedRequest":
		return &smithy.GenericAPIError{Code: entry, Message: "no"}
	case "no network":
		return errors.New("dial tcp: no route to host")
	}
	return nil
}

func (s *script) GenerateCredentialReport(ctx context.Context, _ *iam.GenerateCredentialReportInput, _ ...func(*iam.Options)) (*iam.GenerateCredentialReportOutput, error) {
	entry := s.next(&s.generate, "G")
	if entry == "hang" {
		<-ctx.Done()
	}
	if err := fail(ctx, entry); err != nil {
		return nil, &smithy.OperationError{ServiceID: "IAM", OperationName: "GenerateCredentialReport", Err: err}
	}
	return &iam.GenerateCredentialReportOutput{State: types.ReportStateType(entry)}, nil
}

func (s *script) GetCredentialReport(ctx context.Context, _ *iam.GetCredentialReportInput, _ ...func(*iam.Options)) (*iam.GetCredentialReportOutput, error) {
	entry := s.next(&s.get, "g")
	if err := fail(ctx, entry); err != nil {
		return nil, &smithy.OperationError{ServiceID: "IAM", OperationName: "GetCredentialReport", Err: err}
	}
	out := &iam.GetCredentialReportOutput{Content: []byte(entry)}
	if age, ok := strings.CutPrefix(entry, "report "); ok {
		d, err := time.ParseDuration(age)
		if err != nil {
			return nil, err
		}
		at := s.began.Add(-d).In(time.FixedZone("elsewhere", 3600))
		out.GeneratedTime = &at
	}
	return out, nil
}

func TestFetch(t *testing.T) {
	const wait = "iam:GenerateCredentialReport failed: operation error IAM: GenerateCredentialReport, "
	for name, c := range map[string]struct {
		generate, get string
		want          string // the report's content
		err           string
		calls         int
	}{
		"a report that exists is downloaded at once":       {"COMPLETE", "report 3h", "report 3h", "", 2},
		"a report that is made is waited for":              {"STARTED,INPROGRESS,INPROGRESS,COMPLETE", "report 0s", "report 0s", "", 5},
		"complete, yet not to be had":                      {"COMPLETE", "ReportInProgress,ReportNotPresent,report 0s", "report 0s", "", 6},
		"an expired report is made anew":                   {"COMPLETE,STARTED,COMPLETE", "ReportExpired,report 0s", "report 0s", "", 5},
		"a failing service is waited for":                  {"ServiceFailure,COMPLETE", "ServiceFailure,report 0s", "report 0s", "", 5},
		"too busy, and the last report is young enough":    {"LimitExceeded", "report 24h", "report 24h", "", 2},
		"too busy, and the last report is too old":         {"LimitExceeded", "report 24h0m1s", "report 24h0m1s", "", -1},
		"too busy at first, the old report is not good":    {"LimitExceeded,LimitExceeded,STARTED,COMPLETE", "report 30h,report 0s", "report 0s", "", 6},
		"too busy and then never complete":                 {"LimitExceeded,STARTED", "report 30h", "report 30h", "", -1},
		"too busy, no report yet":                          {"LimitExceeded", "ReportNotPresent", "", "report: no credential report after 10m0s (last answer: LimitExceeded: IAM has no capacity for a new report): run again later or raise report.timeout", -1},
		"too busy, no report at first":                     {"LimitExceeded,COMPLETE", "ReportNotPresent,report 0s", "report 0s", "", 4},
		"never complete":                                   {"STARTED,INPROGRESS", "report 0s", "", "report: no credential report after 10m0s (last answer: INPROGRESS): run again later or raise report.timeout", -1},
		"never to be had":                                  {"COMPLETE", "ReportNotPresent", "", "report: no credential report after 10m0s (last answer: ReportNotPresent): run again later or raise report.timeout", -1},
		"no answer at all":                                 {"hang", "report 0s", "", "report: no credential report after 10m0s (last answer: none): run again later or raise report.timeout", 1},
		"Generate is denied":                               {"AccessDenied", "report 0s", "", "report: " + wait + `api error AccessDenied: no: grant iam:GenerateCredentialReport on "*" to this identity`, 1},
		"Get is denied":                                    {"COMPLETE", "AccessDenied", "", `report: iam:GetCredentialReport failed: operation error IAM: GetCredentialReport, api error AccessDenied: no: grant iam:GetCredentialReport on "*" to this identity`, 2},
		"Get is denied while IAM is too busy":              {"LimitExceeded", "AccessDenied", "", `report: iam:GetCredentialReport failed: operation error IAM: GetCredentialReport, api error AccessDenied: no: grant iam:GetCredentialReport on "*" to this identity`, 2},
		"wrong credentials":                                {"InvalidClientTokenId", "report 0s", "", "report: " + wait + "api error InvalidClientTokenId: no: check the AWS credentials of this run", 1},
		"no network":                                       {"no network", "report 0s", "", "report: " + wait + "dial tcp: no route to host: check the AWS credentials and the network of this run", 1},
		"an answer nobody expects":                         {"MalformedRequest", "report 0s", "", "report: " + wait + "api error MalformedRequest: no: run again later", 1},
		"a report without its time":                        {"COMPLETE", "report", "", "report: IAM did not say when the report was generated, so no age can be told: run again later", 2},
		"a report without its time, while IAM is too busy": {"LimitExceeded", "report", "", "report: IAM did not say when the report was generated, so no age can be told: run again later", 2},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				api := newScript(c.generate, c.get)
				policy := FetchPolicy{Timeout: 10 * time.Minute, MaxAge: 24 * time.Hour}
				raw, err := Fetch(t.Context(), api, policy, api.began)
				message := ""
				if err != nil {
					message = err.Error()
				}
				if diff := cmp.Diff(c.err, message); diff != "" {
					t.Fatalf("error differs (-want +got):\n%s", diff)
				}
				if string(raw.Content) != c.want {
					t.Errorf("report is %q, want %q", raw.Content, c.want)
				}
				if c.want != "" && (raw.GeneratedAt.Location() != time.UTC || raw.GeneratedAt.IsZero()) {
					t.Errorf("generated at %s, want UTC", raw.GeneratedAt)
				}
				if c.calls >= 0 && len(api.calls) != c.calls {
					t.Errorf("%d calls, want %d: %v", len(api.calls), c.calls, api.calls)
				}
				if took := time.Since(api.began); c.calls < 0 && took != policy.Timeout {
					t.Errorf("gave up after %s, want %s", took, policy.Timeout)
				}
				for i, again := range api.calls {
					if i > 0 && again == api.calls[i-1] {
						t.Errorf("asked twice in a second: %v", api.calls)
					}
				}
			})
		})
	}
}

// TestFetchIsPatient counts calls in the bubble's minutes.
func TestFetchIsPatient(t *testing.T) {
	for name, api := range map[string][2]string{
		"while a report is made":    {"STARTED", "report 0s"},
		"while one is not ready":    {"COMPLETE", "ReportInProgress"},
		"while IAM is too busy":     {"LimitExceeded", "ReportNotPresent"},
		"while the service is down": {"ServiceFailure", "report 0s"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newScript(api[0], api[1])
				if _, err := Fetch(t.Context(), s, FetchPolicy{Timeout: time.Hour}, s.began); err == nil {
					t.Fatal("a report came from nowhere")
				}
				perMinute := map[int]int{}
				for _, call := range s.calls {
					var second int
					if _, err := fmt.Sscanf(call[1:], "%d", &second); err != nil {
						t.Fatal(err)
					}
					if call[0] == 'G' {
						perMinute[second/60]++
					}
				}
				if perMinute[0] < 5 || perMinute[0] > 15 {
					t.Errorf("%d rounds in the first minute, want 5 to 15", perMinute[0])
				}
				for minute := 1; minute < 60; minute++ {
					if n := perMinute[minute]; n < 3 || n > 6 {
						t.Errorf("%d rounds in minute %d, want 3 to 6", n, minute)
					}
				}
			})
		})
	}
}

func TestFetchEndsWithItsContext(t *testing.T) {
	for name, old := range map[string]string{"with nothing": "ReportNotPresent", "with an old report at hand": "report 30h"} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				cause := errors.New("terminated")
				ctx, cancel := context.WithCancelCause(t.Context())
				time.AfterFunc(90*time.Second, func() { cancel(cause) })
				api := newScript("LimitExceeded", old)
				raw, err := Fetch(ctx, api, FetchPolicy{Timeout: time.Hour, MaxAge: time.Hour}, api.began)
				if !errors.Is(err, cause) || raw.Content != nil {
					t.Errorf("got %q and %v, want nothing and the cause", raw.Content, err)
				}
				if took := time.Since(api.began); took != 90*time.Second {
					t.Errorf("ended after %s, want at once", took)
				}
			})
		})
	}
}

func TestFetchTellsWhatItWaitsFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var told []string
		api := newScript("STARTED,LimitExceeded,ServiceFailure,COMPLETE", "ReportNotPresent,ReportExpired,report 0s")
		policy := FetchPolicy{Timeout: time.Hour, Progress: func(s string) { told = append(told, s) }}
		if _, err := Fetch(t.Context(), api, policy, api.began); err != nil {
			t.Fatal(err)
		}
		want := []string{"STARTED", "LimitExceeded: IAM has no capacity for a new report", "ServiceFailure", "ReportExpired", ""}
		if diff := cmp.Diff(want, told); diff != "" {
			t.Errorf("progress differs (-want +got):\n%s", diff)
		}
	})
}
