package fakeaws

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
)

// pattern is a parsed event pattern. It follows the content filtering that AWS
// documents: every field named must match, one of a field's values suffices,
// arrays in the event match if an element does, and a field that is missing
// matches exists:false and nothing else.
type pattern struct{ root fields }

// fields is one object of a pattern.
type fields struct {
	all []field
	or  [][]fields // each list is one $or: one of its objects must match
}

type field struct {
	name   string
	nested *fields // nil for a leaf
	values []test
}

// test is one value of a leaf. An existence test looks at whether there are any
// values, others at one value at a time.
type test struct {
	exists *bool
	one    func(value any) bool
}

// reason says why EventBridge refuses a pattern, worded as its messages are.
type reason string

func (r reason) Error() string { return string(r) }

func because(format string, args ...any) error { return reason(fmt.Sprintf(format, args...)) }

// parseJSON reads one JSON value and nothing after it. Numbers stay as written.
func parseJSON(text string) (any, error) {
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		return nil, err
	}
	if _, err := d.Token(); err != io.EOF {
		return nil, errors.New("unexpected text after the JSON value")
	}
	return v, nil
}

// parsePattern refuses what EventBridge refuses; the error is its reason.
func parsePattern(text string) (*pattern, error) {
	v, err := parseJSON(text)
	if err != nil {
		return nil, because("Filter is not valid JSON: %v", err)
	}
	object, ok := v.(map[string]any)
	if !ok {
		return nil, reason("Filter is not an object")
	}
	root, err := parseFields(object)
	if err != nil {
		return nil, err
	}
	if root.combinations() > maxCombinations {
		return nil, because("over %d rule combinations by the use of $or", maxCombinations)
	}
	if _, err := root.paths(""); err != nil {
		return nil, err
	}
	return &pattern{root: root}, nil
}

func parseFields(object map[string]any) (fields, error) {
	var out fields
	if len(object) == 0 {
		return out, reason("Empty objects are not allowed")
	}
	for name, v := range object {
		if name == "$or" {
			choices, err := parseOr(v)
			if err != nil {
				return out, err
			}
			out.or = append(out.or, choices)
			continue
		}
		f := field{name: name}
		switch v := v.(type) {
		case map[string]any:
			nested, err := parseFields(v)
			if err != nil {
				return out, err
			}
			f.nested = &nested
		case []any:
			if len(v) == 0 {
				return out, reason("Empty arrays are not allowed")
			}
			for _, value := range v {
				t, err := parseTest(value)
				if err != nil {
					return out, err
				}
				f.values = append(f.values, t)
			}
		default:
			return out, because("%q must be an object or an array", name)
		}
		out.all = append(out.all, f)
	}
	return out, nil
}

// match tells whether an event, as parseJSON gives it, fits the pattern.
func (p *pattern) match(event map[string]any) bool { return p.root.match(event) }

func (f fields) match(object map[string]any) bool {
	for _, field := range f.all {
		value, present := object[field.name]
		if !field.match(value, present) {
			return false
		}
	}
	for _, choices := range f.or {
		matched := false
		for _, choice := range choices {
			matched = matched || choice.match(object)
		}
		if !matched {
			return false
		}
	}
	return true
}

func (f field) match(value any, present bool) bool {
	if f.nested != nil {
		return f.matchNested(value)
	}
	var leaves []any
	if present {
		leaves = appendLeaves(nil, value)
	}
	for _, t := range f.values {
		if t.exists != nil {
			if *t.exists == (len(leaves) > 0) {
				return true
			}
			continue
		}
		if slices.ContainsFunc(leaves, t.one) {
			return true
		}
	}
	return false
}

// matchNested asks one object, or the elements of an array one by one, so that
// all nested fields match within the same element. Anything else is an object
// without fields.
func (f field) matchNested(value any) bool {
	switch v := value.(type) {
	case map[string]any:
		return f.nested.match(v)
	case []any:
		objects := 0
		for _, element := range v {
			if object, ok := element.(map[string]any); ok {
				objects++
				if f.nested.match(object) {
					return true
				}
			}
		}
		if objects > 0 {
			return false
		}
	}
	return f.nested.match(nil)
}

// appendLeaves collects the scalars of a value. An object is not a leaf.
func appendLeaves(leaves []any, value any) []any {
	switch v := value.(type) {
	case map[string]any:
		return leaves
	case []any:
		for _, element := range v {
			leaves = appendLeaves(leaves, element)
		}
		return leaves
	}
	return append(leaves, value)
}
