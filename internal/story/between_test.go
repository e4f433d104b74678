package story

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// What happened is told as what it is. Between the runs of each case lies a week.
func TestBetween(t *testing.T) {
	const x, y = "AKIAXXXXXXXXXXXXXXXX", "AKIAYYYYYYYYYYYYYYYY"
	a, b := on(2, 1), on(11, 20)
	stale := func(user string, status Status) Finding { return of(user, keyStale, status, "unused for long") }
	fresh := func(user string, slot int, created time.Time) Finding {
		return of(user, keyStale, Pass, "idle for less than 45 days").at(slot, created, "")
	}
	about := func(f Finding, ticket string) Finding {
		f.User, f.ARN = "", ""
		f.Exception = &Exception{For: "user \"x\"", Ticket: ticket, Owner: "ops", Expires: on(11, 22)}
		return f
	}
	for _, tc := range []struct {
		name      string
		old, now  []Finding
		want      []string
		unchanged int
	}{
		{"nothing", []Finding{stale("bob", Fail).at(1, a, x)}, []Finding{stale("bob", Fail).at(1, a, x)}, nil, 1},
		{"a finding is new: it passed", []Finding{fresh("bob", 1, a)}, []Finding{stale("bob", Fail).at(1, a, x)},
			[]string{`new high user "bob", slot 1, ` + x + `: key-stale fails now: unused for long`}, 0},
		{"a finding is new: its user is", nil, []Finding{of("bob", consoleMFA, Fail, "no MFA")},
			[]string{`new high user "bob": console-mfa fails now: no MFA`}, 0},
		{"a user without findings is no event", nil, []Finding{of("bob", consoleMFA, Pass, "MFA"), fresh("bob", 1, b)}, nil, 0},
		{"a finding is unknown", []Finding{fresh("bob", 1, a)}, []Finding{of("bob", keyStale, Unknown, "no date").at(1, a, "")},
			[]string{`new high user "bob", slot 1: key-stale cannot be told now: no date`}, 0},
		{"unknown before, fails now", []Finding{of("bob", keyStale, Unknown, "no date").at(1, a, "")}, []Finding{stale("bob", Fail).at(1, a, "")},
			[]string{`new high user "bob", slot 1: key-stale fails now and could not be told before: unused for long`}, 0},
		{"failed before, unknown now", []Finding{stale("bob", Fail).at(1, a, "")}, []Finding{of("bob", keyStale, Unknown, "no date").at(1, a, "")},
			[]string{`unclear high user "bob", slot 1: key-stale failed and cannot be told now: no date; before: unused for long`}, 0},
		{"a check that is asked for the first time", nil, []Finding{of("bob", "hidden-credentials", Fail, "more than two keys")},
			[]string{`new low user "bob": hidden-credentials fails now: more than two keys; the earlier run has no answer of this check`}, 0},
		{"fixed", []Finding{of("bob", consoleMFA, Fail, "no MFA")}, []Finding{of("bob", consoleMFA, Pass, "MFA")},
			[]string{`fixed high user "bob": console-mfa passes now: MFA; before: no MFA`}, 0},
		{"fixed while it was excepted", []Finding{of("bob", consoleMFA, Excepted, "no MFA")}, []Finding{of("bob", consoleMFA, Pass, "MFA")},
			[]string{`fixed high user "bob": console-mfa passes now: MFA; before: no MFA`}, 0},
		{"excepted", []Finding{of("bob", consoleMFA, Fail, "no MFA")}, []Finding{of("bob", consoleMFA, Excepted, "no MFA")},
			[]string{`excepted high user "bob": console-mfa is excepted until 2026-11-22: moves to roles (ticket SEC-1, owner ops); it fails: no MFA`}, 0},
		{"an exception lapsed", []Finding{of("bob", consoleMFA, Excepted, "no MFA")}, []Finding{of("bob", consoleMFA, Fail, "no MFA")},
			[]string{`lapsed high user "bob": console-mfa counts again: no MFA; its exception lapsed after 2026-11-22 (ticket SEC-1, owner ops)`}, 0},
		{"an exception lapsed, and the reason says so", []Finding{of("bob", consoleMFA, Excepted, "no MFA")}, []Finding{of("bob", consoleMFA, Fail, "no MFA; its exception lapsed after 2026-11-22 (ticket SEC-1)")},
			[]string{`lapsed high user "bob": console-mfa counts again: no MFA; its exception lapsed after 2026-11-22 (ticket SEC-1)`}, 0},
		{"an exception is over, and so it is told", nil, []Finding{about(of("", "exception-expired", Fail, "lapsed after 2026-11-22"), "A")},
			[]string{`new low exception-expired fails now: lapsed after 2026-11-22`}, 0},
		{"excepted before and now", []Finding{of("bob", consoleMFA, Excepted, "no MFA")}, []Finding{of("bob", consoleMFA, Excepted, "no MFA")}, nil, 0},

		{"a key woke up", []Finding{stale("bob", Fail).at(1, a, x).used(on(5, 30))}, []Finding{fresh("bob", 1, a).used(on(11, 24))},
			[]string{`woke-up high user "bob", slot 1, ` + x + `: used on 2026-11-24T00:00:00Z from eu-west-1 by sts, before that on 2026-05-30T00:00:00Z; key-stale before: unused for long`}, 0},
		{"a key that was excepted woke up", []Finding{stale("bob", Excepted).at(1, a, x)}, []Finding{fresh("bob", 1, a).used(on(11, 24))},
			[]string{`woke-up high user "bob", slot 1, ` + x + `: used on 2026-11-24T00:00:00Z from eu-west-1 by sts, never before; key-stale before: unused for long`}, 0},
		{"a key woke up, and a rule remembers its sleep", []Finding{stale("bob", Fail).at(1, a, x)},
			[]Finding{fresh("bob", 1, a).used(on(11, 24)), of("bob", keyReawakened, Fail, "idle since June, used again").at(1, a, x).used(on(11, 24))},
			[]string{`woke-up high user "bob", slot 1, ` + x + `: used on 2026-11-24T00:00:00Z from eu-west-1 by sts, never before; key-stale before: unused for long; key-reawakened now: idle since June, used again`}, 0},
		{"a key woke up and was deactivated", []Finding{stale("bob", Fail).at(1, a, x), of("bob", keyAtUserCreation, Pass, "").at(1, a, "")},
			[]Finding{of("bob", keyAtUserCreation, Pass, "").at(1, a, "").used(on(11, 24))},
			[]string{
				`woke-up high user "bob", slot 1, ` + x + `: used on 2026-11-24T00:00:00Z from eu-west-1 by sts, never before; key-stale before: unused for long`,
				`gone - user "bob", slot 1, ` + x + `: the key of 2026-02-01T00:00:00Z was deactivated`,
			}, 0},
		{"a healthy key was used", []Finding{fresh("bob", 1, a)}, []Finding{fresh("bob", 1, a).used(on(11, 24))}, nil, 0},
		{"a sleeping key woke up before the earlier run", []Finding{of("bob", keyReawakened, Fail, "used again").at(1, a, x)}, []Finding{of("bob", keyReawakened, Fail, "used again").at(1, a, x)}, nil, 1},
		{"nobody read the rules", []Finding{of("bob", keyReawakened, Fail, "used again").at(1, a, x), fresh("bob", 1, a)}, []Finding{fresh("bob", 1, a)},
			[]string{`no-longer-asked high user "bob", slot 1, ` + x + `: key-reawakened is not told any more: only runs that read the rules ask it; before: used again`}, 0},

		{"rotated in its slot", []Finding{stale("bob", Fail).at(1, a, x), of("bob", keyUnrotated, Excepted, "old").at(1, a, x)}, []Finding{fresh("bob", 1, b)},
			[]string{`rotated high user "bob", slot 1, ` + x + `: the key of 2026-02-01T00:00:00Z was replaced by that of 2026-11-20T00:00:00Z; with it ended key-stale, key-unrotated (excepted)`}, 0},
		{"rotated into the other slot", []Finding{stale("bob", Fail).at(1, a, "")}, []Finding{fresh("bob", 2, b)},
			[]string{`rotated high user "bob", slot 1: the key of 2026-02-01T00:00:00Z was replaced by that of 2026-11-20T00:00:00Z in slot 2; with it ended key-stale`}, 0},
		{"a healthy key was rotated", []Finding{fresh("bob", 1, a)}, []Finding{fresh("bob", 1, b)},
			[]string{`rotated - user "bob", slot 1: the key of 2026-02-01T00:00:00Z was replaced by that of 2026-11-20T00:00:00Z`}, 0},
		{"rotated, and the new key fails too", []Finding{stale("bob", Fail).at(1, a, x)}, []Finding{fresh("bob", 1, b), of("bob", keyAtUserCreation, Fail, "made with the user").at(1, b, y)},
			[]string{
				`rotated high user "bob", slot 1, ` + x + `: the key of 2026-02-01T00:00:00Z was replaced by that of 2026-11-20T00:00:00Z, ` + y + `; with it ended key-stale`,
				`new low user "bob", slot 1, ` + y + `: key-at-user-creation fails now: made with the user; the earlier run has no answer of this check`,
			}, 0},
		{"rotated by one of unknown date with another ID", []Finding{stale("bob", Fail).at(1, a, x)}, []Finding{stale("bob", Fail).at(1, time.Time{}, y)},
			[]string{
				`new high user "bob", slot 1, ` + y + `: key-stale fails now: unused for long`,
				`rotated high user "bob", slot 1, ` + x + `: the key of 2026-02-01T00:00:00Z was replaced by that of an unknown date, ` + y + `; with it ended key-stale`,
			}, 0},
		{"a key moved up where the other was deleted", []Finding{stale("bob", Fail).at(1, a, ""), stale("bob", Fail).at(2, on(3, 1), "")}, []Finding{stale("bob", Fail).at(1, on(3, 1), "")},
			[]string{`gone high user "bob", slot 1: the key of 2026-02-01T00:00:00Z was deactivated or deleted; with it ended key-stale`}, 1},
		{"the older of two keys is left", []Finding{stale("bob", Fail).at(1, on(3, 1), "")}, []Finding{fresh("bob", 1, a)},
			[]string{`gone high user "bob", slot 1: the key of 2026-03-01T00:00:00Z was deactivated or deleted; with it ended key-stale`}, 0},
		{"keys of the same second are told apart by ID", []Finding{stale("bob", Fail).at(1, a, x), stale("bob", Fail).at(2, a, y)}, []Finding{stale("bob", Fail).at(1, a, y)},
			[]string{`gone high user "bob", slot 1, ` + x + `: the key of 2026-02-01T00:00:00Z was deactivated or deleted; with it ended key-stale`}, 1},
		{"a key beyond the slots moved into one", []Finding{stale("bob", Fail).at(0, a, x), fresh("bob", 1, on(3, 1))}, []Finding{stale("bob", Fail).at(1, a, x)},
			[]string{`gone - user "bob", slot 1: the key of 2026-03-01T00:00:00Z was deactivated or deleted`}, 1},

		{"a key is gone and its user is not", []Finding{stale("bob", Fail).at(1, a, x), of("bob", consoleMFA, Pass, "MFA")}, []Finding{of("bob", consoleMFA, Pass, "MFA")},
			[]string{`gone high user "bob", slot 1, ` + x + `: the key of 2026-02-01T00:00:00Z was deactivated or deleted; with it ended key-stale`}, 0},
		{"a console user's key was deactivated", []Finding{stale("bob", Fail).at(1, a, x), of("bob", keyAtUserCreation, Pass, "").at(1, a, "")}, []Finding{of("bob", keyAtUserCreation, Pass, "").at(1, a, "")},
			[]string{`gone high user "bob", slot 1, ` + x + `: the key of 2026-02-01T00:00:00Z was deactivated; with it ended key-stale`}, 0},
		{"an inactive key is gone", []Finding{of("bob", keyAtUserCreation, Fail, "made with the user").at(1, a, ""), of("bob", consoleMFA, Pass, "")},
			[]Finding{of("bob", consoleMFA, Pass, ""), of("well", keyAtUserCreation, Pass, "").at(1, on(1, 1), "")},
			[]string{`gone low user "bob", slot 1: the key of 2026-02-01T00:00:00Z was deleted, or the console password is gone; with it ended key-at-user-creation`}, 0},
		{"root's key is gone", []Finding{{Check: rootAccessKey, Status: Fail, Severity: Critical, User: rootUser, Slot: 1, CreatedAt: a, Reason: "active"}}, []Finding{{Check: rootAccessKey, Status: Pass, Severity: Critical, User: rootUser, Reason: "none"}},
			[]string{`gone critical the root user, slot 1: the key of 2026-02-01T00:00:00Z was deleted; with it ended root-access-key`}, 0},
		{"a user is gone", []Finding{stale("bob", Fail).at(1, a, x), of("bob", consoleMFA, Fail, "no MFA"), of("bob", passwordStale, Unknown, "no date")}, nil,
			[]string{`gone high user "bob": the user was deleted, or has neither keys nor a password any more; with it ended key-stale, console-mfa, password-stale (unknown)`}, 0},
		{"a healthy user is gone", []Finding{fresh("bob", 1, a)}, nil,
			[]string{`gone - user "bob": the user was deleted, or has neither keys nor a password any more`}, 0},
		{"a password is gone", []Finding{of("bob", consoleMFA, Fail, "no MFA"), fresh("bob", 1, a)}, []Finding{fresh("bob", 1, a)},
			[]string{`gone high user "bob": the console password is gone, and with it console-mfa: no MFA`}, 0},

		{"renamed by ID, and its finding stays", []Finding{stale("bob", Fail).at(1, a, x)}, []Finding{stale("robert", Fail).at(1, a, x)},
			[]string{`renamed - user "robert": was called "bob" before; the access keys are the same`}, 1},
		{"renamed by date, and one finding is fixed", []Finding{stale("bob", Fail).at(1, a, "")}, []Finding{fresh("robert", 2, a)},
			[]string{
				`fixed high user "robert", slot 2: key-stale passes now: idle for less than 45 days; before: unused for long`,
				`renamed - user "robert": was called "bob" before; the access keys are the same`,
			}, 0},
		{"two may be the one who was renamed", []Finding{stale("bob", Fail).at(1, a, "")}, []Finding{stale("b", Fail).at(1, a, ""), stale("c", Fail).at(1, a, "")},
			[]string{
				`new high user "b", slot 1: key-stale fails now: unused for long`,
				`gone high user "bob": the user was deleted, or has neither keys nor a password any more; with it ended key-stale`,
				`new high user "c", slot 1: key-stale fails now: unused for long`,
			}, 0},
		{"the ID tells which of the two", []Finding{stale("bob", Fail).at(1, a, x)}, []Finding{stale("b", Fail).at(1, a, ""), stale("c", Fail).at(1, a, x)},
			[]string{
				`new high user "b", slot 1: key-stale fails now: unused for long`,
				`renamed - user "c": was called "bob" before; the access keys are the same`,
			}, 1},

		{"certificates have numbers", []Finding{of("bob", signingCertificate, Fail, "signing certificate 1 is active"), of("bob", signingCertificate, Fail, "signing certificate 2 is active")},
			[]Finding{of("bob", signingCertificate, Fail, "signing certificate 2 is active"), of("bob", signingCertificate, Pass, "signing certificate 1 is inactive")},
			[]string{`fixed low user "bob": signing-certificate passes now: signing certificate 1 is inactive; before: signing certificate 1 is active`}, 1},
		{"exceptions are many", []Finding{about(of("", "exception-expiring", Fail, "ends in 9 days"), "A"), about(of("", "exception-expiring", Fail, "ends in 10 days"), "B")},
			[]Finding{about(of("", "exception-expiring", Fail, "ends in 3 days"), "B")},
			[]string{`no-longer-asked low exception-expiring is not told any more: the exception was renewed, changed or taken out, or the check is off; before: ends in 9 days`}, 1},
		{"all exceptions are put right", []Finding{about(of("", "exception-expiring", Fail, "ends in 9 days"), "A")}, nil,
			[]string{`no-longer-asked low exception-expiring is not told any more: the exception was renewed, changed or taken out, or the check is off; before: ends in 9 days`}, 0},
	} {
		t.Run(tc.name, func(t *testing.T) {
			s := between(t, scene(on(11, 20), tc.old...), scene(on(11, 27), tc.now...))
			if diff := cmp.Diff(append([]string{}, tc.want...), s.lines()); diff != "" {
				t.Error(diff)
			}
			if got := s.Unchanged.Open(); got != tc.unchanged {
				t.Errorf("%d open findings are unchanged, want %d", got, tc.unchanged)
			}
			if len(s.Notes) > 0 {
				t.Error(s.Notes)
			}
		})
	}
}

