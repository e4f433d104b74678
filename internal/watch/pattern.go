package watch

import (
	"bytes"
	"encoding/json"
	"reflect"
)

// Patterns pin source to AWS's own prefix, which PutEvents refuses to anybody
// else, so that nobody can forge an alert. They name no detail-type: AWS spells
// some of them in two ways, and only CloudTrail's events carry
// detail.userIdentity. No event is matched by two patterns of ours, but while a
// key moves between rules.

type jsonObject = map[string]any

// patternMax is EventBridge's default quota for a pattern, in characters.
const patternMax = 2048

var absent = []any{jsonObject{"exists": false}}

func prefixed(text string) []any { return []any{jsonObject{"prefix": text}} }

// pattern is the shape of every pattern, with its fields in our order.
type pattern struct {
	Source  []any    `json:"source"`
	Account []string `json:"account,omitempty"`
	Detail  any      `json:"detail"`
}

// identityFields are what patterns ask of detail.userIdentity, in our order.
type identityFields struct {
	Type        []string `json:"type,omitempty"`
	UserName    []string `json:"userName,omitempty"`
	AccessKeyID []any    `json:"accessKeyId,omitempty"`
	InvokedBy   []any    `json:"invokedBy,omitempty"`
	Session     any      `json:"sessionContext,omitempty"`
}

type detailFields struct {
	EventType []any          `json:"eventType,omitempty"`
	Console   []any          `json:"sessionCredentialFromConsole,omitempty"`
	Identity  identityFields `json:"userIdentity"`
}

// patternOf is the event pattern of a content.
func patternOf(c content, account string) string {
	p := pattern{Source: prefixed("aws.")}
	switch c.kind {
	case keyRule:
		p.Detail = detailFields{Identity: identityFields{AccessKeyID: anys(c.subjects)}}
	case rootRule:
		// Root's key IDs cannot be listed, so root is matched by type and the
		// prefix of long-term keys; sessions have ASIA.
		p.Account = []string{account}
		p.Detail = detailFields{Identity: identityFields{Type: []string{rootType}, AccessKeyID: prefixed("AKIA")}}
	case activityRule:
		p.Account = []string{account}
		p.Detail = detailFields{
			EventType: []any{jsonObject{"anything-but": []string{"AwsServiceEvent"}}},
			Identity:  identityFields{Type: []string{rootType}, InvokedBy: absent},
		}
	case sessionRule:
		p.Account = []string{account} // user names are unique within an account
		p.Detail = sessionDetail(c.subjects)
	case identityRule:
		p.Account = []string{account}
		p.Detail = identityDetail(c.subjects, c.except)
	}
	return compact(p)
}

// rootType is the root user's userIdentity.type (CloudTrail user guide).
const rootType = "Root"

// sessionDetail matches what users do with credentials of GetSessionToken, which
// keep the user's name, and of GetFederationToken, which name the user as their
// issuer (IAM user guide, CloudTrail integration). Console sessions are told by
// a field of their own (CloudTrail record contents), and what AWS services do on
// the user's behalf follows from a call that was told of already.
func sessionDetail(users []string) any {
	return jsonObject{"$or": []any{
		detailFields{Console: absent, Identity: identityFields{Type: userType, UserName: users, AccessKeyID: prefixed("ASIA"), InvokedBy: absent}},
		detailFields{Identity: identityFields{Type: []string{"FederatedUser"}, InvokedBy: absent, Session: issuedBy("userName", users)}},
	}}
}

var userType = []string{"IAMUser"}

// identityDetail matches a user with whatever credentials but the keys that have
// rules of their own, and the sessions that a user or role issued. A user is
// matched by name: a failed sign-in tells no ARN.
func identityDetail(arns, except []string) any {
	issued := detailFields{Identity: identityFields{Session: issuedBy("arn", arns)}}
	if len(arns) == 0 || !isUser(arns[0]) {
		return issued
	}
	direct := identityFields{Type: userType, UserName: []string{userOf(arns[0])}}
	if len(except) > 0 {
		direct.AccessKeyID = []any{jsonObject{"exists": false}, jsonObject{"anything-but": except}}
	}
	return jsonObject{"$or": []any{detailFields{Identity: direct}, issued}}
}

func issuedBy(field string, values []string) any {
	return jsonObject{"sessionIssuer": jsonObject{field: values}}
}

func anys(texts []string) []any {
	list := make([]any, 0, len(texts))
	for _, t := range texts {
		list = append(list, t)
	}
	return list
}

// compact writes JSON without spaces, and characters such as & as they are:
// every one counts.
func compact(v any) string {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if e.Encode(v) != nil {
		return "" // cannot happen: strings always marshal
	}
	return string(bytes.TrimSuffix(b.Bytes(), []byte("\n")))
}

// samePattern compares patterns as JSON: spacing and order of fields, which
// AWS or a person may change, make no difference.
func samePattern(a, b string) bool {
	if a == b {
		return true
	}
	var left, right any
	if json.Unmarshal([]byte(a), &left) != nil || json.Unmarshal([]byte(b), &right) != nil {
		return false
	}
	return reflect.DeepEqual(left, right)
}
