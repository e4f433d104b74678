package config

import (
	"maps"
	"reflect"
	"slices"
	"strings"
)

const variablePrefix = "KEYWATCH_"

// PathVariable is the environment variable that holds the path of the settings
// file. It is no setting; Load passes over it.
const PathVariable = variablePrefix + "CONFIG"

// Variable is an environment variable that overrides one setting.
type Variable struct {
	Name string // such as KEYWATCH_WATCH_TARGET
	Path string // such as watch.target
	Doc  string // one or two sentences for people
}

// Variables lists every variable that Load knows, in the order of the settings.
// A list is written with commas; a list of sections has no variable. A variable
// that is empty counts as not set.
func Variables() []Variable {
	var variables []Variable
	settings := Default()
	walk(reflect.ValueOf(&settings).Elem(), "", func(path, doc string, _ reflect.Value) {
		variables = append(variables, Variable{Name: variableName(path), Path: path, Doc: doc})
	})
	return variables
}

func variableName(path string) string {
	return variablePrefix + strings.ToUpper(strings.NewReplacer(".", "_", "-", "_").Replace(path))
}

// walk visits every single setting below a section, but for those in lists of
// sections.
func walk(v reflect.Value, path string, fn func(path, doc string, leaf reflect.Value)) {
	each(v, func(key, doc string, child reflect.Value) {
		switch {
		case isLeaf(child):
			fn(join(path, key), doc, child)
		case !isSections(child):
			walk(child, join(path, key), fn)
		}
	})
}

// sectionLists returns the paths of the lists of sections below a section.
func sectionLists(v reflect.Value, path string) []string {
	var lists []string
	each(v, func(key, _ string, child reflect.Value) {
		switch {
		case isSections(child):
			lists = append(lists, join(path, key))
		case !isLeaf(child):
			lists = append(lists, sectionLists(child, join(path, key))...)
		}
	})
	return lists
}

// readEnvironment overlays the settings with the variables in env.
func (l *loading) readEnvironment(env []string) {
	values := map[string]string{}
	for _, pair := range env {
		name, value, _ := strings.Cut(pair, "=")
		if _, twice := values[name]; !twice && strings.HasPrefix(name, variablePrefix) {
			values[name] = value
		}
	}
	delete(values, PathVariable)
	known := []string{strings.TrimPrefix(PathVariable, variablePrefix)}
	walk(reflect.ValueOf(&l.settings).Elem(), "", func(path, _ string, leaf reflect.Value) {
		name := variableName(path)
		known = append(known, strings.TrimPrefix(name, variablePrefix))
		value := values[name]
		delete(values, name)
		if value == "" {
			return
		}
		// Whatever the file said here no longer counts, nor do its places.
		maps.DeleteFunc(l.given, func(p string, _ place) bool { return listOf(p) == path })
		maps.DeleteFunc(l.unsound, func(p string, _ bool) bool { return listOf(p) == path })
		l.given[path] = place{variable: name}
		if err := setText(leaf, value); err != nil {
			l.refuse(l.given[path], path, "%v", err)
		}
	})
	for _, name := range slices.Sorted(maps.Keys(values)) {
		advice := "unset it, or see the list of variables"
		if near := Nearest(strings.TrimPrefix(name, variablePrefix), known); near != "" {
			advice = "did you mean " + variablePrefix + near + "?"
		}
		for _, path := range sectionLists(reflect.ValueOf(&l.settings).Elem(), "") {
			if list := variableName(path); name == list || strings.HasPrefix(name, list+"_") {
				advice = "write " + path[strings.LastIndexByte(path, '.')+1:] + " in the settings file"
			}
		}
		l.refuse(place{variable: name}, "", "keywatch knows no such variable: %s", advice)
	}
}
