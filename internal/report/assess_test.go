package report

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func framework(t *testing.T, id string) Framework {
	t.Helper()
	for _, f := range Frameworks() {
		if f.ID == id {
			return f
		}
	}
	t.Fatalf("there is no framework %s", id)
	return Framework{}
}

// outcome writes assessments as "id pass/fail/unknown/excepted verdict".
func outcome(all []Assessment) []string {
	var lines []string
	for _, a := range all {
		lines = append(lines, fmt.Sprintf("%s %d/%d/%d/%d %s", a.ID, a.Pass, a.Fail, a.Unknown, a.Excepted, a.Verdict))
	}
	return lines
}

// TestControlsOfEveryEdition holds the numbers to the table that they were taken
// from.
func TestControlsOfEveryEdition(t *testing.T) {
	want := map[string]string{
		"cis-1.4":   "1.4 1.5 1.6 1.7 1.10 1.11 1.12 1.13 1.14",
		"cis-1.5":   "1.4 1.5 1.6 1.7 1.10 1.11 1.12 1.13 1.14",
		"cis-2.0":   "1.4 1.5 1.6 1.7 1.10 1.11 1.12 1.13 1.14",
		"cis-3.0":   "1.4 1.5 1.6 1.7 1.10 1.11 1.12 1.13 1.14",
		"cis-4.0.1": "1.4 1.5 1.6 1.7 1.10 1.11 1.12 1.13 1.14",
		"cis-5.0":   "1.3 1.4 1.5 1.6 1.9 1.10 1.11 1.12 1.13",
		"cis-6.0":   "2.3 2.4 2.5 2.6 2.9 2.10 2.11 2.12 2.13",
		"cis-7.0":   "2.4 2.5 2.6 2.7 2.10 2.11 2.12",
		"fsbp":      "IAM.3 IAM.4 IAM.5 IAM.6 IAM.8 IAM.9 IAM.22",
		"pci-4.0.1": "7.2.1 7.2.2 7.2.4 7.2.5.1 8.2.1 8.2.2 8.2.6 8.3.9 8.4.2 8.6.3",
		"nist-800-53-r5": "AC-2 AC-2(1) AC-2(3) AC-3 AC-3(7) AC-3(15) AC-6 AC-6(2) AC-6(10) " +
			"IA-2(1) IA-2(2) IA-2(6) IA-2(8)",
		"soc2":           "CC6.1 CC6.2 CC6.3 CC6.6",
		"iso-27001-2022": "A.5.15 A.5.17 A.5.18 A.8.2 A.8.5 A.8.16",
	}
	got := map[string]string{}
	for _, f := range Frameworks() {
		var ids []string
		for _, c := range f.Controls {
			ids = append(ids, c.ID)
		}
		got[f.ID] = strings.Join(ids, " ")
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("controls differ (-want +got):\n%s", diff)
	}
}

func TestTheCatalogueIsWhole(t *testing.T) {
	known := map[CheckID]bool{}
	for _, c := range Checks() {
		known[c.ID] = true
		if len(ControlsOf()[c.ID]) == 0 {
			t.Errorf("%s belongs to no control", c.ID)
		}
	}
	for _, f := range Frameworks() {
		for _, c := range f.Controls {
			if c.Title == "" || len(c.Checks) == 0 || !slices.Contains([]Source{Publisher, AWS, Opinion}, c.Source) {
				t.Errorf("%s: %+v", f.ID, c)
			}
			for _, id := range c.Checks {
				if !known[id] {
					t.Errorf("%s/%s names %s", f.ID, c.ID, id)
				}
			}
		}
	}
	want := []string{"cis-1.4/1.14", "cis-1.5/1.14", "cis-2.0/1.14", "cis-3.0/1.14", "cis-4.0.1/1.14", "cis-5.0/1.13", "cis-6.0/2.13", "cis-7.0/2.12", "fsbp/IAM.3"}
	if got := ControlsOf()[KeyUnrotated][:9]; !slices.Equal(got, want) {
		t.Errorf("key-unrotated belongs to %v", got)
	}
}

func TestAssessAnAccount(t *testing.T) {
	rows := []Row{
		root(Row{Password: Password{Enabled: true, LastUsed: ago(2 * day)}}),
		{User: "old", Slots: [2]Slot{{Active: true, LastRotated: ago(400 * day), LastUsed: ago(60 * day)}}},
		{User: "console", CreatedAt: ago(400 * day), MFA: true, Password: Password{Enabled: true, LastUsed: ago(day)}},
		{User: "future", Slots: [2]Slot{{Active: true, LastRotated: ago(-day)}}},
	}
	policy := DefaultPolicy()
	j := Judged{Findings: Evaluate(rows, policy, judged), Policy: policy, AsOf: judged}
	want := []string{
		"1.3 1/0/0/0 pass", "1.4 0/1/0/0 fail", "1.5 0/1/0/0 fail", "1.6 0/1/0/0 fail", "1.9 1/0/0/0 pass",
		"1.10 0/0/0/0 pass", "1.11 1/1/1/0 fail", "1.12 2/0/0/0 pass", "1.13 0/1/1/0 fail",
	}
	if diff := cmp.Diff(want, outcome(j.Assess(framework(t, "cis-5.0")))); diff != "" {
		t.Errorf("cis-5.0 differs (-want +got):\n%s", diff)
	}
	want = []string{"IAM.3 0/1/1/0 fail", "IAM.4 1/0/0/0 pass", "IAM.5 1/0/0/0 pass", "IAM.6 0/1/0/0 fail", "IAM.8 2/0/1/0 unknown", "IAM.9 0/1/0/0 fail", "IAM.22 1/1/1/0 fail"}
	if diff := cmp.Diff(want, outcome(j.Assess(framework(t, "fsbp")))); diff != "" {
		t.Errorf("fsbp differs (-want +got):\n%s", diff)
	}
	rows[0].MFA = true
	j.Findings = Evaluate(rows, policy, judged)
	if got := j.Assess(framework(t, "cis-5.0"))[2]; got.Verdict != Unknown || got.Pass != 1 || !slices.Equal(got.Notes, []string{noHardware}) {
		t.Errorf("hardware MFA: %+v", got)
	}
}

