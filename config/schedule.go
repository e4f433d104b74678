package config

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/robfig/cron/v3"
)

// Schedule says when the daemon runs. The zero value never does.
type Schedule struct {
	cron cron.Schedule
	zone *time.Location
}

// shortestPeriod is how close two runs may be. A credential report is new every
// four hours at most, so more runs cost calls and tell little.
const shortestPeriod = 15 * time.Minute

// ParseSchedule reads five cron fields, or @hourly, @daily, @weekly, @monthly,
// @yearly or "@every 4h". Times are UTC unless the spec begins with
// CRON_TZ=<zone>, for which the zone must be known to the machine or compiled
// in (time/tzdata). It refuses a schedule that never runs, and one whose runs
// come less than 15 minutes apart in the two days after its first.
func ParseSchedule(spec string) (Schedule, error) {
	s, err := parseSchedule(spec)
	if err != nil {
		return Schedule{}, fmt.Errorf("config: schedule: %w", err)
	}
	return s, nil
}

// Next returns the first run later than t, in UTC. It is the zero time for the
// zero Schedule, and where none comes within five years.
func (s Schedule) Next(t time.Time) time.Time {
	if s.cron == nil {
		return time.Time{}
	}
	return s.cron.Next(t.In(s.zone)).UTC()
}

func parseSchedule(spec string) (Schedule, error) {
	const like = `write five fields such as "17 * * * *", or @hourly`
	fields := strings.Fields(spec)
	if len(fields) == 0 {
		return Schedule{}, errors.New("no schedule: " + like)
	}
	for _, foreign := range []string{"rate(", "cron(", "at("} {
		if strings.HasPrefix(fields[0], foreign) {
			return Schedule{}, fmt.Errorf("%s is the syntax of EventBridge Scheduler: %s", quote(spec), like)
		}
	}
	// The cron library panics on a zone without fields, so it never sees one.
	zone := time.UTC
	if name, ok := zoneName(fields[0]); ok {
		var err error
		if len(fields) > 1 && strings.Contains(fields[1], "TZ=") {
			return Schedule{}, fmt.Errorf("%s names two time zones: write one", quote(spec))
		}
		if zone, err = time.LoadLocation(name); err != nil {
			return Schedule{}, fmt.Errorf("%s names an unknown time zone: write one like CRON_TZ=Europe/Berlin", quote(spec))
		}
		fields = fields[1:]
	}
	if len(fields) == 5 {
		fields[4] = sundayAsZero(fields[4])
	}
	parsed, err := cron.ParseStandard(strings.Join(fields, " "))
	if err != nil {
		return Schedule{}, fmt.Errorf("%s is not a schedule (%s): %s", quote(spec), strings.Trim(quote(err.Error()), `"`), like)
	}
	s := Schedule{cron: parsed, zone: zone}
	if err := s.fence(spec); err != nil {
		return Schedule{}, err
	}
	return s, nil
}

// fence refuses a schedule that never runs or runs too often. The library
// raises "@every 0s" and negative times to a second without a word.
func (s Schedule) fence(spec string) error {
	first := s.Next(time.Date(2026, time.January, 1, 0, 0, 0, 0, time.UTC))
	if first.IsZero() {
		return fmt.Errorf("%s never runs: choose a day that exists", quote(spec))
	}
	for run := first; run.Sub(first) < 48*time.Hour; {
		next := s.Next(run)
		if next.IsZero() {
			break
		}
		if next.Sub(run) < shortestPeriod {
			return fmt.Errorf("%s runs more often than every 15 minutes: a new credential report comes every four hours at most", quote(spec))
		}
		run = next
	}
	return nil
}

func zoneName(field string) (string, bool) {
	if name, ok := strings.CutPrefix(field, "CRON_TZ="); ok {
		return name, true
	}
	return strings.CutPrefix(field, "TZ=")
}

var daysToSunday = regexp.MustCompile(`^([0-7])(-7)?(?:/([1-7]))?$`)

// sundayAsZero rewrites a day-of-week field in which 7 is Sunday, as crontab
// users write, to one in which 0 is. Anything else it leaves alone.
func sundayAsZero(field string) string {
	items := strings.Split(field, ",")
	for i, item := range items {
		m := daysToSunday.FindStringSubmatch(item)
		if m == nil || m[1] != "7" && m[2] == "" {
			continue
		}
		first, step := int(m[1][0]-'0'), 1
		if m[3] != "" {
			step = int(m[3][0] - '0')
		}
		var days []string
		for day := first; day <= 7; day += step {
			days = append(days, strconv.Itoa(day%7))
		}
		slices.Sort(days)
		items[i] = strings.Join(slices.Compact(days), ",")
	}
	return strings.Join(items, ",")
}
