package pace

import (
	"context"
	"fmt"
	"sync"

	"golang.org/x/time/rate"
)

// Defaults of [Options]. EventBridge allows 50 control-plane calls a second and
// Region; IAM publishes no number.
const (
	defaultStart = 5.0
	defaultMin   = 0.5
	defaultMax   = 50.0
	defaultBurst = 5
)

// Options shape a [Limiter]. Rates are in requests per second. A field that is
// not above zero takes its default, so the zero Options are of use.
type Options struct {
	Start float64 // the first rate; 5
	Min   float64 // a throttle never takes the rate below this; 0.5
	Max   float64 // the rate never grows above this; 50
	Burst int     // requests that may go at once after a pause; 5
}

// withDefaults fills what is missing. Where the limits contradict each other
// Max is believed, because the higher rate is the one that does harm.
func (o Options) withDefaults() Options {
	for _, f := range []struct {
		value *float64
		want  float64
	}{{&o.Start, defaultStart}, {&o.Min, defaultMin}, {&o.Max, defaultMax}} {
		if !(*f.value > 0) { // also NaN
			*f.value = f.want
		}
	}
	if o.Burst <= 0 {
		o.Burst = defaultBurst
	}
	o.Min = min(o.Min, o.Max)
	o.Start = min(max(o.Start, o.Min), o.Max)
	return o
}

// Limiter spaces requests and finds the rate that a service allows: each success
// adds 1/rate, so that the rate grows by one request per second for every second
// of undisturbed sending; a throttle halves it. It is safe for use by many
// goroutines. Make one with [New] per account, service and Region, the unit in
// which AWS counts.
type Limiter struct {
	min, max float64
	bucket   *rate.Limiter
	// head lets one waiter at a time take a place in bucket. A place once taken
	// keeps its date when the rate changes, so a long queue of them would go on
	// at the old rate after a throttle.
	head chan struct{}

	mu   sync.Mutex // guards the changes of bucket's rate, and cuts
	cuts int        // halvings so far
}

// New makes a limiter. Start is brought between Min and Max.
func New(o Options) *Limiter {
	o = o.withDefaults()
	return &Limiter{
		min:    o.Min,
		max:    o.Max,
		bucket: rate.NewLimiter(rate.Limit(o.Start), o.Burst),
		head:   make(chan struct{}, 1),
	}
}

// Wait returns nil when the next request may be sent. It returns as soon as ctx
// ends, and may do so earlier when ctx's deadline lies before the request's turn;
// the error wraps [context.Canceled] or [context.DeadlineExceeded].
func (l *Limiter) Wait(ctx context.Context) error {
	_, err := l.wait(ctx)
	return err
}

// Report takes note of an answer: a throttle, or a success. It takes the request
// for one sent after the last halving, so it is for a caller that sends one after
// the other. Where several are in flight use [Limiter.Attach], which knows when
// each was sent.
func (l *Limiter) Report(throttled bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.note(throttled)
}

// Rate returns the present rate in requests per second.
func (l *Limiter) Rate() float64 { return float64(l.bucket.Limit()) }

// turn is the permission to send one request. It remembers how many halvings
// there had been, so that the answer can be held against a later one.
type turn struct{ cuts int }

func (l *Limiter) wait(ctx context.Context) (turn, error) {
	select {
	case l.head <- struct{}{}:
		defer func() { <-l.head }()
	case <-ctx.Done():
		return turn{}, fmt.Errorf("pace: wait for a turn: %w", ctx.Err())
	}
	if err := l.bucket.Wait(ctx); err != nil {
		if ctx.Err() == nil { // rate has an untyped error for a deadline too near
			err = context.DeadlineExceeded
		}
		return turn{}, fmt.Errorf("pace: wait for a turn: %w", err)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	return turn{cuts: l.cuts}, nil
}

// report takes note of the answer to the request that was sent with t. Ten
// requests in flight that are all throttled tell one thing, not ten: a throttle
// of a request sent before the last halving says nothing about the new rate.
func (l *Limiter) report(t turn, throttled bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if throttled && t.cuts != l.cuts {
		return
	}
	l.note(throttled)
}

// note changes the rate. The caller holds mu.
func (l *Limiter) note(throttled bool) {
	now := l.Rate()
	if throttled {
		l.cuts++
		l.bucket.SetLimit(rate.Limit(max(now/2, l.min)))
	} else {
		l.bucket.SetLimit(rate.Limit(min(now+1/now, l.max)))
	}
}
