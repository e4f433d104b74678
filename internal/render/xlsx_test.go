package render

import (
	"crypto/sha256"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"keywatch/internal/report"
)

func TestWorkbookHoldsTheAudit(t *testing.T) {
	r, o := mixed(), options(0)
	r.Exceptions = []report.Exception{*r.Findings[7].Exception, {Path: "/ci/*", Checks: []report.CheckID{report.KeyStale}, Reason: "r", Owner: "o", Ticket: "t", Expires: at("2026-11-01T00:00:00Z")}}
	o.Settings = "version: 1\nrisk: {stale_after: 45d}\n"
	w := bookOf(t, r, o)

	facts := map[string]string{}
	for _, name := range []string{"Summary", "Provenance"} {
		for _, row := range w.sheet(t, name)[1:] {
			facts[row[0]] = row[len(row)-1]
		}
	}
	for name, want := range map[string]string{
		"Result": AuditSentence(r), "Account": "111122223333", "not looked at": r.Incomplete[0], "Users": "#14", "critical": "#1", "high": "#6", "pass": "#1",
		"Report made (UTC)": serial(r.Report.GeneratedAt), "Judged as of (UTC)": serial(r.AsOf), "Report": "downloaded from IAM", "Tool": "keywatch v1.2.3",
		"Report SHA-256": r.Report.SHA256, "Settings SHA-256": fmt.Sprintf("%x", sha256.Sum256([]byte(o.Settings))), "Settings": "version: 1", "": "risk: {stale_after: 45d}",
	} {
		if got := facts[name]; got != want && !near(got, want) {
			t.Errorf("%s: got %q, want %q", name, got, want)
		}
	}

	rows := w.sheet(t, "Findings")
	if got := columnOf(t, rows, "Severity"); got[0] != "critical" || len(got) != 14 {
		t.Errorf("severities: %v", got)
	}
	bob := slices.Index(columnOf(t, rows, "Status"), "excepted") + 1
	for head, want := range map[string]string{
		"User": "bob", "Slot": "#1", "Key ID": "AKIABOB0000000000001", "Key created (UTC)": serial(at("2022-07-07T07:07:08Z")),
		"Key last used (UTC)": serial(at("2026-05-30T18:00:00Z")), "Age in days": "#1596", "Idle for days": "#173",
		"Excepted until": serial(at("2026-11-30T00:00:00Z")), "Exception's ticket": "=SEC-7", "What to do": report.AdviceOf()[report.KeyUnrotated].Fix,
	} {
		if got := columnOf(t, rows, head)[bob-1]; got != want && !near(got, want) {
			t.Errorf("%s: got %q, want %q", head, got, want)
		}
	}

	rows = w.sheet(t, "Exceptions")
	got := [][]string{columnOf(t, rows, "State"), columnOf(t, rows, "Findings waived"), columnOf(t, rows, "For")}
	want := [][]string{{"expiring", "lapsed"}, {"#1", "#0"}, {`user "b?b"`, `path "/ci/*"`}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("exceptions:\n%s", diff)
	}

	standard := columnOf(t, w.sheet(t, "Controls"), "Framework")
	o.Frameworks = []string{"soc2"}
	asked := columnOf(t, bookOf(t, r, o).sheet(t, "Controls"), "Framework")
	if !slices.Contains(standard, "CIS AWS Foundations Benchmark 5.0.0") || len(slices.Compact(standard)) != 2 || len(slices.Compact(asked)) != 1 {
		t.Errorf("frameworks: %v and %v", slices.Compact(standard), slices.Compact(asked))
	}
}

// TestNoCellIsAFormula looks at every element of every part.
func TestNoCellIsAFormula(t *testing.T) {
	for _, s := range hostile() {
		r, o := spoilt(s), options(0)
		o.Settings, o.Version = s, s
		o.All = true
		w := bookOf(t, r, o)
		for name, part := range w {
			for _, forbidden := range []string{"f", "formula", "formula1", "calculatedColumnFormula", "hyperlink", "externalReference", "oleObject", "script"} {
				if n := len(part.all(forbidden)); n > 0 {
					t.Errorf("%q: %s holds %d elements %s", s, name, n, forbidden)
				}
			}
		}
		want := clean(s)
		for name, head := range map[string]string{"Findings": "User", "Exceptions": "Owner"} {
			for i, got := range columnOf(t, w.sheet(t, name), head) {
				if unescaped(got) != want {
					t.Errorf("%q: %s %d reads back as %q", s, name, i, got)
				}
			}
		}
		w.sheet(t, "Summary") // looks at every cell
		w.sheet(t, "Provenance")
	}
}

// unescaped reads what stands for one character, as spreadsheets do: _x003D_.
func unescaped(s string) string { return strings.ReplaceAll(s, "_x005F_", "_") }

func TestWorkbooksTakeAnyText(t *testing.T) {
	pure(t)
	rapid.Check(t, func(t *rapid.T) {
		s := nasty().Draw(t, "text")
		o := options(0)
		o.Settings = s
		w := bookOf(t, spoilt(s), o)
		for _, name := range []string{"Summary", "Controls", "Findings", "Exceptions", "Provenance"} {
			w.sheet(t, name)
		}
	})
}

func TestCellsAreCutAndSaySo(t *testing.T) {
	pure(t)
	for _, s := range []string{strings.Repeat("x", 40000), strings.Repeat("山", 40000), strings.Repeat("\U0001f4a9", 20000), strings.Repeat("\x00", 10000)} {
		for _, got := range columnOf(t, bookOf(t, spoilt(s), options(0)).sheet(t, "Exceptions"), "Owner") {
			if n := utf16Len(got); n > cellMost || n < cellMost-1 || !strings.HasSuffix(got, cutMark) {
				t.Errorf("a cell holds %d characters and ends in %q", n, got[len(got)-20:])
			}
		}
	}
}

func TestCutKeepsToTheLimit(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s, most := rapid.String().Draw(t, "text"), rapid.IntRange(len(cutMark), 60).Draw(t, "most")
		got := cut(s, most)
		if utf16Len(got) > most {
			t.Fatalf("%q is longer than %d", got, most)
		}
		if got != s && (!strings.HasSuffix(got, cutMark) || !strings.HasPrefix(s, strings.TrimSuffix(got, cutMark)) || utf16Len(s) <= most) {
			t.Fatalf("%q becomes %q", s, got)
		}
	})
}

func TestWaivedFindingsAreCountedForTheirException(t *testing.T) {
	r := mixed()
	x := *r.Findings[7].Exception
	other := x
	other.Checks = []report.CheckID{report.KeyStale}
	r.Exceptions = []report.Exception{other, x, x}
	if diff := cmp.Diff([]int{0, 1, 0}, waivedBy(r)); diff != "" {
		t.Error(diff)
	}
}
