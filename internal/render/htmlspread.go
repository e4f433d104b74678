package render

import (
	"fmt"
	"time"

	"keywatch/internal/audit"
	"keywatch/internal/report"
)

// spread is how the keys that a check was asked of spread over time.
type spread struct {
	check    report.CheckID
	limit    time.Duration
	reached  bool // at the limit is over it
	spans    []time.Duration
	excepted []bool // of each span
	undated  int    // of these keys no span is known
	unused   int    // of these no use is on record
}

func newSpread(r audit.Result, check report.CheckID, limit time.Duration, since func(report.Finding) time.Time) spread {
	s := spread{check: check, limit: limit}
	for _, f := range r.Findings {
		if f.Check != check {
			continue
		}
		if f.LastUsedAt.IsZero() {
			s.unused++
		}
		if at := since(f); at.IsZero() || at.After(r.AsOf) {
			s.undated++
		} else {
			s.spans = append(s.spans, r.AsOf.Sub(at))
			s.excepted = append(s.excepted, f.Status == report.Excepted)
		}
	}
	return s
}

// past tells that a span is over an edge.
func (s spread) past(span, edge time.Duration) bool { return span > edge || s.reached && span == edge }

func (s spread) over() int {
	n := 0
	for _, span := range s.spans {
		if s.past(span, s.limit) {
			n++
		}
	}
	return n
}

func (s spread) ofThemExcepted() string {
	n := 0
	for i, span := range s.spans {
		if s.excepted[i] && s.past(span, s.limit) {
			n++
		}
	}
	if n == 0 {
		return ""
	}
	return fmt.Sprintf(", %d of them excepted (hatched)", n)
}

func (s spread) longest() string {
	longest := time.Duration(0)
	for _, span := range s.spans {
		longest = max(longest, span)
	}
	return count(int(longest/(24*time.Hour)), "day")
}

// barsToLimit is how many bars lie on the good side of the limit.
const barsToLimit = 3

// edges part the bars: thirds up to the limit, and twice as far each from there.
func (s spread) edges() []time.Duration {
	day := 24 * time.Hour
	edges := []time.Duration{s.limit / 3, s.limit * 2 / 3, s.limit}
	if s.limit >= 3*day {
		edges[0], edges[1] = edges[0].Round(day), edges[1].Round(day)
	}
	for far := s.limit * 2; len(edges) < 7 && far < 100*365*day; far *= 2 {
		edges = append(edges, far)
	}
	return edges
}
