package render

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"html"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/jedib0t/go-pretty/v6/text"
	"pgregory.net/rapid"

	"keywatch/internal/audit"
	"keywatch/internal/report"
	"keywatch/internal/watch"
)

// soiled is a result in which all text that others choose is the given one.
func soiled(s string) audit.Result {
	r := applied()
	r.AccountID, r.Partition = s, s
	r.Incomplete = []string{s}
	for i := range r.Findings {
		f := &r.Findings[i]
		f.User, f.ARN, f.LastUsedService, f.LastUsedRegion, f.Reason = s, s, s, s, s
		f.Key.ID, f.Key.Why = s, s
		if len(f.Key.Candidates) > 0 {
			f.Key.Candidates = []string{s, s}
		}
		if f.Exception != nil {
			f.Exception = soiledException(s)
		}
	}
	r.Exceptions = []report.Exception{*soiledException(s), {Key: s, Reason: s, Owner: s, Ticket: s}}
	r.Plan.Uncovered, r.Plan.WatchedKeys, r.Plan.Incomplete = []string{s}, []string{s}, []string{s}
	for i := range r.Plan.Regions {
		region := &r.Plan.Regions[i]
		region.Region, region.Error, region.Foreign = s, s, []string{s}
		for j := range region.Changes {
			c := &region.Changes[j]
			c.Rule, c.KeysAdded, c.KeysRemoved, c.Why, c.Error = s, []string{s}, []string{s}, []string{s}, s
		}
	}
	return r
}

func soiledException(s string) *report.Exception {
	return &report.Exception{User: s, Checks: []report.CheckID{report.KeyUnrotated}, Reason: s, Owner: s, Ticket: s, Expires: at("2026-11-30T00:00:00Z")}
}

// pure skips, under the race detector, what has no race in it and is slow there.
func pure(t *testing.T) {
	t.Helper()
	if testing.Short() {
		t.Skip("a pure function")
	}
}

type fataler interface {
	Helper()
	Fatalf(format string, args ...any)
}

func written(t fataler, write writer, format string, r audit.Result, o Options) string {
	t.Helper()
	var out bytes.Buffer
	if err := write(&out, format, r, o); err != nil {
		t.Fatalf("%s: %v", format, err)
	}
	return out.String()
}

// harmless fails where the text makes any format say or do more than it should.
func harmless(t fataler, s string, width int) {
	if s == "" {
		return // no text at all may well leave lines out
	}
	o := options(width)
	dirty, benign := soiled(s), soiled("x")
	for name, write := range map[string]writer{"audit": writeAudit, "plan": writePlan} {
		out := map[string]string{}
		formats := []string{"table", "wide", "csv", "markdown"}
		if name == "audit" {
			formats = append(formats, "html")
			o.Settings, o.Version = s, s
		}
		for _, format := range formats {
			out[format] = written(t, write, format, dirty, o)
			for _, r := range out[format] {
				if r != '\n' && !unicode.IsPrint(r) || r == unicode.ReplacementChar && !strings.ContainsRune(s, r) {
					t.Fatalf("%s %s of %q holds %U", name, format, s, r)
				}
			}
		}
		for line := range strings.Lines(out["table"] + out["wide"]) {
			if w := text.StringWidth(strings.TrimSuffix(line, "\n")); width > 0 && w > width {
				t.Fatalf("%s of %q: %d columns in %d: %q", name, s, w, width, line)
			}
		}
		records := parsed(t, out["csv"])
		if got, want := len(records), len(parsed(t, written(t, write, "csv", benign, o))); got != want {
			t.Fatalf("%s csv of %q has %d lines, want %d", name, s, got, want)
		}
		for _, field := range slices.Concat(records...) {
			if strings.IndexAny(strings.TrimSpace(field), "=+-@\t\r\n") == 0 {
				t.Fatalf("%s csv of %q holds the formula %q", name, s, field)
			}
		}
		if diff := cmp.Diff(shape(written(t, write, "markdown", benign, o)), shape(out["markdown"])); diff != "" {
			t.Fatalf("%s markdown of %q has another shape:\n%s", name, s, diff)
		}
		if name == "audit" {
			tainted, plain := soiledStory(s), soiledStory("x")
			o.Story = &tainted
			page := written(t, write, "html", dirty, o)
			o.Settings, o.Version, o.Story = "x", "x", &plain
			if diff := cmp.Diff(skeleton(written(t, write, "html", benign, o)), skeleton(page)); diff != "" {
				t.Fatalf("html of %q has another shape:\n%s", s, diff)
			}
		}
	}
}

func parsed(t fataler, out string) [][]string {
	t.Helper()
	records, err := csv.NewReader(strings.NewReader(out)).ReadAll() // also counts the fields
	if err != nil {
		t.Fatalf("csv: %v", err)
	}
	return records
}

var bars = regexp.MustCompile(`\\.|\|`)

// shape counts the bars that part cells in every line.
func shape(markdown string) []int {
	var shape []int
	for line := range strings.Lines(markdown) {
		n := 0
		for _, bar := range bars.FindAllString(line, -1) {
			if bar == "|" {
				n++
			}
		}
		shape = append(shape, n)
	}
	return shape
}

