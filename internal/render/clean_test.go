package render

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"pgregory.net/rapid"
)

func TestClean(t *testing.T) {
	tests := []struct{ name, in, want string }{
		{"plain names stay", "dave+oncall@example.com", "dave+oncall@example.com"},
		{"letters of other scripts stay", "Zoë 山田", "Zoë 山田"},
		{"an escape sequence is shown", "alice\x1b[2J", `alice\x1b[2J`},
		{"line breaks and tabs are shown", "a\r\n\tb", `a\x0d\x0a\x09b`},
		{"a C1 control is shown", "a\u009bb", `a\u009bb`},
		{"a bidirectional override is shown", "abc\u202egpj", `abc\u202egpj`},
		{"a bidirectional isolate is shown", "\u2066a\u2069", `\u2066a\u2069`},
		{"zero-width characters are shown", "a\u200bb\ufeffc\u2060d", `a\u200bb\ufeffc\u2060d`},
		{"invisible letters and selectors are shown", "a\u3164b\ufe0fc\u034f", `a\u3164b\ufe0fc\u034f`},
		{"odd spaces are shown", "a\u00a0b\u3000c\u2028d", `a\u00a0b\u3000c\u2028d`},
		{"a tag character is shown", "a\U000e0041", `a\U000e0041`},
		{"bytes that are not UTF-8 are shown", "a\xffb\xc3", `a\xffb\xc3`},
		{"a replacement character stays", "a\ufffdb", "a\ufffdb"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got := clean(test.in); got != test.want {
				t.Errorf("clean(%q) = %q, want %q", test.in, got, test.want)
			}
		})
	}
}

func TestCell(t *testing.T) {
	tests := []struct{ name, in, want string }{
		{"a formula", "=HYPERLINK", "'=HYPERLINK"},
		{"a plus", "+1", "'+1"},
		{"a minus", "-1", "'-1"},
		{"a mention or a Lotus formula", "@SUM", "'@SUM"},
		{"a formula after spaces", "  =1", "'  =1"},
		{"a formula after a no-break space", "\u00a0=1", `'\u00a0=1`},
		{"a formula after a zero-width space", "\u200b=1", `'\u200b=1`},
		{"a formula after a line break", "\n=1", `'\x0a=1`},
		{"a tab alone", "\tx", `'\x09x`},
		{"a carriage return and a NUL", "\r\x00", `'\x0d\x00`},
		{"a full-width formula", "＝1", "'＝1"},
		{"a small form of it", "﹦1", "'﹦1"},
		{"a formula further on is only text", "a=1", "a=1"},
		{"an ordinary name", "erin,contractor", "erin,contractor"},
		{"nothing", "", ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got := cell(test.in); got != test.want {
				t.Errorf("cell(%q) = %q, want %q", test.in, got, test.want)
			}
		})
	}
}

func TestMarkdownText(t *testing.T) {
	tests := []struct {
		name        string
		in          string
		code, prose string
	}{
		{"a name", "bob", "`bob`", "bob"},
		{"an address", "dave@example.com", "`dave@example.com`", "dave@<!-- -->example.com"},
		{"markup", "a_*b*_", "`a_*b*_`", `a\_\*b\*\_`},
		{"HTML", "<b>&amp;", "`<b>&amp;`", `\<b\>\&amp;`},
		{"a link", "[x](http://e)", "`[x](http://e)`", `\[x\]\(http:<!-- -->//e\)`},
		{"a bare link", "see www.example.com", "`see www.example.com`", "see www<!-- -->.example.com"},
		{"an issue", "#12", "`#12`", `\#<!-- -->12`},
		{"a list", "- a", "`- a`", `\- a`},
		{"a numbered list", "1. a", "`1. a`", `1\. a`},
		{"a pipe", "a|b", `a\|b`, `a\|b`},
		{"a backtick", "a`b", "a\\`b", "a\\`b"},
		{"a backslash before a pipe", `a\|b`, `a\\\|b`, `a\\\|b`},
		{"a line break", "a\n# b", `a\\x0a\#<!-- --> b`, `a\\x0a\#<!-- --> b`},
		{"nothing", "", "", ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got := code(test.in); got != test.code {
				t.Errorf("code(%q) = %s, want %s", test.in, got, test.code)
			}
			if got := prose(test.in); got != test.prose {
				t.Errorf("prose(%q) = %s, want %s", test.in, got, test.prose)
			}
		})
	}
}

