package watch

import (
	"slices"
	"strings"
)

// kind is what a rule speaks of.
type kind string

const (
	keyRule      kind = "keys"
	rootRule     kind = "root"     // root's long-term keys
	activityRule kind = "activity" // all that root does
	sessionRule  kind = "sessions" // temporary credentials of users, by name
	identityRule kind = "identity" // one user or role, by ARN
)

// packs tells that a rule of this kind may speak of several subjects.
func (k kind) packs() bool { return k == keyRule || k == sessionRule }

// alike tells that a rule of one kind can be turned into one of the other.
func (k kind) alike(other kind) bool {
	isRoot := func(k kind) bool { return k == rootRule || k == activityRule }
	return k == other || isRoot(k) && isRoot(other)
}

// content is what a rule's pattern names. The zero value names nothing.
type content struct {
	kind     kind
	subjects []string // sorted, distinct
	// except are, for a user's identity, the access key IDs, sorted, that have
	// rules of their own: own patterns do not overlap.
	except []string
}

// label names one subject of a kind wherever keys, users and identities stand
// side by side: a key by its ID, root by RootKey, an identity by its ARN.
func label(k kind, subject string) string {
	if k == sessionRule {
		return sessionsOf + subject
	}
	return subject
}

const sessionsOf = "sessions:"

// isKey tells the label of a key or of root from the others.
func isKey(label string) bool {
	return !strings.HasPrefix(label, sessionsOf) && !strings.HasPrefix(label, "arn:")
}

// userOf is the user whom the label of sessions or of a user's identity names.
func userOf(label string) string {
	if user, ok := strings.CutPrefix(label, sessionsOf); ok {
		return user
	}
	if isUser(label) {
		return label[strings.LastIndex(label, "/")+1:]
	}
	return ""
}

func (c content) labels() []string {
	labels := make([]string, 0, len(c.subjects))
	for _, s := range c.subjects {
		labels = append(labels, label(c.kind, s))
	}
	return labels
}

// contentOf is what a rule of a kind for the given labels names.
func contentOf(k kind, labels, except []string) content {
	c := content{kind: k, except: except}
	for _, l := range labels {
		c.subjects = append(c.subjects, strings.TrimPrefix(l, sessionsOf))
	}
	slices.Sort(c.subjects)
	c.subjects = slices.Compact(c.subjects)
	return c
}

// identityWord is the name of a user or role as far as a rule's name takes it.
func identityWord(arn string) string {
	name := arn[strings.LastIndexAny(arn, "/:")+1:]
	return "identity-" + strings.Map(func(r rune) rune {
		switch {
		case 'a' <= r && r <= 'z', 'A' <= r && r <= 'Z', '0' <= r && r <= '9', r == '.', r == '_', r == '-':
			return r
		}
		return '_'
	}, name)
}
