package render

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"keywatch/internal/audit"
	"keywatch/internal/report"
)

// element is one of a document, with what is in it.
type element struct {
	name       string
	attributes map[string]string
	children   []element
	text       string
}

// junitRules are what junit-10.xsd of Jenkins' xunit plugin says, as far as it is
// used here: the attributes, required ones first and parted from the others by
// "|", and the children that an element may have.
func junitRules() map[string][2]string {
	return map[string][2]string{
		"testsuites": {"| name time tests failures errors", "testsuite"},
		"testsuite":  {"name tests failures errors | time skipped timestamp hostname id package", "properties testcase system-out system-err"},
		"properties": {"|", "property"},
		"property":   {"name value |", ""},
		"testcase":   {"name | time classname", "skipped error failure system-out system-err"},
		"failure":    {"| type message", "text"},
		"error":      {"| type message", "text"},
		"skipped":    {"| type message", "text"},
	}
}

// junitFaults says where an element breaks the rules.
func junitFaults(e element) []string {
	rule, known := junitRules()[e.name]
	if !known {
		return []string{"there is no element " + e.name}
	}
	var faults []string
	required, optional, _ := strings.Cut(rule[0], "|")
	for name := range strings.FieldsSeq(required) {
		if _, there := e.attributes[name]; !there {
			faults = append(faults, fmt.Sprintf("%s has no %s", e.name, name))
		}
	}
	for name := range e.attributes {
		if !slices.Contains(append(strings.Fields(required), strings.Fields(optional)...), name) {
			faults = append(faults, fmt.Sprintf("%s has the attribute %s", e.name, name))
		}
	}
	if strings.TrimSpace(e.text) != "" && rule[1] != "text" {
		faults = append(faults, fmt.Sprintf("%s holds the text %q", e.name, e.text))
	}
	for _, child := range e.children {
		if !slices.Contains(strings.Fields(rule[1]), child.name) {
			faults = append(faults, fmt.Sprintf("%s holds a %s", e.name, child.name))
		}
		faults = append(faults, junitFaults(child)...)
	}
	return faults
}

// tree reads a document strictly.
func tree(t fataler, doc string) element {
	t.Helper()
	decoder := xml.NewDecoder(strings.NewReader(doc))
	open := []element{{}}
	for {
		token, err := decoder.Token()
		if errors.Is(err, io.EOF) && len(open) == 1 && len(open[0].children) == 1 {
			return open[0].children[0]
		}
		if err != nil {
			t.Fatalf("%v", err)
		}
		top := &open[len(open)-1]
		switch token := token.(type) {
		case xml.StartElement:
			e := element{name: token.Name.Local, attributes: map[string]string{}}
			for _, a := range token.Attr {
				e.attributes[a.Name.Local] = a.Value
			}
			open = append(open, e)
		case xml.EndElement:
			open = open[:len(open)-1]
			open[len(open)-1].children = append(open[len(open)-1].children, *top)
		case xml.CharData:
			top.text += string(token)
		}
	}
}

// outcomes counts what a suite's tests came to.
func outcomes(suite element) map[string]string {
	n := map[string]int{}
	for _, test := range suite.children {
		if test.name != "testcase" {
			continue
		}
		n["tests"]++
		for _, outcome := range test.children {
			n[outcome.name]++
		}
	}
	return map[string]string{
		"tests": fmt.Sprint(n["tests"]), "failures": fmt.Sprint(n["failure"]), "errors": fmt.Sprint(n["error"]), "skipped": fmt.Sprint(n["skipped"]),
	}
}

func TestJUnitKeepsToTheRulesAndCounts(t *testing.T) {
	moment := regexp.MustCompile(`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$`)
	for name, r := range map[string]audit.Result{"mixed": mixed(), "spotless": spotless(), "many": many(40), "planned": withPlan(mixed())} {
		doc := tree(t, written(t, writeAudit, "junit", r, options(0)))
		for _, fault := range junitFaults(doc) {
			t.Errorf("%s: %s", name, fault)
		}
		sums := map[string]int{}
		for _, suite := range doc.children {
			names := map[string]bool{}
			for _, c := range suite.children {
				if c.name == "testcase" && names[c.attributes["name"]] {
					t.Errorf("%s: two tests of %s are called %q", name, suite.attributes["name"], c.attributes["name"])
				}
				names[c.attributes["name"]] = true
				if len(c.children) > 1 && c.name == "testcase" {
					t.Errorf("%s: a test has several outcomes", name)
				}
			}
			for what, want := range outcomes(suite) {
				if got := suite.attributes[what]; got != want {
					t.Errorf("%s: %s of %s: got %s, want %s", name, what, suite.attributes["name"], got, want)
				}
				n, err := strconv.Atoi(want)
				if err != nil {
					t.Fatal(err)
				}
				sums[what] += n
			}
			if !moment.MatchString(suite.attributes["timestamp"]) || suite.attributes["time"] != "0" {
				t.Errorf("%s: %v", name, suite.attributes)
			}
		}
		for _, what := range []string{"tests", "failures", "errors"} {
			if got := doc.attributes[what]; got != fmt.Sprint(sums[what]) {
				t.Errorf("%s: %s: got %s, want %d", name, what, got, sums[what])
			}
		}
	}
}

