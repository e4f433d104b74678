package report

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestWholeFindingsOfOneUser(t *testing.T) {
	row := Row{
		User: "bob", ARN: "arn:aws:iam::111122223333:user/bob", Line: 6, CreatedAt: ago(200 * day),
		Slots: [2]Slot{{}, {Active: true, LastRotated: ago(100*day + 23*time.Hour), LastUsed: ago(50*day + time.Hour), LastUsedRegion: "eu-west-1", LastUsedService: "s3"}},
	}
	about := Finding{User: row.User, ARN: row.ARN, Slot: 2, CreatedAt: row.Slots[1].LastRotated, LastUsedAt: row.Slots[1].LastUsed,
		LastUsedService: "s3", LastUsedRegion: "eu-west-1", IdleSince: row.Slots[1].LastUsed, Status: Fail}
	stale, unrotated := about, about
	stale.Check, stale.Severity, stale.Reason = KeyStale, High, "unused for 50 days (limit 45 days)"
	unrotated.Check, unrotated.Severity, unrotated.Reason = KeyUnrotated, Medium, "not rotated for 100 days (limit 90 days)"
	two := Finding{User: row.User, ARN: row.ARN, Check: UserTwoActiveKeys, Status: Pass, Severity: Low, Reason: "at most one access key is active"}
	want := []Finding{two, stale, unrotated}
	got := Evaluate([]Row{row}, DefaultPolicy(), judged)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Fatalf("findings differ (-want +got):\n%s", diff)
	}
	age, aged := got[1].AgeDays(judged)
	idle, idled := got[1].IdleDays(judged)
	if age != 100 || !aged || idle != 50 || !idled {
		t.Errorf("age %d %v, idle %d %v; want 100 and 50", age, aged, idle, idled)
	}
}

func TestDaysAreFloors(t *testing.T) {
	for name, c := range map[string]struct {
		since time.Time
		days  int
		ok    bool
	}{
		"now":                      {judged, 0, true},
		"a second short of a day":  {ago(day - time.Second), 0, true},
		"a day":                    {ago(day), 1, true},
		"44 days, 23:59:59":        {ago(45*day - time.Second), 44, true},
		"no date":                  {time.Time{}, 0, false},
		"a date after the judging": {ago(-time.Second), 0, false},
	} {
		t.Run(name, func(t *testing.T) {
			for _, measure := range []func(time.Time) (int, bool){Finding{CreatedAt: c.since}.AgeDays, Finding{IdleSince: c.since}.IdleDays} {
				if days, ok := measure(judged); days != c.days || ok != c.ok {
					t.Errorf("%d %v, want %d %v", days, ok, c.days, c.ok)
				}
			}
		})
	}
}

