package report

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// goodReports are the samples that must be believed.
func goodReports(t testing.TB) []string {
	t.Helper()
	paths, err := filepath.Glob("testdata/reports/*.csv")
	if err != nil || len(paths) < 6 {
		t.Fatalf("found %d good reports: %v", len(paths), err)
	}
	return paths
}

func TestGoodReportsGiveEveryRow(t *testing.T) {
	for _, path := range goodReports(t) {
		t.Run(filepath.Base(path), func(t *testing.T) {
			content := readFile(t, filepath.Base(path))
			rep, err := Parse(content)
			if err != nil {
				t.Fatal(err)
			}
			lines := strings.Split(strings.TrimSpace(string(content)), "\n") // no sample has a line break in a cell
			if len(rep.Rows) != len(lines)-1 || rep.Users() != len(lines)-2 {
				t.Errorf("%d rows and %d users from %d lines", len(rep.Rows), rep.Users(), len(lines))
			}
			for i, row := range rep.Rows {
				if row.Line != i+2 || !strings.Contains(lines[i+1], row.ARN) {
					t.Errorf("row %d of %s says it is on line %d, which reads %q", i, row.ARN, row.Line, lines[i+1])
				}
			}
		})
	}
}

func TestRowsAreWhatTheReportSays(t *testing.T) {
	at := func(s string) time.Time {
		d, err := time.Parse(time.RFC3339, s)
		if err != nil {
			t.Fatal(err)
		}
		return d.UTC()
	}
	for name, c := range map[string]struct {
		file, user string
		want       Row
	}{
		"a user with everything, in today's format": {"live-2026.csv", "bob", Row{
			User: "bob", ARN: "arn:aws:iam::111122223333:user/bob", Line: 6, CreatedAt: at("2022-07-07T07:07:07Z"),
			Password: Password{Enabled: true, LastUsed: at("2026-06-01T09:00:00Z"), LastChanged: at("2022-07-07T07:10:00Z")},
			Slots: [2]Slot{{Active: true, LastRotated: at("2022-07-07T07:07:08Z"), LastUsed: at("2026-05-30T18:00:00Z"),
				LastUsedRegion: "us-west-2", LastUsedService: "dynamodb"}},
		}},
		"a name with a comma": {"live-2026.csv", "erin,contractor", Row{
			User: "erin,contractor", ARN: "arn:aws:iam::111122223333:user/erin,contractor", Line: 12, CreatedAt: at("2025-05-05T05:05:05Z"),
			Slots: [2]Slot{{Active: true, LastRotated: at("2025-05-05T05:05:06Z")}},
		}},
		"certificates, and a second slot that is inactive": {"live-2026.csv", "frank", Row{
			User: "frank", ARN: "arn:aws:iam::111122223333:user/frank", Line: 13, CreatedAt: at("2018-08-08T08:08:08Z"), MFA: true,
			Password:     Password{Enabled: true, LastUsed: at("2026-11-20T05:59:59Z"), LastChanged: at("2018-08-08T08:08:09Z")},
			Certificates: [2]Certificate{{Active: true, LastRotated: at("2018-09-09T09:09:09Z")}, {LastRotated: at("2019-09-09T09:09:09Z")}},
		}},
		"an inactive key beside an active one": {"live-2026.csv", "dave+oncall@example.com", Row{
			User: "dave+oncall@example.com", ARN: "arn:aws:iam::111122223333:user/dave+oncall@example.com", Line: 8, CreatedAt: at("2024-04-04T04:04:04Z"),
			Slots: [2]Slot{
				{LastRotated: at("2024-04-04T04:04:05Z"), LastUsed: at("2025-01-01T01:00:00Z"), LastUsedRegion: "eu-central-1", LastUsedService: "sts"},
				{Active: true, LastRotated: at("2026-11-01T10:00:00Z"), LastUsed: at("2026-11-19T23:00:00Z"), LastUsedRegion: "eu-central-1", LastUsedService: "sts"},
			},
		}},
		"root of 2019, whose password the report does not support": {"older-2019.csv", RootUser, Row{
			User: RootUser, ARN: "arn:aws:iam::444455556666:root", Line: 2, CreatedAt: at("2019-05-06T07:08:09Z"),
			Password: Password{Enabled: true, LastUsed: at("2019-12-31T23:59:00Z")},
		}},
		"a user of 2019 with a password that expires": {"older-2019.csv", "ops", Row{
			User: "ops", ARN: "arn:aws:iam::444455556666:user/ops", Line: 3, CreatedAt: at("2016-06-06T06:06:06Z"), MFA: true,
			Password: Password{Enabled: true, LastUsed: at("2019-11-02T10:00:00Z"), LastChanged: at("2016-06-06T06:06:10Z"), NextRotation: at("2019-12-15T00:00:00Z")},
			Slots: [2]Slot{{Active: true, LastRotated: at("2018-01-01T00:00:00Z"), LastUsed: at("2019-12-30T10:15:00Z"),
				LastUsedRegion: "us-east-1", LastUsedService: "ec2"}},
		}},
		"a key used by a service without a Region": {"older-2019.csv", "jenkins", Row{
			User: "jenkins", ARN: "arn:aws:iam::444455556666:user/jenkins", Line: 4, CreatedAt: at("2014-05-05T05:05:05Z"),
			Slots: [2]Slot{
				{Active: true, LastRotated: at("2014-05-05T05:05:06Z")},
				{Active: true, LastRotated: at("2019-11-11T11:11:11Z"), LastUsed: at("2019-12-31T22:00:00Z"), LastUsedService: "s3"},
			},
		}},
		"optional and unknown columns": {"extra-columns.csv", "backup-nightly", Row{
			User: "backup-nightly", ARN: "arn:aws:iam::111122223333:user/service/backup/backup-nightly", Line: 5, CreatedAt: at("2020-02-02T02:02:02Z"),
			Slots: [2]Slot{{Active: true, LastRotated: at("2020-02-02T02:02:03Z"), LastUsed: at("2026-11-20T02:30:00Z"),
				LastUsedRegion: "us-east-1", LastUsedService: "s3"}},
			AdditionalCredentials: "2 additional access keys; use ListAccessKeys", HasAdditional: true, Extra: []string{"x"},
		}},
	} {
		t.Run(name, func(t *testing.T) {
			rep := parseFile(t, c.file)
			i := slices.IndexFunc(rep.Rows, func(r Row) bool { return r.User == c.user })
			if i < 0 {
				t.Fatalf("no row for %q", c.user)
			}
			if diff := cmp.Diff(c.want, rep.Rows[i]); diff != "" {
				t.Errorf("row differs (-want +got):\n%s", diff)
			}
		})
	}
}