// nasty draws text that likes to be more than text.
func nasty() *rapid.Generator[string] {
	bits := []string{"a", "Z", "7", " ", "=", "+", "-", "@", "|", "`", "\\", "*", "_", "<", ">", "[", "]", "(", ")", "#", "!", "~", "&", "$",
		"\n", "\r", "\t", "\x00", "\x1b[31m", "\x7f", "\u0085", "\u009b", "\u202e", "\u2066", "\u200b", "\ufeff", "\u00a0", "\u2028",
		"\xff", "\xc3", "＝", "＠", "山", "é", "e\u0301", "://", "www.", "1.", "&lt;", "<!--", "-->", ",", "\"", "'", ";", "=cmd|' /C calc'!A0"}
	return rapid.Custom(func(t *rapid.T) string {
		if rapid.Bool().Draw(t, "free") {
			return rapid.String().Draw(t, "text")
		}
		return strings.Join(rapid.SliceOfN(rapid.SampledFrom(bits), 0, 12).Draw(t, "bits"), "")
	})
}

// read is what a reader of the rendered Markdown sees: a small reading of the
// rules for code spans, backslash escapes and comments. It reports false where
// it meets markup.
func read(s string) (string, bool) {
	if after, ok := strings.CutPrefix(s, "`"); ok {
		span := strings.TrimSuffix(after, "`")
		return span, !strings.ContainsAny(span, "`|") && len(span) == len(s)-2
	}
	var b strings.Builder
	for s != "" {
		if rest, ok := strings.CutPrefix(s, "<!-- -->"); ok {
			s = rest
			continue
		}
		if s[0] == '\\' {
			if len(s) == 1 || !unicode.In(rune(s[1]), unicode.Punct, unicode.Symbol) {
				return "", false
			}
			s = s[1:]
		} else if strings.IndexByte("\\`*_{}[]()<>#|~&!$", s[0]) >= 0 {
			return "", false
		}
		if strings.HasPrefix(s, "://") || strings.HasPrefix(s, "@") && !strings.HasPrefix(s, "@<!-- -->") {
			return "", false
		}
		b.WriteByte(s[0])
		s = s[1:]
	}
	return b.String(), true
}

// onlyText fails where a way to make text harmless is not.
func onlyText(t fataler, in string) {
	t.Helper()
	visible := clean(in)
	if !utf8.ValidString(visible) || strings.ContainsFunc(visible, func(r rune) bool { return !unicode.IsPrint(r) }) {
		t.Fatalf("clean(%q) = %q is not all visible", in, visible)
	}
	if clean(visible) != visible {
		t.Fatalf("clean(%q) = %q is not clean", in, visible)
	}

	field := cell(in)
	if start := strings.TrimSpace(field); start != "" && strings.ContainsRune("=+-@＝＋－＠", []rune(start)[0]) {
		t.Fatalf("cell(%q) = %q begins a formula", in, field)
	}
	if strings.TrimPrefix(field, "'") != strings.TrimPrefix(visible, "'") {
		t.Fatalf("cell(%q) = %q is more than an apostrophe away from the text", in, field)
	}

	for name, escaped := range map[string]string{"code": code(in), "prose": prose(in)} {
		if got, ok := read(escaped); !ok || got != visible {
			t.Fatalf("%s(%q) = %q reads as %q, %v", name, in, escaped, got, ok)
		}
	}
}

func TestTextIsOnlyText(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) { onlyText(t, nasty().Draw(t, "in")) })
}

func FuzzTextIsOnlyText(f *testing.F) {
	for _, s := range []string{"=HYPERLINK(\"http://e\")", "alice\x1b[2J", "a|b\n# c", "`<script>`", "\u202egpj.exe", "@team", "\xff"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) { onlyText(t, s) })
}
