package render

import (
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"html"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"keywatch/internal/audit"
	"keywatch/internal/report"
)

var (
	htmlTag    = regexp.MustCompile(`<[^>]*>`)
	htmlValue  = regexp.MustCompile(`="[^"]*"`)
	htmlStyle  = regexp.MustCompile(`(?s)<style>(.*?)</style>`)
	htmlScript = regexp.MustCompile(`(?s)<script>(.*?)</script>`)
	// htmlRowCells finds user and check of each row of findings.
	htmlRowCells = regexp.MustCompile(`<tr class="[a-z]+ [a-z]+"><td>.*?</td><th scope="row">(.*?)(?: <i>.*?</i>)?</th>(?:<td>.*?</td>){5}<td>(.*?)</td>`)
)

// skeleton is the page's tags without the values of their attributes.
func skeleton(page string) []string {
	return htmlTag.FindAllString(htmlValue.ReplaceAllString(withoutCode(page), ""), -1)
}

// withoutCode is the page without style and script and what names them.
func withoutCode(page string) string {
	page = htmlStyle.ReplaceAllString(page, "<style></style>")
	page = htmlScript.ReplaceAllString(page, "<script></script>")
	return regexp.MustCompile(`&#39;sha256-.*?&#39;`).ReplaceAllString(page, "HASH")
}

func htmlOf(t fataler, r audit.Result, o Options) string {
	t.Helper()
	return written(t, writeAudit, "html", r, o)
}

// reviewed is mixed with its exception among those of the settings, and with
// others.
func reviewed() audit.Result {
	r := mixed()
	r.Exceptions = []report.Exception{
		{ARN: "arn:aws:iam::111122223333:user/zoe", Checks: []report.CheckID{report.ConsoleMFA, report.PasswordStale}, Reason: "leaves soon", Owner: "hr", Ticket: "HR-1", Expires: at("2027-01-31T00:00:00Z")},
		*excepted(report.Finding{}).Exception,
		{Path: "/old/", Checks: []report.CheckID{report.KeyStale}, Reason: "was moved", Owner: "ops", Ticket: "OPS-3", Expires: at("2026-11-19T00:00:00Z")},
	}
	return r
}

func TestWholePage(t *testing.T) {
	o := options(0)
	o.Settings = "version: 1\nrisk: {stale_after: 45d}\n"
	told := tale()
	o.Story = &told
	golden(t, "audit-html", []byte(withoutCode(htmlOf(t, reviewed(), o))))
}

func TestEverythingIsOnThePage(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := reviewed()
		s := nasty().Draw(t, "text")
		r.Incomplete = append(r.Incomplete, "reason "+s)
		r.Exceptions[0].Reason, r.Exceptions[0].Owner, r.Exceptions[0].Ticket = "because "+s, "owner "+s, "ticket "+s
		r.Findings[4].User, r.Findings[4].Reason = "user "+s, "found "+s
		o := options(0)
		o.Settings = "settings: " + s
		told := soiledStory(s)
		o.Story = &told
		page := html.UnescapeString(htmlOf(t, r, o))
		var want []string
		for _, reason := range r.Incomplete {
			want = append(want, "<li>"+clean(reason)+"</li>")
		}
		for _, x := range r.Exceptions {
			for _, text := range []string{x.Subject(), x.Reason, x.Owner, x.Ticket, x.Expires.Format(time.DateOnly), string(x.State(r.AsOf))} {
				want = append(want, ">"+clean(text)+"<")
			}
		}
		for _, f := range r.Findings[1:] {
			want = append(want, ">"+clean(user(newFindingDoc(f, r.AsOf, nil))), ">"+clean(newFindingDoc(f, r.AsOf, nil).Reason)+"<")
		}
		for _, e := range told.Events {
			want = append(want, ">"+clean(eventUser(e))+"<", ">"+clean(e.Predicate)+"<", kindTitle(e.Kind))
		}
		for _, warning := range storyWarnings(told) {
			want = append(want, "<li>"+clean(warning)+"</li>")
		}
		want = append(want, cleanLines(o.Settings), r.Report.SHA256, sourceSum(o.Settings), "2026-11-20T06:12:40Z", "v1.2.3")
		for _, text := range want {
			if !strings.Contains(page, text) {
				t.Fatalf("%q is not on the page", text)
			}
		}
	})
}

func sourceSum(s string) string { return fmt.Sprintf("%x", sha256.Sum256([]byte(s))) }

// TestThePageLoadsNothing reads every tag: nothing outside is named, and nothing
// is done but by the one style and the one script that the policy allows.
func TestThePageLoadsNothing(t *testing.T) {
	for name, r := range map[string]audit.Result{"mixed": reviewed(), "hostile": soiled(`"><img src=http://x onerror=alert(1)><style>*{}</style><script>alert(1)</script>`)} {
		o := options(0)
		o.All = true
		page := htmlOf(t, r, o)
		styles, scripts := htmlStyle.FindAllStringSubmatch(page, -1), htmlScript.FindAllStringSubmatch(page, -1)
		if len(styles) != 1 || len(scripts) != 1 {
			t.Fatalf("%s: %d styles and %d scripts, want one each", name, len(styles), len(scripts))
		}
		sum := func(s string) string {
			hash := sha256.Sum256([]byte(s))
			return "'sha256-" + base64.StdEncoding.EncodeToString(hash[:]) + "'"
		}
		policy := fmt.Sprintf(`default-src 'none'; style-src %s; script-src %s; base-uri 'none'; form-action 'none'`, sum(styles[0][1]), sum(scripts[0][1]))
		if !strings.Contains(html.UnescapeString(page), `<meta http-equiv="Content-Security-Policy" content="`+policy+`">`) {
			t.Errorf("%s: the policy is not %s", name, policy)
		}
		for _, code := range []string{styles[0][1], scripts[0][1]} {
			if found := regexp.MustCompile(`(?i)https?:|//[a-z]|@import|url\((?:[^#]|$)|fetch\(|XMLHttp|innerHTML|eval\(|</`).FindString(code); found != "" {
				t.Errorf("%s: style or script holds %q", name, found)
			}
		}
		for _, tag := range htmlTag.FindAllString(withoutCode(page), -1) {
			if found := regexp.MustCompile(`(?i)\s(style|on[a-z]+|src|srcset|action|ping|xlink:href)\s*=|href="[^#]|url\([^#]|https?:`).FindString(tag); found != "" {
				t.Errorf("%s: %s holds %q", name, tag, found)
			}
		}
	}
}

