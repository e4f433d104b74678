package story

import (
	"testing"
	"time"
)

const account = "111122223333"

// on is midnight of a day of 2026.
func on(month time.Month, day int) time.Time {
	return time.Date(2026, month, day, 0, 0, 0, 0, time.UTC)
}

// scene is a run of a small account: root is well and so is a console user, so
// that every check is asked.
func scene(asOf time.Time, findings ...Finding) Run {
	return Run{
		AccountID: account, AsOf: asOf, GeneratedAt: asOf, ReportSHA256: stamp(asOf), Complete: true, ActiveKeys: 2,
		Findings: append([]Finding{
			{Check: "root-mfa", Status: Pass, Severity: Critical, User: rootUser, Reason: "the root user has MFA"},
			{Check: consoleMFA, Status: Pass, Severity: High, User: "well", Reason: "the console user has MFA"},
			{Check: passwordStale, Status: Pass, Severity: Medium, User: "well", Reason: "idle for less than 45 days"},
			{Check: keyStale, Status: Pass, Severity: High, User: "well", Slot: 1, CreatedAt: on(1, 1), Reason: "idle for less than 45 days"},
			{Check: keyUnrotated, Status: Pass, Severity: Medium, User: "well", Slot: 1, CreatedAt: on(1, 1), Reason: "rotated within 90 days"},
			{Check: userTwoActiveKeys, Status: Pass, Severity: Low, User: "well", Reason: "at most one access key is active"},
		}, findings...),
	}
}

// of is a finding of a user, with the severity that checks have by default.
func of(user, check string, status Status, reason string) Finding {
	severity := map[string]Severity{keyStale: High, keyReawakened: High, consoleMFA: High, rootAccessKey: Critical, keyUnrotated: Medium, passwordStale: Medium}[check]
	if severity == "" {
		severity = Low
	}
	f := Finding{Check: check, Status: status, Severity: severity, User: user, ARN: "arn:aws:iam::" + account + ":user/" + user, Reason: reason}
	if status == Excepted {
		f.Exception = &Exception{For: `user "` + user + `"`, Reason: "moves to roles", Owner: "ops", Ticket: "SEC-1", Expires: on(11, 22)}
	}
	return f
}

// at is the finding about a key.
func (f Finding) at(slot int, created time.Time, id string) Finding {
	f.Slot, f.CreatedAt, f.KeyID = slot, created, id
	return f
}

func (f Finding) used(at time.Time) Finding {
	f.LastUsedAt, f.LastUsedRegion, f.LastUsedService = at, "eu-west-1", "sts"
	return f
}

func between(t testing.TB, old, now Run) Story {
	t.Helper()
	s, err := Between(old, now)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// lines are the events as text.
func (s Story) lines() []string {
	lines := []string{}
	for _, e := range s.Events {
		severity := string(e.Severity)
		if severity == "" {
			severity = "-"
		}
		lines = append(lines, string(e.Kind)+" "+severity+" "+e.String())
	}
	return lines
}
