package render

import (
	"fmt"
	"math"
	"strings"
	"time"

	"keywatch/internal/audit"
	"keywatch/internal/report"
)

// htmlHistogram is a drawing of how many keys lie in which span of days, and of
// the limit that parts the good from the bad. Its numbers are those of a view
// box of chartWidth by chartHeight.
type htmlHistogram struct {
	ID, Title, Axis string
	Sentence        string
	Desc            string // every bar in words
	Empty           string // why there is nothing to draw
	Bars            []htmlBar
	Ticks           []htmlTick
	Limit           htmlTick
}

// htmlBar is a bar, the part on its top that exceptions cover, and what it says.
type htmlBar struct {
	X, Y, Width, Height, Covered float64
	LabelX, LabelY               float64
	Keys                         int
	Class                        string
}

func (b htmlBar) rounded() htmlBar {
	for _, x := range []*float64{&b.X, &b.Y, &b.Width, &b.Height, &b.Covered, &b.LabelX, &b.LabelY} {
		*x = tenths(*x)
	}
	return b
}

func tenths(x float64) float64 { return math.Round(x*10) / 10 }

type htmlTick struct {
	X     float64
	Label string
}

const (
	chartWidth, chartHeight = 400.0, 226.0
	plotLeft, plotRight     = 10.0, 390.0
	plotTop, plotBottom     = 48.0, 182.0
	barGap                  = 6.0
	leastBar                = 2.0 // what is not nothing can be seen
)

func ageHistogram(r audit.Result) htmlHistogram {
	s := newSpread(r, report.KeyUnrotated, r.Checks.UnrotatedAfter, func(f report.Finding) time.Time { return f.CreatedAt })
	h := s.draw()
	h.ID, h.Title, h.Axis = "age", "Age of active keys", "age in days"
	h.Sentence = fmt.Sprintf("%s older than the limit of %s%s.", counted(s.over(), "key is", "keys are"), inDays(s.limit), s.ofThemExcepted())
	if len(s.spans) > 0 {
		h.Sentence += fmt.Sprintf(" The oldest is %s old.", s.longest())
	}
	if s.undated > 0 {
		h.Sentence += fmt.Sprintf(" The age of %s is not known.", count(s.undated, "further key"))
	}
	return h
}

func idleHistogram(r audit.Result) htmlHistogram {
	s := newSpread(r, report.KeyStale, r.Checks.StaleAfter, func(f report.Finding) time.Time { return f.IdleSince })
	s.reached = true
	h := s.draw()
	h.ID, h.Title, h.Axis = "idle", "Idle time of active keys", "days since the last use, else since creation"
	h.Sentence = fmt.Sprintf("%s been idle for the limit of %s or longer%s.", counted(s.over(), "key has", "keys have"), inDays(s.limit), s.ofThemExcepted())
	if len(s.spans) > 0 {
		h.Sentence += fmt.Sprintf(" The longest idle time is %s.", s.longest())
	}
	if s.unused > 0 {
		h.Sentence += fmt.Sprintf(" There is no use on record of %s.", count(s.unused, "key"))
	}
	if s.undated > 0 {
		h.Sentence += fmt.Sprintf(" The idle time of %s is not known.", count(s.undated, "further key"))
	}
	return h
}

func (s spread) draw() htmlHistogram {
	var h htmlHistogram
	if len(s.spans) == 0 || s.limit <= 0 {
		h.Empty = fmt.Sprintf("There is nothing to draw: the check %s was asked of no key.", s.check)
		return h
	}
	edges := s.edges()
	keys, covered := make([]int, len(edges)+1), make([]int, len(edges)+1)
	most := 0
	for i, span := range s.spans {
		at := 0
		for at < len(edges) && s.past(span, edges[at]) {
			at++
		}
		keys[at]++
		if s.excepted[i] {
			covered[at]++
		}
		most = max(most, keys[at])
	}
	width := (plotRight - plotLeft) / float64(len(keys))
	var words []string
	for i, n := range keys {
		from := plotLeft + float64(i)*width
		bar := htmlBar{X: from + barGap/2, Width: width - barGap, Keys: n, Class: "within", LabelX: from + width/2}
		if i >= barsToLimit {
			bar.Class = "over"
		}
		if n > 0 {
			bar.Height = max(leastBar, (plotBottom-plotTop)*float64(n)/float64(most))
			bar.Covered = bar.Height * float64(covered[i]) / float64(n)
		}
		bar.Y = plotBottom - bar.Height
		bar.LabelY = bar.Y - 5
		h.Bars = append(h.Bars, bar.rounded())
		label := "0"
		if i > 0 {
			label = dayMark(edges[i-1])
		}
		h.Ticks = append(h.Ticks, htmlTick{tenths(from), label})
		words = append(words, fmt.Sprintf("%s: %d", s.between(edges, i), n))
	}
	h.Limit = htmlTick{tenths(plotLeft + barsToLimit*width), "limit: " + inDays(s.limit)}
	h.Desc = "Keys by days: " + strings.Join(words, "; ") + "."
	return h
}

// between is the span of a bar in words.
func (s spread) between(edges []time.Duration, i int) string {
	over, upTo := "over ", "up to "
	if s.reached {
		over, upTo = "from ", "under "
	}
	switch {
	case i == 0:
		return upTo + dayMark(edges[0])
	case i == len(edges):
		return over + dayMark(edges[i-1])
	}
	return over + dayMark(edges[i-1]) + " " + upTo + dayMark(edges[i])
}

// dayMark is a number of days, for an axis of days.
func dayMark(d time.Duration) string {
	if d%(24*time.Hour) != 0 {
		return d.String()
	}
	return fmt.Sprint(int(d / (24 * time.Hour)))
}
