package report

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

const lastDay = 24*time.Hour - time.Second

// waiver is an exception for every check about keys, that ends this many whole
// days after the day of judgement.
func waiver(e Exception, days int) Exception {
	e.Checks = []CheckID{KeyStale, KeyUnrotated, KeyReawakened}
	e.Reason, e.Owner, e.Ticket = "migrating", "ops", "SEC-1"
	e.Expires = judged.Truncate(day).AddDate(0, 0, days)
	return e
}

// tired is a finding of a key that fails.
func tired(user, path string) Finding {
	return Finding{
		Check: KeyUnrotated, Status: Fail, Severity: Medium, Slot: 1, CreatedAt: ago(400 * day),
		User: user, ARN: "arn:aws:iam::111122223333:user" + path + user, Reason: "not rotated",
	}
}

func TestAnExceptionIsForWhomItSays(t *testing.T) {
	found := func(id string, candidates ...string) Finding {
		f := tired("alice", "/")
		f.Key = KeyRef{State: KeyFound, ID: id, Candidates: candidates}
		return f
	}
	rooted := tired(RootUser, "/")
	rooted.ARN = "arn:aws:iam::111122223333:root"
	for name, c := range map[string]struct {
		e    Exception
		f    Finding
		want Status
	}{
		"a user":                     {Exception{User: "alice"}, tired("alice", "/"), Excepted},
		"another user":               {Exception{User: "alice"}, tired("alice2", "/"), Fail},
		"case, as IAM":               {Exception{User: "Alice"}, tired("aLICE", "/"), Excepted},
		"a glob":                     {Exception{User: "ci-*"}, tired("ci-deploy", "/"), Excepted},
		"a glob of nothing more":     {Exception{User: "ci-*"}, tired("ci-", "/"), Excepted},
		"a glob in the middle":       {Exception{User: "*-bot-?"}, tired("a-bot-bot-1", "/"), Excepted},
		"a glob that does not end":   {Exception{User: "*-bot"}, tired("a-bot-1", "/"), Fail},
		"a ? is one character":       {Exception{User: "ci?"}, tired("ci", "/"), Fail},
		"a + and a . are themselves": {Exception{User: "a.c+d"}, tired("abccd", "/"), Fail},
		"root by name":               {Exception{User: RootUser}, rooted, Excepted},
		"root by no glob":            {Exception{User: "*"}, rooted, Fail},
		"root by no path":            {Exception{Path: "/*"}, rooted, Fail},
		"an ARN":                     {Exception{ARN: "arn:aws:iam::111122223333:user/ci/bob"}, tired("bob", "/ci/"), Excepted},
		"an ARN of another path":     {Exception{ARN: "arn:aws:iam::111122223333:user/bob"}, tired("bob", "/ci/"), Fail},
		"a path":                     {Exception{Path: "/ci/"}, tired("bob", "/ci/"), Excepted},
		"a path is not its children": {Exception{Path: "/ci/"}, tired("bob", "/ci/eu/"), Fail},
		"a path's children":          {Exception{Path: "/ci/*"}, tired("bob", "/ci/eu/"), Excepted},
		"the path of most":           {Exception{Path: "/"}, tired("bob", "/"), Excepted},
		"a key":                      {Exception{Key: "AKIA1"}, found("AKIA1"), Excepted},
		"another key":                {Exception{Key: "AKIA1"}, found("AKIA2"), Fail},
		"a key nobody looked up":     {Exception{Key: "AKIA1"}, tired("alice", "/"), Fail},
		"a key that may be another":  {Exception{Key: "AKIA1"}, found("", "AKIA1", "AKIA2"), Fail},
		"a finding of no user":       {Exception{User: "*"}, Finding{Check: KeyUnrotated, Status: Fail}, Fail},
	} {
		t.Run(name, func(t *testing.T) {
			if got := Except([]Finding{c.f}, []Exception{waiver(c.e, 9)}, judged)[0].Status; got != c.want {
				t.Errorf("%s is %q, want %q", c.f.User, got, c.want)
			}
		})
	}
}

func TestAnExceptionWaivesFailedChecksItNames(t *testing.T) {
	e := waiver(Exception{User: "*"}, 9)
	for _, status := range []Status{Fail, Pass, Unknown} {
		for _, check := range []CheckID{KeyUnrotated, ConsoleMFA} {
			f := tired("alice", "/")
			f.Status, f.Check = status, check
			want := status
			if status == Fail && check == KeyUnrotated {
				want = Excepted
			}
			if got := Except([]Finding{f}, []Exception{e}, judged)[0]; got.Status != want || (got.Exception != nil) != (want == Excepted) {
				t.Errorf("%s %s is %+v, want %s", status, check, got, want)
			}
		}
	}
}

