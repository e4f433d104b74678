package watch

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"

	"keywatch/internal/fakeaws"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// who is an account with everybody who may make a call, and rules as Apply writes
// them.
type who struct {
	*box
	alice, bob []string // key IDs, the first of each is watched
	root       string
}

func everybody(t *testing.T, change func(p *Policy)) who {
	t.Helper()
	w := who{box: newBox(t, fakeaws.Options{Seed: 3})}
	w.alice = w.AddUser(fakeaws.User{Name: "alice", Path: "/ops/", Password: &fakeaws.Password{}, Keys: []fakeaws.Key{{}, {}}})
	w.bob = w.AddUser(fakeaws.User{Name: "bob", Password: &fakeaws.Password{}, Keys: []fakeaws.Key{{}, {}}})
	w.root = w.SetRoot(fakeaws.Root{Password: &fakeaws.Password{}, Keys: []fakeaws.Key{{}}})[0]
	p := perRegion()
	change(&p)
	watches := []Watch{stale(w.alice[0]), stale(w.bob[0]), stale(RootKey)}
	watches[1].User = "bob"
	w.apply(t, p, watches...)
	if plan := Make(w.wish(t, p, watches...)); len(find(t, plan, home).Changes) > 0 {
		t.Fatalf("not settled: %s", tell(plan))
	}
	return w
}

// act is one call that somebody makes, in a Region.
type act struct {
	name string
	do   func(w who) (string, error)
}

func use(u fakeaws.KeyUse, key func(w who) string) func(w who) (string, error) {
	return func(w who) (string, error) {
		if key != nil {
			u.Key = key(w)
		}
		return w.Use(u)
	}
}

var (
	alices = func(w who) string { return w.alice[0] }
	others = func(w who) string { return w.alice[1] }
	roots  = func(w who) string { return w.root }
)

const admin = "arn:aws:iam::" + account + ":role/team/admin"

// acts are calls of every shape that CloudTrail tells.
var acts = []act{
	{"user: read-only call with a watched key", use(fakeaws.KeyUse{Region: europe}, alices)},
	{"user: write call with a watched key", use(fakeaws.KeyUse{Region: west, EventSource: "s3.amazonaws.com", EventName: "DeleteBucket"}, alices)},
	{"user: refused call with a watched key", use(fakeaws.KeyUse{ErrorCode: "AccessDenied", UserAgent: `quote " and \ back`}, alices)},
	{"user: GetSessionToken with a watched key", use(fakeaws.KeyUse{EventName: "GetSessionToken"}, alices)},
	{"user: AssumeRole with a watched key", use(fakeaws.KeyUse{EventName: "AssumeRole"}, alices)},
	{"user: call with another key", use(fakeaws.KeyUse{}, others)},
	{"user: session of GetSessionToken", use(fakeaws.KeyUse{Session: fakeaws.SessionToken}, alices)},
	{"user: console session", use(fakeaws.KeyUse{Session: fakeaws.ConsoleSession}, alices)},
	{"user: federated session", use(fakeaws.KeyUse{Session: fakeaws.FederatedSession, SessionName: "tool"}, alices)},
	{"user: console sign-in", func(w who) (string, error) { return w.SignIn("alice", west, true) }},
	{"user: failed console sign-in", func(w who) (string, error) { return w.SignIn("alice", "", false) }},
	{"user: a service on behalf", use(fakeaws.KeyUse{InvokedBy: "cloudformation.amazonaws.com"}, alices)},
	{"role: session", use(fakeaws.KeyUse{Session: fakeaws.AssumedRole, RoleARN: admin}, nil)},
	{"role: session of another role", use(fakeaws.KeyUse{Session: fakeaws.AssumedRole, RoleARN: "arn:aws:iam::" + account + ":role/other"}, nil)},
	{"root: call with its key", use(fakeaws.KeyUse{}, roots)},
	{"root: session of GetSessionToken", use(fakeaws.KeyUse{Session: fakeaws.SessionToken}, roots)},
	{"root: console session", use(fakeaws.KeyUse{Session: fakeaws.ConsoleSession}, roots)},
	{"root: console sign-in", func(w who) (string, error) { return w.SignIn("", "", true) }},
	{"root: failed console sign-in", func(w who) (string, error) { return w.SignIn("", "", false) }},
	{"root: AssumeRoot session", use(fakeaws.KeyUse{Session: fakeaws.AssumedRoot}, roots)},
	{"root: a service on behalf", use(fakeaws.KeyUse{InvokedBy: "support.amazonaws.com"}, roots)},
	{"root: service event", use(fakeaws.KeyUse{ServiceEvent: true}, roots)},
}

