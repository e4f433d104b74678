package config

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	reflector "github.com/invopop/jsonschema"
	"github.com/santhosh-tekuri/jsonschema/v6"
	"go.yaml.in/yaml/v4"
)

var update = flag.Bool("update", false, "rewrite schema.json and testdata/bad/*.err")

func TestSchemaIsGeneratedFromTheTypes(t *testing.T) {
	want := generateSchema(t)
	if *update {
		if err := os.WriteFile("schema.json", want, 0o644); err != nil {
			t.Fatal(err)
		}
		return // the embedded one is of the last build
	}
	if diff := cmp.Diff(string(want), string(Schema())); diff != "" {
		t.Errorf("schema.json is stale, run go test ./config -update (-want +got):\n%s", diff)
	}
}

// generateSchema writes the schema of Settings. It stands in a test so that the
// generator stays out of the binary.
func generateSchema(t *testing.T) []byte {
	t.Helper()
	s := reflectSchema(reflect.TypeFor[Settings]())
	s.Title = "keywatch settings"
	settings := Default()
	refine(t, s, reflect.ValueOf(&settings).Elem(), "")
	out, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	return append(out, '\n')
}

func reflectSchema(typ reflect.Type) *reflector.Schema {
	r := reflector.Reflector{Anonymous: true, DoNotReference: true, FieldNameTag: "yaml", RequiredFromJSONSchemaTags: true}
	return r.ReflectFromType(typ)
}

// refine adds what Go types cannot say: words for people, defaults and allowed
// values.
func refine(t *testing.T, s *reflector.Schema, v reflect.Value, path string) {
	if v.Kind() == reflect.Map { // the known keys, instead of any
		s.AdditionalProperties, s.Properties = reflector.FalseSchema, reflector.NewProperties()
		each(v, func(key, _ string, child reflect.Value) {
			check := reflectSchema(child.Type())
			check.Version = "" // only the whole schema has one
			s.Properties.Set(key, check)
		})
	}
	each(v, func(key, doc string, child reflect.Value) {
		property, ok := s.Properties.Get(key)
		if !ok {
			t.Fatalf("no schema for %s", join(path, key))
		}
		switch {
		case isSections(child):
			refineSections(t, property, child, join(path, key))
		case isLeaf(child):
			restrict(property, join(path, key))
			property.Default = plain(t, child.Interface())
		default:
			refine(t, property, child, join(path, key))
		}
		property.Description = doc
	})
}

// refineSections is refine for a list of sections, whose paths end with [].
func refineSections(t *testing.T, s *reflector.Schema, v reflect.Value, path string) {
	s.Default = plain(t, v.Interface())
	refine(t, s.Items, reflect.New(v.Type().Elem()).Elem(), path+"[]")
	for key := s.Items.Properties.Oldest(); key != nil; key = key.Next() {
		key.Value.Default = nil // the defaults are those of watch
	}
	restrict(s, path)
}

// The schema looks at an ARN's service, and tells FIFO names by their dot.
const (
	queuePattern  = `arn:aws[a-z-]*:sqs:[^:]+:[^:]+:[^:.]+`
	targetPattern = `(` + queuePattern + `(\.fifo)?|arn:aws[a-z-]*:sns:[^:]+:[^:]+:[^:.]+)`
)

// One line that is not blank.
const linePattern = `^[^\x00-\x1f\x7f-\x9f]*[^\x00-\x1f\x7f-\x9f\s][^\x00-\x1f\x7f-\x9f]*$`

