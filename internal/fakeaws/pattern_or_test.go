package fakeaws

import (
	"fmt"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge/types"
)

// Patterns as rules that watch more than one key have them.
func TestPatternsOfManyShapesMatch(t *testing.T) {
	const (
		made = `{"source":[{"prefix":"aws."}],"account":["1"],"$or":[` +
			`{"detail":{"sessionCredentialFromConsole":[{"exists":false}],"userIdentity":{"type":["IAMUser"],"userName":["alice"],"accessKeyId":[{"prefix":"ASIA"}]}}},` +
			`{"detail":{"userIdentity":{"type":["FederatedUser"],"sessionContext":{"sessionIssuer":{"userName":["alice"]}}}}}]}`
		root     = `{"detail":{"eventType":[{"anything-but":["AwsServiceEvent"]}],"userIdentity":{"type":["Root"],"invokedBy":[{"exists":false}]}}}`
		other    = `{"detail":{"userIdentity":{"arn":["a"],"accessKeyId":[{"exists":false},{"anything-but":["AKIA1","AKIA2"]}]}}}`
		unlike   = `{"a":[{"anything-but":{"prefix":["AKIA","ASIA"]}},"ASIA1",{"exists":false}]}`
		parallel = `{"x":["0"],"$or":[{"a":["1"]},{"b":["2"]}],"d":{"y":["0"],"$or":[{"a":["3"]},{"b":["4"]}]}}`
		nested   = `{"$or":[{"a":["1"],"$or":[{"b":["2"]},{"c":["3"]}]},{"d":[{"exists":true}]}]}`
	)
	identity := func(fields string) string {
		return `{"source":"aws.s3","account":"1","detail":{"eventType":"AwsApiCall","userIdentity":{` + fields + `}}}`
	}
	token := `"type":"IAMUser","userName":"alice","accessKeyId":"ASIA1"`
	for _, test := range []struct {
		name, pattern, event string
		want                 bool
	}{
		{"a session token", made, identity(token), true},
		{"a federated user", made, identity(`"type":"FederatedUser","sessionContext":{"sessionIssuer":{"userName":"alice"}}`), true},
		{"another's federated user", made, identity(`"type":"FederatedUser","sessionContext":{"sessionIssuer":{"userName":"bob"}}`), false},
		{"halves of both choices", made, identity(`"type":"FederatedUser","userName":"alice","accessKeyId":"ASIA1"`), false},
		{"the key itself", made, identity(`"type":"IAMUser","userName":"alice","accessKeyId":"AKIA1"`), false},
		{"a session from the console", made, `{"source":"aws.s3","account":"1","detail":{"sessionCredentialFromConsole":"true","userIdentity":{` + token + `}}}`, false},
		{"a choice without what is around it", made, `{"source":"aws.s3","account":"2","detail":{"userIdentity":{` + token + `}}}`, false},
		{"no source of AWS's", made, `{"source":"my.app","account":"1","detail":{"userIdentity":{` + token + `}}}`, false},
		{"what is around a choice alone", made, `{"source":"aws.s3","account":"1","detail":{}}`, false},

		{"root", root, identity(`"type":"Root"`), true},
		{"a service for root", root, identity(`"type":"Root","invokedBy":"x.amazonaws.com"`), false},
		{"a user", root, identity(`"type":"IAMUser"`), false},
		{"a service event", root, `{"detail":{"eventType":"AwsServiceEvent","userIdentity":{"type":"Root"}}}`, false},
		{"anything-but needs the field, beside exists:false", root, `{"detail":{"userIdentity":{"type":"Root"}}}`, false},

		{"exists:false beside anything-but, without the field", other, identity(`"arn":"a"`), true},
		{"exists:false beside anything-but, another value", other, identity(`"arn":"a","accessKeyId":"AKIA3"`), true},
		{"exists:false beside anything-but, an empty value", other, identity(`"arn":"a","accessKeyId":""`), true},
		{"exists:false beside anything-but, null", other, identity(`"arn":"a","accessKeyId":null`), true},
		{"exists:false beside anything-but, the first of the list", other, identity(`"arn":"a","accessKeyId":"AKIA1"`), false},
		{"exists:false beside anything-but, the last of the list", other, identity(`"arn":"a","accessKeyId":"AKIA2"`), false},
		{"exists:false beside anything-but, another field wrong", other, identity(`"arn":"b"`), false},
		{"exists:false beside anything-but, without an identity", other, `{"detail":{}}`, false},

		{"a prefix inside anything-but", unlike, `{"a":"AROA1"}`, true},
		{"the first prefix inside anything-but", unlike, `{"a":"AKIA1"}`, false},
		{"the second prefix inside anything-but", unlike, `{"a":"ASIA2"}`, false},
		{"a prefix inside anything-but, and a value beside it", unlike, `{"a":"ASIA1"}`, true},
		{"a prefix inside anything-but, and no field", unlike, `{}`, true},
		{"a prefix inside anything-but, and a number", unlike, `{"a":1}`, true},
		{"a prefix inside anything-but, and one of two elements", unlike, `{"a":["AKIA1","AROA1"]}`, true},
		{"a prefix inside anything-but, and all elements", unlike, `{"a":["AKIA1","ASIA2"]}`, false},

		{"two $or, both", parallel, `{"x":"0","a":"1","d":{"y":"0","b":"4"}}`, true},
		{"two $or, the others", parallel, `{"x":"0","b":"2","d":{"y":"0","a":"3"}}`, true},
		{"two $or, one of them", parallel, `{"x":"0","a":"1","d":{"y":"0","a":"1"}}`, false},
		{"two $or, a field beside the inner one", parallel, `{"x":"0","a":"1","d":{"b":"4"}}`, false},
		{"$or in a choice", nested, `{"a":"1","c":"3"}`, true},
		{"$or in a choice, without the choice's field", nested, `{"b":"2","c":"3"}`, false},
		{"$or in a choice, the other choice", nested, `{"d":0}`, true},
	} {
		t.Run(test.name, func(t *testing.T) {
			p, err := parsePattern(test.pattern)
			if err != nil {
				t.Fatal(err)
			}
			e, err := parseEvent(test.event)
			if err != nil {
				t.Fatal(err)
			}
			if got := p.match(e.fields); got != test.want {
				t.Errorf("%s against %s: %v", test.pattern, test.event, got)
			}
		})
	}
}

