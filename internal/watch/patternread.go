package watch

import (
	"encoding/json"
	"regexp"
	"slices"
	"strings"
)

// readPattern tells what a pattern names. It is forgiving: patterns edited by
// hand are read as far as they go, and what cannot be a key ID, a user or an
// ARN of ours is left out. A pattern that names nothing has no kind.
func readPattern(text string) content {
	var p struct {
		Detail struct {
			seenDetail
			Or []seenDetail `json:"$or"`
		} `json:"detail"`
	}
	if json.Unmarshal([]byte(text), &p) != nil {
		return content{}
	}
	identity := p.Detail.Identity
	if slices.Contains(texts(identity.Type), rootType) {
		if len(list(identity.AccessKeyID)) == 0 {
			return contentOf(activityRule, []string{RootKey}, nil)
		}
		return contentOf(rootRule, []string{RootKey}, nil)
	}
	if keys := keyIDs(identity.AccessKeyID); len(keys) > 0 {
		return contentOf(keyRule, keys, nil)
	}
	if arns := iamARNs(identity.issuer("arn")); len(arns) > 0 {
		return contentOf(identityRule, arns, nil)
	}
	var users, arns, except []string
	for _, d := range p.Detail.Or {
		users = append(users, texts(d.Identity.UserName)...)
		arns = append(arns, iamARNs(d.Identity.issuer("arn"))...)
		except = append(except, exceptions(d.Identity.AccessKeyID)...)
	}
	switch {
	case len(arns) > 0:
		slices.Sort(except)
		return contentOf(identityRule, arns, except)
	case len(users) > 0:
		return contentOf(sessionRule, users, nil)
	}
	return content{}
}

// seenDetail takes fields of any shape, so that one odd field spoils no other.
type seenDetail struct {
	Identity seenIdentity `json:"userIdentity"`
}

type seenIdentity struct {
	Type        any `json:"type"`
	UserName    any `json:"userName"`
	AccessKeyID any `json:"accessKeyId"`
	Session     any `json:"sessionContext"`
}

// issuer are the values a pattern asks of sessionContext.sessionIssuer.
func (i seenIdentity) issuer(field string) []string {
	session, _ := i.Session.(jsonObject)
	issuer, _ := session["sessionIssuer"].(jsonObject)
	return texts(issuer[field])
}

func list(v any) []any {
	values, _ := v.([]any)
	return values
}

// texts are the texts among the values of a leaf, in its order.
func texts(v any) []string {
	var all []string
	for _, value := range list(v) {
		if text, ok := value.(string); ok {
			all = append(all, text)
		}
	}
	return all
}

// keyID is what an access key ID looks like (IAM API reference, AccessKey).
var keyID = regexp.MustCompile(`^\w{16,128}$`)

// keyIDs are the distinct key IDs among the values of a leaf, in its order.
func keyIDs(v any) []string {
	var keys []string
	for _, text := range texts(v) {
		if keyID.MatchString(text) && !slices.Contains(keys, text) {
			keys = append(keys, text)
		}
	}
	return keys
}

// exceptions are the key IDs that a leaf leaves out with anything-but.
func exceptions(v any) []string {
	var keys []string
	for _, value := range list(v) {
		if test, ok := value.(jsonObject); ok {
			keys = append(keys, keyIDs(test["anything-but"])...)
		}
	}
	return keys
}

func iamARNs(all []string) []string {
	return slices.DeleteFunc(all, func(s string) bool { return !strings.HasPrefix(s, "arn:") })
}

// isUser tells an IAM user's ARN from a role's.
func isUser(arn string) bool { return strings.Contains(arn, ":user/") }
