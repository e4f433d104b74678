package evidence

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestLatest(t *testing.T) {
	for name, store := range stores(t) {
		t.Run(name, func(t *testing.T) {
			ctx := t.Context()
			if _, found, err := Latest(ctx, store, account); found || err != nil {
				t.Error("in an empty archive:", found, err)
			}
			var want Link
			for _, at := range []time.Duration{0, time.Second, time.Hour, 24 * time.Hour, 40 * 24 * time.Hour, 400 * 24 * time.Hour} {
				run := sampleRun(0)
				run.Started, run.Finished = run.Started.Add(at), run.Finished.Add(at)
				run.Files[RunFile] = fmt.Append(nil, at)
				want = must(Write(ctx, store, run, nil))(t)
				b, found, err := Latest(ctx, store, account)
				if !found || err != nil || b.Link() != want {
					t.Fatalf("after %s: %v %v %v", at, b.Link(), found, err)
				}
				if file := must(Open(ctx, store, b, RunFile))(t); !bytes.Equal(file, run.Files[RunFile]) {
					t.Errorf("%q", file)
				}
			}
			// Later folders that are no bundles, or unfinished ones.
			for _, junk := range []string{"zzz/x", "9999-13-01T00-00-00Z-00000000/manifest.json", "2031-01-01T00-00-00Z-00000000/report.csv", "2030/x", "2030-01-x"} {
				if err := store.Put(ctx, account+"/"+junk, nil); err != nil {
					t.Fatal(err)
				}
			}
			b, found, err := Latest(ctx, store, account)
			if !found || err != nil || b.Link() != want {
				t.Error(b.Link(), found, err)
			}
			if same := must(Load(ctx, store, account, b.Bundle))(t); !cmp.Equal(b, same) {
				t.Error(cmp.Diff(b, same))
			}
		})
	}
}

func TestLatestIsFoundWithFewCalls(t *testing.T) {
	store := newMemory()
	for hour := range 24 * 40 {
		run := sampleRun(hour)
		m := must(newManifest(run, Link{}, ""))(t)
		store.files[fileName(account, m.Bundle, ManifestFile)] = m.encode()
	}
	if _, found, err := Latest(t.Context(), store, account); !found || err != nil {
		t.Fatal(found, err)
	}
	if diff := cmp.Diff(map[string]int{"list": 4, "get": 1}, store.calls); diff != "" {
		t.Error(diff)
	}
}

func TestWhatIsOpenedIsWhatWasWritten(t *testing.T) {
	ctx, store := t.Context(), newMemory()
	link := archive(t, store, 1, nil)[0]
	b := must(Load(ctx, store, account, link.Bundle))(t)
	for _, file := range []string{"none.csv", ManifestFile, "../../x"} {
		if _, err := Open(ctx, store, b, file); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s: %v", file, err)
		}
	}
	replace(store, in(link, ReportFile), "true", "tru3")
	if _, err := Open(ctx, store, b, ReportFile); err == nil || !strings.Contains(err.Error(), "report.csv is not what was written; verify the archive") {
		t.Error(err)
	}
	delete(store.files, in(link, PlanFile))
	if _, err := Open(ctx, store, b, PlanFile); !errors.Is(err, fs.ErrNotExist) {
		t.Error(err)
	}
	for bundle, want := range map[string]string{
		"2026-11-22T09-00-00Z-00000000": "file does not exist",
		"../../etc":                     "is no bundle's name",
	} {
		if _, err := Load(ctx, store, account, bundle); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v does not say %q", err, want)
		}
	}
	if _, err := Load(ctx, store, "../..", link.Bundle); err == nil || !strings.Contains(err.Error(), "is not 12 digits") {
		t.Error(err)
	}
}
