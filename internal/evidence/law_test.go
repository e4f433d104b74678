package evidence

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"keywatch/internal/fakeaws"
)

// Any byte that is changed, in any file of any bundle, is found in that file and
// in no other, and where it is said to be.
func TestAnyChangedByteIsNamed(t *testing.T) {
	signer := newSigner(t)
	store := newMemory()
	var links []Link
	for i := range 3 {
		run := sampleRun(i)
		for name, data := range run.Files {
			run.Files[name] = data[:min(len(data), 200)] // there are many bytes to try
		}
		links = append(links, must(Write(t.Context(), store, run, signer))(t))
	}
	o := VerifyOptions{AccountID: account, PublicKeys: []PublicKey{signer.PublicKey()}}
	placed := map[string]int{}
	for i, link := range []Link{links[2], links[1]} { // the newest, and one within the chain
		o.Bundle = link.Bundle
		for _, file := range []string{ReportFile, FindingsFile, PlanFile, SettingsFile, ManifestFile, SignatureFile} {
			name := in(link, file)
			was := store.files[name]
			for at := 0; at < len(was); at += 1 + 10*i {
				store.files[name] = bytes.Clone(was)
				store.files[name][at] ^= 1 << (at % 8)
				report := verify(t, store, o)
				if report.Sound() {
					t.Fatalf("%s: byte %d was changed and nothing noticed", file, at)
				}
				for _, r := range report.Problems {
					if r.Bundle != link.Bundle || r.File != file {
						t.Fatalf("%s: byte %d was changed, and blamed is: %s", file, at, r)
					}
					if p := r.Place; p != nil && (int64(at) < p.FirstByte || int64(at) > p.LastByte) {
						t.Fatalf("%s: byte %d was changed: %s", file, at, r)
					} else if p != nil {
						placed[file]++
					} else if file != ManifestFile && file != SignatureFile {
						t.Fatalf("%s: byte %d was changed and no place is said: %s", file, at, r)
					}
				}
			}
			store.files[name] = was
		}
	}
	// Of a manifest the place is known where the bundle's files and name say
	// what it was, and of a signature where it is text.
	if m := len(store.files[in(links[1], ManifestFile)]); placed[ManifestFile] < m/2 || placed[SignatureFile] < 100 {
		t.Errorf("placed: %v; the manifest has %d bytes", placed, m)
	}
}

// With a second copy the byte itself is named, in every file.
func TestAnyChangedByteIsPlacedByASecondCopy(t *testing.T) {
	store := newMemory()
	links := archive(t, store, 2, newSigner(t))
	o := VerifyOptions{AccountID: account, Bundle: links[1].Bundle, Against: store.copy()}
	for _, file := range []string{ReportFile, FindingsFile, PlanFile, SettingsFile, ManifestFile, SignatureFile} {
		name := in(links[1], file)
		was := store.files[name]
		for at := 0; at < len(was); at += 3 {
			store.files[name] = bytes.Clone(was)
			store.files[name][at] ^= 0x20
			report := verify(t, store, o)
			exact := false
			for _, r := range report.Problems {
				exact = exact || r.File == file && r.Place != nil && r.Place.FirstByte == int64(at) && r.Place.LastByte == int64(at)
				if r.File != file || r.Bundle != links[1].Bundle {
					t.Fatalf("%s: byte %d was changed, and blamed is: %s", file, at, r)
				}
			}
			if !exact {
				t.Fatalf("%s: byte %d was changed and not named: %q", file, at, lines(report.Problems, links))
			}
		}
		store.files[name] = was
	}
}

// Whatever call of a run is its last one, with an effect or without, what it
// leaves is reported as what it is, is no sign of tampering, and is in nobody's
// way; and the same run can be written again.
func TestACrashAtAnyCallHarmsNothing(t *testing.T) {
	for name, place := range map[string]func(t *testing.T) place{
		"folder": func(t *testing.T) place {
			folder := NewFolder(t.TempDir())
			return place{folder, func(call int, after bool) Store { return &crash{folder, call, after} }}
		},
		"bucket": func(t *testing.T) place {
			b := newBucket(t, fakeaws.Bucket{Retention: time.Hour})
			return place{b.store("p", S3Options{}), func(call int, after bool) Store {
				b.Inject(fakeaws.Fault{Skip: call, Times: 1, After: after, Code: "InternalError"})
				return b.onlyOnce("p")
			}}
		},
	} {
		t.Run(name, func(t *testing.T) {
			for _, after := range []bool{false, true} {
				for _, again := range []bool{false, true} {
					call := 0
					for crashAt(t, place(t), call, after, again) {
						call++
					}
					if call != 12 { // four lists, the manifest before, seven files
						t.Errorf("a run makes %d calls", call)
					}
				}
			}
		})
	}
}

// place is a store, and how to reach it with a process that dies at a call.
type place struct {
	store  Store
	doomed func(call int, after bool) Store
}

