package main

import (
	"context"
	"strings"

	"github.com/spf13/cobra"

	"keywatch/internal/audit"
	"keywatch/internal/render"
)

type planFlags struct {
	exitCode bool
	failOn   string
	watchFlags
}

// watchFlags are those of the commands that look at rules.
type watchFlags struct {
	allowRetire string
	regions     []string
}

func planCommand(a *app) *cobra.Command {
	var f planFlags
	cmd := &cobra.Command{
		Use:   "plan",
		Short: "Show what apply would change in EventBridge",
		Long: `plan audits the account, looks at the rules of every Region and shows what apply
would create, update and retire, with the reason for every change. It writes
nothing.`,
		Example: `  scanner plan
  scanner plan --exit-code              exit code 4 if anything would change`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return a.plan(cmd.Context(), f) },
	}
	cmd.Flags().BoolVar(&f.exitCode, "exit-code", false, "exit with code 4 if changes are pending")
	failOnFlag(cmd, &f.failOn)
	f.watchFlags.add(cmd)
	return cmd
}

func (f *watchFlags) add(cmd *cobra.Command) {
	cmd.Flags().StringVar(&f.allowRetire, "allow-retire", "", "let this run retire the watches of `N|all` keys, above the cap of watch.retire")
	cmd.Flags().StringSliceVar(&f.regions, "regions", nil, "look at and write in these `Regions` only; the others stay as they are")
}

func (a *app) plan(ctx context.Context, f planFlags) error {
	r, err := a.prepareWatch(f.failOn, f.watchFlags)
	if err != nil {
		return err
	}
	acct, err := a.account(ctx, r)
	if err != nil {
		return err
	}
	result, err := acct.Plan(ctx, r.policy, r.now)
	if err != nil {
		return err
	}
	if err := a.print(result, render.Plan, render.Options{}); err != nil {
		return err
	}
	a.closePlan(result)
	if err := r.judge(result); err != nil {
		return err
	}
	if create, update, retire := result.Plan.Pending(); f.exitCode && create+update+retire > 0 {
		return &ending{code: exitFindings}
	}
	return nil
}

// closePlan says on stderr how it went, where the result itself does not end
// with that sentence.
func (a *app) closePlan(result audit.Result) {
	if a.output != "table" && a.output != "wide" {
		a.hintf("%s", render.PlanSentence(result))
	}
}

// prepareWatch is prepare for the commands that look at rules.
func (a *app) prepareWatch(failOn string, f watchFlags) (runContext, error) {
	r, err := a.prepare(failOn, render.PlanFormats())
	if err != nil {
		return runContext{}, err
	}
	if len(r.settings.Watch.Target) == 0 {
		return runContext{}, usagef("watch.target is not set: name the SNS topic or SQS queue that alerts go to, in keywatch.yaml (scanner config init writes one) or as KEYWATCH_WATCH_TARGET")
	}
	for _, name := range f.regions {
		if strings.TrimSpace(name) == "" {
			return runContext{}, usagef("--regions names no Region: write some, such as us-east-1,eu-west-1")
		}
		r.policy.OnlyRegions = append(r.policy.OnlyRegions, strings.TrimSpace(name))
	}
	r.policy.Watch.AllowRetire, err = parseAllow(f.allowRetire)
	return r, err
}
