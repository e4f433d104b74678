package main

import (
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"keywatch/config"
	"keywatch/internal/audit"
	"keywatch/internal/report"
	"keywatch/internal/watch"
)

// TestSettingsKnowTheChecks holds the two lists of checks together: settings
// name checks, and report makes them.
func TestSettingsKnowTheChecks(t *testing.T) {
	defaults := config.Default()
	var ids, watched []string
	for _, c := range report.Checks() {
		ids = append(ids, string(c.ID))
		if got := defaults.Risk.Checks[string(c.ID)]; got != (config.Check{Enabled: true, Severity: c.Severity.String()}) {
			t.Errorf("%s: settings say %+v, report says %v", c.ID, got, c.Severity)
		}
		if !c.Watchable {
			continue
		}
		watched = append(watched, string(c.ID))
		if watch.ReasonOf(string(c.ID)) == 0 {
			t.Errorf("%s makes a watch and rules have no reason for it", c.ID)
		}
	}
	if diff := cmp.Diff(config.CheckIDs(), ids); diff != "" {
		t.Errorf("checks (-settings +report):\n%s", diff)
	}
	less := func(a, b string) bool { return a < b }
	if diff := cmp.Diff(defaults.Watch.On, watched, cmpopts.SortSlices(less)); diff != "" {
		t.Errorf("watch.on (-settings +report):\n%s", diff)
	}
}

// TestSettingsAsTextGiveTheSameSettings: who has the text can run it again.
func TestSettingsAsTextGiveTheSameSettings(t *testing.T) {
	want, err := config.Load("sample", config.Sample(), []string{"KEYWATCH_ACCOUNT_ID=111122223333", "KEYWATCH_WATCH_TARGET=arn:aws:sns:{region}:{account}:t"})
	if err != nil {
		t.Fatal(err)
	}
	text, err := settingsText(want)
	if err != nil {
		t.Fatal(err)
	}
	got, err := config.Load("text", []byte(text), nil)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// TestDefaultSettingsAreTheDefaultPolicy: no number is changed on the way.
func TestDefaultSettingsAreTheDefaultPolicy(t *testing.T) {
	got := policyOf(config.Default())
	want := audit.Policy{
		Checks:     report.DefaultPolicy(),
		WatchOn:    []report.CheckID{report.RootAccessKey, report.KeyStale, report.KeyUnrotated, report.KeyReawakened},
		AllRegions: true,
		Watch: watch.Policy{
			NamePrefix: "keywatch", Owner: "default", HomeRegion: "us-east-1",
			MessageGroup: "keywatch", Layout: watch.Layout{Mode: watch.Auto},
			State: "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS", RulesQuota: 300, RetireMax: 3, RetirePercent: 30,
		},
	}
	want.Checks.Disabled, want.Checks.Severity = map[report.CheckID]bool{}, map[report.CheckID]report.Severity{}
	for _, c := range report.Checks() {
		want.Checks.Disabled[c.ID] = false
		want.Checks.Severity[c.ID] = c.Severity
	}
	want.Fetch.Timeout, want.Fetch.MaxAge = 600e9, 24*3600e9
	if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("policy (-want +got):\n%s", diff)
	}
}

func TestAllowRetire(t *testing.T) {
	for text, want := range map[string]int{"": 0, "0": 0, "12": 12, "all": math.MaxInt} {
		if got, err := parseAllow(text); err != nil || got != want {
			t.Errorf("%q: %d, %v, want %d", text, got, err, want)
		}
	}
	for _, text := range []string{"-1", "1.5", "ALL", "a", "99999999999999999999"} {
		if _, err := parseAllow(text); err == nil {
			t.Errorf("%q was taken", text)
		}
	}
}
