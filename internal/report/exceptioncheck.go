package report

import (
	"fmt"
	"slices"
	"time"
)

// The checks that are asked of exceptions.
const (
	ExceptionExpired   CheckID = "exception-expired"
	ExceptionExpiring  CheckID = "exception-expiring"
	ExceptionUnmatched CheckID = "exception-unmatched"
	ExceptionHidesUse  CheckID = "exception-hides-use"
)

// expiringWithin is how long before its last day an exception is told of.
const expiringWithin = 14 * 24 * time.Hour

// ExceptionFindings asks of every exception whether it has lapsed, will soon, is
// for nothing that fails, or hides that a key which slept is in use. findings are
// all there are, after Except. The answers have no user, the exception, and no
// passes among them; they are in the order of the exceptions.
func ExceptionFindings(findings []Finding, exceptions []Exception, policy Policy, asOf time.Time) []Finding {
	e := newEvaluation(policy, asOf)
	for i := range exceptions {
		e.exception(&exceptions[i], findings)
	}
	return e.findings
}

func (e *evaluation) exception(x *Exception, findings []Finding) {
	waived := 0
	for _, f := range findings {
		if x.waives(f) && (f.Status == Fail || f.Status == Excepted) {
			waived++
		}
	}
	say := func(check CheckID, format string, args ...any) {
		e.add(&Row{}, check, Fail, Finding{Exception: x}, fmt.Sprintf("%s %s", x, fmt.Sprintf(format, args...)))
	}
	last := x.Expires.Format(time.DateOnly)
	switch x.State(e.asOf) {
	case ExceptionIsOver:
		say(ExceptionExpired, "lapsed after %s: %s", last, whatNow(waived))
		return
	case ExceptionIsEnding:
		say(ExceptionExpiring, "ends after %s, in %s: renew it or put right what it waives", last, days(x.left(e.asOf)))
	}
	switch {
	case waived > 0 || x.Unsure:
	case slices.ContainsFunc(findings, func(f Finding) bool { return slices.Contains(f.Key.Candidates, x.Key) }):
		say(ExceptionUnmatched, "waives nothing: several keys fit the slot and it cannot be told which is meant, so except the user, or rotate one of the keys")
	default:
		say(ExceptionUnmatched, "waives nothing that fails: take it out, or correct it if it is meant for another")
	}
	for _, f := range findings {
		if x.hidesUse(f, e.policy.StaleAfter, e.asOf) {
			say(ExceptionHidesUse, "hides that a key of user %q is in use: last used %s%s", f.User, stamp(f.LastUsedAt), from(&Slot{LastUsedRegion: f.LastUsedRegion, LastUsedService: f.LastUsedService}))
		}
	}
}

func whatNow(waived int) string {
	if waived == 0 {
		return "nothing of it fails any more, so take it out"
	}
	return "what it waived counts again, so put it right or renew it"
}

// hidesUse tells that a finding is about a key in use although the exception
// waives that it sleeps: it was watched as stale and woke, or one that the
// exception names, old enough to have slept, is idle no more.
func (x *Exception) hidesUse(f Finding, staleAfter time.Duration, asOf time.Time) bool {
	if f.LastUsedAt.IsZero() || !x.waives(f) {
		return false
	}
	woke := f.Check == KeyReawakened && f.Status == Excepted
	again := f.Check == KeyStale && f.Status == Pass && x.names() && asOf.Sub(f.CreatedAt) >= staleAfter
	return woke || again
}
