package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

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
