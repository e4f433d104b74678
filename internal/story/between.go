package story

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Between tells what happened from the old run to the new one. It is a pure
// function, and the order of findings makes no difference. An error means that no
// story can be told of the two: they are of different accounts, or the new one is
// the older one.
//
// Every finding of the old run that failed, and every one of the new run that
// fails, is in an event or counted as unchanged.
func Between(old, now Run) (Story, error) {
	switch {
	case old.AccountID != now.AccountID:
		return Story{}, fmt.Errorf("story: the runs are of different accounts, %s and %s", old.AccountID, now.AccountID)
	case old.AsOf.After(now.AsOf):
		return Story{}, fmt.Errorf("story: the first run judged as of %s, the second as of %s: give the older one first", stamp(old.AsOf), stamp(now.AsOf))
	}
	t := teller{old: newView(old), now: newView(now), told: Tally{Failing: map[Severity]int{}}}
	for _, severity := range Severities() {
		t.told.Failing[severity] = 0
	}
	t.partial = !now.Complete || !now.listsPasses()
	for _, p := range matchUsers(t.old, t.now) {
		switch {
		case p.now == nil:
			t.lostUser(p.old)
		case p.old == nil:
			t.user(&user{name: p.now.name, arn: p.now.arn}, p.now)
		default:
			t.user(p.old, p.now)
		}
	}
	slices.SortFunc(t.events, compareEvents)
	return Story{AccountID: now.AccountID, Old: old, New: now, Notes: notes(old, now), Events: t.events, Unchanged: t.told}, nil
}

// teller collects the story.
type teller struct {
	old, now view
	// partial tells that the new run does not hold everything, so that what is not
	// in it may still be there.
	partial bool
	events  []Event
	told    Tally // the findings that are as they were
}

func (t *teller) tell(kind Kind, before, after *State, format string, args ...any) {
	t.events = append(t.events, event(kind, before, after, fmt.Sprintf(format, args...)))
}

// user tells what happened to a user who is in both runs, or, where old is empty,
// is new.
func (t *teller) user(old, now *user) {
	if old.name != now.name {
		t.tell(Renamed, old.state(), now.state(), "was called %q before; the access keys are the same", old.name)
	}
	same, lost, fresh := matchKeys(old.keys, now.keys)
	rotated, lost, fresh := matchRotated(lost, fresh, t.partial)
	for _, p := range same {
		t.key(old, now, p)
	}
	for _, p := range rotated {
		t.rotated(old, now, p)
		fresh = append(fresh, p.now)
	}
	for _, k := range lost {
		t.lostKey(old, k)
	}
	for _, k := range fresh {
		for _, f := range k.findings {
			t.finding(pair[Finding]{now: &f}, nil, k.state(now, f))
		}
	}
	for _, p := range matchFindings(old.rest, now.rest) {
		before, after := (*State)(nil), (*State)(nil)
		if p.old != nil {
			before = old.state(*p.old)
		}
		if p.now != nil {
			after = now.state(*p.now)
		}
		t.finding(p, before, after)
	}
}

// key tells what happened to a key that is in both runs.
func (t *teller) key(old, now *user, p pair[key]) {
	pairs := t.woke(old, now, p, matchFindings(p.old.findings, p.now.findings))
	pairs = t.deactivated(old, p, pairs)
	for _, f := range pairs {
		before, after := p.old.state(old), p.now.state(now)
		if f.old != nil {
			before.Findings = []Finding{*f.old}
		}
		if f.now != nil {
			after.Findings = []Finding{*f.now}
		}
		t.finding(f, before, after)
	}
}