// choices is a $or of n choices of a field.
func choices(field string, n int) string {
	var list []string
	for i := range n {
		list = append(list, fmt.Sprintf(`{"%s%d":[1]}`, field, i))
	}
	return `"$or":[` + strings.Join(list, ",") + `]`
}

func TestChoicesMultiplyToAThousandAtMost(t *testing.T) {
	for _, test := range []struct {
		name, pattern string
		ok            bool
	}{
		{"10 x 10 x 10", `{` + choices("a", 10) + `,"d":{` + choices("a", 10) + `,"e":{` + choices("a", 10) + `}}}`, true},
		{"10 x 10 x 11", `{` + choices("a", 10) + `,"d":{` + choices("a", 10) + `,"e":{` + choices("a", 11) + `}}}`, false},
		{"7 x 11 x 13, which is 1001", `{` + choices("a", 7) + `,"d":{` + choices("a", 11) + `,"e":{` + choices("a", 13) + `}}}`, false},
		{"a $or in a choice counts as any other", `{"$or":[{"d":{` + choices("a", 25) + `}},{"e":{` + choices("a", 25) + `}}]}`, false},
		{"20 times 2, which is a million", `{` + strings.Repeat(choices("a", 2)+`,"d":{`, 19) + choices("a", 2) + strings.Repeat(`}`, 20), false},
		{"values of a list are no choices", `{"a":[` + strings.Repeat(`1,`, 1001) + `1],` + choices("b", 2) + `}`, true},
	} {
		if _, err := parsePattern(test.pattern); (err == nil) != test.ok {
			t.Errorf("%s: %v", test.name, err)
		}
	}
	b := newBox(t, Options{})
	_, err := b.eb.PutRule(t.Context(), &eventbridge.PutRuleInput{Name: aws.String("r"),
		EventPattern: aws.String(`{` + choices("a", 10) + `,"d":{` + choices("a", 10) + `,"e":{` + choices("a", 11) + `}}}`)})
	wantType[*types.InvalidEventPatternException](t, err)
}

func TestChoicesThatAWSReadsOtherwiseAreRefused(t *testing.T) {
	for _, pattern := range []string{
		`{"a":[1],"$or":[{"a":[2]},{"b":[3]}]}`,
		`{"$or":[{"a":[2]},{"b":[3]}],"a":[1]}`,
		`{"d":{"a":[1]},"$or":[{"d":{"a":[2]}},{"b":[3]}]}`,
		`{"d":{"$or":[{"a":[1]},{"b":[2]}]},"$or":[{"d":{"b":[3]}},{"c":[4]}]}`,
		`{"$or":[{"a":[1],"$or":[{"a":[2]},{"b":[3]}]},{"c":[4]}]}`,
		`{"$or":[{"numeric":["=",5]},{"b":[3]}]}`,
		`{"$or":[{"a":[1]},{"d":{"prefix":["x"]}}]}`,
	} {
		if _, err := parsePattern(pattern); err == nil {
			t.Errorf("%s is accepted", pattern)
		}
	}
	for _, pattern := range []string{
		`{"$or":[{"a":[1]},{"a":[2]}]}`,
		`{"$or":[{"a":[1],"b":[2]},{"a":[3],"c":[4]}]}`,
		`{"a":[1],"$or":[{"d":{"a":[2]}},{"b":[3]}]}`,
		`{"prefix":["x"]}`,
	} {
		if _, err := parsePattern(pattern); err != nil {
			t.Errorf("%s: %v", pattern, err)
		}
	}
}
