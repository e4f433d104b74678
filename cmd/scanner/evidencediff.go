package main

import (
	"context"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"keywatch/internal/render"
	"keywatch/internal/story"
)

type diffFlags struct{ archive, account, failOn string }

func evidenceDiff(a *app) *cobra.Command {
	var f diffFlags
	cmd := &cobra.Command{
		Use:   "diff earlier later",
		Short: "Tell what happened between two runs",
		Long: `diff tells what happened between two runs of the same account: which keys woke up,
what fails now and did not before, what was put right, and by what. Each run is given
as the beginning of a bundle's name in the archive, such as its time, as latest or
previous, or as the path of a bundle's folder or of a document that
"scanner audit --all -o json" printed. The archive is evidence.archive of the settings
or --archive. It only reads.

It ends with 0 whatever happened. With --fail-on it ends with 4 if keys woke up or
findings are new, or count again, at or above that severity, and with 3 if that cannot
be told, since the later run was incomplete or does not know an answer.`,
		Example: `  scanner evidence diff previous latest
  scanner evidence diff 2026-11-22T09 latest --archive ./evidence
  scanner evidence diff ./monday.json ./tuesday.json -o markdown
  scanner evidence diff previous latest --fail-on high`,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) != 2 {
				return usagef("%s takes two runs, the earlier one first: see %s --help", cmd.CommandPath(), cmd.CommandPath())
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.evidenceDiff(cmd.Context(), args[0], args[1], f)
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&f.archive, "archive", "", "look for bundles in this folder or `s3://bucket/prefix` (default evidence.archive)")
	flags.StringVar(&f.account, "account", "", "the account `ID` whose bundles are meant, where the archive holds several")
	flags.StringVar(&f.failOn, "fail-on", "", "exit with code 4 if a finding of this `severity` or worse is new, lapsed or woke up: low, medium, high, critical")
	return cmd
}

func (a *app) evidenceDiff(ctx context.Context, earlier, later string, f diffFlags) error {
	log, err := a.prepareEvidence("diff", f.account, render.StoryFormats())
	if err != nil {
		return err
	}
	if f.failOn != "" && !slices.Contains(story.Severities(), story.Severity(f.failOn)) {
		return usagef("--fail-on %q is no severity: use low, medium, high or critical", f.failOn)
	}
	settings, err := a.settings()
	if err != nil {
		return err
	}
	r := runReader{app: a, settings: settings, log: log, flags: f}
	var runs [2]story.Run
	for i, name := range []string{earlier, later} {
		if runs[i], err = r.read(ctx, name); err != nil {
			return err
		}
	}
	s, err := story.Between(runs[0], runs[1])
	if err != nil {
		return &usageError{err} // two runs were chosen that have none
	}
	if err := a.emit(render.Options{}, func(w io.Writer, o render.Options) error { return render.Story(w, a.output, s, o) }); err != nil {
		return err
	}
	if a.output != "table" {
		a.hintf("%s", render.StorySentence(s))
	}
	return judgeStory(s, story.Severity(f.failOn))
}

// judgeStory turns a printed story into the exit code. Without a severity to look
// for there is nothing to judge.
func judgeStory(s story.Story, failOn story.Severity) error {
	if failOn == "" {
		return nil
	}
	if !s.New.Complete {
		return &ending{code: exitIncomplete, msg: "incomplete:\n  " + strings.Join(s.New.IncompleteReasons, "\n  ")}
	}
	var unclear []string
	bad := false
	for _, e := range s.Events {
		switch {
		case e.Severity.Less(failOn):
		case e.Kind == story.Unclear, e.Kind == story.New && e.After.Findings[0].Status == story.Unknown:
			unclear = append(unclear, e.String())
		case e.Kind == story.New, e.Kind == story.Lapsed, e.Kind == story.WokeUp:
			bad = true
		}
	}
	switch {
	case len(unclear) > 0:
		return &ending{code: exitIncomplete, msg: "incomplete:\n  " + strings.Join(unclear, "\n  ")}
	case bad:
		return &ending{code: exitFindings}
	}
	return nil
}
