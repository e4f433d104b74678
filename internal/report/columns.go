package report

import "fmt"

// The columns every report has, in AWS's order. Source: IAM user guide,
// "Getting credential reports", and live reports of 2026.
var requiredColumns = []string{
	"user", "arn", "user_creation_time",
	"password_enabled", "password_last_used", "password_last_changed", "password_next_rotation",
	"mfa_active",
	"access_key_1_active", "access_key_1_last_rotated", "access_key_1_last_used_date",
	"access_key_1_last_used_region", "access_key_1_last_used_service",
	"access_key_2_active", "access_key_2_last_rotated", "access_key_2_last_used_date",
	"access_key_2_last_used_region", "access_key_2_last_used_service",
	"cert_1_active", "cert_1_last_rotated", "cert_2_active", "cert_2_last_rotated",
}

// additionalColumn is documented and was absent from live reports of 2026.
const additionalColumn = "additional_credentials_info"

// columns tells where in a record each known column stands.
type columns struct {
	index      map[string]int
	additional int // -1 where the report lacks it
	extra      []int
}

// findColumns reads the header. pos gives the line and column of a field.
func findColumns(names []string, pos func(int) (line, column int)) (columns, []string, error) {
	known := map[string]bool{additionalColumn: true}
	for _, name := range requiredColumns {
		known[name] = true
	}
	c := columns{index: make(map[string]int, len(names)), additional: -1}
	var extra []string
	for i, name := range names {
		if _, twice := c.index[name]; twice {
			line, column := pos(i)
			return columns{}, nil, &ParseError{line, column, fmt.Sprintf("column %q appears twice", name)}
		}
		c.index[name] = i
		if !known[name] {
			c.extra = append(c.extra, i)
			extra = append(extra, name)
		}
	}
	if i, ok := c.index[additionalColumn]; ok {
		c.additional = i
	}
	for _, name := range requiredColumns {
		if _, ok := c.index[name]; !ok {
			line, column := pos(0)
			return columns{}, nil, &ParseError{line, column, fmt.Sprintf("this is not a whole credential report: the header has no column %q", name)}
		}
	}
	return c, extra, nil
}
