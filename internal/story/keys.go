package story

import (
	"fmt"
	"slices"
	"strings"
)

// woke tells of a key that slept and was used, and returns the findings that this
// does not say.
func (t *teller) woke(old, now *user, p pair[key], findings []pair[Finding]) []pair[Finding] {
	used := p.now.lastUsed.After(p.old.lastUsed)
	isPartOf := func(f pair[Finding]) bool {
		switch f.any().Check {
		case keyStale:
			return used && f.old != nil && (f.old.Status == Fail || f.old.Status == Excepted)
		case keyReawakened:
			return f.now != nil && (f.old == nil || f.old.Status == Pass) && f.now.Status != Pass
		}
		return false
	}
	before, after := p.old.state(old), p.now.state(now)
	var rest []pair[Finding]
	for _, f := range findings {
		if !isPartOf(f) {
			rest = append(rest, f)
			continue
		}
		if f.old != nil {
			before.Findings = append(before.Findings, *f.old)
		}
		if f.now != nil {
			after.Findings = append(after.Findings, *f.now)
		}
	}
	if len(rest) == len(findings) {
		return rest
	}
	t.tell(WokeUp, before, after, "%s", wokeUp(p, before, after, used))
	return rest
}

func wokeUp(p pair[key], before, after *State, used bool) string {
	var parts []string
	if used {
		use := "used on " + stamp(p.now.lastUsed)
		if p.now.lastUsedRegion != "" {
			use += " from " + p.now.lastUsedRegion
		}
		if p.now.lastUsedService != "" {
			use += " by " + p.now.lastUsedService
		}
		if p.old.lastUsed.IsZero() {
			use += ", never before"
		} else {
			use += ", before that on " + stamp(p.old.lastUsed)
		}
		parts = append(parts, use)
	}
	for _, f := range before.Findings {
		parts = append(parts, f.Check+" before: "+f.Reason)
	}
	for _, f := range after.Findings {
		if f.Status != Pass {
			parts = append(parts, f.Check+" now: "+f.Reason)
		}
	}
	return strings.Join(parts, "; ")
}

// deactivated tells of a key that is still there and that nobody asks any more
// what every active key is asked. It returns the findings that this does not say.
func (t *teller) deactivated(old *user, p pair[key], findings []pair[Finding]) []pair[Finding] {
	askedNow := func(f Finding) bool { return ofActiveKeys(f.Check) && t.now.asked(f.Check) }
	if t.partial || !slices.ContainsFunc(p.old.findings, askedNow) || slices.ContainsFunc(p.now.findings, askedNow) {
		return findings
	}
	var ended []Finding
	var rest []pair[Finding]
	for _, f := range findings {
		switch {
		case f.old == nil || !askedNow(*f.old):
			rest = append(rest, f)
		case f.old.Status != Pass:
			ended = append(ended, *f.old)
		}
	}
	t.tell(Gone, p.old.state(old, ended...), nil, "%s was deactivated%s", p.old, ends(ended))
	return rest
}

// rotated tells of a key that took the place of another one.
func (t *teller) rotated(old, now *user, p pair[key]) {
	ended := toTell(p.old.findings)
	before, after := p.old.state(old, ended...), p.now.state(now)
	successor := stamp(p.now.created)
	if p.old.slot != p.now.slot && p.now.slot != 0 {
		successor += fmt.Sprintf(" in slot %d", p.now.slot)
	}
	if ids := after.ids(); len(ids) > 0 {
		successor += ", " + strings.Join(ids, " or ")
	}
	t.tell(Rotated, before, after, "%s was replaced by that of %s%s", p.old, successor, ends(ended))
}

// lostKey tells of a key that is in the new run no more.
func (t *teller) lostKey(u *user, k *key) {
	ended := toTell(k.findings)
	switch {
	case t.partial && len(ended) > 0:
		t.tell(Unclear, k.state(u, ended...), nil, "%s is not in the later document, which does not hold everything%s", k, saw(ended))
	case t.partial:
	case !t.now.anyAsked(k.findings):
		for _, f := range ended {
			t.tell(Unasked, k.state(u, f), nil, "%s; before: %s", t.unasked(f), f.Reason)
		}
	case k.wasActive():
		how := "deactivated or deleted"
		if u.name == rootUser {
			how = "deleted"
		}
		t.tell(Gone, k.state(u, ended...), nil, "%s was %s%s", k, how, ends(ended))
	case len(ended) > 0: // only console users' inactive keys are asked anything
		t.tell(Gone, k.state(u, ended...), nil, "%s was deleted, or the console password is gone%s", k, ends(ended))
	}
}

// wasActive tells that the key was active, as far as its findings say.
func (k *key) wasActive() bool {
	return slices.ContainsFunc(k.findings, func(f Finding) bool {
		return ofActiveKeys(f.Check) || f.Check == rootAccessKey && f.Status != Pass
	})
}

// lostUser tells of a user who is in the new run no more.
func (t *teller) lostUser(u *user) {
	all := u.findings()
	ended := toTell(all)
	switch {
	case t.partial && len(ended) > 0:
		t.tell(Unclear, u.state(ended...), nil, "is not in the later document, which does not hold everything%s", saw(ended))
	case t.partial:
	case u.name == "" || !t.now.anyAsked(all):
		for _, f := range ended {
			t.tell(Unasked, u.state(f), nil, "%s; before: %s", t.unasked(f), f.Reason)
		}
	default:
		t.tell(Gone, u.state(ended...), nil, "the user was deleted, or has neither keys nor a password any more%s", ends(ended))
	}
}

// String names the key in a sentence.
func (k *key) String() string {
	if k.created.IsZero() {
		return "the key of an unknown date"
	}
	return "the key of " + stamp(k.created)
}

// ends says what was over with a credential.
func ends(findings []Finding) string {
	if len(findings) == 0 {
		return ""
	}
	return "; with it ended " + list(findings)
}

// saw says what the old run had.
func saw(findings []Finding) string { return "; before it had " + list(findings) }

// list names checks, and those that did not plainly fail with their status.
func list(findings []Finding) string {
	var names []string
	for _, f := range findings {
		name := f.Check
		if f.Status != Fail {
			name += " (" + string(f.Status) + ")"
		}
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return strings.Join(names, ", ")
}