func TestAccountPartitionAndSums(t *testing.T) {
	type sums struct {
		AccountID, Partition string
		Users, ActiveKeys    int
		ExtraColumns         []string
	}
	want := map[string]sums{
		"extra-columns.csv":              {"111122223333", "aws", 3, 4, []string{"some_future_column"}},
		"govcloud.csv":                   {"222233334444", "aws-us-gov", 1, 1, nil},
		"live-2026.csv":                  {"111122223333", "aws", 14, 14, nil},
		"member-no-root-credentials.csv": {"777788889999", "aws", 1, 1, nil},
		"older-2019.csv":                 {"444455556666", "aws", 2, 3, nil},
		"root-only.csv":                  {"111122223333", "aws", 0, 0, nil},
	}
	got := map[string]sums{}
	for _, path := range goodReports(t) {
		rep := parseFile(t, filepath.Base(path))
		got[filepath.Base(path)] = sums{rep.AccountID, rep.Partition, rep.Users(), rep.ActiveKeys(), rep.ExtraColumns}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("reports differ (-want +got):\n%s", diff)
	}
}

// TestDressDoesNotMatter writes the same report in every accepted style.
func TestDressDoesNotMatter(t *testing.T) {
	plain := string(readFile(t, "live-2026.csv"))
	want := parseFile(t, "live-2026.csv")
	for name, content := range map[string]string{
		"a byte order mark":          "\ufeff" + plain,
		"CRLF":                       strings.ReplaceAll(plain, "\n", "\r\n"),
		"a last newline":             plain + "\n",
		"CRLF at the end too":        strings.ReplaceAll(plain, "\n", "\r\n") + "\r\n",
		"blank lines at the end":     plain + "\n\n\n",
		"booleans in capitals":       strings.NewReplacer(",true", ",TRUE", ",false", ",False").Replace(plain),
		"dates with an offset":       strings.ReplaceAll(plain, "Z,", "+00:00,"),
		"empty for N/A":              strings.ReplaceAll(plain, ",N/A,", ",,"),
		"no_information for N/A":     strings.ReplaceAll(plain, "Z,N/A,N/A,N/A,", "Z,no_information,N/A,N/A,"),
		"quotes around every header": `"` + strings.ReplaceAll(header, ",", `","`) + `"` + strings.TrimPrefix(plain, header),
	} {
		t.Run(name, func(t *testing.T) {
			if content == plain {
				t.Fatal("the report is the plain one")
			}
			got, err := Parse([]byte(content))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("report differs (-plain +dressed):\n%s", diff)
			}
		})
	}
}

// TestCutReports cuts a report after every byte. Where a row has just ended,
// nothing shows that more should follow; everywhere else the cut is refused.
func TestCutReports(t *testing.T) {
	for _, name := range []string{"live-2026.csv", "older-2019.csv"} {
		t.Run(name, func(t *testing.T) {
			content := readFile(t, name)
			whole := parseFile(t, name)
			rows := map[int]int{} // how many rows a cut at this length leaves
			end := 0
			for n, line := range strings.SplitAfter(string(content), "\n") {
				end += len(line)
				if text := strings.TrimRight(line, "\r\n"); n > 0 && text != "" {
					for cut := end - len(line) + len(text); cut <= end; cut++ {
						rows[cut] = n // without a newline, with half of it, with all of it
					}
				}
			}
			for cut := range len(content) + 1 {
				rep, err := Parse(content[:cut])
				n, boundary := rows[cut]
				if !boundary {
					refusal(t, rep, err)
					continue
				}
				if err != nil {
					t.Fatalf("cut after byte %d, at the end of row %d: %v", cut, n, err)
				}
				if diff := cmp.Diff(whole.Rows[:n], rep.Rows); diff != "" {
					t.Fatalf("cut after byte %d, at the end of row %d (-want +got):\n%s", cut, n, diff)
				}
			}
		})
	}
}

func TestOrderOfRowsDoesNotChangeFindings(t *testing.T) {
	rep := parseFile(t, "live-2026.csv")
	want := Evaluate(rep.Rows, DefaultPolicy(), judged)
	lines := strings.Split(string(readFile(t, "live-2026.csv")), "\n")
	rapid.Check(t, func(t *rapid.T) {
		shuffled := append([]string{header}, rapid.Permutation(lines[1:]).Draw(t, "lines")...)
		got, err := Parse([]byte(strings.Join(shuffled, "\n")))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, Evaluate(got.Rows, DefaultPolicy(), judged)); diff != "" {
			t.Fatalf("findings differ (-want +got):\n%s", diff)
		}
	})
}