// finding tells how an answer changed. One of the two may not be there.
func (t *teller) finding(p pair[Finding], before, after *State) {
	switch {
	case p.now == nil:
		t.silent(*p.old, before)
	case p.old == nil || p.old.Status == Pass:
		t.appears(p.now, before, after)
	case p.old.Status == Excepted && p.now.Status == Fail:
		t.tell(Lapsed, before, after, "%s counts again: %s%s", p.now.Check, p.now.Reason, t.overdue(p))
	case p.old.Status == Excepted && p.now.Status == Unknown:
		t.appears(p.now, before, after)
	case p.now.Status == Pass:
		t.tell(Fixed, before, after, "%s passes now: %s; before: %s", p.now.Check, p.now.Reason, p.old.Reason)
	case p.old.Status != Excepted && p.now.Status == Excepted:
		t.tell(Waived, before, after, "%s", waived(p.now))
	case p.old.Status == Fail && p.now.Status == Unknown:
		t.tell(Unclear, before, after, "%s failed and cannot be told now: %s; before: %s", p.now.Check, p.now.Reason, p.old.Reason)
	case p.old.Status == Unknown && p.now.Status == Fail:
		t.tell(New, before, after, "%s fails now and could not be told before: %s", p.now.Check, p.now.Reason)
	default:
		t.told.add(*p.now)
	}
}

// appears tells of a finding that was not there, or was nothing to tell of.
func (t *teller) appears(f *Finding, before, after *State) {
	suffix := ""
	if !t.old.checks[f.Check] && f.User != "" && f.Check != keyReawakened { // those never pass
		suffix = "; the earlier run has no answer of this check"
	}
	switch f.Status {
	case Fail:
		t.tell(New, before, after, "%s fails now: %s%s", f.Check, f.Reason, suffix)
	case Unknown:
		t.tell(New, before, after, "%s cannot be told now: %s%s", f.Check, f.Reason, suffix)
	case Excepted:
		t.tell(Waived, before, after, "%s%s", waived(f), suffix)
	}
}

// silent tells of a finding whose credential, or at least its user, is still there
// and that has no answer any more.
func (t *teller) silent(f Finding, before *State) {
	switch gone := askedOf(f.Check); {
	case f.Status == Pass:
	case t.partial:
		t.tell(Unclear, before, nil, "%s is not in the later document, which does not hold everything; before: %s", f.Check, f.Reason)
	case gone != "" && t.now.asked(f.Check):
		t.tell(Gone, before, nil, "%s is gone, and with it %s: %s", gone, f.Check, f.Reason)
	default:
		t.tell(Unasked, before, nil, "%s; before: %s", t.unasked(f), f.Reason)
	}
}

// unasked says why there may be no answer.
func (t *teller) unasked(f Finding) string {
	switch {
	case f.Check == keyReawakened:
		return f.Check + " is not told any more: only runs that read the rules ask it"
	case f.User == "":
		return f.Check + " is not told any more: the exception was renewed, changed or taken out, or the check is off"
	case !t.now.checks[f.Check]:
		return f.Check + " is not asked any more, or nothing is left to ask it of"
	}
	return f.Check + " is not asked of it any more"
}

func waived(f *Finding) string {
	x := f.Exception
	return fmt.Sprintf("%s is excepted until %s: %s (ticket %s, owner %s); it fails: %s",
		f.Check, day(x.Expires), x.Reason, x.Ticket, x.Owner, f.Reason)
}

// overdue says why an exception counts no more, unless the reason does.
func (t *teller) overdue(p pair[Finding]) string {
	x := p.old.Exception
	end, what := day(x.Expires), fmt.Sprintf("(ticket %s, owner %s)", x.Ticket, x.Owner)
	switch {
	case strings.Contains(p.now.Reason, "its exception lapsed after "+end):
		return ""
	case t.now.run.AsOf.Before(x.Expires.AddDate(0, 0, 1)):
		return fmt.Sprintf("; the exception until %s was taken out or changed %s", end, what)
	}
	return fmt.Sprintf("; its exception lapsed after %s %s", end, what)
}

func stamp(t time.Time) string {
	if t.IsZero() {
		return "an unknown date"
	}
	return t.UTC().Format(time.RFC3339)
}

func day(t time.Time) string { return t.UTC().Format(time.DateOnly) }
