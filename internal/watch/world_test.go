package watch

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"pgregory.net/rapid"

	"keywatch/internal/fakeaws"
)

// world is a random account on its way to random watches.
type world struct {
	*box
	policy  Policy
	watched []string
	watches []Watch
	// others are the rules that are not ours, by Region and name.
	others map[string]map[string]bool
	events atomic.Int64
}

// pool is every key that may exist: wanted, watched, both or neither.
func pool() []string { return []string{RootKey, key(1), key(2), key(3), key(4)} }

func drawWatch(t *rapid.T, key string) Watch {
	w := stale(key)
	if key != RootKey && rapid.Bool().Draw(t, "other memory") {
		w.Reasons = Reason(rapid.IntRange(1, 7).Draw(t, "reasons"))
		w.IdleSince = time.Unix(0, 0).UTC().AddDate(0, 0, rapid.IntRange(0, 40000).Draw(t, "day"))
		w.User = rapid.StringMatching(`[\w+=,.@-]{1,64}`).Draw(t, "user")
	}
	w.Rank = rapid.IntRange(0, 3).Draw(t, "rank")
	return w
}

func drawWorld(t *rapid.T) *world {
	w := &world{box: newBox(t, fakeaws.Options{
		RulesPage: rapid.IntRange(0, 3).Draw(t, "rules page"), TargetsPage: rapid.IntRange(0, 2).Draw(t, "targets page"),
	}), others: map[string]map[string]bool{}}
	policies := []Policy{perRegion(), viaHub()}
	mode := rapid.IntRange(0, 1).Draw(t, "mode")
	w.policy = policies[mode]
	w.policy.AllowRetire = 1000
	if rapid.IntRange(0, 3).Draw(t, "state") == 0 {
		w.policy.State = fakeaws.Enabled
	}
	for _, region := range allRegions {
		if rapid.IntRange(0, 4).Draw(t, "drop") > 0 || w.policy.hub() && region == home {
			w.watched = append(w.watched, region)
		}
	}
	if len(w.watched) == 0 {
		w.watched = []string{west}
	}
	for _, key := range pool() {
		if rapid.Bool().Draw(t, "wanted") {
			w.watches = append(w.watches, drawWatch(t, key))
		}
	}
	for _, region := range allRegions {
		w.others[region] = map[string]bool{}
		names := map[string]bool{}
		for range rapid.IntRange(0, 6).Draw(t, "rules in "+region) {
			rule, own := drawRule(t, policies, region)
			if names[rule.Name] {
				continue
			}
			names[rule.Name] = true
			w.others[region][rule.Name] = !own
			w.put(t, region, rule)
		}
	}
	return w
}

// drawRule is a rule in any condition; own tells whether it is ours.
func drawRule(t *rapid.T, policies []Policy, region string) (rule fakeaws.Rule, own bool) {
	p := policies[rapid.IntRange(0, 1).Draw(t, "mode of the rule")]
	w := drawWatch(t, rapid.SampledFrom(pool()).Draw(t, "key"))
	name := p.nameFor(w.Key)
	switch rapid.IntRange(0, 5).Draw(t, "name") {
	case 0:
		name += "-2"
	case 1:
		name = p.nameFor(rapid.SampledFrom(pool()).Draw(t, "name of"))
	case 2:
		name = p.namePrefix() + rapid.SampledFrom([]string{"x", "renamed", "team-3"}).Draw(t, "free name")
	}
	rule = byHand(Wanted(p, region, name, w))
	switch rapid.IntRange(0, 9).Draw(t, "whose") {
	case 0: // no mark
		rule.Description = "made by hand"
		return rule, false
	case 1: // another owner's mark
		rule.Description = describe("web", w)
		return rule, false
	case 2: // another owner's, mark and name
		other := p
		other.Owner = "web"
		return byHand(Wanted(other, region, other.nameFor(w.Key), w)), false
	case 3:
		rule.ManagedBy = "securityhub.amazonaws.com"
		return rule, false
	case 4:
		rule.Name, rule.Description = "billing", ""
		return rule, false
	}
	for range rapid.IntRange(0, 3).Draw(t, "damages") {
		rapid.SampledFrom(damages).Draw(t, "damage").do(t, &rule, region)
	}
	return rule, true
}

