package main

import (
	"context"

	"github.com/spf13/cobra"
)

func applyCommand(a *app) *cobra.Command {
	var failOn string
	var f watchFlags
	cmd := &cobra.Command{
		Use:   "apply",
		Short: "Make the rules in EventBridge what they should be",
		Long: `apply audits the account and creates, updates and retires rules so that exactly
the risky keys are watched in every Region. It is made for cron and ECS and never
asks a question. It is safe to run again at any time: a settled account costs no
write at all.`,
		Example: `  scanner apply
  scanner apply --allow-retire 12       once, after twelve keys were put right`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return a.apply(cmd.Context(), failOn, f) },
	}
	failOnFlag(cmd, &failOn)
	f.add(cmd)
	evidenceFlag(cmd, a)
	return cmd
}

func (a *app) apply(ctx context.Context, failOn string, f watchFlags) error {
	if err := a.refuseAsOf("apply"); err != nil {
		return err
	}
	r, err := a.prepareWatch(failOn, f)
	if err != nil {
		return err
	}
	acct, err := a.account(ctx, &r)
	if err != nil {
		return err
	}
	result, err := acct.Apply(ctx, r.policy, r.now)
	if err != nil {
		return err
	}
	return a.finishPlan(ctx, r, result)
}
