package config

import (
	"regexp"
	"slices"
)

// mostIdentities keeps the rules for identities few: each has a long ARN, and a
// rule's pattern holds 2,048 characters.
const mostIdentities = 20

// A path may be 512 characters and a name 64. Of the characters that IAM allows
// in a path these are the ones in use; "*" is left out because it would look
// like a wildcard and be none.
const identityPattern = `^arn:aws[a-z-]*:iam::([0-9]{12}|\{account\}):(user|role)/([A-Za-z0-9+=,.@_/-]{1,510}/)?[A-Za-z0-9+=,.@_-]{1,64}$`

var (
	identityShape = regexp.MustCompile(identityPattern)
	rootShape     = regexp.MustCompile(`^arn:aws[a-z-]*:iam::[^:]*:root$`)
	sessionShape  = regexp.MustCompile(`^arn:aws[a-z-]*:sts::[^:]*:assumed-role/`)
)

// validateIdentities checks which users and roles are watched whatever their
// credentials.
func (l *loading) validateIdentities(identities []string) {
	for i, arn := range identities {
		at := itemOf("watch.identities", i)
		problem := wrongIdentity(arn)
		switch {
		case i == mostIdentities:
			l.refuseValue(at, "is identity number %d, but at most %d are watched: take %d out", i+1, mostIdentities, len(identities)-mostIdentities)
		case slices.Contains(identities[:i], arn):
			l.refuseValue(at, "%s is listed twice: keep one", quote(arn))
		case problem != "":
			l.refuseValue(at, "%s %s", quote(arn), problem)
		}
	}
}

// wrongIdentity says what is wrong with an identity, as the second half of a
// sentence; "" means nothing.
func wrongIdentity(arn string) string {
	for _, p := range placeholder.FindAllString(arn, -1) {
		if p != accountPlaceholder {
			return "holds " + quote(p) + ", which is not filled in here: allowed is {account}"
		}
	}
	switch {
	case rootShape.MatchString(arn):
		return "is the root user: set root_activity to true instead"
	case sessionShape.MatchString(arn):
		return "is one session of a role: name the role, as in arn:aws:iam::111122223333:role/deploy"
	case !identityShape.MatchString(arn):
		return "is not the ARN of an IAM user or role: write one like arn:aws:iam::{account}:user/alice or arn:aws:iam::{account}:role/deploy"
	}
	return ""
}
