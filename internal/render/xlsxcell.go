package render

import (
	"time"

	"keywatch/internal/report"
)

// xlCell is a value and how it looks.
type xlCell struct {
	value any // string, int, time.Time or nil
	looks looks
}

// looks are the cell styles. Nothing is said by colour alone.
type looks int

const (
	looksText looks = iota
	looksHead
	looksBold
	looksLine // text that stays on one line
	looksNumber
	looksFact // a number beside its name
	looksMoment
	looksDate
	looksAlarmed
	looksCritical
	looksHigh
	looksMedium
	looksLow
	looksUnknown
	looksExcepted
	looksPassed
)

// cellMost is the longest text that a spreadsheet's cell holds.
const cellMost = 32767

func (c xlCell) as(l looks) xlCell { return xlCell{c.value, l} }

// xlText is a cell that never is a formula, a number or a date, whatever it holds.
func xlText(s string) xlCell {
	if s == "" {
		return xlCell{}
	}
	return xlCell{value: cut(clean(s), cellMost)}
}

// xlWord is a cell with a severity or status, coloured by it.
func xlWord(s string) xlCell { return xlText(s).as(looksOf(s)) }

// xlLine is text that is too long and not worth a higher row.
func xlLine(s string) xlCell { return xlText(s).as(looksLine) }

func xlNumber(n int) xlCell { return xlCell{n, looksNumber} }

func xlFact(n int) xlCell { return xlCell{n, looksFact} }

// xlSome is a number that is left out where it is 0.
func xlSome(n int) xlCell {
	if n == 0 {
		return xlCell{}
	}
	return xlNumber(n)
}

func xlMaybe(n *int) xlCell {
	if n == nil {
		return xlCell{}
	}
	return xlNumber(*n)
}

// xlMoment is a date with its time, in UTC. A spreadsheet knows none before 1900.
func xlMoment(t time.Time) xlCell {
	if t.IsZero() {
		return xlCell{}
	}
	if t.UTC().Year() < 1900 || t.UTC().Year() > 9999 {
		return xlText(stamp(t))
	}
	return xlCell{t.UTC(), looksMoment}
}

func xlDate(t time.Time) xlCell {
	if c := xlMoment(t); c.looks == looksMoment {
		return c.as(looksDate)
	}
	return xlMoment(t)
}

func looksOf(word string) looks {
	switch word {
	case report.Critical.String():
		return looksCritical
	case report.High.String():
		return looksHigh
	case report.Medium.String():
		return looksMedium
	case report.Low.String():
		return looksLow
	case string(report.Fail), string(report.ExceptionIsOver), "not looked at":
		return looksAlarmed
	case string(report.Unknown), string(report.ExceptionIsEnding):
		return looksUnknown
	case string(report.Excepted):
		return looksExcepted
	case string(report.Pass), string(report.ExceptionIsActive):
		return looksPassed
	}
	return looksText
}