// A check that is turned off fixes nothing, and takes no credential away.
func TestAChecksEndIsNoNews(t *testing.T) {
	off := func(run Run, checks ...string) Run {
		var left []Finding
		for _, f := range run.Findings {
			if !strings.Contains(strings.Join(checks, " "), f.Check) {
				left = append(left, f)
			}
		}
		run.Findings = left
		return run
	}
	stale, unrotated := of("bob", keyStale, Fail, "idle").at(1, on(2, 1), ""), of("bob", keyUnrotated, Pass, "").at(1, on(2, 1), "")
	old, now := scene(on(11, 20), stale, unrotated, of("bob", consoleMFA, Fail, "no MFA")), scene(on(11, 27), stale, unrotated, of("bob", consoleMFA, Fail, "no MFA"))
	for _, tc := range []struct {
		name string
		now  Run
		want []string
	}{
		{"one of a key's checks", off(now, keyStale), []string{`no-longer-asked high user "bob", slot 1: key-stale is not asked any more, or nothing is left to ask it of; before: idle`}},
		{"all that tell of a key", off(now, keyStale, keyUnrotated, userTwoActiveKeys), []string{`no-longer-asked high user "bob", slot 1: key-stale is not asked any more, or nothing is left to ask it of; before: idle`}},
		{"one of a user's checks", off(now, consoleMFA), []string{`no-longer-asked high user "bob": console-mfa is not asked any more, or nothing is left to ask it of; before: no MFA`}},
		{"all that tell of a user", off(now, keyStale, keyUnrotated, userTwoActiveKeys, consoleMFA), []string{
			`no-longer-asked high user "bob": console-mfa is not asked any more, or nothing is left to ask it of; before: no MFA`,
			`no-longer-asked high user "bob": key-stale is not asked any more, or nothing is left to ask it of; before: idle`,
		}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if diff := cmp.Diff(tc.want, between(t, old, tc.now).lines()); diff != "" {
				t.Error(diff)
			}
		})
	}
	t.Run("unless nobody has an active key any more", func(t *testing.T) {
		bare := off(now, keyStale, keyUnrotated, userTwoActiveKeys)
		bare.ActiveKeys = 1 // root's
		bare.Findings = append(bare.Findings, Finding{Check: rootAccessKey, Status: Fail, Severity: Critical, User: rootUser, Slot: 1, CreatedAt: on(1, 1)})
		lines := between(t, old, bare).lines()
		if want := `gone high user "bob", slot 1: the key of 2026-02-01T00:00:00Z was deactivated or deleted; with it ended key-stale`; len(lines) < 2 || lines[1] != want {
			t.Errorf("%q", lines)
		}
	})
}

