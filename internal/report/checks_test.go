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
	used := func(rotated, last time.Time) Slot { return Slot{Active: true, LastRotated: rotated, LastUsed: last} }
	cert := func(active bool, rotated time.Time) Certificate {
		return Certificate{Active: active, LastRotated: rotated}
	}
	info := func(text string) Row { return Row{HasAdditional: true, AdditionalCredentials: text} }
	for name, c := range map[string]struct {
		check CheckID
		row   Row
		want  []string
	}{
		"stale: a second short of 45 days":       {KeyStale, key1(used(ago(400*day), ago(45*day-time.Second))), []string{"1 pass"}},
		"stale: 45 days to the second":           {KeyStale, key1(used(ago(400*day), ago(45*day))), []string{"1 fail"}},
		"stale: never used, a second short":      {KeyStale, key1(active(ago(45*day - time.Second))), []string{"1 pass"}},
		"stale: never used for 45 days":          {KeyStale, key1(active(ago(45 * day))), []string{"1 fail"}},
		"stale: used at the point of judgement":  {KeyStale, key1(used(ago(400*day), judged)), []string{"1 pass"}},
		"stale: used after it":                   {KeyStale, key1(used(ago(400*day), ago(-time.Second))), []string{"1 unknown"}},
		"stale: never used and made after it":    {KeyStale, key1(active(ago(-time.Second))), []string{"1 unknown"}},
		"stale: active and no date at all":       {KeyStale, key1(Slot{Active: true}), []string{"1 unknown"}},
		"stale: used, and no creation date":      {KeyStale, key1(used(time.Time{}, ago(day))), []string{"1 pass"}},
		"stale: inactive keys are not asked":     {KeyStale, key1(Slot{LastRotated: ago(400 * day)}), []string{}},
		"stale: each slot by itself":             {KeyStale, Row{Slots: [2]Slot{active(ago(50 * day)), active(ago(day))}}, []string{"1 fail", "2 pass"}},
		"stale: not asked of root":               {KeyStale, root(key1(active(ago(400 * day)))), []string{}},
		"unrotated: 90 days to the second":       {KeyUnrotated, key1(active(ago(90 * day))), []string{"1 pass"}},
		"unrotated: a second more":               {KeyUnrotated, key1(active(ago(90*day + time.Second))), []string{"1 fail"}},
		"unrotated: made after the judgement":    {KeyUnrotated, key1(active(ago(-time.Second))), []string{"1 unknown"}},
		"unrotated: no creation date":            {KeyUnrotated, key1(used(time.Time{}, ago(day))), []string{"1 unknown"}},
		"unrotated: inactive keys are not asked": {KeyUnrotated, key1(Slot{LastRotated: ago(400 * day)}), []string{}},
		"unrotated: not asked of root":           {KeyUnrotated, root(key1(active(ago(400 * day)))), []string{}},
		"two keys: none":                         {UserTwoActiveKeys, Row{}, []string{}},
		"two keys: one":                          {UserTwoActiveKeys, key1(active(ago(day))), []string{"0 pass"}},
		"two keys: one of two active":            {UserTwoActiveKeys, Row{Slots: [2]Slot{active(ago(day)), {LastRotated: ago(day)}}}, []string{"0 pass"}},
		"two keys: both active":                  {UserTwoActiveKeys, Row{Slots: [2]Slot{active(ago(day)), active(ago(day))}}, []string{"0 fail"}},
		"at creation: a second before the user":  {KeyAtUserCreation, born(-time.Second), []string{"1 pass"}},
		"at creation: in the same second":        {KeyAtUserCreation, born(0), []string{"1 fail"}},
		"at creation: 60 seconds after":          {KeyAtUserCreation, born(60 * time.Second), []string{"1 fail"}},
		"at creation: 61 seconds after":          {KeyAtUserCreation, born(61 * time.Second), []string{"1 pass"}},
		"at creation: an inactive key":           {KeyAtUserCreation, Row{CreatedAt: ago(day), Password: Password{Enabled: true}, Slots: [2]Slot{{}, {LastRotated: ago(day)}}}, []string{"2 fail"}},
		"at creation: not a console user":        {KeyAtUserCreation, Row{CreatedAt: ago(day), Slots: [2]Slot{active(ago(day))}}, []string{}},
		"at creation: no date of the user":       {KeyAtUserCreation, Row{Password: Password{Enabled: true}, Slots: [2]Slot{active(ago(day))}}, []string{"1 unknown"}},
		"at creation: no date of the key":        {KeyAtUserCreation, Row{CreatedAt: ago(day), Password: Password{Enabled: true}, Slots: [2]Slot{{Active: true}}}, []string{"1 unknown"}},
		"at creation: a key of the future":       {KeyAtUserCreation, Row{CreatedAt: ago(day), Password: Password{Enabled: true}, Slots: [2]Slot{active(ago(-day))}}, []string{"1 unknown"}},
		"at creation: a user of the future":      {KeyAtUserCreation, Row{CreatedAt: ago(-day), Password: Password{Enabled: true}, Slots: [2]Slot{active(ago(day))}}, []string{"1 unknown"}},
		"console: no password":                   {ConsoleMFA, Row{}, []string{}},
		"console: password and no MFA":           {ConsoleMFA, console(Password{}), []string{"0 fail"}},
		"console: password and MFA":              {ConsoleMFA, Row{MFA: true, Password: Password{Enabled: true}}, []string{"0 pass"}},
		"password: none":                         {PasswordStale, Row{Password: Password{LastUsed: ago(400 * day)}}, []string{}},
		"password: a second short of 45 days":    {PasswordStale, console(Password{LastUsed: ago(45*day - time.Second)}), []string{"0 pass"}},
		"password: 45 days to the second":        {PasswordStale, console(Password{LastUsed: ago(45 * day), LastChanged: ago(day)}), []string{"0 fail"}},
		"password: never used, a second short":   {PasswordStale, console(Password{LastChanged: ago(45*day - time.Second)}), []string{"0 pass"}},
		"password: never used since it was set":  {PasswordStale, console(Password{LastChanged: ago(45 * day)}), []string{"0 fail"}},
		"password: no date at all":               {PasswordStale, console(Password{}), []string{"0 unknown"}},
		"password: used after the judgement":     {PasswordStale, console(Password{LastUsed: ago(-time.Second), LastChanged: ago(400 * day)}), []string{"0 unknown"}},
		"password: never used, set after it":     {PasswordStale, console(Password{LastChanged: ago(-time.Second)}), []string{"0 unknown"}},
		"certificate: none":                      {SigningCertificate, Row{}, []string{}},
		"certificate: one active, one not":       {SigningCertificate, Row{Certificates: [2]Certificate{cert(true, ago(day)), cert(false, ago(day))}}, []string{"0 fail", "0 pass"}},
		"certificate: active without a date":     {SigningCertificate, Row{Certificates: [2]Certificate{{}, cert(true, time.Time{})}}, []string{"0 fail"}},
		"hidden: no such column":                 {HiddenCredentials, Row{}, []string{}},
		"hidden: nothing":                        {HiddenCredentials, info(""), []string{"0 pass"}},
		"hidden: none in number":                 {HiddenCredentials, info("0"), []string{"0 pass"}},
		"hidden: any words":                      {HiddenCredentials, info("1 access key"), []string{"0 fail"}},
		"hidden: not asked of root":              {HiddenCredentials, root(info("1 access key")), []string{}},
		"root key: none":                         {RootAccessKey, root(Row{}), []string{"0 pass"}},
		"root key: inactive":                     {RootAccessKey, root(Row{Slots: [2]Slot{{}, {LastRotated: ago(day)}}}), []string{"2 pass"}},
		"root key: active":                       {RootAccessKey, root(key1(active(ago(day)))), []string{"1 fail"}},
		"root key: active, made in the future":   {RootAccessKey, root(key1(active(ago(-day)))), []string{"1 fail"}},
		"root key: two":                          {RootAccessKey, root(Row{Slots: [2]Slot{active(ago(day)), {LastRotated: ago(day)}}}), []string{"1 fail", "2 pass"}},
		"root key: not asked of users":           {RootAccessKey, key1(active(ago(day))), []string{}},
		"root MFA: password and none":            {RootMFA, root(Row{Password: Password{Enabled: true}}), []string{"0 fail"}},
		"root MFA: password and MFA":             {RootMFA, root(Row{MFA: true, Password: Password{Enabled: true}}), []string{"0 pass"}},
		"root MFA: no password, an active key":   {RootMFA, root(key1(active(ago(day)))), []string{"0 fail"}},
		"root MFA: no password, an inactive key": {RootMFA, root(key1(Slot{LastRotated: ago(day)})), []string{"0 pass"}},
		"root MFA: no credentials":               {RootMFA, root(Row{}), []string{"0 pass"}},
		"root used: no credentials":              {RootUsed, root(Row{}), []string{"0 pass"}},
		"root used: password 90 days ago":        {RootUsed, root(console(Password{LastUsed: ago(90 * day)})), []string{"0 fail"}},
		"root used: password a second more":      {RootUsed, root(console(Password{LastUsed: ago(90*day + time.Second)})), []string{"0 pass"}},
		"root used: password just now":           {RootUsed, root(console(Password{LastUsed: judged})), []string{"0 fail"}},
		"root used: password in the future":      {RootUsed, root(console(Password{LastUsed: ago(-time.Second)})), []string{"0 unknown"}},
		"root used: password never":              {RootUsed, root(console(Password{})), []string{"0 pass"}},
		"root used: a password since removed":    {RootUsed, root(Row{Password: Password{LastUsed: ago(day)}}), []string{"0 fail"}},
		"root used: key 90 days ago":             {RootUsed, root(key1(used(ago(400*day), ago(90*day)))), []string{"1 fail"}},
		"root used: key a second more":           {RootUsed, root(key1(used(ago(400*day), ago(90*day+time.Second)))), []string{"1 pass"}},
		"root used: an inactive key counts":      {RootUsed, root(key1(Slot{LastRotated: ago(400 * day), LastUsed: ago(day)})), []string{"1 fail"}},
		"root used: password and key each":       {RootUsed, root(Row{Password: Password{Enabled: true, LastUsed: ago(day)}, Slots: [2]Slot{active(ago(day))}}), []string{"0 fail", "1 pass"}},
		"console: not asked of root":             {ConsoleMFA, root(console(Password{})), []string{}},
		"password: not asked of root":            {PasswordStale, root(console(Password{LastUsed: ago(400 * day)})), []string{}},
		"two keys: not asked of root":            {UserTwoActiveKeys, root(Row{Slots: [2]Slot{active(ago(day)), active(ago(day))}}), []string{}},
		"reawakened: only where rules are read":  {KeyReawakened, key1(used(ago(400*day), ago(day))), []string{}},
		"a root whose password is not_supported": {RootMFA, rootOf2019(), []string{"0 fail"}},
		"its use is judged, too":                 {RootUsed, rootOf2019(), []string{"0 pass"}},
	} {
		t.Run(name, func(t *testing.T) {
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
