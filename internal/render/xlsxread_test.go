package render

import (
	"archive/zip"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"keywatch/internal/audit"
)

// workbook is a spreadsheet's parts, each read as XML, by name.
type workbook map[string]element

// openWorkbook reads the bytes of a workbook with nothing but the standard library.
func openWorkbook(t fataler, content string) workbook {
	t.Helper()
	archive, err := zip.NewReader(strings.NewReader(content), int64(len(content)))
	if err != nil {
		t.Fatalf("%v", err)
	}
	parts := workbook{}
	for _, file := range archive.File {
		r, err := file.Open()
		if err != nil {
			t.Fatalf("%v", err)
		}
		part, err := io.ReadAll(r)
		if err != nil {
			t.Fatalf("%v", err)
		}
		parts[file.Name] = tree(t, string(part))
	}
	return parts
}

// all lists the elements of a name, wherever they are.
func (e element) all(name string) []element {
	var found []element
	if e.name == name {
		found = append(found, e)
	}
	for _, child := range e.children {
		found = append(found, child.all(name)...)
	}
	return found
}

// sheet reads a sheet's rows: strings, and numbers as "#" and the number.
func (w workbook) sheet(t fataler, name string) [][]string {
	t.Helper()
	for i, s := range w["xl/workbook.xml"].all("sheet") {
		if s.attributes["name"] != name {
			continue
		}
		var rows [][]string
		for _, row := range w[fmt.Sprintf("xl/worksheets/sheet%d.xml", i+1)].all("row") {
			var cells []string
			for _, c := range row.all("c") {
				column := 0
				for _, letter := range strings.TrimRight(c.attributes["r"], "0123456789") {
					column = column*26 + int(letter-'A') + 1
				}
				for len(cells) < column {
					cells = append(cells, "")
				}
				cells[column-1] = cellValue(t, c)
			}
			rows = append(rows, cells)
		}
		return rows
	}
	t.Fatalf("there is no sheet %s", name)
	return nil
}

// cellValue fails for a cell that is neither a plain string nor a plain number.
func cellValue(t fataler, c element) string {
	t.Helper()
	switch kind := c.attributes["t"]; kind {
	case "inlineStr":
		if len(c.children) != 1 || c.children[0].name != "is" || len(c.children[0].children) != 1 || c.children[0].children[0].name != "t" {
			t.Fatalf("cell %s is not plain text: %v", c.attributes["r"], c)
		}
		return c.children[0].children[0].text
	case "", "n":
		if len(c.children) != 1 || c.children[0].name != "v" {
			t.Fatalf("cell %s is no number: %v", c.attributes["r"], c)
		}
		if _, err := strconv.ParseFloat(c.children[0].text, 64); err != nil {
			t.Fatalf("cell %s: %v", c.attributes["r"], err)
		}
		return "#" + c.children[0].text
	default:
		t.Fatalf("cell %s is of type %q", c.attributes["r"], kind)
		return ""
	}
}

func bookOf(t fataler, r audit.Result, o Options) workbook {
	t.Helper()
	return openWorkbook(t, written(t, writeAudit, "xlsx", r, o))
}

// columnOf is a sheet's column, the heading left out.
func columnOf(t *testing.T, rows [][]string, head string) []string {
	t.Helper()
	i := slices.Index(rows[0], head)
	if i < 0 {
		t.Fatalf("there is no column %q", head)
	}
	var cells []string
	for _, row := range rows[1:] {
		for len(row) <= i {
			row = append(row, "")
		}
		cells = append(cells, row[i])
	}
	return cells
}

// serial is a time as spreadsheets count it: days since the last one of 1899.
func serial(t time.Time) string {
	days := t.Sub(time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC)).Hours() / 24
	return "#" + strconv.FormatFloat(days, 'f', -1, 64)
}

// near compares numbers of seconds that were written as fractions of days.
func near(a, b string) bool {
	x, err1 := strconv.ParseFloat(strings.TrimPrefix(a, "#"), 64)
	y, err2 := strconv.ParseFloat(strings.TrimPrefix(b, "#"), 64)
	return err1 == nil && err2 == nil && max(x-y, y-x) < 0.4/86400
}