func TestJUnitHasASuiteForEveryCheckThatWasAsked(t *testing.T) {
	suites := func(r audit.Result) []string {
		var names []string
		for _, suite := range tree(t, written(t, writeAudit, "junit", r, options(0))).children {
			names = append(names, suite.attributes["name"])
		}
		return names
	}
	want := []string{completeness}
	for _, c := range report.Checks() {
		if c.ID != report.KeyReawakened && c.ID != report.SigningCertificate {
			want = append(want, string(c.ID))
		}
	}
	r := mixed()
	r.Checks.Disabled = map[report.CheckID]bool{report.SigningCertificate: true}
	if diff := cmp.Diff(want, suites(r)); diff != "" {
		t.Error(diff)
	}
	if !slices.Contains(suites(withPlan(r)), string(report.KeyReawakened)) {
		t.Error("where rules were read, key-reawakened was asked")
	}
	again := r
	again.Learned.RulesRead = true
	if !slices.Contains(suites(again), string(report.KeyReawakened)) {
		t.Error("where a run that read rules is judged again, key-reawakened was asked")
	}
}

func TestJUnitOutcomes(t *testing.T) {
	doc := tree(t, written(t, writeAudit, "junit", mixed(), options(0)))
	test := func(suite, name string) element {
		for _, s := range doc.children {
			for _, c := range s.children {
				if s.attributes["name"] == suite && c.name == "testcase" && c.attributes["name"] == name && c.attributes["classname"] == suite {
					if len(c.children) == 0 {
						return element{}
					}
					return c.children[0]
				}
			}
		}
		t.Errorf("%s has no test %q", suite, name)
		return element{}
	}
	for _, c := range []struct{ suite, name, outcome, kind, message string }{
		{"root-mfa", "<root_account>", "", "", ""},
		{"root-access-key", "<root_account>, slot 1", "failure", "critical", "the root user has an active access key"},
		{"console-mfa", "bob", "failure", "high", "can sign in to the console without MFA"},
		{"key-unrotated", "bob, slot 1", "skipped", "excepted", "excepted until 2026-11-30: moves to roles | by Q4 (ticket =SEC-7, owner ops)"},
		{"key-unrotated", "judy, slot 1", "error", "unknown", "the creation date, 2026-11-20T06:00:01Z, lies after the point of judgement, 2026-11-20T06:00:00Z"},
		{"exception-expiring", `exception for user "b?b" (ticket =SEC-7)`, "failure", "low", `the exception for user "b?b" (ticket =SEC-7, owner ops) ends after 2026-11-30, in 10 days: renew it or put right what it waives`},
		{"completeness", "reason 1", "error", "incomplete", mixed().Incomplete[0]},
	} {
		got := test(c.suite, c.name)
		if got.name != c.outcome || got.attributes["type"] != c.kind || got.attributes["message"] != c.message {
			t.Errorf("%s %s: got %v, want %s", c.suite, c.name, got, c.outcome)
		}
	}
}

func TestAnIncompleteRunIsNotGreen(t *testing.T) {
	r := spotless()
	if doc := tree(t, written(t, writeAudit, "junit", r, options(0))); doc.attributes["errors"] != "0" || doc.attributes["failures"] != "0" || doc.attributes["tests"] != "2" {
		t.Errorf("a clean account: %v", doc.attributes)
	}
	r.Incomplete = []string{"one", "two"}
	if doc := tree(t, written(t, writeAudit, "junit", r, options(0))); doc.attributes["errors"] != "2" {
		t.Errorf("an incomplete one: %v", doc.attributes)
	}
}

// TestNoTextBreaksJUnit reads documents of any text with a strict reader.
func TestNoTextBreaksJUnit(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := nasty().Draw(t, "text")
		doc := tree(t, written(t, writeAudit, "junit", spoilt(s), options(0)))
		for _, fault := range junitFaults(doc) {
			t.Fatalf("%q: %s", s, fault)
		}
		for _, suite := range doc.children {
			for _, c := range suite.children {
				if suite.attributes["name"] == "console-mfa" && c.name == "testcase" && s != "" && c.attributes["name"] != clean(s+", key "+s) {
					t.Fatalf("user %q reads back as %q", s, c.attributes["name"])
				}
			}
		}
	})
}
