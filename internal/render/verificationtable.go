package render

import (
	"bytes"
	"fmt"
	"path"
	"strings"

	"github.com/jedib0t/go-pretty/v6/text"

	"keywatch/internal/evidence"
)

// bundleRow are a bundle's columns, and bundleHead their names.
func bundleRow(c evidence.Checked) []string {
	row := []string{string(c.Verdict), c.AccountID, c.Bundle, stamp(c.FinishedAt), fmt.Sprint(c.Files), fmt.Sprint(c.Bytes), sealWords(c)}
	if c.Verdict == evidence.Lost {
		row[4], row[5] = none, none
	}
	return row
}

func bundleHead() []string {
	return []string{"RESULT", "ACCOUNT", "BUNDLE", "TIME", "FILES", "BYTES", "SIGNATURE"}
}

// remarkLine is the remark with its place. Callers make it clean.
func remarkLine(r evidence.Remark) string {
	return path.Join(r.AccountID, r.Bundle, r.File) + " " + r.Text
}

func sealWords(c evidence.Checked) string {
	switch {
	case c.Seal == "":
		return none
	case c.SignedBy == "":
		return string(c.Seal)
	}
	return string(c.Seal) + " " + c.SignedBy
}

func verificationTable(out *bytes.Buffer, v Verified, o Options) {
	p := page{out, o.Width, o.Color}
	for _, fact := range verificationFacts(v) {
		p.para(fmt.Sprintf("%-12s", fact.Name), bold, fact.Value)
	}
	p.gap()
	p.bundles(v.Report.Each)
	for _, part := range []struct {
		title, mark string
		style       paint
		remarks     []evidence.Remark
	}{{"PROBLEMS", "  ! ", alarmed, v.Report.Problems}, {"NOTES", "  . ", plain, v.Report.Notes}} {
		if len(part.remarks) == 0 {
			continue
		}
		p.gap()
		p.para(fmt.Sprintf("%s (%d)", part.title, len(part.remarks)), bold, "")
		for _, remark := range part.remarks {
			p.para(part.mark, part.style, remarkLine(remark))
		}
	}
	p.gap()
	p.para("", plain, VerificationSentence(v))
}

// bundles writes a row for each bundle, or, where the page is too narrow for
// that, a paragraph.
func (p page) bundles(each []evidence.Checked) {
	rows := [][]string{bundleHead()}
	for _, c := range each {
		rows = append(rows, bundleRow(c))
	}
	widths := make([]int, len(rows[0]))
	total := -gutter
	for i := range widths {
		for _, row := range rows {
			row[i] = clean(row[i])
			widths[i] = max(widths[i], text.StringWidth(row[i]))
		}
		total += widths[i] + gutter
	}
	narrow := p.width > 0 && total > p.width
	for i, row := range rows {
		style, others := bold, bold
		if i > 0 {
			style, others = bundlePaint(each[i-1].Verdict), plain
		}
		switch {
		case !narrow:
			p.row(row, widths, style, others)
		case i > 0:
			facts := ""
			if each[i-1].Verdict != evidence.Lost {
				facts = fmt.Sprintf(" %s, %s files, %s bytes, signature %s", row[3], row[4], row[5], row[6])
			}
			p.para(fmt.Sprintf("%-*s", widths[0]+gutter, row[0]), style, row[1]+"/"+row[2]+facts)
		}
	}
}

// row writes clean cells of these widths, numbers to the right.
func (p page) row(row []string, widths []int, style, others paint) {
	var line strings.Builder
	for i, cell := range row {
		pad := strings.Repeat(" ", widths[i]-text.StringWidth(cell))
		cell, style = p.paint(cell, style), others
		switch {
		case i == len(row)-1: // nothing follows
		case i == 4 || i == 5:
			cell = pad + cell
		default:
			cell += pad
		}
		line.WriteString(cell + strings.Repeat(" ", gutter))
	}
	p.out.WriteString(strings.TrimRight(line.String(), " ") + "\n")
}

func bundlePaint(v evidence.Verdict) paint {
	switch v {
	case evidence.Sound:
		return green
	case evidence.Interrupted:
		return plain
	case evidence.Unseen:
		return magenta
	}
	return alarmed
}

func verificationMarkdown(out *bytes.Buffer, v Verified) {
	fmt.Fprintf(out, "## Verification of %s\n\n%s\n\n", code(v.Archive), prose(VerificationSentence(v)))
	markdownFacts(out, verificationFacts(v), nil)
	head := bundleHead()
	for i, name := range head {
		head[i] = name[:1] + strings.ToLower(name[1:])
	}
	rows := [][]string{head}
	for _, c := range v.Report.Each {
		row := bundleRow(c)
		result := row[0]
		if c.Verdict != evidence.Sound && c.Verdict != evidence.Interrupted {
			result = "**" + result + "**"
		}
		rows = append(rows, []string{result, code(row[1]), code(row[2]), row[3], row[4], row[5], prose(row[6])})
	}
	markdownTable(out, rows)
	for _, part := range []struct {
		title   string
		remarks []evidence.Remark
	}{{"Problems", v.Report.Problems}, {"Notes", v.Report.Notes}} {
		if len(part.remarks) > 0 {
			fmt.Fprintf(out, "\n### %s (%d)\n\n", part.title, len(part.remarks))
		}
		for _, remark := range part.remarks {
			fmt.Fprintf(out, "- %s\n", prose(remarkLine(remark)))
		}
	}
}
