package report

import (
	"time"
)

// verdict is one line of the truth table: what a check says of a row, slot and
// status for each finding.
type verdict struct {
	check CheckID
	name  string
	row   Row
	want  []string
}

// verdicts has both sides of every limit, to the second.
func verdicts() []verdict {
	used := func(rotated, last time.Time) Slot { return Slot{Active: true, LastRotated: rotated, LastUsed: last} }
	cert := func(active bool, rotated time.Time) Certificate {
		return Certificate{Active: active, LastRotated: rotated}
	}
	info := func(text string) Row { return Row{HasAdditional: true, AdditionalCredentials: text} }
	return []verdict{
		{RootAccessKey, "none", root(Row{}), []string{"0 pass"}},
		{RootAccessKey, "inactive", root(Row{Slots: [2]Slot{{}, {LastRotated: ago(day)}}}), []string{"2 pass"}},
		{RootAccessKey, "active", root(key1(active(ago(day)))), []string{"1 fail"}},
		{RootAccessKey, "active, made in the future", root(key1(active(ago(-day)))), []string{"1 fail"}},
		{RootAccessKey, "two", root(Row{Slots: [2]Slot{active(ago(day)), {LastRotated: ago(day)}}}), []string{"1 fail", "2 pass"}},
		{RootAccessKey, "not asked of users", key1(active(ago(day))), []string{}},
		{RootMFA, "password and none", root(Row{Password: Password{Enabled: true}}), []string{"0 fail"}},
		{RootMFA, "password and MFA", root(Row{MFA: true, Password: Password{Enabled: true}}), []string{"0 pass"}},
		{RootMFA, "no password, an active key", root(key1(active(ago(day)))), []string{"0 fail"}},
		{RootMFA, "no password, an inactive key", root(key1(Slot{LastRotated: ago(day)})), []string{"0 pass"}},
		{RootMFA, "no credentials", root(Row{}), []string{"0 pass"}},
		{RootMFA, "a root whose password is not_supported", rootOf2019(), []string{"0 fail"}},
		{RootUsed, "no credentials", root(Row{}), []string{"0 pass"}},
		{RootUsed, "password 90 days ago", root(console(Password{LastUsed: ago(90 * day)})), []string{"0 fail"}},
		{RootUsed, "password a second more", root(console(Password{LastUsed: ago(90*day + time.Second)})), []string{"0 pass"}},
		{RootUsed, "password just now", root(console(Password{LastUsed: judged})), []string{"0 fail"}},
		{RootUsed, "password in the future", root(console(Password{LastUsed: ago(-time.Second)})), []string{"0 unknown"}},
		{RootUsed, "password never", root(console(Password{})), []string{"0 pass"}},
		{RootUsed, "a password since removed", root(Row{Password: Password{LastUsed: ago(day)}}), []string{"0 fail"}},
		{RootUsed, "key 90 days ago", root(key1(used(ago(400*day), ago(90*day)))), []string{"1 fail"}},
		{RootUsed, "key a second more", root(key1(used(ago(400*day), ago(90*day+time.Second)))), []string{"1 pass"}},
		{RootUsed, "an inactive key counts", root(key1(Slot{LastRotated: ago(400 * day), LastUsed: ago(day)})), []string{"1 fail"}},
		{RootUsed, "password and key each", root(Row{Password: Password{Enabled: true, LastUsed: ago(day)}, Slots: [2]Slot{active(ago(day))}}), []string{"0 fail", "1 pass"}},
		{RootUsed, "its use is judged, too", rootOf2019(), []string{"0 pass"}},
		{KeyStale, "a second short of 45 days", key1(used(ago(400*day), ago(45*day-time.Second))), []string{"1 pass"}},
		{KeyStale, "45 days to the second", key1(used(ago(400*day), ago(45*day))), []string{"1 fail"}},
		{KeyStale, "never used, a second short", key1(active(ago(45*day - time.Second))), []string{"1 pass"}},
		{KeyStale, "never used for 45 days", key1(active(ago(45 * day))), []string{"1 fail"}},
		{KeyStale, "used at the point of judgement", key1(used(ago(400*day), judged)), []string{"1 pass"}},
		{KeyStale, "used after it", key1(used(ago(400*day), ago(-time.Second))), []string{"1 unknown"}},
		{KeyStale, "never used and made after it", key1(active(ago(-time.Second))), []string{"1 unknown"}},
		{KeyStale, "active and no date at all", key1(Slot{Active: true}), []string{"1 unknown"}},
		{KeyStale, "used, and no creation date", key1(used(time.Time{}, ago(day))), []string{"1 pass"}},
		{KeyStale, "inactive keys are not asked", key1(Slot{LastRotated: ago(400 * day)}), []string{}},
		{KeyStale, "each slot by itself", Row{Slots: [2]Slot{active(ago(50 * day)), active(ago(day))}}, []string{"1 fail", "2 pass"}},
		{KeyStale, "not asked of root", root(key1(active(ago(400 * day)))), []string{}},
		{KeyUnrotated, "90 days to the second", key1(active(ago(90 * day))), []string{"1 pass"}},
		{KeyUnrotated, "a second more", key1(active(ago(90*day + time.Second))), []string{"1 fail"}},
		{KeyUnrotated, "made after the judgement", key1(active(ago(-time.Second))), []string{"1 unknown"}},
		{KeyUnrotated, "no creation date", key1(used(time.Time{}, ago(day))), []string{"1 unknown"}},
		{KeyUnrotated, "inactive keys are not asked", key1(Slot{LastRotated: ago(400 * day)}), []string{}},
		{KeyUnrotated, "not asked of root", root(key1(active(ago(400 * day)))), []string{}},
		{KeyReawakened, "only where rules are read", key1(used(ago(400*day), ago(day))), []string{}},
		{UserTwoActiveKeys, "none", Row{}, []string{}},
		{UserTwoActiveKeys, "one", key1(active(ago(day))), []string{"0 pass"}},
		{UserTwoActiveKeys, "one of two active", Row{Slots: [2]Slot{active(ago(day)), {LastRotated: ago(day)}}}, []string{"0 pass"}},
		{UserTwoActiveKeys, "both active", Row{Slots: [2]Slot{active(ago(day)), active(ago(day))}}, []string{"0 fail"}},
		{UserTwoActiveKeys, "not asked of root", root(Row{Slots: [2]Slot{active(ago(day)), active(ago(day))}}), []string{}},
		{KeyAtUserCreation, "a second before the user", born(-time.Second), []string{"1 pass"}},
		{KeyAtUserCreation, "in the same second", born(0), []string{"1 fail"}},
		{KeyAtUserCreation, "60 seconds after", born(60 * time.Second), []string{"1 fail"}},
		{KeyAtUserCreation, "61 seconds after", born(61 * time.Second), []string{"1 pass"}},
		{KeyAtUserCreation, "an inactive key", Row{CreatedAt: ago(day), Password: Password{Enabled: true}, Slots: [2]Slot{{}, {LastRotated: ago(day)}}}, []string{"2 fail"}},
		{KeyAtUserCreation, "not a console user", Row{CreatedAt: ago(day), Slots: [2]Slot{active(ago(day))}}, []string{}},
		{KeyAtUserCreation, "no date of the user", Row{Password: Password{Enabled: true}, Slots: [2]Slot{active(ago(day))}}, []string{"1 unknown"}},
		{KeyAtUserCreation, "no date of the key", Row{CreatedAt: ago(day), Password: Password{Enabled: true}, Slots: [2]Slot{{Active: true}}}, []string{"1 unknown"}},
		{KeyAtUserCreation, "a key of the future", Row{CreatedAt: ago(day), Password: Password{Enabled: true}, Slots: [2]Slot{active(ago(-day))}}, []string{"1 unknown"}},
		{KeyAtUserCreation, "a user of the future", Row{CreatedAt: ago(-day), Password: Password{Enabled: true}, Slots: [2]Slot{active(ago(day))}}, []string{"1 unknown"}},
		{ConsoleMFA, "no password", Row{}, []string{}},
		{ConsoleMFA, "password and no MFA", console(Password{}), []string{"0 fail"}},
		{ConsoleMFA, "password and MFA", Row{MFA: true, Password: Password{Enabled: true}}, []string{"0 pass"}},
		{ConsoleMFA, "not asked of root", root(console(Password{})), []string{}},
		{PasswordStale, "none", Row{Password: Password{LastUsed: ago(400 * day)}}, []string{}},
		{PasswordStale, "a second short of 45 days", console(Password{LastUsed: ago(45*day - time.Second)}), []string{"0 pass"}},
		{PasswordStale, "45 days to the second", console(Password{LastUsed: ago(45 * day), LastChanged: ago(day)}), []string{"0 fail"}},
		{PasswordStale, "never used, a second short", console(Password{LastChanged: ago(45*day - time.Second)}), []string{"0 pass"}},
		{PasswordStale, "never used since it was set", console(Password{LastChanged: ago(45 * day)}), []string{"0 fail"}},
		{PasswordStale, "no date at all", console(Password{}), []string{"0 unknown"}},
		{PasswordStale, "used after the judgement", console(Password{LastUsed: ago(-time.Second), LastChanged: ago(400 * day)}), []string{"0 unknown"}},
		{PasswordStale, "never used, set after it", console(Password{LastChanged: ago(-time.Second)}), []string{"0 unknown"}},
		{PasswordStale, "not asked of root", root(console(Password{LastUsed: ago(400 * day)})), []string{}},
		{SigningCertificate, "none", Row{}, []string{}},
		{SigningCertificate, "one active, one not", Row{Certificates: [2]Certificate{cert(true, ago(day)), cert(false, ago(day))}}, []string{"0 fail", "0 pass"}},
		{SigningCertificate, "active without a date", Row{Certificates: [2]Certificate{{}, cert(true, time.Time{})}}, []string{"0 fail"}},
		{HiddenCredentials, "no such column", Row{}, []string{}},
		{HiddenCredentials, "nothing", info(""), []string{"0 pass"}},
		{HiddenCredentials, "none in number", info("0"), []string{"0 pass"}},
		{HiddenCredentials, "any words", info("1 access key"), []string{"0 fail"}},
		{HiddenCredentials, "not asked of root", root(info("1 access key")), []string{}},
	}
}