// crashAt has a run die at a call and tells whether it made that many.
func crashAt(t *testing.T, p place, call int, after, again bool) bool {
	t.Helper()
	signer := newSigner(t)
	links := archive(t, p.store, 2, signer)
	if _, err := Write(t.Context(), p.doomed(call, after), sampleRun(2), signer); err == nil {
		return false
	}
	name := fmt.Sprintf("call %d, after its effect: %v, the same run again: %v", call, after, again)
	left := verify(t, p.store, VerifyOptions{})
	if !left.Sound() || left.Bundles+left.Unfinished > 3 || left.Unfinished != len(left.Notes) {
		t.Fatalf("%s: %+v", name, left)
	}
	if left.Bundles == 2 && left.Newest[account] != links[1] {
		t.Fatalf("%s: an unfinished bundle is the newest", name)
	}
	next := sampleRun(3)
	if again {
		next = sampleRun(2)
	}
	link := must(Write(t.Context(), p.store, next, signer))(t)
	report := verify(t, p.store, VerifyOptions{PublicKeys: []PublicKey{signer.PublicKey()}})
	if !report.Sound() || report.Newest[account] != link || again && (report.Bundles != 3 || report.Unfinished != 0) || len(report.Notes) != report.Unfinished {
		t.Fatalf("%s: %+v", name, report)
	}
	return true
}

// crash is a store at whose call after so many others the process dies.
type crash struct {
	Store
	left  int
	after bool // the call has its effect
}

var errKilled = errors.New("killed")

// call carries out a call unless the process is dead.
func (c *crash) call(do func() error) error {
	c.left--
	switch {
	case c.left >= 0:
		return do()
	case c.left == -1 && c.after:
		return errors.Join(do(), errKilled)
	}
	return errKilled
}

func (c *crash) Put(ctx context.Context, name string, data []byte) error {
	return c.call(func() error { return c.Store.Put(ctx, name, data) })
}

func (c *crash) Get(ctx context.Context, name string) (data []byte, err error) {
	err = c.call(func() error { data, err = c.Store.Get(ctx, name); return err })
	return data, err
}

func (c *crash) List(ctx context.Context, prefix, delimiter string) (names []string, err error) {
	err = c.call(func() error { names, err = c.Store.List(ctx, prefix, delimiter); return err })
	return names, err
}

func TestWritingTwiceChangesNothing(t *testing.T) {
	for name, store := range stores(t) {
		t.Run(name, func(t *testing.T) {
			signer := newSigner(t)
			first := must(Write(t.Context(), store, sampleRun(0), signer))(t)
			second := must(Write(t.Context(), store, sampleRun(0), signer))(t)
			if report := verify(t, store, VerifyOptions{}); first != second || report.Bundles != 1 || !report.Sound() {
				t.Errorf("%v %v %+v", first, second, report)
			}
			// Another run in the same second is another bundle.
			other := sampleRun(0)
			other.Files[RunFile] = []byte("{}")
			must(Write(t.Context(), store, other, signer))(t)
			if report := verify(t, store, VerifyOptions{}); report.Bundles != 2 || !report.Sound() || len(report.Notes) > 1 {
				t.Errorf("%+v", report)
			}
		})
	}
}

func TestAnUnfinishedBundleOfOthersIsNotFinished(t *testing.T) {
	store := newMemory()
	store.before = func(op, name string) error {
		if op == "put" && strings.HasSuffix(name, ManifestFile) {
			return errors.New("killed")
		}
		return nil
	}
	if _, err := Write(t.Context(), store, sampleRun(0), nil); err == nil {
		t.Fatal("no error")
	}
	store.before = nil
	for name := range store.files {
		if strings.HasSuffix(name, RunFile) {
			store.files[name] = []byte("another content")
		}
	}
	_, err := Write(t.Context(), store, sampleRun(0), nil)
	if err == nil || !strings.Contains(err.Error(), "with another content: somebody else writes to memory") {
		t.Error(err)
	}
}

func TestRunsAtTheSameTimeFork(t *testing.T) {
	store := newMemory()
	links := archive(t, store, 1, nil)
	other := sampleRun(1)
	other.Finished = other.Finished.Add(-2 * time.Second)
	// The other run looks and writes while this one has only looked.
	store.before = func(op, _ string) error {
		if op != "put" {
			return nil
		}
		store.before = nil
		links = append(links, must(Write(context.WithoutCancel(t.Context()), store, other, nil))(t))
		return nil
	}
	links = append(links, must(Write(t.Context(), store, sampleRun(1), nil))(t))
	links = append(links, must(Write(t.Context(), store, sampleRun(2), nil))(t))
	report := verify(t, store, VerifyOptions{Known: links[3], AccountID: account})
	if !report.Sound() {
		t.Errorf("called tampering: %q", lines(report.Problems, links))
	}
	want := []string{"fork: #2 and #1 both follow #0, finished 2s apart: runs at the same time leave that"}
	if diff := cmp.Diff(want, lines(report.Notes, links)); diff != "" {
		t.Error(diff)
	}
	fork := report.Notes[0]
	if fork.Bundle != links[2].Bundle || len(fork.Others) != 1 || fork.Others[0] != links[1].Bundle {
		t.Errorf("%+v", fork)
	}
	if b := must(Load(t.Context(), store, account, links[3].Bundle))(t); b.Previous != links[2] {
		t.Error("the next run follows", b.Previous)
	}
}
