package config

import (
	"slices"
	"strings"
)

// checks lists every check that settings may name, in the order of the
// documentation, with its default severity and whether it can make a watch.
var checks = [...]struct {
	id, severity string
	watch        bool
}{
	{"root-access-key", "critical", true},
	{"root-mfa", "critical", false},
	{"root-used", "high", false},
	{"key-stale", "high", true},
	{"key-unrotated", "medium", true},
	{"key-reawakened", "high", true},
	{"user-two-active-keys", "low", false},
	{"key-at-user-creation", "low", false},
	{"console-mfa", "high", false},
	{"password-stale", "medium", false},
	{"signing-certificate", "low", false},
	{"hidden-credentials", "medium", false},
	{"exception-expired", "medium", false},
	{"exception-expiring", "low", false},
	{"exception-unmatched", "low", false},
	{"exception-hides-use", "high", false},
}

// severities are the allowed ones, worst first.
var severities = [...]string{"critical", "high", "medium", "low"}

// states are the allowed states of a rule, the default first. Only the first
// also matches read-only management calls.
var states = [...]string{"ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS", "ENABLED"}

// layouts are the ways in which keys share rules, the default last.
var layouts = [...]string{"per-key", "packed", "auto"}

// CheckIDs returns the ids of all checks, in the order of the documentation.
func CheckIDs() []string {
	var ids []string
	for _, c := range checks {
		ids = append(ids, c.id)
	}
	return ids
}

// exceptable returns the ids of the checks that exceptions may waive: all but
// those about exceptions.
func exceptable() []string {
	return slices.DeleteFunc(CheckIDs(), func(id string) bool { return strings.HasPrefix(id, "exception-") })
}

// watchable returns the ids of the checks that can make a watch.
func watchable() []string {
	var ids []string
	for _, c := range checks {
		if c.watch {
			ids = append(ids, c.id)
		}
	}
	return ids
}
