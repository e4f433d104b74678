package main

import (
	"context"
	"flag"
	"fmt"
	"net/http/httptest"
	"os"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"keywatch/internal/fakeaws"
)

var update = flag.Bool("update", false, "rewrite the golden parts of the scripts")

// TestMain lets the scripts run the real command, as a process of its own,
// whose only difference is the time: it is the script's.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"scanner": func() {
		now := time.Now
		if at, err := time.Parse(time.RFC3339, os.Getenv("SCRIPT_NOW")); err == nil {
			now = func() time.Time { return at }
		}
		ctx, stop := untilSignal(context.Background())
		signal.Ignore(syscall.SIGPIPE)
		a := &app{std: streams{os.Stdin, os.Stdout, os.Stderr}, env: os.Environ(), now: now}
		code := a.run(ctx, os.Args[1:])
		stop()
		os.Exit(code)
	}})
}

// scriptStart is when every script begins.
const scriptStart = "2026-11-22T09:00:00Z"

// TestScripts drives every command against an AWS in a box that holds the
// demo's account. Beyond testscript's own commands a script may change that
// account, see the functions below.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		UpdateScripts:       *update,
		RequireExplicitExec: true,
		Setup: func(env *testscript.Env) error {
			start, err := time.Parse(time.RFC3339, scriptStart)
			if err != nil {
				return err
			}
			clock := &demoClock{now: start}
			account, err := newDemoAccount(clock.Now, 0)
			if err != nil {
				return err
			}
			account.cloud.SetReport(account.cloud.Report(), start)
			server := httptest.NewServer(account.cloud)
			env.Defer(server.Close)
			for name, value := range map[string]string{
				"AWS_ENDPOINT_URL":          server.URL,
				"AWS_REGION":                demoHome,
				"AWS_ACCESS_KEY_ID":         fakeaws.OperatorKeyID,
				"AWS_SECRET_ACCESS_KEY":     "script",
				"AWS_EC2_METADATA_DISABLED": "true",
				"AWS_CA_BUNDLE":             "",
				"HOME":                      env.WorkDir + "/home",
				"XDG_CONFIG_HOME":           env.WorkDir + "/home/.config",
				"SCRIPT_NOW":                scriptStart,
				"TARGET":                    demoTarget,
				"KEYWATCH_WATCH_TARGET":     demoTarget,
				"STOLEN":                    account.stolen,
			} {
				env.Setenv(name, value)
			}
			env.Values["script"] = &script{account: account, clock: clock}
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"code":    code,
			"clock":   func(ts *testscript.TestScript, _ bool, args []string) { of(ts).advance(ts, args) },
			"cloud":   func(ts *testscript.TestScript, _ bool, args []string) { of(ts).change(ts, args) },
			"fault":   func(ts *testscript.TestScript, _ bool, args []string) { of(ts).fault(ts, args) },
			"calls":   func(ts *testscript.TestScript, _ bool, args []string) { of(ts).calls(ts, args) },
			"rules":   func(ts *testscript.TestScript, _ bool, args []string) { of(ts).rules(ts, args) },
			"alerts":  func(ts *testscript.TestScript, _ bool, args []string) { of(ts).alerts(ts, args) },
			"private": private,
			"newest":  newest,
			"bucket":  func(ts *testscript.TestScript, _ bool, args []string) { of(ts).bucket(ts, args) },
			"bundle":  func(ts *testscript.TestScript, _ bool, args []string) { of(ts).bundle(ts, args) },
			"flip":    func(ts *testscript.TestScript, _ bool, args []string) { of(ts).flip(ts, args) },
			"keypair": keypair,
		},
	})
}

// private fails unless the files are for their owner alone.
func private(ts *testscript.TestScript, _ bool, args []string) {
	for _, name := range args {
		info, err := os.Stat(ts.MkAbs(name))
		ts.Check(err)
		if info.Mode().Perm() != 0o600 {
			ts.Fatalf("%s has mode %v", name, info.Mode())
		}
	}
}

// newest sets a variable to the path of the newest bundle of an archive.
func newest(ts *testscript.TestScript, _ bool, args []string) {
	bundles, err := filepath.Glob(filepath.Join(ts.MkAbs(args[0]), "*", "*"))
	ts.Check(err)
	ts.Setenv(args[1], bundles[len(bundles)-1])
}

type script struct {
	account *demoAccount
	clock   *demoClock
	seq     int // calls counted so far
	fixed   []func()
}

func of(ts *testscript.TestScript) *script { return ts.Value("script").(*script) }

// code N command...: the command ends with exit code N.
func code(ts *testscript.TestScript, _ bool, args []string) {
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	got := 0
	if err := ts.Exec(args[1], args[2:]...); err != nil {
		exit, ok := err.(interface{ ExitCode() int })
		if !ok {
			ts.Fatalf("%v", err)
		}
		got = exit.ExitCode()
	}
	if got != want {
		ts.Fatalf("exit code %d, want %d", got, want)
	}
}

