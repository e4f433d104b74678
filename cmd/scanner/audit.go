package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"keywatch/config"
	"keywatch/internal/audit"
	"keywatch/internal/render"
	"keywatch/internal/report"
)

type auditFlags struct {
	report, failOn string
	all            bool
	frameworks     []string
	exports        []string
}

func auditCommand(a *app) *cobra.Command {
	var f auditFlags
	cmd := &cobra.Command{
		Use:   "audit",
		Short: "Judge the account's credential report",
		Long: `audit downloads the IAM credential report, or reads a saved one, and judges every
credential in it. It only reads. On an account it needs iam:GenerateCredentialReport,
iam:GetCredentialReport, iam:ListAccessKeys and iam:GetAccessKeyLastUsed; with
--report it needs nothing. Of a run that was kept for auditors, --report names the
bundle: it is verified first, and judged by what that run learned from IAM.`,
		Example: `  scanner audit
  scanner audit -o markdown > audit.md
  scanner audit -o xlsx --all > audit.xlsx
  scanner audit -o html --all > audit.html    to print, sign and file
  scanner audit --report credential-report.csv --as-of 2026-01-31
  scanner audit --report archive/111122223333/2026-01-31T06-17-09Z-5f0c2a91
  scanner audit --framework cis-5.0     the controls of a framework, too
  scanner audit --fail-on high          exit code 4 if anything high or critical fails`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return a.audit(cmd.Context(), f) },
	}
	flags := cmd.Flags()
	flags.StringVar(&f.report, "report", "", "judge this saved report `file`, - for standard input, or this bundle of an archive")
	flags.BoolVar(&f.all, "all", false, "list passed checks too")
	flags.StringSliceVar(&f.frameworks, "framework", nil, "tell how the controls of this `framework` came out, too; may repeat: "+strings.Join(report.FrameworkIDs(), ", "))
	exportFlag(cmd, &f.exports)
	evidenceFlag(cmd, a)
	failOnFlag(cmd, &f.failOn)
	return cmd
}

// checkFrameworks refuses frameworks that do not exist.
func checkFrameworks(ids []string) error {
	for _, id := range ids {
		if known := report.FrameworkIDs(); !slices.Contains(known, id) {
			return usagef("--framework %q is not known: use %s", id, strings.Join(known, ", "))
		}
	}
	return nil
}

func failOnFlag(cmd *cobra.Command, failOn *string) {
	cmd.Flags().StringVar(failOn, "fail-on", "", "exit with code 4 if a finding of this `severity` or worse fails: low, medium, high, critical")
}

func (a *app) audit(ctx context.Context, f auditFlags) error {
	if err := checkFrameworks(f.frameworks); err != nil {
		return err
	}
	if (f.report != "" || a.asOf != "") && a.archive != "" {
		return usagef("--evidence keeps what was found in an account when it was found: it does not go with --report or --as-of")
	}
	r, err := a.prepare(f.failOn, render.Formats(), f.exports)
	if err != nil {
		return err
	}
	if err := a.refuseBinary(); err != nil {
		return err
	}
	if err := refuseOverwriting(f.report, r.exports); err != nil {
		return err
	}
	result, err := a.auditAny(ctx, &r, f.report)
	if err != nil {
		return err
	}
	o := a.options(r.settings, render.Options{All: f.all, Frameworks: f.frameworks})
	told := result
	var untold error
	if o.Story, untold = r.keeper.since(ctx, result, o); untold != nil {
		told.Incomplete = append(slices.Clone(result.Incomplete), untold.Error()) // not what the findings rest on
	}
	delivered := worst(a.print(told, render.Audit, o), a.export(r.exports, told, o), a.keep(ctx, r, result, o))
	a.hintf("%s", render.AuditSentence(told))
	return worst(r.judge(told), delivered)
}

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

// auditAny judges a saved report, a run that was kept, or the account.
func (a *app) auditAny(ctx context.Context, r *runContext, report string) (audit.Result, error) {
	if report == "" {
		return a.auditAccount(ctx, r)
	}
	if b, ok := bundleAt(report); ok {
		return a.auditBundle(ctx, *r, b)
	}
	return a.auditFile(*r, report)
}

func (a *app) auditAccount(ctx context.Context, r *runContext) (audit.Result, error) {
	acct, err := a.account(ctx, r)
	if err != nil {
		return audit.Result{}, err
	}
	return acct.Audit(ctx, r.policy, r.now)
}

func (a *app) auditFile(r runContext, path string) (audit.Result, error) {
	read := func() ([]byte, error) { return os.ReadFile(path) }
	if path == "-" {
		read = func() ([]byte, error) { return io.ReadAll(a.std.in) }
	}
	content, err := read()
	if err != nil {
		return audit.Result{}, fmt.Errorf("the report cannot be read: %w", err)
	}
	asOf := r.policy.AsOf
	if asOf.IsZero() {
		asOf = r.now
		a.hintf("warning: a saved report does not say when it was generated, so ages count to now; give its time with --as-of")
	}
	result, err := audit.File(content, r.policy, asOf)
	if err != nil {
		return audit.Result{}, fmt.Errorf("%s: %w", path, err)
	}
	return result, nil
}

type renderer func(io.Writer, string, audit.Result, render.Options) error

// print writes a result to stdout, see emit.
func (a *app) print(result audit.Result, format renderer, o render.Options) error {
	return a.emit(o, func(w io.Writer, o render.Options) error { return format(w, a.output, result, o) })
}

// emit writes what a command prints to stdout in one piece. That nobody reads it
// any more, as in scanner | head, is no failure; that it cannot be written leaves
// the run incomplete, since what was done was done.
func (a *app) emit(o render.Options, write func(io.Writer, render.Options) error) error {
	o.Width, o.Color = width(a.std.out), a.color(a.std.out)
	var b bytes.Buffer
	if err := write(&b, o); err != nil {
		return err
	}
	if _, err := a.std.out.Write(b.Bytes()); err != nil && !errors.Is(err, syscall.EPIPE) {
		return &ending{code: exitIncomplete, msg: fmt.Sprintf("the result could not be written: %v: the run itself was made", err)}
	}
	return nil
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

func sprintf(format string, args ...any) string { return fmt.Sprintf(format, args...) }
