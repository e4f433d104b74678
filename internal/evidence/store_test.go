package evidence

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"keywatch/internal/fakeaws"
)

// stores are all that implement Store, the tests' own one included.
func stores(t *testing.T) map[string]Store {
	box := newBucket(t, fakeaws.Bucket{ListPage: 2})
	locked := newBucket(t, fakeaws.Bucket{ListPage: 3, Retention: time.Hour})
	return map[string]Store{
		"memory":               newMemory(),
		"folder":               NewFolder(filepath.Join(t.TempDir(), "a", "b")),
		"bucket":               box.store("", S3Options{}),
		"prefix, Object Lock":  locked.store("/a/b/", S3Options{}),
		"prefix of the prefix": locked.store("a", S3Options{BucketOwner: box.AccountID(), KMSKeyID: "alias/evidence"}),
	}
}

func TestStoresKeepTheirPromises(t *testing.T) {
	for name, store := range stores(t) {
		t.Run(name, func(t *testing.T) {
			ctx := t.Context()
			if names := must(store.List(ctx, "", ""))(t); len(names) != 0 && name != "prefix of the prefix" {
				t.Error("new and not empty:", names)
			}
			if _, err := store.Get(ctx, "c/d/none"); !errors.Is(err, fs.ErrNotExist) {
				t.Error("what is not there:", err)
			}
			all := []string{"c/a-b", "c/a/1", "c/a/2", "c/a/3/x", "c/aa", "c/b/", "d/e"}
			for _, name := range all {
				if strings.HasSuffix(name, "/") {
					continue
				}
				if err := store.Put(ctx, name, []byte("body of "+name)); err != nil {
					t.Fatal(err)
				}
			}
			if err := store.Put(ctx, "c/empty", nil); err != nil {
				t.Error(err)
			}
			for _, again := range []string{"body of c/aa", "another body"} {
				if err := store.Put(ctx, "c/aa", []byte(again)); !errors.Is(err, fs.ErrExist) {
					t.Errorf("written over: %v", err)
				}
			}
			if got := must(store.Get(ctx, "c/aa"))(t); string(got) != "body of c/aa" {
				t.Errorf("%q", got)
			}
			if got := must(store.Get(ctx, "c/empty"))(t); len(got) != 0 {
				t.Errorf("%q", got)
			}
			for _, tc := range []struct{ prefix, delimiter, want string }{
				{"c/", "", "c/a-b c/a/1 c/a/2 c/a/3/x c/aa c/empty"},
				{"c/", "/", "c/a-b c/a/ c/aa c/empty"},
				{"c/a", "/", "c/a-b c/a/ c/aa"},
				{"c/a", "-", "c/a- c/a/1 c/a/2 c/a/3/x c/aa"},
				{"c/a/", "/", "c/a/1 c/a/2 c/a/3/"},
				{"c/a/", "", "c/a/1 c/a/2 c/a/3/x"},
				{"c/a/1", "/", "c/a/1"},
				{"none", "", ""},
				{"none/none/", "/", ""},
			} {
				got := strings.Join(must(store.List(ctx, tc.prefix, tc.delimiter))(t), " ")
				if diff := cmp.Diff(tc.want, got); diff != "" {
					t.Errorf("list %q %q: %s", tc.prefix, tc.delimiter, diff)
				}
			}
		})
	}
}

func TestFoldersThatCannotBeWritten(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Write(t.Context(), NewFolder(file), sampleRun(0), nil); err == nil {
		t.Error("a file is no folder")
	}
	for _, name := range []string{"../outside", "/absolute", "", "a//b"} {
		if err := NewFolder(t.TempDir()).Put(t.Context(), name, nil); err == nil || !strings.Contains(err.Error(), "no name in an archive") {
			t.Errorf("%q: %v", name, err)
		}
	}
}

func TestParseLocation(t *testing.T) {
	for text, want := range map[string]Location{
		"/var/lib/evidence":        {Folder: "/var/lib/evidence"},
		"evidence":                 {Folder: "evidence"},
		"s3://bucket":              {Bucket: "bucket"},
		"s3://bucket/":             {Bucket: "bucket"},
		"s3://my.bucket-1/a/b/":    {Bucket: "my.bucket-1", Prefix: "a/b"},
		"":                         {},
		"s3://":                    {},
		"s3:///prefix":             {},
		"s3://bucket/a//b":         {},
		"s3://bucket/a?b=c":        {},
		"s3://user@bucket/a":       {},
		"https://bucket.s3.amazon": {},
	} {
		got, err := ParseLocation(text)
		if got != want || (err == nil) != (want != Location{}) {
			t.Errorf("%q: %+v %v", text, got, err)
		}
	}
}
