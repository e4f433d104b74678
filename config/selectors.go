package config

import (
	"regexp"
	"slices"
	"strings"
)

// An IAM user's name has at most 64 characters and a path 512. A glob may be
// longer than the name, because "*" also stands for nothing.
const (
	rootUser        = "<root_account>" // as the credential report writes it
	longestUserName = 64
	longestUserGlob = 128
	userPattern     = `^(` + rootUser + `|[A-Za-z0-9+=,.@_*?-]+)$`
	userARNPattern  = `^arn:aws[a-z-]*:iam::([0-9]{12}|\{account\}):(root|user/([A-Za-z0-9+=,.@_/-]{1,510}/)?[A-Za-z0-9+=,.@_-]{1,64})$`
	keyIDPattern    = `^[A-Za-z0-9_]{16,128}$`
	userPathPattern = `^/([A-Za-z0-9+=,.@_/*?-]{0,510}[/*])?$`
)

var (
	userShape     = regexp.MustCompile(userPattern)
	userARNShape  = regexp.MustCompile(userARNPattern)
	keyIDShape    = regexp.MustCompile(keyIDPattern)
	userPathShape = regexp.MustCompile(userPathPattern)
)

// selector is a setting that says whom an exception is for.
type selector struct{ key, value string }

// selectors are the ones that are set.
func (e Exception) selectors() []selector {
	all := []selector{{"user", e.User}, {"arn", e.ARN}, {"key", e.Key}, {"path", e.Path}}
	return slices.DeleteFunc(all, func(s selector) bool { return s.value == "" })
}

// wrong says what is wrong with the selector's value, as a sentence; "" means
// nothing.
func (s selector) wrong() string {
	switch s.key {
	case "user":
		return wrongUser(s.value)
	case "arn":
		return wrongUserARN(s.value)
	case "key":
		if !keyIDShape.MatchString(s.value) {
			// What stands here by mistake may be the secret, so it is not repeated.
			return "is not an access key ID: write its 16 to 128 letters and digits, as in AKIAIOSFODNN7EXAMPLE"
		}
	case "path":
		return wrongUserPath(s.value)
	}
	return ""
}

func wrongUser(name string) string {
	switch {
	case name == rootUser:
	case strings.HasPrefix(name, "arn:"):
		return quote(name) + " is an ARN: give it as arn instead of user"
	case !userShape.MatchString(name):
		return quote(name) + " is not the name of an IAM user: write letters, digits and +=,.@_- with * and ? as wildcards, as in ci-*, or " + rootUser
	case len(strings.ReplaceAll(name, "*", "")) > longestUserName:
		return quote(name) + " fits no IAM user: a name has at most 64 characters"
	case len(name) > longestUserGlob:
		return quote(name) + " is longer than 128 characters: shorten it"
	}
	return ""
}

func wrongUserARN(arn string) string {
	for _, p := range placeholder.FindAllString(arn, -1) {
		if p != accountPlaceholder {
			return quote(arn) + " holds " + quote(p) + ", which is not filled in here: allowed is {account}"
		}
	}
	switch {
	case strings.ContainsAny(arn, "*?"):
		return quote(arn) + " holds a wildcard, which an ARN cannot here: give user or path instead, as in ci-* or /ci/*"
	case !userARNShape.MatchString(arn):
		return quote(arn) + " is not the ARN of an IAM user or of root: write one like arn:aws:iam::{account}:user/alice or arn:aws:iam::{account}:root"
	}
	return ""
}

func wrongUserPath(path string) string {
	const like = `: write one like /ci/ for just that path, or /ci/* for all below it too`
	switch {
	case userPathShape.MatchString(path):
		return ""
	case !strings.HasPrefix(path, "/"):
		return quote(path) + ` does not begin with "/"` + like
	case !strings.HasSuffix(path, "/") && !strings.HasSuffix(path, "*"):
		return quote(path) + ` ends with neither "/" nor "*"` + like
	}
	return quote(path) + " is not an IAM path of up to 512 letters, digits and +=,.@_/- with * and ? as wildcards" + like
}
