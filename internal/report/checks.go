package report

import (
	"fmt"
	"time"
)

func (e *evaluation) root(row *Row) {
	password := Finding{IdleSince: row.Password.LastUsed}
	credentials := row.Password.Enabled
	keys, used := 0, false
	if row.Password.Enabled || !row.Password.LastUsed.IsZero() {
		used = true
		e.rootUsed(row, password, "password", row.Password.LastUsed)
	}
	for i := range row.Slots {
		slot := &row.Slots[i]
		if !slot.Exists() {
			continue
		}
		keys++
		f := key(slot, i+1)
		if slot.Active {
			credentials = true
			e.add(row, RootAccessKey, Fail, f, "the root user has an active access key")
		} else {
			e.add(row, RootAccessKey, Pass, f, "the root user's access key is inactive")
		}
		used = true
		e.rootUsed(row, f, "access key", slot.LastUsed)
	}
	if keys == 0 {
		e.add(row, RootAccessKey, Pass, Finding{}, "the root user has no access key")
	}
	if !used {
		e.add(row, RootUsed, Pass, Finding{}, "the root user has no credentials to use")
	}
	switch {
	case row.MFA:
		e.add(row, RootMFA, Pass, Finding{}, "the root user has MFA")
	case credentials:
		e.add(row, RootMFA, Fail, Finding{}, "the root user has credentials and no MFA")
	default:
		e.add(row, RootMFA, Pass, Finding{}, "the root user has no credentials to protect")
	}
}

func (e *evaluation) rootUsed(row *Row, f Finding, what string, used time.Time) {
	switch {
	case used.IsZero():
		e.add(row, RootUsed, Pass, f, "no use of the root "+what+" is on record")
	case used.After(e.asOf):
		e.add(row, RootUsed, Unknown, f, e.future("the last use of the root "+what, used))
	case e.asOf.Sub(used) <= e.policy.RootUsedWithin:
		e.add(row, RootUsed, Fail, f, fmt.Sprintf("the root %s was used %s ago, on %s", what, days(e.asOf.Sub(used)), stamp(used)))
	default:
		e.add(row, RootUsed, Pass, f, fmt.Sprintf("the root %s was last used %s ago", what, days(e.asOf.Sub(used))))
	}
}

func (e *evaluation) user(row *Row) {
	exists := false
	for i := range row.Slots {
		slot := &row.Slots[i]
		if !slot.Exists() {
			continue
		}
		exists = true
		if slot.Active {
			e.keyStale(row, slot, i+1)
			e.keyUnrotated(row, slot, i+1)
		}
		if row.Password.Enabled {
			e.keyAtUserCreation(row, slot, i+1)
		}
	}
	switch {
	case row.Slots[0].Active && row.Slots[1].Active:
		e.add(row, UserTwoActiveKeys, Fail, Finding{}, "both access keys are active")
	case exists:
		e.add(row, UserTwoActiveKeys, Pass, Finding{}, "at most one access key is active")
	}
	if row.Password.Enabled {
		e.console(row)
	}
	for i := range row.Certificates {
		e.certificate(row, &row.Certificates[i], i+1)
	}
	if row.HasAdditional {
		e.hidden(row)
	}
}

func (e *evaluation) keyStale(row *Row, slot *Slot, number int) {
	f := key(slot, number)
	since := f.IdleSince
	switch {
	case since.IsZero():
		e.add(row, KeyStale, Unknown, f, "the report gives neither a creation date nor a last use")
	case since.After(e.asOf):
		e.add(row, KeyStale, Unknown, f, e.future("the date idleness counts from", since))
	case e.asOf.Sub(since) >= e.policy.StaleAfter && slot.LastUsed.IsZero():
		e.add(row, KeyStale, Fail, f, fmt.Sprintf("never used since it was created %s ago (limit %s)", days(e.asOf.Sub(since)), e.stale))
	case e.asOf.Sub(since) >= e.policy.StaleAfter:
		e.add(row, KeyStale, Fail, f, fmt.Sprintf("unused for %s (limit %s)", days(e.asOf.Sub(since)), e.stale))
	default:
		e.add(row, KeyStale, Pass, f, "idle for less than "+e.stale)
	}
}

