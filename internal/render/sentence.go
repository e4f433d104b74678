package render

import (
	"fmt"
	"slices"
	"strings"

	"keywatch/internal/audit"
	"keywatch/internal/report"
	"keywatch/internal/watch"
)

// AuditSentence says in words, in one line for the end of a run, how an audit
// came out and what was looked at. It says that there are no findings only where
// every check was answered and the run left nothing out.
func AuditSentence(r audit.Result) string {
	words := auditVerdict(r) + ". " + auditScope(r)
	switch {
	case len(r.Incomplete) > 0:
		return "Audit INCOMPLETE: " + words
	case tallyOf(r).statuses[report.Pass] == len(r.Findings):
		return words
	}
	return "Audit complete: " + words
}

// auditVerdict is the outcome of what was looked at, without a full stop.
func auditVerdict(r audit.Result) string {
	t := tallyOf(r)
	switch fail, unknown, excepted := t.statuses[report.Fail], t.statuses[report.Unknown], t.statuses[report.Excepted]; {
	case fail > 0:
		words := count(fail, "failed check")
		for _, severity := range []report.Severity{report.Critical, report.High} {
			if n := t.severities[severity]; n > 0 {
				return words + fmt.Sprintf(", %d of them %s", n, severity)
			}
		}
		return words
	case unknown > 0:
		return fmt.Sprintf("nothing failed, and %s could not be answered", count(unknown, "check"))
	case len(r.Incomplete) > 0:
		return "nothing failed in what could be looked at"
	case excepted > 0:
		return fmt.Sprintf("nothing failed but %s", counted(excepted, "check that is excepted", "checks that are excepted"))
	}
	return "No findings: every check passed"
}

// auditScope says what was looked at, and counts all answers.
func auditScope(r audit.Result) string {
	risky := r.Summary().RiskyKeys
	return fmt.Sprintf("%s and %s were checked, %d of the keys %s risky. Failed: %s.",
		count(r.Report.Users, "user"), count(r.ActiveKeys, "active key"), risky, plural(risky, "is", "are"), tallyOf(r))
}

// PlanSentence sums r.Plan up in one line: what will change, or what was
// changed if the plan was applied. It says that all is well only where the run
// left nothing out. It is empty where there is no plan.
func PlanSentence(r audit.Result) string {
	if r.Plan == nil {
		return ""
	}
	s := sumsOf(*r.Plan)
	if s.regions == 0 {
		return noChanges(r, s)
	}
	// Where nothing but held changes is left, it cannot be told whether
	// somebody tried to apply the plan.
	what, done := "", r.Complete() && s.failed == 0 && s.held == 0 && s.errors == 0
	var parts []string
	add := func(n int, word string) {
		if n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, word))
		}
	}
	create, update, retire := r.Plan.Pending()
	if s.applied {
		what = "Apply"
		done = done && create+update+retire == 0
		created, updated, retired := r.Plan.Applied()
		add(created, "created")
		add(updated, "updated")
		add(retired, "retired")
		add(create+update+retire, "not tried")
	} else {
		if create+update+retire > 0 {
			what = "Plan"
		}
		add(create, "to create")
		add(update, "to update")
		add(retire, "to retire")
	}
	add(s.failed, "failed")
	add(s.held, "held")
	switch {
	case !done:
		what = strings.TrimSpace(what + " INCOMPLETE")
	case s.applied:
		what = "Apply complete"
	}
	return fmt.Sprintf("%s: %s in %s; %d unchanged.", what, strings.Join(parts, ", "), count(s.regions, "Region"), s.unchanged)
}

func noChanges(r audit.Result, s sums) string {
	keys, others := len(r.Plan.WatchedKeys), ""
	if n := len(r.Plan.WatchedIdentities); n > 0 {
		others = " and " + count(n, "other watch")
	}
	where := count(s.covered, "Region")
	if n := len(r.Plan.Skipped); n > 0 {
		where += fmt.Sprintf("; %s not looked at", count(n, "Region"))
	}
	if n := len(r.Plan.Uncovered); n > 0 {
		where += fmt.Sprintf("; %s not covered", count(n, "Region"))
	}
	switch {
	case !r.Complete() || s.errors > 0:
		return fmt.Sprintf("INCOMPLETE: no changes in what could be looked at; %d unchanged.", s.unchanged)
	case keys == 0 && others == "":
		return fmt.Sprintf("No changes: no key needs a watch in %s.", where)
	case keys == 1 && others == "":
		return fmt.Sprintf("No changes: the 1 risky key is watched in %s.", where)
	}
	return fmt.Sprintf("No changes: all %s%s are watched in %s.", count(keys, "key"), others, where)
}

// sums are what a plan adds up to, beside Pending and Applied.
type sums struct {
	regions, covered, errors int // Regions with changes, with alerts, with an error
	failed, held, unchanged  int
	applied                  bool // some change was tried
}

func sumsOf(plan watch.Plan) sums {
	var s sums
	for _, region := range plan.Regions {
		s.unchanged += region.Unchanged
		if region.Error != "" {
			s.errors++
		} else if !slices.Contains(plan.Uncovered, region.Region) {
			s.covered++
		}
		if len(region.Changes) > 0 {
			s.regions++
		}
		for _, change := range region.Changes {
			switch change.Status {
			case watch.Failed:
				s.failed++
				s.applied = true
			case watch.Held:
				s.held++
			case watch.Done:
				s.applied = true
			}
		}
	}
	return s
}

// count says how many of what: 1 key, 2 keys, 3 watches.
func count(n int, noun string) string {
	switch {
	case n == 1:
		return "1 " + noun
	case strings.HasSuffix(noun, "ch"):
		noun += "e"
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
