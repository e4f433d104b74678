package render

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Line makes text from outside safe to print as one line on a terminal: control
// and invisible characters and bytes that are not UTF-8 become escapes.
func Line(s string) string { return clean(s) }

// clean makes text fit for one line of a terminal: what is not plainly visible
// there, such as control characters, bidirectional overrides, zero-width
// characters, odd spaces and bytes that are not UTF-8, is shown as an escape
// like \x1b or \u202e. All else stays as it is.
func clean(s string) string {
	var b strings.Builder
	for len(s) > 0 {
		r, size := utf8.DecodeRuneInString(s)
		switch {
		case r == utf8.RuneError && size == 1:
			fmt.Fprintf(&b, `\x%02x`, s[0])
		case visible(r):
			b.WriteRune(r)
		case r < utf8.RuneSelf:
			fmt.Fprintf(&b, `\x%02x`, r)
		case r <= 0xffff:
			fmt.Fprintf(&b, `\u%04x`, r)
		default:
			fmt.Fprintf(&b, `\U%08x`, r)
		}
		s = s[size:]
	}
	return b.String()
}

// visible tells that a reader sees the character. IsPrint alone lets through
// fillers and variation selectors, which are letters and marks of no width.
func visible(r rune) bool {
	return unicode.IsPrint(r) && !unicode.In(r, unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector)
}

// formulaStarts are the characters, and their full-width and small forms, that
// make a spreadsheet read a cell as a formula, and the control characters that
// some of them skip on the way to one.
const formulaStarts = "=+-@\t\r\n\x00＝＋－＠﹦﹢﹣﹫"

// cell makes text fit for a CSV field that may be opened in a spreadsheet: it
// is clean, and a field that would be read as a formula begins with an
// apostrophe.
func cell(s string) string {
	start := strings.TrimLeftFunc(s, func(r rune) bool {
		return !strings.ContainsRune(formulaStarts, r) && (unicode.IsSpace(r) || !visible(r))
	})
	if start != "" && strings.ContainsRune(formulaStarts, []rune(start)[0]) {
		return "'" + clean(s)
	}
	return clean(s)
}

// code writes an identifier for Markdown: a code span, in which neither markup
// nor links, mentions and references are looked for. The few characters that a
// code span in a table cannot hold make it plain text.
func code(s string) string {
	s = clean(s)
	if s == "" || strings.ContainsAny(s, "`|\\") || strings.TrimSpace(s) != s {
		return prose(s)
	}
	return "`" + s + "`"
}

// prose writes a sentence for Markdown so that it renders as itself. Markup is
// escaped with a backslash. Mentions, references and bare links are found in
// the rendered text, after escapes are gone, so an empty comment parts them.
func prose(s string) string {
	const parting = "<!-- -->"
	var b strings.Builder
	s = clean(s)
	for i, r := range s {
		switch {
		case strings.ContainsRune("\\`*_{}[]()<>|~&!$^=", r), i == 0 && strings.ContainsRune("+-", r):
			b.WriteRune('\\')
			b.WriteRune(r)
		case r == '#':
			b.WriteString(`\#` + parting)
		case r == '@':
			b.WriteString("@" + parting)
		case r == ':' && strings.HasPrefix(s[i:], "://"):
			b.WriteString(":" + parting)
		case r == '.' && i >= 3 && strings.EqualFold(s[i-3:i], "www"):
			b.WriteString(parting + ".")
		case r == '.' && strings.Trim(s[:i], "0123456789") == "": // "1." would number a list
			b.WriteString(`\.`)
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}
