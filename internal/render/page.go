package render

import (
	"bytes"
	"strings"

	"github.com/jedib0t/go-pretty/v6/text"
)

// paint is an ANSI style. The text library keeps a global switch for its
// colours; escapes of our own leave it alone.
type paint string

const (
	plain   paint = ""
	bold    paint = "1"
	red     paint = "31"
	green   paint = "32"
	yellow  paint = "33"
	magenta paint = "35"
	cyan    paint = "36"
	alarmed paint = "1;31"
)

// page is terminal text that keeps to a width. What goes through para is made
// clean, so that no caller can forget to.
type page struct {
	out   *bytes.Buffer
	width int // 0 means no limit
	color bool
}

func (p page) paint(s string, style paint) string {
	if !p.color || style == plain || s == "" {
		return s
	}
	return "\x1b[" + string(style) + "m" + s + "\x1b[0m"
}

// para writes a lead and, beside it, a text whose lines all begin where the
// lead ends. A lead that leaves no room has lines of its own.
func (p page) para(lead string, style paint, body string) {
	lead = clean(lead)
	hang := text.StringWidth(lead)
	if p.width > 0 && p.width-hang < narrowest {
		for _, line := range wrap(lead, p.width) {
			p.out.WriteString(p.paint(strings.TrimRight(line, " "), style) + "\n")
		}
		lead, hang = "", 0
	}
	room := 0
	if p.width > 0 {
		room = max(p.width-hang, narrowest)
	}
	for i, line := range wrap(clean(body), room) {
		before := strings.Repeat(" ", hang)
		if i == 0 {
			before = p.paint(lead, style)
		}
		p.out.WriteString(strings.TrimRight(before+line, " ") + "\n")
	}
}

// gap writes an empty line.
func (p page) gap() { p.out.WriteByte('\n') }

// wrap breaks clean text at spaces into lines of at most width columns; 0 means
// no limit. Only a word that is wider than a line is broken inside. Nothing is
// lost but the spaces at which lines break.
func wrap(s string, width int) []string {
	if width <= 0 {
		return []string{s}
	}
	var lines []string
	line, used := "", 0
	for i, word := range strings.Split(s, " ") {
		switch size := text.StringWidth(word); {
		case i == 0:
		case used+1+size <= width:
			line, used = line+" ", used+1
		default:
			lines, line, used = append(lines, line), "", 0
		}
		for _, r := range word {
			w := text.RuneWidth(r)
			if used+w > width && used > 0 {
				lines, line, used = append(lines, line), "", 0
			}
			line, used = line+string(r), used+w
		}
	}
	return append(lines, line)
}
