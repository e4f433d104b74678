package report

import "time"

// RootUser is the name the report gives the account's root user.
const RootUser = "<root_account>"

// Report is one parsed credential report: every row it has, or none at all.
type Report struct {
	// AccountID and Partition are read from the rows' ARNs, which all agree.
	AccountID, Partition string
	// Rows holds the root row and one row per IAM user, in the report's order.
	Rows []Row
	// ExtraColumns names the columns this package does not know, in the
	// report's order. Each Row.Extra runs parallel to it.
	ExtraColumns []string
}

// Users is the number of IAM users, root not counted.
func (r Report) Users() int { return len(r.Rows) - 1 }

// ActiveKeys is the number of active access keys, root's included.
func (r Report) ActiveKeys() int {
	n := 0
	for _, row := range r.Rows {
		for _, slot := range row.Slots {
			if slot.Active {
				n++
			}
		}
	}
	return n
}

// Row is one line of the report. A zero time means the report gave none: N/A,
// no_information, not_supported or an empty cell.
type Row struct {
	User, ARN string
	Line      int // 1-based line the row starts on
	CreatedAt time.Time

	Password     Password
	MFA          bool
	Slots        [2]Slot
	Certificates [2]Certificate

	// AdditionalCredentials is the cell additional_credentials_info; it is
	// empty where the cell says N/A. HasAdditional tells that the column exists.
	AdditionalCredentials string
	HasAdditional         bool

	Extra []string
}

// IsRoot tells the root row from the users' rows.
func (r Row) IsRoot() bool { return r.User == RootUser }

// Password is the console password of a row.
type Password struct {
	// Enabled is also true where the report says not_supported, as older ones
	// do for root: whether there is a password can then not be told.
	Enabled               bool
	LastUsed, LastChanged time.Time
	NextRotation          time.Time
}

// Slot is access_key_1 or access_key_2 of a row. The report keeps no key ID.
type Slot struct {
	Active bool
	// LastRotated is when the key "was created or last changed" (AWS's words);
	// on the wire it has been seen to equal the key's CreateDate to the second.
	LastRotated     time.Time
	LastUsed        time.Time
	LastUsedRegion  string // empty where the report says N/A
	LastUsedService string // empty where the report says N/A
}

// Exists tells that the slot holds a key, active or not. An inactive key keeps
// its LastRotated; only an empty slot has none.
func (s Slot) Exists() bool { return s.Active || !s.LastRotated.IsZero() }

// Certificate is cert_1 or cert_2 of a row, an X.509 signing certificate.
type Certificate struct {
	Active      bool
	LastRotated time.Time
}
