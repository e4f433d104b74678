package config

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestNextRunsOfASchedule(t *testing.T) {
	// A Friday.
	now := time.Date(2026, time.March, 27, 10, 0, 0, 0, time.FixedZone("far", 9*3600))
	for _, test := range []struct {
		name, spec string
		want       []string
	}{
		{"minutes are of UTC, wherever now is", "17 * * * *", []string{"03-27T01:17", "03-27T02:17", "03-27T03:17"}},
		{"hours are of UTC too", "0 6 * * *", []string{"03-27T06:00", "03-28T06:00", "03-29T06:00"}},
		{"named", "@daily", []string{"03-28T00:00", "03-29T00:00", "03-30T00:00"}},
		{"a period", "@every 4h", []string{"03-27T05:00", "03-27T09:00", "03-27T13:00"}},
		{"a quarter of an hour is allowed", "*/15 * * * *", []string{"03-27T01:15", "03-27T01:30", "03-27T01:45"}},
		{"a zone with summer time", "CRON_TZ=Europe/Berlin 30 6 * * *", []string{"03-27T05:30", "03-28T05:30", "03-29T04:30"}},
		{"the short way to name a zone", "TZ=Asia/Tokyo @daily", []string{"03-27T15:00", "03-28T15:00", "03-29T15:00"}},
		{"7 is Sunday", "0 0 * * 7", []string{"03-29T00:00", "04-05T00:00", "04-12T00:00"}},
		{"a range to Sunday", "0 0 * * 6-7", []string{"03-28T00:00", "03-29T00:00", "04-04T00:00"}},
		{"a range to Sunday in steps", "0 0 * * 5-7/2", []string{"03-29T00:00", "04-03T00:00", "04-05T00:00"}},
		{"7 in a list", "0 0 * * 1,7", []string{"03-29T00:00", "03-30T00:00", "04-05T00:00"}},
		{"spaces and tabs", " 0\t0  29 3 * ", []string{"03-29T00:00", "03-29T00:00", "03-29T00:00"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			s, err := ParseSchedule(test.spec)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			run := now
			for range test.want {
				run = s.Next(run)
				if run.Location() != time.UTC {
					t.Errorf("%v is not UTC", run)
				}
				got = append(got, run.Format("01-02T15:04"))
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestWhatIsNoSchedule(t *testing.T) {
	for spec, want := range map[string]string{
		"":                             "no schedule",
		" ":                            "no schedule",
		"TZ=UTC":                       "empty spec string",
		"CRON_TZ=":                     "empty spec string",
		"TZ=UTC\t* * *":                "expected exactly 5 fields, found 3",
		"TZ=Mars/Base 0 0 * * *":       "unknown time zone",
		"TZ=UTC TZ=UTC":                "names two time zones",
		"TZ=../UTC 0 0 * * *":          "unknown time zone",
		"TZ=UTC TZ=UTC 0 0 * * *":      "names two time zones",
		"@every 0s":                    "runs more often than every 15 minutes",
		"@every -1h":                   "runs more often than every 15 minutes",
		"@every 14m59s":                "runs more often than every 15 minutes",
		"* * * * *":                    "runs more often than every 15 minutes",
		"*/20 * * * *":                 "",
		"0,50 * * * *":                 "runs more often than every 15 minutes",
		"0,50 0,23 * * *":              "runs more often than every 15 minutes",
		"0 0 31 2 *":                   "never runs",
		"0 0 29 2 *":                   "",
		"0 0 * * ,":                    "never runs",
		"0 0 * * 8":                    "above maximum",
		"0 0 * * 1-7/0":                "above maximum",
		"0 0 * * *":                    "",
		"0 0 0 * * *":                  "expected exactly 5 fields, found 6",
		"rate(1 day)":                  "syntax of EventBridge Scheduler",
		"cron(0 12 * * ? *)":           "syntax of EventBridge Scheduler",
		"at(2026-11-22T00:00:00)":      "syntax of EventBridge Scheduler",
		"@reboot":                      "unrecognized descriptor",
		"@every 1 hour":                "failed to parse duration",
		"99999999999999999999 * * * *": "failed to parse int",
	} {
		s, err := ParseSchedule(spec)
		if want == "" {
			if err != nil {
				t.Errorf("%q: %v", spec, err)
			}
			continue
		}
		if err == nil || !strings.Contains(err.Error(), want) || !strings.HasPrefix(err.Error(), "config: schedule: ") {
			t.Errorf("%q gives %v, want %q", spec, err, want)
		}
		if s != (Schedule{}) {
			t.Errorf("%q: a schedule beside the error", spec)
		}
	}
}

func TestTheZeroScheduleNeverRuns(t *testing.T) {
	if next := (Schedule{}).Next(time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)); !next.IsZero() {
		t.Errorf("next run %v", next)
	}
}

// FuzzParseSchedule: nothing panics, and what is accepted runs, later than
// asked for and no more often than allowed.
func FuzzParseSchedule(f *testing.F) {
	for _, spec := range []string{"17 * * * *", "TZ=UTC", "@every 0s", "CRON_TZ=UTC 0 0 * * 5-7/2", "rate(1 day)"} {
		f.Add(spec)
	}
	f.Fuzz(func(t *testing.T, spec string) {
		s, err := ParseSchedule(spec)
		if err != nil {
			return
		}
		now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
		first := s.Next(now)
		second := s.Next(first)
		if !first.After(now) || !second.IsZero() && second.Sub(first) < shortestPeriod {
			t.Fatalf("%q runs at %v and %v", spec, first, second)
		}
	})
}
