package render

import (
	"encoding/csv"
	"io"
	"strconv"
	"strings"
)

// incomplete is the status of a line that is no finding and no change, but a
// reason why the run is incomplete.
const incomplete = "incomplete"

// auditCSV writes a header and one line per finding. Every line tells account,
// report and completeness, so that a filed CSV stands alone. What was not
// looked at comes first, a line each without a check.
func auditCSV(w io.Writer, doc auditDoc) error {
	lines := [][]string{append(headColumns(), "check", "status", "severity", "user", "arn", "slot",
		"access_key_id", "ambiguous", "candidate_key_ids", "key_state", "created_at", "last_used_at",
		"last_used_service", "last_used_region", "age_days", "idle_days", "reason", "controls",
		"exception_for", "exception_reason", "exception_owner", "exception_ticket", "exception_expires")}
	var all []findingDoc
	for _, reason := range doc.IncompleteReasons {
		all = append(all, findingDoc{Status: incomplete, Reason: reason})
	}
	for _, f := range append(all, doc.Findings...) {
		slot := ""
		if f.Slot != 0 {
			slot = strconv.Itoa(f.Slot)
		}
		x := exceptionDoc{}
		if f.Exception != nil {
			x = *f.Exception
		}
		lines = append(lines, append(headCells(doc, doc.Complete),
			cell(f.Check), cell(f.Status), cell(f.Severity), cell(f.User), cell(f.ARN), slot,
			cell(f.AccessKeyID), strconv.FormatBool(f.Ambiguous), cells(f.CandidateKeyIDs), cell(f.KeyState),
			cell(f.CreatedAt), cell(f.LastUsedAt), cell(f.LastUsedService), cell(f.LastUsedRegion),
			number(f.AgeDays), number(f.IdleDays), cell(f.Reason), cells(f.Controls),
			cell(x.For), cell(x.Reason), cell(x.Owner), cell(x.Ticket), cell(x.Expires)))
	}
	return csv.NewWriter(w).WriteAll(lines)
}

// planCSV writes a header and one line per change. What was not looked at, not
// written or held back comes first, a line each without an action.
func planCSV(w io.Writer, doc planDoc) error {
	lines := [][]string{append(headColumns(), "region", "action", "rule", "keys_added", "keys_removed",
		"why", "status", "error")}
	add := func(region string, c changeDoc) {
		lines = append(lines, append(headCells(doc.Audit, doc.Complete),
			cell(region), cell(c.Action), cell(c.Rule), cells(c.KeysAdded), cells(c.KeysRemoved),
			cell(strings.Join(c.Why, "; ")), cell(c.Status), cell(c.Error)))
	}
	for _, reason := range doc.IncompleteReasons {
		add("", changeDoc{Status: incomplete, Error: reason})
	}
	for _, region := range doc.Regions {
		if region.Error != "" {
			add(region.Region, changeDoc{Status: incomplete, Error: region.Error})
		}
		for _, change := range region.Changes {
			add(region.Region, change)
		}
	}
	return csv.NewWriter(w).WriteAll(lines)
}

func headColumns() []string {
	return []string{"account_id", "partition", "report_generated_at", "as_of", "complete"}
}

// headCells are the same on every line. A plan has a completeness of its own.
func headCells(doc auditDoc, complete bool) []string {
	generated := ""
	if doc.Report.GeneratedAt != nil {
		generated = *doc.Report.GeneratedAt
	}
	return []string{cell(doc.AccountID), cell(doc.Partition), cell(generated), cell(doc.AsOf), strconv.FormatBool(complete)}
}

func cells(list []string) string { return cell(strings.Join(list, " ")) }

func number(n *int) string {
	if n == nil {
		return ""
	}
	return strconv.Itoa(*n)
}
