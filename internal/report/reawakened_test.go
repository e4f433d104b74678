package report

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestReawakened(t *testing.T) {
	asleep := time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC)
	slot := func(used time.Time) Slot {
		return Slot{Active: true, LastRotated: asleep.AddDate(-1, 0, 0), LastUsed: used}
	}
	inactive := slot(asleep.AddDate(0, 0, 5))
	inactive.Active = false
	for name, c := range map[string]struct {
		slot Slot
		want bool
	}{
		"not used since":                     {slot(asleep.Add(-time.Hour)), false},
		"used on that day, at its start":     {slot(asleep), false},
		"used on that day, to its last":      {slot(asleep.Add(day - time.Second)), false},
		"used at the next day's start":       {slot(asleep.Add(day)), true},
		"used long after":                    {slot(asleep.AddDate(0, 3, 0)), true},
		"never used, idle from its creation": {slot(time.Time{}), false},
		"used long after, now inactive":      {inactive, false},
		"no key":                             {Slot{}, false},
		"used in another zone's next day":    {slot(asleep.Add(day - time.Second).In(time.FixedZone("east", 7200))), false},
	} {
		t.Run(name, func(t *testing.T) {
			row := Row{User: "alice", ARN: "arn:aws:iam::111122223333:user/alice", Slots: [2]Slot{{}, c.slot}}
			got, woke := Reawakened(row, 2, asleep, High)
			if woke != c.want || !woke && cmp.Diff(Finding{}, got) != "" {
				t.Errorf("woke is %v, want %v: %+v", woke, c.want, got)
			}
			if _, woke := Reawakened(row, 1, asleep, High); woke {
				t.Error("the empty slot woke")
			}
		})
	}
}

func TestTheReawakenedFinding(t *testing.T) {
	asleep := time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC)
	used := time.Date(2026, 11, 19, 23, 0, 0, 0, time.UTC)
	row := Row{User: "alice", ARN: "arn:aws:iam::111122223333:user/alice", Slots: [2]Slot{
		{Active: true, LastRotated: asleep.AddDate(-1, 0, 0), LastUsed: used, LastUsedRegion: "eu-west-1", LastUsedService: "sts"}}}
	want := Finding{
		Check: KeyReawakened, Status: Fail, Severity: Critical, User: row.User, ARN: row.ARN, Slot: 1,
		CreatedAt: row.Slots[0].LastRotated, LastUsedAt: used, LastUsedRegion: "eu-west-1", LastUsedService: "sts", IdleSince: used, AsleepSince: asleep,
		Reason: "idle since 2026-06-01, used again 2026-11-19 from eu-west-1 by sts",
	}
	got, woke := Reawakened(row, 1, asleep, Critical)
	if diff := cmp.Diff(want, got); diff != "" || !woke {
		t.Errorf("woke is %v (-want +got):\n%s", woke, diff)
	}
}

// TestOnlyUseWakesAKey changes the limits and the time, and nothing else.
func TestOnlyUseWakesAKey(t *testing.T) {
	rep := parseFile(t, "live-2026.csv")
	idle := map[string]time.Time{}
	for _, f := range Evaluate(rep.Rows, DefaultPolicy(), judged) {
		if f.Check == KeyStale && f.Status == Fail {
			idle[Fingerprint(f.User, f.CreatedAt)] = f.IdleSince.Truncate(day)
		}
	}
	if len(idle) < 6 {
		t.Fatalf("only %d stale keys", len(idle))
	}
	if woke := ReawakenedKeys(rep, idle, High); len(woke) != 0 { // whatever the limit is by now
		t.Errorf("keys woke without having been used: %v", woke)
	}
}

func TestReawakenedKeys(t *testing.T) {
	asleep := time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC)
	made, other := asleep.AddDate(-1, 0, 0), asleep.AddDate(-2, 0, 0)
	awake := func(rotated time.Time) Slot { return Slot{Active: true, LastRotated: rotated, LastUsed: judged} }
	rep := Report{Rows: []Row{
		{User: RootUser, Slots: [2]Slot{awake(made)}},
		{User: "alice", Slots: [2]Slot{awake(other), awake(made)}},
		{User: "forgotten", Slots: [2]Slot{awake(made)}},
		{User: "twin", Slots: [2]Slot{awake(made), awake(made)}},
		{User: "idle", Slots: [2]Slot{{Active: true, LastRotated: made}}},
	}}
	idle := map[string]time.Time{}
	for _, user := range []string{RootUser, "alice", "twin", "idle"} {
		idle[Fingerprint(user, made)] = asleep
	}
	got := ReawakenedKeys(rep, idle, High)
	want, _ := Reawakened(rep.Rows[1], 2, asleep, High)
	if diff := cmp.Diff([]Finding{want}, got); diff != "" {
		t.Errorf("findings differ (-want +got):\n%s", diff)
	}
}

func TestInsertKeepsTheOrder(t *testing.T) {
	all := Evaluate(parseFile(t, "live-2026.csv").Rows, DefaultPolicy(), judged)
	var some, rest []Finding
	for i, f := range all {
		if i%3 == 0 {
			rest = append([]Finding{f}, rest...)
		} else {
			some = append(some, f)
		}
	}
	before := append([]Finding{}, some...)
	if diff := cmp.Diff(all, Insert(some, rest...)); diff != "" {
		t.Errorf("findings differ (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(before, some); diff != "" {
		t.Errorf("the argument changed:\n%s", diff)
	}
}
