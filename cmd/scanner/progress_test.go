package main

import (
	"bytes"
	"testing"
	"time"
)

func TestProgressIsOneLineThatGoes(t *testing.T) {
	var out bytes.Buffer
	now := time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)
	p := &progress{w: &out, now: func() time.Time { return now }}
	p.report("") // nothing was waited for
	if out.Len() > 0 {
		t.Errorf("wrote %q", out.String())
	}
	p.report("STARTED")
	now = now.Add(3 * time.Second)
	p.report("INPROGRESS")
	p.report("")
	const want = "\r\x1b[KIAM makes the credential report (STARTED, 0s) …\r\x1b[KIAM makes the credential report (INPROGRESS, 3s) …\r\x1b[K"
	if got := out.String(); got != want {
		t.Errorf("wrote %q", got)
	}
}

func TestNoProgressWithoutATerminal(t *testing.T) {
	a := &app{std: streams{err: &bytes.Buffer{}}}
	if a.progress() != nil {
		t.Error("there is progress in a file")
	}
}