func TestThePageIsTheSameEveryTime(t *testing.T) {
	o := options(0)
	o.All = true
	if first, second := htmlOf(t, company(40), o), htmlOf(t, company(40), o); first != second {
		t.Error(cmp.Diff(first, second))
	}
}

func TestFrameworksOfThePage(t *testing.T) {
	named := func(ids ...string) []string {
		o := options(0)
		o.Frameworks = ids
		var names []string
		for _, f := range newHTMLPage(spotless(), o).Frameworks {
			names = append(names, f.ID)
		}
		return names
	}
	if diff := cmp.Diff([]string{"cis-5.0", "fsbp"}, named()); diff != "" {
		t.Errorf("none asked for:\n%s", diff)
	}
	if diff := cmp.Diff([]string{"soc2", "cis-7.0"}, named("soc2", "cis-7.0", "nonsense")); diff != "" {
		t.Errorf("two asked for:\n%s", diff)
	}
	o := options(0)
	o.Frameworks = []string{"soc2", "pci-4.0.1"}
	page := htmlOf(t, spotless(), o)
	for _, marked := range []string{`</span>`, `<span class="source">opinion</span>`, `<span class="source">AWS’s mapping</span>`, "is the opinion of scanner vendors, not the publisher’s"} {
		if !strings.Contains(page, marked) {
			t.Errorf("%s is not on the page", marked)
		}
	}
}

func TestEveryCheckIsExplained(t *testing.T) {
	for _, check := range report.Checks() {
		if failsWhen(check.ID, report.DefaultPolicy()) == "" {
			t.Errorf("nothing says when %s fails", check.ID)
		}
	}
}

// TestWhatRulesRemember: key-reawakened is asked where rules were read, also when
// such a run is judged again and has no plan.
func TestWhatRulesRemember(t *testing.T) {
	again := mixed()
	again.Plan, again.Learned.RulesRead = nil, true
	never := mixed()
	never.Plan, never.Learned.RulesRead = nil, false
	for name, r := range map[string]audit.Result{"again": again, "never": never, "plan": withPlan(never)} {
		page, not := htmlOf(t, r, options(0)), "no, only by plan and apply"
		if got, want := strings.Contains(page, not), name == "never"; got != want {
			t.Errorf("%s: says %q: %v", name, not, got)
		}
		if got, want := strings.Contains(page, "The check key-reawakened was not asked"), name == "never"; got != want {
			t.Errorf("%s: says that it was not asked: %v", name, got)
		}
	}
}

func TestVerdictInWords(t *testing.T) {
	with := func(incomplete bool, statuses ...report.Status) audit.Result {
		r := spotless()
		for _, status := range statuses {
			r.Findings = append(r.Findings, report.Finding{Check: report.KeyStale, Status: status, Severity: report.High, User: "u", Slot: 1})
		}
		if incomplete {
			r.Incomplete = []string{"something"}
		}
		return r
	}
	tests := []struct {
		name, class, words string
		r                  audit.Result
	}{
		{"nothing at all", "pass", "No findings: every check passed", with(false)},
		{"one failed", "fail", "1 failed check, 1 of them high", with(false, report.Fail, report.Unknown, report.Excepted)},
		{"failed and incomplete", "fail", "2 failed checks, 2 of them high. The audit is incomplete.", with(true, report.Fail, report.Fail)},
		{"unknown is not passed", "unknown", "Nothing failed, and 1 check could not be answered", with(false, report.Unknown, report.Excepted)},
		{"incomplete is not passed", "unknown", "Nothing failed in what could be looked at. The audit is incomplete.", with(true, report.Excepted)},
		{"excepted is not passed", "excepted", "Nothing failed but 2 checks that are excepted", with(false, report.Excepted, report.Excepted)},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got := newHTMLVerdict(test.r)
			if got.Class != test.class || got.Words != test.words || !strings.HasSuffix(AuditSentence(test.r), got.Sentence) {
				t.Errorf("got %+v", got)
			}
		})
	}
}

func TestExceptionsOfThePage(t *testing.T) {
	r := reviewed()
	stray := r.Exceptions[0]
	stray.Ticket = "STRAY-1"
	r.Findings[3].Status, r.Findings[3].Exception = report.Excepted, &stray
	r.Findings[4].Status, r.Findings[4].Exception = report.Excepted, &r.Exceptions[0]
	type line struct {
		Ticket, State string
		Waived        int
	}
	var got []line
	for i, x := range waiversOf(r).view(r.AsOf) {
		if x.Number != i+1 {
			t.Errorf("exception %d has the number %d", i+1, x.Number)
		}
		got = append(got, line{x.Ticket, x.State, x.Waived})
	}
	// bob's finding holds a copy of the second; the third is over.
	want := []line{{"HR-1", "active", 1}, {"=SEC-7", "expiring", 1}, {"OPS-3", "lapsed", 0}, {"STRAY-1", "active", 1}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
