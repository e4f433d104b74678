package config

import (
	"maps"
	"reflect"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"
)

// The YAML library could decode into the structs by itself. Walking its nodes
// instead gives every setting a place, which the rules need for their messages,
// keeps scalars as written (an account id begins with zeros), and makes file
// and environment share one way of reading a value.

func (l *loading) decodeDocument(document *yaml.Node) {
	for _, root := range document.Content {
		l.decode(root, reflect.ValueOf(&l.settings).Elem(), "")
	}
}

// decode overlays the value at path with a node. A node without a value keeps
// what is there.
func (l *loading) decode(n *yaml.Node, v reflect.Value, path string) {
	at := place{line: n.Line, column: n.Column}
	n = resolve(n)
	if isNull(n) {
		return
	}
	if path != "" {
		l.given[path] = at
	}
	if tag := n.ShortTag(); !strings.HasPrefix(tag, "!!") {
		l.refuse(at, path, "YAML tags are not read: take out %s", quote(tag))
		return
	}
	switch {
	case v.Type() == reflect.TypeFor[Regions]():
		l.decodeRegions(n, v.Addr().Interface().(*Regions), at, path)
	case v.Type() == reflect.TypeFor[Targets]():
		l.decodeTargets(n, v.Addr().Interface().(*Targets), at, path)
	case isSections(v):
		l.decodeSections(n, v, at, path)
	case v.Kind() == reflect.Slice:
		if names, ok := l.decodeList(n, at, path); ok {
			v.Set(reflect.ValueOf(names))
		}
	case isLeaf(v):
		l.decodeScalar(n, v, at, path)
	default:
		l.decodeMapping(n, v, at, path)
	}
}

// decodeMapping overlays a struct or a map. Only keys that are there already
// are known.
func (l *loading) decodeMapping(n *yaml.Node, v reflect.Value, at place, path string) {
	if n.Kind != yaml.MappingNode {
		l.refuse(at, path, "must hold settings, as in %s", quote("name: value"))
		return
	}
	entries, order := map[string]*yaml.Node{}, map[string]place{}
	var keys []string
	for i := 0; i+1 < len(n.Content); i += 2 {
		key := resolve(n.Content[i])
		keyAt := place{line: n.Content[i].Line, column: n.Content[i].Column}
		switch before, twice := order[key.Value]; {
		case key.Kind != yaml.ScalarNode:
			l.refuse(keyAt, path, "a key must be one word")
		case key.ShortTag() == "!!merge":
			l.refuse(keyAt, path, "merge keys are not read: write the settings out")
		case twice:
			l.refuse(keyAt, path, "key %s is given twice, first in line %d: keep one", quote(key.Value), before.line)
		default:
			entries[key.Value], order[key.Value] = n.Content[i+1], keyAt
			keys = append(keys, key.Value)
		}
	}
	var known []string
	each(v, func(key, _ string, child reflect.Value) {
		known = append(known, key)
		if entry, ok := entries[key]; ok {
			l.decode(entry, child, join(path, key))
		}
	})
	for _, key := range keys {
		if !slices.Contains(known, key) {
			l.refuse(order[key], path, "unknown key %s%s", quote(key), whereKeyBelongs(key, known))
		}
	}
}

// whereKeyBelongs ends the sentence about an unknown key: with the one or two
// sections that know it, else as didYouMean.
func whereKeyBelongs(key string, known []string) string {
	var sections []string
	for _, variable := range Variables() {
		if section, ok := strings.CutSuffix(variable.Path, "."+key); ok {
			sections = append(sections, section)
		}
	}
	if n := len(sections); n == 1 || n == 2 {
		return ": it belongs in " + strings.Join(sections, " or ")
	}
	return didYouMean(key, known)
}

// decodeScalar reads a single value. Numbers that stand for text, such as an
// account id, are taken as written.
func (l *loading) decodeScalar(n *yaml.Node, v reflect.Value, at place, path string) {
	if n.Kind != yaml.ScalarNode {
		l.refuse(at, path, "must be one value, not a list or a section")
		return
	}
	allowed := map[reflect.Kind][]string{
		reflect.Bool:   {"!!bool"},
		reflect.Int:    {"!!int"},
		reflect.String: {"!!str", "!!int"},
	}[v.Kind()]
	text := n.Value
	if allowed != nil && !slices.Contains(allowed, n.ShortTag()) {
		l.refuse(at, path, "%s is not %s", quote(text), expected(v.Kind()))
		return
	}
	if err := setText(v, text); err != nil {
		l.refuse(at, path, "%v", err)
	}
}

// resolve follows an alias to what it stands for.
func resolve(n *yaml.Node) *yaml.Node {
	for n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	return n
}

func isNull(n *yaml.Node) bool { return n.Kind == yaml.ScalarNode && n.ShortTag() == "!!null" }

// each visits the settings directly inside a section, a struct or map, in their
// order, maps by key. What fn does to the child is kept.
func each(v reflect.Value, fn func(key, doc string, child reflect.Value)) {
	if v.Kind() == reflect.Struct {
		for i := range v.NumField() {
			field := v.Type().Field(i)
			if key := field.Tag.Get("yaml"); key != "-" { // no setting
				fn(key, field.Tag.Get("doc"), v.Field(i))
			}
		}
		return
	}
	keys := slices.Sorted(maps.Keys(v.Interface().(map[string]Check)))
	for _, key := range keys {
		child := reflect.New(v.Type().Elem()).Elem()
		child.Set(v.MapIndex(reflect.ValueOf(key)))
		fn(key, "", child)
		v.SetMapIndex(reflect.ValueOf(key), child)
	}
}
