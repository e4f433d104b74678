package pace

import (
	"context"
	"errors"
	"math"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"
)

func TestOptionsBecomeALimiter(t *testing.T) {
	for _, tc := range []struct {
		name    string
		options Options
		want    Options
	}{
		{"zero options have defaults", Options{}, Options{Start: 5, Min: 0.5, Max: 50, Burst: 5}},
		{"nonsense takes the default", Options{Start: math.NaN(), Min: -1, Max: math.Inf(-1), Burst: -3}, Options{Start: 5, Min: 0.5, Max: 50, Burst: 5}},
		{"given values stay", Options{Start: 2, Min: 1, Max: 3, Burst: 1}, Options{Start: 2, Min: 1, Max: 3, Burst: 1}},
		{"a start above the ceiling comes down", Options{Start: 100, Max: 10}, Options{Start: 10, Min: 0.5, Max: 10, Burst: 5}},
		{"a start below the floor comes up", Options{Start: 1, Min: 4}, Options{Start: 4, Min: 4, Max: 50, Burst: 5}},
		{"a ceiling below the floor is believed", Options{Max: 0.1}, Options{Start: 0.1, Min: 0.1, Max: 0.1, Burst: 5}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			l := New(tc.options)
			got := Options{Start: l.Rate(), Min: l.min, Max: l.max, Burst: l.bucket.Burst()}
			if got != tc.want {
				t.Errorf("New(%+v) runs as %+v, want %+v", tc.options, got, tc.want)
			}
		})
	}
}

func TestRateAfterReports(t *testing.T) {
	const ok, throttle = false, true
	for _, tc := range []struct {
		name    string
		options Options
		reports []bool
		want    float64
	}{
		{"no report changes nothing", Options{Start: 4}, nil, 4},
		{"a success adds one over the rate", Options{Start: 4}, []bool{ok}, 4.25},
		{"a throttle halves", Options{Start: 4}, []bool{throttle}, 2},
		{"throttles one after the other halve each time", Options{Start: 4}, []bool{throttle, throttle}, 1},
		{"the floor holds", Options{Start: 4, Min: 1.5}, []bool{throttle, throttle, throttle}, 1.5},
		{"the ceiling holds", Options{Start: 4, Max: 4.3}, []bool{ok, ok}, 4.3},
		{"a rate grows again after a throttle", Options{Start: 4}, []bool{throttle, ok}, 2.5},
	} {
		t.Run(tc.name, func(t *testing.T) {
			l := New(tc.options)
			for _, throttled := range tc.reports {
				l.Report(throttled)
			}
			if got := l.Rate(); got != tc.want {
				t.Errorf("rate is %v, want %v", got, tc.want)
			}
		})
	}
}

// One request per second more for each second of sending at the rate: with k
// successes the square of the rate grows by 2k and a remainder under k/start².
func TestRateGrowsByOneInASecond(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		start := rapid.Float64Range(0.5, 40).Draw(t, "start")
		k := rapid.IntRange(1, 2000).Draw(t, "successes")
		l := New(Options{Start: start, Max: 1e6})
		for range k {
			l.Report(false)
		}
		grown, least := l.Rate()*l.Rate()-start*start, 2*float64(k)
		if most := least + float64(k)/(start*start); grown < least*0.999 || grown > most*1.001 {
			t.Errorf("from %v, %d successes: the square grew by %v, want %v to %v", start, k, grown, least, most)
		}
	})
}

func TestRateStaysBetweenFloorAndCeiling(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		l := New(Options{
			Start: rapid.Float64Range(0, 100).Draw(t, "start"),
			Min:   rapid.Float64Range(0, 100).Draw(t, "min"),
			Max:   rapid.Float64Range(0, 100).Draw(t, "max"),
		})
		for _, throttled := range rapid.SliceOf(rapid.Bool()).Draw(t, "reports") {
			before := l.Rate()
			l.Report(throttled)
			after := l.Rate()
			if after < l.min || after > l.max || throttled && after > before || !throttled && after < before {
				t.Fatalf("throttled %v took the rate from %v to %v, limits %v to %v", throttled, before, after, l.min, l.max)
			}
		}
	})
}

