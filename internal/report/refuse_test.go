package report

import (
	"errors"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestBadReportsAreRefusedWhole reads every file of the folder: one without an
// entry here fails, and so does an entry without a file.
func TestBadReportsAreRefusedWhole(t *testing.T) {
	want := map[string]ParseError{
		"bad-boolean.csv":    {4, 65, `password_enabled: "yes" is neither true nor false`},
		"bad-date.csv":       {4, 143, `access_key_1_last_rotated: "20-09-2026 10:00" is not a date like 2026-01-31T23:59:59Z, N/A, no_information or not_supported`},
		"cut-in-a-row.csv":   {10, 1, `the row has 14 cells, the header 22: the report is cut short or damaged`},
		"cut-mid-quote.csv":  {11, 12, `extraneous or missing " in quoted-field: the report is not CSV or is cut short`},
		"duplicate-user.csv": {17, 1, `user "alice" is already on line 4`},
		"empty.csv":          {1, 1, `the report is empty: download it again`},
		"error-page.html":    {1, 1, `this is not a whole credential report: the header has no column "user"`},
		"header-only.csv":    {2, 1, `the report has a header and no rows: every report has at least a row for <root_account>`},
		"missing-column.csv": {1, 1, `this is not a whole credential report: the header has no column "access_key_1_active"`},
		"no-root.csv":        {2, 1, `the report has no row for <root_account>: it is not whole`},
		"two-accounts.csv":   {17, 9, `user "mallory" belongs to account 999900001111 (aws), the rows above to account 111122223333 (aws): a report is about one account`},
	}
	paths, err := filepath.Glob("testdata/reports/bad/*")
	if err != nil || len(paths) == 0 {
		t.Fatalf("no bad reports: %v", err)
	}
	got := map[string]ParseError{}
	for _, path := range paths {
		rep, err := Parse(readFile(t, filepath.Join("bad", filepath.Base(path))))
		got[filepath.Base(path)] = refusal(t, rep, err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("refusals differ (-want +got):\n%s", diff)
	}
}

// refusal holds Parse to giving nothing beside an error.
func refusal(t testing.TB, rep Report, err error) ParseError {
	t.Helper()
	var bad *ParseError
	if !errors.As(err, &bad) {
		t.Fatalf("error is %v, want a *ParseError", err)
	}
	if diff := cmp.Diff(Report{}, rep); diff != "" {
		t.Fatalf("an error came with a report:\n%s", diff)
	}
	return *bad
}

// The lines that small reports are made of.
const (
	rootLine  = `<root_account>,arn:aws:iam::111122223333:root,2019-05-06T07:08:09Z,true,N/A,2023-02-02T02:02:02Z,not_supported,true,false,N/A,N/A,N/A,N/A,false,N/A,N/A,N/A,N/A,false,N/A,false,N/A`
	aliceLine = `alice,arn:aws:iam::111122223333:user/alice,2023-01-10T08:30:00Z,false,N/A,N/A,N/A,false,false,N/A,N/A,N/A,N/A,false,N/A,N/A,N/A,N/A,false,N/A,false,N/A`
)

func TestDamageIsNamedWhereItIs(t *testing.T) {
	alice := func(old, new string) string { return strings.Replace(aliceLine, old, new, 1) }
	report := func(lines ...string) string { return strings.Join(append([]string{header}, lines...), "\n") + "\n" }
	for name, c := range map[string]struct {
		content string
		want    ParseError
	}{
		"nothing but a byte order mark and blank lines": {"\ufeff\r\n \n", ParseError{1, 1, "the report is empty: download it again"}},
		"a quote that opens in the header":              {`user,"arn`, ParseError{1, 10, `extraneous or missing " in quoted-field: the report is not CSV or is cut short`}},
		"a column named twice":                          {header + ",user\n" + rootLine + ",x\n", ParseError{1, 459, `column "user" appears twice`}},
		"a header on the second line":                   {"\nuser,arn\n", ParseError{2, 1, `this is not a whole credential report: the header has no column "user_creation_time"`}},
		"a bare quote":                                  {report(rootLine, alice("N/A", `N"A`)), ParseError{3, 72, `bare " in non-quoted-field: the report is not CSV or is cut short`}},
		"a cell too many":                               {report(rootLine, aliceLine+",N/A"), ParseError{3, 1, "the row has 23 cells, the header 22: the report is cut short or damaged"}},
		"a cell too few in the middle":                  {report(alice("N/A,", ""), rootLine), ParseError{2, 1, "the row has 21 cells, the header 22: the report is cut short or damaged"}},
		"a user without a name":                         {report(rootLine, alice("alice,", ",")), ParseError{3, 1, "the user name is empty"}},
		"an ARN that is none":                           {report(rootLine, alice("arn:aws:iam::111122223333:user/alice", "alice")), ParseError{3, 7, `"alice" is not an IAM ARN`}},
		"an ARN of another service":                     {report(rootLine, alice(":iam:", ":sts:")), ParseError{3, 7, `"arn:aws:sts::111122223333:user/alice" is not an IAM ARN`}},
		"an ARN with a Region":                          {report(rootLine, alice("iam::", "iam:us-east-1:")), ParseError{3, 7, `"arn:aws:iam:us-east-1:111122223333:user/alice" is not an IAM ARN`}},
		"an account ID of eleven digits":                {report(rootLine, alice("111122223333", "11112222333")), ParseError{3, 7, `"arn:aws:iam::11112222333:user/alice" is not an IAM ARN`}},
		"an account ID with a letter":                   {report(rootLine, alice("111122223333", "11112222333x")), ParseError{3, 7, `"arn:aws:iam::11112222333x:user/alice" is not an IAM ARN`}},
		"the ARN of another user":                       {report(rootLine, alice("user/alice", "user/malice")), ParseError{3, 7, `"arn:aws:iam::111122223333:user/malice" is not the ARN of user "alice"`}},
		"the ARN of a role":                             {report(rootLine, alice("user/alice", "role/alice")), ParseError{3, 7, `"arn:aws:iam::111122223333:role/alice" is not the ARN of user "alice"`}},
		"a user with root's ARN":                        {report(rootLine, alice("user/alice", "root")), ParseError{3, 7, `"arn:aws:iam::111122223333:root" is not the ARN of user "alice"`}},
		"root with a user's ARN":                        {report(strings.Replace(rootLine, ":root", ":user/<root_account>", 1)), ParseError{2, 16, `"arn:aws:iam::111122223333:user/<root_account>" is not the ARN of user "<root_account>"`}},
		"root twice":                                    {report(rootLine, rootLine), ParseError{3, 1, `user "<root_account>" is already on line 2`}},
		"a user twice, in another case":                 {report(rootLine, aliceLine, strings.ReplaceAll(aliceLine, "alice", "Alice")), ParseError{4, 1, `user "Alice" is already on line 3`}},
		"the same account in another partition":         {report(rootLine, alice("arn:aws:", "arn:aws-cn:")), ParseError{3, 7, `user "alice" belongs to account 111122223333 (aws-cn), the rows above to account 111122223333 (aws): a report is about one account`}},
		"a date before there was IAM":                   {report(rootLine, alice("2023-", "1970-")), ParseError{3, 44, `user_creation_time: "1970-01-10T08:30:00Z" is not a date like 2026-01-31T23:59:59Z, N/A, no_information or not_supported`}},
		"a date that is not in the calendar":            {report(rootLine, alice("01-10T", "02-30T")), ParseError{3, 44, `user_creation_time: "2023-02-30T08:30:00Z" is not a date like 2026-01-31T23:59:59Z, N/A, no_information or not_supported`}},
		"a boolean that is empty":                       {report(rootLine, alice("false", "")), ParseError{3, 65, `password_enabled: "" is neither true nor false`}},
		"of two faults the first":                       {report(rootLine, alice("false,N/A,N/A", "perhaps,never,N/A")), ParseError{3, 65, `password_enabled: "perhaps" is neither true nor false`}},
		"a fault after a line break inside quotes":      {report(rootLine, alice("2023-01-10T08:30:00Z,false", "\"2023\n\",false")), ParseError{3, 44, `user_creation_time: "2023\n" is not a date like 2026-01-31T23:59:59Z, N/A, no_information or not_supported`}},
		"a last value that is missing":                  {strings.TrimSuffix(report(rootLine, aliceLine), "N/A\n"), ParseError{3, 149, "the last value is missing: the report is cut short"}},
	} {
		t.Run(name, func(t *testing.T) {
			rep, err := Parse([]byte(c.content))
			if diff := cmp.Diff(c.want, refusal(t, rep, err)); diff != "" {
				t.Errorf("refusal differs (-want +got):\n%s", diff)
			}
		})
	}
}

func TestParseErrorSaysWhere(t *testing.T) {
	_, err := Parse(nil)
	if want := "report: line 1, column 1: the report is empty: download it again"; err.Error() != want {
		t.Errorf("error is %q, want %q", err, want)
	}
}
