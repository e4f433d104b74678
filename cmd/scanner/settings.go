package main

import (
	"errors"
	"log/slog"
	"math"
	"os"
	"strings"
	"time"

	"github.com/lmittmann/tint"

	"keywatch/config"
)

// getenv is the first value of a variable in the app's environment, as a process
// sees it.
func (a *app) getenv(name string) string {
	for _, pair := range a.env {
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
	var env []string
	for _, f := range a.settingFlags() {
		if f.value != "" {
			env = append(env, f.variable+"="+f.value)
		}
	}
	s, err := config.Load(path, content, append(env, a.env...))
	return s, a.asFlag(err)
}

// settingFlag is a flag that outranks the file and the environment: it is given to
// them as the first value of a variable, which is the one that counts.
type settingFlag struct{ name, variable, value string }

func (a *app) settingFlags() []settingFlag {
	return []settingFlag{
		{"--region", "KEYWATCH_WATCH_HOME_REGION", a.region},
		{"--evidence", "KEYWATCH_EVIDENCE_ARCHIVE", a.archive},
	}
}

// asFlag lets an error about such a variable speak of the flag.
func (a *app) asFlag(err error) error {
	var all config.Errors
	if !errors.As(err, &all) {
		return err
	}
	for _, e := range all {
		for _, f := range a.settingFlags() {
			if e.Variable == f.variable && f.value != "" {
				return usagef("%s: %s", f.name, e.Msg)
			}
		}
	}
	return err
}

// parseAsOf reads --as-of; without the flag it is the zero time.
func (a *app) parseAsOf() (time.Time, error) {
	return parseTime("--as-of", a.asOf)
}

// parseTime reads the time or day that a flag gives; "" is the zero time.
func parseTime(flag, text string) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	for _, layout := range []string{time.RFC3339, time.DateOnly} {
		if t, err := time.Parse(layout, text); err == nil {
			return t.UTC(), nil
		}
	}
	return time.Time{}, usagef("%s %q is not a time like 2026-01-31T00:00:00Z or 2026-01-31", flag, text)
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
