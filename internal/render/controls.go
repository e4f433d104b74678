package render

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"keywatch/internal/audit"
	"keywatch/internal/report"
)

// controlDoc is how one control of a framework came out.
type controlDoc struct {
	Framework     string   `json:"framework"`
	FrameworkName string   `json:"framework_name"`
	Control       string   `json:"control"`
	Title         string   `json:"title"`
	Source        string   `json:"source"` // whose word the mapping is
	Pass          int      `json:"pass"`
	Fail          int      `json:"fail"`
	Unknown       int      `json:"unknown"`
	Excepted      int      `json:"excepted"`
	Verdict       string   `json:"verdict"`
	Notes         []string `json:"notes"`
	Checks        []string `json:"checks"`
}

// assessed is a framework with its assessments.
type assessed struct {
	report.Framework
	all []report.Assessment
}

// assess answers the frameworks that were asked for, in that order.
func assess(r audit.Result, ids []string) []assessed {
	var all []assessed
	frameworks := report.Frameworks()
	for _, id := range ids {
		if i := slices.IndexFunc(frameworks, func(f report.Framework) bool { return f.ID == id }); i >= 0 {
			all = append(all, assessed{frameworks[i], r.Judged().Assess(frameworks[i])})
		}
	}
	return all
}

func controlDocs(all []assessed) []controlDoc {
	docs := []controlDoc{}
	for _, f := range all {
		for _, a := range f.all {
			doc := controlDoc{
				Framework: f.ID, FrameworkName: f.Name, Control: a.ID, Title: a.Title, Source: string(a.Source),
				Pass: a.Pass, Fail: a.Fail, Unknown: a.Unknown, Excepted: a.Excepted,
				Verdict: string(a.Verdict), Notes: list(a.Notes), Checks: []string{},
			}
			for _, check := range a.Checks {
				doc.Checks = append(doc.Checks, string(check))
			}
			docs = append(docs, doc)
		}
	}
	return docs
}

// controlsTable writes a table per framework. The title comes last, since it is
// what wraps.
func controlsTable(p page, all []assessed) {
	for _, f := range all {
		p.gap()
		p.para("Controls    ", bold, f.Name+worth(f.Source))
		idWidth := len("CONTROL")
		for _, a := range f.all {
			idWidth = max(idWidth, len(a.ID))
		}
		p.para(fmt.Sprintf("%-8s  %-*s  %5s  %5s  %7s  %8s  ", "VERDICT", idWidth, "CONTROL", "PASS", "FAIL", "UNKNOWN", "EXCEPTED"), bold, "TITLE")
		for _, a := range f.all {
			lead := fmt.Sprintf("%-8s  %-*s  %5d  %5d  %7d  %8d  ", a.Verdict, idWidth, a.ID, a.Pass, a.Fail, a.Unknown, a.Excepted)
			p.para(lead, controlPaint(a.Verdict), controlTitle(f, a))
		}
	}
}

// worth warns of mappings that their publisher does not make.
func worth(s report.Source) string {
	switch s {
	case report.AWS:
		return " (which checks belong to it is AWS's mapping)"
	case report.Opinion:
		return " (which checks belong to it is the opinion of scanner vendors)"
	}
	return ""
}

// controlTitle is a title with all there is to say of how it was judged.
func controlTitle(f assessed, a report.Assessment) string {
	title := a.Title
	if a.Source != f.Source {
		title += worth(a.Source)
	}
	if len(a.Notes) > 0 {
		title += ". Note: " + strings.Join(a.Notes, "; ")
	}
	return title
}

func controlPaint(verdict report.Status) paint {
	switch verdict {
	case report.Fail:
		return red
	case report.Unknown:
		return magenta
	case report.Pass:
		return green
	}
	return plain
}

func controlsMarkdown(out *bytes.Buffer, all []assessed) {
	for _, f := range all {
		fmt.Fprintf(out, "\n### %s\n", prose(f.Name+worth(f.Source)))
		rows := [][]string{{"Verdict", "Control", "Title", "Pass", "Fail", "Unknown", "Excepted"}}
		for _, a := range f.all {
			verdict := string(a.Verdict)
			if a.Verdict == report.Fail || a.Verdict == report.Unknown {
				verdict = "**" + verdict + "**"
			}
			rows = append(rows, []string{verdict, code(a.ID), prose(controlTitle(f, a)),
				fmt.Sprint(a.Pass), fmt.Sprint(a.Fail), fmt.Sprint(a.Unknown), fmt.Sprint(a.Excepted)})
		}
		markdownTable(out, rows)
	}
}
