package watch

import (
	"encoding/json"
	"reflect"
	"regexp"
	"slices"
)

// The pattern pins source to AWS's own prefix, which PutEvents refuses to
// anybody else, so that nobody can forge an alert. It names no detail-type:
// AWS spells some of them in two ways, and only CloudTrail's events carry
// detail.userIdentity.

type pattern struct {
	Source  []any    `json:"source"`
	Account []string `json:"account,omitempty"`
	Detail  struct {
		UserIdentity struct {
			Type        []string `json:"type,omitempty"`
			AccessKeyID []any    `json:"accessKeyId"`
		} `json:"userIdentity"`
	} `json:"detail"`
}

// rootType is the root user's userIdentity.type (CloudTrail user guide).
const rootType = "Root"

type prefix struct {
	Prefix string `json:"prefix"`
}

// patternFor is the event pattern that matches every use of a key. Root's key
// IDs cannot be listed, so root is matched by type and the prefix of long-term
// keys; sessions have ASIA. account pins it to events of this account.
func patternFor(key, account string) string {
	var p pattern
	p.Source = []any{prefix{"aws."}}
	if key == RootKey {
		p.Account = []string{account}
		p.Detail.UserIdentity.Type = []string{rootType}
		p.Detail.UserIdentity.AccessKeyID = []any{prefix{"AKIA"}}
	} else {
		p.Detail.UserIdentity.AccessKeyID = []any{key}
	}
	text, err := json.Marshal(p)
	if err != nil {
		return "" // cannot happen: strings always marshal
	}
	return string(text)
}

// keyID is what an access key ID looks like (IAM API reference, AccessKey).
var keyID = regexp.MustCompile(`^\w{16,128}$`)

// keysIn reads the distinct key IDs a pattern names, in its order, RootKey for
// root's. It is forgiving: patterns edited by hand are read as far as they go,
// and what cannot be a key ID is left out.
func keysIn(text string) []string {
	var p struct {
		Detail struct {
			UserIdentity struct {
				Type        any `json:"type"`
				AccessKeyID any `json:"accessKeyId"`
			} `json:"userIdentity"`
		} `json:"detail"`
	}
	if json.Unmarshal([]byte(text), &p) != nil {
		return nil
	}
	if types, ok := p.Detail.UserIdentity.Type.([]any); ok && slices.Contains(types, any(rootType)) {
		return []string{RootKey}
	}
	var keys []string
	values, _ := p.Detail.UserIdentity.AccessKeyID.([]any)
	for _, value := range values {
		if key, ok := value.(string); ok && keyID.MatchString(key) && !slices.Contains(keys, key) {
			keys = append(keys, key)
		}
	}
	return keys
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
