package evidence

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestMarksChooseTheirPieces(t *testing.T) {
	for _, tc := range []struct {
		name   string
		data   string
		unit   string
		each   int
		pieces int
	}{
		{"nothing", "", lineUnit, 1, 0},
		{"one short line", "version: 1\n", lineUnit, 1, 1},
		{"one long line", strings.Repeat("x", 100), byteUnit, 64, 2},
		{"text", "a\nb\n\nc", lineUnit, 1, 4},
		{"a report of 5,000 users", strings.Repeat(strings.Repeat("x", 399)+"\n", 5001), lineUnit, 1, 5001},
		{"findings of 150,000 lines", strings.Repeat("  \"user\": \"alice\",\n", 150_000), lineUnit, 19, 7895},
		{"JSON on one line", strings.Repeat(`{"user":"alice"},`, 100_000), byteUnit, 256, 6641},
		{"lines nobody looks at", strings.Repeat(strings.Repeat("x", 2000)+"\n", 10), byteUnit, 64, 313},
		{"no text", "\x00\n\xff\n", byteUnit, 64, 1},
		{"exactly full", strings.Repeat("\x00", leastBlock*maxPieces), byteUnit, 64, maxPieces},
		{"one too many", strings.Repeat("\x00", leastBlock*maxPieces+1), byteUnit, 128, maxPieces/2 + 1},
	} {
		t.Run(tc.name, func(t *testing.T) {
			data := []byte(tc.data)
			m := newMarks("f", data)
			if m.Unit != tc.unit || m.Each != tc.each || len(m.Hashes) != tc.pieces*markDigits {
				t.Errorf("%d pieces of %d %s, want %d of %d %s", len(m.Hashes)/markDigits, m.Each, m.Unit, tc.pieces, tc.each, tc.unit)
			}
			if err := m.check(File{Name: "f", Size: int64(len(data))}); err != nil {
				t.Error(err)
			}
			if _, _, ok := m.locate(data); ok {
				t.Error("a difference was found where there is none")
			}
		})
	}
}

func TestChangesAreLocated(t *testing.T) {
	text := "one\ntwo\nthree\nfour\nfive\n"
	block := strings.Repeat("0123456789abcdef", 20)
	for _, tc := range []struct{ name, was, is, want string }{
		{"a changed line", text, strings.Replace(text, "three", "thr33", 1), "line 3 is not the recorded one (offsets 8 to 13)"},
		{"the last line", text, strings.Replace(text, "five", "5", 1), "line 5 is not the recorded one (offsets 19 to 21)"},
		{"no last newline", text, strings.TrimSuffix(text, "\n"), "line 5 is not the recorded one (offsets 19 to 23)"},
		{"a line taken out", text, strings.Replace(text, "two\n", "", 1), "1 line is missing before line 2 (offset 4)"},
		{"the end taken out", text, text[:14], "2 lines are missing before line 4 (offset 14)"},
		{"all taken out", text, "", "5 lines are missing before line 1 (offset 0)"},
		{"a line put in", text, strings.Replace(text, "two\n", "two\nnew\n", 1), "1 line is too many from line 3 on (offset 8)"},
		{"lines put behind", text, text + "six\nseven", "2 lines are too many from line 6 on (offset 24)"},
		{"two lines made one", text, strings.Replace(text, "two\nthree", "two three", 1), "line 2 is in the place of 2 others; the first difference is within offsets 4 to 13"},
		{"two changes", text, strings.NewReplacer("two", "2", "four", "4").Replace(text), "lines 2 to 4 are not the recorded ones; the first difference is within offsets 4 to 5"},
		{"a block", block, block[:200] + "X" + block[201:], "the first difference is within offsets 192 to 255, line 1"},
		{"the last block", block, block[:319] + "X", "the first difference is within offsets 256 to 320, line 1"},
		{"a file cut", block, block[:100], "the first difference is within offsets 64 to 100, line 1"},
		{"a file cut between blocks", block, block[:128], "the first difference is within offset 128, line 1"},
		{"no text", "\x00" + block, "\x00" + block[:100], "the first difference is within offsets 64 to 101"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			_, got, ok := newMarks("f", []byte(tc.was)).locate([]byte(tc.is))
			if got != tc.want || !ok {
				t.Errorf("got  %q\nwant %q", got, tc.want)
			}
		})
	}
}

