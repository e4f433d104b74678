package evidence

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/google/go-cmp/cmp"

	"keywatch/internal/fakeaws"
)

func TestWhatIsWrittenVerifies(t *testing.T) {
	for name, store := range stores(t) {
		t.Run(name, func(t *testing.T) {
			signer := newSigner(t)
			links := archive(t, store, 3, signer)
			second := newMemory()
			archive(t, second, 3, signer)
			report := verify(t, store, VerifyOptions{PublicKeys: []PublicKey{signer.PublicKey()}, Against: second, AccountID: account, Known: links[1]})
			want := Report{Bundles: 3, Files: 15, Bytes: report.Bytes, Signed: 3, Each: report.Each, Newest: map[string]Link{account: links[2]}, Problems: []Remark{}, Notes: []Remark{}}
			if diff := cmp.Diff(want, report); diff != "" {
				t.Error(diff)
			}
			if one := verify(t, store, VerifyOptions{AccountID: account, Bundle: links[1].Bundle}); !one.Sound() || one.Bundles != 1 || one.Unchecked != 1 {
				t.Errorf("one bundle: %+v", one)
			}
		})
	}
}

func TestFoldersArePrivateAndClean(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("Windows has other permissions")
	}
	dir := filepath.Join(t.TempDir(), "evidence")
	archive(t, NewFolder(dir), 1, nil)
	files := 0
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := entry.Info()
		if err != nil {
			return err
		}
		want := fs.FileMode(0o600)
		if entry.IsDir() {
			want = 0o700
		} else {
			files++
		}
		if got := info.Mode().Perm(); got != want {
			t.Errorf("%s has mode %o, want %o", path, got, want)
		}
		return nil
	})
	if left, readErr := os.ReadDir(filepath.Join(dir, partial)); err != nil || readErr != nil || len(left) != 0 || files != 6 {
		t.Errorf("%d files, left over: %v; %v %v", files, left, err, readErr)
	}
	// What an interrupted run leaves there is part of no bundle.
	if err := os.WriteFile(filepath.Join(dir, partial, "123"), []byte("half a f"), 0o600); err != nil {
		t.Fatal(err)
	}
	if report := verify(t, NewFolder(dir), VerifyOptions{}); !report.Sound() || len(report.Notes) != 0 {
		t.Errorf("%+v", report)
	}
}

func TestConflictsAndLostAnswersAreRetried(t *testing.T) {
	b := newBucket(t, fakeaws.Bucket{})
	b.Inject(fakeaws.Fault{Op: "PutObject", Code: "ConditionalRequestConflict", Times: 1})
	b.Inject(fakeaws.Fault{Op: "PutObject", Code: fakeaws.Throttled, Times: 1})
	// The object is there, the answer is lost, and the second try is refused.
	b.Inject(fakeaws.Fault{Op: "PutObject", Reset: true, After: true, Times: 1, Skip: 1})
	archive(t, b.store("", S3Options{}), 2, nil)
	if report := verify(t, b.store("", S3Options{}), VerifyOptions{}); !report.Sound() || report.Bundles != 2 || len(report.Notes) != 0 {
		t.Errorf("%+v", report)
	}
	if got, want := b.Count("s3", "PutObject"), 2*6+3; got != want {
		t.Errorf("%d puts, want %d", got, want)
	}
}

// Object Lock keeps versions. What it does not prevent is seen.
func TestWhatObjectLockDoesNotPreventIsSeen(t *testing.T) {
	b := newBucket(t, fakeaws.Bucket{Retention: time.Hour})
	store := b.store("", S3Options{})
	links := archive(t, store, 3, nil)
	report := in(links[1], ReportFile)
	if _, err := b.client.DeleteObject(t.Context(), &s3.DeleteObjectInput{Bucket: aws.String("archive"), Key: aws.String(in(links[0], ReportFile))}); err != nil {
		t.Fatal(err)
	}
	newer := strings.Replace(string(b.Objects("archive")[report]), "true", "no", 1)
	if _, err := b.client.PutObject(t.Context(), &s3.PutObjectInput{Bucket: aws.String("archive"), Key: &report, Body: strings.NewReader(newer), ChecksumAlgorithm: "SHA256"}); err != nil {
		t.Fatal(err)
	}
	want := []string{
		"missing: #0/report.csv is missing",
		"changed: #1/report.csv was changed: line 2 is not the recorded one (offsets 55 to 126); it has 941 bytes and had 943",
	}
	if diff := cmp.Diff(want, lines(verify(t, store, VerifyOptions{}).Problems, links)); diff != "" {
		t.Error(diff)
	}
}

func TestAnEndedContextEndsEverything(t *testing.T) {
	for name, store := range stores(t) {
		t.Run(name, func(t *testing.T) {
			if name == "memory" {
				t.Skip("has nothing to wait for")
			}
			archive(t, store, 1, nil)
			ctx, cancel := context.WithCancel(t.Context())
			cancel()
			if _, err := Write(ctx, store, sampleRun(1), nil); !errors.Is(err, context.Canceled) {
				t.Error("write:", err)
			}
			if _, err := Verify(ctx, store, VerifyOptions{}); !errors.Is(err, context.Canceled) {
				t.Error("verify:", err)
			}
			if report := verify(t, store, VerifyOptions{}); report.Bundles != 1 || !report.Sound() {
				t.Errorf("%+v", report)
			}
		})
	}
}

// A manifest that was changed is an error to who wants to read it, and no
// obstacle to who writes the next one.
func TestLatestThatWasChanged(t *testing.T) {
	ctx, store := t.Context(), newMemory()
	links := archive(t, store, 2, nil)
	for _, change := range [][2]string{{"v1.2.3", "v9.9.9"}, {"{", "["}} {
		store := store.copy()
		replace(store, in(links[1], ManifestFile), change[0], change[1])
		if _, _, err := Latest(ctx, store, account); err == nil || !strings.Contains(err.Error(), links[1].Bundle+"/manifest.json: ") || !strings.Contains(err.Error(), "verify the archive") {
			t.Error(err)
		}
		must(Write(ctx, store, sampleRun(2), nil))(t)
		problems := lines(verify(t, store, VerifyOptions{}).Problems, links)
		if len(problems) != 1 || !strings.HasPrefix(problems[0], "changed: #1/manifest.json was changed") {
			t.Errorf("%q", problems)
		}
	}
}
