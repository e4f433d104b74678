package report

import (
	"fmt"
	"strings"
	"time"
)

// cells reads the values of one record. The first bad value sticks in err.
type cells struct {
	record  []string
	columns *columns
	pos     func(int) (line, column int)
	err     error
}

func (c *cells) row() Row {
	row := Row{
		User:      c.text("user"),
		ARN:       c.text("arn"),
		CreatedAt: c.date("user_creation_time"),
		Password: Password{
			Enabled:      c.enabled("password_enabled"),
			LastUsed:     c.date("password_last_used"),
			LastChanged:  c.date("password_last_changed"),
			NextRotation: c.date("password_next_rotation"),
		},
		MFA: c.flag("mfa_active"),
		Slots: [2]Slot{
			{
				Active:          c.flag("access_key_1_active"),
				LastRotated:     c.date("access_key_1_last_rotated"),
				LastUsed:        c.date("access_key_1_last_used_date"),
				LastUsedRegion:  c.word("access_key_1_last_used_region"),
				LastUsedService: c.word("access_key_1_last_used_service"),
			},
			{
				Active:          c.flag("access_key_2_active"),
				LastRotated:     c.date("access_key_2_last_rotated"),
				LastUsed:        c.date("access_key_2_last_used_date"),
				LastUsedRegion:  c.word("access_key_2_last_used_region"),
				LastUsedService: c.word("access_key_2_last_used_service"),
			},
		},
		Certificates: [2]Certificate{
			{Active: c.flag("cert_1_active"), LastRotated: c.date("cert_1_last_rotated")},
			{Active: c.flag("cert_2_active"), LastRotated: c.date("cert_2_last_rotated")},
		},
	}
	row.Line, _ = c.pos(0)
	if c.columns.additional >= 0 {
		row.HasAdditional = true
		row.AdditionalCredentials = c.word(additionalColumn)
	}
	if len(c.columns.extra) > 0 {
		row.Extra = make([]string, 0, len(c.columns.extra))
		for _, i := range c.columns.extra {
			row.Extra = append(row.Extra, c.record[i])
		}
	}
	return row
}

// account reads account and partition from the row's ARN, which must name the
// row's user: arn:PARTITION:iam::ACCOUNT:root or ...:user/PATH/NAME.
func (c *cells) account() (account, partition string, err error) {
	user, arn := c.text("user"), c.text("arn")
	if user == "" {
		return "", "", c.fail("user", "the user name is empty")
	}
	parts := strings.SplitN(arn, ":", 6)
	if len(parts) != 6 || parts[0] != "arn" || parts[1] == "" || parts[2] != "iam" || parts[3] != "" || !isAccountID(parts[4]) {
		return "", "", c.fail("arn", fmt.Sprintf("%q is not an IAM ARN", arn))
	}
	resource := parts[5]
	named := resource == "root"
	if user != RootUser {
		named = strings.HasPrefix(resource, "user/") && strings.HasSuffix(resource, "/"+user)
	}
	if !named {
		return "", "", c.fail("arn", fmt.Sprintf("%q is not the ARN of user %q", arn, user))
	}
	return parts[4], parts[1], nil
}

func isAccountID(s string) bool {
	if len(s) != 12 {
		return false
	}
	for _, r := range s {
		if r < '0' || r > '9' {
			return false
		}
	}
	return true
}

func (c *cells) text(column string) string { return c.record[c.columns.index[column]] }

// word is a text cell in which N/A means nothing.
func (c *cells) word(column string) string {
	if s := c.text(column); s != "N/A" {
		return s
	}
	return ""
}

// flag accepts TRUE (as documented) and true (as seen on the wire).
func (c *cells) flag(column string) bool {
	s := c.text(column)
	switch {
	case strings.EqualFold(s, "true"):
		return true
	case strings.EqualFold(s, "false"):
		return false
	}
	c.remember(column, fmt.Sprintf("%q is neither true nor false", s))
	return false
}

// enabled is a flag that older reports answer with not_supported for root,
// which counts as having a password.
func (c *cells) enabled(column string) bool {
	return c.text(column) == "not_supported" || c.flag(column)
}

// date accepts RFC 3339 with Z or an offset, and the words for no date.
func (c *cells) date(column string) time.Time {
	s := c.text(column)
	switch s {
	case "", "N/A", "no_information", "not_supported":
		return time.Time{}
	}
	t, err := time.Parse(time.RFC3339, s)
	if err != nil || t.Year() < 2000 { // the zero time must keep meaning "none"
		c.remember(column, fmt.Sprintf("%q is not a date like 2026-01-31T23:59:59Z, N/A, no_information or not_supported", s))
		return time.Time{}
	}
	return t.UTC()
}

func (c *cells) remember(column, msg string) {
	if c.err == nil {
		c.err = c.fail(column, column+": "+msg)
	}
}

func (c *cells) fail(column, msg string) error {
	line, col := c.pos(c.columns.index[column])
	return &ParseError{line, col, msg}
}
