package report

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"
	"github.com/aws/smithy-go"
)

// ReportAPI is what Fetch asks of IAM.
type ReportAPI interface {
	GenerateCredentialReport(context.Context, *iam.GenerateCredentialReportInput, ...func(*iam.Options)) (*iam.GenerateCredentialReportOutput, error)
	GetCredentialReport(context.Context, *iam.GetCredentialReportInput, ...func(*iam.Options)) (*iam.GetCredentialReportOutput, error)
}

// Raw is a credential report as IAM sent it.
type Raw struct {
	Content     []byte
	GeneratedAt time.Time // UTC; ages count from it
}

// FetchPolicy bounds Fetch.
type FetchPolicy struct {
	// Timeout bounds the whole wait for a report.
	Timeout time.Duration
	// MaxAge is how old an existing report may be when IAM is too busy to
	// generate a new one.
	MaxAge time.Duration
	// Progress, if not nil, is told what Fetch waits for.
	Progress func(string)
}

// Fetch asks IAM for a fresh report and downloads it. IAM makes a new report at
// most every four hours and serves the last one in between, so a report may be
// that old (IAM API reference, GenerateCredentialReport). Fetch polls patiently
// while the report is STARTED, INPROGRESS, not present, in progress or expired,
// and while IAM has no capacity (LimitExceeded); other errors end it at once.
// When IAM stays too busy for Timeout, an existing report is returned however
// old it is: the caller judges its age. now is the time of the call.
func Fetch(ctx context.Context, api ReportAPI, policy FetchPolicy, now time.Time) (Raw, error) {
	f := fetch{api: api, policy: policy, now: now}
	wait, cancel := context.WithTimeout(ctx, policy.Timeout)
	defer cancel()
	for attempt := 0; ; attempt++ {
		raw, done, err := f.try(wait)
		switch {
		case ctx.Err() != nil:
			return Raw{}, fmt.Errorf("report: stopped while waiting for the credential report: %w", context.Cause(ctx))
		case err != nil && wait.Err() == nil:
			return Raw{}, err
		case done:
			return raw, nil
		}
		if policy.Progress != nil {
			policy.Progress(f.last)
		}
		if !pause(wait, attempt) {
			if ctx.Err() != nil {
				return Raw{}, fmt.Errorf("report: stopped while waiting for the credential report: %w", context.Cause(ctx))
			}
			if f.existing != nil {
				return *f.existing, nil
			}
			return Raw{}, fmt.Errorf("report: no credential report after %s (last answer: %s): run again later or raise report.timeout", policy.Timeout, f.last)
		}
	}
}

type fetch struct {
	api      ReportAPI
	policy   FetchPolicy
	now      time.Time
	existing *Raw   // an older report, kept for want of a better one
	last     string // IAM's last answer
}

// try makes one round: Generate, and Get where that may succeed. It reports
// done with a report, an error that waiting cannot mend, or neither.
func (f *fetch) try(ctx context.Context) (Raw, bool, error) {
	out, err := f.api.GenerateCredentialReport(ctx, &iam.GenerateCredentialReportInput{})
	if busy := new(types.LimitExceededException); errors.As(err, &busy) {
		f.last = "LimitExceeded: IAM has no capacity for a new report"
		return f.settle(ctx)
	}
	if err != nil {
		return Raw{}, false, f.explain("iam:GenerateCredentialReport", err)
	}
	if out.State != types.ReportStateTypeComplete {
		f.last = string(out.State)
		return Raw{}, false, nil
	}
	raw, err := f.get(ctx)
	if err != nil {
		return Raw{}, false, f.explain("iam:GetCredentialReport", err)
	}
	return raw, true, nil
}

// settle looks for an existing report where no new one can be had.
func (f *fetch) settle(ctx context.Context) (Raw, bool, error) {
	if f.existing != nil {
		return Raw{}, false, nil
	}
	raw, err := f.get(ctx)
	if err != nil {
		if waits(err) {
			return Raw{}, false, nil // there is none to fall back on
		}
		return Raw{}, false, f.explain("iam:GetCredentialReport", err)
	}
	if f.now.Sub(raw.GeneratedAt) <= f.policy.MaxAge {
		return raw, true, nil
	}
	f.existing = &raw
	return Raw{}, false, nil
}

func (f *fetch) get(ctx context.Context) (Raw, error) {
	out, err := f.api.GetCredentialReport(ctx, &iam.GetCredentialReportInput{})
	if err != nil {
		return Raw{}, err
	}
	if out.GeneratedTime == nil {
		return Raw{}, errors.New("IAM did not say when the report was generated, so no age can be told: run again")
	}
	return Raw{Content: out.Content, GeneratedAt: out.GeneratedTime.UTC()}, nil
}

// explain turns an error into "wait" (nil) or into words with a way out.
func (f *fetch) explain(permission string, err error) error {
	if waits(err) {
		f.last = code(err)
		return nil
	}
	hint := "see the error above"
	switch code(err) {
	case "AccessDenied", "AccessDeniedException":
		hint = "grant " + permission + ` on "*" to this identity`
	case "InvalidClientTokenId", "SignatureDoesNotMatch", "ExpiredToken", "UnrecognizedClientException":
		hint = "check the AWS credentials of this run"
	case "":
		hint = "check the AWS credentials and the network of this run"
	}
	return fmt.Errorf("report: %s failed: %w: %s", permission, err, hint)
}

// waits tells the answers that mean "not yet". The codes are IAM's; their
// messages say nothing (seen live: "Unknown").
func waits(err error) bool {
	switch code(err) {
	case "ReportNotPresent", "ReportInProgress", "ReportExpired", "LimitExceeded",
		"ServiceFailure", "ServiceUnavailable", "InternalFailure", "Throttling", "ThrottlingException":
		return true
	}
	return false
}

// code is the error code of an AWS answer, "" for any other error.
func code(err error) string {
	var api smithy.APIError
	if errors.As(err, &api) {
		return api.ErrorCode()
	}
	return ""
}

// denied tells an answer that only another policy can change.
func denied(err error) bool {
	switch code(err) {
	case "AccessDenied", "AccessDeniedException":
		return true
	}
	return false
}

// pause waits a little longer each time, from 1 to 10 seconds with some jitter.
// It reports false when ctx ends first.
func pause(ctx context.Context, attempt int) bool {
	seconds := min(attempt+1, 10)
	wait := time.Duration(seconds) * time.Second
	wait += rand.N(wait / 4)
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return true
	}
}
