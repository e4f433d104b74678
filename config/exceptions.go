package config

import "slices"

const (
	exceptionsPath = "exceptions"
	mostExceptions = 500
	longestReason  = 500
	longestName    = 100 // of an owner or a ticket
)

// Exception is a reviewed, dated waiver of some checks for some users or for one
// key. What it covers is reported as excepted, with all that stands here.
type Exception struct {
	// One of User, ARN, Key and Path is set and says whom it is for. User is a
	// name or a glob with * and ?, or <root_account>: no glob means root. ARN has
	// no wildcards; {account} may stand for the account. Path is a glob too.
	User string `yaml:"user" doc:"For the IAM users of this name, in which * and ? are wildcards. <root_account> is root, which no wildcard means."`
	ARN  string `yaml:"arn" doc:"For the user of this ARN, without wildcards, or for root. {account} is filled in."`
	Key  string `yaml:"key" doc:"For the one access key of this ID."`
	Path string `yaml:"path" doc:"For the IAM users of this path, in which * and ? are wildcards: /ci/ is just that path, /ci/* also what is below."`
	// Checks names at least one, none twice. No other exception for the same
	// User, ARN, Key or Path names one of them.
	Checks []string `yaml:"checks" doc:"The checks that are excepted."`
	Reason string   `yaml:"reason" doc:"Why this is accepted, in up to 500 characters."`
	Owner  string   `yaml:"owner" doc:"Who answers for it, in up to 100 characters."`
	Ticket string   `yaml:"ticket" doc:"Where it was decided, in up to 100 characters."`
	// Expires may lie in the past: a lapsed exception is for the audit to report.
	Expires Date `yaml:"expires" doc:"The last day on which it holds (UTC), as in 2027-01-31."`
}

// exempted is one check of one selector.
type exempted struct {
	selector
	check string
}

func (l *loading) validateExceptions(exceptions []Exception) {
	taken := map[exempted]string{}
	for i, e := range exceptions {
		path := itemOf(exceptionsPath, i)
		// An exception that was refused, perhaps for a key that should read
		// otherwise, has its sentence already: nothing in it is told as missing.
		whole := l.sound(path)
		if i == mostExceptions {
			l.refuseValue(path, "is exception number %d, but at most %d are read: take %d out", i+1, mostExceptions, len(exceptions)-mostExceptions)
		}
		who := l.validateSelector(path, e, whole)
		l.validateExcepted(path, e.Checks, who, taken, whole)
		l.validateReview(path, e, whole)
	}
}

// validateSelector checks whom the exception at path is for, and returns it
// where it is sound.
func (l *loading) validateSelector(path string, e Exception, whole bool) selector {
	given := e.selectors()
	sound := l.sound(path+".user", path+".arn", path+".key", path+".path")
	switch {
	case len(given) == 0 && whole && sound:
		l.refuseValue(path, "is for nobody: give it one of user, arn, key and path")
	case len(given) > 1:
		l.refuseValue(path+"."+given[1].key, "does not go with %s: an exception has one of user, arn, key and path, so make two exceptions of it", given[0].key)
	}
	for _, s := range given {
		if problem := s.wrong(); problem != "" {
			l.refuseValue(path+"."+s.key, "%s", problem)
			sound = false
		}
	}
	if len(given) != 1 || !sound {
		return selector{}
	}
	return given[0]
}

// validateExcepted checks which checks are excepted. taken says where each one
// of the exceptions before is.
func (l *loading) validateExcepted(path string, ids []string, who selector, taken map[exempted]string, whole bool) {
	if len(ids) == 0 && whole {
		l.refuseValue(path+".checks", "must name a check: write one or more, as in [key-unrotated]")
	}
	for i, id := range ids {
		at := itemOf(path+".checks", i)
		other := taken[exempted{who, id}]
		switch {
		case !slices.Contains(exceptable(), id):
			l.refuseValue(at, "%s is not a check that can be excepted%s", quote(id), didYouMean(id, exceptable()))
		case slices.Contains(ids[:i], id):
			l.refuseValue(at, "%s is listed twice: keep one", quote(id))
		case other != "":
			l.refuseValue(at, "%s of %s %s is excepted in %s too: keep one", quote(id), who.key, quote(who.value), other)
		case who != selector{}:
			taken[exempted{who, id}] = path
		}
	}
}

// validateReview checks what a reviewer needs to know.
func (l *loading) validateReview(path string, e Exception, whole bool) {
	for _, text := range []struct {
		key, value string
		most       int
		advice     string
	}{
		{"reason", e.Reason, longestReason, "say why this is accepted"},
		{"owner", e.Owner, longestName, "name who answers for it"},
		{"ticket", e.Ticket, longestName, "name the ticket in which it was decided"},
	} {
		if text.value == "" && !whole {
			continue
		}
		if problem := wrongLine(text.value, text.most, text.advice); problem != "" {
			l.refuseValue(path+"."+text.key, "%s", problem)
		}
	}
	if e.Expires.IsZero() && whole {
		l.refuseValue(path+".expires", "must not be empty: name the last day on which it holds, as in 2027-01-31")
	}
}