// What a document does not hold is not told as fixed or gone.
func TestWhatNobodyLookedAtIsUnclear(t *testing.T) {
	stale := of("bob", keyStale, Fail, "idle").at(1, on(2, 1), "")
	old := scene(on(11, 20), stale, of("bob", consoleMFA, Fail, "no MFA"), of("carl", consoleMFA, Fail, "no MFA"), of("dora", keyStale, Fail, "idle").at(1, on(2, 1), ""), of("eve", keyStale, Pass, "").at(1, on(2, 1), ""))
	now := scene(on(11, 27), of("bob", keyStale, Pass, "").at(2, on(11, 20), ""), of("dora", keyStale, Pass, "").at(1, on(11, 20), ""))
	want := []string{
		`unclear high user "bob": console-mfa is not in the later document, which does not hold everything; before: no MFA`,
		`unclear high user "bob", slot 1: the key of 2026-02-01T00:00:00Z is not in the later document, which does not hold everything; before it had key-stale`,
		`unclear high user "carl": is not in the later document, which does not hold everything; before it had console-mfa`,
		`rotated high user "dora", slot 1: the key of 2026-02-01T00:00:00Z was replaced by that of 2026-11-20T00:00:00Z; with it ended key-stale`,
	}
	incomplete := now
	incomplete.Complete, incomplete.IncompleteReasons = false, []string{"the keys could not be listed"}
	s := between(t, old, incomplete)
	if diff := cmp.Diff(want, s.lines()); diff != "" {
		t.Error(diff)
	}
	if len(s.Notes) != 1 || !strings.HasPrefix(s.Notes[0], "The later run was incomplete") {
		t.Errorf("%q", s.Notes)
	}

	failuresOnly := now
	failuresOnly.Findings = []Finding{of("zoe", consoleMFA, Fail, "no MFA")}
	s = between(t, old, failuresOnly)
	if s.Count(Gone)+s.Count(Fixed) > 0 || s.Count(Unclear) != 3 || len(s.Notes) != 1 || !strings.Contains(s.Notes[0], "--all") {
		t.Errorf("%q %q", s.lines(), s.Notes)
	}
}

