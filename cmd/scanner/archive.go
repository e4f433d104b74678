package main

import (
	"bytes"
	"context"
	"net"
	"net/url"
	"os"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/spf13/cobra"

	"keywatch/config"
	"keywatch/internal/audit"
	"keywatch/internal/evidence"
	"keywatch/internal/render"
)

// learnedFile is what a run was told beside the report, in its bundle.
const learnedFile = "learned.json"

func evidenceFlag(cmd *cobra.Command, a *app) {
	cmd.Flags().StringVar(&a.archive, "evidence", "", "keep the run for auditors in this `archive`, a folder or s3://bucket/prefix (default evidence.archive)")
}

// archive is where runs are kept, and who signs for them.
type archive struct {
	store  evidence.Store
	signer *evidence.Signer
}

// openArchive opens what the settings name; nil if that is nothing. cfg says how S3
// is reached.
func openArchive(s config.Settings, cfg aws.Config) (*archive, error) {
	if s.Evidence.Archive == "" {
		return nil, nil //nolint:nilnil // no archive is no error
	}
	store, err := openStore(s.Evidence, s.Evidence.Archive, cfg)
	if err != nil {
		return nil, &usageError{err}
	}
	a := &archive{store: store}
	if s.Evidence.SignKey == "" {
		return a, nil
	}
	key, err := os.ReadFile(s.Evidence.SignKey)
	if err != nil {
		return nil, usagef("evidence.sign_key: %w", err)
	}
	if a.signer, err = evidence.ParseSigner(key, ""); err != nil {
		return nil, usagef("evidence.sign_key: %w", err)
	}
	return a, nil
}

func openStore(e config.Evidence, place string, cfg aws.Config) (evidence.Store, error) {
	location, err := evidence.ParseLocation(place)
	if err != nil || location.Bucket == "" {
		return evidence.NewFolder(location.Folder), err
	}
	client := s3.NewFromConfig(cfg, func(o *s3.Options) {
		o.UsePathStyle = local(aws.ToString(o.BaseEndpoint))
		if e.Region != "" {
			o.Region = e.Region
		}
	})
	return evidence.NewS3(client, location.Bucket, location.Prefix, evidence.S3Options{KMSKeyID: e.KMSKey}), nil
}

// local tells an endpoint that has no names for buckets.
func local(endpoint string) bool {
	u, err := url.Parse(endpoint)
	return err == nil && (u.Hostname() == "localhost" || net.ParseIP(u.Hostname()) != nil)
}

// write archives a run. The files are what an auditor needs to judge it again.
func (a *archive) write(ctx context.Context, result audit.Result, o render.Options, started, finished time.Time) (evidence.Link, error) {
	files := map[string][]byte{evidence.ReportFile: result.Report.Content, evidence.SettingsFile: []byte(o.Settings)}
	var findings, plan bytes.Buffer
	all := o
	all.All, all.Frameworks = true, nil
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
	return evidence.Write(ctx, a.store, run, a.signer)
}
