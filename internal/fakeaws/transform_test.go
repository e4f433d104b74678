package fakeaws

import "testing"

// The bodies are those recorded of the real service, see transform.go.
func TestTransformersRender(t *testing.T) {
	e, err := parseEvent(`{"version":"0","id":"i","detail-type":"d","source":"s","account":"1","time":"2026-01-02T03:04:05Z","region":"us-east-1","resources":[],
		"detail":{"text":"hello","number":42,"flag":true,"nothing":null,"object":{"first":"one","second":2},"array":["one",{"x":3}],
		"items":[{"name":"first"},{"name":"second"},{}],"quoted":"say \"hello\"","escaped":"line\nslash\\tab\tend","html":"<a&b>"}}`)
	if err != nil {
		t.Fatal(err)
	}
	paths := map[string]string{"text": "$.detail.text", "number": "$.detail.number", "flag": "$.detail.flag", "nothing": "$.detail.nothing",
		"object": "$.detail.object", "array": "$.detail.array", "quoted": "$.detail.quoted", "escaped": "$.detail.escaped", "html": "$.detail.html",
		"missing": "$.detail.missing", "second": "$.detail.items[1].name", "beyond": "$.detail.items[7].name", "names": "$.detail.items[*].name",
		"slot": "$.detail.text.deeper"}
	r := &rule{Rule: Rule{Name: "r", ARN: "arn:aws:events:us-east-1:1:rule/r"}}
	for _, test := range []struct {
		name, template, want string
		valid                bool
	}{
		{"values of every type", `{"t":<text>,"n":<number>,"f":<flag>,"z":<nothing>,"o":<object>,"a":<array>}`,
			`{"t":"hello","n":42,"f":true,"z":null,"o":{"first":"one","second":2},"a":["one",{"x":3}]}`, true},
		{"bare text is escaped", `{"q":<quoted>,"e":<escaped>,"h":<html>}`, `{"q":"say \"hello\"","e":"line\nslash\\tab\tend","h":"<a&b>"}`, true},
		{"quoted text", `{"v":"<text>"}`, `{"v":"hello"}`, true},
		{"a quote in quoted text is not escaped", `{"v":"<quoted>"}`, `{"v":"say "hello""}`, false},
		{"an object in quotes", `{"v":"<object>"}`, `{"v":"{"first":"one","second":2}"}`, false},
		{"a string template", `"text=<text>; object=<object>; array=<array>"`, `"text=hello; object={first:one,second:2}; array=[one,{x:3}]"`, true},
		{"a quote in a string template", `"prefix <quoted> suffix"`, `"prefix say "hello" suffix"`, false},
		{"an escaped quote in a template", `"prefix \"<text>\" suffix"`, `"prefix \"hello\" suffix"`, true},
		{"two strings", "\"first <text>\"\n\"second <text>\"", "\"first hello\"\n\"second hello\"", true},
		{"a missing field's value", `{"a":1,"v":<missing>,"b":2}`, `{"a":1,"v":"","b":2}`, true},
		{"a missing value with spaces", `{"v" : <missing> }`, `{"v" : "" }`, true},
		{"a missing value in an array", `[1,<missing>,2]`, `[1,,2]`, false},
		{"a missing value in a string", `"before <missing> after"`, `"before  after"`, true},
		{"a missing value in quotes", `{"v":"<missing>"}`, `{"v":""}`, true},
		{"a path through a text", `{"v":<slot>}`, `{"v":""}`, true},
		{"an undefined placeholder", `{"v":<undefined>}`, `{"v":<undefined>}`, false},
		{"an undefined placeholder in a string", `"before <undefined> after"`, `"before <undefined> after"`, true},
		{"an unknown reserved name", `{"v":<aws.events.unknown>}`, `{"v":<aws.events.unknown>}`, false},
		{"an element of an array", `{"v":<second>,"w":<beyond>}`, `{"v":"second","w":""}`, true},
		{"all elements of an array", `{"v":<names>}`, `{"v":["first","second"]}`, true},
		{"a template without placeholders", `null`, `null`, true},
		{"text alone", `<text>`, `hello`, false},
		{"an object alone", `<object>`, `{first:one,second:2}`, false},
		{"nothing alone", `<missing>`, ``, false},
		{"the rule", `{"n":<aws.events.rule-name>,"a":<aws.events.rule-arn>,"t":<aws.events.event.ingestion-time>}`,
			`{"n":"r","a":"arn:aws:events:us-east-1:1:rule/r","t":"2026-11-20T06:00:00.000Z"}`, true},
		{"the rule in a string", `"<aws.events.rule-name> fired"`, `"r fired"`, true},
		{"the event without detail", `{"e":<aws.events.event>}`,
			`{"e":{"account":"1","detailType":"d","id":"i","region":"us-east-1","resources":[],"source":"s","time":1767323045000,"version":"0"}}`, true},
	} {
		t.Run(test.name, func(t *testing.T) {
			tr := InputTransformer{InputPathsMap: paths, InputTemplate: test.template}
			if err := checkTransformer("t", tr); err != nil {
				t.Fatalf("refused: %s", err.message)
			}
			got := tr.render(r, e, start)
			if got != test.want || isJSON(got) != test.valid {
				t.Errorf("got %s (JSON: %v), want %s (JSON: %v)", got, isJSON(got), test.want, test.valid)
			}
		})
	}
	whole := InputTransformer{InputTemplate: `{"e":<aws.events.event.json>}`}
	if got, want := whole.render(r, e, start), `{"e":`+e.json+`}`; got != want || !isJSON(got) {
		t.Errorf("got %s, want %s", got, want)
	}
}
