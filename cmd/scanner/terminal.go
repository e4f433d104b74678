package main

import (
	"io"
	"os"

	"golang.org/x/term"
)

// color tells whether a stream may be coloured: only on a terminal, and not
// against the user's word. Any non-empty NO_COLOR counts (no-color.org).
func (a *app) color(w io.Writer) bool {
	_, terminal := terminalOf(w)
	return terminal && !a.noColor && a.getenv("NO_COLOR") == "" && a.getenv("TERM") != "dumb"
}

// width is the number of columns of a terminal, 0 for anything else, which
// means no limit.
func width(w io.Writer) int {
	file, terminal := terminalOf(w)
	if !terminal {
		return 0
	}
	columns, _, err := term.GetSize(int(file.Fd()))
	if err != nil {
		return 0
	}
	return columns
}

// refuseBinary keeps a format that is no text away from a terminal.
func (a *app) refuseBinary() error {
	if _, terminal := terminalOf(a.std.out); terminal && a.output == "xlsx" {
		return usagef("xlsx is not for a terminal: write it to a file with --export audit.xlsx, or redirect it")
	}
	return nil
}

func terminalOf(w io.Writer) (*os.File, bool) {
	file, ok := w.(*os.File)
	return file, ok && term.IsTerminal(int(file.Fd()))
}
