package config

import (
	_ "embed"
	"slices"
)

//go:embed sample.yaml
var sample []byte

//go:embed schema.json
var schema []byte

// Sample returns the commented settings file that holds every setting with its
// default. Load reads it to Default. The caller may change the bytes.
func Sample() []byte { return slices.Clone(sample) }

// Schema returns the JSON Schema (2020-12) of the settings file, for editors. It
// refuses what can be seen in one value, where Load also compares settings, and
// a key without a value, which Load takes for its default. The caller may change
// the bytes.
func Schema() []byte { return slices.Clone(schema) }
