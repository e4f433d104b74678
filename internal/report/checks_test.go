package report

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

const day = 24 * time.Hour

// ago is a time before the point of judgement.
func ago(d time.Duration) time.Time { return judged.Add(-d) }

// answers lists what one check says of one row, slot and status, in order.
func answers(row Row, policy Policy, check CheckID) []string {
	if row.User == "" {
		row.User, row.ARN = "alice", "arn:aws:iam::111122223333:user/alice"
	}
	got := []string{}
	for _, f := range Evaluate([]Row{row}, policy, judged) {
		if f.Check == check {
			got = append(got, fmt.Sprintf("%d %s", f.Slot, f.Status))
		}
	}
	return got
}

// key1 is a row with one key, console one with a password, root makes it the
// root row, and active is a key never used.
func key1(s Slot) Row               { return Row{Slots: [2]Slot{s}} }
func console(p Password) Row        { p.Enabled = true; return Row{Password: p, CreatedAt: ago(1000 * day)} }
func root(row Row) Row              { row.User, row.ARN = RootUser, "arn:aws:iam::111122223333:root"; return row }
func active(rotated time.Time) Slot { return Slot{Active: true, LastRotated: rotated} }

// born is a console user whose key was made so long after the user.
func born(after time.Duration) Row {
	return Row{CreatedAt: ago(10 * day), Password: Password{Enabled: true}, Slots: [2]Slot{active(ago(10*day - after))}}
}

func TestEveryCheckOnBothSidesOfItsLimits(t *testing.T) {
	for _, c := range verdicts() {
		t.Run(string(c.check)+": "+c.name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, answers(c.row, DefaultPolicy(), c.check)); diff != "" {
				t.Errorf("answers differ (-want +got):\n%s", diff)
			}
		})
	}
}

// rootOf2019 goes through Parse, which decides what not_supported means.
func rootOf2019() Row {
	rep, err := Parse([]byte(header + "\n" + `<root_account>,arn:aws:iam::111122223333:root,2019-05-06T07:08:09+00:00,not_supported,2019-12-31T23:59:00+00:00,not_supported,not_supported,FALSE,FALSE,N/A,N/A,N/A,N/A,FALSE,N/A,N/A,N/A,N/A,FALSE,N/A,FALSE,N/A`))
	if err != nil {
		return Row{}
	}
	return rep.Rows[0]
}

func TestPolicyTurnsChecksOffAndWeighsThem(t *testing.T) {
	rows := parseFile(t, "extra-columns.csv").Rows
	rows = append(rows, parseFile(t, "live-2026.csv").Rows[1:]...)
	severities := func(policy Policy) map[CheckID]Severity {
		got := map[CheckID]Severity{}
		for _, f := range Evaluate(rows, policy, judged) {
			got[f.Check] = f.Severity
		}
		return got
	}
	own := map[CheckID]Severity{}
	for _, c := range Checks() {
		if c.ID != KeyReawakened && !strings.HasPrefix(string(c.ID), "exception-") {
			own[c.ID] = c.Severity
		}
	}
	if diff := cmp.Diff(own, severities(DefaultPolicy())); diff != "" {
		t.Fatalf("checks asked, and their severities (-want +got):\n%s", diff)
	}
	for id := range own {
		policy := DefaultPolicy()
		policy.Disabled = map[CheckID]bool{id: true}
		if _, asked := severities(policy)[id]; asked || len(severities(policy)) != len(own)-1 {
			t.Errorf("%s turned off: %v", id, severities(policy))
		}
		policy = DefaultPolicy()
		policy.Severity = map[CheckID]Severity{id: own[id]%Critical + 1}
		want := own[id]%Critical + 1
		if got := severities(policy)[id]; got != want {
			t.Errorf("%s weighs %v, want %v", id, got, want)
		}
	}
}

// TestUnknownIsNeverPass moves the point of judgement before one date after the
// other: what a check needs and cannot have known must not be called passed.
func TestUnknownIsNeverPass(t *testing.T) {
	date := rapid.Custom(func(t *rapid.T) time.Time {
		if rapid.Bool().Draw(t, "none") {
			return time.Time{}
		}
		return ago(time.Duration(rapid.IntRange(-100, 100).Draw(t, "hours")) * time.Hour)
	})
	rapid.Check(t, func(t *rapid.T) {
		row := Row{User: "alice", CreatedAt: date.Draw(t, "created"),
			Password: Password{Enabled: rapid.Bool().Draw(t, "password"), LastUsed: date.Draw(t, "password used"), LastChanged: date.Draw(t, "changed")}}
		for i := range row.Slots {
			row.Slots[i] = Slot{Active: rapid.Bool().Draw(t, "active"), LastRotated: date.Draw(t, "rotated"), LastUsed: date.Draw(t, "used")}
		}
		if rapid.Bool().Draw(t, "root") {
			row.User = RootUser
		}
		policy := DefaultPolicy()
		policy.StaleAfter, policy.UnrotatedAfter, policy.RootUsedWithin = 48*time.Hour, 72*time.Hour, 24*time.Hour
		for _, f := range Evaluate([]Row{row}, policy, judged) {
			var slot Slot
			if f.Slot != 0 {
				slot = row.Slots[f.Slot-1]
			}
			needed := map[CheckID][]time.Time{
				KeyStale:          {firstOf(slot.LastUsed, slot.LastRotated)},
				KeyUnrotated:      {slot.LastRotated},
				KeyAtUserCreation: {slot.LastRotated, row.CreatedAt},
				PasswordStale:     {firstOf(row.Password.LastUsed, row.Password.LastChanged)},
				RootUsed:          {slot.LastUsed},
			}[f.Check]
			if f.Check == RootUsed && f.Slot == 0 {
				needed = []time.Time{row.Password.LastUsed}
			}
			for _, d := range needed {
				if d.After(judged) && f.Status != Unknown {
					t.Fatalf("%s slot %d is %q though it needs %s", f.Check, f.Slot, f.Status, d)
				}
				if d.IsZero() && f.Check != RootUsed && f.Status != Unknown {
					t.Fatalf("%s slot %d is %q without a date", f.Check, f.Slot, f.Status)
				}
			}
		}
	})
}

func TestCertificatesAreNumbered(t *testing.T) {
	row := Row{User: "alice", Certificates: [2]Certificate{{}, {Active: true, LastRotated: ago(day)}}}
	for _, f := range Evaluate([]Row{row}, DefaultPolicy(), judged) {
		if f.Check == SigningCertificate && f.Certificate == 2 {
			return
		}
	}
	t.Error("no finding is about certificate 2")
}
