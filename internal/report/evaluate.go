package report

import (
	"cmp"
	"slices"
	"strings"
	"time"
)

// Policy holds the limits that Evaluate judges by. The zero value is not
// useful; DefaultPolicy is.
type Policy struct {
	// StaleAfter fails a key or password idle for this long or longer.
	StaleAfter time.Duration
	// UnrotatedAfter fails a key older than this.
	UnrotatedAfter time.Duration
	// RootUsedWithin fails a root credential used this long ago or less.
	RootUsedWithin time.Duration
	// Disabled checks give no findings.
	Disabled map[CheckID]bool
	// Severity overrides a check's own severity.
	Severity map[CheckID]Severity
}

// DefaultPolicy is the policy without settings: 45, 90 and 90 days.
func DefaultPolicy() Policy {
	const day = 24 * time.Hour
	return Policy{StaleAfter: 45 * day, UnrotatedAfter: 90 * day, RootUsedWithin: 90 * day}
}

// Check describes one check.
type Check struct {
	ID       CheckID
	Severity Severity
	// Watchable tells that a failure can make a key worth watching.
	Watchable bool
}

// Checks lists every check with its own severity, in the order of the design.
// Evaluate asks all of them but KeyReawakened, see Reawakened, and those about
// exceptions, see ExceptionFindings.
func Checks() []Check {
	return []Check{
		{RootAccessKey, Critical, true},
		{RootMFA, Critical, false},
		{RootUsed, High, false},
		{KeyStale, High, true},
		{KeyUnrotated, Medium, true},
		{KeyReawakened, High, true},
		{UserTwoActiveKeys, Low, false},
		{KeyAtUserCreation, Low, false},
		{ConsoleMFA, High, false},
		{PasswordStale, Medium, false},
		{SigningCertificate, Low, false},
		{HiddenCredentials, Medium, false},
		{ExceptionExpired, Medium, false},
		{ExceptionExpiring, Low, false},
		{ExceptionUnmatched, Low, false},
		{ExceptionHidesUse, High, false},
	}
}

// Evaluate asks every check of every row as of the given time and returns one
// finding per credential, passes included, sorted by user (root first, then
// without regard to case), slot and check. It is a pure function; the order of
// rows does not matter.
func Evaluate(rows []Row, policy Policy, asOf time.Time) []Finding {
	e := newEvaluation(policy, asOf)
	e.findings = make([]Finding, 0, 4*len(rows))
	for i := range rows {
		if rows[i].IsRoot() {
			e.root(&rows[i])
		} else {
			e.user(&rows[i])
		}
	}
	sortFindings(e.findings)
	return e.findings
}

type evaluation struct {
	policy   Policy
	asOf     time.Time
	severity map[CheckID]Severity
	// stale and unrotated are the policy's limits in words.
	stale, unrotated string
	findings         []Finding
}

func newEvaluation(policy Policy, asOf time.Time) *evaluation {
	e := &evaluation{
		policy: policy, asOf: asOf, severity: map[CheckID]Severity{},
		stale: limit(policy.StaleAfter), unrotated: limit(policy.UnrotatedAfter),
	}
	for _, check := range Checks() {
		e.severity[check.ID] = cmp.Or(policy.Severity[check.ID], check.Severity)
	}
	return e
}

// add completes a finding and keeps it, unless its check is disabled.
func (e *evaluation) add(row *Row, check CheckID, status Status, f Finding, reason string) {
	if e.policy.Disabled[check] {
		return
	}
	f.Check, f.Status, f.Reason = check, status, reason
	f.Severity = e.severity[check]
	f.User, f.ARN = row.User, row.ARN
	e.findings = append(e.findings, f)
}

// key starts a finding about the slot with the given number, 1 or 2.
func key(slot *Slot, number int) Finding {
	return Finding{
		Slot:            number,
		CreatedAt:       slot.LastRotated,
		LastUsedAt:      slot.LastUsed,
		LastUsedService: slot.LastUsedService,
		LastUsedRegion:  slot.LastUsedRegion,
		IdleSince:       firstOf(slot.LastUsed, slot.LastRotated),
	}
}

// firstOf is the first time that is set: a credential never used counts as
// idle from its creation.
func firstOf(times ...time.Time) time.Time {
	for _, t := range times {
		if !t.IsZero() {
			return t
		}
	}
	return time.Time{}
}

func sortFindings(findings []Finding) {
	slices.SortStableFunc(findings, func(a, b Finding) int {
		return cmp.Or(
			compareUsers(a.User, b.User),
			cmp.Compare(a.Slot, b.Slot),
			strings.Compare(string(a.Check), string(b.Check)),
		)
	})
}

func compareUsers(a, b string) int {
	if a == b {
		return 0
	}
	switch {
	case a == RootUser, b == "": // what is about no user comes last
		return -1
	case b == RootUser, a == "":
		return 1
	}
	return cmp.Or(compareFold(a, b), strings.Compare(a, b))
}

// compareFold compares as AWS sorts user names, which are ASCII.
func compareFold(a, b string) int {
	for i := 0; i < len(a) && i < len(b); i++ {
		if c := cmp.Compare(lower(a[i]), lower(b[i])); c != 0 {
			return c
		}
	}
	return cmp.Compare(len(a), len(b))
}

func lower(b byte) byte {
	if 'A' <= b && b <= 'Z' {
		return b + 'a' - 'A'
	}
	return b
}