// sleeper is a row whose key was watched as stale.
type sleeper struct {
	name   string
	used   time.Time
	active bool
	woke   bool
}

// sleepers are judged by TestReawakened's law as well; here they are for readers.
func sleepers() []sleeper {
	asleep := ago(100 * day).Truncate(day)
	return []sleeper{
		{"used on the day since when the rule remembers it as idle", asleep.Add(day - time.Second), true, false},
		{"used on the next day", asleep.Add(day), true, true},
		{"used since, and idle again for longer than the limit", asleep.Add(10 * day), true, true},
		{"used since, and inactive", asleep.Add(day), false, false},
		{"never used", time.Time{}, true, false},
	}
}

func (s sleeper) answer() bool {
	row := key1(Slot{Active: s.active, LastRotated: ago(400 * day), LastUsed: s.used})
	_, woke := Reawakened(row, 1, ago(100*day).Truncate(day), High)
	return woke
}

// dated is an exception and how it is judged.
type dated struct {
	name string
	e    Exception
	f    Finding
	want []CheckID
}

func datedOnes() []dated {
	alice := Exception{User: "alice"}
	woke := tired("alice", "/")
	woke.Check, woke.LastUsedAt = KeyReawakened, ago(day)
	fine := tired("alice", "/")
	fine.Status = Pass
	return []dated{
		{"its last day is 15 days away", waiver(alice, 15), tired("alice", "/"), nil},
		{"its last day is 14 days away", waiver(alice, 14), tired("alice", "/"), nil},
		{"its last day is 13 days away, so it ends within 14", waiver(alice, 13), tired("alice", "/"), []CheckID{ExceptionExpiring}},
		{"today is its last day", waiver(alice, 0), tired("alice", "/"), []CheckID{ExceptionExpiring}},
		{"yesterday was its last day", waiver(alice, -1), tired("alice", "/"), []CheckID{ExceptionExpired}},
		{"what it waives fails for nobody it is for", waiver(alice, 99), fine, []CheckID{ExceptionUnmatched}},
		{"it is for nobody", waiver(alice, 99), tired("bob", "/"), []CheckID{ExceptionUnmatched}},
		{"it waives that a key woke", waiver(alice, 99), woke, []CheckID{ExceptionHidesUse}},
	}
}

func (d dated) answer() []CheckID {
	exceptions := []Exception{d.e}
	var ids []CheckID
	for _, f := range ExceptionFindings(Except([]Finding{d.f}, exceptions, judged), exceptions, DefaultPolicy(), judged) {
		ids = append(ids, f.Check)
	}
	return ids
}
