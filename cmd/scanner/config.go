package main

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"time"

	"github.com/spf13/cobra"

	"keywatch/config"
)

func configCommand(a *app) *cobra.Command {
	group := &cobra.Command{
		Use:   "config",
		Short: "Write, check and describe settings",
		Args:  noArgs,
		RunE:  needCommand,
	}
	group.AddCommand(configInit(a), configCheck(a), configSchema(a))
	return group
}

func configInit(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "init [file]",
		Short: "Write the commented sample settings (default ./keywatch.yaml, - for standard output)",
		Args:  atMostOne,
		RunE: func(_ *cobra.Command, args []string) error {
			path := first(args, cmp.Or(a.configFile, "keywatch.yaml"))
			if path == "-" {
				_, err := a.std.out.Write(config.Sample())
				return err
			}
			file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
			if errors.Is(err, fs.ErrExist) {
				return usagef("%s exists and is left as it is: name another file, or move it away", path)
			}
			if err != nil {
				return usagef("%w", err)
			}
			if _, err := file.Write(config.Sample()); err != nil {
				return errors.Join(err, file.Close())
			}
			if err := file.Close(); err != nil {
				return err
			}
			a.hintf("Wrote %s. Set watch.target in it, then run: scanner config check && scanner plan", path)
			return nil
		},
	}
}

func configCheck(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "check [file]",
		Short: "Judge the settings: every mistake with its line and column",
		Args:  atMostOne,
		RunE: func(_ *cobra.Command, args []string) error {
			if len(args) > 0 {
				if _, err := os.Stat(args[0]); err != nil {
					return usagef("the settings cannot be read: %w", err)
				}
				a.configFile = args[0]
			}
			s, err := a.settings()
			if err != nil {
				return err
			}
			schedule, err := config.ParseSchedule(s.Schedule)
			if err != nil {
				return &usageError{err}
			}
			fmt.Fprintln(a.std.out, "The settings are valid.")
			if len(s.Watch.Target) == 0 {
				fmt.Fprintln(a.std.out, "watch.target is not set: audit works, plan and apply need it.")
			}
			fmt.Fprintf(a.std.out, "The daemon's next runs:")
			next := a.now()
			for range 3 {
				next = schedule.Next(next)
				fmt.Fprintf(a.std.out, " %s", next.UTC().Format(time.RFC3339))
			}
			_, err = fmt.Fprintln(a.std.out)
			return err
		},
	}
}

func configSchema(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "schema",
		Short: "Print the JSON Schema of the settings",
		Args:  noArgs,
		RunE: func(*cobra.Command, []string) error {
			_, err := a.std.out.Write(config.Schema())
			return err
		},
	}
}

func atMostOne(cmd *cobra.Command, args []string) error {
	if len(args) > 1 {
		return usagef("%s takes at most one file: see %s --help", cmd.CommandPath(), cmd.CommandPath())
	}
	return nil
}

func first(args []string, otherwise string) string {
	if len(args) > 0 {
		return args[0]
	}
	return otherwise
}