// restrict narrows a single setting to the allowed values.
func restrict(s *reflector.Schema, path string) {
	word := func(pattern string) *reflector.Schema { return &reflector.Schema{Type: "string", Pattern: pattern} }
	list := func(items *reflector.Schema, least uint64) reflector.Schema {
		return reflector.Schema{Type: "array", Items: items, UniqueItems: true, MinItems: &least}
	}
	atMost := func(list reflector.Schema, most uint64) reflector.Schema {
		list.MaxItems = &most
		return list
	}
	line := func(most uint64) *reflector.Schema {
		return &reflector.Schema{Type: "string", Pattern: linePattern, MaxLength: &most}
	}
	file := func(path *reflector.Schema) *reflector.Schema {
		path.Not = &reflector.Schema{Pattern: otherPattern + `|^~(/|$)|^\s|\s$|\{[^{}]*\}`}
		return path
	}
	switch path {
	case "version":
		s.Const = 1
	case "account_id": // YAML takes bare digits for a number
		*s = reflector.Schema{AnyOf: []*reflector.Schema{word("^([0-9]{12})?$"), {Type: "integer"}}}
	case "risk.stale_after", "risk.unrotated_after", "risk.root_used_within", "report.max_age", "report.timeout", "watch.retry.max_age":
		*s = reflector.Schema{Type: "string", Pattern: durationPattern, Not: &reflector.Schema{Pattern: "^[^1-9]*$"}}
	case "exceptions":
		*s = atMost(*s, mostExceptions)
		s.Items.Required = []string{"checks", "reason", "owner", "ticket", "expires"}
		one := uint64(1)
		for _, key := range []string{"user", "arn", "key", "path"} {
			set := &reflector.Schema{Required: []string{key}, Properties: reflector.NewProperties()}
			set.Properties.Set(key, &reflector.Schema{MinLength: &one})
			s.Items.OneOf = append(s.Items.OneOf, set)
		}
	case "exceptions[].user":
		most := uint64(longestUserGlob)
		s.Pattern, s.MaxLength = "^$|"+userPattern, &most
	case "exceptions[].arn":
		s.Pattern = "^$|" + userARNPattern
	case "exceptions[].key":
		s.Pattern = "^$|" + keyIDPattern
	case "exceptions[].path":
		s.Pattern = "^$|" + userPathPattern
	case "exceptions[].checks":
		*s = list(&reflector.Schema{Type: "string", Enum: anys(exceptable())}, 1)
	case "exceptions[].reason":
		*s = *line(longestReason)
	case "exceptions[].owner":
		*s = *line(longestName)
	case "exceptions[].ticket": // YAML takes a bare number for one
		*s = reflector.Schema{AnyOf: []*reflector.Schema{line(longestName), {Type: "integer"}}}
	case "exceptions[].expires":
		*s = *word(datePattern)
	case "watch.on":
		*s = list(&reflector.Schema{Type: "string", Enum: anys(watchable())}, 1)
	case "watch.name_prefix":
		s.Pattern = namePrefixPattern
	case "watch.owner":
		s.Pattern = ownerPattern
	case "watch.home_region":
		s.Pattern = regionPattern
	case "watch.regions":
		names := list(word(regionPattern), 1)
		*s = reflector.Schema{AnyOf: []*reflector.Schema{{Const: allRegions}, &names}}
	case "watch.exclude_regions":
		*s = list(word(regionPattern), 0)
	case "watch.target", "watch.routes[].target":
		several := atMost(list(word("^"+targetPattern+"$"), 0), mostTargets)
		*s = reflector.Schema{AnyOf: []*reflector.Schema{word("^" + targetPattern + "?$"), &several}}
	case "watch.message_group":
		s.Pattern = messageGroupPattern
	case "watch.dead_letter_queue":
		s.Pattern = "^(" + queuePattern + ")?$"
	case "watch.retry.max_attempts":
		s.Minimum, s.Maximum = "0", json.Number(strconv.Itoa(mostAttempts))
	case "watch.forward_role":
		s.Pattern = "^$|" + rolePattern
	case "watch.state":
		s.Enum = anys(states[:])
	case "watch.routes":
		*s = atMost(*s, mostRoutes)
		s.Items.Required = []string{"checks"}
		s.Items.AnyOf = []*reflector.Schema{{Required: []string{"target"}}, {Required: []string{"state"}}}
	case "watch.routes[].checks":
		*s = list(&reflector.Schema{Type: "string", Enum: anys(watchable())}, 1)
	case "watch.routes[].state":
		s.Enum = anys(append([]string{""}, states[:]...))
	case "watch.identities":
		*s = atMost(list(word(identityPattern), 0), mostIdentities)
	case "evidence.archive":
		inS3 := word("^" + s3Scheme + bucketPattern + "(/" + prefixPattern + ")?/?$")
		*s = reflector.Schema{AnyOf: []*reflector.Schema{{Const: ""}, inS3, file(line(longestPath))}}
	case "evidence.region":
		s.Pattern = "^$|" + regionPattern
	case "evidence.sign_key":
		*s = reflector.Schema{AnyOf: []*reflector.Schema{{Const: ""}, file(line(longestPath))}}
	case "evidence.kms_key":
		s.Pattern = "^$|" + kmsPattern
	case "watch.layout":
		s.Enum = anys(layouts[:])
	case "watch.rules_quota":
		s.Minimum = "1"
	case "watch.retire.max":
		s.Minimum = "0"
	case "watch.retire.max_percent":
		s.Minimum, s.Maximum = "0", "100"
	}
	if strings.HasSuffix(path, ".severity") {
		s.Enum = anys(severities[:])
	}
}

