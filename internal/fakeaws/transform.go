package fakeaws

import (
	"encoding/json"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"
)

// What a target receives. The rules below are AWS's documentation where it
// speaks (eb-transform-target-input) and otherwise what a third party recorded
// of the real service in September 2026 (radkawar/stackd 9dc356f5,
// testdata/aws/eventbridge/inputs.json; one account, one Region):
//
//   - In a template that is a JSON object or array a bare placeholder becomes
//     the value's JSON. A path that finds nothing becomes "" as a field's value
//     and nothing at all in an array, which makes the result invalid.
//   - Within quotes a string is inserted as it is, without escaping; so a quote
//     in it makes the result invalid. In a template that is itself a string,
//     objects and arrays lose their quotes.
//   - A placeholder that nobody defined is accepted by PutTargets and stays in
//     the text, which makes the result invalid unless it stands in quotes.
//   - A result that is no JSON is not delivered: INVALID_JSON, to the
//     dead-letter queue if there is one. A result without any text, and an empty
//     Input, were accepted and never seen again.

var (
	pathSyntax  = regexp.MustCompile(`^\$(\.[A-Za-z0-9_/\-]+|\[([0-9]+|\*)\])*$`)
	pathStep    = regexp.MustCompile(`\.[A-Za-z0-9_/\-]+|\[([0-9]+|\*)\]`)
	keySyntax   = regexp.MustCompile(`^[A-Za-z0-9_\-]+$`)
	placeholder = regexp.MustCompile(`^<[A-Za-z0-9_.\-]+>`)
)

// piece is a part of a template: text, or a placeholder and where it stands.
type piece struct {
	text   string
	name   string // of the placeholder, "" for text
	quoted bool
	field  bool // bare, right after a colon
	key    bool // within the name of a field
}

func splitTemplate(template string) []piece {
	var pieces []piece
	var text strings.Builder
	quoted, before := false, byte(0) // before is the last character that is no space
	inString := 0                    // first piece of the string being read
	flush := func() {
		if text.Len() > 0 {
			pieces = append(pieces, piece{text: text.String()})
			text.Reset()
		}
	}
	for i := 0; i < len(template); {
		ch := template[i]
		mark := ""
		if ch == '<' {
			mark = placeholder.FindString(template[i:])
		}
		if mark != "" {
			flush()
			pieces = append(pieces, piece{text: mark, name: mark[1 : len(mark)-1], quoted: quoted, field: !quoted && before == ':'})
			before, i = '>', i+len(mark)
			continue
		}
		text.WriteByte(ch)
		switch {
		case quoted && ch == '\\' && i+1 < len(template):
			i++
			text.WriteByte(template[i])
		case ch == '"':
			if !quoted {
				flush()
				inString = len(pieces)
			} else if strings.HasPrefix(strings.TrimSpace(template[i+1:]), ":") {
				for j := inString; j < len(pieces); j++ {
					pieces[j].key = true
				}
			}
			quoted = !quoted
		}
		if ch != ' ' && ch != '\n' && ch != '\t' && ch != '\r' {
			before = ch
		}
		i++
	}
	flush()
	return pieces
}

func structured(template string) bool {
	t := strings.TrimSpace(template)
	return strings.HasPrefix(t, "{") || strings.HasPrefix(t, "[")
}

// checkInput judges the input options of a target as PutTargets does.
func checkInput(t Target) *apiError {
	given := 0
	for _, yes := range []bool{t.Input != nil, t.InputPath != nil, t.InputTransformer != nil} {
		if yes {
			given++
		}
	}
	switch {
	case given > 1:
		return invalid("Only one of Input, InputPath, or InputTransformer must be provided for target " + t.ID + ".")
	case t.Input != nil && len(*t.Input) > 8192:
		return constraint("...", "targets.1.member.input", "have length less than or equal to 8192")
	case t.Input != nil && *t.Input != "" && !isJSON(*t.Input):
		return invalid(fmt.Sprintf("JSON syntax error in input for target %s: [Source: (String)%q; line: 1, column: 1]", t.ID, *t.Input))
	case t.InputPath != nil && !pathSyntax.MatchString(*t.InputPath):
		return invalid("InputPath for target " + t.ID + " is invalid.")
	case t.InputTransformer != nil:
		return checkTransformer(t.ID, *t.InputTransformer)
	}
	return nil
}

func checkTransformer(id string, tr InputTransformer) *apiError {
	if n := utf8.RuneCountInString(tr.InputTemplate); n < 1 || n > 8192 {
		return constraint("...", "targets.1.member.inputTransformer.inputTemplate", "have length between 1 and 8192")
	}
	if len(tr.InputPathsMap) > 100 {
		return constraint("...", "targets.1.member.inputTransformer.inputPathsMap", "have length less than or equal to 100")
	}
	for name, path := range tr.InputPathsMap {
		if len(name) > 256 || !keySyntax.MatchString(name) {
			return invalid("1 validation error detected: Value '{" + name + "=" + path + "}' at 'targets.1.member.inputTransformer.inputPathsMap' failed to satisfy constraint: Map keys must satisfy constraint: [Member must have length less than or equal to 256, Member must have length greater than or equal to 1, Member must satisfy regular expression pattern: [A-Za-z0-9\\_\\-]+]")
		}
		if strings.HasPrefix(strings.ToUpper(name), "AWS.") || len(path) > 256 || !pathSyntax.MatchString(path) {
			return invalid("InputPath for target " + id + " is invalid.")
		}
	}
	var plain strings.Builder
	for _, p := range splitTemplate(tr.InputTemplate) {
		switch {
		case p.name == "":
			plain.WriteString(p.text)
			continue
		case p.key:
			return invalid("InputTemplate placeholder present as a JSON object key for target " + id + ".")
		case (p.name == "aws.events.event" || p.name == "aws.events.event.json") && !structured(tr.InputTemplate):
			return invalid("InputTemplate for target " + id + " contains placeholder " + p.name + " valid only for JSON template.")
		}
		plain.WriteString("null")
	}
	if !isJSON(plain.String()) {
		return invalid(fmt.Sprintf("Invalid InputTemplate for target %s : [Source: (String)%q; line: 1, column: 1].", id, plain.String()))
	}
	return nil
}

// isJSON accepts one JSON value or several in a row, as multi-line templates of
// strings are.
func isJSON(text string) bool {
	d := json.NewDecoder(strings.NewReader(text))
	for n := 0; ; n++ {
		var v any
		switch err := d.Decode(&v); {
		case err == io.EOF:
			return n > 0
		case err != nil:
			return false
		}
	}
}

// lookup follows a JSON path; ok is false where it finds nothing.
func lookup(value any, path string) (found any, ok bool) {
	steps := pathStep.FindAllString(strings.TrimPrefix(path, "$"), -1)
	for i, step := range steps {
		if name, isField := strings.CutPrefix(step, "."); isField {
			object, _ := value.(map[string]any)
			if value, ok = object[name]; !ok {
				return nil, false
			}
			continue
		}
		list, isList := value.([]any)
		if !isList {
			return nil, false
		}
		if step == "[*]" {
			all := []any{}
			for _, element := range list {
				if v, ok := lookup(element, strings.Join(steps[i+1:], "")); ok {
					all = append(all, v)
				}
			}
			return all, true
		}
		n, err := strconv.Atoi(strings.Trim(step, "[]"))
		if err != nil || n >= len(list) {
			return nil, false
		}
		value = list[n]
	}
	return value, true
}