// TestAnExceptionCountsUntilTheEndOfItsLastDay holds both sides of its end, to
// the second.
func TestAnExceptionCountsUntilTheEndOfItsLastDay(t *testing.T) {
	e := waiver(Exception{User: "alice"}, 0)
	f := tired("alice", "/")
	at := func(asOf time.Time) Finding { return Except([]Finding{f}, []Exception{e}, asOf)[0] }
	if got := at(e.Expires.Add(lastDay)); got.Status != Excepted || *got.Exception.clone() != *e.clone() {
		t.Errorf("on its last second: %+v", got)
	}
	got := at(e.Expires.Add(lastDay + time.Second))
	if want := "not rotated; its exception lapsed after 2026-11-20 (ticket SEC-1)"; got.Status != Fail || got.Reason != want || got.Exception != nil {
		t.Errorf("a second later: %+v", got)
	}
	if twice := Except([]Finding{got}, []Exception{e}, e.Expires.Add(48*time.Hour))[0]; twice.Reason != got.Reason {
		t.Errorf("said twice: %q", twice.Reason)
	}
	renewed := Except([]Finding{f}, []Exception{e, waiver(Exception{User: "a*"}, 30)}, e.Expires.Add(48*time.Hour))[0]
	if renewed.Status != Excepted || renewed.Exception.User != "a*" {
		t.Errorf("another one that still counts: %+v", renewed)
	}
}

// clone is what can be compared.
func (e Exception) clone() *[6]string {
	return &[6]string{e.User, e.Reason, e.Owner, e.Ticket, e.Expires.String(), e.Subject()}
}

