package main

import (
	"errors"
	"fmt"
	"log/slog"
	"math"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/lmittmann/tint"
	"go.yaml.in/yaml/v4"

	"keywatch/config"
)

// getenv is the last value of a variable in the app's environment.
func (a *app) getenv(name string) string {
	for _, pair := range slices.Backward(a.env) {
		if value, ok := strings.CutPrefix(pair, name+"="); ok {
			return value
		}
	}
	return ""
}

// settings loads the settings: defaults, file, environment, flags.
func (a *app) settings() (config.Settings, error) {
	folder, err := os.UserConfigDir()
	if err != nil {
		folder = "" // no home folder: nothing to look for there
	}
	path, found, err := config.Find(a.configFile, a.getenv(config.PathVariable), folder, os.Stat)
	if err != nil {
		return config.Settings{}, &usageError{err}
	}
	var content []byte
	if found {
		if content, err = os.ReadFile(path); err != nil {
			return config.Settings{}, &usageError{err}
		}
	}
	if a.region == "" {
		return config.Load(path, content, a.env)
	}
	s, err := config.Load(path, content, append(slices.Clone(a.env), homeRegionVariable+"="+a.region))
	return s, asFlag(err)
}

// settingsText writes the settings in force as a file that would give them.
func settingsText(s config.Settings) (string, error) {
	text, err := yaml.Marshal(s)
	if err != nil {
		return "", fmt.Errorf("the settings cannot be written: %w", err)
	}
	return string(text), nil
}

// homeRegionVariable is how --region outranks the file and the environment.
const homeRegionVariable = "KEYWATCH_WATCH_HOME_REGION"

// asFlag lets an error about that variable speak of the flag.
func asFlag(err error) error {
	var all config.Errors
	if !errors.As(err, &all) {
		return err
	}
	for _, e := range all {
		if e.Variable == homeRegionVariable {
			return usagef("--region: %s", e.Msg)
		}
	}
	return err
}

// parseAsOf reads --as-of; without the flag it is the zero time.
func (a *app) parseAsOf() (time.Time, error) {
	if a.asOf == "" {
		return time.Time{}, nil
	}
	for _, layout := range []string{time.RFC3339, time.DateOnly} {
		if t, err := time.Parse(layout, a.asOf); err == nil {
			return t.UTC(), nil
		}
	}
	return time.Time{}, usagef("--as-of %q is not a time like 2026-01-31T00:00:00Z or 2026-01-31", a.asOf)
}

// refuseAsOf keeps a moved point of judgement away from commands that write.
func (a *app) refuseAsOf(command string) error {
	if a.asOf != "" {
		return usagef("%s judges as of the report's own time: --as-of is for audit and plan", command)
	}
	return nil
}

// parseAllow reads --allow-retire.
func parseAllow(text string) (int, error) {
	switch {
	case text == "":
		return 0, nil
	case text == "all":
		return math.MaxInt, nil
	}
	n := 0
	for _, r := range text {
		if r < '0' || r > '9' || n > 1_000_000 {
			return 0, usagef("--allow-retire %q is neither a number of keys nor all", text)
		}
		n = n*10 + int(r-'0')
	}
	return n, nil
}

// logger writes logs to stderr in the chosen format, from the chosen level or,
// without a choice, from the given one.
func (a *app) logger(level slog.Level) (*slog.Logger, error) {
	if err := level.UnmarshalText([]byte(a.logLevel)); a.logLevel != "" && err != nil {
		return nil, usagef("unknown log level %q: use debug, info, warn or error", a.logLevel)
	}
	if a.quiet {
		level = max(level, slog.LevelError)
	}
	switch a.logFormat {
	case "json":
		return slog.New(slog.NewJSONHandler(a.std.err, &slog.HandlerOptions{Level: level})), nil
	case "text":
		return slog.New(tint.NewTextHandler(a.std.err, &tint.Options{Level: level, TimeFormat: time.TimeOnly, NoColor: !a.color(a.std.err)})), nil
	}
	return nil, usagef("unknown log format %q: use text or json", a.logFormat)
}
