package main

import (
	"fmt"
	"io"
	"time"
)

// progress is one line on a terminal that says what is waited for. It is written
// over itself, and taken away in the end.
type progress struct {
	w     io.Writer
	now   func() time.Time
	since time.Time
}

// progress is nil where nobody watches: not on a terminal, or not wanted.
func (a *app) progress() func(string) {
	_, terminal := terminalOf(a.std.err)
	if !terminal || a.quiet || a.daemon || a.getenv("CI") != "" || a.getenv("TERM") == "dumb" {
		return nil
	}
	return (&progress{w: a.std.err, now: a.now}).report
}

// report shows IAM's last answer, and clears the line for "".
func (p *progress) report(answer string) {
	const clear = "\r\x1b[K"
	switch {
	case answer == "" && !p.since.IsZero():
		fmt.Fprint(p.w, clear)
	case answer == "":
	case p.since.IsZero():
		p.since = p.now()
		fallthrough
	default:
		fmt.Fprintf(p.w, clear+"IAM makes the credential report (%s, %s) …", answer, p.now().Sub(p.since).Round(time.Second))
	}
}
