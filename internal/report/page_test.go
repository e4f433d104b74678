package report

import (
	"cmp"
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write docs/checks.md")

// TestTheTruthTable holds docs/checks.md to what the checks say.
func TestTheTruthTable(t *testing.T) {
	const path = "../../docs/checks.md"
	got := truthPage(t)
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := gocmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s is stale: go test ./internal/report -update (-want +got):\n%s", path, diff)
	}
}

func truthPage(t *testing.T) string {
	var b strings.Builder
	b.WriteString(`# Every check, on both sides of its limits

This page is written by a test, which fails if a check says anything else (internal/report, TestTheTruthTable). T is the
point of judgement: the time at which IAM made the report, or --as-of. Limits are those without settings: 45 days for
stale, 90 for unrotated, 90 for root. A day is 24 hours, and what is not named in a row's columns is empty.

` + "`unknown` is never `pass`: a run with an unknown check at or above `--fail-on` is incomplete, and so is a control.\n")
	for _, c := range Checks() {
		watched := ""
		if c.Watchable {
			watched = "; a key that fails it is watched"
		}
		fmt.Fprintf(&b, "\n## %s\n\nSeverity %s%s. Controls: %s.\n\n", c.ID, c.Severity, watched, strings.Join(ControlsOf()[c.ID], ", "))
		switch {
		case c.ID == KeyReawakened:
			truthsOfSleep(t, &b)
		case strings.HasPrefix(string(c.ID), "exception-"):
			truthsOfExceptions(t, &b, c.ID)
		default:
			truthsOfRows(&b, c.ID)
		}
	}
	return b.String()
}

func truthsOfRows(b *strings.Builder, id CheckID) {
	b.WriteString("| case | the row | answer |\n| --- | --- | --- |\n")
	for _, c := range verdicts() {
		if c.check != id {
			continue
		}
		said := "not asked"
		if got := answers(c.row, DefaultPolicy(), c.check); len(got) > 0 {
			said = strings.NewReplacer("0 ", "", "1 ", "key 1: ", "2 ", "key 2: ").Replace(strings.Join(got, ", "))
		}
		fmt.Fprintf(b, "| %s | %s | %s |\n", c.name, columnsOf(c.row), said)
	}
}

func truthsOfSleep(t *testing.T, b *strings.Builder) {
	b.WriteString("Asked by `plan` and `apply`, which read what rules remember: here, idle since the day T - 100 days.\n\n| case | answer |\n| --- | --- |\n")
	for _, s := range sleepers() {
		if s.answer() != s.woke {
			t.Errorf("%s: woke is %v", s.name, s.answer())
		}
		fmt.Fprintf(b, "| %s | %s |\n", s.name, map[bool]string{true: "fail", false: "pass"}[s.answer()])
	}
}

func truthsOfExceptions(t *testing.T, b *strings.Builder, id CheckID) {
	b.WriteString("Asked of every exception in the settings. The last day counts to its end, in UTC.\n\n| the exception | answer |\n| --- | --- |\n")
	for _, d := range datedOnes() {
		if diff := gocmp.Diff(d.want, d.answer()); diff != "" {
			t.Errorf("%s (-want +got):\n%s", d.name, diff)
		}
		fmt.Fprintf(b, "| %s | %s |\n", d.name, map[bool]string{true: "fail", false: "pass"}[slices.Contains(d.answer(), id)])
	}
}

// columnsOf tells what a row says, dates as distances from the judgement.
func columnsOf(r Row) string {
	var said []string
	say := func(column string, set bool, value string) {
		if set {
			said = append(said, "`"+column+"` "+value)
		}
	}
	date := func(column string, at time.Time) { say(column, !at.IsZero(), distance(at)) }
	say("user", r.User == RootUser, "`"+RootUser+"`")
	date("user_creation_time", r.CreatedAt)
	say("password_enabled", r.Password.Enabled, "true")
	date("password_last_used", r.Password.LastUsed)
	date("password_last_changed", r.Password.LastChanged)
	say("mfa_active", r.MFA, "true")
	for i, s := range r.Slots {
		name := fmt.Sprintf("access_key_%d_", i+1)
		say(name+"active", s.Exists(), fmt.Sprint(s.Active))
		date(name+"last_rotated", s.LastRotated)
		date(name+"last_used_date", s.LastUsed)
	}
	for i, c := range r.Certificates {
		name := fmt.Sprintf("cert_%d_", i+1)
		say(name+"active", c.Active || !c.LastRotated.IsZero(), fmt.Sprint(c.Active))
		date(name+"last_rotated", c.LastRotated)
	}
	say("additional_credentials_info", r.HasAdditional, fmt.Sprintf("%q", r.AdditionalCredentials))
	return cmp.Or(strings.Join(said, ", "), "nothing set")
}

// distance writes a time as T - 45d + 1s, and one that is at no such place as a date.
func distance(at time.Time) string {
	ago := judged.Sub(at)
	whole := ago.Round(day)
	rest := whole - ago
	if rest.Abs() > time.Hour {
		return at.Format(time.DateOnly)
	}
	text := "T"
	if days := whole / day; days > 0 {
		text += fmt.Sprintf(" - %dd", days)
	} else if days < 0 {
		text += fmt.Sprintf(" + %dd", -days)
	}
	switch {
	case rest > 0:
		text += " + " + rest.String()
	case rest < 0:
		text += " - " + (-rest).String()
	}
	return text
}
