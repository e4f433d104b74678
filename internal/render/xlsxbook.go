package render

import (
	"fmt"
	"slices"

	"github.com/jedib0t/go-pretty/v6/text"
	"github.com/xuri/excelize/v2"
)

// sheet is one sheet of a workbook: a heading and rows.
type sheet struct {
	name    string
	columns []xlColumn
	rows    [][]xlCell
	table   bool // can be filtered and sorted
	printed int  // how many columns go on paper, 0 means all
}

type xlColumn struct {
	head  string
	width float64
}

func (s *sheet) row(cells ...xlCell) { s.rows = append(s.rows, cells) }

// book is a workbook in the making.
type book struct {
	file   *excelize.File
	styles map[looks]int
	sheets int
}

func newBook() *book { return &book{file: excelize.NewFile(), styles: map[looks]int{}} }

// add writes a sheet after those that are there.
func (b *book) add(s sheet) error {
	if b.sheets++; b.sheets == 1 {
		if err := b.file.SetSheetName(b.file.GetSheetName(0), s.name); err != nil {
			return err
		}
	} else if _, err := b.file.NewSheet(s.name); err != nil {
		return err
	}
	if err := b.forPaper(s); err != nil {
		return err
	}
	w, err := b.file.NewStreamWriter(s.name)
	if err != nil {
		return err
	}
	if err := w.SetPanes(&excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"}); err != nil {
		return err
	}
	head := make([]xlCell, 0, len(s.columns))
	for _, c := range s.columns {
		head = append(head, xlText(c.head).as(looksHead))
	}
	for i, c := range slices.Backward(s.columns) { // each is put before those that are there
		if err := w.SetColWidth(i+1, i+1, c.width); err != nil {
			return err
		}
	}
	if err := b.writeRow(w, 1, head, excelize.RowOpts{Height: s.height(head)}); err != nil {
		return err
	}
	for i, row := range s.rows {
		if err := b.writeRow(w, i+2, row, excelize.RowOpts{Height: s.height(row)}); err != nil {
			return err
		}
	}
	if s.table && len(s.rows) > 0 { // a table without rows is none
		last, err := excelize.CoordinatesToCellName(len(s.columns), len(s.rows)+1)
		if err != nil {
			return err
		}
		stripes := false
		if err := w.AddTable(&excelize.Table{Range: "A1:" + last, Name: s.name + "Table", StyleName: "TableStyleLight1", ShowRowStripes: &stripes}); err != nil {
			return err
		}
	}
	return w.Flush()
}

// writeRow writes one row.
func (b *book) writeRow(w *excelize.StreamWriter, number int, cells []xlCell, o excelize.RowOpts) error {
	row := make([]any, 0, len(cells))
	for _, c := range cells {
		if c.value == nil {
			row = append(row, nil)
			continue
		}
		style, err := b.style(c.looks)
		if err != nil {
			return err
		}
		row = append(row, excelize.Cell{StyleID: style, Value: c.value})
	}
	return w.SetRow(fmt.Sprintf("A%d", number), row, o)
}

// height is how high a row must be for its text. Programs do not work that out when
// they open a workbook.
func (s *sheet) height(cells []xlCell) float64 {
	const line, most = 15, 409
	lines := 1
	for i, c := range cells {
		words, ok := c.value.(string)
		width := int(s.columns[i].width) - 1
		if ok && c.looks != looksLine && (len(words) > width && text.StringWidth(words) > width) {
			lines = max(lines, len(wrap(words, width)))
		}
	}
	return float64(min(lines*line, most))
}

// forPaper makes a sheet print on landscape pages, as wide as the table, with the
// heading and the page number on each.
func (b *book) forPaper(s sheet) error {
	yes, landscape, wide, tall := true, "landscape", 1, 0
	if err := b.file.SetSheetProps(s.name, &excelize.SheetPropsOptions{FitToPage: &yes}); err != nil {
		return err
	}
	if err := b.file.SetPageLayout(s.name, &excelize.PageLayoutOptions{Orientation: &landscape, FitToWidth: &wide, FitToHeight: &tall}); err != nil {
		return err
	}
	if err := b.file.SetHeaderFooter(s.name, &excelize.HeaderFooterOptions{OddFooter: "&L&A&RPage &P of &N"}); err != nil {
		return err
	}
	if s.printed > 0 {
		last, err := excelize.ColumnNumberToName(s.printed)
		if err != nil {
			return err
		}
		area := fmt.Sprintf("'%s'!$A$1:$%s$%d", s.name, last, len(s.rows)+1)
		if err := b.file.SetDefinedName(&excelize.DefinedName{Name: "_xlnm.Print_Area", RefersTo: area, Scope: s.name}); err != nil {
			return err
		}
	}
	return b.file.SetDefinedName(&excelize.DefinedName{
		Name: "_xlnm.Print_Titles", RefersTo: fmt.Sprintf("'%s'!$1:$1", s.name), Scope: s.name,
	})
}
