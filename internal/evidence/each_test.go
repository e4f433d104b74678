package evidence

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// agrees checks that what is said of each bundle is what is said of all.
func agrees(t testing.TB, r Report) {
	t.Helper()
	files, signed, complete, wrong := 0, 0, 0, map[string]bool{}
	var bytes int64
	for _, c := range r.Each {
		files, bytes = files+c.Files, bytes+c.Bytes
		if c.Seal == Proved {
			signed++
		}
		if c.Verdict != Interrupted && c.Verdict != Lost && (c.Seal != "" || c.Verdict == Unseen) {
			complete++
		}
		if c.Verdict != Sound && c.Verdict != Interrupted {
			wrong[c.AccountID+"/"+c.Bundle] = true
		}
		if at, ok := bundleTime(c.Bundle); !ok || !at.Equal(c.FinishedAt) || c.Verdict == "" {
			t.Errorf("%+v", c)
		}
	}
	if files != r.Files || bytes != r.Bytes || signed != r.Signed || complete != r.Bundles {
		t.Errorf("each: %d files, %d bytes, %d signed, %d complete; all: %+v", files, bytes, signed, complete, r)
	}
	for _, p := range r.Problems {
		if _, ok := bundleTime(p.Bundle); ok && !wrong[p.AccountID+"/"+p.Bundle] {
			t.Errorf("there is a problem with a bundle that is not told to have one: %s\n%+v", p, r.Each)
		}
	}
	if len(wrong) > 0 && r.Sound() {
		t.Errorf("all is sound and some are not: %v", wrong)
	}
	if !slices.IsSortedFunc(r.Each, func(a, b Checked) int { return strings.Compare(a.AccountID+a.Bundle, b.AccountID+b.Bundle) }) {
		t.Errorf("not sorted: %+v", r.Each)
	}
}

func TestEachBundleHasAVerdict(t *testing.T) {
	signer := newSigner(t)
	store := newMemory()
	links := archive(t, store, 6, signer)
	links = append(links, must(Write(t.Context(), store, sampleRun(6), nil))(t))
	replace(store, in(links[1], ReportFile), "ü-05", "ü-50")
	for name := range store.copy().files {
		if strings.Contains(name, links[2].Bundle) {
			delete(store.files, name)
		}
	}
	store.before = func(_, name string) error {
		if name == in(links[3], PlanFile) {
			return fmt.Errorf("denied")
		}
		return nil
	}
	replace(store, in(links[4], SignatureFile), "untrusted", "Untrusted")
	unfinished := account + "/2026-11-23T00-00-00Z-00000000"
	store.files[unfinished+"/report.csv"] = nil
	report := verify(t, store, VerifyOptions{AccountID: account, PublicKeys: []PublicKey{signer.PublicKey()}})
	var got []string
	for _, c := range report.Each {
		got = append(got, fmt.Sprintf("%s %s %s %d", c.FinishedAt.Format(time.TimeOnly), c.Verdict, c.Seal, c.Files))
	}
	want := []string{
		"09:00:00 sound proved 5", "10:00:00 damaged proved 4", "11:00:00 missing  0", "12:00:00 unread proved 4",
		"13:00:00 unproved doubtful 5", "14:00:00 sound proved 5", "15:00:00 unproved unsigned 5", "00:00:00 unfinished  0",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if report.Each[0].SignedBy != signer.KeyID() || report.Each[0].Bytes != 2215 {
		t.Errorf("%+v", report.Each[0])
	}
}

func TestListingAccountsAndBundles(t *testing.T) {
	for name, store := range stores(t) {
		t.Run(name, func(t *testing.T) {
			ctx := t.Context()
			if accounts := must(Accounts(ctx, store))(t); len(accounts) != 0 && name != "prefix of the prefix" {
				t.Error(accounts)
			}
			links := archive(t, store, 3, nil)
			other := sampleRun(1)
			other.AccountID = "999988887777"
			must(Write(ctx, store, other, nil))(t)
			if err := store.Put(ctx, account+"/README", nil); err != nil {
				t.Fatal(err)
			}
			if err := store.Put(ctx, "logs/x", nil); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff([]string{account, other.AccountID}, must(Accounts(ctx, store))(t)); diff != "" {
				t.Error(diff)
			}
			for prefix, want := range map[string][]string{
				"":                              {links[0].Bundle, links[1].Bundle, links[2].Bundle},
				"2026-11-22":                    {links[0].Bundle, links[1].Bundle, links[2].Bundle},
				"2026-11-22T1":                  {links[1].Bundle, links[2].Bundle},
				links[0].Bundle:                 {links[0].Bundle},
				"2025":                          nil,
				"../" + other.AccountID:         nil,
				"README":                        nil,
				links[0].Bundle + "/" + "":      nil,
				filepath.Join("2026", "11", ""): nil,
			} {
				if diff := cmp.Diff(want, must(Bundles(ctx, store, account, prefix))(t)); diff != "" {
					t.Errorf("%q: %s", prefix, diff)
				}
			}
			if _, err := Bundles(ctx, store, "x", ""); err == nil {
				t.Error("an account that is none was taken")
			}
		})
	}
}
