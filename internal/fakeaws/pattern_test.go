package fakeaws

import "testing"

func TestPatternsMatch(t *testing.T) {
	for _, test := range []struct {
		name, pattern, event string
		want                 bool
	}{
		{"a value of the list", `{"a":["x","y"]}`, `{"a":"y"}`, true},
		{"a value not on the list", `{"a":["x","y"]}`, `{"a":"z"}`, false},
		{"case counts", `{"a":["x"]}`, `{"a":"X"}`, false},
		{"every field must match", `{"a":["x"],"b":["y"]}`, `{"a":"x","b":"z"}`, false},
		{"fields nobody asks for", `{"a":["x"]}`, `{"a":"x","b":"y"}`, true},
		{"a nested field", `{"a":{"b":{"c":["x"]}}}`, `{"a":{"b":{"c":"x","d":1}}}`, true},
		{"a nested field that is missing", `{"a":{"b":["x"]}}`, `{"a":{}}`, false},
		{"an object where a value is asked", `{"a":["x"]}`, `{"a":{"x":"x"}}`, false},
		{"a value where an object is asked", `{"a":{"b":["x"]}}`, `{"a":"x"}`, false},
		{"an array in the event", `{"a":["x"]}`, `{"a":["w","x"]}`, true},
		{"an array without the value", `{"a":["x"]}`, `{"a":["w"]}`, false},
		{"fields of the same element", `{"a":{"b":["1"],"c":["2"]}}`, `{"a":[{"b":"1","c":"1"},{"b":"1","c":"2"}]}`, true},
		{"fields of different elements", `{"a":{"b":["1"],"c":["2"]}}`, `{"a":[{"b":"1","c":"1"},{"b":"2","c":"2"}]}`, false},
		{"numbers by value", `{"a":[300]}`, `{"a":3.0e2}`, true},
		{"a number is no text", `{"a":[300]}`, `{"a":"300"}`, false},
		{"true", `{"a":[true]}`, `{"a":true}`, true},
		{"true is no text", `{"a":["true"]}`, `{"a":true}`, false},
		{"null", `{"a":[null]}`, `{"a":null}`, true},
		{"null is not a missing field", `{"a":[null]}`, `{}`, false},
		{"empty text", `{"a":[""]}`, `{"a":""}`, true},
		{"empty text is not a missing field", `{"a":[""]}`, `{}`, false},
		{"prefix", `{"a":[{"prefix":"aws."}]}`, `{"a":"aws.sts"}`, true},
		{"prefix of another", `{"a":[{"prefix":"aws."}]}`, `{"a":"myaws.sts"}`, false},
		{"prefix of a missing field", `{"a":[{"prefix":""}]}`, `{}`, false},
		{"prefix without case", `{"a":[{"prefix":{"equals-ignore-case":"AWS."}}]}`, `{"a":"aws.sts"}`, true},
		{"suffix", `{"a":[{"suffix":".png"}]}`, `{"a":"x.png"}`, true},
		{"suffix without case", `{"a":[{"suffix":{"equals-ignore-case":".PNG"}}]}`, `{"a":"x.jpg"}`, false},
		{"equals-ignore-case", `{"a":[{"equals-ignore-case":"Alice"}]}`, `{"a":"aLICE"}`, true},
		{"an operator or a value", `{"a":[{"prefix":"b"},"x"]}`, `{"a":"x"}`, true},
		{"anything-but another", `{"a":[{"anything-but":"x"}]}`, `{"a":"y"}`, true},
		{"anything-but the same", `{"a":[{"anything-but":"x"}]}`, `{"a":"x"}`, false},
		{"anything-but needs the field", `{"a":[{"anything-but":"x"}]}`, `{}`, false},
		{"anything-but a list", `{"a":[{"anything-but":["x","y"]}]}`, `{"a":"y"}`, false},
		{"anything-but numbers", `{"a":[{"anything-but":[1,2]}]}`, `{"a":3}`, true},
		{"anything-but a prefix", `{"a":[{"anything-but":{"prefix":"x"}}]}`, `{"a":"xy"}`, false},
		{"anything-but prefixes", `{"a":[{"anything-but":{"prefix":["x","y"]}}]}`, `{"a":"zy"}`, true},
		{"anything-but a suffix", `{"a":[{"anything-but":{"suffix":"x"}}]}`, `{"a":"yx"}`, false},
		{"anything-but a wildcard", `{"a":[{"anything-but":{"wildcard":"*x*"}}]}`, `{"a":"yxy"}`, false},
		{"anything-but of one of two elements", `{"a":[{"anything-but":"x"}]}`, `{"a":["x","y"]}`, true},
		{"numeric equal", `{"a":[{"numeric":["=",5]}]}`, `{"a":5.0}`, true},
		{"numeric in the range", `{"a":[{"numeric":[">",0,"<=",5]}]}`, `{"a":5}`, true},
		{"numeric at the open end", `{"a":[{"numeric":[">",0,"<=",5]}]}`, `{"a":0}`, false},
		{"numeric of a text", `{"a":[{"numeric":[">",0]}]}`, `{"a":"5"}`, false},
		{"exists", `{"a":[{"exists":true}]}`, `{"a":null}`, true},
		{"exists of a missing field", `{"a":[{"exists":true}]}`, `{"b":1}`, false},
		{"exists works on leaves", `{"a":[{"exists":true}]}`, `{"a":{"b":1}}`, false},
		{"exists false", `{"a":[{"exists":false}]}`, `{"b":1}`, true},
		{"exists false of a field", `{"a":[{"exists":false}]}`, `{"a":1}`, false},
		{"exists false below a missing object", `{"a":{"b":[{"exists":false}]}}`, `{}`, true},
		{"exists false or a value", `{"a":["x",{"exists":false}]}`, `{}`, true},
		{"cidr", `{"a":[{"cidr":"10.0.0.0/24"}]}`, `{"a":"10.0.0.255"}`, true},
		{"cidr of another net", `{"a":[{"cidr":"10.0.0.0/24"}]}`, `{"a":"10.0.1.0"}`, false},
		{"cidr of an AWS service", `{"a":[{"cidr":"10.0.0.0/24"}]}`, `{"a":"cloudformation.amazonaws.com"}`, false},
		{"wildcard", `{"a":[{"wildcard":"arn:*:user/*"}]}`, `{"a":"arn:aws:iam::1:user/x"}`, true},
		{"wildcard of nothing", `{"a":[{"wildcard":"a*b"}]}`, `{"a":"ab"}`, true},
		{"wildcard ends", `{"a":[{"wildcard":"a*b"}]}`, `{"a":"abc"}`, false},
		{"wildcard does not overlap", `{"a":[{"wildcard":"ab*ba"}]}`, `{"a":"aba"}`, false},
		{"an escaped star", `{"a":[{"wildcard":"a\\*b"}]}`, `{"a":"axb"}`, false},
		{"$or, second choice", `{"$or":[{"a":["x"]},{"b":["y"]}]}`, `{"b":"y"}`, true},
		{"$or, no choice", `{"$or":[{"a":["x"]},{"b":["y"]}]}`, `{"b":"z"}`, false},
		{"$or and a field", `{"c":["z"],"$or":[{"a":["x"]},{"b":["y"]}]}`, `{"a":"x"}`, false},
		{"$or within an object", `{"d":{"$or":[{"a":["x"]},{"b":["y"]}]}}`, `{"d":{"a":"x"}}`, true},
	} {
		t.Run(test.name, func(t *testing.T) {
			p, err := parsePattern(test.pattern)
			if err != nil {
				t.Fatal(err)
			}
			event, err := parseJSON(test.event)
			if err != nil {
				t.Fatal(err)
			}
			if got := p.match(event.(map[string]any)); got != test.want {
				t.Errorf("%s against %s: %v", test.pattern, test.event, got)
			}
		})
	}
}

