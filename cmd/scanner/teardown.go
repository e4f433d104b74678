package main

import (
	"context"

	"github.com/spf13/cobra"

	"keywatch/internal/render"
)

func teardownCommand(a *app) *cobra.Command {
	var yes bool
	cmd := &cobra.Command{
		Use:   "teardown",
		Short: "Retire every rule of this owner in every Region",
		Long: `teardown retires every rule that carries this owner's mark, in every enabled Region
and whatever the settings watch, and looks afterwards that nothing is left. It reads
no credential report. Use it before name_prefix or owner change, and to leave.`,
		Example: `  scanner teardown                      says how many rules would go
  scanner teardown --yes`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return a.teardown(cmd.Context(), yes) },
	}
	cmd.Flags().BoolVar(&yes, "yes", false, "do it")
	return cmd
}

func (a *app) teardown(ctx context.Context, yes bool) error {
	if err := a.refuseAsOf("teardown"); err != nil {
		return err
	}
	r, err := a.prepare("", render.PlanFormats())
	if err != nil {
		return err
	}
	acct, err := a.account(ctx, r)
	if err != nil {
		return err
	}
	result, err := acct.Teardown(ctx, r.policy, yes)
	if err != nil {
		return err
	}
	if _, _, retire := result.Plan.Pending(); !yes && retire > 0 {
		return usagef("teardown retires %d rules of owner %q in account %s, and no key is watched any more: run it again with --yes", retire, r.settings.Watch.Owner, result.AccountID)
	}
	if err := a.print(result, render.Plan, render.Options{}); err != nil {
		return err
	}
	a.closePlan(result)
	return r.judge(result)
}
