package report

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
)

// ParseError says where a report cannot be believed. Line and Column are
// 1-based; Column counts bytes.
type ParseError struct {
	Line, Column int
	Msg          string
}

func (e *ParseError) Error() string {
	return fmt.Sprintf("report: line %d, column %d: %s", e.Line, e.Column, e.Msg)
}

// Parse reads a whole credential report: every row it has, or an error and no
// row. Columns are found by name; both date styles, both spellings of
// booleans, a byte order mark, CRLF and a missing last newline are accepted.
// Every error is a *ParseError: a report that is empty, cut short, without its
// root row, about two accounts, or that names a user twice is refused as a
// whole, since fewer rows would read as fewer risks.
func Parse(content []byte) (Report, error) {
	content = bytes.TrimPrefix(content, []byte("\xef\xbb\xbf"))
	if len(bytes.TrimSpace(content)) == 0 {
		return Report{}, &ParseError{1, 1, "the report is empty: download it again"}
	}
	p := parser{csv: csv.NewReader(bytes.NewReader(content)), seen: map[string]int{}}
	p.csv.ReuseRecord = true
	if err := p.header(); err != nil {
		return Report{}, err
	}
	for {
		record, err := p.csv.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return Report{}, csvError(err)
		}
		if err := p.row(record); err != nil {
			return Report{}, err
		}
	}
	if err := p.finish(content); err != nil {
		return Report{}, err
	}
	return p.report, nil
}

type parser struct {
	csv     *csv.Reader
	columns columns
	report  Report
	seen    map[string]int // lower-case user name to line
	rooted  bool
	// tail remembers the last cell of the last row, and whether an earlier row
	// left that column empty too.
	tail struct {
		empty, emptyBefore bool
		line, column       int
	}
}

func (p *parser) header() error {
	names, err := p.csv.Read()
	if err != nil {
		return csvError(err)
	}
	p.columns, p.report.ExtraColumns, err = findColumns(names, func(i int) (int, int) { return p.csv.FieldPos(i) })
	return err
}

func (p *parser) row(record []string) error {
	c := cells{record: record, columns: &p.columns, pos: p.csv.FieldPos}
	row := c.row(p.report.ExtraColumns)
	if c.err != nil {
		return c.err
	}
	account, partition, err := c.account(row)
	if err != nil {
		return err
	}
	if len(p.report.Rows) == 0 {
		p.report.AccountID, p.report.Partition = account, partition
	} else if account != p.report.AccountID || partition != p.report.Partition {
		return c.fail("arn", fmt.Sprintf("user %q belongs to account %s, the rows above to account %s: a report is about one account", row.User, account, p.report.AccountID))
	}
	name := strings.ToLower(row.User) // IAM user names are unique without regard to case
	if line, twice := p.seen[name]; twice {
		return c.fail("user", fmt.Sprintf("user %q is already on line %d", row.User, line))
	}
	p.seen[name] = row.Line
	p.rooted = p.rooted || row.IsRoot()
	p.report.Rows = append(p.report.Rows, row)

	last := len(record) - 1
	p.tail.emptyBefore = p.tail.emptyBefore || p.tail.empty
	p.tail.empty = record[last] == "" && !slices.Contains(p.columns.extra, last)
	p.tail.line, p.tail.column = p.csv.FieldPos(last)
	return nil
}

func (p *parser) finish(content []byte) error {
	if len(p.report.Rows) == 0 {
		return &ParseError{2, 1, "the report has a header and no rows: every report has at least a row for " + RootUser}
	}
	if !p.rooted {
		return &ParseError{2, 1, "the report has no row for " + RootUser + ": it is not whole"}
	}
	// A report that ends between the last comma and the last value has every
	// cell, one of them empty by accident.
	if p.tail.empty && !p.tail.emptyBefore && content[len(content)-1] != '\n' {
		return &ParseError{p.tail.line, p.tail.column, "the last value is missing: the report is cut short"}
	}
	return nil
}

// csvError gives the reader's error our shape and a hint.
func csvError(err error) error {
	var bad *csv.ParseError
	if !errors.As(err, &bad) {
		return &ParseError{1, 1, "cannot be read as CSV: " + err.Error()}
	}
	hint := "the report is not CSV or is cut short"
	if errors.Is(bad.Err, csv.ErrFieldCount) {
		hint = "the row has more or fewer cells than the header: the report is cut short or damaged"
	}
	return &ParseError{bad.Line, max(bad.Column, 1), bad.Err.Error() + ": " + hint}
}
