package report

import (
	"fmt"
	"slices"
	"time"
)

// Assessment is how one control came out.
type Assessment struct {
	Control
	Pass, Fail, Unknown, Excepted int
	// Verdict is Fail if anything failed, else Unknown if anything could not be
	// answered, else Excepted if anything was waived, else Pass.
	Verdict Status
	// Notes say, a sentence each, what the verdict does not rest on.
	Notes []string
}

// Judged is what controls are assessed by: what one run found, and how.
type Judged struct {
	Findings   []Finding // passes too, after Except
	Exceptions []Exception
	Policy     Policy
	AsOf       time.Time
	// RulesRead tells that KeyReawakened was asked.
	RulesRead bool
}

// Assess answers each control of a framework, in its order. A control with a limit
// of its own is judged by that limit, whatever the policy's is. It is a pure
// function.
func (j Judged) Assess(f Framework) []Assessment {
	all := make([]Assessment, 0, len(f.Controls))
	for _, c := range f.Controls {
		all = append(all, j.assess(c))
	}
	return all
}

func (j Judged) assess(c Control) Assessment {
	a := Assessment{Control: c}
	unanswered := c.Partial != ""
	if unanswered {
		a.Notes = append(a.Notes, c.Partial)
	}
	for _, check := range c.Checks {
		switch {
		case j.Policy.Disabled[check]:
			unanswered = true
			a.Notes = append(a.Notes, fmt.Sprintf("the check %s is turned off", check))
		case check == KeyReawakened && !j.RulesRead:
			unanswered = true
			a.Notes = append(a.Notes, "only plan and apply read the rules that remember when a key fell asleep")
		}
	}
	unseen := j.unseen(c)
	if unseen > 0 {
		a.Notes = append(a.Notes, fmt.Sprintf("users with keys that nobody could look at: %d", unseen))
	}
	for _, f := range j.at(c) {
		switch f.Status {
		case Pass:
			a.Pass++
		case Fail:
			a.Fail++
		case Excepted:
			a.Excepted++
		default:
			a.Unknown++
		}
	}
	a.Unknown += unseen
	switch {
	case a.Fail > 0:
		a.Verdict = Fail
	case a.Unknown > 0 || unanswered:
		a.Verdict = Unknown
	case a.Excepted > 0:
		a.Verdict = Excepted
	default:
		a.Verdict = Pass
	}
	return a
}

// at lists the control's findings by the control's own limits.
func (j Judged) at(c Control) []Finding {
	var own []Finding
	for _, f := range j.Findings {
		if slices.Contains(c.Checks, f.Check) {
			own = append(own, f.at(c, j.AsOf))
		}
	}
	return Except(own, j.Exceptions, j.AsOf)
}

// at judges the finding again by the control's limit, if there is one.
func (f Finding) at(c Control, asOf time.Time) Finding {
	over := false
	switch {
	case f.Status == Unknown:
		return f
	case (f.Check == KeyStale || f.Check == PasswordStale) && c.StaleAfter > 0:
		over = asOf.Sub(f.IdleSince) >= c.StaleAfter
	case f.Check == KeyUnrotated && c.UnrotatedAfter > 0:
		over = asOf.Sub(f.CreatedAt) > c.UnrotatedAfter
	default:
		return f
	}
	if f.Status, f.Exception = Pass, nil; over {
		f.Status = Fail
	}
	return f
}

// unseen counts the users of whom the report says that there is more than it
// shows, and of whose further keys nothing was learned.
func (j Judged) unseen(c Control) int {
	if !slices.Contains(c.Checks, KeyStale) && !slices.Contains(c.Checks, KeyUnrotated) {
		return 0
	}
	unseen := map[string]bool{}
	for _, f := range j.Findings {
		if f.Check == HiddenCredentials && f.Status != Pass {
			unseen[f.User] = true
		}
	}
	for _, f := range j.Findings {
		if f.Slot == 0 && f.Key.ID != "" {
			delete(unseen, f.User)
		}
	}
	return len(unseen)
}
