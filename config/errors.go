package config

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Error is one problem of the settings and where it stands.
type Error struct {
	// File, Line and Column are the place in the file. Line is 0 where no line
	// can be named. Both count from 1, columns in characters.
	File         string
	Line, Column int
	// Variable is the environment variable that holds the value; File and Line
	// are then empty.
	Variable string
	// Path is the setting, such as watch.regions[0], or the section that holds
	// an unknown key. It is empty for the file as a whole.
	Path string
	// Msg says what is wrong and what to do.
	Msg string
}

var plainName = regexp.MustCompile(`^[A-Z0-9_]+$`)

// Error is one line: the place, the setting and the message.
func (e Error) Error() string {
	place := e.File
	switch {
	case e.Variable != "":
		place = "environment variable " + e.Variable
		if !plainName.MatchString(e.Variable) { // an unknown one, from outside
			place = "environment variable " + quote(e.Variable)
		}
	case e.Line > 0:
		place = fmt.Sprintf("%s:%d:%d", e.File, e.Line, e.Column)
	case e.File == "":
		place = "settings"
	}
	if e.Path == "" {
		return place + ": " + e.Msg
	}
	return place + ": " + e.Path + ": " + e.Msg
}

// Errors holds every problem of the settings, one each, those of the file first
// in its order, then those of the environment by name.
type Errors []Error

// Error is one line per problem, without a newline at the end.
func (e Errors) Error() string {
	lines := make([]string, len(e))
	for i := range e {
		lines[i] = e[i].Error()
	}
	return strings.Join(lines, "\n")
}

// Unwrap gives errors.As access to the single errors.
func (e Errors) Unwrap() []error {
	errs := make([]error, len(e))
	for i := range e {
		errs[i] = e[i]
	}
	return errs
}

func (e Errors) sort() {
	slices.SortStableFunc(e, func(a, b Error) int {
		return cmp.Or(
			cmp.Compare(a.Variable, b.Variable),
			cmp.Compare(a.Line, b.Line),
			cmp.Compare(a.Column, b.Column),
		)
	})
}

// quote makes a piece of outside text safe to print, and short.
func quote(text string) string {
	const most = 80
	if runes := []rune(text); len(runes) > most {
		return strconv.Quote(string(runes[:most])) + "..."
	}
	return strconv.Quote(text)
}
