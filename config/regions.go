package config

import "strings"

// Regions says in which AWS Regions keys are watched: all that the account has
// enabled, or the named ones. The zero value is no Region.
type Regions struct {
	All   bool
	Names []string // in the order given; empty where All is set
}

// allRegions is how settings write Regions.All.
const allRegions = "all"

// MarshalText writes all, or the names with commas between them.
func (r Regions) MarshalText() ([]byte, error) {
	if r.All {
		return []byte(allRegions), nil
	}
	return []byte(strings.Join(r.Names, ",")), nil
}

// UnmarshalText reads what MarshalText writes. The names are not checked here.
func (r *Regions) UnmarshalText(text []byte) error {
	if string(text) == allRegions {
		*r = Regions{All: true}
		return nil
	}
	*r = Regions{Names: commaList(string(text))}
	return nil
}

// MarshalYAML writes the form that a settings file has: all, or a list.
func (r Regions) MarshalYAML() (any, error) {
	if r.All {
		return allRegions, nil
	}
	return r.Names, nil
}

// commaList splits a list as environment variables write it.
func commaList(text string) []string {
	list := []string{}
	for item := range strings.SplitSeq(text, ",") {
		list = append(list, strings.TrimSpace(item))
	}
	return list
}
