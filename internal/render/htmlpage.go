package render

import (
	"fmt"
	"html/template"
	"strings"
	"time"

	"keywatch/internal/audit"
	"keywatch/internal/report"
)

// htmlPage is all that the page shows. Text in it is clean, and not yet escaped.
type htmlPage struct {
	Policy string
	Style  template.CSS
	Script template.JS

	Account, Partition, Generated, SHA256 string

	Verdict             htmlVerdict
	Facts               []fact
	Incomplete, Outside []string
	Counts              []htmlCount
	Story               *htmlStory
	Severities          htmlBars
	Frameworks          []htmlFramework
	Histograms          []htmlHistogram
	Exceptions          []htmlException
	Findings            htmlFindings
	Checks              []htmlCheck
	Origin              []fact
	Settings            string
}

// newHTMLPage makes the page of a result. It is a pure function.
func newHTMLPage(r audit.Result, o Options) htmlPage {
	if len(o.Frameworks) == 0 {
		o.Frameworks = []string{"cis-5.0", "fsbp"}
	}
	known := waiversOf(r)
	return htmlPage{
		Account:    clean(r.AccountID),
		Partition:  clean(r.Partition),
		Generated:  orText(stamp(r.Report.GeneratedAt), "of unknown time"),
		SHA256:     clean(r.Report.SHA256),
		Verdict:    newHTMLVerdict(r),
		Facts:      htmlFacts(r, o),
		Incomplete: cleanAll(r.Incomplete),
		Outside:    outside(r),
		Counts:     htmlCounts(r),
		Story:      newHTMLStory(o.Story),
		Severities: severityBars(r),
		Frameworks: htmlFrameworks(r, o),
		Histograms: []htmlHistogram{ageHistogram(r), idleHistogram(r)},
		Exceptions: known.view(r.AsOf),
		Findings:   newHTMLFindings(r, o, known),
		Checks:     htmlChecks(r),
		Origin:     origin(r, o),
		Settings:   cleanLines(o.Settings),
	}
}

// htmlFacts say what was judged, for the head of the page.
func htmlFacts(r audit.Result, o Options) []fact {
	return []fact{
		{"Report made", reportTime(r.Report, o.Now)},
		{"Judged as of", stamp(r.AsOf)},
		{"Source", sourceOf(r.Report)},
		{"Users", count(r.Report.Users, "IAM user") + " and the root user"},
		{"Active access keys", fmt.Sprintf("%d, of which %d risky", r.ActiveKeys, r.Summary().RiskyKeys)},
		{"Report SHA-256", clean(fmt.Sprintf("%.16s", r.Report.SHA256))},
	}
}

func sourceOf(info audit.ReportInfo) string {
	switch info.Source {
	case "iam":
		return "downloaded from IAM"
	case "file":
		return "a file, saved earlier"
	}
	return orNone(clean(info.Source))
}

// outside says what no run of this kind looks at, and what these settings leave
// out. Unlike reasons of incompleteness nobody has to do anything about it.
func outside(r audit.Result) []string {
	var all []string
	for _, check := range report.Checks() {
		if r.Checks.Disabled[check.ID] {
			all = append(all, fmt.Sprintf("The check %s is turned off in the settings.", check.ID))
		}
	}
	if !r.RulesRead() && !r.Checks.Disabled[report.KeyReawakened] {
		all = append(all, "The check key-reawakened was not asked: only plan and apply read the rules that remember when a key fell asleep.")
	}
	if r.Report.Source == "file" {
		return append(all, "A saved report holds no access key IDs and does not say when it was made: ages count to the time given in “Judged as of”.")
	}
	return append(all, "Access key IDs are looked up where a key is risky or excepted; other keys are named by user and slot.")
}

// cleanAll makes every line clean.
func cleanAll(lines []string) []string {
	var all []string
	for _, line := range lines {
		all = append(all, clean(line))
	}
	return all
}

// cleanLines makes a text of several lines clean, and leaves its line breaks as
// they are: who copies a clean text has the text.
func cleanLines(text string) string {
	return strings.Join(cleanAll(strings.Split(text, "\n")), "\n")
}

func orText(s, other string) string {
	if s == "" {
		return other
	}
	return s
}

// counted is how many, with the words for that number.
func counted(n int, one, many string) string {
	return fmt.Sprintf("%d %s", n, plural(n, one, many))
}

// inDays writes a limit exactly.
func inDays(d time.Duration) string {
	if d%(24*time.Hour) != 0 {
		return d.String()
	}
	return count(int(d/(24*time.Hour)), "day")
}
