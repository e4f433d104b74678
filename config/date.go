package config

import (
	"errors"
	"fmt"
	"regexp"
	"time"
)

// Date is a day that settings write as 2027-01-31: its first moment in UTC. The
// zero value is no day. Values that ParseDate returns lie in the years 2015 to
// 2100.
type Date time.Time

// No waiver was meant to end before 2015 or after 2100: a year further away is a
// slip of the hand, such as 2207.
const datePattern = `^(201[5-9]|20[2-9][0-9]|2100)-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$`

var (
	dateYears = regexp.MustCompile(datePattern)
	dateShape = regexp.MustCompile(`^[0-9]{4}-[0-9]{2}-[0-9]{2}$`)
	dateTime  = regexp.MustCompile(`^([0-9]{4}-[0-9]{2}-[0-9]{2})[Tt\s]+[0-9]`)
)

// ParseDate reads a day written as 2027-01-31 and nothing else; the error says
// how to write it.
func ParseDate(text string) (Date, error) {
	const like = "write one like 2027-01-31"
	if m := dateTime.FindStringSubmatch(text); m != nil {
		return Date{}, fmt.Errorf("%s has a time of day: write the day alone, as in %s", quote(text), m[1])
	}
	t, err := time.Parse(time.DateOnly, text)
	switch {
	case text == "":
		return Date{}, errors.New("no date: " + like)
	case !dateShape.MatchString(text):
		return Date{}, fmt.Errorf("%s is not a date: %s", quote(text), like)
	case err != nil:
		return Date{}, fmt.Errorf("%s is not in the calendar: %s", quote(text), like)
	case !dateYears.MatchString(text):
		return Date{}, fmt.Errorf("%s is too far away to be meant: write a day from 2015-01-01 to 2100-12-31", quote(text))
	}
	return Date(t), nil
}

// Time is the first moment of the day, in UTC.
func (d Date) Time() time.Time { return time.Time(d) }

// End is the first moment after the day, in UTC. What is valid through the day
// is so before End.
func (d Date) End() time.Time { return time.Time(d).AddDate(0, 0, 1) }

// IsZero tells that d is no day.
func (d Date) IsZero() bool { return time.Time(d).IsZero() }

// Equal tells that both are the same day.
func (d Date) Equal(other Date) bool { return time.Time(d).Equal(time.Time(other)) }

// String writes the day as 2027-01-31, and "" for the zero value. ParseDate
// reads it back.
func (d Date) String() string {
	if d.IsZero() {
		return ""
	}
	return time.Time(d).Format(time.DateOnly)
}

// MarshalText is String.
func (d Date) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText is ParseDate. An error leaves d as it was.
func (d *Date) UnmarshalText(text []byte) error {
	parsed, err := ParseDate(string(text))
	if err == nil {
		*d = parsed
	}
	return err
}
