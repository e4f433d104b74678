package fakeaws

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
)

// tagged finds the rule whose tags an operation is about.
func (c *Cloud) tagged(q *request, arn string) (*rule, *apiError) {
	name, found := strings.CutPrefix(arn, c.arn("events", q.call.Region, "rule/"))
	if !found {
		return nil, invalid("Parameter ResourceARN is not valid. Reason: Provided Arn is not in correct format.")
	}
	if r := c.buses[q.call.Region][name]; r != nil {
		return r, nil
	}
	return nil, noSuchRule(name)
}

func (c *Cloud) tagResource(q *request) (any, *apiError) {
	var in struct {
		ResourceARN string
		Tags        []tag
	}
	if err := decode(q, &in); err != nil {
		return nil, err
	}
	if err := checkTags(in.Tags); err != nil {
		return nil, err
	}
	r, err := c.tagged(q, in.ResourceARN)
	if err != nil {
		return nil, err
	}
	if err := managed(r, false); err != nil {
		return nil, err
	}
	tags := map[string]string{}
	maps.Copy(tags, r.Tags)
	for _, t := range in.Tags {
		tags[t.Key] = t.Value
	}
	if len(tags) > 50 {
		return nil, fail("LimitExceededException", quotaReached)
	}
	r.Tags = tags
	return struct{}{}, nil
}

func (c *Cloud) untagResource(q *request) (any, *apiError) {
	var in struct {
		ResourceARN string
		TagKeys     []string
	}
	if err := decode(q, &in); err != nil {
		return nil, err
	}
	r, err := c.tagged(q, in.ResourceARN)
	if err != nil {
		return nil, err
	}
	if err := managed(r, false); err != nil {
		return nil, err
	}
	for _, k := range in.TagKeys {
		delete(r.Tags, k)
	}
	return struct{}{}, nil
}

func (c *Cloud) listTagsForResource(q *request) (any, *apiError) {
	var in struct{ ResourceARN string }
	if err := decode(q, &in); err != nil {
		return nil, err
	}
	r, err := c.tagged(q, in.ResourceARN)
	if err != nil {
		return nil, err
	}
	tags := []tag{}
	for _, k := range slices.Sorted(maps.Keys(r.Tags)) {
		tags = append(tags, tag{k, r.Tags[k]})
	}
	return map[string][]tag{"Tags": tags}, nil
}

// putEvents takes custom events; nobody outside AWS may use a source that
// begins with aws.
func (c *Cloud) putEvents(q *request) (any, *apiError) {
	var in struct {
		Entries []struct {
			Source, DetailType, Detail string
			EventBusName               *string
			Resources                  []string
			Time                       *float64
		}
	}
	if err := decode(q, &in); err != nil {
		return nil, err
	}
	if len(in.Entries) == 0 || len(in.Entries) > maxEntries {
		return nil, constraint("[...]", "entries", "have length between 1 and 10")
	}
	type entry struct {
		EventId, ErrorCode, ErrorMessage string `json:",omitempty"`
	}
	out := struct {
		FailedEntryCount int
		Entries          []entry
	}{Entries: []entry{}}
	for _, e := range in.Entries {
		var detail map[string]any
		result := entry{}
		switch {
		case e.Source == "":
			result = entry{ErrorCode: "InvalidArgument", ErrorMessage: "Parameter Source is not valid. Reason: Source is a required argument."}
		case e.DetailType == "":
			result = entry{ErrorCode: "InvalidArgument", ErrorMessage: "Parameter DetailType is not valid. Reason: DetailType is a required argument."}
		case e.Detail == "":
			result = entry{ErrorCode: "InvalidArgument", ErrorMessage: "Parameter Detail is not valid. Reason: Detail is a required argument."}
		case strings.HasPrefix(e.Source, "aws."):
			result = entry{ErrorCode: "NotAuthorizedForSourceException", ErrorMessage: "Not authorized for the source."}
		case json.Unmarshal([]byte(e.Detail), &detail) != nil:
			result = entry{ErrorCode: "MalformedDetail", ErrorMessage: "Detail is malformed."}
		default:
			result.EventId = c.uuid()
			if c.checkBus(q, e.EventBusName) == nil { // else dropped without a word
				event := c.envelope(q.call.Region, e.Source, e.DetailType, detail)
				event["id"] = result.EventId
				if e.Resources != nil {
					event["resources"] = e.Resources
				}
				c.arrive(q.call.Region, event, false)
			}
		}
		if result.ErrorCode != "" {
			out.FailedEntryCount++
		}
		out.Entries = append(out.Entries, result)
	}
	return out, nil
}

func (c *Cloud) testEventPattern(q *request) (any, *apiError) {
	var in struct{ Event, EventPattern string }
	if err := decode(q, &in); err != nil {
		return nil, err
	}
	p, perr := parsePattern(in.EventPattern)
	if perr != nil {
		return nil, fail("InvalidEventPatternException", "Event pattern is not valid. Reason: "+perr.Error())
	}
	event, jerr := parseJSON(in.Event)
	object, ok := event.(map[string]any)
	if jerr != nil || !ok {
		return nil, invalid("Parameter Event is not valid. Reason: Event is not valid JSON.")
	}
	for _, name := range []string{"id", "account", "source", "time", "region", "resources", "detail-type"} {
		if _, ok := object[name]; !ok {
			return nil, invalid("Parameter Event is not valid. Reason: Event must have the field " + name + ".")
		}
	}
	return map[string]bool{"Result": p.match(object)}, nil
}
