package watch

import (
	"encoding/json"
	"fmt"
	"slices"

	"pgregory.net/rapid"

	"keywatch/internal/fakeaws"
)

type damage struct {
	name string
	do   func(t *rapid.T, r *fakeaws.Rule, region string)
}

func (d damage) String() string { return d.name }

// damages are what people and interrupted runs do to a rule of ours.
var damages = []damage{
	{"disabled", func(_ *rapid.T, r *fakeaws.Rule, _ string) { r.State = fakeaws.Disabled }},
	{"plain state", func(_ *rapid.T, r *fakeaws.Rule, _ string) { r.State = fakeaws.Enabled }},
	{"no source", func(_ *rapid.T, r *fakeaws.Rule, _ string) { r.Pattern = fakePattern(readKeys(r.Pattern), "") }},
	{"one source", func(_ *rapid.T, r *fakeaws.Rule, _ string) { r.Pattern = fakePattern(readKeys(r.Pattern), "aws.s3") }},
	{"no key", func(_ *rapid.T, r *fakeaws.Rule, _ string) { r.Pattern = `{"source":["aws.none"]}` }},
	{"two keys", func(t *rapid.T, r *fakeaws.Rule, _ string) {
		r.Pattern = fakePattern([]string{key(rapid.IntRange(1, 4).Draw(t, "one")), key(rapid.IntRange(1, 4).Draw(t, "two"))}, "")
	}},
	{"all keys", func(_ *rapid.T, r *fakeaws.Rule, _ string) { r.Pattern = fakePattern(pool()[1:], "") }},
	{"another key", func(t *rapid.T, r *fakeaws.Rule, _ string) {
		r.Pattern = patternFor(key(rapid.IntRange(1, 4).Draw(t, "key")))
	}},
	{"spacing", func(_ *rapid.T, r *fakeaws.Rule, _ string) { r.Pattern = spaced(r.Pattern) }},
	{"description", func(_ *rapid.T, r *fakeaws.Rule, _ string) { r.Description = mark + " ops hello" }},
	{"cut memory", func(_ *rapid.T, r *fakeaws.Rule, _ string) {
		r.Description = r.Description[:min(len(r.Description), len(mark)+len(" ops ")+4)]
	}},
	{"schedule", func(_ *rapid.T, r *fakeaws.Rule, _ string) { r.ScheduleExpression = "rate(1 day)" }},
	{"no target", func(_ *rapid.T, r *fakeaws.Rule, _ string) { r.Targets = nil }},
	{"another ARN", func(_ *rapid.T, r *fakeaws.Rule, region string) {
		r.Targets = []fakeaws.Target{{ID: targetID(0), ARN: "arn:aws:sns:" + region + ":" + account + ":elsewhere"}}
	}},
	{"another message", func(_ *rapid.T, r *fakeaws.Rule, _ string) {
		for i := range r.Targets {
			r.Targets[i].InputTransformer = nil
		}
	}},
	{"another target ID", func(_ *rapid.T, r *fakeaws.Rule, _ string) {
		for i := range r.Targets {
			r.Targets[i].ID = fmt.Sprintf("z%d", i)
		}
	}},
	{"strays", func(t *rapid.T, r *fakeaws.Rule, region string) {
		for i := range rapid.IntRange(1, 5).Draw(t, "strays") {
			id := fmt.Sprintf("stray-%d", i)
			if has := slices.ContainsFunc(r.Targets, func(t fakeaws.Target) bool { return t.ID == id }); !has && len(r.Targets) < targetsMax {
				r.Targets = append(r.Targets, fakeaws.Target{ID: id, ARN: "arn:aws:sns:" + region + ":" + account + ":elsewhere"})
			}
		}
	}},
}

// fakePattern names keys and, if not empty, one source.
func fakePattern(keys []string, source string) string {
	identity := map[string]any{}
	for _, key := range keys {
		if key == RootKey {
			identity["type"] = []string{"Root"}
		} else {
			ids, _ := identity["accessKeyId"].([]string)
			identity["accessKeyId"] = append(ids, key)
		}
	}
	p := map[string]any{"detail": map[string]any{"userIdentity": identity}}
	if len(keys) == 0 {
		p = map[string]any{"source": []string{"aws.none"}}
	} else if source != "" {
		p["source"] = []string{source}
	}
	return compact(p)
}

// spaced is the same JSON with other spacing and the fields in another order.
func spaced(pattern string) string {
	var v map[string]any
	if json.Unmarshal([]byte(pattern), &v) != nil {
		return pattern
	}
	text, err := json.MarshalIndent(v, " ", "   ")
	if err != nil {
		return pattern
	}
	return string(text)
}