// TestJSONHoldsNothingThatDoesNotShow: nor what a terminal would act on; and it
// reads back as it was.
func TestJSONHoldsNothingThatDoesNotShow(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := strings.ToValidUTF8(nasty().Draw(t, "text"), "?") + "\u009b\u202e\ufeff\U000e0041\x7f"
		for _, format := range []string{"json", "ocsf", "asff"} {
			out := written(t, writeAudit, format, soiled(s), options(0))
			for _, r := range out {
				if r != '\n' && !unicode.IsPrint(r) {
					t.Fatalf("%s of %q holds %U", format, s, r)
				}
			}
			if format != "json" {
				continue
			}
			var doc auditDoc
			if err := json.Unmarshal([]byte(out), &doc); err != nil || doc.AccountID != s || doc.Findings[0].User != s {
				t.Fatalf("%q reads back as %q, %v", s, doc.AccountID, err)
			}
		}
	})
}

func TestNoTextIsMoreThanText(t *testing.T) {
	pure(t)
	harmless(t, "\n", 80) // as settings it was once taken for none
	rapid.Check(t, func(t *rapid.T) {
		harmless(t, nasty().Draw(t, "text"), rapid.SampledFrom([]int{0, 60, 61, 80, 100, 120, 140, 200, 300}).Draw(t, "width"))
	})
}

func TestColourOnlyAddsToWhatIsSaid(t *testing.T) {
	escapes := regexp.MustCompile("\x1b\\[[0-9;]*m")
	for name, write := range map[string]writer{"audit": writeAudit, "plan": writePlan} {
		formats := Formats()
		if name == "plan" {
			formats = PlanFormats()
		}
		for _, format := range formats {
			for _, width := range []int{0, 60, 80, 120} {
				o := options(width)
				want := written(t, write, format, applied(), o)
				o.Color = true
				got := written(t, write, format, applied(), o)
				if terminal := format == "table" || format == "wide"; terminal != (got != want) {
					t.Errorf("%s %s: coloured: %v, want %v", name, format, got != want, terminal)
				}
				if diff := cmp.Diff(want, escapes.ReplaceAllString(got, "")); diff != "" {
					t.Errorf("%s %s at %d:\n%s", name, format, width, diff)
				}
			}
		}
	}
}

// TestEveryFormatListsTheSameFindings reads (user, check) pairs back out of
// every format, in order.
func TestEveryFormatListsTheSameFindings(t *testing.T) {
	for _, all := range []bool{false, true} {
		o := options(0)
		o.All = all
		var want [][2]string
		for _, f := range mixed().Findings {
			if all || f.Status != "pass" {
				want = append(want, [2]string{f.User, string(f.Check)})
			}
		}
		check := func(format string, got [][2]string) {
			t.Helper()
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%s, all %v:\n%s", format, all, diff)
			}
		}

		var doc struct {
			Findings []struct{ User, Check string }
		}
		if err := json.Unmarshal([]byte(written(t, writeAudit, "json", mixed(), o)), &doc); err != nil {
			t.Fatal(err)
		}
		var got [][2]string
		for _, f := range doc.Findings {
			got = append(got, [2]string{f.User, f.Check})
		}
		check("json", got)

		got = nil
		records := parsed(t, written(t, writeAudit, "csv", mixed(), o))
		userAt, checkAt := slices.Index(records[0], "user"), slices.Index(records[0], "check")
		for _, record := range records[1:] {
			if record[checkAt] != "" {
				got = append(got, [2]string{strings.TrimPrefix(record[userAt], "'"), record[checkAt]})
			}
		}
		check("csv", got)

		for format, got := range listings(t, mixed(), o) {
			check(format, got)
		}

		for i := range want { // for people
			if want[i][0] == "" {
				want[i][0] = noUser
			}
		}
		got = nil
		row := regexp.MustCompile("(?m)^\\| [^|]* \\| `([^`]*)` .*?`([a-z-]*)` \\| (?:[^|\\\\]|\\\\.)* \\|$")
		for _, m := range row.FindAllStringSubmatch(written(t, writeAudit, "markdown", mixed(), o), -1) {
			got = append(got, [2]string{m[1], m[2]})
		}
		check("markdown", got)

		got = nil
		for _, m := range htmlRowCells.FindAllStringSubmatch(written(t, writeAudit, "html", mixed(), o), -1) {
			got = append(got, [2]string{html.UnescapeString(m[1]), m[2]})
		}
		check("html", got)

		for _, format := range []string{"table", "wide"} {
			got = nil
			_, rows, _ := strings.Cut(written(t, writeAudit, format, mixed(), o), "SEVERITY")
			for line := range strings.Lines(rows) {
				cells := strings.Fields(line)
				userAt := 1
				if format == "wide" {
					userAt = 2
				}
				check := slices.IndexFunc(cells, func(s string) bool {
					return slices.ContainsFunc(want, func(w [2]string) bool { return w[1] == s })
				})
				if check > 0 {
					got = append(got, [2]string{cells[userAt], cells[check]})
				}
			}
			check(format, got)
		}
	}
}

func TestWritingLeavesTheResultAlone(t *testing.T) {
	r := applied()
	for _, format := range Formats() {
		written(t, writeAudit, format, r, options(80))
	}
	for _, format := range PlanFormats() {
		written(t, writePlan, format, r, options(80))
	}
	if diff := cmp.Diff(applied(), r, cmpopts.IgnoreUnexported(watch.Change{}, watch.RegionPlan{}, watch.Plan{})); diff != "" {
		t.Error(diff)
	}
}
