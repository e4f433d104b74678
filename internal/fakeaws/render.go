package fakeaws

import (
	"bytes"
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"strings"
	"time"
)

// event is an event on a bus: its fields in the form parseJSON gives, and as
// the JSON it is delivered in.
type event struct {
	fields map[string]any
	json   string
}

var envelopeOrder = []string{"version", "id", "detail-type", "source", "account", "time", "region", "resources", "detail"}

// newEvent writes an event with its fields in the order AWS uses, and those AWS
// does not know behind them.
func newEvent(fields map[string]any) (event, error) {
	names := slices.Clone(envelopeOrder)
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		if !slices.Contains(envelopeOrder, name) {
			names = append(names, name)
		}
	}
	var b strings.Builder
	for _, name := range names {
		v, ok := fields[name]
		if !ok {
			continue
		}
		if b.Len() > 0 {
			b.WriteByte(',')
		}
		b.WriteString(compact(name))
		b.WriteByte(':')
		b.WriteString(compact(v))
	}
	return parseEvent("{" + b.String() + "}")
}

func parseEvent(text string) (event, error) {
	v, err := parseJSON(text)
	if err != nil {
		return event{}, err
	}
	fields, ok := v.(map[string]any)
	if !ok {
		return event{}, errors.New("an event is a JSON object")
	}
	return event{fields: fields, json: text}, nil
}

// compact is a value's JSON without spaces and without HTML escapes.
func compact(v any) string {
	if written, ok := v.(json.RawMessage); ok {
		return string(written)
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if enc.Encode(v) != nil {
		return "null" // not reached: events hold nothing but JSON
	}
	return strings.TrimSuffix(b.String(), "\n")
}

func (e event) text(name string) string {
	s, _ := e.fields[name].(string)
	return s
}

// readOnlyManagement tells the events that only the state EnabledAll sees.
// GetSessionToken and GetFederationToken count as mutating, says AWS's list of
// exceptions (eb-service-management-event-list).
func (e event) readOnlyManagement() bool {
	detail, _ := e.fields["detail"].(map[string]any)
	readOnly, _ := detail["readOnly"].(bool)
	management, _ := detail["managementEvent"].(bool)
	name := detail["eventName"]
	return readOnly && management && strings.HasSuffix(e.text("detail-type"), "via CloudTrail") &&
		name != "GetSessionToken" && name != "GetFederationToken"
}

// render makes what the target receives. An empty body is one that AWS
// accepted and that never arrived.
func (t Target) render(r *rule, e event, now time.Time) string {
	switch {
	case t.Input != nil:
		return *t.Input
	case t.InputPath != nil:
		v, ok := lookup(e.fields, *t.InputPath)
		switch {
		case !ok:
			return ""
		case *t.InputPath == "$":
			return e.json
		}
		return compact(v)
	case t.InputTransformer != nil:
		return t.InputTransformer.render(r, e, now)
	}
	return e.json
}

func (tr InputTransformer) render(r *rule, e event, now time.Time) string {
	var b strings.Builder
	object := structured(tr.InputTemplate)
	for _, p := range splitTemplate(tr.InputTemplate) {
		if p.name == "" {
			b.WriteString(p.text)
			continue
		}
		value, raw, defined := tr.value(p.name, r, e, now)
		text, isText := value.(string)
		switch {
		case !defined:
			b.WriteString(p.text)
		case raw != "":
			b.WriteString(raw)
		case value == missing:
			if object && p.field {
				b.WriteString(`""`)
			}
		case object && !p.quoted:
			b.WriteString(compact(value))
		case isText:
			b.WriteString(text)
		case object:
			b.WriteString(compact(value))
		default:
			b.WriteString(strings.ReplaceAll(compact(value), `"`, ""))
		}
	}
	return b.String()
}

// missing is the value of a path that finds nothing.
var missing = new(struct{ int })

// value is what a placeholder stands for: a value, or JSON as it is.
func (tr InputTransformer) value(name string, r *rule, e event, now time.Time) (value any, raw string, defined bool) {
	switch name {
	case "aws.events.rule-arn":
		return r.ARN, "", true
	case "aws.events.rule-name":
		return r.Name, "", true
	case "aws.events.event.ingestion-time":
		return now.UTC().Format("2006-01-02T15:04:05.000Z"), "", true
	case "aws.events.event.json":
		return nil, e.json, true
	case "aws.events.event":
		return nil, e.bare(), true
	}
	path, defined := tr.InputPathsMap[name]
	if !defined {
		return nil, "", false
	}
	if path == "$" {
		return nil, e.json, true
	}
	if v, ok := lookup(e.fields, path); ok {
		return v, "", true
	}
	return missing, "", true
}

// bare is the event without detail, in the odd form it was recorded in: another
// name for the detail type, and the time in milliseconds.
func (e event) bare() string {
	at, err := time.Parse(time.RFC3339, e.text("time"))
	if err != nil {
		at = time.Time{}
	}
	f := e.fields
	return compact(map[string]any{
		"id": f["id"], "account": f["account"], "detailType": f["detail-type"], "time": at.UnixMilli(),
		"source": f["source"], "region": f["region"], "resources": f["resources"], "version": f["version"],
	})
}
