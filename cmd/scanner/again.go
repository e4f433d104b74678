package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"strings"

	"keywatch/config"
	"keywatch/internal/audit"
	"keywatch/internal/evidence"
)

// bundle is a run that was kept: where, and under which name.
type bundle struct{ place, account, name string }

// bundleAt tells that --report names a bundle, in a folder or in S3.
func bundleAt(report string) (b bundle, ok bool) {
	if strings.HasPrefix(report, "s3://") {
		dir, name := path.Split(strings.TrimSuffix(report, "/"))
		place, account := path.Split(strings.TrimSuffix(dir, "/"))
		return bundle{strings.TrimSuffix(place, "/"), account, name}, true
	}
	info, err := os.Stat(report)
	if err != nil || !info.IsDir() {
		return bundle{}, false
	}
	whole, err := filepath.Abs(report)
	if err != nil {
		return bundle{}, false
	}
	account := filepath.Dir(whole)
	return bundle{filepath.Dir(account), filepath.Base(account), filepath.Base(whole)}, true
}

// judgesLike tells that settings that were kept are those in force, but for where
// evidence is kept, which decides nothing.
func judgesLike(s config.Settings, kept []byte) bool {
	then, err := config.Load(evidence.SettingsFile, kept, nil)
	then.Evidence, s.Evidence = config.Evidence{}, config.Evidence{}
	return err == nil && string(then.YAML()) == string(s.YAML())
}

// auditBundle judges the report of a run that was kept, by what that run learned.
// A bundle that does not prove itself is not judged.
func (a *app) auditBundle(ctx context.Context, r runContext, b bundle) (audit.Result, error) {
	store, err := a.openArchive(ctx, r.settings, r.log, b.place, evidence.S3Options{})
	if err != nil {
		return audit.Result{}, err
	}
	verified, err := evidence.Verify(ctx, store, evidence.VerifyOptions{AccountID: b.account, Bundle: b.name})
	if err != nil {
		return audit.Result{}, fmt.Errorf("the bundle cannot be judged: %w", err)
	}
	if !verified.Sound() {
		var said []error
		for _, problem := range verified.Problems {
			said = append(said, errors.New(problem.String()))
		}
		return audit.Result{}, fmt.Errorf("the bundle does not prove itself, so it is not judged: %w", errors.Join(said...))
	}
	kept, err := evidence.Load(ctx, store, b.account, b.name)
	if err != nil {
		return audit.Result{}, err
	}
	files := map[string][]byte{}
	for _, file := range []string{evidence.ReportFile, evidence.SettingsFile, learnedFile} {
		if files[file], err = evidence.Open(ctx, store, kept, file); err != nil {
			return audit.Result{}, fmt.Errorf("the bundle cannot be judged: %w", err)
		}
	}
	learned, err := audit.ParseLearned(files[learnedFile])
	if err != nil {
		return audit.Result{}, err
	}
	if !judgesLike(r.settings, files[evidence.SettingsFile]) {
		a.hintf("warning: the settings in force are not those of that run; to judge by those, give its %s with -c", evidence.SettingsFile)
	}
	asOf := r.policy.AsOf
	if asOf.IsZero() {
		asOf = learned.AsOf
	}
	return audit.Again(files[evidence.ReportFile], learned, r.policy, asOf)
}
