package render

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"keywatch/internal/audit"
	"keywatch/internal/story"
)

// Options say how to write. The zero value is plain text of any width, without
// the findings that passed.
type Options struct {
	// Width is the number of columns of the terminal; 0 means no limit. Lines
	// are wrapped to it, never cut. Only the table formats look at it.
	Width int
	// Color adds ANSI colours to the table formats. Nothing is said by colour
	// alone. Whether the output is a terminal and what NO_COLOR says is the
	// caller's to find out.
	Color bool
	// All lists the findings that passed, too.
	All bool
	// Frameworks are the IDs of those whose controls an audit tells of. Unknown ones
	// are left out. Where there are none, html tells of cis-5.0 and fsbp.
	Frameworks []string
	// Story is what happened since the last run, for html, wide and the
	// formats that Story has; nil where that is not known.
	Story *story.Story
	// Settings are the settings in force, as YAML, for formats that tell where a
	// result comes from.
	Settings string
	// Region is the home Region, for formats that file findings under one. Where it
	// is empty, or not of the account's partition, it is the partition's own.
	Region string
	// Version is the tool's version, for tool_version.
	Version string
	// Now is the time the age of the report is told from. Where it is zero no
	// age is told.
	Now time.Time
}

// Formats lists the names that Audit takes, the default first, those of
// PlanFormats before the others. The caller may change the slice.
func Formats() []string {
	return append(PlanFormats(), "html", "xlsx", "junit", "ocsf", "asff")
}

// PlanFormats lists the names that Plan takes, the default first. The caller
// may change the slice.
func PlanFormats() []string {
	return []string{"table", "wide", "json", "csv", "markdown"}
}

// Audit writes the findings of a result in the order they have. It does not
// look at r.Plan, but that formats which plans lack also tell the reasons why the plan
// is incomplete. Nothing is written where the format is unknown.
func Audit(w io.Writer, format string, r audit.Result, o Options) error {
	doc := newAuditDoc(r, o)
	if !slices.Contains(PlanFormats(), format) {
		r.Incomplete = r.IncompleteReasons() // no document beside this one tells the plan's
	}
	var out bytes.Buffer
	var err error
	switch format {
	case "table":
		auditTable(&out, r, o, doc.Findings, auditLayouts)
	case "wide":
		auditTable(&out, r, o, doc.Findings, wideLayouts)
	case "json":
		err = writeJSON(&out, doc)
	case "csv":
		err = auditCSV(&out, doc)
	case "markdown":
		auditMarkdown(&out, r, o, doc.Findings)
	case "html":
		err = auditHTML(&out, r, o)
	case "xlsx":
		err = auditXLSX(&out, r, o)
	case "junit":
		err = auditJUnit(&out, r, o)
	case "ocsf":
		err = auditOCSF(&out, r, o)
	case "asff":
		err = auditASFF(&out, r, o)
	default:
		return fmt.Errorf("render: unknown format %q: use %s", format, orList(Formats()))
	}
	return flush(w, &out, err)
}

// Plan writes the changes of r.Plan, which must be set, Region by Region in the
// order they have. Planned changes and what came of them after they were
// applied are told apart by each change's status. Nothing is written where the
// format is unknown.
func Plan(w io.Writer, format string, r audit.Result, o Options) error {
	if r.Plan == nil {
		return errors.New("render: the result holds no plan: print it as an audit")
	}
	var out bytes.Buffer
	var err error
	switch format {
	case "table":
		planTable(&out, r, o, false)
	case "wide":
		planTable(&out, r, o, true)
	case "json":
		err = writeJSON(&out, newPlanDoc(r, o))
	case "csv":
		err = planCSV(&out, newPlanDoc(r, o))
	case "markdown":
		planMarkdown(&out, r, o)
	default:
		if slices.Contains(Formats(), format) {
			return fmt.Errorf("render: %s is a format of audits, not of plans: use %s", format, orList(PlanFormats()))
		}
		return fmt.Errorf("render: unknown format %q: use %s", format, orList(PlanFormats()))
	}
	return flush(w, &out, err)
}

// orList joins words as people do: a, b or c.
func orList(words []string) string {
	last := len(words) - 1
	return strings.Join(slices.Concat([]string{strings.Join(words[:last], ", ")}, words[last:]), " or ")
}

// flush writes a whole document at once, so that an error on the way leaves
// the output empty.
func flush(w io.Writer, out *bytes.Buffer, err error) error {
	if err == nil {
		_, err = w.Write(out.Bytes())
	}
	if err != nil {
		return fmt.Errorf("render: %w", err)
	}
	return nil
}
