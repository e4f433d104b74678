//go:build unix

package evidence

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestAFolderMayBeALink: an archive, or an account in it, that was moved elsewhere
// is what the link leads to, for writing and for reading.
func TestAFolderMayBeALink(t *testing.T) {
	for _, name := range []string{"archive", "account"} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			first := must(Write(t.Context(), NewFolder(filepath.Join(dir, "real")), sampleRun(0), nil))(t)
			link := filepath.Join(dir, "link")
			target := filepath.Join(dir, "real")
			if name == "account" {
				if err := os.Mkdir(link, 0o700); err != nil {
					t.Fatal(err)
				}
				target, link = filepath.Join(target, account), filepath.Join(link, account)
			}
			if err := os.Symlink(target, link); err != nil {
				t.Fatal(err)
			}
			store := NewFolder(filepath.Join(dir, "link"))
			second := must(Write(t.Context(), store, sampleRun(1), nil))(t)
			report := verify(t, store, VerifyOptions{AccountID: account, Known: first})
			if !report.Sound() || report.Bundles != 2 || report.Newest[account] != second {
				t.Errorf("%+v", report)
			}
			if accounts, err := Accounts(t.Context(), store); err != nil || !slices.Equal(accounts, []string{account}) {
				t.Errorf("accounts %v, %v", accounts, err)
			}
			if !verify(t, store, VerifyOptions{}).Sound() {
				t.Error("not sound where nobody names the account")
			}
			b := must(Load(t.Context(), store, account, second.Bundle))(t)
			if b.Previous != first {
				t.Errorf("follows %v, want %v", b.Previous, first)
			}
		})
	}
}

// TestWhatIsNoFileIsNotRead: a pipe would never end.
func TestWhatIsNoFileIsNotRead(t *testing.T) {
	dir := t.TempDir()
	link := must(Write(t.Context(), NewFolder(dir), sampleRun(0), nil))(t)
	report := filepath.Join(dir, account, link.Bundle, ReportFile)
	if err := os.Remove(report); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mkfifo(report, 0o600); err != nil {
		t.Fatal(err)
	}
	done := make(chan Report, 1)
	go func() { done <- verify(t, NewFolder(dir), VerifyOptions{}) }()
	select {
	case got := <-done:
		if !slices.ContainsFunc(got.Problems, func(r Remark) bool { return r.Kind == Unread && r.File == ReportFile }) {
			t.Errorf("%+v", got.Problems)
		}
	case <-time.After(time.Minute):
		t.Fatal("it waits for a pipe")
	}
}

// TestAPredecessorThatCannotBeReadProvesNothing: of one bundle.
func TestAPredecessorThatCannotBeReadProvesNothing(t *testing.T) {
	dir := t.TempDir()
	store := NewFolder(dir)
	links := archive(t, store, 2, nil)
	manifest := filepath.Join(dir, account, links[0].Bundle, ManifestFile)
	if err := os.Remove(manifest); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("/dev/null", manifest); err != nil {
		t.Fatal(err)
	}
	got := verify(t, store, VerifyOptions{AccountID: account, Bundle: links[1].Bundle})
	if got.Sound() || !strings.Contains(got.Problems[0].String(), "could not be read") {
		t.Errorf("%+v", got.Problems)
	}
}

// TestABundleThatWasPutIn: the second copy, which is older, lacks it and has later
// ones; and it follows what another one follows.
func TestABundleThatWasPutIn(t *testing.T) {
	store := newMemory()
	links := archive(t, store, 3, nil)
	second := store.copy()
	alone := newMemory()
	for name, data := range store.files {
		if strings.Contains(name, links[0].Bundle) {
			alone.files[name] = data
		}
	}
	run := sampleRun(0)
	run.Started, run.Finished = run.Started.Add(30*time.Minute), run.Finished.Add(30*time.Minute)
	must(Write(t.Context(), alone, run, nil))(t)
	maps.Copy(store.files, alone.files)
	var kinds []Kind
	for _, r := range verify(t, store, VerifyOptions{AccountID: account, Known: links[2], Against: second}).Problems {
		kinds = append(kinds, r.Kind)
	}
	if !slices.Equal(kinds, []Kind{Copies, Inserted}) {
		t.Errorf("problems %v", kinds)
	}
}