func anys(words []string) []any {
	var list []any
	for _, word := range words {
		list = append(list, word)
	}
	return list
}

// plain turns a Go value into what a JSON reader of the YAML file would see.
func plain(t *testing.T, v any) any {
	t.Helper()
	text, err := yaml.Dump(v)
	if err != nil {
		t.Fatal(err)
	}
	var out any
	if err := yaml.Load(text, &out); err != nil {
		t.Fatal(err)
	}
	return out
}

// schemaVerdict validates a settings file with a validator that is not ours.
func schemaVerdict(t *testing.T, content []byte) error {
	t.Helper()
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(Schema()))
	if err != nil {
		t.Fatal(err)
	}
	compiler := jsonschema.NewCompiler()
	if err := compiler.AddResource("keywatch.schema.json", document); err != nil {
		t.Fatal(err)
	}
	compiled, err := compiler.Compile("keywatch.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	var node yaml.Node
	if err := yaml.Load(content, &node); err != nil {
		return err
	}
	datesAsText(&node)
	var settings any
	if err := node.Decode(&settings); err != nil {
		return err
	}
	text, err := json.Marshal(settings)
	if err != nil {
		t.Fatal(err)
	}
	instance, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	return compiled.Validate(instance)
}

// datesAsText makes text of dates, as they are to editors: those read YAML 1.2,
// which has no dates.
func datesAsText(n *yaml.Node) {
	if n.ShortTag() == "!!timestamp" {
		n.Tag = "!!str"
	}
	for _, child := range n.Content {
		datesAsText(child)
	}
}

func TestSchemaAcceptsWhatLoadAccepts(t *testing.T) {
	// An editor should point at a key that still waits for its value.
	stricter := []string{"empty.yaml", "only-comments.yaml", "keys-without-values.yaml"}
	for name, content := range readFiles(t, "testdata/good") {
		err := schemaVerdict(t, content)
		if (err != nil) != slices.Contains(stricter, name) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := schemaVerdict(t, Sample()); err != nil {
		t.Errorf("sample: %v", err)
	}
}

func TestSchemaRefusesEveryBadFileItCan(t *testing.T) {
	// Seen only by comparing settings, by arithmetic, or by reading a value.
	beyond := []string{
		"account-id-short-number.yaml", "dead-letter-queue-at-home.yaml", "dead-letter-queue-other-region.yaml", "duration-overflow.yaml", "evidence-bucket-address.yaml", "evidence-bucket-dots.yaml",
		"evidence-keys-without-archive.yaml", "evidence-kms-key-for-a-folder.yaml", "evidence-prefix-dots.yaml", "evidence-prefix-long.yaml",
		"evidence-sign-key-one-line.yaml", "exception-twice.yaml",
		"home-region-excluded.yaml", "home-region-not-listed.yaml", "merge-key.yaml", "mixed-targets.yaml", "mixed-targets-other-way.yaml",
		"region-listed-and-excluded.yaml", "retry-max-age-long.yaml", "retry-max-age-short.yaml",
		"route-check-in-two-routes.yaml", "route-check-not-watched.yaml", "route-empty-target.yaml", "routes-mixed-targets.yaml", "routes-without-forward-role.yaml", "schedule-never-fires.yaml",
		"schedule-not-cron.yaml", "schedule-rate.yaml", "schedule-too-often.yaml",
		"schedule-zone-only.yaml", "stale-after-hours.yaml", "target-other-region.yaml", "target-placeholder.yaml",
		"target-region-only-in-name.yaml", "target-without-forward-role.yaml", "targets-at-home.yaml",
		"watched-check-disabled.yaml", "yaml-tag.yaml",
	}
	for name, content := range readFiles(t, "testdata/bad") {
		refused := schemaVerdict(t, content) != nil
		if refused == slices.Contains(beyond, name) {
			t.Errorf("%s: refused by the schema: %t", name, refused)
		}
	}
}

func readFiles(t *testing.T, folder string) map[string][]byte {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(folder, "*.yaml"))
	if err != nil || len(names) == 0 {
		t.Fatalf("no files in %s: %v", folder, err)
	}
	files := map[string][]byte{}
	for _, name := range names {
		content, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		files[filepath.Base(name)] = content
	}
	return files
}