func TestStateOfAnException(t *testing.T) {
	midnight := judged.Truncate(day)
	for name, c := range map[string]struct {
		asOf time.Time
		want ExceptionState
	}{
		"fifteen days to go":    {midnight.Add(-time.Second), ExceptionIsActive},
		"fourteen days to go":   {midnight, ExceptionIsEnding},
		"the last second":       {midnight.Add(13*day + lastDay), ExceptionIsEnding},
		"the day after the end": {midnight.Add(14 * day), ExceptionIsOver},
	} {
		t.Run(name, func(t *testing.T) {
			if got := waiver(Exception{User: "*"}, 13).State(c.asOf); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

func TestExceptionsAreJudgedThemselves(t *testing.T) {
	used := func(user string, status Status, check CheckID) Finding {
		f := tired(user, "/")
		f.Check, f.Status = check, status
		f.LastUsedAt, f.LastUsedRegion, f.LastUsedService = ago(3*day), "eu-west-1", "s3"
		return f
	}
	woke := used("alice", Fail, KeyReawakened)
	young := used("alice", Pass, KeyStale)
	young.CreatedAt = ago(44 * day)
	sure := Exception{User: "alice"}
	for name, c := range map[string]struct {
		e    Exception
		f    Finding
		want []string // check: a part of the reason
	}{
		"nothing to say":               {waiver(sure, 14), tired("alice", "/"), nil},
		"ends within 14 days":          {waiver(sure, 13), tired("alice", "/"), []string{`exception-expiring: the exception for user "alice" (ticket SEC-1, owner ops) ends after 2026-12-03, in 13 days: renew it or put right what it waives`}},
		"ends today":                   {waiver(sure, 0), tired("alice", "/"), []string{"exception-expiring: ends after 2026-11-20, in 18 hours"}},
		"lapsed":                       {waiver(sure, -1), tired("alice", "/"), []string{"exception-expired: lapsed after 2026-11-19: what it waived counts again"}},
		"lapsed and not needed":        {waiver(sure, -1), used("alice", Pass, KeyUnrotated), []string{"exception-expired: lapsed after 2026-11-19: nothing of it fails any more, so take it out"}},
		"for nobody":                   {waiver(sure, 99), tired("bob", "/"), []string{"exception-unmatched: waives nothing that fails"}},
		"for nothing that fails":       {waiver(sure, 99), used("alice", Pass, KeyUnrotated), []string{"exception-unmatched: waives nothing that fails"}},
		"for a key nobody could find":  {waiver(Exception{Key: "AKIA1", Unsure: true}, 99), tired("alice", "/"), nil},
		"for a key that is not there":  {waiver(Exception{Key: "AKIA1"}, 99), tired("alice", "/"), []string{"exception-unmatched: key AKIA1"}},
		"hides that a key woke":        {waiver(sure, 99), woke, []string{`exception-hides-use: hides that a key of user "alice" is in use: last used 2026-11-17T06:00:00Z from eu-west-1 by s3`}},
		"hides it for many":            {waiver(Exception{User: "a*"}, 99), woke, []string{"exception-hides-use"}},
		"hides that it sleeps no more": {waiver(sure, 99), used("alice", Pass, KeyStale), []string{"exception-unmatched", "exception-hides-use"}},
		"of many users some work":      {waiver(Exception{User: "a*"}, 99), used("alice", Pass, KeyStale), []string{"exception-unmatched"}},
		"too young to have slept":      {waiver(sure, 99), young, []string{"exception-unmatched"}},
		"lapsed, so it hides nothing":  {waiver(sure, -1), woke, []string{"exception-expired"}},
	} {
		t.Run(name, func(t *testing.T) {
			all := Except([]Finding{c.f}, []Exception{c.e}, judged)
			var got []string
			for i, f := range ExceptionFindings(all, []Exception{c.e}, DefaultPolicy(), judged) {
				said := string(f.Check) + ": " + f.Reason
				if i < len(c.want) {
					check, part, _ := strings.Cut(c.want[i], ": ")
					if string(f.Check) == check && strings.Contains(f.Reason, part) {
						said = c.want[i]
					}
				}
				if f.Status != Fail || f.User != "" || f.Exception == nil || f.Exception.Subject() != c.e.Subject() {
					t.Errorf("finding %+v", f)
				}
				got = append(got, said)
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("findings differ (-want +got):\n%s", diff)
			}
		})
	}
}

func TestChecksOfExceptionsObeyThePolicy(t *testing.T) {
	policy := DefaultPolicy()
	policy.Disabled = map[CheckID]bool{ExceptionUnmatched: true}
	policy.Severity = map[CheckID]Severity{ExceptionExpiring: Critical}
	got := ExceptionFindings(nil, []Exception{waiver(Exception{User: "alice"}, 1)}, policy, judged)
	if len(got) != 1 || got[0].Check != ExceptionExpiring || got[0].Severity != Critical {
		t.Errorf("findings %+v", got)
	}
}

// TestExceptionsOnlyWaive: whatever the exceptions are, no finding is lost, none
// is added, and nothing but failures changes.
func TestExceptionsOnlyWaive(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		name := rapid.StringMatching(`[a-c*?]{1,4}`)
		var exceptions []Exception
		for range rapid.IntRange(0, 4).Draw(t, "exceptions") {
			exceptions = append(exceptions, waiver(Exception{User: name.Draw(t, "for")}, rapid.IntRange(-2, 2).Draw(t, "days")))
		}
		var findings []Finding
		for range rapid.IntRange(0, 6).Draw(t, "findings") {
			f := tired(rapid.StringMatching(`[a-c]{0,4}`).Draw(t, "user"), "/")
			f.Status = rapid.SampledFrom([]Status{Fail, Pass, Unknown}).Draw(t, "status")
			findings = append(findings, f)
		}
		got := Except(findings, exceptions, judged)
		if diff := cmp.Diff(got, Except(got, exceptions, judged)); diff != "" {
			t.Fatalf("a second time it differs:\n%s", diff)
		}
		for i, f := range findings {
			g := got[i]
			if g.User != f.User || g.Check != f.Check || f.Status != Fail && g.Status != f.Status || !strings.HasPrefix(g.Reason, f.Reason) {
				t.Fatalf("%+v became %+v", f, g)
			}
			if g.Status == Excepted && (g.Exception == nil || g.Exception.lapsed(judged)) {
				t.Fatalf("excepted by %+v", g.Exception)
			}
		}
	})
}

// TestGlobs holds them to what a regular expression says; and a long pattern of
// many stars is judged at once.
func TestGlobs(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		pattern := rapid.StringOfN(rapid.RuneFrom([]rune("ab*?.")), 0, 8, -1).Draw(t, "pattern")
		text := rapid.StringOfN(rapid.RuneFrom([]rune("ab.")), 0, 8, -1).Draw(t, "text")
		as := "^" + strings.NewReplacer("*", ".*", "?", ".", ".", `\.`).Replace(pattern) + "$"
		if got, want := glob(pattern, text), regexp.MustCompile(as).MatchString(text); got != want {
			t.Fatalf("glob(%q, %q) = %v, want %v", pattern, text, got, want)
		}
	})
	if glob(strings.Repeat("*-", 60)+"x", strings.Repeat("-", 64)) {
		t.Error("matches")
	}
}

// TestAnExceptionForATwin: its key is there, and is not to be taken out for that.
func TestAnExceptionForATwin(t *testing.T) {
	f := Finding{Check: KeyStale, Status: Fail, Severity: High, User: "twins", Slot: 1, Key: KeyRef{State: KeyUnknown, Candidates: []string{"AKIA1", "AKIA2"}}}
	found := ExceptionFindings([]Finding{f}, []Exception{waiver(Exception{Key: "AKIA2"}, 99)}, DefaultPolicy(), judged)
	if len(found) != 1 || found[0].Check != ExceptionUnmatched || !strings.Contains(found[0].Reason, "it cannot be told which is meant") {
		t.Errorf("%+v", found)
	}
}
