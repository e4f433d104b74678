package render

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"unicode"

	"github.com/google/go-cmp/cmp"
	"github.com/jedib0t/go-pretty/v6/text"
	"pgregory.net/rapid"

	"keywatch/internal/evidence"
)

// damaged is an archive with a bundle of every verdict.
func damaged() Verified {
	const account = "111122223333"
	link := evidence.Link{Bundle: "2026-11-22T14-00-00Z-4a5e1e4b", ManifestSHA256: strings.Repeat("4a5e1e4b", 8)}
	checked := func(hour int, verdict evidence.Verdict, seal evidence.Seal, files int, bytes int64) evidence.Checked {
		c := evidence.Checked{
			AccountID: account, Bundle: fmt.Sprintf("2026-11-22T%02d-00-00Z-5f0c2a91", hour), FinishedAt: at(fmt.Sprintf("2026-11-22T%02d:00:00Z", hour)),
			Files: files, Bytes: bytes, Seal: seal, Verdict: verdict,
		}
		if seal != "" && seal != evidence.Unsigned {
			c.SignedBy = "947DE722142D0E46"
		}
		return c
	}
	place := evidence.Place{FirstByte: 4071, LastByte: 4071, FirstLine: 17, LastLine: 17, Column: 23}
	return Verified{
		Archive: "s3://evidence-111122223333/keywatch", Against: "/mnt/copy", Since: at("2026-11-22T09:00:00Z"), Keys: []string{"947DE722142D0E46"}, Known: link,
		Report: evidence.Report{
			Bundles: 5, Unfinished: 1, Files: 17, Bytes: 1234567, Signed: 3, Unsigned: 1,
			Each: []evidence.Checked{
				checked(9, evidence.Sound, evidence.Proved, 5, 2215), checked(10, evidence.Damaged, evidence.Proved, 4, 1230137),
				checked(11, evidence.Lost, "", 0, 0), checked(12, evidence.Unseen, evidence.Proved, 3, 2000),
				checked(13, evidence.Unproved, evidence.Unsigned, 5, 2215), checked(15, evidence.Interrupted, "", 0, 0),
			},
			Newest: map[string]evidence.Link{account: link},
			Problems: []evidence.Remark{
				{Kind: evidence.Changed, AccountID: account, Bundle: "2026-11-22T10-00-00Z-5f0c2a91", File: "report.csv", Place: &place,
					Text: "was changed, first at offset 4071, line 17, column 23; the second copy is as recorded"},
				{Kind: evidence.Unknown, AccountID: account, File: "=notes|`#1`.txt", Text: "is in no bundle: somebody added it"},
				{Kind: evidence.Missing, AccountID: account, Bundle: "2026-11-22T11-00-00Z-5f0c2a91", Text: "is missing: 2026-11-22T12-00-00Z-5f0c2a91 follows it", Others: []string{"2026-11-22T12-00-00Z-5f0c2a91"}},
				{Kind: evidence.Unread, AccountID: account, Bundle: "2026-11-22T12-00-00Z-5f0c2a91", File: "plan.json", Text: "could not be read: AccessDenied; allow s3:GetObject"},
				{Kind: evidence.Signature, AccountID: account, Bundle: "2026-11-22T13-00-00Z-5f0c2a91", Text: "is not signed, and no signed bundle follows it that would vouch for it"},
			},
			Notes: []evidence.Remark{{Kind: evidence.Unfinished, AccountID: account, Bundle: "2026-11-22T15-00-00Z-5f0c2a91", Text: "is unfinished: there is no manifest.json, only report.csv"}},
		},
	}
}

// intact is an archive in which nothing is wrong, verified by itself.
func intact() Verified {
	v := damaged()
	v.Archive, v.Against, v.Since, v.Keys, v.Known = "/var/lib/keywatch", "", at("0001-01-01T00:00:00Z"), nil, evidence.Link{}
	v.Report.Each, v.Report.Problems, v.Report.Notes = v.Report.Each[:1], []evidence.Remark{}, []evidence.Remark{}
	v.Report.Bundles, v.Report.Unfinished, v.Report.Files, v.Report.Bytes, v.Report.Signed, v.Report.Unsigned = 1, 0, 5, 2215, 0, 1
	v.Report.Each[0].Seal, v.Report.Each[0].SignedBy = evidence.Unsigned, ""
	return v
}

func verified(t fataler, format string, v Verified, o Options) string {
	t.Helper()
	var out bytes.Buffer
	if err := Verification(&out, format, v, o); err != nil {
		t.Fatalf("%s: %v", format, err)
	}
	return out.String()
}

func TestWholeVerifications(t *testing.T) {
	color := options(120)
	color.Color = true
	for _, width := range []int{0, 60, 80, 120} {
		golden(t, fmt.Sprintf("verification-table-%d", width), []byte(verified(t, "table", damaged(), options(width))))
	}
	golden(t, "verification-color", []byte(verified(t, "table", damaged(), color)))
	golden(t, "verification-sound", []byte(verified(t, "table", intact(), options(0))))
	golden(t, "verification-json", []byte(verified(t, "json", damaged(), options(0))))
	golden(t, "verification-markdown", []byte(verified(t, "markdown", damaged(), options(0))))
}

