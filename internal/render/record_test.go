package render

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"keywatch/internal/audit"
	"keywatch/internal/report"
)

// listings reads (user, check) pairs out of the formats for other tools, in order.
func listings(t *testing.T, r audit.Result, o Options) map[string][][2]string {
	t.Helper()
	all := map[string][][2]string{}
	for _, event := range ocsfEvents(t, r, o) {
		user, check := "", event["metadata"].(map[string]any)["event_code"].(string)
		for _, resource := range event["resources"].([]any) {
			if name := resource.(map[string]any)["name"].(string); resource.(map[string]any)["type"] == "AWS::IAM::User" || name == report.RootUser {
				user = name
			}
		}
		all["ocsf"] = append(all["ocsf"], [2]string{user, check})
	}
	for _, f := range asffFindings(t, r, o) {
		all["asff"] = append(all["asff"], [2]string{f.ProductFields["keywatch/user"], f.ProductFields["keywatch/check"]})
	}
	for format, pairs := range all {
		all[format] = slices.DeleteFunc(pairs, func(p [2]string) bool { return p[1] == completeness })
	}
	rows := bookOf(t, r, o).sheet(t, "Findings")
	checks := columnOf(t, rows, "Check")
	for i, user := range columnOf(t, rows, "User") {
		all["xlsx"] = append(all["xlsx"], [2]string{strings.TrimSuffix(user, noUser), checks[i]})
	}
	return all
}

// TestJUnitListsEveryFinding is a law of its own: it lists passes always, and by
// check.
func TestJUnitListsEveryFinding(t *testing.T) {
	var got, want [][2]string
	for _, suite := range tree(t, written(t, writeAudit, "junit", mixed(), options(0))).children {
		for _, c := range suite.children {
			if c.name == "testcase" && suite.attributes["name"] != completeness {
				user, _, _ := strings.Cut(c.attributes["name"], ", slot")
				if strings.HasPrefix(user, "exception for") {
					user = ""
				}
				got = append(got, [2]string{user, c.attributes["classname"]})
			}
		}
	}
	for _, c := range report.Checks() {
		for _, f := range mixed().Findings {
			if f.Check == c.ID {
				want = append(want, [2]string{f.User, string(f.Check)})
			}
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// TestIDsAreTheSameInEveryRun looks at one account twice: the second time slots have
// changed places, key IDs are not known, other users are gone, a year has passed
// and other findings are listed.
func TestIDsAreTheSameInEveryRun(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		first := many(30)
		gone := map[string]bool{}
		for _, f := range first.Findings {
			if _, known := gone[f.User]; !known {
				gone[f.User] = f.User != "" && rapid.IntRange(0, 3).Draw(t, "gone") == 0
			}
		}
		type subject struct {
			check    report.CheckID
			user     string
			created  string
			numbered int
			words    string
		}
		of := func(f report.Finding) subject {
			s := subject{f.Check, f.User, stamp(f.CreatedAt), f.Certificate, ""}
			if f.User == "" {
				s.words = f.Exception.Subject()
			}
			return s
		}
		ids := map[subject]string{}
		seen := map[string]subject{}
		for i, id := range findingIDs(first) {
			f := first.Findings[i]
			if other, twice := seen[id]; twice {
				t.Fatalf("%v and %v are both called %s", other, of(f), id)
			}
			seen[id], ids[of(f)] = of(f), id
		}
		second := many(30)
		second.AsOf = second.AsOf.AddDate(1, 0, 0)
		second.Findings = slices.DeleteFunc(second.Findings, func(f report.Finding) bool { return gone[f.User] })
		for i := range second.Findings {
			f := &second.Findings[i]
			f.Key, f.Reason, f.Status = report.KeyRef{}, "another", report.Fail
			if f.Slot != 0 {
				f.Slot = 3 - f.Slot
			}
		}
		for i, id := range findingIDs(second) {
			if f := second.Findings[i]; ids[of(f)] != id {
				t.Fatalf("%v was called %s and is called %s", of(f), ids[of(f)], id)
			}
		}
	})
}

func TestIDsTellAccountsChecksAndKeysApart(t *testing.T) {
	r := mixed()
	r.Findings = r.Findings[6:8] // one key, two checks
	ids := findingIDs(r)
	if ids[0] == ids[1] {
		t.Errorf("two checks: %s", ids[0])
	}
	r.AccountID = "444455556666"
	if findingIDs(r)[0] == ids[0] {
		t.Errorf("two accounts: %s", ids[0])
	}
	r.Findings[0].CreatedAt = r.Findings[0].CreatedAt.AddDate(0, 0, 1)
	if r.AccountID = "111122223333"; findingIDs(r)[0] == ids[0] {
		t.Errorf("a rotated key: %s", ids[0])
	}
	twins := many(1)
	twins.Findings = []report.Finding{mixed().Findings[6], mixed().Findings[6]}
	if ids := findingIDs(twins); ids[0] == ids[1] {
		t.Errorf("two keys of the same second: %s", ids[0])
	}
}

// TestAnIncompleteRunSaysSoToOtherTools: an empty list would look like a clean
// account.
func TestAnIncompleteRunSaysSoToOtherTools(t *testing.T) {
	r := spotless()
	for _, format := range []string{"ocsf", "asff"} {
		if got := written(t, writeAudit, format, r, options(0)); got != "[]\n" {
			t.Errorf("%s of a clean account: %s", format, got)
		}
	}
	r.Incomplete = []string{"a was denied", "b was not there"}
	const desc = "a was denied; b was not there"
	if e := ocsfEvents(t, r, options(0)); len(e) != 1 || e[0]["finding_info"].(map[string]any)["desc"] != desc || e[0]["status"] != "New" {
		t.Errorf("ocsf: %v", e)
	}
	f := asffFindings(t, r, options(0))
	if len(f) != 1 || *f[0].Description != desc || f[0].Compliance.Status != "WARNING" {
		t.Errorf("asff: %v", f)
	}
	id := *f[0].Id
	r.Incomplete = nil
	o := options(0)
	o.All = true
	if f := asffFindings(t, r, o); *f[0].Id != id || f[0].Compliance.Status != "PASSED" {
		t.Errorf("what was incomplete is not closed: %v", f)
	}
}

func TestRecordsAreALineEach(t *testing.T) {
	for _, format := range []string{"ocsf", "asff"} {
		lines := strings.Split(strings.TrimSpace(written(t, writeAudit, format, mixed(), options(0))), "\n")
		if lines[0] != "[" || lines[len(lines)-1] != "]" || len(lines) != 2+15 {
			t.Errorf("%s: %d lines, from %s to %s", format, len(lines), lines[0], lines[len(lines)-1])
		}
		for _, line := range lines[1 : len(lines)-1] {
			if !json.Valid([]byte(strings.TrimSuffix(line, ","))) {
				t.Errorf("%s: %s", format, line)
			}
		}
	}
}