func TestNotes(t *testing.T) {
	run := scene(on(11, 20))
	bad := run
	bad.Complete, bad.Findings = false, nil
	want := []string{
		"The earlier run was incomplete: what is new may have been there before.",
		"The earlier document lists no findings that passed, so what became of healthy credentials is not told.",
		"Both runs judged the same credential report.",
	}
	if diff := cmp.Diff(want, between(t, bad, run).Notes); diff != "" {
		t.Error(diff)
	}
}

func TestRunsThatHaveNoStory(t *testing.T) {
	run, later, other := scene(on(11, 20)), scene(on(11, 27)), scene(on(11, 27))
	other.AccountID = "999988887777"
	for want, runs := range map[string][2]Run{
		"story: the runs are of different accounts, 111122223333 and 999988887777":                                                {run, other},
		"story: the first run judged as of 2026-11-27T00:00:00Z, the second as of 2026-11-20T00:00:00Z: give the older one first": {later, run},
	} {
		if _, err := Between(runs[0], runs[1]); err == nil || err.Error() != want {
			t.Errorf("got %v, want %s", err, want)
		}
	}
}

func TestAnExceptionThatWasTakenOut(t *testing.T) {
	old, now := of("bob", consoleMFA, Excepted, "no MFA"), of("bob", consoleMFA, Fail, "no MFA")
	lines := between(t, scene(on(11, 10), old), scene(on(11, 20), now)).lines()
	if want := `lapsed high user "bob": console-mfa counts again: no MFA; the exception until 2026-11-22 was taken out or changed (ticket SEC-1, owner ops)`; len(lines) != 1 || lines[0] != want {
		t.Errorf("%q", lines)
	}
}
