package render

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"keywatch/internal/audit"
	"keywatch/internal/report"
)

func ocsfEvents(t *testing.T, r audit.Result, o Options) []map[string]any {
	t.Helper()
	decoder := json.NewDecoder(strings.NewReader(written(t, writeAudit, "ocsf", r, o)))
	decoder.UseNumber()
	var events []map[string]any
	if err := decoder.Decode(&events); err != nil {
		t.Fatal(err)
	}
	if events == nil {
		t.Fatal("the array is null")
	}
	return events
}

// TestOCSFKeepsToTheSchema checks every attribute of every object of every event.
func TestOCSFKeepsToTheSchema(t *testing.T) {
	schema := readOCSFSchema(t)
	o := options(0)
	o.All = true
	absent := map[string]bool{}
	for name, r := range map[string]audit.Result{"mixed": mixed(), "spotless": spotless(), "many": many(40), "from a file": fromFile()} {
		events := ocsfEvents(t, r, o)
		if len(events) < 2 {
			t.Fatalf("%s: %d events", name, len(events))
		}
		for _, event := range events {
			wrong, missing := schema.check("finding", "compliance_finding", map[string]any(event))
			for _, w := range wrong {
				t.Errorf("%s: %s", name, w)
			}
			for _, m := range missing {
				absent[m] = true
			}
		}
	}
	// Recommended attributes that say nothing here: an IAM user has no host, address
	// or owner, the report does not name the account, and a file has no time.
	want := []string{"finding.cloud.account.name", "finding.metadata.original_time", "finding.resources.hostname", "finding.resources.ip", "finding.resources.owner"}
	var got []string
	for m := range absent {
		got = append(got, m)
	}
	slices.Sort(got)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("recommended attributes that are absent (-want +got):\n%s", diff)
	}
}

func TestTheOCSFSchemaIsHeld(t *testing.T) {
	schema := readOCSFSchema(t)
	for name, spoil := range map[string]func(e map[string]any){
		"a required attribute is missing": func(e map[string]any) { delete(e, "metadata") },
		"an unknown attribute":            func(e map[string]any) { e["verdict"] = "fail" },
		"a deprecated one":                func(e map[string]any) { e["resource"] = e["resources"] },
		"a value outside the enumeration": func(e map[string]any) { e["severity_id"] = json.Number("7") },
		"a caption of another value":      func(e map[string]any) { e["status"] = "Resolved" },
		"seconds":                         func(e map[string]any) { e["time"] = json.Number("1795154400") },
		"a null":                          func(e map[string]any) { e["resources"] = nil },
		"deep inside": func(e map[string]any) {
			e["finding_info"].(map[string]any)["analytic"].(map[string]any)["type_id"] = json.Number("8")
		},
	} {
		event := ocsfEvents(t, mixed(), options(0))[1]
		if wrong, _ := schema.check("finding", "compliance_finding", event); len(wrong) > 0 {
			t.Fatal(wrong)
		}
		spoil(event)
		if wrong, _ := schema.check("finding", "compliance_finding", event); len(wrong) == 0 {
			t.Errorf("%s is not noticed", name)
		}
	}
}

func TestOCSFStates(t *testing.T) {
	want := map[report.Status][5]string{ // activity, status, verdict, severity of a medium check, confidence
		report.Fail:     {"Create", "New", "Fail", "Medium", "High"},
		report.Unknown:  {"Create", "New", "Warning", "Medium", "Unknown"},
		report.Excepted: {"Create", "Suppressed", "Fail", "Medium", "High"},
		report.Pass:     {"Close", "Resolved", "Pass", "Informational", "High"},
	}
	for status, want := range want {
		r := mixed()
		r.Findings, r.Incomplete = r.Findings[7:8], nil
		r.Findings[0].Status = status
		o := options(0)
		o.All = true
		e := ocsfEvents(t, r, o)[1]
		got := [5]string{e["activity_name"].(string), e["status"].(string), e["compliance"].(map[string]any)["status"].(string), e["severity"].(string), e["confidence"].(string)}
		if got != want {
			t.Errorf("%s: got %v, want %v", status, got, want)
		}
		if e["status_code"] != string(status) || e["unmapped"].(map[string]any)["severity"] != "medium" {
			t.Errorf("%s: our own words are not told: %v", status, e)
		}
	}
}

// TestHostileTextIsDataInOCSF reads names and texts back unchanged.
func TestHostileTextIsDataInOCSF(t *testing.T) {
	for _, s := range hostile() {
		s = strings.ToValidUTF8(s, "\ufffd") // JSON holds nothing else
		for _, e := range ocsfEvents(t, soiled(s), options(0)) {
			resources := e["resources"].([]any)
			owner := resources[len(resources)-1].(map[string]any)
			if name := owner["name"]; name != s && e["metadata"].(map[string]any)["event_code"] != completeness {
				t.Errorf("user %q reads back as %q", s, name)
			}
			if uid := e["cloud"].(map[string]any)["account"].(map[string]any)["uid"]; uid != s {
				t.Errorf("account %q reads back as %q", s, uid)
			}
		}
	}
}
