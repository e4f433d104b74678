package config

import (
	"encoding"
	"errors"
	"fmt"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// wholeNumber leaves out what YAML would read as octal or hexadecimal.
var wholeNumber = regexp.MustCompile(`^-?(0|[1-9][0-9]*)$`)

// isLeaf tells a single setting from a section that holds settings and from a
// list of sections.
func isLeaf(v reflect.Value) bool {
	if isSections(v) {
		return false
	}
	_, text := reflect.TypeAssert[encoding.TextUnmarshaler](v.Addr())
	return text || v.Kind() != reflect.Struct && v.Kind() != reflect.Map
}

// isSections tells a list of sections, which only a file can hold.
func isSections(v reflect.Value) bool {
	return v.Kind() == reflect.Slice && v.Type().Elem().Kind() == reflect.Struct
}

// setText sets a single setting from text, as both the file and environment
// variables write it. An error says what is allowed and leaves v unchanged.
func setText(v reflect.Value, text string) error {
	if u, ok := reflect.TypeAssert[encoding.TextUnmarshaler](v.Addr()); ok {
		return u.UnmarshalText([]byte(text))
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString(text)
	case reflect.Bool:
		if text != "true" && text != "false" {
			return errors.New(quote(text) + " is not " + expected(reflect.Bool))
		}
		v.SetBool(text == "true")
	case reflect.Int:
		n, err := strconv.Atoi(text)
		if err != nil || !wholeNumber.MatchString(text) {
			return errors.New(quote(text) + " is not " + expected(reflect.Int))
		}
		v.SetInt(int64(n))
	case reflect.Slice:
		v.Set(reflect.ValueOf(commaList(text)))
	default:
		return fmt.Errorf("settings of type %s cannot be read", v.Type())
	}
	return nil
}

// expected says what a value of the kind looks like.
func expected(kind reflect.Kind) string {
	switch kind {
	case reflect.Bool:
		return "allowed: write true or false"
	case reflect.Int:
		return "a whole number: write digits, without quotes"
	}
	return "text: put it in quotes"
}

// join adds a key to the path of a section.
func join(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}

// itemOf is the path of a list's item.
func itemOf(path string, i int) string { return path + "[" + strconv.Itoa(i) + "]" }

// wrongLine says why text is not one line that can stand in any report, of at
// most so many characters; "" means nothing. advice says what to write.
func wrongLine(text string, most int, advice string) string {
	switch n := utf8.RuneCountInString(text); {
	case strings.TrimSpace(text) == "":
		return "must not be empty: " + advice
	case !utf8.ValidString(text):
		return "is not UTF-8 text: " + advice
	case n > most:
		return fmt.Sprintf("is %d characters long, but at most %d are read: shorten it", n, most)
	}
	for _, r := range text {
		switch {
		case strings.ContainsRune("\n\r\v\f\u0085\u2028\u2029", r):
			return "holds a line break: write it on one line"
		// Bidi controls would show a reviewer another text than the one that is there.
		case unicode.IsControl(r), unicode.Is(unicode.Bidi_Control, r):
			return fmt.Sprintf("holds the control character %U: take it out", r)
		}
	}
	return ""
}
