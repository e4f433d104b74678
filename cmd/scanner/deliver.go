package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"syscall"
	"time"

	"keywatch/config"
	"keywatch/internal/audit"
	"keywatch/internal/render"
)

// deliver writes a result wherever that is wanted: to stdout, to files and to the
// archive. What fails is told, leaves the run incomplete, and keeps nothing from
// the other places.
func (a *app) deliver(ctx context.Context, r runContext, result audit.Result, format renderer, o render.Options) error {
	return worst(a.print(result, format, o), a.export(r.exports, result, o), a.keep(ctx, r, result, o))
}

type renderer func(io.Writer, string, audit.Result, render.Options) error

// print writes a result to stdout, see emit.
func (a *app) print(result audit.Result, format renderer, o render.Options) error {
	return a.emit(o, func(w io.Writer, o render.Options) error { return format(w, a.output, result, o) })
}

// emit writes what a command prints to stdout in one piece. That nobody reads it
// any more, as in scanner | head, is no failure; that it cannot be written leaves
// the run incomplete, since what was done was done.
func (a *app) emit(o render.Options, write func(io.Writer, render.Options) error) error {
	o.Width, o.Color = width(a.std.out), a.color(a.std.out)
	var b bytes.Buffer
	if err := write(&b, o); err != nil {
		return err
	}
	if _, err := a.std.out.Write(b.Bytes()); err != nil && !errors.Is(err, syscall.EPIPE) {
		return &ending{code: exitIncomplete, msg: fmt.Sprintf("the result could not be written: %v: the run itself was made", err)}
	}
	return nil
}

// options completes what a result is written with.
func (a *app) options(s config.Settings, o render.Options) render.Options {
	o.Version, o.Settings, o.Region = version(), string(s.YAML()), s.Watch.HomeRegion
	if o.Now.IsZero() {
		o.Now = a.now()
	}
	o.Now = o.Now.UTC()
	return o
}

// lastWords bounds what a run that is being stopped still writes.
const lastWords = 20 * time.Second

// keep archives a run, also one that was stopped.
func (a *app) keep(ctx context.Context, r runContext, result audit.Result, o render.Options) error {
	if r.keeper == nil {
		return nil
	}
	if ctx.Err() != nil {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(context.WithoutCancel(ctx), lastWords)
		defer cancel()
	}
	link, err := r.keeper.write(ctx, result, o, r.now, a.now().UTC())
	if err != nil {
		return &ending{code: exitIncomplete, msg: fmt.Sprintf("the evidence of this run could not be kept: %v", err)}
	}
	r.log.Info("evidence kept", "archive", r.keeper.store.String(), "bundle", link.Bundle, "manifest_sha256", link.ManifestSHA256)
	if !a.daemon {
		a.hintf("kept as %s in %s (manifest SHA-256 %s)", link.Bundle, r.keeper.store, link.ManifestSHA256)
	}
	return nil
}