// Who must be told of, by what is watched besides keys. A cell is the number of
// alerts.
func TestWhoFiresAndWhoDoesNot(t *testing.T) {
	accounts := []who{
		everybody(t, func(*Policy) {}),
		everybody(t, func(p *Policy) { p.Sessions = true }),
		everybody(t, func(p *Policy) { p.RootActivity = true }),
		everybody(t, func(p *Policy) { p.Identities = []string{"arn:aws:iam::{account}:user/ops/alice", admin} }),
		everybody(t, func(p *Policy) {
			p.Sessions, p.RootActivity, p.Identities, p.Layout.Mode = true, true, []string{"arn:aws:iam::{account}:user/ops/alice", admin}, Packed
		}),
	}
	for name, want := range map[string][5]int{ //  keys, sessions, root activity, identities, all
		"user: read-only call with a watched key":  {1, 1, 1, 1, 1},
		"user: write call with a watched key":      {1, 1, 1, 1, 1},
		"user: refused call with a watched key":    {1, 1, 1, 1, 1},
		"user: GetSessionToken with a watched key": {1, 1, 1, 1, 1},
		"user: AssumeRole with a watched key":      {1, 1, 1, 1, 1},
		"user: call with another key":              {0, 0, 0, 1, 1},
		"user: session of GetSessionToken":         {0, 1, 0, 1, 1},
		"user: console session":                    {0, 0, 0, 1, 1},
		"user: federated session":                  {0, 1, 0, 1, 1},
		"user: console sign-in":                    {0, 0, 0, 1, 1},
		"user: failed console sign-in":             {0, 0, 0, 1, 1}, // its event has no ARN
		"user: a service on behalf":                {0, 0, 0, 1, 1},
		"role: session":                            {0, 0, 0, 1, 1},
		"role: session of another role":            {0, 0, 0, 0, 0},
		"root: call with its key":                  {1, 1, 1, 1, 1},
		"root: session of GetSessionToken":         {0, 0, 1, 0, 1},
		"root: console session":                    {0, 0, 1, 0, 1},
		"root: console sign-in":                    {0, 0, 1, 0, 1},
		"root: failed console sign-in":             {0, 0, 1, 0, 1},
		"root: AssumeRoot session":                 {0, 0, 1, 0, 1},
		"root: a service on behalf":                {0, 0, 0, 0, 0},
		"root: service event":                      {0, 0, 0, 0, 0},
	} {
		var do func(who) (string, error)
		for _, a := range acts {
			if a.name == name {
				do = a.do
			}
		}
		t.Run(name, func(t *testing.T) {
			var got [5]int
			for i, w := range accounts {
				before := len(w.alerts())
				if _, err := do(w); err != nil {
					t.Fatal(err)
				}
				got[i] = len(w.alerts()) - before
			}
			if got != want {
				t.Errorf("alerts %v, want %v (keys, sessions, root activity, identities, all)", got, want)
			}
		})
	}
	for _, w := range accounts {
		if failed := w.FailedInvocations(); len(failed) > 0 {
			t.Errorf("not delivered: %+v", failed)
		}
	}
}

// What arrives for each shape of event, in a file to read.
func TestAlertOfEveryShape(t *testing.T) {
	w := everybody(t, func(p *Policy) {
		p.Sessions, p.RootActivity, p.Identities = true, true, []string{admin}
	})
	var out bytes.Buffer
	for _, a := range acts {
		before := w.alerts()
		if _, err := a.do(w); err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&out, "%s\n", a.name)
		seen := map[string]bool{}
		for _, m := range before {
			seen[m.ID] = true
		}
		for _, m := range w.alerts() {
			if seen[m.ID] {
				continue
			}
			out.WriteString("    ")
			if err := json.Indent(&out, []byte(m.Body), "    ", "  "); err != nil {
				t.Errorf("%s: %v in %s", a.name, err, m.Body)
			}
			out.WriteString("\n")
		}
	}
	const golden = "testdata/alerts.golden"
	if *update {
		if err := os.WriteFile(golden, out.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), out.String()); diff != "" {
		t.Error(diff)
	}
}
