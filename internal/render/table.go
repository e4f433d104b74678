package render

import (
	"bytes"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"

	"keywatch/internal/audit"
	"keywatch/internal/report"
)

const (
	gutter     = 2  // columns of space between two columns
	readable   = 32 // the least width for sentences, if it can be had
	narrowest  = 10 // the least width of all
	keyIDWidth = 20 // the length of the access key IDs that IAM issues
)

// auditTable writes the head and one row per finding, in the first layout that
// leaves the sentences room, else in the last one.
func auditTable(out *bytes.Buffer, r audit.Result, o Options, findings []findingDoc, layouts []layout) {
	p := page{out, o.Width, o.Color}
	auditHead(p, r, o)
	controlsTable(p, assess(r, o.Frameworks))
	p.gap()
	if len(findings) == 0 {
		p.para("", plain, AuditSentence(r))
	} else {
		findingsTable(p, findings, layouts)
	}
	if o.Story != nil {
		p.gap()
		p.para("SINCE THE LAST RUN", bold, "")
		storyTable(out, *o.Story, o)
	}
}

func findingsTable(p page, findings []findingDoc, layouts []layout) {
	for i, l := range layouts {
		widths := l.natural(findings)
		if excess := p.excess(widths); excess > 0 {
			excess = l.shrink(widths, excess, first, readable)
			if excess > 0 && i < len(layouts)-1 {
				continue
			}
			excess = l.shrink(widths, excess, last, keyIDWidth)
			l.shrink(widths, excess, first, narrowest)
		}
		l.write(p, findings, widths)
		return
	}
}

// natural is the width of each column where nothing is wrapped.
func (l layout) natural(findings []findingDoc) []int {
	widths := make([]int, len(l))
	for i, c := range l {
		widths[i] = text.StringWidth(c.head)
		for _, f := range findings {
			for _, line := range c.cell(f) {
				widths[i] = max(widths[i], text.StringWidth(line))
			}
		}
		if c.most > 0 {
			widths[i] = min(widths[i], c.most)
		}
	}
	return widths
}

// excess is by how much columns of these widths are too wide for the page.
func (p page) excess(widths []int) int {
	if p.width <= 0 {
		return 0
	}
	total := gutter * (len(widths) - 1)
	for _, w := range widths {
		total += w
	}
	return max(total-p.width, 0)
}

// shrink takes the excess from the columns that wrap so, leaving each the given
// width at least, and returns what is left of the excess.
func (l layout) shrink(widths []int, excess int, w wrapping, least int) int {
	for i, c := range l {
		if c.wraps == w {
			taken := min(excess, max(widths[i]-least, 0))
			widths[i] -= taken
			excess -= taken
		}
	}
	return excess
}

// write writes the header and a row for each finding. Rows that are several
// lines high are parted by an empty line.
func (l layout) write(p page, findings []findingDoc, widths []int) {
	tw := table.NewWriter()
	tw.SetStyle(table.Style{Box: table.BoxStyle{PaddingRight: strings.Repeat(" ", gutter)}})
	var configs []table.ColumnConfig
	var head table.Row
	for i, c := range l {
		align := text.AlignLeft
		if c.number {
			align = text.AlignRight
		}
		configs = append(configs, table.ColumnConfig{Number: i + 1, Align: align})
		head = append(head, p.lines([]string{c.head}, widths[i], bold))
	}
	tw.SetColumnConfigs(configs)
	tw.AppendRow(head)
	for i, f := range findings {
		if i > 0 && l.stacked() {
			tw.AppendRow(table.Row{""})
		}
		var row table.Row
		for j, c := range l {
			style := plain
			if j == 0 {
				style = verdictPaint(verdict(f))
			}
			row = append(row, p.lines(c.cell(f), widths[j], style))
		}
		tw.AppendRow(row)
	}
	for line := range strings.Lines(tw.Render() + "\n") {
		p.out.WriteString(strings.TrimRight(line, " \n") + "\n")
	}
}

// lines makes one cell of clean lines, wrapped and painted line by line.
func (p page) lines(cell []string, width int, style paint) string {
	var lines []string
	for _, line := range cell {
		for _, part := range wrap(line, width) {
			lines = append(lines, p.paint(part, style))
		}
	}
	return strings.Join(lines, "\n")
}

func verdictPaint(verdict string) paint {
	switch verdict {
	case report.Critical.String():
		return alarmed
	case report.High.String():
		return red
	case report.Medium.String():
		return yellow
	case report.Low.String():
		return cyan
	case string(report.Unknown):
		return magenta
	case string(report.Pass):
		return green
	}
	return plain
}
