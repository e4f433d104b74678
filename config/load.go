package config

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode"
	"unicode/utf8"

	"go.yaml.in/yaml/v4"
)

// Load returns the defaults, overlaid with the settings file and then with the
// environment. The file's name is only for messages; without content (none, or
// only comments) everything has its default. env holds NAME=value pairs as
// os.Environ returns them.
//
// An error is of type Errors and holds every problem found, not just the first;
// the returned settings are then zero. A file that is not YAML hides what is
// wrong inside it.
func Load(name string, content []byte, env []string) (Settings, error) {
	l := &loading{
		settings: Default(),
		file:     name,
		given:    map[string]place{},
		unsound:  map[string]bool{},
	}
	readable := l.readFile(content)
	l.readEnvironment(env)
	if readable {
		l.validate()
	}
	if len(l.errs) > 0 {
		l.errs.sort()
		return Settings{}, l.errs
	}
	return l.settings, nil
}

// YAML writes every setting, as a file that Load reads again.
func (s Settings) YAML() []byte {
	text, err := yaml.Dump(s)
	if err != nil {
		return nil // not reached: there is nothing in settings that YAML cannot say
	}
	return text
}

// loading is the work of one Load.
type loading struct {
	settings Settings
	file     string
	// given says where each setting stands that is not left to its default.
	given map[string]place
	// unsound holds the paths of settings whose value was refused. Rules that
	// compare several settings leave them out, so that one problem is told once.
	unsound map[string]bool
	errs    Errors
}

// place is where a value stands: a line of the file, or a variable.
type place struct {
	line, column int
	variable     string
}

// refuse records a problem of the setting at path, whose value stands at p.
func (l *loading) refuse(p place, path, format string, args ...any) {
	l.unsound[path] = true
	for i := strings.LastIndexByte(path, '['); i >= 0; i = strings.LastIndexByte(path[:i], '[') {
		l.unsound[path[:i]] = true // the lists it is in
	}
	e := Error{Line: p.line, Column: p.column, Variable: p.variable, Path: path, Msg: fmt.Sprintf(format, args...)}
	if p.variable == "" {
		e.File = l.file
	}
	l.errs = append(l.errs, e)
}

// listOf turns the path of a list's item, and of what is inside the item, into
// that of the list.
func listOf(path string) string {
	list, _, _ := strings.Cut(path, "[")
	return list
}

// within is the path of the section or list that holds the setting at path; ""
// is the whole file.
func within(path string) string {
	return path[:max(0, strings.LastIndexAny(path, ".["))]
}

// readFile overlays the file and reports whether it could be read as YAML.
func (l *loading) readFile(content []byte) bool {
	if p, what := firstUnreadable(content); what != "" {
		l.refuse(p, "", "%s: save the file as plain UTF-8 text", what)
		return false
	}
	loader, err := yaml.NewLoader(bytes.NewReader(content))
	if err != nil {
		l.refuse(place{}, "", "not readable: %v", err)
		return false
	}
	var first, second yaml.Node
	if err := loader.Load(&first); errors.Is(err, io.EOF) {
		return true // no document: everything has its default
	} else if err != nil {
		l.refuseYAML(err, content)
		return false
	}
	if err := loader.Load(&second); err == nil {
		l.refuse(place{line: second.Line, column: second.Column}, "", "a second YAML document begins here: write all settings into one")
	} else if !errors.Is(err, io.EOF) {
		l.refuseYAML(err, content)
		return false
	}
	l.decodeDocument(&first)
	return true
}

// refuseYAML records what is wrong with the file's YAML.
func (l *loading) refuseYAML(err error, content []byte) {
	// LoadErrors comes first: asked for a LoadError it hands out only one.
	var several *yaml.LoadErrors
	var single *yaml.LoadError
	switch {
	case errors.As(err, &several):
		for _, e := range several.Errors {
			l.refuseYAMLAt(e, content)
		}
	case errors.As(err, &single):
		l.refuseYAMLAt(single, content)
	default:
		l.refuse(place{}, "", "not valid YAML: %v", err)
	}
}

func (l *loading) refuseYAMLAt(e *yaml.LoadError, content []byte) {
	msg := e.Message
	if e.ContextMsg != "" {
		msg = e.ContextMsg + ": " + msg
	}
	l.refuse(place{line: e.Mark.Line, column: e.Mark.Column}, "", "not valid YAML: %s%s", msg, yamlAdvice(msg, content, e.Mark))
}

// yamlAdvice says what to do about the slips that the library's message does not
// explain: tabs, and values that YAML takes for its own signs.
func yamlAdvice(msg string, content []byte, mark yaml.Mark) string {
	lines := strings.Split(string(content), "\n")
	if mark.Line >= 1 && mark.Line <= len(lines) {
		text := lines[mark.Line-1]
		indent := text[:len(text)-len(strings.TrimLeft(text, " \t"))]
		if strings.Contains(indent, "\t") {
			return ": indent with spaces, not tabs"
		}
		runes := []rune(text)
		rest := string(runes[min(max(0, mark.Column-1), len(runes)):])
		for _, p := range []string{regionPlaceholder, accountPlaceholder} {
			if strings.HasPrefix(rest, p) {
				return ": inside [ ] or { }, put an ARN with " + p + " in quotes"
			}
		}
	}
	for _, sign := range []string{"cannot start any token", "scanning an alias", "unknown anchor"} {
		if strings.Contains(msg, sign) {
			return ": put a value that begins with @, % or * in quotes"
		}
	}
	return ""
}

// firstUnreadable finds the first byte that no settings file has. The YAML
// library refuses these too, but without saying where.
func firstUnreadable(content []byte) (at place, what string) {
	at = place{line: 1, column: 1}
	for rest := content; len(rest) > 0; {
		r, size := utf8.DecodeRune(rest)
		switch {
		case r == utf8.RuneError && size == 1:
			return at, fmt.Sprintf("byte 0x%02x is not UTF-8", rest[0])
		case unicode.IsControl(r) && !strings.ContainsRune("\t\r\n\u0085", r):
			return at, fmt.Sprintf("control character %U", r)
		case r == '\n':
			at.line, at.column = at.line+1, 1
		default:
			at.column++
		}
		rest = rest[size:]
	}
	return place{}, ""
}
