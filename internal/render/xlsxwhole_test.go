package render

import (
	"archive/zip"
	"fmt"
	"maps"
	"path"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"keywatch/internal/audit"
)

// TestWorkbooksAreWhole checks what programs that open them complain of.
func TestWorkbooksAreWhole(t *testing.T) {
	nothing := spotless()
	nothing.Findings = nil
	for name, r := range map[string]audit.Result{"mixed": mixed(), "many": many(200), "nothing": nothing} {
		w := bookOf(t, r, options(0))
		for _, o := range w["[Content_Types].xml"].all("Override") {
			if _, there := w[strings.TrimPrefix(o.attributes["PartName"], "/")]; !there {
				t.Errorf("%s: %s is missing", name, o.attributes["PartName"])
			}
		}
		for part, content := range w {
			if !strings.HasSuffix(part, ".rels") {
				continue
			}
			for _, rel := range content.all("Relationship") {
				target := path.Join(path.Dir(path.Dir(part)), rel.attributes["Target"])
				if strings.HasPrefix(rel.attributes["Target"], "/") {
					target = rel.attributes["Target"][1:]
				}
				if _, there := w[target]; !there || rel.attributes["TargetMode"] != "" {
					t.Errorf("%s: %s points to %s", name, part, target)
				}
			}
		}
		titles := w["xl/workbook.xml"].all("definedName")
		want := []string{"'Summary'!$1:$1", "'Controls'!$1:$1", fmt.Sprintf("'Findings'!$A$1:$K$%d", len(w.sheet(t, "Findings"))), "'Findings'!$1:$1", "'Exceptions'!$1:$1", "'Provenance'!$1:$1"}
		var got []string
		for _, title := range titles {
			got = append(got, title.text)
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s: print titles: %v", name, titles)
		}
		for part, content := range w {
			if strings.HasPrefix(part, "xl/worksheets/sheet") {
				onPaper(t, name+" "+part, content)
			}
		}
	}
}

func TestRowsAreHighEnoughForTheirText(t *testing.T) {
	s := sheet{columns: []xlColumn{{"a", 11}, {"b", 21}}}
	for _, test := range []struct {
		cells []xlCell
		want  float64
	}{
		{[]xlCell{xlText("1234567890"), xlNumber(7)}, 15},
		{[]xlCell{xlText("12345 67890 2"), xlText("short")}, 30},
		{[]xlCell{xlText("a"), xlText(strings.Repeat("four ", 12))}, 45},
		{[]xlCell{xlLine("12345 67890 2 3 4 5 6"), {}}, 15},
		{[]xlCell{xlText(strings.Repeat("x", 40000))}, 409}, // no row can be higher
	} {
		if got := s.height(test.cells); got != test.want {
			t.Errorf("%v: got %v, want %v", test.cells, got, test.want)
		}
	}
}

// onPaper checks a sheet's heading, columns and pages.
func onPaper(t *testing.T, name string, sheet element) {
	t.Helper()
	least := 0
	for _, col := range sheet.all("col") {
		n, err := strconv.Atoi(col.attributes["min"])
		if err != nil || n <= least || col.attributes["max"] != col.attributes["min"] || col.attributes["width"] == "" {
			t.Errorf("%s: columns are out of order: %v", name, col.attributes)
		}
		least = n
	}
	if pane := sheet.all("pane"); len(pane) != 1 || pane[0].attributes["state"] != "frozen" || pane[0].attributes["ySplit"] != "1" {
		t.Errorf("%s: the heading is not frozen", name)
	}
	setup := sheet.all("pageSetup")
	if len(setup) != 1 || setup[0].attributes["orientation"] != "landscape" || setup[0].attributes["fitToWidth"] != "1" || setup[0].attributes["fitToHeight"] != "0" {
		t.Errorf("%s: pages: %v", name, setup)
	}
	if fit := sheet.all("pageSetUpPr"); len(fit) != 1 || fit[0].attributes["fitToPage"] != "true" {
		t.Errorf("%s: it does not fit the page", name)
	}
	if footer := sheet.all("oddFooter"); len(footer) != 1 || !strings.Contains(footer[0].text, "&P") {
		t.Errorf("%s: pages have no number", name)
	}
	if rows, tables := len(sheet.all("row")), len(sheet.all("tablePart")); tables > 0 && rows < 2 {
		t.Errorf("%s: a table without rows", name)
	}
}

func TestWorkbookPropertiesAndTimes(t *testing.T) {
	r := mixed()
	content := written(t, writeAudit, "xlsx", r, options(0))
	core := openWorkbook(t, content)["docProps/core.xml"]
	got := map[string]string{}
	for _, property := range core.children {
		got[property.name] = property.text
	}
	want := map[string]string{
		"title": "Credential audit of account 111122223333", "creator": "keywatch v1.2.3", "lastModifiedBy": "keywatch",
		"created": "2026-11-20T06:00:00Z", "modified": "2026-11-20T06:00:00Z",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	archive, err := zip.NewReader(strings.NewReader(content), int64(len(content)))
	if err != nil {
		t.Fatal(err)
	}
	if archive.File[0].Name != "[Content_Types].xml" {
		t.Errorf("the archive begins with %s", archive.File[0].Name)
	}
	for _, file := range archive.File {
		if !file.Modified.Equal(r.AsOf) {
			t.Errorf("%s is of %s", file.Name, file.Modified)
		}
	}
	r.AsOf = time.Time{}
	written(t, writeAudit, "xlsx", r, options(0)) // no panic for a time that no archive knows
}

// TestDatesAreDates looks up the number formats of cells that hold times.
func TestDatesAreDates(t *testing.T) {
	w := bookOf(t, mixed(), options(0))
	styles := w["xl/styles.xml"]
	formats := map[string]string{}
	for _, f := range styles.all("numFmt") {
		formats[f.attributes["numFmtId"]] = f.attributes["formatCode"]
	}
	cells := styles.all("cellXfs")[0].all("xf")
	seen := map[string]bool{}
	for _, c := range w["xl/worksheets/sheet3.xml"].all("c") {
		style, _ := strconv.Atoi(c.attributes["s"])
		format := cells[style].attributes["numFmtId"]
		if c.attributes["t"] == "inlineStr" && format != "49" {
			t.Errorf("%s is text in the format %s", c.attributes["r"], format)
		}
		column := strings.TrimRight(c.attributes["r"], "0123456789")
		if c.attributes["t"] == "" {
			seen[column+" "+formats[format]] = true
		}
	}
	want := []string{"D ", "F yyyy-mm-dd hh:mm:ss", "G yyyy-mm-dd hh:mm:ss", "H ", "I ", "P yyyy-mm-dd"}
	if diff := cmp.Diff(want, slices.Sorted(maps.Keys(seen))); diff != "" {
		t.Error(diff)
	}
}
