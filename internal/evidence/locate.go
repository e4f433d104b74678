package evidence

import (
	"bytes"
	"fmt"
)

// change is where a file differs from its marks: from piece first on there are
// so many pieces in the place of so many others.
type change struct{ first, now, then int }

// locate finds by the marks where a file that was changed differs, and says it in
// a clause. It fails to only if a changed piece kept its mark, see Marks.
func (m Marks) locate(found []byte) (p Place, clause string, ok bool) {
	pieces := m.pieces(found)
	c := m.compare(pieces)
	if c.now == 0 && c.then == 0 {
		return Place{}, "", false
	}
	p = span(found, pieces, c.first)
	if m.Unit != lineUnit && !isText(found) {
		p.FirstLine, p.LastLine = 0, 0
	}
	if m.Unit == lineUnit && m.Each == 1 {
		return p, c.inLines(p), true
	}
	return p, "the first difference is within " + p.String(), true
}

func (m Marks) compare(pieces [][]byte) change {
	want := len(m.Hashes) / markDigits
	var buffer [markDigits]byte
	same := func(i, j int) bool {
		return string(appendMark(buffer[:0], pieces[i])) == m.Hashes[j*markDigits:(j+1)*markDigits]
	}
	first, behind := 0, 0
	for first < len(pieces) && first < want && same(first, first) {
		first++
	}
	// From behind as well, where the pieces are sure to fall into step.
	if m.Unit == lineUnit && m.Each == 1 || len(pieces) == want {
		for behind < min(len(pieces), want)-first && same(len(pieces)-1-behind, want-1-behind) {
			behind++
		}
	}
	return change{first: first, now: len(pieces) - behind - first, then: want - behind - first}
}

// span is the place of a piece, or the end of the file if there is no such one.
func span(found []byte, pieces [][]byte, piece int) Place {
	start := 0
	for _, before := range pieces[:piece] {
		start += len(before)
	}
	p := Place{FirstByte: int64(start), LastByte: int64(start)}
	p.FirstLine = bytes.Count(found[:start], []byte("\n")) + 1
	p.LastLine = p.FirstLine
	if piece < len(pieces) {
		end := start + len(pieces[piece])
		if end < len(found) {
			end-- // at the end of the file it may be the next byte that is missing
		}
		p.LastByte = int64(end)
		p.LastLine += max(0, countLines(pieces[piece])-1)
	}
	return p
}

func (c change) inLines(p Place) string {
	line := c.first + 1
	switch {
	case c.now == 0:
		return fmt.Sprintf("%s missing before line %d (offset %d)", counted(c.then), line, p.FirstByte)
	case c.then == 0:
		return fmt.Sprintf("%s too many from line %d on (offset %d)", counted(c.now), line, p.FirstByte)
	case c.now == 1 && c.then == 1:
		return fmt.Sprintf("line %d is not the recorded one (offsets %d to %d)", line, p.FirstByte, p.LastByte)
	}
	lines := fmt.Sprintf("lines %d to %d are", line, c.first+c.now)
	if c.now == 1 {
		lines = fmt.Sprintf("line %d is", line)
	}
	what := "not the recorded ones"
	if c.now != c.then {
		what = fmt.Sprintf("in the place of %d others", c.then)
	}
	return fmt.Sprintf("%s %s; the first difference is within offsets %d to %d", lines, what, p.FirstByte, p.LastByte)
}

func counted(lines int) string {
	if lines == 1 {
		return "1 line is"
	}
	return fmt.Sprintf("%d lines are", lines)
}