func TestVerificationSentence(t *testing.T) {
	keys := func(v *Verified) { v.Keys, v.Report.Signed = []string{"947DE722142D0E46"}, 1 }
	for _, tc := range []struct {
		name   string
		change func(*Verified)
		want   string
	}{
		{"hashes alone", func(*Verified) {}, "Sound: 5 files and 2215 bytes are as recorded in 1 bundle; by hashes alone, which whoever may write there can rewrite."},
		{"signatures", keys, "Sound: 5 files and 2215 bytes are as recorded in 1 bundle; proved by 1 signature."},
		{"signatures nobody checked", func(v *Verified) { v.Report.Unchecked = 2 }, "Sound: 5 files and 2215 bytes are as recorded in 1 bundle; 2 signatures not checked: give --public-key."},
		{"a second copy", func(v *Verified) { v.Against = "x" }, "Sound: 5 files and 2215 bytes are as recorded in 1 bundle; as in the second copy, which lacks 0 bundles of it."},
		{"a second copy that is behind", func(v *Verified) {
			v.Against, v.Report.Notes = "x", []evidence.Remark{{Kind: evidence.Uncopied, Bundle: "b"}, {Kind: evidence.Uncopied, Bundle: "b", File: "f"}}
		}, "Sound: 5 files and 2215 bytes are as recorded in 1 bundle; as in the second copy, which lacks 1 bundle of it."},
		{"a note", func(v *Verified) { v.Known = damaged().Known }, "Sound: 5 files and 2215 bytes are as recorded in 1 bundle; 2026-11-22T14-00-00Z-4a5e1e4b and all before it are as noted."},
		{"an unfinished bundle", func(v *Verified) { keys(v); v.Report.Unfinished = 1 }, "Sound: 5 files and 2215 bytes are as recorded in 1 bundle; 1 unfinished; proved by 1 signature."},
		{"damage", func(v *Verified) {
			v.Report.Problems = damaged().Report.Problems[:3]
			v.Report.Each = damaged().Report.Each[:3]
		},
			"NOT SOUND: 3 problems in 2 bundles; 5 files and 2215 bytes are as recorded in 1 bundle."},
		{"what was not looked at", func(v *Verified) { v.Report.Problems = damaged().Report.Problems[2:4] },
			"INCOMPLETE: 1 file could not be read, and there are 1 problem besides, in 0 bundles; 5 files and 2215 bytes are as recorded in 1 bundle."},
	} {
		t.Run(tc.name, func(t *testing.T) {
			v := intact()
			tc.change(&v)
			if diff := cmp.Diff(tc.want, VerificationSentence(v)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestVerificationsInFormatsThereAreNot(t *testing.T) {
	var out bytes.Buffer
	const want = `render: unknown format "csv": use table, json or markdown`
	if err := Verification(&out, "csv", damaged(), options(0)); err == nil || err.Error() != want || out.Len() > 0 {
		t.Errorf("got %v and %q, want %s", err, &out, want)
	}
	full := fullDisk{errors.New("no space left")}
	for _, format := range VerificationFormats() {
		if err := Verification(full, format, damaged(), options(0)); !errors.Is(err, full.error) {
			t.Errorf("%s: got %v", format, err)
		}
	}
}

func TestTheVerificationDocumentIsWhole(t *testing.T) {
	var doc map[string]any
	if err := json.Unmarshal([]byte(verified(t, "json", intact(), options(0))), &doc); err != nil {
		t.Fatal(err)
	}
	for member, value := range doc {
		if value == nil && member != "known" {
			t.Errorf("%s is null", member)
		}
	}
	if doc["schema"] != "keywatch/verification/v1" || doc["sound"] != true {
		t.Errorf("%v", doc)
	}
}

// Who may add files to an archive chooses their names, and a store its errors.
func TestNoVerificationIsMoreThanText(t *testing.T) {
	soil := func(s string) Verified {
		v := damaged()
		v.Archive, v.Against, v.Keys = s, s+"x", []string{s}
		for i := range v.Report.Problems {
			v.Report.Problems[i].File, v.Report.Problems[i].Text = "x"+s, s+"x"
		}
		v.Report.Notes[0].Bundle, v.Report.Each[0].Bundle, v.Report.Each[1].SignedBy = "x"+s, s, s
		return v
	}
	rapid.Check(t, func(t *rapid.T) {
		s := nasty().Draw(t, "text")
		width := rapid.SampledFrom([]int{0, 60, 80, 120, 160}).Draw(t, "width")
		dirty, benign := soil(s), soil("x")
		for _, format := range []string{"table", "markdown"} {
			for _, r := range verified(t, format, dirty, options(width)) {
				if r != '\n' && !unicode.IsPrint(r) || r == unicode.ReplacementChar && !strings.ContainsRune(s, r) {
					t.Fatalf("%s of %q holds %U", format, s, r)
				}
			}
		}
		for line := range strings.Lines(verified(t, "table", dirty, options(width))) {
			if w := text.StringWidth(strings.TrimSuffix(line, "\n")); width > 0 && w > width {
				t.Fatalf("table of %q: %d columns in %d: %q", s, w, width, line)
			}
		}
		if diff := cmp.Diff(shape(verified(t, "markdown", benign, options(0))), shape(verified(t, "markdown", dirty, options(0)))); diff != "" {
			t.Fatalf("markdown of %q has another shape:\n%s", s, diff)
		}
	})
}

func TestColourOnlyAddsToAVerification(t *testing.T) {
	escapes := regexp.MustCompile("\x1b\\[[0-9;]*m")
	for _, format := range VerificationFormats() {
		for _, width := range []int{0, 60, 120} {
			o := options(width)
			want := verified(t, format, damaged(), o)
			o.Color = true
			got := verified(t, format, damaged(), o)
			if (format == "table") != (got != want) || escapes.ReplaceAllString(got, "") != want {
				t.Errorf("%s: colour changes what is said", format)
			}
		}
	}
}
