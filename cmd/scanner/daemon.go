package main

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/spf13/cobra"

	"keywatch/config"
	"keywatch/internal/audit"
	"keywatch/internal/render"
)

func daemonCommand(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "daemon",
		Short: "Apply now, and then on the schedule of the settings",
		Long: `daemon applies once at its start and then on the settings' schedule. Runs never
overlap, a failed run does not stop it, and SIGTERM ends it between two calls.
Each run is logged to stderr; with -o its plan is also printed to stdout.`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.runDaemon(cmd.Context(), cmd.Flags().Changed("output"))
		},
	}
}

func (a *app) runDaemon(ctx context.Context, printPlans bool) error {
	if err := a.refuseAsOf("daemon"); err != nil {
		return err
	}
	r, err := a.prepareWatch("", watchFlags{})
	if err != nil {
		return err
	}
	schedule, err := config.ParseSchedule(r.settings.Schedule)
	if err != nil {
		return &usageError{err}
	}
	if r.log, err = a.logger(slog.LevelInfo); err != nil { // a daemon's log is its only voice
		return err
	}
	acct, err := a.account(ctx, &r)
	if err != nil {
		return err
	}
	a.daemon = true
	return every(ctx, schedule.Next, r.log, func(ctx context.Context) error {
		r.now = a.now().UTC()
		result, err := acct.Apply(ctx, r.policy, r.now)
		if err != nil {
			return err
		}
		logRun(r.log, result)
		if !printPlans {
			return a.keep(ctx, r, result, a.options(r.settings, render.Options{}))
		}
		return a.deliver(ctx, r, result, render.Plan, render.Options{})
	})
}

// every runs a job at once and then at each time that next gives, one run after
// the other, until ctx ends. Times that pass during a run are left out. A run
// that fails is logged and the next one is made all the same.
func every(ctx context.Context, next func(time.Time) time.Time, log *slog.Logger, job func(context.Context) error) error {
	for {
		if err := job(ctx); err != nil && ctx.Err() == nil {
			log.Error("run failed", "error", err)
		}
		at := next(time.Now())
		if ctx.Err() == nil {
			log.Info("next run", "at", at.UTC().Format(time.RFC3339))
		}
		timer := time.NewTimer(time.Until(at))
		select {
		case <-ctx.Done():
			timer.Stop()
			log.Info("stopped", "reason", context.Cause(ctx))
			return nil
		case <-timer.C:
		}
	}
}

func logRun(log *slog.Logger, result audit.Result) {
	created, updated, retired := result.Plan.Applied()
	attributes := []any{
		"account", result.AccountID,
		"report_generated_at", result.Report.GeneratedAt.Format(time.RFC3339),
		"risky_keys", result.Summary().RiskyKeys, "watched_keys", len(result.Plan.WatchedKeys),
		"created", created, "updated", updated, "retired", retired,
	}
	if result.Complete() {
		log.Info("run complete", attributes...)
		return
	}
	log.Error("run incomplete", append(attributes, "error", errors.Join(reasons(result)...))...)
}

func reasons(result audit.Result) []error {
	var all []error
	for _, reason := range result.IncompleteReasons() {
		all = append(all, errors.New(reason))
	}
	return all
}
