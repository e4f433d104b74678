package evidence

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"unicode/utf8"
)

// Marks are short hashes of a file's pieces in order. File.SHA256 tells that a
// file was changed, the marks tell where, from the bundle alone.
//
// A piece of text is a line, because a line is what people can act on (in the
// report it is one user, in indented JSON one member), and because lines fall
// into step again behind one that was added or taken out, where blocks of a
// fixed size would all differ up to the end. All else, such as JSON on a single
// line, goes by blocks.
//
// A file has at most 8192 pieces, so that its marks are at most 64 KiB however
// large it is: a report of IAM's 5,000 users gets a mark per line, findings of
// 150,000 lines one per 19, a block is never smaller than 64 bytes. A mark is cut
// to 32 bits because it proves nothing and only has to point: that one changed
// piece keeps its mark by chance happens once in four thousand million times.
type Marks struct {
	File   string `json:"file"`
	Unit   string `json:"unit"`   // "line" or "byte"
	Each   int    `json:"each"`   // so many units are a piece; the last may be shorter
	Hashes string `json:"hashes"` // eight digits for each piece
}

const (
	lineUnit, byteUnit = "line", "byte"

	maxPieces  = 8192
	leastBlock = 64
	markDigits = 8
	// longLine is the average above which a line is too long to be looked at.
	longLine = 1 << 10
)

// newMarks chooses the pieces for a file and marks them.
func newMarks(file string, data []byte) Marks {
	m := Marks{File: file, Unit: byteUnit, Each: leastBlock}
	if lines := countLines(data); isText(data) && (lines > 1 || len(data) <= leastBlock) && len(data) <= lines*longLine {
		m.Unit, m.Each = lineUnit, 1+(lines-1)/maxPieces
	} else {
		for len(data) > m.Each*maxPieces {
			m.Each *= 2
		}
	}
	if len(data) == 0 {
		m.Unit, m.Each = lineUnit, 1
	}
	var hashes []byte
	for _, piece := range m.pieces(data) {
		hashes = appendMark(hashes, piece)
	}
	m.Hashes = string(hashes)
	return m
}

func appendMark(hashes, piece []byte) []byte {
	sum := sha256.Sum256(piece)
	return hex.AppendEncode(hashes, sum[:markDigits/2])
}

// pieces cuts data as the marks say. Together they are data.
func (m Marks) pieces(data []byte) [][]byte {
	var pieces [][]byte
	for len(data) > 0 {
		end := min(m.Each, len(data))
		if m.Unit == lineUnit {
			end = 0
			for n := 0; n < m.Each && end < len(data); n++ {
				end += lineEnd(data[end:])
			}
		}
		pieces = append(pieces, data[:end])
		data = data[end:]
	}
	return pieces
}

// lineEnd is the length of the first line with its newline.
func lineEnd(data []byte) int {
	if i := bytes.IndexByte(data, '\n'); i >= 0 {
		return i + 1
	}
	return len(data)
}

// countLines counts a last line without newline too.
func countLines(data []byte) int {
	n := bytes.Count(data, []byte("\n"))
	if len(data) > 0 && data[len(data)-1] != '\n' {
		n++
	}
	return n
}

func isText(data []byte) bool { return utf8.Valid(data) && bytes.IndexByte(data, 0) < 0 }

// check tells whether the marks can be those of a file.
func (m Marks) check(f File) error {
	count := int64(len(m.Hashes) / markDigits)
	switch {
	case m.File != f.Name:
		return fmt.Errorf("marks of %q are where those of %q belong", m.File, f.Name)
	case m.Unit != lineUnit && m.Unit != byteUnit || m.Each < 1:
		return fmt.Errorf("marks of %q are of every %d %q", m.File, m.Each, m.Unit)
	case !isHex(m.Hashes, int(count)*markDigits) || count > maxPieces:
		return fmt.Errorf("marks of %q are not eight hexadecimal digits for each piece, or too many", m.File)
	case m.Unit == byteUnit && count != (f.Size+int64(m.Each)-1)/int64(m.Each), (count == 0) != (f.Size == 0), count > f.Size:
		return fmt.Errorf("%d marks of %q do not fit its size of %d bytes", count, m.File, f.Size)
	}
	return nil
}
