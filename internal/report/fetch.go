package report

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"
)

// CredentialReportAPI is what Fetch asks of IAM.
type CredentialReportAPI interface {
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
	// Progress, if not nil, is told IAM's last answer each time that Fetch waits,
	// and "" once it waits no more.
	Progress func(string)
}

// Fetch asks IAM for a fresh report and downloads it. IAM makes a new report at
// most every four hours and serves the last one in between, so a report may be
// that old (IAM API reference, GenerateCredentialReport). Fetch polls patiently
// while the report is STARTED, INPROGRESS, not present, in progress or expired,
// and while IAM has no capacity (LimitExceeded); other errors end it at once.
// When IAM stays too busy for Timeout, an existing report is returned however
// old it is: the caller judges its age. now is the time of the call.
func Fetch(ctx context.Context, api CredentialReportAPI, policy FetchPolicy, now time.Time) (Raw, error) {
	f := fetch{api: api, policy: policy, now: now, last: "none"}
	wait, cancel := context.WithTimeout(ctx, policy.Timeout)
	defer cancel()
	told := func(answer string) {
		if policy.Progress != nil {
			policy.Progress(answer)
		}
	}
	defer told("")
	for attempt := 0; ; attempt++ {
		raw, found, err := f.try(wait)
		switch {
		case found:
			return raw, nil
		case err != nil && wait.Err() == nil:
			return Raw{}, err
		}
		if wait.Err() == nil {
			told(f.last)
		}
		if !pause(wait, attempt) {
			return f.giveUp(ctx)
		}
	}
}

// giveUp ends the wait with what there is.
func (f *fetch) giveUp(ctx context.Context) (Raw, error) {
	switch {
	case ctx.Err() != nil:
		return Raw{}, fmt.Errorf("report: stopped while waiting for the credential report: %w", context.Cause(ctx))
	case f.existing != nil:
		return *f.existing, nil
	}
	return Raw{}, fmt.Errorf("report: no credential report after %s (last answer: %s): run again later or raise report.timeout", f.policy.Timeout, f.last)
}

type fetch struct {
	api      CredentialReportAPI
	policy   FetchPolicy
	now      time.Time
	existing *Raw   // an older report, kept for want of a better one
	last     string // IAM's last answer
}

// try makes one round: Generate, and Get where that may succeed. It reports
// found with a report, an error that waiting cannot mend, or neither.
func (f *fetch) try(ctx context.Context) (raw Raw, found bool, err error) {
	out, err := f.api.GenerateCredentialReport(ctx, &iam.GenerateCredentialReportInput{})
	if busy := new(types.LimitExceededException); errors.As(err, &busy) {
		return f.settle(ctx)
	}
	if err != nil {
		return Raw{}, false, f.explain("iam:GenerateCredentialReport", err)
	}
	if out.State != types.ReportStateTypeComplete {
		f.last = string(out.State)
		return Raw{}, false, nil
	}
	return f.get(ctx)
}

// settle looks for an existing report where no new one can be had. One that is
// too old is put aside: a later round may do better.
func (f *fetch) settle(ctx context.Context) (Raw, bool, error) {
	if f.existing == nil {
		raw, found, err := f.get(ctx)
		switch {
		case err != nil:
			return Raw{}, false, err
		case found && f.now.Sub(raw.GeneratedAt) <= f.policy.MaxAge:
			return raw, true, nil
		case found:
			f.existing = &raw
		}
	}
	f.last = "LimitExceeded: IAM has no capacity for a new report"
	return Raw{}, false, nil
}

// get downloads the report, if there is one.
func (f *fetch) get(ctx context.Context) (raw Raw, found bool, err error) {
	out, err := f.api.GetCredentialReport(ctx, &iam.GetCredentialReportInput{})
	if err != nil {
		return Raw{}, false, f.explain("iam:GetCredentialReport", err)
	}
	if out.GeneratedTime == nil {
		return Raw{}, false, errors.New("report: IAM did not say when the report was generated, so no age can be told: run again later")
	}
	return Raw{Content: out.Content, GeneratedAt: out.GeneratedTime.UTC()}, true, nil
}

// explain turns an error into "wait" (nil) or into words with a way out.
func (f *fetch) explain(permission string, err error) error {
	if waits(err) {
		f.last = code(err)
		return nil
	}
	return fmt.Errorf("report: %s failed: %w: %s", permission, err, remedy(err, permission+` on "*" to this identity`))
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
