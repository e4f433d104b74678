package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"keywatch/config"
	"keywatch/internal/audit"
	"keywatch/internal/render"
)

// The exit codes of the contract.
const (
	exitDone       = 0
	exitUnjudged   = 1 // no report could be judged
	exitUsage      = 2 // wrong usage or settings
	exitIncomplete = 3 // judged, but something was not looked at, not written or held back
	exitFindings   = 4 // complete, with findings, changes or damage that was asked about
)

const exitHelp = `
Exit codes:
  0    done
  1    no report could be judged: credentials, permissions, wrong account, refused report;
       no evidence could be read
  2    wrong usage or settings
  3    incomplete: something was not looked at, not written or held back
  4    findings at or above --fail-on, changes pending for plan --exit-code, or evidence
       that is not sound
  130  interrupted     143  terminated`

// usageError is a fault in the command line or the settings.
type usageError struct{ err error }

func (e *usageError) Error() string { return e.err.Error() }
func (e *usageError) Unwrap() error { return e.err }

func usagef(format string, args ...any) error { return &usageError{fmt.Errorf(format, args...)} }

// ending is a result that was printed and still ends in another code than 0.
// Its message, if any, is for stderr.
type ending struct {
	code int
	msg  string
}

func (e *ending) Error() string { return e.msg }

// worst is the ending that outranks the others, with what all of them have to
// say. Another error than an ending is returned as it is.
func worst(errs ...error) error {
	all := &ending{}
	var said []string
	for _, err := range errs {
		var e *ending
		switch {
		case err == nil:
			continue
		case !errors.As(err, &e):
			return err
		case all.code == 0 || e.code < all.code: // 3 outranks 4
			all.code = e.code
		}
		if e.msg != "" {
			said = append(said, e.msg)
		}
	}
	if all.code == 0 {
		return nil
	}
	all.msg = strings.Join(said, "\n")
	return all
}

// finish turns what a command returned into words on stderr and an exit code.
func (a *app) finish(ctx context.Context, err error) int {
	var v *ending
	if code := signalCode(ctx); code != 0 && (err != nil || a.daemon) {
		switch {
		case errors.As(err, &v):
			a.say(err)
		case err != nil: // what was under way is cut off, which is no news
			a.say(fmt.Errorf("%w before anything was written", context.Cause(ctx)))
		}
		return code
	}
	var (
		usage    *usageError
		settings config.Errors
		remote   *audit.SettingsError
	)
	switch {
	case err == nil:
		return exitDone
	case errors.As(err, &v):
		if v.msg != "" {
			a.say(err)
		}
		return v.code
	case errors.As(err, &usage), errors.As(err, &settings), errors.As(err, &remote):
		a.say(err)
		return exitUsage
	}
	a.say(err)
	return exitUnjudged
}

// say writes an error to stderr. It may quote what others chose, so every line
// is made safe for a terminal.
func (a *app) say(err error) {
	lines := strings.Split("scanner: "+err.Error(), "\n")
	for i := range lines {
		lines[i] = render.Line(lines[i])
	}
	fmt.Fprintln(a.std.err, strings.Join(lines, "\n"))
}

// stopped is the reason a run's context ends early.
type stopped struct{ signal os.Signal }

func (s *stopped) Error() string { return "stopped by " + s.signal.String() }

// untilSignal returns a context that ends at the first SIGINT or SIGTERM. A
// second one ends the process at once.
func untilSignal(parent context.Context) (context.Context, func()) {
	ctx, cancel := context.WithCancelCause(parent)
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	go func() {
		select {
		case s := <-signals:
			signal.Stop(signals) // the next one has its default effect
			cancel(&stopped{s})
		case <-ctx.Done():
		}
	}()
	return ctx, func() { signal.Stop(signals); cancel(nil) }
}

// signalCode is 128 plus the signal that ended ctx, 0 if none did.
func signalCode(ctx context.Context) int {
	var s *stopped
	if !errors.As(context.Cause(ctx), &s) {
		return 0
	}
	if number, ok := s.signal.(syscall.Signal); ok {
		return 128 + int(number)
	}
	return exitUnjudged
}
