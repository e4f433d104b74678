package fakeaws

import (
	"encoding/json"
	"net/netip"
	"strings"
)

// parseTest reads one value of a pattern's leaf: a literal or an operator.
func parseTest(v any) (test, error) {
	object, ok := v.(map[string]any)
	if !ok {
		if _, list := v.([]any); list {
			return test{}, reason("Match value must be String, number, true, false, or null")
		}
		return test{one: func(value any) bool { return same(v, value) }}, nil
	}
	if len(object) != 1 {
		return test{}, reason("Only one key allowed in match expression")
	}
	for name, operand := range object {
		if name == "exists" {
			want, ok := operand.(bool)
			if !ok {
				return test{}, reason("exists match pattern must be either true or false.")
			}
			return test{exists: &want}, nil
		}
		one, err := parseOperator(name, operand)
		return test{one: one}, err
	}
	return test{}, nil // not reached: the object has one key
}

// same compares a literal with an event's value: numbers by value, everything
// else by type and value.
func same(literal, value any) bool {
	a, aok := number(literal)
	b, bok := number(value)
	if aok && bok {
		return a == b
	}
	return !aok && !bok && literal == value
}

func number(v any) (float64, bool) {
	n, ok := v.(json.Number)
	if !ok {
		return 0, false
	}
	f, err := n.Float64()
	return f, err == nil
}

func parseOperator(name string, operand any) (func(any) bool, error) {
	switch name {
	case "anything-but":
		return parseAnythingBut(operand)
	case "numeric":
		return parseNumeric(operand)
	}
	if nested, ok := operand.(map[string]any); ok && (name == "prefix" || name == "suffix") {
		fold, ok := nested["equals-ignore-case"].(string)
		if !ok || len(nested) != 1 {
			return nil, because("Unsupported %s pattern", name)
		}
		return onText(func(s string) bool {
			if len(s) < len(fold) {
				return false
			}
			if name == "prefix" {
				return strings.EqualFold(s[:len(fold)], fold)
			}
			return strings.EqualFold(s[len(s)-len(fold):], fold)
		}), nil
	}
	text, ok := operand.(string)
	if !ok {
		switch name {
		case "prefix", "suffix", "equals-ignore-case", "wildcard", "cidr":
			return nil, because("%s match pattern must be a string", name)
		}
		return nil, because("Unrecognized match type %s", name)
	}
	switch name {
	case "prefix":
		return onText(func(s string) bool { return strings.HasPrefix(s, text) }), nil
	case "suffix":
		return onText(func(s string) bool { return strings.HasSuffix(s, text) }), nil
	case "equals-ignore-case":
		return onText(func(s string) bool { return strings.EqualFold(s, text) }), nil
	case "wildcard":
		return parseWildcard(text)
	case "cidr":
		prefix, err := netip.ParsePrefix(text)
		if err != nil {
			return nil, because("Malformed CIDR %s", text)
		}
		return onText(func(s string) bool {
			addr, err := netip.ParseAddr(s)
			return err == nil && prefix.Contains(addr)
		}), nil
	}
	return nil, because("Unrecognized match type %s", name)
}

func onText(f func(string) bool) func(any) bool {
	return func(v any) bool {
		s, ok := v.(string)
		return ok && f(s)
	}
}

