package evidence

import (
	"bytes"
	"fmt"
	"unicode/utf8"
)

// Place is where a file begins to be another one: the first byte that differs
// lies from FirstByte to LastByte, which are offsets from 0 in the file as it was
// found. They are equal where the byte is known, and the file's length where the
// file ends too early. Lines and columns count from 1, columns in characters, and
// are 0 where there are none or they are not known.
type Place struct {
	FirstByte int64 `json:"first_byte"`
	LastByte  int64 `json:"last_byte"`
	FirstLine int   `json:"first_line"`
	LastLine  int   `json:"last_line"`
	Column    int   `json:"column"`
}

// String is a phrase such as "offset 4071, line 17, column 23".
func (p Place) String() string {
	text := fmt.Sprintf("offset %d", p.FirstByte)
	if p.LastByte > p.FirstByte {
		text = fmt.Sprintf("offsets %d to %d", p.FirstByte, p.LastByte)
	}
	switch {
	case p.FirstLine == 0:
		return text
	case p.LastLine > p.FirstLine:
		return fmt.Sprintf("%s, lines %d to %d", text, p.FirstLine, p.LastLine)
	case p.Column > 0:
		return fmt.Sprintf("%s, line %d, column %d", text, p.FirstLine, p.Column)
	}
	return fmt.Sprintf("%s, line %d", text, p.FirstLine)
}

// firstDifference compares a file with what it should be. It finds nothing in
// equal ones. Lines are counted if either of the two is text.
func firstDifference(found, want []byte) (p Place, differs bool) {
	if bytes.Equal(found, want) {
		return Place{}, false
	}
	at := 0
	for at < len(found) && at < len(want) && found[at] == want[at] {
		at++
	}
	p = Place{FirstByte: int64(at), LastByte: int64(at)}
	if !isText(found) && !isText(want) {
		return p, true
	}
	before := found[:at]
	start := bytes.LastIndexByte(before, '\n') + 1
	p.FirstLine = bytes.Count(before, []byte("\n")) + 1
	p.LastLine = p.FirstLine
	p.Column = wholeCharacters(before[start:]) + 1
	return p, true
}

// wholeCharacters counts the characters, without one that is cut off at the end:
// a difference inside a character is in that character's column.
func wholeCharacters(b []byte) int {
	n := utf8.RuneCount(b)
	for cut := 1; cut < utf8.UTFMax && cut <= len(b); cut++ {
		if tail := b[len(b)-cut:]; utf8.RuneStart(tail[0]) {
			if !utf8.FullRune(tail) {
				n -= cut // each byte of it was counted as one
			}
			break
		}
	}
	return n
}
