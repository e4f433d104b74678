package render

import (
	"bytes"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"keywatch/internal/audit"
	"keywatch/internal/watch"
)

func TestUnknownFormatIsRefusedAndNothingIsWritten(t *testing.T) {
	for _, test := range []struct {
		write        writer
		format, want string
	}{
		{writeAudit, "xml", `render: unknown format "xml": use table, wide, json, csv, markdown, html, xlsx, junit, ocsf or asff`},
		{writePlan, "xml", `render: unknown format "xml": use table, wide, json, csv or markdown`},
		{writePlan, "xlsx", `render: xlsx is a format of audits, not of plans: use table, wide, json, csv or markdown`},
		{writePlan, "html", `render: html is a format of audits, not of plans: use table, wide, json, csv or markdown`},
	} {
		var out bytes.Buffer
		err := test.write(&out, test.format, planned(), options(0))
		if err == nil || err.Error() != test.want || out.Len() > 0 {
			t.Errorf("got %v and %q, want %s", err, &out, test.want)
		}
	}
}

func TestPlanWithoutAPlanIsAnError(t *testing.T) {
	for _, format := range Formats() {
		var out bytes.Buffer
		if err := Plan(&out, format, mixed(), options(0)); err == nil || out.Len() > 0 {
			t.Errorf("%s: got %v and %q", format, err, &out)
		}
	}
}

type fullDisk struct{ error }

func (d fullDisk) Write([]byte) (int, error) { return 0, d.error }

func TestFailureToWriteIsReturned(t *testing.T) {
	full := fullDisk{errors.New("no space left")}
	for _, format := range Formats() {
		if err := Audit(full, format, planned(), options(0)); !errors.Is(err, full.error) {
			t.Errorf("audit %s: got %v", format, err)
		}
	}
	for _, format := range PlanFormats() {
		if err := Plan(full, format, planned(), options(0)); !errors.Is(err, full.error) {
			t.Errorf("plan %s: got %v", format, err)
		}
	}
}

func TestReportTime(t *testing.T) {
	made := at("2026-11-20T06:00:00Z")
	tests := []struct {
		name string
		info audit.ReportInfo
		now  time.Time
		want string
	}{
		{"minutes", audit.ReportInfo{GeneratedAt: made}, made.Add(12*time.Minute + 59*time.Second), "2026-11-20T06:00:00Z, 12m old"},
		{"hours", audit.ReportInfo{GeneratedAt: made}, made.Add(3*time.Hour + 5*time.Minute), "2026-11-20T06:00:00Z, 3h 5m old"},
		{"days", audit.ReportInfo{GeneratedAt: made}, made.Add(50 * time.Hour), "2026-11-20T06:00:00Z, 2d 2h old"},
		{"from the future", audit.ReportInfo{GeneratedAt: made}, made.Add(-time.Hour), "2026-11-20T06:00:00Z, 1h 0m ahead of this machine's clock"},
		{"nobody told the time", audit.ReportInfo{GeneratedAt: made}, time.Time{}, "2026-11-20T06:00:00Z"},
		{"other zones are told in UTC", audit.ReportInfo{GeneratedAt: made.In(time.FixedZone("", 3600))}, time.Time{}, "2026-11-20T06:00:00Z"},
		{"a file", audit.ReportInfo{Source: "file"}, made, "read from a file, which does not say when it was made"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got := reportTime(test.info, test.now); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

func TestRoomCountsWhatIsPlanned(t *testing.T) {
	change := func(action watch.Action, status watch.Status) watch.Change {
		return watch.Change{Action: action, Status: status}
	}
	tests := []struct {
		name    string
		changes []watch.Change
		want    string
	}{
		{"nothing changes", nil, "12 of 300 rules used; 3 unchanged"},
		{"creations add", []watch.Change{change(watch.Create, watch.Planned), change(watch.Create, watch.Planned)}, "12 of 300 rules used, 14 after; 3 unchanged"},
		{"retirements free", []watch.Change{change(watch.Retire, watch.Planned)}, "12 of 300 rules used, 11 after; 3 unchanged"},
		{"updates and changes that are done, failed or held count nothing", []watch.Change{
			change(watch.Update, watch.Planned), change(watch.Create, watch.Done), change(watch.Create, watch.Failed), change(watch.Retire, watch.Held),
		}, "12 of 300 rules used; 3 unchanged"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got := room(watch.RegionPlan{RulesUsed: 12, RulesQuota: 300, Unchanged: 3, Changes: test.changes})
			if got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

func TestBlocksHoldEveryRegionOnce(t *testing.T) {
	names := func(blocks []block) [][]string {
		var names [][]string
		for _, b := range blocks {
			names = append(names, b.names())
		}
		return names
	}
	want := [][]string{{"ap-south-1", "eu-west-3"}, {"eu-central-1", "us-east-1"}, {"eu-west-1"}, {"us-east-2"}, {"us-west-2"}}
	if diff := cmp.Diff(want, names(blocksOf(planned().Plan.Regions, false))); diff != "" {
		t.Errorf("together:\n%s", diff)
	}
	want = [][]string{{"ap-south-1"}, {"eu-central-1"}, {"eu-west-1"}, {"eu-west-3"}, {"us-east-1"}, {"us-east-2"}, {"us-west-2"}}
	if diff := cmp.Diff(want, names(blocksOf(planned().Plan.Regions, true))); diff != "" {
		t.Errorf("apart:\n%s", diff)
	}
}

// TestRegionsThatDifferAreToldApart changes one thing at a time.
func TestRegionsThatDifferAreToldApart(t *testing.T) {
	for name, differ := range map[string]func(*watch.RegionPlan){
		"error":   func(r *watch.RegionPlan) { r.Error = "x" },
		"foreign": func(r *watch.RegionPlan) { r.Foreign = []string{"x"} },
		"action":  func(r *watch.RegionPlan) { r.Changes[0].Action = watch.Update },
		"rule":    func(r *watch.RegionPlan) { r.Changes[0].Rule = "x" },
		"added":   func(r *watch.RegionPlan) { r.Changes[0].KeysAdded = nil },
		"removed": func(r *watch.RegionPlan) { r.Changes[0].KeysRemoved = []string{"x"} },
		"why":     func(r *watch.RegionPlan) { r.Changes[0].Why = []string{"x"} },
		"status":  func(r *watch.RegionPlan) { r.Changes[0].Status = watch.Held },
		"failure": func(r *watch.RegionPlan) { r.Changes[0].Error = "x" },
		"number":  func(r *watch.RegionPlan) { r.Changes = r.Changes[1:] },
	} {
		one, other := planned().Plan.Regions[1], planned().Plan.Regions[1]
		if n := len(blocksOf([]watch.RegionPlan{one, other}, false)); n != 1 {
			t.Fatalf("equal Regions make %d blocks", n)
		}
		differ(&other)
		if n := len(blocksOf([]watch.RegionPlan{one, other}, false)); n != 2 {
			t.Errorf("%s: Regions that differ share a block", name)
		}
	}
}
