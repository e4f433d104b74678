package fakeaws

import (
	"bytes"
	"cmp"
	"encoding/base64"
	"encoding/csv"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// reportLife is how long IAM serves a credential report before it makes a new
// one.
const reportLife = 4 * time.Hour

// report is the cached credential report and the job that makes the next one.
type report struct {
	content   []byte
	generated time.Time
	running   bool
	polls     int // calls the running job still outlasts
	started   time.Time
}

func (r report) fresh(now time.Time, life time.Duration) bool {
	return r.content != nil && now.Before(r.generated.Add(cmp.Or(life, reportLife)))
}

// SetReport puts hand-made bytes in the place of the cached report. They are
// served until four hours after generatedAt, as a report of IAM's own would be.
func (c *Cloud) SetReport(content []byte, generatedAt time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.report = report{content: append([]byte{}, content...), generated: second(generatedAt)}
}

// Report is the report IAM would generate now. It does not touch the cache.
func (c *Cloud) Report() []byte {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.makeReport()
}

func (c *Cloud) generateCredentialReport(*request) (any, *apiError) {
	now := c.opt.Now()
	switch {
	case c.report.running && !c.finish():
		return node("", leaf("State", "INPROGRESS")), nil
	case c.report.fresh(now, c.opt.ReportLife):
		return node("", leaf("State", "COMPLETE")), nil
	}
	c.report.running, c.report.polls, c.report.started = true, max(0, c.opt.ReportPolls), now
	return node("", leaf("State", "STARTED"),
		leaf("Description", "No report exists. Starting a new report generation task")), nil
}

func (c *Cloud) getCredentialReport(*request) (any, *apiError) {
	switch {
	case c.report.running && !c.finish():
		return nil, fail("ReportInProgress", "Unknown")
	case c.report.content == nil:
		return nil, fail("ReportNotPresent", "Unknown")
	case !c.report.fresh(c.opt.Now(), c.opt.ReportLife):
		return nil, fail("ReportExpired", "Unknown")
	}
	return node("",
		leaf("Content", base64.StdEncoding.EncodeToString(c.report.content)),
		leaf("ReportFormat", "text/csv"),
		leaf("GeneratedTime", c.report.generated)), nil
}

// finish ends the running job once enough calls have met it and enough time has
// gone by. The report shows the account as it is then.
func (c *Cloud) finish() bool {
	if c.report.polls > 0 {
		c.report.polls--
		return false
	}
	if c.opt.Now().Before(c.report.started.Add(c.opt.ReportTime)) {
		return false
	}
	c.report = report{content: c.makeReport(), generated: second(c.opt.Now())}
	return true
}

var reportColumns = []string{
	"user", "arn", "user_creation_time", "password_enabled", "password_last_used", "password_last_changed",
	"password_next_rotation", "mfa_active", "access_key_1_active", "access_key_1_last_rotated",
	"access_key_1_last_used_date", "access_key_1_last_used_region", "access_key_1_last_used_service",
	"access_key_2_active", "access_key_2_last_rotated", "access_key_2_last_used_date",
	"access_key_2_last_used_region", "access_key_2_last_used_service",
	"cert_1_active", "cert_1_last_rotated", "cert_2_active", "cert_2_last_rotated",
}

// makeReport writes the report in the form seen live in 2026: 22 columns, LF,
// no last newline, root first, then users by name without regard to case.
func (c *Cloud) makeReport() []byte {
	users := make([]*user, 0, len(c.users)+1)
	extra := false
	for _, u := range c.users {
		users = append(users, u)
		extra = extra || u.additional != "" || len(u.keys) > 2
	}
	slices.SortFunc(users, func(a, b *user) int {
		if n := strings.Compare(strings.ToLower(a.name), strings.ToLower(b.name)); n != 0 {
			return n
		}
		return strings.Compare(a.name, b.name)
	})
	users = slices.Insert(users, 0, c.root)

	header := reportColumns
	if extra {
		header = append(slices.Clone(header), "additional_credentials_info")
	}
	rows := [][]string{header}
	for _, u := range users {
		row := c.reportRow(u)
		if extra {
			row = append(row, u.additionalInfo())
		}
		rows = append(rows, row)
	}
	var b bytes.Buffer
	_ = csv.NewWriter(&b).WriteAll(rows) // a bytes.Buffer takes everything
	return bytes.TrimSuffix(b.Bytes(), []byte("\n"))
}

func (c *Cloud) reportRow(u *user) []string {
	row := append([]string{u.name, u.arn, date(u.created)}, u.passwordCells()...)
	row = append(row, strconv.FormatBool(u.mfa))
	for _, k := range u.slots() {
		if k == nil {
			row = append(row, "false", "N/A", "N/A", "N/A", "N/A")
			continue
		}
		used, region, service := "N/A", "N/A", "N/A"
		if last, ok := k.lastUse(c.opt.Now(), c.lag()); ok {
			used, region, service = date(last.at), last.region, last.service
		}
		row = append(row, strconv.FormatBool(k.active), date(k.created), used, region, service)
	}
	for _, cert := range u.certificates {
		row = append(row, strconv.FormatBool(cert.Active), date(cert.LastRotated))
	}
	return row
}

func (u *user) passwordCells() []string {
	next := "N/A"
	if u.isRoot() {
		next = "not_supported"
	}
	if u.password == nil {
		return []string{"false", "N/A", "N/A", next}
	}
	used := "no_information"
	if !u.password.LastUsed.IsZero() {
		used = date(u.password.LastUsed)
	}
	if !u.isRoot() {
		next = date(u.password.NextRotation)
	}
	return []string{"true", used, date(u.password.LastChanged), next}
}

// slots are the two keys the report shows: by key ID, which is not the order of
// creation. AWS documents no order; creation order is refuted.
func (u *user) slots() (slots [2]*key) {
	byID := slices.Clone(u.keys)
	slices.SortFunc(byID, func(a, b *key) int { return strings.Compare(a.id, b.id) })
	copy(slots[:], byID)
	return slots
}

// additionalInfo words the last column; AWS documents what it says, not how.
func (u *user) additionalInfo() string {
	switch n := len(u.keys) - 2; {
	case u.additional != "":
		return u.additional
	case n > 0:
		return fmt.Sprintf("%d additional access keys; use ListAccessKeys", n)
	}
	return "N/A"
}

func date(t time.Time) string {
	if t.IsZero() {
		return "N/A"
	}
	return second(t).Format(time.RFC3339)
}
