package main

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net/http/httptest"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"keywatch/internal/fakeaws"
)

// hourly is a schedule on the hour.
func hourly(t time.Time) time.Time { return t.Truncate(time.Hour).Add(time.Hour) }

func TestEveryRunsAtStartAndOnScheduleAndGoesOnAfterAFailure(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		began := time.Now().Truncate(time.Hour)
		var log bytes.Buffer
		var at []time.Duration
		err := every(ctx, hourly, slog.New(slog.NewTextHandler(&log, nil)), func(context.Context) error {
			at = append(at, time.Since(began).Truncate(time.Hour))
			if len(at) == 4 {
				cancel()
			}
			return errors.New("no luck")
		})
		if err != nil {
			t.Errorf("every ended with %v", err)
		}
		for i, d := range at {
			if d != time.Duration(i)*time.Hour {
				t.Errorf("runs came at %v", at)
				break
			}
		}
		if got := strings.Count(log.String(), "no luck"); got != 3 {
			t.Errorf("%d failures are in the log, want 3 (a run that was stopped is none):\n%s", got, log.String())
		}
	})
}

func TestEveryNeverOverlapsItself(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		running, runs := 0, 0
		_ = every(ctx, hourly, slog.New(slog.DiscardHandler), func(context.Context) error {
			if running++; running > 1 {
				t.Error("a run began while another was under way")
			}
			time.Sleep(150 * time.Minute) // longer than two periods
			running--
			if runs++; runs == 3 {
				cancel()
			}
			return nil
		})
		if runs != 3 {
			t.Errorf("%d runs, want 3", runs)
		}
	})
}

func TestEveryEndsWhileItWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute)
		defer cancel()
		began := time.Now()
		_ = every(ctx, func(now time.Time) time.Time { return now.Add(time.Hour) }, slog.New(slog.DiscardHandler), func(context.Context) error { return nil })
		if waited := time.Since(began); waited != 10*time.Minute {
			t.Errorf("ended after %v, want 10m", waited)
		}
	})
}

// command runs the program in this process against a new AWS in a box.
type command struct {
	cloud *fakeaws.Cloud
	env   []string
	out   bytes.Buffer
	err   heard
}

// heard is what was written; hear, if not nil, is told of each piece of it.
type heard struct {
	bytes.Buffer
	hear func(string)
}

func (h *heard) Write(b []byte) (int, error) {
	if h.hear != nil {
		h.hear(string(b))
	}
	return h.Buffer.Write(b)
}

func newCommand(t *testing.T) *command {
	account, err := newDemoAccount(time.Now, 0)
	if err != nil {
		t.Fatal(err)
	}
	account.cloud.SetReport(account.cloud.Report(), time.Now())
	server := httptest.NewServer(account.cloud)
	t.Cleanup(server.Close)
	for name, value := range map[string]string{ // the SDK reads the process's environment
		"AWS_ENDPOINT_URL": server.URL, "AWS_REGION": demoHome, "AWS_ACCESS_KEY_ID": fakeaws.OperatorKeyID,
		"AWS_SECRET_ACCESS_KEY": "test", "AWS_CA_BUNDLE": "", "HOME": t.TempDir(), "XDG_CONFIG_HOME": t.TempDir(),
	} {
		t.Setenv(name, value)
	}
	return &command{cloud: account.cloud, env: []string{"KEYWATCH_WATCH_TARGET=" + demoTarget}}
}

func (c *command) run(ctx context.Context, args ...string) int {
	c.out.Reset()
	c.err.Reset()
	a := &app{std: streams{strings.NewReader(""), &c.out, &c.err}, env: c.env, now: time.Now}
	return a.run(ctx, args)
}

