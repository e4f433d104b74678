package main

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"keywatch/config"
	"keywatch/internal/render"
)

// app is what the commands share: the streams, the environment, the time and the
// global flags.
type app struct {
	std    streams
	env    []string
	now    func() time.Time
	daemon bool // the command runs until it is stopped
	// settle is how long new rules are given to work before old ones go.
	settle time.Duration

	configFile, output, profile, region string
	asOf, logLevel, logFormat           string
	archive                             string // --evidence
	noColor, quiet                      bool
}

func newRoot(a *app) *cobra.Command {
	root := &cobra.Command{
		Use:   "scanner",
		Short: "Audit AWS access keys and watch the risky ones",
		Long: `scanner downloads the IAM credential report, finds the risky access keys (stale,
unrotated, root), prints audit tables, and keeps EventBridge rules that raise an
alert when one of exactly those keys is used.`,
		Example: `  scanner demo                          the whole loop, no account needed
  scanner audit                         judge this account's credential report
  scanner audit --report report.csv     judge a saved report
  scanner plan                          what would change in EventBridge
  scanner apply                         make it so`,
		SilenceUsage:  true,
		SilenceErrors: true,
		Version:       version(),
		Args:          noArgs,
		RunE:          needCommand,
		PersistentPreRunE: func(cmd *cobra.Command, _ []string) error {
			return refuseEmpty(cmd.Flags())
		},
	}
	root.SetIn(a.std.in)
	root.SetOut(a.std.out)
	root.SetErr(a.std.err)
	root.CompletionOptions.HiddenDefaultCmd = false
	root.SetFlagErrorFunc(flagError)
	flags := root.PersistentFlags()
	flags.StringVarP(&a.configFile, "config", "c", "", "settings `file` (default $KEYWATCH_CONFIG, then ./keywatch.yaml, then the user's configuration folder)")
	flags.StringVarP(&a.output, "output", "o", "table", "`format` of the result: "+strings.Join(render.PlanFormats(), ", ")+"; audits also "+strings.Join(auditFormats(), ", "))
	flags.StringVar(&a.profile, "profile", "", "AWS `profile`")
	flags.StringVar(&a.region, "region", "", "home `Region`")
	flags.StringVar(&a.asOf, "as-of", "", "judge as of this `time`, such as 2026-01-31T00:00:00Z")
	flags.StringVar(&a.logLevel, "log-level", "", "`level` of logs on stderr: debug, info, warn, error (default warn; daemon info)")
	flags.StringVar(&a.logFormat, "log-format", "text", "`format` of logs: text, json")
	flags.BoolVar(&a.noColor, "no-color", false, "no colour (NO_COLOR does the same)")
	flags.BoolVarP(&a.quiet, "quiet", "q", false, "nothing on stderr but errors")
	root.AddCommand(auditCommand(a), planCommand(a), applyCommand(a), daemonCommand(a), teardownCommand(a), evidenceCommand(a), configCommand(a), demoCommand(a), versionCommand(a))
	explainExits(root)
	return root
}

// explainExits ends the help of every command with the exit codes.
func explainExits(cmd *cobra.Command) {
	if cmd.Long == "" {
		cmd.Long = cmd.Short + "."
	}
	cmd.Long = strings.TrimRight(cmd.Long, "\n") + "\n" + exitHelp
	for _, c := range cmd.Commands() {
		explainExits(c)
	}
}

// noArgs refuses arguments as a usage error.
func noArgs(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	if cmd.HasSubCommands() {
		return unknownCommand(cmd, args[0])
	}
	return usagef("%s takes no argument, got %q: see %s --help", cmd.CommandPath(), args[0], cmd.CommandPath())
}

func unknownCommand(cmd *cobra.Command, name string) error {
	hint := "see " + cmd.CommandPath() + " --help"
	cmd.SuggestionsMinimumDistance = 2
	if near := cmd.SuggestionsFor(name); len(near) > 0 {
		hint = "did you mean " + strings.Join(near, " or ") + "?"
	}
	return usagef("%s has no command %q: %s", cmd.CommandPath(), name, hint)
}

// needCommand answers a group that was called without one of its commands.
func needCommand(cmd *cobra.Command, _ []string) error {
	return usagef("%s needs a command: see %s --help", cmd.CommandPath(), cmd.CommandPath())
}

// flagError makes flag errors usage errors and points at the nearest flag.
func flagError(cmd *cobra.Command, err error) error {
	if name, ok := strings.CutPrefix(err.Error(), "unknown flag: --"); ok {
		if near := nearestFlag(cmd, name); near != "" {
			return usagef("unknown flag --%s: did you mean --%s?", name, near)
		}
	}
	return usagef("%w: see %s --help", err, cmd.CommandPath())
}

// refuseEmpty refuses flags that were given and say nothing, as --fail-on "$LEVEL"
// does where LEVEL is not set: taken as not given they would turn a check off.
func refuseEmpty(flags *pflag.FlagSet) error {
	var empty error
	flags.Visit(func(f *pflag.Flag) {
		if said := f.Value.String(); empty == nil && (said == "" || said == "[]") {
			empty = usagef("--%s is empty: give it a value, or leave it out", f.Name)
		}
	})
	return empty
}

func nearestFlag(cmd *cobra.Command, name string) string {
	var names []string
	cmd.Flags().VisitAll(func(f *pflag.Flag) { names = append(names, f.Name) })
	return config.Nearest(name, names)
}

// checkFormat refuses an output format that is none of those the command has.
func (a *app) checkFormat(formats []string) error {
	switch {
	case slices.Contains(formats, a.output):
		return nil
	case slices.Contains(render.Formats(), a.output):
		return usagef("%s is an output format of audits, not of plans: use one of %s", a.output, strings.Join(formats, ", "))
	}
	return usagef("unknown output format %q: use one of %s", a.output, strings.Join(formats, ", "))
}

// auditFormats are those that plans do not have.
func auditFormats() []string { return render.Formats()[len(render.PlanFormats()):] }

// hintf writes a line for people to stderr, unless they asked for quiet.
func (a *app) hintf(format string, args ...any) {
	if !a.quiet {
		fmt.Fprintf(a.std.err, format+"\n", args...)
	}
}
