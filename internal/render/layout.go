package render

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"keywatch/internal/report"
)

// layout is a table's columns, left to right.
type layout []column

// column is one column of a table of findings. The cell of one finding may hold
// several lines, one below the other; empty ones are left out.
type column struct {
	head   string
	lines  []func(findingDoc) string
	number bool // set to the right
	most   int  // the greatest width, 0 means no limit
	wraps  wrapping
}

// wrapping says when a column gives up width where the page is too narrow:
// sentences first, users and keys last, the rest never.
type wrapping int

const (
	never wrapping = iota
	first
	last
)

// stackWidth has room for the longest line of slotAndAges, and for most users.
const stackWidth = 32

type lines = []func(findingDoc) string

// auditLayouts are the layouts of the table, from the widest to the narrowest.
// All of them say the same.
var auditLayouts = []layout{
	{
		{head: "SEVERITY", lines: lines{verdict}},
		{head: "USER", lines: lines{user}},
		{head: "SLOT", lines: lines{slot}, number: true},
		{head: "KEY ID", lines: lines{keyIDs}, most: keyIDWidth + len(orKey)},
		{head: "AGE", lines: lines{age}, number: true},
		{head: "IDLE", lines: lines{idle}, number: true},
		{head: "CHECK", lines: lines{check}},
		{head: "REASON", lines: lines{reason}, wraps: first},
	},
	{
		{head: "SEVERITY", lines: lines{verdict}},
		{head: "USER", lines: lines{user}, wraps: last},
		{head: "SLOT", lines: lines{slot}, number: true},
		{head: "KEY ID", lines: lines{keyIDs}, most: keyIDWidth + len(orKey)},
		{head: "AGE", lines: lines{age}, number: true},
		{head: "IDLE", lines: lines{idle}, number: true},
		{head: "CHECK AND REASON", lines: lines{check, reason}, wraps: first},
	},
	{
		{head: "SEVERITY", lines: lines{verdict}},
		{head: "USER AND KEY", lines: lines{user, someKeyIDs, slotAndAges}, wraps: last, most: stackWidth},
		{head: "CHECK AND REASON", lines: lines{check, reason}, wraps: first},
	},
}

// wideLayouts are the layouts of the wide table, likewise.
var wideLayouts = []layout{
	{
		{head: "SEVERITY", lines: lines{severity}},
		{head: "STATUS", lines: lines{status}},
		{head: "USER", lines: lines{user}},
		{head: "SLOT", lines: lines{slot}, number: true},
		{head: "KEY ID", lines: lines{keyIDs}, most: keyIDWidth + len(orKey)},
		{head: "KEY STATE", lines: lines{keyState}},
		{head: "AGE", lines: lines{age}, number: true},
		{head: "IDLE", lines: lines{idle}, number: true},
		{head: "CREATED", lines: lines{created}},
		{head: "LAST USED", lines: lines{lastUsed}},
		{head: "SERVICE", lines: lines{service}},
		{head: "REGION", lines: lines{region}},
		{head: "CHECK", lines: lines{check}},
		{head: "REASON", lines: lines{reason}, wraps: first},
		{head: "ARN", lines: lines{arn}},
	},
	{
		{head: "SEVERITY", lines: lines{severity, status}},
		{head: "USER AND KEY", lines: lines{user, someKeyIDs, keyStateInWords, slotAndAges}, wraps: last, most: stackWidth},
		{head: "CHECK, REASON, USE AND ARN", lines: lines{check, reason, history, arn}, wraps: first},
	},
}

// stacked tells that cells hold several lines also where nothing is wrapped.
func (l layout) stacked() bool {
	return slices.ContainsFunc(l, func(c column) bool { return len(c.lines) > 1 })
}

// cell is a finding's lines in a column, made clean.
func (c column) cell(f findingDoc) []string {
	var cell []string
	for _, line := range c.lines {
		if s := line(f); s != "" {
			cell = append(cell, clean(s))
		}
	}
	return cell
}

const (
	none  = "-"
	orKey = " or" // parts key IDs that fit a slot equally well
)

func orNone(s string) string {
	if s == "" {
		return none
	}
	return s
}

// verdict is the severity of a failed check, else the status: a check whose
// answer is unknown must not look like an answer.
func verdict(f findingDoc) string {
	if f.Status == string(report.Fail) {
		return f.Severity
	}
	return f.Status
}

func severity(f findingDoc) string { return f.Severity }
func status(f findingDoc) string   { return f.Status }
func arn(f findingDoc) string      { return f.ARN }
func check(f findingDoc) string    { return f.Check }
func created(f findingDoc) string  { return orNone(f.CreatedAt) }
func lastUsed(f findingDoc) string { return orNone(f.LastUsedAt) }
func service(f findingDoc) string  { return orNone(f.LastUsedService) }
func region(f findingDoc) string   { return orNone(f.LastUsedRegion) }
func keyIDs(f findingDoc) string   { return orNone(someKeyIDs(f)) }
func age(f findingDoc) string      { return days(f.AgeDays) }
func idle(f findingDoc) string     { return days(f.IdleDays) }

// noUser stands for the user of a finding about an exception. No user can be
// called so.
const noUser = "(exception)"

func user(f findingDoc) string { return cmp.Or(f.User, noUser) }

// reason says also by whose leave a finding is excepted, and until when.
func reason(f findingDoc) string {
	if x := f.Exception; x != nil && f.Status == string(report.Excepted) {
		return fmt.Sprintf("%s; excepted until %s: %s (ticket %s, owner %s)", f.Reason, x.Expires, x.Reason, x.Ticket, x.Owner)
	}
	return f.Reason
}

func slot(f findingDoc) string {
	if f.Slot == 0 {
		return none
	}
	return fmt.Sprint(f.Slot)
}

func days(n *int) string {
	if n == nil {
		return none
	}
	return fmt.Sprintf("%dd", *n)
}

func someKeyIDs(f findingDoc) string {
	if f.Ambiguous {
		return strings.Join(f.CandidateKeyIDs, orKey+" ")
	}
	return f.AccessKeyID
}

// keyState is what IAM said of the key, none where it was not asked.
func keyState(f findingDoc) string {
	switch {
	case f.Ambiguous:
		return string(report.KeyAmbiguous)
	case f.KeyState != "":
		return f.KeyState
	case f.AccessKeyID != "":
		return "active"
	}
	return none
}

func keyStateInWords(f findingDoc) string {
	if state := keyState(f); state != none {
		return "key " + state
	}
	return ""
}

// slotAndAges says in words what the columns SLOT, AGE and IDLE hold.
func slotAndAges(f findingDoc) string {
	var parts []string
	if f.Slot != 0 {
		parts = append(parts, "slot "+slot(f))
	}
	if f.AgeDays != nil {
		parts = append(parts, age(f)+" old")
	}
	if f.IdleDays != nil {
		parts = append(parts, "idle "+idle(f))
	}
	return strings.Join(parts, ", ")
}

// history says in words when the key was made and where it was used last.
func history(f findingDoc) string {
	var parts []string
	if f.CreatedAt != "" {
		parts = append(parts, "created "+f.CreatedAt)
	}
	if f.LastUsedAt != "" {
		use := "last used " + f.LastUsedAt
		if f.LastUsedService != "" {
			use += " for " + f.LastUsedService
		}
		if f.LastUsedRegion != "" {
			use += " in " + f.LastUsedRegion
		}
		parts = append(parts, use)
	}
	return strings.Join(parts, ", ")
}