// TestApplyStopsBetweenTwoCalls: a signal in the middle of the writes ends the
// run with the signal's code, says what was and was not done, and leaves every
// rule whole; the next run does the rest.
func TestApplyStopsBetweenTwoCalls(t *testing.T) {
	c := newCommand(t)
	ctx, cancel := context.WithCancelCause(t.Context())
	c.cloud.OnCall(func(call fakeaws.Call) {
		if call.Op == "PutTargets" && c.cloud.Count("events", "PutTargets") >= 5 { // Regions call side by side
			cancel(&stopped{syscall.SIGTERM})
		}
	})
	if code := c.run(ctx, "apply"); code != 143 {
		t.Fatalf("exit code %d, want 143; stderr:\n%s", code, c.err.String())
	}
	if !strings.Contains(c.err.String(), "the run was stopped before") || !strings.Contains(c.out.String(), "Apply INCOMPLETE") {
		t.Errorf("stdout:\n%s\nstderr:\n%s", c.out.String(), c.err.String())
	}
	if made := c.cloud.Count("events", "PutRule"); made < 5 || made > 9 {
		t.Errorf("%d rules were written", made)
	}
	if code := c.run(t.Context(), "apply", "-q"); code != 0 {
		t.Errorf("the next run ended with %d:\n%s", code, c.err.String())
	}
	if code := c.run(t.Context(), "plan", "--exit-code", "-q"); code != 0 {
		t.Errorf("after it, changes are pending (%d):\n%s", code, c.out.String())
	}
}

// failing is a stdout that cannot be written.
type failing struct{ err error }

func (f failing) Write([]byte) (int, error) { return 0, f.err }

// TestAResultThatCannotBeWritten: a full disk leaves the run incomplete, since
// what was done was done; a reader that went away is no failure.
func TestAResultThatCannotBeWritten(t *testing.T) {
	for name, test := range map[string]struct {
		err  error
		want int
	}{
		"disk full":   {syscall.ENOSPC, exitIncomplete},
		"reader gone": {syscall.EPIPE, exitDone},
	} {
		t.Run(name, func(t *testing.T) {
			c := newCommand(t)
			a := &app{std: streams{strings.NewReader(""), failing{test.err}, &c.err}, env: c.env, now: time.Now}
			if code := a.run(t.Context(), []string{"apply"}); code != test.want {
				t.Errorf("exit code %d, want %d; stderr:\n%s", code, test.want, c.err.String())
			}
			if n := c.cloud.Count("events", "PutTargets"); n != 30 {
				t.Errorf("%d rules got their target", n)
			}
		})
	}
}

// TestErrorsAreSafeForATerminal: what others chose is escaped on stderr too.
func TestErrorsAreSafeForATerminal(t *testing.T) {
	c := newCommand(t)
	if code := c.run(t.Context(), "audit", "--report", "x\x1b]0;owned\x07\u202e"); code != exitUnjudged {
		t.Errorf("exit code %d", code)
	}
	if got := c.err.String(); strings.ContainsAny(got, "\x1b\x07\u202e") || !strings.Contains(got, `x\x1b]0;owned\x07\u202e`) {
		t.Errorf("stderr %q", got)
	}
}

// TestDaemonAppliesAtOnceAndEndsOnSIGTERM drives the real command.
func TestDaemonAppliesAtOnceAndEndsOnSIGTERM(t *testing.T) {
	c := newCommand(t)
	ctx, cancel := context.WithCancelCause(t.Context())
	c.err.hear = func(line string) {
		if strings.Contains(line, `"msg":"next run"`) { // from now on it waits
			cancel(&stopped{syscall.SIGTERM})
		}
	}
	if code := c.run(ctx, "daemon", "--log-format", "json"); code != 143 {
		t.Errorf("exit code %d, want 143", code)
	}
	for _, want := range []string{`"msg":"run complete"`, `"created":30`, `"msg":"next run"`} {
		if !strings.Contains(c.err.String(), want) {
			t.Errorf("the log has no %s:\n%s", want, c.err.String())
		}
	}
	if c.out.Len() > 0 {
		t.Errorf("without -o stdout stays empty, got:\n%s", c.out.String())
	}
}
