package keywatch_test

import (
	"encoding/json"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

var mutants = flag.Bool("mutants", false, "break the engine on purpose, a way at a time, and see that a test fails")

// mutant is a deliberate bug and the tests that must catch it.
type mutant struct {
	promise  string // of the design
	name     string
	file     string
	old, new string
	tests    string // package, -run, and flags of the package's tests
}

// engineMutants break one promise each.
var engineMutants = []mutant{
	{"1 exactly those keys", "of two keys that fit a slot the first is taken", "internal/report/match.go",
		"	case len(active) == 1:\n", "	case len(active) >= 1:\n",
		"./internal/report TestMatch|TestResolve"},
	{"1 exactly those keys", "an idle key is stale a second late", "internal/report/checks.go",
		"	case e.asOf.Sub(since) >= e.policy.StaleAfter:\n		e.add(row, KeyStale,", "	case e.asOf.Sub(since) > e.policy.StaleAfter:\n		e.add(row, KeyStale,",
		"./internal/report Test"},
	{"2 every management call", "the pattern does not pin the source", "internal/watch/pattern.go",
		`p := pattern{Source: prefixed("aws.")}`, `p := pattern{Source: []any{jsonObject{"exists": true}}}`,
		"./internal/watch TestNobodyCanForgeAnAlert"},
	{"2 every management call", "a rule that is deaf to read-only calls is left so", "internal/watch/change.go",
		"if rule.State != want.State {", `if rule.State != want.State && rule.State != "ENABLED" {`,
		"./internal/watch TestOneRunMakesItSo|TestEveryPartOfARuleIsManaged"},
	{"3 make before break", "what is taken away does not wait until its place works", "internal/watch/apply.go",
		"pause(ctx, a.policy.Settle)", "pause(ctx, 0)",
		"./internal/audit TestChaos -chaos.histories=60"},
	{"3 make before break", "breaks come before makes", "internal/watch/wave.go",
		"slices.Concat(w.makes, w.breaks)", "slices.Concat(w.breaks, w.makes)",
		"./internal/watch TestOneRunMakesItSo"},
	{"3 make before break", "things are taken away after a failure", "internal/watch/apply.go",
		"case a.failed && c.ops.breaks:", "case a.failed && c.ops.breaks && false:",
		"./internal/watch TestNextRunHeals|TestFailuresStayInTheirRegion"},
	{"4 a woken key", "a use on the same day as the sleep began counts", "internal/report/reawakened.go",
		"!s.LastUsed.Truncate(24*time.Hour).After(idleSince)", "s.LastUsed.Truncate(24*time.Hour).Before(idleSince)",
		"./internal/audit TestChaos -chaos.histories=60"},
	{"4 a woken key", "memory is believed though the pattern names other keys", "internal/watch/recall.go",
		"	if !tied {\n", "	if !tied && false {\n",
		"./internal/watch TestDamagedMemoryIsNoMemory"},
	{"5 missing knowledge", "a key that nobody may decide about leaves its rule", "internal/watch/make.go",
		"		if _, judged := wish.Verdicts[memory.Key]; !judged {", "		if _, judged := wish.Verdicts[memory.Key]; !judged && false {",
		"./internal/watch TestUnjudgedKeysKeepTheirRules"},
	{"5 missing knowledge", "an active key that the report does not show is given up", "internal/audit/verdict.go",
		"		return // the report does not show this key\n", "		look.verdict = j.cleared(look.memory.Key, user, 0)\n		return\n",
		"./internal/audit TestChaos -chaos.histories=60"},
	{"5 missing knowledge", "a report that was cut short is taken for whole", "internal/audit/verdict.go",
		"	return told && int(users) == rep.Users()\n", "	return told || users == 0\n",
		"./internal/audit TestAReportCutShortProvesNothing"},
	{"6 the cap", "the cap is not kept", "internal/watch/cap.go",
		"if len(losing) <= limit {", "if len(losing) <= limit || true {",
		"./internal/watch TestRetirementsAreCapped"},
	{"7 only our own", "the name prefix alone makes a rule ours", "internal/watch/observe.go",
		"!ours(aws.ToString(r.Description), p.Owner) || ", "",
		"./internal/watch TestOneRunMakesItSo"},
	{"8 quotas", "a full bus is not reckoned with", "internal/watch/place.go",
		"	if pl.free > 0 {", "	if pl.free > -1000 {",
		"./internal/watch TestQuotaIsArithmetic"},
	{"8 quotas", "a rule takes one key more than it has room for", "internal/watch/load.go",
		"l.keys <= p.Layout.withDefaults().KeysPerRule", "l.keys <= 1+p.Layout.withDefaults().KeysPerRule",
		"./internal/watch TestOneRunMakesItSo"},
	{"9 nothing pretends", "failed entries in a success are not read", "internal/watch/applytargets.go",
		"		if out.FailedEntryCount == 0 {\n			return nil\n		}\n		again, err", "		if true {\n			return nil\n		}\n		again, err",
		"./internal/watch TestFailuresStayInTheirRegion"},
	{"9 nothing pretends", "only the first page of rules is read", "internal/watch/observe.go",
		"		rules = append(rules, out.Rules...)\n		if aws.ToString(out.NextToken) == \"\" {", "		rules = append(rules, out.Rules...)\n		if true {",
		"./internal/watch TestObserveFollowsEveryPage"},
	{"exceptions", "an exception counts for a day too long", "internal/report/exception.go",
		"e.Expires.AddDate(0, 0, 1).Sub(asOf)", "e.Expires.AddDate(0, 0, 2).Sub(asOf)",
		"./internal/audit TestALapsedExceptionWatchesAgain"},
	{"exceptions", "excepted keys are watched", "internal/audit/watches.go",
		"f.Status != report.Fail ||", "f.Status == report.Pass ||",
		"./internal/audit TestAnExceptionForAKeyIsForThatKey"},
	{"controls", "a control passes with a doubt", "internal/report/assess.go",
		"case a.Unknown > 0 || unanswered:", "case unanswered:",
		"./internal/report TestNoControlPassesWithADoubt"},
	{"judged again", "what the rules had told is forgotten", "internal/audit/result.go",
		"r.Plan != nil || r.Learned.RulesRead", "r.Plan != nil",
		"./internal/audit TestARunIsJudgedAgain"},
	{"10 overlap", "what takes a key's place is not looked at before the key leaves", "internal/watch/apply.go",
		"	if len(c.ops.relies) > 0 {", "	if len(c.ops.relies) > 0 && false {",
		"./internal/watch TestAnotherRunIsNoticed"},
	{"10 overlap", "a run does not look again", "internal/audit/apply.go",
		"const rounds = 3", "const rounds = 1",
		"./internal/audit TestOverlap"},
	{"regions and delivery", "a Region forwards before the home Region can tell", "internal/watch/plan.go",
		"	case p.forwards(region):\n		return stepForward\n", "",
		"./internal/watch TestForwardingWaitsForTheHomeRegion"},
	{"own patterns do not overlap", "an identity's rule hears the keys that have rules", "internal/watch/pattern.go",
		"	if len(except) > 0 {", "	if len(except) > 1000 {",
		"./internal/watch TestOneRunMakesItSo"},
	{"what happened between two runs", "what an incomplete run lacks is told as gone", "internal/story/between.go",
		"!now.Complete || !now.listsPasses()", "!now.listsPasses()",
		"./internal/story TestLaws"},
	{"what happened between two runs", "a check that is turned off takes its credentials away", "internal/story/keys.go",
		"	case !t.now.anyAsked(k.findings):\n", "	case !t.now.anyAsked(k.findings) && len(ended) > 100:\n",
		"./internal/story TestAChecksEndIsNoNews"},
	{"what happened between two runs", "a finding that is not there any more is fixed", "internal/story/between.go",
		"	case p.now == nil:\n		t.silent(*p.old, before)\n", "	case p.now == nil:\n		t.tell(Fixed, before, nil, \"\")\n",
		"./internal/story TestLaws"},
}

// TestMutants is for CI: go test -run TestMutants . -mutants. Each mutant is compiled
// instead of the file it changes, and the named tests must then fail.
func TestMutants(t *testing.T) {
	for _, m := range engineMutants {
		t.Run(m.promise+"/"+m.name, func(t *testing.T) {
			source, err := os.ReadFile(m.file)
			if err != nil {
				t.Fatal(err)
			}
			if n := strings.Count(string(source), m.old); n != 1 {
				t.Fatalf("%s has the text to change %d times, want once:\n%s", m.file, n, m.old)
			}
			if !*mutants {
				t.Skip("asked for with -mutants: it compiles the engine once per deliberate bug")
			}
			t.Parallel()
			out := runMutant(t, m, strings.Replace(string(source), m.old, m.new, 1))
			switch {
			case strings.Contains(out, "[build failed]") || strings.Contains(out, "[setup failed]"):
				t.Fatalf("it does not compile:\n%s", out)
			case !strings.Contains(out, "--- FAIL: "):
				t.Fatalf("no test caught it:\n%s", out)
			}
			for line := range strings.Lines(out) {
				if strings.HasPrefix(line, "--- FAIL: ") {
					t.Logf("caught by %s", strings.Fields(line)[2])
				}
			}
		})
	}
}

func runMutant(t *testing.T, m mutant, changed string) string {
	t.Helper()
	dir := t.TempDir()
	file, err := filepath.Abs(m.file)
	if err != nil {
		t.Fatal(err)
	}
	mutated, overlay := filepath.Join(dir, "mutant.go"), filepath.Join(dir, "overlay.json")
	replace, err := json.Marshal(map[string]map[string]string{"Replace": {file: mutated}})
	if err != nil {
		t.Fatal(err)
	}
	for path, content := range map[string]string{mutated: changed, overlay: string(replace)} {
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	words := strings.Fields(m.tests)
	args := append([]string{"test", "-overlay", overlay, "-vet=off", "-count=1", "-failfast", words[0], "-run", words[1]}, words[2:]...)
	out, _ := exec.CommandContext(t.Context(), "go", args...).CombinedOutput() // a failure is what is wanted
	return string(out)
}
