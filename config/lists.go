package config

import (
	"reflect"

	"go.yaml.in/yaml/v4"
)

// decodeList reads a list of words and notes the place of each.
func (l *loading) decodeList(n *yaml.Node, at place, path string) (words []string, ok bool) {
	if n.Kind != yaml.SequenceNode {
		l.refuse(at, path, "must be a list, as in [first, second]")
		return nil, false
	}
	words, ok = []string{}, true
	for i, item := range n.Content {
		itemPath := itemOf(path, i)
		l.given[itemPath] = place{line: item.Line, column: item.Column}
		item = resolve(item)
		if item.Kind != yaml.ScalarNode || item.ShortTag() != "!!str" {
			l.refuse(l.given[itemPath], itemPath, "must be a word: write it, or put it in quotes")
			ok = false
		}
		words = append(words, item.Value)
	}
	return words, ok
}

func (l *loading) decodeRegions(n *yaml.Node, regions *Regions, at place, path string) {
	switch {
	case n.Kind == yaml.SequenceNode:
		if names, ok := l.decodeList(n, at, path); ok {
			*regions = Regions{Names: names}
		}
	case n.Kind == yaml.ScalarNode && n.Value == allRegions:
		*regions = Regions{All: true}
	default:
		l.refuse(at, path, "must be the word all, or a list such as [us-east-1, eu-west-1]")
	}
}

// decodeTargets reads one ARN or a list of them; "" is none.
func (l *loading) decodeTargets(n *yaml.Node, targets *Targets, at place, path string) {
	switch {
	case n.Kind == yaml.SequenceNode:
		if arns, ok := l.decodeList(n, at, path); ok {
			*targets = arns
		}
	case n.Kind == yaml.ScalarNode && n.ShortTag() == "!!str":
		*targets = Targets{n.Value}
	default:
		l.refuse(at, path, "must be the ARN of an SNS topic or SQS queue, or a list of such ARNs")
	}
	// One way to have none, however it was written.
	if len(*targets) == 0 || n.Kind == yaml.ScalarNode && n.Value == "" {
		*targets = nil
	}
}

// decodeSections reads a list of sections. A key that a section leaves out has
// its zero value.
func (l *loading) decodeSections(n *yaml.Node, v reflect.Value, at place, path string) {
	if n.Kind != yaml.SequenceNode {
		l.refuse(at, path, "must be a list of sections, each as in %s", quote("- name: value"))
		return
	}
	sections := reflect.MakeSlice(v.Type(), len(n.Content), len(n.Content))
	for i, item := range n.Content {
		itemPath := itemOf(path, i)
		l.given[itemPath] = place{line: item.Line, column: item.Column}
		if isNull(resolve(item)) { // which would be a section of nothing
			l.refuse(l.given[itemPath], itemPath, "must hold settings, as in %s", quote("name: value"))
			continue
		}
		l.decode(item, sections.Index(i), itemPath)
	}
	v.Set(sections)
}