func (e *evaluation) keyUnrotated(row *Row, slot *Slot, number int) {
	f := key(slot, number)
	created := slot.LastRotated
	switch {
	case created.IsZero():
		e.add(row, KeyUnrotated, Unknown, f, "the report gives no creation date for an active key")
	case created.After(e.asOf):
		e.add(row, KeyUnrotated, Unknown, f, e.future("the creation date", created))
	case e.asOf.Sub(created) > e.policy.UnrotatedAfter:
		e.add(row, KeyUnrotated, Fail, f, fmt.Sprintf("not rotated for %s (limit %s)", days(e.asOf.Sub(created)), e.unrotated))
	default:
		e.add(row, KeyUnrotated, Pass, f, "rotated within "+e.unrotated)
	}
}

func (e *evaluation) keyAtUserCreation(row *Row, slot *Slot, number int) {
	f := key(slot, number)
	created := slot.LastRotated
	after := created.Sub(row.CreatedAt)
	switch {
	case created.IsZero() || row.CreatedAt.IsZero():
		e.add(row, KeyAtUserCreation, Unknown, f, "the report lacks the creation date of the key or the user")
	case created.After(e.asOf):
		e.add(row, KeyAtUserCreation, Unknown, f, e.future("the creation date", created))
	case row.CreatedAt.After(e.asOf):
		e.add(row, KeyAtUserCreation, Unknown, f, e.future("the user's creation date", row.CreatedAt))
	case after >= 0 && after <= time.Minute:
		e.add(row, KeyAtUserCreation, Fail, f, fmt.Sprintf("created %d s after the console user", int(after/time.Second)))
	default:
		e.add(row, KeyAtUserCreation, Pass, f, "not created together with the console user")
	}
}

func (e *evaluation) console(row *Row) {
	if row.MFA {
		e.add(row, ConsoleMFA, Pass, Finding{}, "the console user has MFA")
	} else {
		e.add(row, ConsoleMFA, Fail, Finding{}, "can sign in to the console without MFA")
	}
	since := firstOf(row.Password.LastUsed, row.Password.LastChanged)
	f := Finding{IdleSince: since}
	switch {
	case since.IsZero():
		e.add(row, PasswordStale, Unknown, f, "the report says neither when the password was used nor when it was set")
	case since.After(e.asOf):
		e.add(row, PasswordStale, Unknown, f, e.future("the date idleness counts from", since))
	case e.asOf.Sub(since) >= e.policy.StaleAfter && row.Password.LastUsed.IsZero():
		e.add(row, PasswordStale, Fail, f, fmt.Sprintf("password never used since it was set %s ago (limit %s)", days(e.asOf.Sub(since)), e.stale))
	case e.asOf.Sub(since) >= e.policy.StaleAfter:
		e.add(row, PasswordStale, Fail, f, fmt.Sprintf("password unused for %s (limit %s)", days(e.asOf.Sub(since)), e.stale))
	default:
		e.add(row, PasswordStale, Pass, f, "password idle for less than "+e.stale)
	}
}

func (e *evaluation) certificate(row *Row, cert *Certificate, number int) {
	f := Finding{Certificate: number}
	switch {
	case cert.Active:
		e.add(row, SigningCertificate, Fail, f, fmt.Sprintf("signing certificate %d is active, of %s", number, stamp(cert.LastRotated)))
	case !cert.LastRotated.IsZero():
		e.add(row, SigningCertificate, Pass, f, fmt.Sprintf("signing certificate %d is inactive", number))
	}
}

// hidden reads a column whose text AWS does not document: anything but "none"
// is taken to say that there is more than the report shows.
func (e *evaluation) hidden(row *Row) {
	if row.saysMore() {
		e.add(row, HiddenCredentials, Fail, Finding{}, fmt.Sprintf("more credentials than the report shows: %q", row.AdditionalCredentials))
	} else {
		e.add(row, HiddenCredentials, Pass, Finding{}, "the report shows every key and certificate")
	}
}

// future explains a date that lies after the point of judgement.
func (e *evaluation) future(what string, t time.Time) string {
	return fmt.Sprintf("%s, %s, lies after the point of judgement, %s", what, stamp(t), stamp(e.asOf))
}

// days writes a time span rounded down: whole days, below that hours.
func days(d time.Duration) string {
	switch n, hours := int(d/(24*time.Hour)), int(d/time.Hour); {
	case n > 1:
		return fmt.Sprintf("%d days", n)
	case n == 1:
		return "1 day"
	case hours > 1:
		return fmt.Sprintf("%d hours", hours)
	case hours == 1:
		return "1 hour"
	}
	return "less than an hour"
}

// limit writes a limit exactly.
func limit(d time.Duration) string {
	if d%(24*time.Hour) == 0 {
		return days(d)
	}
	return d.String()
}

func stamp(t time.Time) string {
	if t.IsZero() {
		return "an unknown date"
	}
	return t.UTC().Format(time.RFC3339)
}
