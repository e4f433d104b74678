package config

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestDurationsAreReadAndWritten(t *testing.T) {
	hour := 60 * minute
	for _, test := range []struct {
		text    string
		want    Duration
		written string
	}{
		{"90d", 90 * day, "90d"},
		{"2w", 14 * day, "14d"},
		{"36h", 36 * hour, "36h"},
		{"1w2d12h", 9*day + 12*hour, "228h"},
		{"10m", 10 * minute, "10m"},
		{"90m", 90 * minute, "1h30m"},
		{"24h", day, "1d"},
		{"45s", Duration(45 * time.Second), "45s"},
		{"0d", 0, "0s"},
		{"007d", 7 * day, "7d"},
		{"106751d", 106751 * day, "106751d"},
	} {
		got, err := ParseDuration(test.text)
		if err != nil || got != test.want || got.String() != test.written {
			t.Errorf("ParseDuration(%q) = %d, %v, written %q; want %d, written %q", test.text, got, err, got, test.want, test.written)
		}
	}
}

func TestWhatIsNoDuration(t *testing.T) {
	const like = ": write a number and a unit, such as 90d, 2w, 36h or 10m"
	for text, want := range map[string]string{
		"":                      "no duration" + like,
		"90":                    `"90" has no unit` + like,
		"90 days":               `"90 days" is not a duration` + like,
		"-90d":                  `"-90d" is negative` + like,
		"+90d":                  `"+90d" is not a duration` + like,
		"1.5d":                  `"1.5d" is not a duration` + like,
		"2d1w":                  `"2d1w" is not a duration` + like,
		"1d1d":                  `"1d1d" is not a duration` + like,
		"90D":                   `"90D" is not a duration` + like,
		"10ms":                  `"10ms" is not a duration` + like,
		"٣d":                    `"٣d" is not a duration` + like,
		"90d\n":                 `"90d\n" is not a duration` + like,
		"106752d":               `"106752d" is too long: allowed are up to 292 years`,
		"99999999999999999999s": `"99999999999999999999s" is too long: allowed are up to 292 years`,
	} {
		d := 5 * day
		err := d.UnmarshalText([]byte(text))
		if err == nil || err.Error() != want || d != 5*day {
			t.Errorf("%q gives %v, %v\nwant an untouched value and %s", text, d, err, want)
		}
	}
}

func TestADurationThatIsWrittenIsReadBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		unit := rapid.SampledFrom([]time.Duration{time.Second, time.Minute, time.Hour, 24 * time.Hour}).Draw(t, "unit")
		n := rapid.Int64Range(0, int64((1<<63-1)/unit)).Draw(t, "n")
		want := Duration(n * int64(unit))
		text, err := want.MarshalText()
		if err != nil {
			t.Fatal(err)
		}
		var got Duration
		if err := got.UnmarshalText(text); err != nil || got != want {
			t.Fatalf("%d is written %q and read as %d, %v", want, text, got, err)
		}
	})
}

func TestADurationThatCannotBeReadBackIsNotWritten(t *testing.T) {
	for _, d := range []Duration{-day, 1, day + Duration(time.Millisecond)} {
		if text, err := d.MarshalText(); err == nil {
			t.Errorf("%d is written %q", d, text)
		}
		if d.String() != time.Duration(d).String() {
			t.Errorf("%d prints as %q", d, d)
		}
	}
}
