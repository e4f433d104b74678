package render

import (
	"fmt"
	"slices"
	"strings"

	"keywatch/internal/audit"
	"keywatch/internal/report"
)

// htmlFramework is a framework and how its controls came out.
type htmlFramework struct {
	ID, Name, Worth, Sum string
	Controls             []htmlControl
}

// htmlControl is a control. Mark is whose word the mapping is where it is not
// the publisher's.
type htmlControl struct {
	ID, Title, Mark, Verdict      string
	Pass, Fail, Unknown, Excepted int
	Checks, Notes                 []string
}

func htmlFrameworks(r audit.Result, o Options) []htmlFramework {
	var all []htmlFramework
	for _, f := range assess(r, o.Frameworks) {
		frame := htmlFramework{ID: f.ID, Name: f.Name, Worth: worthInWords(f.Source)}
		verdicts := map[report.Status]int{}
		for _, a := range f.all {
			verdicts[a.Verdict]++
			control := htmlControl{
				ID: a.ID, Title: a.Title, Mark: mark(a.Source), Verdict: string(a.Verdict),
				Pass: a.Pass, Fail: a.Fail, Unknown: a.Unknown, Excepted: a.Excepted, Notes: cleanAll(a.Notes),
			}
			for _, check := range a.Checks {
				control.Checks = append(control.Checks, string(check))
			}
			frame.Controls = append(frame.Controls, control)
		}
		frame.Sum = fmt.Sprintf("%s: %d failed, %d unknown, %d excepted, %d passed", count(len(f.all), "control"),
			verdicts[report.Fail], verdicts[report.Unknown], verdicts[report.Excepted], verdicts[report.Pass])
		all = append(all, frame)
	}
	return all
}

// Marked tells that some control bears a mark.
func (p htmlPage) Marked() bool {
	return slices.ContainsFunc(p.Frameworks, func(f htmlFramework) bool {
		return slices.ContainsFunc(f.Controls, func(c htmlControl) bool { return c.Mark != "" })
	})
}

// mark is the short form of worth.
func mark(s report.Source) string {
	switch s {
	case report.AWS:
		return "AWS’s mapping"
	case report.Opinion:
		return "opinion"
	}
	return ""
}

func worthInWords(s report.Source) string {
	switch s {
	case report.AWS:
		return "Which checks belong to a control is AWS’s mapping, not the publisher’s."
	case report.Opinion:
		return "Which checks belong to a control is the opinion of scanner vendors, not the publisher’s."
	}
	return ""
}

// htmlCheck says what a check asks, and of which controls it is a part.
type htmlCheck struct {
	ID, Fails, Severity, Asked string
	Watched                    bool // a key that fails it is watched
	Controls                   []htmlControlList
}

// htmlControlList is the controls of one framework that a check belongs to.
type htmlControlList struct{ Framework, IDs string }

func htmlChecks(r audit.Result) []htmlCheck {
	var all []htmlCheck
	controls := controlLists(report.FrameworkIDs())
	for _, check := range report.Checks() {
		c := htmlCheck{ID: string(check.ID), Fails: failsWhen(check.ID, r.Checks), Severity: check.Severity.String(), Asked: "yes", Watched: r.Risky[check.ID], Controls: controls[check.ID]}
		if own := r.Checks.Severity[check.ID]; own != 0 {
			c.Severity = own.String()
		}
		switch {
		case r.Checks.Disabled[check.ID]:
			c.Asked = "no, turned off"
		case check.ID == report.KeyReawakened && !r.RulesRead():
			c.Asked = "no, only by plan and apply"
		}
		all = append(all, c)
	}
	return all
}

// controlLists lists the controls of some frameworks that each check belongs to.
func controlLists(frameworks []string) map[report.CheckID][]htmlControlList {
	all := map[report.CheckID][]htmlControlList{}
	for check, controls := range report.ControlsOf() {
		var lists []htmlControlList
		for _, control := range controls {
			framework, id, _ := strings.Cut(control, "/")
			switch last := len(lists) - 1; {
			case !slices.Contains(frameworks, framework):
			case last >= 0 && lists[last].Framework == framework:
				lists[last].IDs += ", " + id
			default:
				lists = append(lists, htmlControlList{framework, id})
			}
		}
		all[check] = lists
	}
	return all
}

// failsWhen ends the sentence "The check fails when".
func failsWhen(check report.CheckID, p report.Policy) string {
	switch check {
	case report.RootAccessKey:
		return "the root user has an active access key"
	case report.RootMFA:
		return "the root user has credentials and no MFA"
	case report.RootUsed:
		return "a root credential was used within " + inDays(p.RootUsedWithin)
	case report.KeyStale:
		return "an active key has been idle for " + inDays(p.StaleAfter) + " or more; one never used counts from its creation"
	case report.KeyUnrotated:
		return "an active key is older than " + inDays(p.UnrotatedAfter)
	case report.KeyReawakened:
		return "a key that is watched because it was stale has been used again"
	case report.UserTwoActiveKeys:
		return "both access keys of a user are active"
	case report.KeyAtUserCreation:
		return "a console user’s key was made within 60 seconds after the user"
	case report.ConsoleMFA:
		return "a user can sign in to the console without MFA"
	case report.PasswordStale:
		return "a console password has been unused for " + inDays(p.StaleAfter) + " or more"
	case report.SigningCertificate:
		return "a user has an active X.509 signing certificate"
	case report.HiddenCredentials:
		return "the report says that a user has more credentials than it shows"
	case report.ExceptionExpired:
		return "an exception’s last day is over"
	case report.ExceptionExpiring:
		return "an exception’s last day is within 14 days"
	case report.ExceptionUnmatched:
		return "an exception waives nothing that fails"
	case report.ExceptionHidesUse:
		return "an exception waives that a key sleeps, and the key is in use"
	}
	return ""
}