type damage struct {
	name string
	do   func(t *rapid.T, r *fakeaws.Rule, region string)
}

func (d damage) String() string { return d.name }

// damages are what people and interrupted runs do to a rule of ours.
var damages = []damage{
	{"disabled", func(_ *rapid.T, r *fakeaws.Rule, _ string) { r.State = fakeaws.Disabled }},
	{"plain state", func(_ *rapid.T, r *fakeaws.Rule, _ string) { r.State = fakeaws.Enabled }},
	{"no source", func(_ *rapid.T, r *fakeaws.Rule, _ string) { r.Pattern = fakePattern(keysIn(r.Pattern), "") }},
	{"one source", func(_ *rapid.T, r *fakeaws.Rule, _ string) { r.Pattern = fakePattern(keysIn(r.Pattern), "aws.s3") }},
	{"no key", func(_ *rapid.T, r *fakeaws.Rule, _ string) { r.Pattern = `{"source":["aws.none"]}` }},
	{"two keys", func(t *rapid.T, r *fakeaws.Rule, _ string) {
		r.Pattern = fakePattern([]string{key(rapid.IntRange(1, 4).Draw(t, "one")), key(rapid.IntRange(1, 4).Draw(t, "two"))}, "")
	}},
	{"another key", func(t *rapid.T, r *fakeaws.Rule, _ string) {
		r.Pattern = patternFor(key(rapid.IntRange(1, 4).Draw(t, "key")), account)
	}},
	{"spacing", func(_ *rapid.T, r *fakeaws.Rule, _ string) { r.Pattern = spaced(r.Pattern) }},
	{"description", func(_ *rapid.T, r *fakeaws.Rule, _ string) { r.Description = mark + " ops hello" }},
	{"cut memory", func(_ *rapid.T, r *fakeaws.Rule, _ string) {
		r.Description = r.Description[:min(len(r.Description), len(mark)+len(" ops ")+4)]
	}},
	{"schedule", func(_ *rapid.T, r *fakeaws.Rule, _ string) { r.ScheduleExpression = "rate(1 day)" }},
	{"no target", func(_ *rapid.T, r *fakeaws.Rule, _ string) { r.Targets = nil }},
	{"another ARN", func(_ *rapid.T, r *fakeaws.Rule, region string) {
		r.Targets = []fakeaws.Target{{ID: targetID, ARN: "arn:aws:sns:" + region + ":" + account + ":elsewhere"}}
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
	text, err := json.Marshal(p)
	if err != nil {
		return ""
	}
	return string(text)
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

func (w *world) wish(t tester) Wish {
	t.Helper()
	wish := Wish{Policy: w.policy, Watched: w.watched, Watches: w.watches, Observed: w.observe(t.Context(), w.policy, allRegions...)}
	wish.Verdicts = judge(wish, true)
	for _, region := range allRegions {
		if !slices.Contains(w.watched, region) {
			wish.Excluded = append(wish.Excluded, region)
		}
	}
	return wish
}

// heard tells whether the use of a key in a Region raises an alert by one of our
// rules. Others' rules send elsewhere for the question.
func (w *world) heard(region, key string, readOnly bool) bool {
	id := fmt.Sprintf("event-%d.", w.events.Add(1))
	w.Emit(region, event(key, id, readOnly))
	for _, arn := range alertTargets() {
		for _, m := range w.Messages(arn) {
			if strings.Contains(m.Body, id) && !w.others[m.Region][m.Rule] {
				return true
			}
		}
	}
	return false
}

// covered lists the keys and Regions whose use is heard.
func (w *world) covered(readOnly bool) map[[2]string]bool {
	covered := map[[2]string]bool{}
	for _, region := range allRegions {
		for _, key := range pool() {
			if w.heard(region, key, readOnly) {
				covered[[2]string{region, key}] = true
			}
		}
	}
	return covered
}

// foreign is every rule that is not ours, whole.
func (w *world) foreign() map[string]fakeaws.Rule {
	all := map[string]fakeaws.Rule{}
	for _, region := range allRegions {
		for _, r := range w.Rules(region) {
			if w.others[region][r.Name] {
				all[region+" "+r.Name] = r
			}
		}
	}
	return all
}