// What the marks say is true of the first byte that differs, whatever was
// changed in whatever.
func TestMarksFindTheFirstDifference(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		was := contentGenerator().Draw(t, "was")
		is := edit(t, was)
		exact, differs := firstDifference(is, was)
		p, clause, ok := newMarks("f", was).locate(is)
		if ok != differs {
			t.Fatalf("located: %v, differs: %v", ok, differs)
		}
		if !differs {
			return
		}
		if exact.FirstByte < p.FirstByte || exact.FirstByte > p.LastByte {
			t.Fatalf("%q for offset %d", clause, exact.FirstByte)
		}
		if p.FirstLine > 0 && exact.FirstLine > 0 && (exact.FirstLine < p.FirstLine || exact.FirstLine > p.LastLine+1) {
			t.Fatalf("%q (%+v) for line %d", clause, p, exact.FirstLine)
		}
	})
}

// contentGenerator makes texts of short and long lines, and bytes of all kinds.
func contentGenerator() *rapid.Generator[[]byte] {
	line := rapid.StringMatching(`[a-cü,]{0,12}\n?`)
	text := rapid.Custom(func(t *rapid.T) []byte {
		return []byte(strings.Join(rapid.SliceOfN(line, 0, 40).Draw(t, "lines"), ""))
	})
	return rapid.OneOf(text, rapid.SliceOfN(rapid.Byte(), 0, 500))
}

// edit replaces a part of something with something else, or nothing.
func edit(t *rapid.T, was []byte) []byte {
	from := rapid.IntRange(0, len(was)).Draw(t, "from")
	to := rapid.IntRange(from, min(len(was), from+30)).Draw(t, "to")
	return slices.Concat(was[:from], contentGenerator().Draw(t, "instead"), was[to:])
}

func TestFirstDifference(t *testing.T) {
	for _, tc := range []struct{ found, want, place string }{
		{"abc", "abd", "offset 2, line 1, column 3"},
		{"a\nb\nc", "a\nb\nd", "offset 4, line 3, column 1"},
		{"a\nb", "a\nb\n", "offset 3, line 2, column 2"},
		{"a\nb\n", "a\nb", "offset 3, line 2, column 2"},
		{"", "a", "offset 0, line 1, column 1"},
		{"üüa", "üüb", "offset 4, line 1, column 3"},
		{"üü", "üö", "offset 3, line 1, column 2"},
		{"a€", "a₭", "offset 3, line 1, column 2"},
		{"ü\xffx", "ü\xfex", "offset 2"},
		{"ab\xff", "abc", "offset 2, line 1, column 3"},
		{"\x00a", "\x00b", "offset 1"},
	} {
		p, differs := firstDifference([]byte(tc.found), []byte(tc.want))
		if !differs || p.String() != tc.place {
			t.Errorf("%q, not %q: %s, want %s", tc.found, tc.want, p, tc.place)
		}
	}
	if _, differs := firstDifference([]byte("a"), []byte("a")); differs {
		t.Error("equal files differ")
	}
}

func TestMarksThatCannotBe(t *testing.T) {
	good := newMarks("f", []byte("a\nb\n"))
	for name, change := range map[string]func(*Marks){
		"of another file":  func(m *Marks) { m.File = "g" },
		"of unknown units": func(m *Marks) { m.Unit = "page" },
		"of nothing":       func(m *Marks) { m.Each = 0 },
		"cut off":          func(m *Marks) { m.Hashes = m.Hashes[1:] },
		"no digits":        func(m *Marks) { m.Hashes = strings.ToUpper(m.Hashes[:15]) + "X" },
		"none":             func(m *Marks) { m.Hashes = "" },
		"too many":         func(m *Marks) { m.Hashes = strings.Repeat("0", 8*5) },
		"too few blocks":   func(m *Marks) { m.Unit, m.Each = byteUnit, 1 },
	} {
		m := good
		change(&m)
		if err := m.check(File{Name: "f", Size: 4}); err == nil {
			t.Errorf("%s: %+v", name, m)
		}
	}
	// A foreign manifest may say anything of pieces; it must not take forever.
	m := Marks{File: "f", Unit: lineUnit, Each: 1 << 62, Hashes: "00000000"}
	if got := m.pieces([]byte("a\nb\n")); len(got) != 1 || !bytes.Equal(got[0], []byte("a\nb\n")) {
		t.Error(fmt.Sprint(got))
	}
}