func TestReasonsReadWell(t *testing.T) {
	hours := DefaultPolicy()
	hours.StaleAfter, hours.UnrotatedAfter, hours.RootUsedWithin = 36*time.Hour, day, 2*day
	for name, c := range map[string]struct {
		check  CheckID
		policy Policy
		row    Row
		want   string
	}{
		"never used":                {KeyStale, DefaultPolicy(), key1(active(ago(60 * day))), "never used since it was created 60 days ago (limit 45 days)"},
		"never used, at the limit":  {KeyStale, DefaultPolicy(), key1(active(ago(45 * day))), "never used since it was created 45 days ago (limit 45 days)"},
		"a password, at the limit":  {PasswordStale, DefaultPolicy(), console(Password{LastChanged: ago(45 * day)}), "password never used since it was set 45 days ago (limit 45 days)"},
		"a limit in hours":          {KeyStale, hours, key1(active(ago(37 * time.Hour))), "never used since it was created 1 day ago (limit 36h0m0s)"},
		"a limit of a day":          {KeyUnrotated, hours, key1(active(ago(25 * time.Hour))), "not rotated for 1 day (limit 1 day)"},
		"no date":                   {KeyStale, hours, key1(Slot{Active: true}), "the report gives neither a creation date nor a last use"},
		"the future":                {KeyUnrotated, hours, key1(active(ago(-time.Minute))), "the creation date, 2026-11-20T06:01:00Z, lies after the point of judgement, 2026-11-20T06:00:00Z"},
		"together with the user":    {KeyAtUserCreation, hours, born(7 * time.Second), "created 7 s after the console user"},
		"a password never used":     {PasswordStale, hours, console(Password{LastChanged: ago(3 * day)}), "password never used since it was set 3 days ago (limit 36h0m0s)"},
		"a password":                {PasswordStale, hours, console(Password{LastUsed: ago(3 * day)}), "password unused for 3 days (limit 36h0m0s)"},
		"root's password, hours":    {RootUsed, hours, root(console(Password{LastUsed: ago(2*time.Hour + 1)})), "the root password was used 2 hours ago, on 2026-11-20T03:59:59Z"},
		"root's password, an hour":  {RootUsed, hours, root(console(Password{LastUsed: ago(time.Hour)})), "the root password was used 1 hour ago, on 2026-11-20T05:00:00Z"},
		"root's password, just now": {RootUsed, hours, root(console(Password{LastUsed: judged})), "the root password was used less than an hour ago, on 2026-11-20T06:00:00Z"},
		"root's password, long ago": {RootUsed, hours, root(console(Password{LastUsed: ago(9 * day)})), "the root password was last used 9 days ago"},
		"a certificate":             {SigningCertificate, hours, Row{Certificates: [2]Certificate{{}, {Active: true, LastRotated: judged}}}, "signing certificate 2 is active, of 2026-11-20T06:00:00Z"},
		"a certificate of no date":  {SigningCertificate, hours, Row{Certificates: [2]Certificate{{Active: true}}}, "signing certificate 1 is active, of an unknown date"},
		"text from outside":         {HiddenCredentials, hours, Row{HasAdditional: true, AdditionalCredentials: "1\x1b[31m"}, `more credentials than the report shows: "1\x1b[31m"`},
	} {
		t.Run(name, func(t *testing.T) {
			if c.row.User == "" {
				c.row.User = "alice"
			}
			for _, f := range Evaluate([]Row{c.row}, c.policy, judged) {
				if f.Check == c.check {
					if f.Reason != c.want {
						t.Errorf("reason is %q, want %q", f.Reason, c.want)
					}
					return
				}
			}
			t.Error("there is no such finding")
		})
	}
}

func TestChecksAreTheDesigns(t *testing.T) {
	want := []Check{
		{"root-access-key", Critical, true}, {"root-mfa", Critical, false}, {"root-used", High, false},
		{"key-stale", High, true}, {"key-unrotated", Medium, true}, {"key-reawakened", High, true},
		{"user-two-active-keys", Low, false}, {"key-at-user-creation", Low, false}, {"console-mfa", High, false},
		{"password-stale", Medium, false}, {"signing-certificate", Low, false}, {"hidden-credentials", Medium, false},
		{"exception-expired", Medium, false}, {"exception-expiring", Low, false},
		{"exception-unmatched", Low, false}, {"exception-hides-use", High, false},
	}
	if diff := cmp.Diff(want, Checks()); diff != "" {
		t.Errorf("checks differ (-want +got):\n%s", diff)
	}
}

func TestSeverityNames(t *testing.T) {
	for _, s := range Severities() {
		if got, ok := ParseSeverity(s.String()); got != s || !ok {
			t.Errorf("%q reads back as %v %v", s, got, ok)
		}
	}
	if got, ok := ParseSeverity(""); got != 0 || ok || got.String() != "" {
		t.Errorf("no severity reads as %v %v", got, ok)
	}
}

func TestFindingsAreSortedByUserSlotAndCheck(t *testing.T) {
	names := []string{RootUser, "=a", "Alice", "alice2", "bob", "Carl"}
	rapid.Check(t, func(t *rapid.T) {
		var rows []Row
		for _, name := range rapid.Permutation(names).Draw(t, "names") {
			rows = append(rows, Row{User: name, Slots: [2]Slot{active(ago(day)), active(ago(day))}})
		}
		var users []string
		for _, f := range Evaluate(rows, DefaultPolicy(), judged) {
			if len(users) == 0 || users[len(users)-1] != f.User {
				users = append(users, f.User)
			}
		}
		if diff := cmp.Diff(names, users); diff != "" {
			t.Fatalf("users are out of order (-want +got):\n%s", diff)
		}
	})
}
