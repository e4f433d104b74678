package render

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/jedib0t/go-pretty/v6/text"
	"pgregory.net/rapid"
)

func TestWrap(t *testing.T) {
	tests := []struct {
		name  string
		in    string
		width int
		want  []string
	}{
		{"no limit", "one two three", 0, []string{"one two three"}},
		{"between words", "one two three", 7, []string{"one two", "three"}},
		{"inside a word that is wider than a line", "abcdefgh ij", 5, []string{"abcde", "fgh", "ij"}},
		{"wide characters count two", "山田山田", 4, []string{"山田", "山田"}},
		{"nothing is one empty line", "", 5, []string{""}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if diff := cmp.Diff(test.want, wrap(test.in, test.width)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestWrapKeepsToTheWidthAndLosesNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := clean(nasty().Draw(t, "in"))
		width := rapid.IntRange(2, 40).Draw(t, "width")
		lines := wrap(in, width)
		for _, line := range lines {
			if text.StringWidth(line) > width {
				t.Fatalf("line %q is wider than %d", line, width)
			}
		}
		drop := func(s string) string { return strings.ReplaceAll(s, " ", "") }
		if got := drop(strings.Join(lines, "")); got != drop(in) {
			t.Fatalf("wrap(%q, %d) = %q", in, width, lines)
		}
	})
}
