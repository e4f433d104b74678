package story

import (
	"cmp"
	"slices"
	"strings"
	"time"
)

// Run is what one run found, as its document says.
type Run struct {
	AccountID   string
	ToolVersion string
	// AsOf is the point of judgement, GeneratedAt the report's own time, zero
	// for a report from a file.
	AsOf, GeneratedAt time.Time
	ReportSHA256      string
	Complete          bool
	IncompleteReasons []string
	ActiveKeys        int
	Findings          []Finding
}

// Status is a check's answer.
type Status string

// The answers.
const (
	Fail     Status = "fail"
	Pass     Status = "pass"
	Unknown  Status = "unknown"
	Excepted Status = "excepted"
)

// open tells that somebody has to do something: unknown is never pass.
func (s Status) open() bool { return s == Fail || s == Unknown }

// Severity says how much a failed check matters; "" is less than any.
type Severity string

// The severities.
const (
	Critical Severity = "critical"
	High     Severity = "high"
	Medium   Severity = "medium"
	Low      Severity = "low"
)

// Severities lists every severity, worst first.
func Severities() []Severity { return []Severity{Critical, High, Medium, Low} }

// Less tells that s matters less than other.
func (s Severity) Less(other Severity) bool { return s.rank() < other.rank() }

func (s Severity) rank() int {
	if i := slices.Index(Severities(), s); i >= 0 {
		return len(Severities()) - i
	}
	return 0
}

// Finding is a check's answer for one credential.
type Finding struct {
	Check    string
	Status   Status
	Severity Severity
	// User and ARN are empty for a finding about an exception.
	User, ARN string
	// Slot is 1 or 2 for a key that the report shows. A key beyond those has
	// slot 0 and a KeyID, all else has neither.
	Slot  int
	KeyID string
	// Candidates are the keys that fit a slot equally well; KeyID is then empty.
	Candidates                      []string
	CreatedAt, LastUsedAt           time.Time // the key's, zero if not known
	LastUsedService, LastUsedRegion string
	Reason                          string
	Exception                       *Exception
}

// Exception is what waives a finding, or what the finding is about.
type Exception struct {
	For, Reason, Owner, Ticket string
	Expires                    time.Time // the last day on which it counts, UTC midnight
}

// rootUser is the root user's name in reports.
const rootUser = "<root_account>"

// listsPasses tells that the document holds the findings that passed, too. A run
// of which nothing at all passes looks like one that does not.
func (r Run) listsPasses() bool {
	return slices.ContainsFunc(r.Findings, func(f Finding) bool { return f.Status == Pass })
}

// aboutKey tells that the finding is about one access key.
func (f Finding) aboutKey() bool { return f.Slot != 0 || f.KeyID != "" }

// compareFindings is a whole order: what it calls equal is equal.
func compareFindings(a, b Finding) int {
	return cmp.Or(
		compareUsers(a.User, b.User),
		cmp.Compare(a.Slot, b.Slot),
		strings.Compare(a.Check, b.Check),
		strings.Compare(a.KeyID, b.KeyID),
		a.CreatedAt.Compare(b.CreatedAt),
		strings.Compare(a.Reason, b.Reason),
		strings.Compare(string(a.Status), string(b.Status)),
		strings.Compare(string(a.Severity), string(b.Severity)),
		strings.Compare(a.ARN, b.ARN),
		slices.Compare(a.Candidates, b.Candidates),
		a.LastUsedAt.Compare(b.LastUsedAt),
		strings.Compare(a.LastUsedService, b.LastUsedService),
		strings.Compare(a.LastUsedRegion, b.LastUsedRegion),
		compareExceptions(a.Exception, b.Exception),
	)
}

func compareExceptions(a, b *Exception) int {
	switch {
	case a == b:
		return 0
	case a == nil:
		return -1
	case b == nil:
		return 1
	}
	return cmp.Or(
		strings.Compare(a.For, b.For), strings.Compare(a.Ticket, b.Ticket), strings.Compare(a.Owner, b.Owner),
		strings.Compare(a.Reason, b.Reason), a.Expires.Compare(b.Expires),
	)
}

// compareUsers sorts as findings are: root first, then without regard to case,
// and what is about no user last.
func compareUsers(a, b string) int {
	switch {
	case a == b:
		return 0
	case a == rootUser, b == "":
		return -1
	case b == rootUser, a == "":
		return 1
	}
	return cmp.Or(strings.Compare(strings.ToLower(a), strings.ToLower(b)), strings.Compare(a, b))
}