// parseAnythingBut takes a literal, a list of strings or of numbers, or one of
// the operators that work on text, with one operand or a list of them.
func parseAnythingBut(operand any) (func(any) bool, error) {
	var unwanted []func(any) bool
	switch v := operand.(type) {
	case map[string]any:
		if len(v) != 1 {
			return nil, reason("Only one key allowed in match expression")
		}
		for name, inner := range v {
			switch name {
			case "prefix", "suffix", "equals-ignore-case", "wildcard":
			default:
				return nil, because("Unsupported anything-but pattern: %s", name)
			}
			for _, value := range listOf(inner) {
				if value == "" && (name == "prefix" || name == "suffix") {
					return nil, reason("Null prefix/suffix not allowed")
				}
				f, err := parseOperator(name, value)
				if err != nil {
					return nil, err
				}
				unwanted = append(unwanted, f)
			}
		}
	default:
		numbers, texts := 0, 0
		for _, value := range listOf(v) {
			switch value.(type) {
			case json.Number:
				numbers++
			case string:
				texts++
			default:
				return nil, reason("Inside anything but list, start|null|boolean is not supported.")
			}
			unwanted = append(unwanted, func(x any) bool { return same(value, x) })
		}
		if numbers > 0 && texts > 0 {
			return nil, reason("Inside anything but list, either all values are number or string, mixed type is not supported")
		}
	}
	if len(unwanted) == 0 {
		return nil, reason("Empty arrays are not allowed")
	}
	return func(v any) bool {
		for _, f := range unwanted {
			if f(v) {
				return false
			}
		}
		return true
	}, nil
}

func listOf(v any) []any {
	if list, ok := v.([]any); ok {
		return list
	}
	return []any{v}
}

// parseNumeric reads ["=", 5] or a range such as [">", 0, "<=", 5].
func parseNumeric(operand any) (func(any) bool, error) {
	list, ok := operand.([]any)
	if !ok || len(list) != 2 && len(list) != 4 {
		return nil, reason("Invalid member in numeric match")
	}
	var tests []func(float64) bool
	for i := 0; i < len(list); i += 2 {
		op, _ := list[i].(string)
		if lower := strings.HasPrefix(op, ">"); len(list) == 4 && lower != (i == 0) {
			return nil, because("Bad numeric range operator: %s", op)
		}
		limit, ok := number(list[i+1])
		if !ok {
			return nil, because("Value of %s must be numeric", op)
		}
		switch op {
		case "=":
			tests = append(tests, func(n float64) bool { return n == limit })
		case "<":
			tests = append(tests, func(n float64) bool { return n < limit })
		case "<=":
			tests = append(tests, func(n float64) bool { return n <= limit })
		case ">":
			tests = append(tests, func(n float64) bool { return n > limit })
		case ">=":
			tests = append(tests, func(n float64) bool { return n >= limit })
		default:
			return nil, because("Unrecognized numeric range operator: %s", op)
		}
	}
	return func(v any) bool {
		n, ok := number(v)
		for _, t := range tests {
			ok = ok && t(n)
		}
		return ok
	}, nil
}

// parseWildcard reads text in which * stands for any characters; \* and \\ are
// the characters themselves.
func parseWildcard(text string) (func(any) bool, error) {
	parts := []string{""}
	for i := 0; i < len(text); i++ {
		switch ch := text[i]; {
		case ch == '\\':
			if i+1 == len(text) || text[i+1] != '*' && text[i+1] != '\\' {
				return nil, because("Invalid escape character at pos %d", i)
			}
			i++
			parts[len(parts)-1] += string(text[i])
		case ch == '*':
			if i > 0 && text[i-1] == '*' && parts[len(parts)-1] == "" && len(parts) > 1 {
				return nil, because("Consecutive wildcard characters at pos %d", i-1)
			}
			parts = append(parts, "")
		default:
			parts[len(parts)-1] += string(ch)
		}
	}
	return onText(func(s string) bool { return matchParts(parts, s) }), nil
}

// matchParts tells whether s is the parts in order with anything between them.
func matchParts(parts []string, s string) bool {
	if len(parts) == 1 {
		return s == parts[0]
	}
	s, ok := strings.CutPrefix(s, parts[0])
	if !ok {
		return false
	}
	last := len(parts) - 1
	for _, part := range parts[1:last] {
		i := strings.Index(s, part)
		if i < 0 {
			return false
		}
		s = s[i+len(part):]
	}
	return strings.HasSuffix(s, parts[last])
}