func TestPatternsAreRefused(t *testing.T) {
	for _, pattern := range []string{
		``, `x`, `[]`, `"a"`, `{}`, `{"a":{}}`, `{"a":[]}`, `{"a":"x"}`, `{"a":1}`, `{"a":null}`, `{"a":[["x"]]}`, `{"a":["x"]} {}`,
		`{'a':['x']}`, `{"a":["x",]}`,
		`{"a":[{}]}`, `{"a":[{"like":"x"}]}`, `{"a":[{"prefix":"x","suffix":"y"}]}`, `{"a":[{"prefix":1}]}`, `{"a":[{"prefix":["x","y"]}]}`,
		`{"a":[{"exists":"true"}]}`, `{"a":[{"numeric":[">"]}]}`, `{"a":[{"numeric":["~",1]}]}`, `{"a":[{"numeric":[">","1"]}]}`,
		`{"a":[{"cidr":"10.0.0.0"}]}`, `{"a":[{"wildcard":"a**b"}]}`, `{"a":[{"wildcard":"a\\b"}]}`,
		`{"a":[{"anything-but":[]}]}`, `{"a":[{"anything-but":["x",1]}]}`, `{"a":[{"anything-but":{"exists":true}}]}`, `{"a":[{"anything-but":null}]}`,
		`{"a":[{"anything-but":{"prefix":""}}]}`, `{"a":[{"numeric":["<",5,">",0]}]}`, `{"a":[{"numeric":[">",0,">",5]}]}`,
		`{"$or":{"a":["x"]}}`, `{"$or":[{"a":["x"]}]}`, `{"$or":[{"a":["x"]},1]}`,
	} {
		if _, err := parsePattern(pattern); err == nil {
			t.Errorf("%s is accepted", pattern)
		}
	}
}
