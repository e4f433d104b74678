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
// 1-based; Column counts bytes, a byte order mark not among them.
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
	p.csv.FieldsPerRecord = -1 // row says more about a wrong number of cells
	p.pos = p.csv.FieldPos
	// One row a line, in an account of no more users than IAM allows.
	p.report.Rows = make([]Row, 0, min(bytes.Count(content, []byte("\n")), 5001))
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
	pos     func(field int) (line, column int)
	width   int // of the header, in cells
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
	p.width = len(names)
	p.columns, p.report.ExtraColumns, err = findColumns(names, p.pos)
	return err
}

func (p *parser) row(record []string) error {
	if len(record) != p.width {
		line, column := p.pos(0)
		return &ParseError{line, column, fmt.Sprintf("the row has %d cells, the header %d: the report is cut short or damaged", len(record), p.width)}
	}
	c := cells{record: record, columns: &p.columns, pos: p.pos}
	account, partition, err := c.account()
	if err != nil {
		return err
	}
	user := c.text("user")
	if len(p.report.Rows) == 0 {
		p.report.AccountID, p.report.Partition = account, partition
	}
	if account != p.report.AccountID || partition != p.report.Partition {
		return c.fail("arn", fmt.Sprintf("user %q belongs to account %s (%s), the rows above to account %s (%s): a report is about one account", user, account, partition, p.report.AccountID, p.report.Partition))
	}
	name := strings.ToLower(user) // IAM user names are unique without regard to case
	if line, twice := p.seen[name]; twice {
		return c.fail("user", fmt.Sprintf("user %q is already on line %d", user, line))
	}
	row := c.row()
	if c.err != nil {
		return c.err
	}
	p.seen[name] = row.Line
	p.rooted = p.rooted || row.IsRoot()
	p.report.Rows = append(p.report.Rows, row)

	last := len(record) - 1
	p.tail.emptyBefore = p.tail.emptyBefore || p.tail.empty
	p.tail.empty = record[last] == "" && last != p.columns.additional && !slices.Contains(p.columns.extra, last)
	p.tail.line, p.tail.column = p.pos(last)
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
	return &ParseError{bad.Line, max(bad.Column, 1), bad.Err.Error() + ": the report is not CSV or is cut short"}
}
