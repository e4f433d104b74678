package render

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"keywatch/internal/audit"
)

// auditMarkdown writes the head as a list and the findings as a table of
// GitHub-flavoured Markdown.
func auditMarkdown(out *bytes.Buffer, r audit.Result, o Options, findings []findingDoc) {
	fmt.Fprintf(out, "## Credential audit of account %s\n\n", code(r.AccountID))
	known := append(facts(r, o), fact{"Report SHA-256", r.Report.SHA256}, fact{"Findings", tallyOf(r).String()})
	markdownFacts(out, known, r.Incomplete)
	if len(o.Frameworks) > 0 {
		controlsMarkdown(out, assess(r, o.Frameworks))
		out.WriteString("\n### Findings\n")
	}
	if len(findings) == 0 {
		fmt.Fprintf(out, "\n%s\n", prose(AuditSentence(r)))
	} else {
		findingsMarkdown(out, findings)
	}
	if o.Story != nil {
		out.WriteByte('\n')
		storyMarkdown(out, *o.Story)
	}
}

func findingsMarkdown(out *bytes.Buffer, findings []findingDoc) {
	rows := [][]string{{"Severity", "User", "Slot", "Key ID", "Age", "Idle", "Check", "Reason"}}
	for _, f := range findings {
		var ids []string
		for _, id := range append(list(f.CandidateKeyIDs), f.AccessKeyID) {
			if id != "" {
				ids = append(ids, code(id))
			}
		}
		rows = append(rows, []string{strong(verdict(f)), code(user(f)), slot(f), orNone(strings.Join(ids, orKey+" ")),
			age(f), idle(f), code(f.Check), prose(reason(f))})
	}
	markdownTable(out, rows)
}

// planMarkdown writes the head as a list, the changes as a table, and the
// Regions as another.
func planMarkdown(out *bytes.Buffer, r audit.Result, o Options) {
	fmt.Fprintf(out, "## Watch plan of account %s\n\n", code(r.AccountID))
	markdownFacts(out, facts(r, o), r.IncompleteReasons())
	changes := [][]string{{"Region", "Action", "Rule", "Keys", "Why", "Status"}}
	regions := [][]string{{"Region", "Rules", "Foreign rules, left alone", "Error"}}
	for _, region := range r.Plan.Regions {
		for _, c := range region.Changes {
			status := strong(string(c.Status))
			if c.Error != "" {
				status += ": " + prose(c.Error)
			}
			changes = append(changes, []string{code(region.Region), prose(verb(c)), code(c.Rule),
				orNone(codes(keysOf(c), " ")), prose(strings.Join(c.Why, "; ")), status})
		}
		regions = append(regions, []string{code(region.Region), room(region),
			orNone(codes(region.Foreign, ", ")), orNone(prose(region.Error))})
	}
	if len(changes) > 1 {
		markdownTable(out, changes)
	}
	markdownTable(out, regions)
	if len(r.Plan.Uncovered) > 0 {
		fmt.Fprintf(out, "\n**Not covered** (a key used there may raise no alert): %s\n", codes(r.Plan.Uncovered, ", "))
	}
	if len(r.Plan.Skipped) > 0 {
		fmt.Fprintf(out, "\n**Skipped** (%s): %s\n", prose(skippedMeaning), codes(r.Plan.Skipped, ", "))
	}
	fmt.Fprintf(out, "\n%s\n", prose(PlanSentence(r)))
}

func markdownFacts(out *bytes.Buffer, facts []fact, incomplete []string) {
	for _, f := range facts {
		fmt.Fprintf(out, "- %s: %s\n", f.Name, prose(f.Value))
	}
	if len(incomplete) == 0 {
		return
	}
	fmt.Fprintf(out, "\n**INCOMPLETE.** %s\n\n", incompleteMeaning)
	for _, reason := range incomplete {
		fmt.Fprintf(out, "- %s\n", prose(reason))
	}
}

// markdownTable writes rows of escaped cells, the header first, after an empty
// line.
func markdownTable(out *bytes.Buffer, rows [][]string) {
	rule := slices.Repeat([]string{"---"}, len(rows[0]))
	out.WriteByte('\n')
	for _, row := range slices.Insert(rows, 1, rule) {
		fmt.Fprintf(out, "| %s |\n", strings.Join(row, " | "))
	}
}

func codes(words []string, between string) string {
	var out []string
	for _, word := range words {
		out = append(out, code(word))
	}
	return strings.Join(out, between)
}

// strong makes what needs a reader's eye bold.
func strong(word string) string {
	switch word {
	case "critical", "high", "unknown", "failed", "held":
		return "**" + word + "**"
	}
	return prose(word)
}
