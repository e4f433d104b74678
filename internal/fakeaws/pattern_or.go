package fakeaws

import (
	"maps"
	"slices"
)

// maxCombinations is what the choices of a pattern's $or may multiply to;
// EventBridge refuses "over 1000 rule combinations" (eb-create-pattern-operators,
// "Or matching"). The count is the product of the lengths of all $or arrays.
const maxCombinations = 1000

// reserved are the field names that make EventBridge read a $or around them as
// an ordinary field, says the source of its matcher (aws/event-ruler,
// Constants.java). No choice with such a field is accepted here.
var reserved = []string{
	"exactly", "equals-ignore-case", "prefix", "suffix", "anything-but", "exists", "wildcard", "numeric", "cidr",
	"=", "<", "<=", ">", ">=", "regex", "not-wildcard", "not-equals-ignore-case",
	"date-after", "date-on-or-after", "date-before", "date-on-or-before", "in-date-range",
	"ip-address-in-range", "ip-address-not-in-range",
}

func parseOr(v any) ([]fields, error) {
	list, ok := v.([]any)
	if !ok {
		return nil, reason("It must be an Array followed with $or.")
	}
	if len(list) < 2 {
		return nil, reason("There must have at least 2 Objects in $or relationship.")
	}
	choices := make([]fields, 0, len(list))
	for _, entry := range list {
		object, ok := entry.(map[string]any)
		if !ok {
			return nil, reason("Only JSON object is allowed in array of $or relationship.")
		}
		choice, err := parseFields(object)
		if err != nil {
			return nil, err
		}
		if name, found := choice.reserved(); found {
			return nil, because("%s is Ruler reserved fieldName which cannot be used inside $or.", name)
		}
		choices = append(choices, choice)
	}
	return choices, nil
}

func (f fields) reserved() (name string, found bool) {
	for _, field := range f.all {
		if slices.Contains(reserved, field.name) {
			return field.name, true
		}
		if field.nested != nil {
			if name, found := field.nested.reserved(); found {
				return name, true
			}
		}
	}
	return "", false
}

// combinations is the product of the lengths of all $or arrays, also of those
// within a choice. Beyond the maximum it is not exact.
func (f fields) combinations() int {
	n := 1
	for _, field := range f.all {
		if field.nested != nil {
			n = min(n*field.nested.combinations(), maxCombinations+1)
		}
	}
	for _, choices := range f.or {
		n = min(n*len(choices), maxCombinations+1)
		for _, choice := range choices {
			n = min(n*choice.combinations(), maxCombinations+1)
		}
	}
	return n
}

// paths are the fields a pattern asks for, as dotted paths. EventBridge makes
// of each combination of choices a pattern of its own, in which a path has one
// list of values: asked for twice, in a choice and around it or in two $or, the
// later list replaces the earlier one without a word (aws/event-ruler, issue
// 22). Nobody means that, so here it is an error.
func (f fields) paths(prefix string) (map[string]bool, error) {
	all := map[string]bool{}
	join := func(paths map[string]bool) error {
		for _, path := range slices.Sorted(maps.Keys(paths)) {
			if all[path] {
				return because("Path `%s` cannot be allowed multiple times", path)
			}
			all[path] = true
		}
		return nil
	}
	for _, field := range f.all {
		path := prefix + field.name
		paths := map[string]bool{path: true}
		if field.nested != nil {
			var err error
			if paths, err = field.nested.paths(path + "."); err != nil {
				return nil, err
			}
		}
		if err := join(paths); err != nil {
			return nil, err
		}
	}
	for _, choices := range f.or {
		either := map[string]bool{}
		for _, choice := range choices {
			paths, err := choice.paths(prefix)
			if err != nil {
				return nil, err
			}
			maps.Copy(either, paths)
		}
		if err := join(either); err != nil {
			return nil, err
		}
	}
	return all, nil
}