// clock 5h: time moves on, for the account and for the command.
func (s *script) advance(ts *testscript.TestScript, args []string) {
	d, err := time.ParseDuration(args[0])
	ts.Check(err)
	s.clock.Advance(d)
	ts.Setenv("SCRIPT_NOW", s.clock.Now().Format(time.RFC3339))
}

// cloud rotate|deactivate|delete-key|delete-user|rename-user|use|report|no-report|topicless ...
func (s *script) change(ts *testscript.TestScript, args []string) {
	cloud := s.account.cloud
	switch args[0] {
	case "rotate":
		_, err := cloud.RotateKey(args[1], false)
		ts.Check(err)
	case "deactivate":
		ts.Check(cloud.SetKeyStatus(args[1], false))
	case "delete-user":
		ts.Check(cloud.DeleteUser(args[1]))
	case "rename-user":
		ts.Check(cloud.RenameUser(args[1], args[2]))
	case "use": // key, Region
		_, err := cloud.Use(fakeaws.KeyUse{Key: args[1], Region: args[2], ReadOnly: true})
		ts.Check(err)
	case "new-report":
		cloud.SetReport(cloud.Report(), s.clock.Now())
	case "report": // file
		cloud.SetReport([]byte(ts.ReadFile(args[1])), s.clock.Now())
	case "delete-queue": // Region
		cloud.DeleteQueue(s.account.queue(args[1]))
	case "disable-rule": // Region, rule
		for _, r := range cloud.Rules(args[1]) {
			if r.Name == args[2] {
				r.State = "DISABLED"
				ts.Check(cloud.PutRuleByHand(args[1], r))
			}
		}
	case "foreign-rule": // Region, name
		ts.Check(cloud.PutRuleByHand(args[1], fakeaws.Rule{Name: args[2], Pattern: `{"source":["aws.ec2"]}`, Description: "somebody's"}))
	case "quota": // Region, rules
		n, err := strconv.Atoi(args[2])
		ts.Check(err)
		cloud.SetRuleQuota(args[1], n)
	case "delete-all-users":
		for _, name := range args[1:] {
			ts.Check(cloud.DeleteUser(name))
		}
	default:
		ts.Fatalf("cloud cannot %s", args[0])
	}
}

// fault service Op CODE [Region]: calls fail with that code, "none" mends all.
func (s *script) fault(ts *testscript.TestScript, args []string) {
	if args[0] == "none" {
		for _, mend := range s.fixed {
			mend()
		}
		s.fixed = nil
		return
	}
	f := fakeaws.Fault{Service: args[0], Op: args[1], Code: args[2]}
	if len(args) > 3 {
		f.Region = args[3]
	}
	if strings.HasPrefix(args[2], "AccessDenied") {
		s.fixed = append(s.fixed, s.account.cloud.Deny(args[0], args[1]))
		return
	}
	s.fixed = append(s.fixed, s.account.cloud.Inject(f))
}

// calls [service:Op=N...] [writes=N]: counts since the last calls.
func (s *script) calls(ts *testscript.TestScript, args []string) {
	counts, writes := map[string]int{}, 0
	for _, c := range s.account.cloud.CallsSince(s.seq) {
		counts[c.Service+":"+c.Op]++
		if c.Write() {
			writes++
		}
	}
	s.seq = s.account.cloud.Seq()
	counts["writes"] = writes
	for _, arg := range args {
		name, want, _ := strings.Cut(arg, "=")
		if got := fmt.Sprint(counts[name]); got != want {
			ts.Fatalf("%s: %s calls, want %s; all: %v", name, got, want, counts)
		}
	}
}

// rules Region file: the names, states and keys of the Region's rules.
func (s *script) rules(ts *testscript.TestScript, args []string) {
	var b strings.Builder
	for _, r := range s.account.cloud.Rules(args[0]) {
		fmt.Fprintf(&b, "%s %s %d target(s)\n", r.Name, r.State, len(r.Targets))
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), []byte(b.String()), 0o600))
}

// alerts Region N: so many alerts reached the Region's queue.
func (s *script) alerts(ts *testscript.TestScript, args []string) {
	if got := fmt.Sprint(len(s.account.cloud.Messages(s.account.queue(args[0])))); got != args[1] {
		ts.Fatalf("%s alerts in %s, want %s", got, args[0], args[1])
	}
}

// TestSignals: a daemon that is told to stop ends with the signal's code.
func TestSignals(t *testing.T) {
	for _, c := range []struct {
		signal syscall.Signal
		want   int
	}{{syscall.SIGINT, 130}, {syscall.SIGTERM, 143}} {
		ctx, cancel := context.WithCancelCause(t.Context())
		cancel(&stopped{c.signal})
		if got := signalCode(ctx); got != c.want {
			t.Errorf("%v: exit code %d, want %d", c.signal, got, c.want)
		}
	}
}
