package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"keywatch/config"
	"keywatch/internal/evidence"
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

// runReader reads runs by the names that people give them.
type runReader struct {
	*app
	settings config.Settings
	log      *slog.Logger
	flags    diffFlags
	shelf    *shelf // the archive, once it is open
}

func (r *runReader) read(ctx context.Context, name string) (story.Run, error) {
	var content []byte
	info, err := os.Stat(name)
	inArchive := name == latestBundle || name == previousBundle || err != nil && !strings.ContainsAny(name, `/\.`)
	switch {
	case inArchive:
		content, err = r.fromArchive(ctx, name)
	case err != nil:
		return story.Run{}, fmt.Errorf("the run cannot be read: %w", err)
	case info.IsDir():
		content, err = r.fromFolder(ctx, name)
	default:
		content, err = r.fromFile(ctx, name)
	}
	if err != nil {
		return story.Run{}, err
	}
	run, err := story.Read(content)
	if err != nil {
		return story.Run{}, fmt.Errorf("%s: %w", name, err)
	}
	return run, nil
}

func (r *runReader) fromArchive(ctx context.Context, name string) ([]byte, error) {
	if r.shelf == nil {
		place, err := archivePlace(r.flags.archive, r.settings, "as --archive")
		if err != nil {
			return nil, err
		}
		store, err := r.openArchive(ctx, r.settings, r.log, place, evidence.S3Options{})
		if err != nil {
			return nil, err
		}
		s, err := openShelf(ctx, store, r.flags.account)
		if err != nil {
			return nil, err
		}
		r.shelf = &s
	}
	b, err := r.shelf.load(ctx, name)
	if err != nil {
		return nil, err
	}
	return evidence.Open(ctx, r.shelf.store, b, evidence.FindingsFile)
}

// fromFolder reads the findings of a bundle that lies in an archive, as its
// manifest records them, or of any other folder.
func (r *runReader) fromFolder(ctx context.Context, path string) ([]byte, error) {
	whole, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	bundle, account := filepath.Base(whole), filepath.Base(filepath.Dir(whole))
	if isBundleName(bundle) && isAccountID(account) {
		s := shelf{evidence.NewFolder(filepath.Dir(filepath.Dir(whole))), account}
		b, err := s.load(ctx, bundle)
		if err != nil {
			return nil, err
		}
		return evidence.Open(ctx, s.store, b, evidence.FindingsFile)
	}
	return r.unproved(filepath.Join(path, evidence.FindingsFile))
}

func (r *runReader) fromFile(ctx context.Context, path string) ([]byte, error) {
	whole, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	if dir := filepath.Dir(whole); filepath.Base(whole) == evidence.FindingsFile && isBundleName(filepath.Base(dir)) {
		return r.fromFolder(ctx, dir)
	}
	return r.unproved(path)
}

// unproved reads a document that no manifest records.
func (r *runReader) unproved(path string) ([]byte, error) {
	content, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("the run cannot be read: %w", err)
	}
	r.hintf("%s is taken as it is: no manifest records what it was", render.Line(path))
	return content, nil
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
