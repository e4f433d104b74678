package report

import "time"

// CheckID is the stable name of a check.
type CheckID string

// The checks, in the order of the design's table.
const (
	RootAccessKey      CheckID = "root-access-key"
	RootMFA            CheckID = "root-mfa"
	RootUsed           CheckID = "root-used"
	KeyStale           CheckID = "key-stale"
	KeyUnrotated       CheckID = "key-unrotated"
	UserTwoActiveKeys  CheckID = "user-two-active-keys"
	KeyAtUserCreation  CheckID = "key-at-user-creation"
	ConsoleMFA         CheckID = "console-mfa"
	PasswordStale      CheckID = "password-stale"
	SigningCertificate CheckID = "signing-certificate"
	HiddenCredentials  CheckID = "hidden-credentials"
)

// Status is a check's answer. Unknown is never pass.
type Status string

// The answers.
const (
	Fail     Status = "fail"
	Pass     Status = "pass"
	Unknown  Status = "unknown"
	Excepted Status = "excepted"
)

// Severity says how much a failed check matters. Larger is worse; the zero
// value is no severity.
type Severity int

// The severities, mildest first.
const (
	Low Severity = iota + 1
	Medium
	High
	Critical
)

// Severities lists every severity, worst first.
func Severities() []Severity { return []Severity{Critical, High, Medium, Low} }

// String is the name used in settings and output, "" for the zero value.
func (s Severity) String() string {
	switch s {
	case Low:
		return "low"
	case Medium:
		return "medium"
	case High:
		return "high"
	case Critical:
		return "critical"
	}
	return ""
}

// ParseSeverity is the inverse of String for the named severities.
func ParseSeverity(name string) (Severity, bool) {
	for _, s := range Severities() {
		if s.String() == name {
			return s, true
		}
	}
	return 0, false
}

// Finding is one check's answer for one credential of one row.
type Finding struct {
	Check    CheckID
	Status   Status
	Severity Severity
	// User and ARN are empty for a finding about an exception.
	User string
	ARN  string
	// Slot is 1 or 2 where the finding is about an access key, else 0.
	Slot int
	// Certificate is 1 or 2 where the finding is about a signing certificate,
	// else 0.
	Certificate int

	// CreatedAt, LastUsedAt, LastUsedService and LastUsedRegion are the key's,
	// zero where the finding is not about a key or the report does not say.
	CreatedAt, LastUsedAt           time.Time
	LastUsedService, LastUsedRegion string
	// IdleSince is when idleness of the key or password starts to count: the
	// last use, or for one never used its creation. Zero where it does not apply.
	IdleSince time.Time

	// AsleepSince is the day since when rules remembered the key as idle; only
	// key-reawakened has it.
	AsleepSince time.Time

	// Reason is one sentence for people.
	Reason string

	// Exception is what waives an excepted finding, or what a finding about
	// exceptions is about. Not to be changed.
	Exception *Exception

	// Key is what ResolveKeys learned of the access key. Its zero value means
	// nobody asked.
	Key KeyRef
}

// KeyRef says which access key a slot holds.
type KeyRef struct {
	State KeyState
	// ID is set where exactly one key fits the slot.
	ID string
	// Candidates are the IDs, sorted, that fit equally well: ID is then empty
	// and all of them are watched.
	Candidates []string
	// Why explains a state that is not plain, in words for people.
	Why string
}

// KeyState is what is known of a slot's key at the time of the run.
type KeyState string

// The states of a slot's key.
const (
	KeyNotAsked  KeyState = ""
	KeyFound     KeyState = "found"     // ID is known and the key is active
	KeyAmbiguous KeyState = "ambiguous" // several keys fit, see Candidates
	KeyInactive  KeyState = "inactive"  // deactivated since the report
	KeyGone      KeyState = "gone"      // deleted since the report
	KeyUnknown   KeyState = "unknown"   // IAM could not be asked, see Why
)

// AgeDays is the key's age at asOf in whole days, rounded down. It reports
// false where no creation date is known or it lies after asOf.
func (f Finding) AgeDays(asOf time.Time) (int, bool) { return wholeDays(f.CreatedAt, asOf) }

// IdleDays is how long the credential had been idle at asOf in whole days,
// rounded down. It reports false where that does not apply or cannot be told.
func (f Finding) IdleDays(asOf time.Time) (int, bool) { return wholeDays(f.IdleSince, asOf) }

func wholeDays(since, asOf time.Time) (int, bool) {
	if since.IsZero() || since.After(asOf) {
		return 0, false
	}
	return int(asOf.Sub(since) / (24 * time.Hour)), true
}
