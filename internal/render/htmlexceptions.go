package render

import (
	"reflect"
	"slices"
	"time"

	"keywatch/internal/audit"
	"keywatch/internal/report"
)

// htmlException is a line of the table of exceptions.
type htmlException struct {
	Number                            int // from 1
	For, Reason, Owner, Ticket, Until string
	Checks                            []string
	State                             string
	Waived                            int // findings
}

// waivers are a result's exceptions with the number of findings each waives, in
// the order of the settings. One that only a finding knows comes after them.
type waivers struct {
	exceptions []*report.Exception
	waived     []int
}

func waiversOf(r audit.Result) waivers {
	var w waivers
	for i := range r.Exceptions {
		w.exceptions = append(w.exceptions, &r.Exceptions[i])
		w.waived = append(w.waived, 0)
	}
	for _, f := range r.Findings {
		if f.Exception == nil {
			continue
		}
		i := w.index(f.Exception)
		if i < 0 {
			i = len(w.exceptions)
			w.exceptions = append(w.exceptions, f.Exception)
			w.waived = append(w.waived, 0)
		}
		if f.Status == report.Excepted {
			w.waived[i]++
		}
	}
	return w
}

// index finds an exception, which a finding may hold a copy of.
func (w waivers) index(x *report.Exception) int {
	if i := slices.Index(w.exceptions, x); i >= 0 {
		return i
	}
	return slices.IndexFunc(w.exceptions, func(known *report.Exception) bool { return reflect.DeepEqual(*known, *x) })
}

// of is the line of an exception that a finding holds.
func (w waivers) of(x *report.Exception, asOf time.Time) *htmlException {
	line := w.line(w.index(x), asOf)
	return &line
}

func (w waivers) view(asOf time.Time) []htmlException {
	var lines []htmlException
	for i := range w.exceptions {
		lines = append(lines, w.line(i, asOf))
	}
	return lines
}

func (w waivers) line(i int, asOf time.Time) htmlException {
	x := w.exceptions[i]
	line := htmlException{
		Number: i + 1,
		For:    clean(x.Subject()),
		Reason: clean(x.Reason),
		Owner:  clean(x.Owner),
		Ticket: clean(x.Ticket),
		Until:  x.Expires.Format(time.DateOnly),
		State:  string(x.State(asOf)),
		Waived: w.waived[i],
	}
	for _, check := range x.Checks {
		line.Checks = append(line.Checks, clean(string(check)))
	}
	return line
}
