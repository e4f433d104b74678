package config

import (
	"errors"
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// Duration is a length of time that settings write as 90d, 2w, 36h or 1w2d12h.
// A day is 24 hours and a week seven days. Values that ParseDuration returns
// are whole seconds and never negative.
type Duration time.Duration

const (
	minute = Duration(time.Minute)
	day    = 24 * Duration(time.Hour)
)

// durationUnits are the units in the order in which they are written.
var durationUnits = [...]struct {
	name string
	size Duration
}{
	{"w", 7 * day}, {"d", day}, {"h", Duration(time.Hour)}, {"m", minute}, {"s", Duration(time.Second)},
}

const durationPattern = `^(?:[0-9]+w)?(?:[0-9]+d)?(?:[0-9]+h)?(?:[0-9]+m)?(?:[0-9]+s)?$`

var (
	durationShape = regexp.MustCompile(durationPattern)
	durationPart  = regexp.MustCompile(`([0-9]+)([wdhms])`)
	bareNumber    = regexp.MustCompile(`^[0-9]+$`)
)

// ParseDuration reads whole numbers of w, d, h, m and s, largest unit first and
// each at most once. It refuses everything else, negative numbers included;
// the error says how to write it.
func ParseDuration(text string) (Duration, error) {
	const like = "write a number and a unit, such as 90d, 2w, 36h or 10m"
	switch {
	case text == "":
		return 0, errors.New("no duration: " + like)
	case bareNumber.MatchString(text):
		return 0, fmt.Errorf("%s has no unit: %s", quote(text), like)
	case strings.HasPrefix(text, "-"):
		return 0, fmt.Errorf("%s is negative: %s", quote(text), like)
	case !durationShape.MatchString(text):
		return 0, fmt.Errorf("%s is not a duration: %s", quote(text), like)
	}
	var sum Duration
	for _, part := range durationPart.FindAllStringSubmatch(text, -1) {
		n, err := strconv.ParseInt(part[1], 10, 64)
		size := unitSize(part[2])
		if err != nil || n > int64((math.MaxInt64-sum)/size) {
			return 0, fmt.Errorf("%s is too long: allowed are up to 292 years", quote(text))
		}
		sum += Duration(n) * size
	}
	return sum, nil
}

func unitSize(name string) Duration {
	for _, unit := range durationUnits {
		if unit.name == name {
			return unit.size
		}
	}
	return 0
}

// String writes whole days as 90d and anything else in hours, minutes and
// seconds, as in 36h or 1h30m. ParseDuration reads it back to the same value,
// unless that is negative or has a fraction of a second.
func (d Duration) String() string {
	if d < 0 || d%Duration(time.Second) != 0 {
		return time.Duration(d).String()
	}
	if d != 0 && d%day == 0 {
		return strconv.FormatInt(int64(d/day), 10) + "d"
	}
	var b strings.Builder
	for _, unit := range durationUnits[2:] {
		if n := d / unit.size; n > 0 {
			b.WriteString(strconv.FormatInt(int64(n), 10) + unit.name)
			d -= n * unit.size
		}
	}
	if b.Len() == 0 {
		return "0s"
	}
	return b.String()
}

// MarshalText is String, and an error for a value that ParseDuration could not
// read back.
func (d Duration) MarshalText() ([]byte, error) {
	if d < 0 || d%Duration(time.Second) != 0 {
		return nil, fmt.Errorf("config: duration %s cannot be written in settings", time.Duration(d))
	}
	return []byte(d.String()), nil
}

// UnmarshalText is ParseDuration. An error leaves d as it was.
func (d *Duration) UnmarshalText(text []byte) error {
	parsed, err := ParseDuration(string(text))
	if err == nil {
		*d = parsed
	}
	return err
}