// TestAControlHasItsOwnLimits: neither a lax policy nor a strict one changes what
// a control with a limit says, on both sides of it.
func TestAControlHasItsOwnLimits(t *testing.T) {
	for _, days := range []int{1, 45, 1000} {
		policy := DefaultPolicy()
		policy.StaleAfter, policy.UnrotatedAfter = time.Duration(days)*day, time.Duration(days)*day
		for name, c := range map[string]struct {
			idle, age time.Duration
			want      []string // 1.11, 1.13
		}{
			"under both": {45*day - time.Second, 90 * day, []string{"1.11 1/0/0/0 pass", "1.13 1/0/0/0 pass"}},
			"over both":  {45 * day, 90*day + time.Second, []string{"1.11 0/1/0/0 fail", "1.13 0/1/0/0 fail"}},
		} {
			rows := []Row{key1(Slot{Active: true, LastRotated: ago(c.age), LastUsed: ago(c.idle)})}
			rows[0].User = "alice"
			j := Judged{Findings: Evaluate(rows, policy, judged), Policy: policy, AsOf: judged}
			got := outcome(j.Assess(framework(t, "cis-5.0")))
			if diff := cmp.Diff(c.want, []string{got[6], got[8]}); diff != "" {
				t.Errorf("%s by a policy of %d days (-want +got):\n%s", name, days, diff)
			}
		}
	}
}

func TestAnExceptionIsNoPass(t *testing.T) {
	rows := []Row{{User: "old", ARN: "arn:aws:iam::111122223333:user/old", Slots: [2]Slot{{Active: true, LastRotated: ago(100 * day), LastUsed: ago(50 * day)}}}}
	exceptions := []Exception{waiver(Exception{User: "old"}, 9)}
	policy := DefaultPolicy()
	policy.StaleAfter = 99 * day // under which the key passes, and is not excepted
	j := Judged{Findings: Except(Evaluate(rows, policy, judged), exceptions, judged), Exceptions: exceptions, Policy: policy, AsOf: judged}
	got := outcome(j.Assess(framework(t, "cis-5.0")))
	if want := []string{"1.11 0/0/0/1 excepted", "1.13 0/0/0/1 excepted"}; !slices.Equal([]string{got[6], got[8]}, want) {
		t.Errorf("assessed as %v, want %v", got, want)
	}
}

func TestWhatWasNotAskedIsUnknown(t *testing.T) {
	row := Row{User: "many", HasAdditional: true, AdditionalCredentials: "2", Slots: [2]Slot{active(ago(day))}}
	policy := DefaultPolicy()
	j := Judged{Findings: Evaluate([]Row{row}, policy, judged), Policy: policy, AsOf: judged}
	at := func(id string) Assessment {
		return j.Assess(framework(t, "cis-5.0"))[slices.IndexFunc(framework(t, "cis-5.0").Controls, func(c Control) bool { return c.ID == id })]
	}
	if got := at("1.13"); got.Verdict != Unknown || got.Unknown != 1 || len(got.Notes) != 1 {
		t.Errorf("with keys that nobody looked at: %+v", got)
	}
	j.Findings = append(j.Findings, Further{ID: "AKIA3", User: "many", Slot: active(ago(day))}.Findings(policy, judged)...)
	if got := at("1.13"); got.Verdict != Pass || got.Pass != 2 {
		t.Errorf("with all keys looked at: %+v", got)
	}
	j.Policy.Disabled = map[CheckID]bool{ConsoleMFA: true}
	if got := at("1.9"); got.Verdict != Unknown || !slices.Equal(got.Notes, []string{"the check console-mfa is turned off"}) {
		t.Errorf("with its check turned off: %+v", got)
	}
	iso := framework(t, "iso-27001-2022")
	if got := j.Assess(iso)[5]; got.Verdict != Unknown {
		t.Errorf("without rules: %+v", got)
	}
	j.RulesRead = true
	if got := j.Assess(iso)[5]; got.Verdict != Pass {
		t.Errorf("with rules: %+v", got)
	}
}

// TestNoControlPassesWithADoubt, whatever the findings are.
func TestNoControlPassesWithADoubt(t *testing.T) {
	var ids []CheckID
	for _, c := range Checks() {
		ids = append(ids, c.ID)
	}
	rapid.Check(t, func(t *rapid.T) {
		var findings []Finding
		for range rapid.IntRange(0, 8).Draw(t, "findings") {
			findings = append(findings, Finding{
				User: "alice", ARN: "arn:aws:iam::111122223333:user/alice",
				Check: rapid.SampledFrom(ids).Draw(t, "check"), Status: rapid.SampledFrom([]Status{Pass, Fail, Unknown}).Draw(t, "status"),
				CreatedAt: ago(day), IdleSince: ago(day),
			})
		}
		j := Judged{Findings: findings, Policy: DefaultPolicy(), AsOf: judged, RulesRead: true}
		for _, f := range Frameworks() {
			for _, a := range j.Assess(f) {
				for _, finding := range findings {
					own := slices.Contains(a.Checks, finding.Check)
					if own && finding.Status == Unknown && (a.Verdict == Pass || a.Verdict == Excepted) {
						t.Fatalf("%s/%s is %s beside %+v", f.ID, a.ID, a.Verdict, finding)
					}
				}
			}
		}
	})
}
