package main

import (
	"bytes"
	"context"
	"os"
	"time"

	"github.com/spf13/cobra"

	"keywatch/internal/audit"
	"keywatch/internal/evidence"
	"keywatch/internal/render"
)

// learnedFile is what a run was told beside the report, in its bundle.
const learnedFile = "learned.json"

func evidenceFlag(cmd *cobra.Command, a *app) {
	cmd.Flags().StringVar(&a.archive, "evidence", "", "keep the run for auditors in this `archive`, a folder or s3://bucket/prefix (default evidence.archive)")
}

// keeper is where runs are kept, and who signs for them.
type keeper struct {
	store  evidence.Store
	signer *evidence.Signer
}

// openKeeper opens the archive of the settings; nil if there is none, or if the
// point of judgement was moved, which is not what the account was like.
func (a *app) openKeeper(ctx context.Context, r runContext) (*keeper, error) {
	e := r.settings.Evidence
	if e.Archive != "" && a.asOf != "" {
		a.hintf("this run is not kept in %s: --as-of moves the time of judgement", e.Archive)
	}
	if e.Archive == "" || a.asOf != "" {
		return nil, nil //nolint:nilnil // no archive is no error
	}
	store, err := a.openArchive(ctx, r.settings, r.log, e.Archive, evidence.S3Options{KMSKeyID: e.KMSKey})
	if err != nil || e.SignKey == "" {
		return &keeper{store: store}, err
	}
	key, err := os.ReadFile(e.SignKey)
	if err != nil {
		return nil, usagef("evidence.sign_key: %w", err)
	}
	signer, err := evidence.ParseSigner(key, "")
	if err != nil {
		return nil, usagef("evidence.sign_key: %w", err)
	}
	return &keeper{store, signer}, nil
}

// write archives a run. The files are what an auditor needs to judge it again.
func (k *keeper) write(ctx context.Context, result audit.Result, o render.Options, started, finished time.Time) (evidence.Link, error) {
	files := map[string][]byte{evidence.ReportFile: result.Report.Content, evidence.SettingsFile: []byte(o.Settings)}
	var findings, plan bytes.Buffer
	all := o
	all.All, all.Frameworks, all.Story = true, nil, nil
	if err := render.Audit(&findings, "json", result, all); err != nil {
		return evidence.Link{}, err
	}
	files[evidence.FindingsFile] = findings.Bytes()
	if result.Plan != nil {
		if err := render.Plan(&plan, "json", result, o); err != nil {
			return evidence.Link{}, err
		}
		files[evidence.PlanFile] = plan.Bytes()
	}
	learned, err := result.Learned.JSON()
	if err != nil {
		return evidence.Link{}, err
	}
	files[learnedFile] = learned
	run := evidence.Run{AccountID: result.AccountID, ToolVersion: o.Version, Started: started, Finished: finished, Files: files}
	return evidence.Write(ctx, k.store, run, k.signer)
}