func TestThrottlesInFlightTogetherHalveOnce(t *testing.T) {
	l := New(Options{Start: 16, Burst: 10})
	send := func(n int) []turn {
		turns := make([]turn, n)
		for i := range turns {
			var err error
			if turns[i], err = l.wait(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		return turns
	}
	old := send(4)
	l.report(old[0], true)
	young := send(2)
	for _, step := range []struct {
		name string
		turn turn
		want float64
	}{
		{"sent before the first halving", old[1], 8},
		{"sent after the first halving", young[0], 4},
		{"sent before the second halving", young[1], 4},
		{"sent before both halvings", old[2], 4},
	} {
		l.report(step.turn, true)
		if got := l.Rate(); got != step.want {
			t.Errorf("after a throttle of a request %s the rate is %v, want %v", step.name, got, step.want)
		}
	}
	l.report(old[3], false)
	if got := l.Rate(); got != 4.25 {
		t.Errorf("after a late success the rate is %v, want 4.25", got)
	}
}

func TestRequestsGoAtTheRate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := New(Options{Start: 4, Burst: 3})
		start := time.Now()
		for i, want := range []time.Duration{0, 0, 0, 250 * time.Millisecond, 500 * time.Millisecond, 750 * time.Millisecond} {
			if err := l.Wait(t.Context()); err != nil {
				t.Fatal(err)
			}
			if got := time.Since(start); got != want {
				t.Errorf("request %d went after %v, want %v", i, got, want)
			}
		}
	})
}

func TestAThrottleSlowsThoseWhoAlreadyWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := New(Options{Start: 10, Burst: 1})
		start := time.Now()
		done := make(chan time.Duration, 20)
		for range 20 {
			go func() {
				if err := l.Wait(t.Context()); err != nil {
					t.Error(err)
				}
				done <- time.Since(start)
			}()
		}
		time.Sleep(450 * time.Millisecond) // five have gone, the sixth has its place at 500 ms
		l.Report(true)
		var last time.Duration
		for range 20 {
			last = max(last, <-done)
		}
		// Half of the sixth's token comes in at the new rate, which the seventh
		// feels: 750 ms. Thirteen more follow 200 ms apart.
		if want := 750*time.Millisecond + 13*200*time.Millisecond; last.Round(time.Millisecond) != want {
			t.Errorf("the last of twenty went after %v, want %v", last, want)
		}
	})
}

func TestWaitEndsWithItsContext(t *testing.T) {
	// busy has no turn left for a hundred seconds, and somebody waits for it.
	busy := func(t *testing.T) *Limiter {
		l := New(Options{Start: 0.01, Min: 0.01, Burst: 1})
		if err := l.Wait(t.Context()); err != nil {
			t.Fatal(err)
		}
		return l
	}
	for _, tc := range []struct {
		name      string
		crowd     int // others who wait before us
		context   func(context.Context) (context.Context, context.CancelFunc)
		wantError error
		wantAfter time.Duration
	}{
		{"cancelled while first in the queue", 0, cancelAfter(time.Second), context.Canceled, time.Second},
		{"cancelled while behind others", 2, cancelAfter(time.Second), context.Canceled, time.Second},
		{"cancelled before it began", 0, cancelAfter(0), context.Canceled, 0},
		{"a deadline before its turn is known at once", 0, deadlineAfter(time.Second), context.DeadlineExceeded, 0},
		{"a deadline while behind others", 2, deadlineAfter(time.Second), context.DeadlineExceeded, time.Second},
	} {
		t.Run(tc.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				l := busy(t)
				crowd, leave := context.WithCancel(t.Context())
				defer leave()
				for range tc.crowd {
					go func() {
						if err := l.Wait(crowd); !errors.Is(err, context.Canceled) {
							t.Errorf("one of the crowd got %v", err)
						}
					}()
				}
				synctest.Wait()
				ctx, cancel := tc.context(t.Context())
				defer cancel()
				start := time.Now()
				err := l.Wait(ctx)
				if after := time.Since(start); !errors.Is(err, tc.wantError) || after != tc.wantAfter {
					t.Errorf("Wait gave %v after %v, want %v after %v", err, after, tc.wantError, tc.wantAfter)
				}
			})
		})
	}
}

func cancelAfter(d time.Duration) func(context.Context) (context.Context, context.CancelFunc) {
	return func(parent context.Context) (context.Context, context.CancelFunc) {
		ctx, cancel := context.WithCancel(parent)
		if d == 0 {
			cancel()
		} else {
			time.AfterFunc(d, cancel)
		}
		return ctx, cancel
	}
}

func deadlineAfter(d time.Duration) func(context.Context) (context.Context, context.CancelFunc) {
	return func(parent context.Context) (context.Context, context.CancelFunc) {
		return context.WithTimeout(parent, d)
	}
}
