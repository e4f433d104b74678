package report

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Exception is a reviewed, dated waiver of some checks. Exactly one of User, ARN,
// Key and Path says whom it is for.
type Exception struct {
	User string // a user's name, * and ? stand for any characters; RootUser for root
	ARN  string
	Key  string // an access key ID
	Path string // an IAM path, * and ? stand for any characters

	Checks                []CheckID
	Reason, Owner, Ticket string
	// Expires is the last day (UTC midnight) on which the exception counts.
	Expires time.Time
	// Unsure tells that it could not be found out whose Key is, so that nothing is
	// said where the exception seems to be for nobody.
	Unsure bool
}

// Subject says in words whom the exception is for.
func (e Exception) Subject() string {
	switch {
	case e.User != "":
		return fmt.Sprintf("user %q", e.User)
	case e.ARN != "":
		return fmt.Sprintf("%q", e.ARN)
	case e.Key != "":
		return "key " + e.Key
	}
	return fmt.Sprintf("path %q", e.Path)
}

// String names the exception in a sentence.
func (e Exception) String() string {
	return fmt.Sprintf("the exception for %s (ticket %s, owner %s)", e.Subject(), e.Ticket, e.Owner)
}

// ExceptionState says whether an exception still counts.
type ExceptionState string

// The states of an exception. One that will soon lapse still counts.
const (
	ExceptionIsActive ExceptionState = "active"
	ExceptionIsEnding ExceptionState = "expiring"
	ExceptionIsOver   ExceptionState = "lapsed"
)

// State is the exception's state at the given time.
func (e Exception) State(asOf time.Time) ExceptionState {
	switch {
	case e.lapsed(asOf):
		return ExceptionIsOver
	case e.left(asOf) <= expiringWithin:
		return ExceptionIsEnding
	}
	return ExceptionIsActive
}

// lapsed tells that the exception counts no more: its last day is over.
func (e Exception) lapsed(asOf time.Time) bool { return e.left(asOf) <= 0 }

// left is the time until the exception lapses.
func (e Exception) left(asOf time.Time) time.Duration { return e.Expires.AddDate(0, 0, 1).Sub(asOf) }

// names tells that the exception is for one user, root or key, and not for many.
func (e Exception) names() bool { return e.Path == "" && !strings.ContainsAny(e.User, "*?") }

// isFor tells that a finding is about whom the exception is for. Where several
// keys fit a slot, an exception for one of them is for none.
func (e Exception) isFor(f Finding) bool {
	switch {
	case f.User == "": // about an exception
		return false
	case e.User != "":
		return e.User == f.User || f.User != RootUser && glob(strings.ToLower(e.User), strings.ToLower(f.User))
	case e.ARN != "":
		return e.ARN == f.ARN
	case e.Key != "":
		return e.Key == f.Key.ID && len(f.Key.Candidates) == 0
	}
	return f.User != RootUser && glob(e.Path, pathOf(f.ARN))
}

func (e Exception) waives(f Finding) bool { return slices.Contains(e.Checks, f.Check) && e.isFor(f) }

// pathOf is the path in an IAM user's ARN, "/" at least.
func pathOf(arn string) string {
	_, resource, _ := strings.Cut(arn, ":user/")
	return "/" + resource[:strings.LastIndex(resource, "/")+1]
}

// glob matches a whole text; * stands for any characters, none too, and ? for one.
// It goes back to the last * only, so that it takes no longer than the product of
// the lengths: names and patterns come from different people.
func glob(pattern, text string) bool {
	at, star, resume := 0, -1, 0
	for i := 0; i < len(text); {
		switch {
		case at < len(pattern) && pattern[at] == '*':
			star, resume = at, i
			at++
		case at < len(pattern) && (pattern[at] == '?' || pattern[at] == text[i]):
			at++
			i++
		case star >= 0:
			resume++
			at, i = star+1, resume
		default:
			return false
		}
	}
	return strings.Trim(pattern[at:], "*") == ""
}

// Except returns the findings with those failed ones excepted that an exception
// waives as of the given time, of several the first. Where only lapsed ones do,
// the finding stays and says so. It is a pure function that looks at every finding
// afresh: once more keys are known, an earlier exception may be the first.
func Except(findings []Finding, exceptions []Exception, asOf time.Time) []Finding {
	if len(exceptions) == 0 {
		return findings
	}
	all := slices.Clone(findings)
	for i := range all {
		if f := &all[i]; f.Status == Fail || f.Status == Excepted {
			f.except(exceptions, asOf)
		}
	}
	return all
}

// lapsedAfter begins what a finding says of its lapsed exception.
const lapsedAfter = "; its exception lapsed after "

func (f *Finding) except(exceptions []Exception, asOf time.Time) {
	f.Status, f.Exception = Fail, nil
	f.Reason, _, _ = strings.Cut(f.Reason, lapsedAfter)
	said := ""
	for i := range exceptions {
		e := &exceptions[i]
		switch {
		case !e.waives(*f):
		case !e.lapsed(asOf):
			f.Status, f.Exception = Excepted, e
			return
		case said == "":
			said = fmt.Sprintf("%s%s (ticket %s)", lapsedAfter, e.Expires.Format(time.DateOnly), e.Ticket)
		}
	}
	f.Reason += said
}
