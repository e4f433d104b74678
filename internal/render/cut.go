package render

import "unicode/utf16"

// cutMark ends a text of which something is missing.
const cutMark = " … (cut)"

// cut shortens a text to a limit of the format it stands in, and says so. Length
// is counted in UTF-16, as spreadsheets and AWS's services do.
func cut(s string, most int) string {
	if len(s) <= most || utf16Len(s) <= most {
		return s
	}
	room := most - utf16Len(cutMark)
	for i, r := range s {
		if room -= utf16.RuneLen(r); room < 0 {
			return s[:i] + cutMark
		}
	}
	return s
}

func utf16Len(s string) int {
	n := 0
	for _, r := range s {
		if n++; r > 0xffff {
			n++
		}
	}
	return n
}
