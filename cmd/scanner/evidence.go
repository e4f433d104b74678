package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"keywatch/internal/evidence"
	"keywatch/internal/render"
)

func evidenceCommand(a *app) *cobra.Command {
	group := &cobra.Command{
		Use:   "evidence",
		Short: "Verify what runs left for auditors, and tell what happened between them",
		Args:  noArgs,
		RunE:  needCommand,
	}
	group.AddCommand(evidenceVerify(a), evidenceDiff(a))
	return group
}

type verifyFlags struct {
	account, bundle, since, against, known string
	publicKeys                             []string
}

func evidenceVerify(a *app) *cobra.Command {
	var f verifyFlags
	cmd := &cobra.Command{
		Use:   "verify [archive]",
		Short: "Prove that an archive is as it was written",
		Long: `verify reads an archive, a folder or s3://bucket/prefix, and checks every bundle in
it: that each file is the recorded one, that the bundles follow each other without a
gap and none was put in between, and, with --public-key, that signatures prove all of it. What differs is named,
with bundle, file and the place of the first byte as near as it can be told.
Without an argument it verifies evidence.archive of the settings. It only reads; on a
bucket it needs s3:ListBucket, s3:GetObject and, for a KMS key, kms:Decrypt. The
bucket's Region is evidence.region, or else the home Region.

Hashes alone prove nothing against whoever may write there. What does is a signature
whose key is not kept there, a second copy (--against), or a bundle's name and hash
that somebody wrote down (--known).

It ends with 0 if all is sound, also with an unfinished bundle, which an interrupted
run leaves; with 1 if nothing could be verified; with 3 if something could not be
read; with 4 if something is not as it was written, is missing, or is not proved.`,
		Example: `  scanner evidence verify ./evidence
  scanner evidence verify s3://evidence-111122223333/keywatch --public-key minisign.pub
  scanner evidence verify --bundle 2026-11-22T09        one bundle, by the beginning of its name
  scanner evidence verify --against /mnt/copy           to the byte, by a second copy`,
		Args: atMostOneArchive,
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.evidenceVerify(cmd.Context(), first(args, ""), f)
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&f.account, "account", "", "verify the bundles of this account `ID` only")
	flags.StringVar(&f.bundle, "bundle", "", "verify only the bundle whose `name` begins so")
	flags.StringVar(&f.since, "since", "", "leave out the bundles before this `time`")
	flags.StringArrayVar(&f.publicKeys, "public-key", nil, "demand that every bundle is proved by a signature of this minisign key, a `file` or its line that begins with RW; may repeat")
	flags.StringVar(&f.against, "against", "", "compare with this second copy, a folder or `s3://bucket/prefix`")
	flags.StringVar(&f.known, "known", "", "this bundle must be there as it was: `name=SHA256` of its manifest, as somebody noted it")
	return cmd
}

func atMostOneArchive(cmd *cobra.Command, args []string) error {
	if len(args) > 1 {
		return usagef("%s takes at most one archive: see %s --help", cmd.CommandPath(), cmd.CommandPath())
	}
	return nil
}

// prepareEvidence checks what the commands on archives have in common.
func (a *app) prepareEvidence(command, account string, formats []string) (*slog.Logger, error) {
	if !slices.Contains(formats, a.output) {
		return nil, usagef("evidence %s prints %s, not %q", command, strings.Join(formats, ", "), a.output)
	}
	if a.asOf != "" {
		return nil, usagef("evidence %s judges nothing: --as-of is for audit and plan", command)
	}
	if err := checkAccountFlag(account); err != nil {
		return nil, err
	}
	return a.logger(slog.LevelWarn)
}

func (a *app) evidenceVerify(ctx context.Context, place string, f verifyFlags) error {
	log, err := a.prepareEvidence("verify", f.account, render.VerificationFormats())
	if err != nil {
		return err
	}
	o, err := f.options()
	if err != nil {
		return err
	}
	settings, err := a.settings()
	if err != nil {
		return err
	}
	if place, err = archivePlace(place, settings, "as an argument"); err != nil {
		return err
	}
	store, err := a.openArchive(ctx, settings, log, place, evidence.S3Options{})
	if err != nil {
		return err
	}
	if f.against != "" {
		if o.Against, err = a.openArchive(ctx, settings, log, f.against, evidence.S3Options{}); err != nil {
			return err
		}
		if accounts, err := evidence.Accounts(ctx, o.Against); err != nil || len(accounts) == 0 {
			return cmp.Or(err, fmt.Errorf("there is no bundle in %s: is it the second copy?", o.Against))
		}
	}
	if err := o.choose(ctx, store); err != nil {
		return err
	}
	report, err := evidence.Verify(ctx, store, o.VerifyOptions)
	if err != nil {
		return err
	}
	v := render.Verified{Archive: store.String(), Against: f.against, Since: o.Since, Known: o.Known, Report: report}
	for _, key := range o.PublicKeys {
		v.Keys = append(v.Keys, key.KeyID())
	}
	if err := a.emit(render.Options{}, func(w io.Writer, o render.Options) error { return render.Verification(w, a.output, v, o) }); err != nil {
		return err
	}
	if a.output != "table" {
		a.hintf("%s", render.VerificationSentence(v))
	}
	return judgeVerification(report)
}

// judgeVerification turns a printed verification into the exit code.
func judgeVerification(r evidence.Report) error {
	var unread []string
	for _, problem := range r.Problems {
		if problem.Kind == evidence.Unread {
			unread = append(unread, problem.String())
		}
	}
	switch {
	case len(unread) > 0:
		return &ending{code: exitIncomplete, msg: fmt.Sprintf("incomplete:\n  %s", strings.Join(unread, "\n  "))}
	case !r.Sound():
		return &ending{code: exitFindings}
	}
	return nil
}
