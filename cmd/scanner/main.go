// Command scanner audits the long-term credentials of an AWS account and keeps
// EventBridge rules that raise an alert when a risky access key is used.
//
// This is the hall of the house: flags, wiring, printing and exit codes, one
// file per command. What is decided is decided in the rooms under internal.
package main

import (
	"context"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"
	_ "time/tzdata" // a schedule may name a zone, and a scratch image has none
)

func main() {
	ctx, stop := untilSignal(context.Background())
	signal.Ignore(syscall.SIGPIPE) // a reader that goes away is met in print
	a := &app{std: streams{os.Stdin, os.Stdout, os.Stderr}, env: os.Environ(), now: time.Now, settle: settle}
	code := a.run(ctx, os.Args[1:])
	stop()
	os.Exit(code)
}

// settle is longer than EventBridge takes to bring a rule into effect, "a short
// period of time" (API reference, PutRule).
const settle = time.Minute

// streams are where a command reads and writes. Results go to out and nothing
// else does.
type streams struct {
	in       io.Reader
	out, err io.Writer
}

// run is the whole program but for the process around it. It returns the exit
// code.
func (a *app) run(ctx context.Context, args []string) int {
	root := newRoot(a)
	root.SetArgs(args)
	return a.finish(ctx, root.ExecuteContext(ctx))
}
