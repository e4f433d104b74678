package render

import (
	"math"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"keywatch/internal/audit"
	"keywatch/internal/report"
)

const day = 24 * time.Hour

// aged are keys of these ages, and idle as long, each judged by the default policy.
func aged(ages ...time.Duration) audit.Result {
	r := audit.Result{AsOf: at("2026-11-20T06:00:00Z"), Checks: report.DefaultPolicy()}
	for _, age := range ages {
		made := r.AsOf.Add(-age)
		for _, check := range []report.CheckID{report.KeyStale, report.KeyUnrotated} {
			r.Findings = append(r.Findings, report.Finding{Check: check, Status: report.Pass, User: "u", Slot: 1, CreatedAt: made, IdleSince: made})
		}
	}
	return r
}

func heights(h htmlHistogram) []int {
	var keys []int
	for _, bar := range h.Bars {
		keys = append(keys, bar.Keys)
	}
	return keys
}

func TestBothSidesOfEveryEdge(t *testing.T) {
	tests := []struct {
		name      string
		age       time.Duration
		ages, idl int // the bars the key is counted in
	}{
		{"new", 0, 0, 0},
		{"under a third", 15*day - 1, 0, 0},
		{"a third of the limit of idleness", 15 * day, 0, 1},
		{"the limit of idleness", 45*day - 1, 1, 2},
		{"stale", 45 * day, 1, 3},
		{"the limit of age", 90 * day, 2, 4},
		{"unrotated", 90*day + 1, 3, 4},
		{"very old", 2000 * day, 7, 7},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			r := aged(test.age)
			want := make([]int, 8)
			want[test.ages] = 1
			if diff := cmp.Diff(want, heights(ageHistogram(r))); diff != "" {
				t.Errorf("age:\n%s", diff)
			}
			want = make([]int, 8)
			want[test.idl] = 1
			if diff := cmp.Diff(want, heights(idleHistogram(r))); diff != "" {
				t.Errorf("idle:\n%s", diff)
			}
		})
	}
}

func TestHistogramInWords(t *testing.T) {
	r := aged(10*day, 100*day, 100*day, 4000*day)
	r.Findings[3].Status = report.Excepted // not rotated for 100 days
	r.Findings = append(r.Findings, report.Finding{Check: report.KeyUnrotated, Status: report.Unknown, User: "v", Slot: 1})
	h := ageHistogram(r)
	if want := "3 keys are older than the limit of 90 days, 1 of them excepted (hatched). The oldest is 4000 days old. The age of 1 further key is not known."; h.Sentence != want {
		t.Errorf("got %q", h.Sentence)
	}
	if want := "Keys by days: up to 30: 1; over 30 up to 60: 0; over 60 up to 90: 0; over 90 up to 180: 2; over 180 up to 360: 0; over 360 up to 720: 0; over 720 up to 1440: 0; over 1440: 1."; h.Desc != want {
		t.Errorf("got %q", h.Desc)
	}
	if got := h.Bars[3]; got.Covered != got.Height/2 || got.Class != "over" || h.Bars[2].Class != "within" {
		t.Errorf("bars: %+v", h.Bars)
	}
	if want := (htmlTick{152.5, "limit: 90 days"}); h.Limit != want || h.Ticks[3] != (htmlTick{152.5, "90"}) {
		t.Errorf("the limit is drawn at %+v, its tick at %+v", h.Limit, h.Ticks[3])
	}
	idle := idleHistogram(r)
	if want := "3 keys have been idle for the limit of 45 days or longer. The longest idle time is 4000 days. There is no use on record of 4 keys."; idle.Sentence != want {
		t.Errorf("got %q", idle.Sentence)
	}
	if !strings.HasPrefix(idle.Desc, "Keys by days: under 15: 1; from 15 under 30: 0;") {
		t.Errorf("got %q", idle.Desc)
	}
}

func TestNothingToDraw(t *testing.T) {
	if h := ageHistogram(aged()); h.Empty != "There is nothing to draw: the check key-unrotated was asked of no key." || len(h.Bars) > 0 {
		t.Errorf("got %+v", h)
	}
	r := aged(day)
	r.Checks.StaleAfter = 0
	if h := idleHistogram(r); h.Empty == "" {
		t.Errorf("no limit: got %+v", h)
	}
}

// TestBarsHoldEveryKeyOnce, whatever the limit, and stay inside the drawing.
func TestBarsHoldEveryKeyOnce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		ages := rapid.SliceOfN(rapid.Int64Range(0, int64(5000*day)), 1, 30).Draw(t, "ages")
		var spans []time.Duration
		for _, age := range ages {
			spans = append(spans, time.Duration(age))
		}
		r := aged(spans...)
		r.Checks.UnrotatedAfter = time.Duration(rapid.Int64Range(1, math.MaxInt64).Draw(t, "limit"))
		r.Checks.StaleAfter = time.Duration(rapid.Int64Range(1, int64(400*day)).Draw(t, "stale"))
		for _, h := range []htmlHistogram{ageHistogram(r), idleHistogram(r)} {
			sum, over := 0, 0
			for _, bar := range h.Bars {
				sum += bar.Keys
				if bar.Class == "over" {
					over += bar.Keys
				}
				if bar.X < plotLeft || bar.X+bar.Width > plotRight || bar.Y < plotTop || bar.Y+bar.Height > plotBottom+.2 || bar.Covered > bar.Height || (bar.Keys > 0) != (bar.Height > 0) {
					t.Fatalf("%s: bar %+v", h.ID, bar)
				}
			}
			if sum != len(spans) {
				t.Fatalf("%s: %d keys in the bars, want %d", h.ID, sum, len(spans))
			}
			fails := 0
			for _, span := range spans {
				if h.ID == "age" && span > r.Checks.UnrotatedAfter || h.ID == "idle" && span >= r.Checks.StaleAfter {
					fails++
				}
			}
			if over != fails {
				t.Fatalf("%s: %d keys beyond the limit, want %d", h.ID, over, fails)
			}
		}
	})
}

func TestSeverityBars(t *testing.T) {
	chart := severityBars(mixed())
	if want := "Failed checks: 1 critical, 6 high, 3 medium, 2 low."; chart.Sentence != want {
		t.Errorf("got %q", chart.Sentence)
	}
	if got := chart.Bars[1]; got.Width != barsRight-barsLeft || got.Keys != 6 {
		t.Errorf("the longest bar is %+v", got)
	}
	for _, bar := range severityBars(spotless()).Bars {
		if bar.Width != 0 {
			t.Errorf("a bar of nothing: %+v", bar)
		}
	}
}
