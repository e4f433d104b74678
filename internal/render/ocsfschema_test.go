package render

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// ocsfSchema holds the attributes of each object, by name.
type ocsfSchema map[string]map[string]ocsfAttribute

type ocsfAttribute struct {
	requirement, kind, sibling string
	values                     map[int64]string // captions of an enumeration
}

func readOCSFSchema(t *testing.T) ocsfSchema {
	t.Helper()
	content, err := os.ReadFile("testdata/ocsf-1.6.0.txt")
	if err != nil {
		t.Fatal(err)
	}
	schema := ocsfSchema{}
	object := ""
	for line := range strings.Lines(string(content)) {
		words := strings.Fields(line)
		switch {
		case len(words) == 0 || words[0] == "#" || strings.HasPrefix(line, "#"):
		case words[0] == "object":
			object = words[1]
			schema[object] = map[string]ocsfAttribute{}
		default:
			a := ocsfAttribute{requirement: words[1], kind: words[2]}
			if len(words) > 3 {
				a.values, a.sibling = map[int64]string{}, words[4]
				for value := range strings.SplitSeq(words[3], "|") {
					number, caption, _ := strings.Cut(value, "=")
					n, err := strconv.ParseInt(number, 10, 64)
					if err != nil {
						t.Fatalf("%s: %v", line, err)
					}
					a.values[n] = strings.ReplaceAll(caption, "_", " ")
				}
			}
			schema[object][words[0]] = a
		}
	}
	return schema
}

// check says, a sentence each, where a value is not what the schema asks for, and
// names the recommended attributes that are missing.
func (s ocsfSchema) check(path, kind string, value any) (wrong, missing []string) {
	say := func(format string, args ...any) {
		wrong = append(wrong, path+": "+fmt.Sprintf(format, args...))
	}
	if element, list := strings.CutPrefix(kind, "["); list {
		all, ok := value.([]any)
		if !ok || len(all) == 0 && path != "finding.compliance.requirements" && path != "finding.compliance.standards" {
			say("is no list with something in it: %v", value)
		}
		for _, v := range all {
			w, m := s.check(path, strings.TrimSuffix(element, "]"), v)
			wrong, missing = append(wrong, w...), append(missing, m...)
		}
		return wrong, missing
	}
	attributes, object := s[kind]
	if !object {
		if !ocsfValue(kind, value) {
			say("is no %s: %v", kind, value)
		}
		return wrong, nil
	}
	fields, ok := value.(map[string]any)
	if !ok {
		say("is no object: %v", value)
		return wrong, nil
	}
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		a, known := attributes[name]
		if !known || a.requirement == "x" {
			say("has the attribute %q, which is unknown or deprecated", name)
			continue
		}
		w, m := s.check(path+"."+name, a.kind, fields[name])
		wrong, missing = append(wrong, w...), append(missing, m...)
		if a.values != nil {
			n, _ := fields[name].(json.Number)
			i, _ := n.Int64()
			caption, known := a.values[i]
			if !known || fields[a.sibling] != caption {
				say("%s is %v, and %s is %q, want %q", name, n, a.sibling, fields[a.sibling], caption)
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(attributes)) {
		if _, there := fields[name]; there {
			continue
		}
		switch attributes[name].requirement {
		case "!":
			say("has no %q", name)
		case "+":
			missing = append(missing, path+"."+name)
		}
	}
	return wrong, missing
}

var semver = regexp.MustCompile(`^\d+\.\d+\.\d+$`)

// ocsfValue tells that a value is of a type that is no object.
func ocsfValue(kind string, value any) bool {
	text, isText := value.(string)
	number, isNumber := value.(json.Number)
	switch kind {
	case "string":
		return isText && text != ""
	case "url":
		return isText && strings.HasPrefix(text, "https://")
	case "semver":
		return isText && semver.MatchString(text)
	case "datetime":
		_, err := time.Parse(time.RFC3339, text)
		return err == nil
	case "integer":
		_, err := number.Int64()
		return isNumber && err == nil
	case "timestamp": // milliseconds, so that seconds would be of 1970
		n, err := number.Int64()
		return isNumber && err == nil && n > 1e12 && n < 1e14
	case "boolean":
		_, ok := value.(bool)
		return ok
	case "json":
		_, ok := value.(map[string]any)
		return ok
	}
	return false
}
