package config

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestADateIsItsFirstMomentAndEndsWithTheDay(t *testing.T) {
	for _, text := range []string{"2015-01-01", "2027-01-31", "2028-02-29", "2100-12-31"} {
		d, err := ParseDate(text)
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		if got := d.Time().Format(time.RFC3339Nano); got != text+"T00:00:00Z" {
			t.Errorf("%s begins %s", text, got)
		}
		if last := d.End().Add(-1).Format(time.RFC3339Nano); last != text+"T23:59:59.999999999Z" {
			t.Errorf("%s is valid through %s", text, last)
		}
	}
}

func TestWhatIsNoDate(t *testing.T) {
	const like = ": write one like 2027-01-31"
	const years = " is too far away to be meant: write a day from 2015-01-01 to 2100-12-31"
	const alone = " has a time of day: write the day alone, as in 2027-01-31"
	before, err := ParseDate("2026-05-04")
	if err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]string{
		"":                          "no date" + like,
		"2027":                      `"2027" is not a date` + like,
		"2027-01":                   `"2027-01" is not a date` + like,
		"2027-1-31":                 `"2027-1-31" is not a date` + like,
		"20270131":                  `"20270131" is not a date` + like,
		"31.01.2027":                `"31.01.2027" is not a date` + like,
		"31/01/2027":                `"31/01/2027" is not a date` + like,
		"+2027-01-31":               `"+2027-01-31" is not a date` + like,
		"٢٠٢٧-01-31":                `"٢٠٢٧-01-31" is not a date` + like,
		"never":                     `"never" is not a date` + like,
		"2027-01-31x":               `"2027-01-31x" is not a date` + like,
		" 2027-01-31":               `" 2027-01-31" is not a date` + like,
		"2027-01-31T00:00:00Z":      `"2027-01-31T00:00:00Z"` + alone,
		"2027-01-31t10:00:00+02:00": `"2027-01-31t10:00:00+02:00"` + alone,
		"2027-01-31 23:59":          `"2027-01-31 23:59"` + alone,
		"2027-01-31\n":              `"2027-01-31\n" is not a date` + like,
		"2027-02-29":                `"2027-02-29" is not in the calendar` + like,
		"2027-13-01":                `"2027-13-01" is not in the calendar` + like,
		"2027-00-10":                `"2027-00-10" is not in the calendar` + like,
		"2014-12-31":                `"2014-12-31"` + years,
		"2101-01-01":                `"2101-01-01"` + years,
		"0001-01-01":                `"0001-01-01"` + years,
	} {
		d := before
		err := d.UnmarshalText([]byte(text))
		if err == nil || err.Error() != want || !d.Equal(before) {
			t.Errorf("%q gives %v, %v\nwant an untouched value and %s", text, d, err, want)
		}
	}
}

func TestADateThatIsWrittenIsReadBack(t *testing.T) {
	first := time.Date(2015, time.January, 1, 0, 0, 0, 0, time.UTC)
	days := int(time.Date(2101, time.January, 1, 0, 0, 0, 0, time.UTC).Sub(first) / (24 * time.Hour))
	rapid.Check(t, func(t *rapid.T) {
		want := Date(first.AddDate(0, 0, rapid.IntRange(0, days-1).Draw(t, "day")))
		text, err := want.MarshalText()
		if err != nil {
			t.Fatal(err)
		}
		var got Date
		if err := got.UnmarshalText(text); err != nil || !got.Equal(want) {
			t.Fatalf("%v is written %q and read as %v, %v", want.Time(), text, got.Time(), err)
		}
	})
}

func TestTheZeroDateIsNoDay(t *testing.T) {
	var d Date
	if text, err := d.MarshalText(); !d.IsZero() || string(text) != "" || err != nil {
		t.Errorf("zero %t, written %q, %v", d.IsZero(), text, err)
	}
}
