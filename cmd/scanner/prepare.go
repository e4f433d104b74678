package main

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"keywatch/config"
	"keywatch/internal/audit"
	"keywatch/internal/report"
)

// runContext is what every command that judges prepares before it looks at
// anything.
type runContext struct {
	settings config.Settings
	policy   audit.Policy
	now      time.Time
	failOn   report.Severity
	exports  []export
	keeper   *keeper // nil where nothing is kept
	log      *slog.Logger
}

// prepare checks the whole command line and the settings of a command that
// prints in one of the formats.
func (a *app) prepare(failOn string, formats, exports []string) (runContext, error) {
	if err := a.checkFormat(formats); err != nil {
		return runContext{}, err
	}
	files, err := parseExports(exports)
	if err != nil {
		return runContext{}, err
	}
	log, err := a.logger(slog.LevelWarn)
	if err != nil {
		return runContext{}, err
	}
	r := runContext{now: a.now().UTC(), exports: files, log: log}
	if failOn != "" {
		severity, ok := report.ParseSeverity(failOn)
		if !ok {
			return runContext{}, usagef("--fail-on %q is no severity: use low, medium, high or critical", failOn)
		}
		r.failOn = severity
	}
	asOf, err := a.parseAsOf()
	if err != nil {
		return runContext{}, err
	}
	if r.settings, err = a.settings(); err != nil {
		return runContext{}, err
	}
	r.policy = policyOf(r.settings)
	r.policy.AsOf = asOf
	r.policy.Fetch.Progress = a.progress()
	r.policy.Watch.Settle = a.settle
	return r, nil
}

// account connects to AWS and opens the archive.
func (a *app) account(ctx context.Context, r *runContext) (audit.Account, error) {
	cfg, err := a.awsConfig(ctx, r.settings, r.log)
	if err != nil {
		return audit.Account{}, fmt.Errorf("the AWS configuration cannot be read: %w: check --profile and AWS_PROFILE", err)
	}
	if r.keeper, err = a.openKeeper(ctx, *r); err != nil {
		return audit.Account{}, err
	}
	return connect(cfg, defaultPaces()), nil
}

// judge turns a printed result into the exit code of the contract.
func (r runContext) judge(result audit.Result) error {
	if reasons := result.IncompleteReasons(); len(reasons) > 0 {
		return &ending{code: exitIncomplete, msg: "incomplete:\n  " + strings.Join(reasons, "\n  ")}
	}
	if r.failOn == 0 {
		return nil
	}
	unknown := 0
	for _, f := range result.Findings {
		if f.Status == report.Unknown && f.Severity >= r.failOn {
			unknown++
		}
	}
	if unknown > 0 { // unknown is never pass
		return &ending{code: exitIncomplete, msg: fmt.Sprintf("incomplete:\n  %d checks at or above --fail-on could not be answered", unknown)}
	}
	for severity, n := range result.Summary().Findings {
		if n > 0 && severity >= r.failOn {
			return &ending{code: exitFindings}
		}
	}
	return nil
}
