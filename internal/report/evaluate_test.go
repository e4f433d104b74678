package report

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// TestFindingsAreTheHandMadeOnes holds Evaluate against findings that were
// worked out by hand before it existed.
func TestFindingsAreTheHandMadeOnes(t *testing.T) {
	wants, err := filepath.Glob("testdata/want/*.want")
	if err != nil || len(wants) < 6 {
		t.Fatalf("found %d want files: %v", len(wants), err)
	}
	for _, path := range wants {
		name := strings.TrimSuffix(filepath.Base(path), ".want")
		t.Run(name, func(t *testing.T) {
			asOf, want := readWant(t, path)
			rep := parseFile(t, name+".csv")
			var got []string
			for _, f := range Evaluate(rep.Rows, DefaultPolicy(), asOf) {
				got = append(got, line(f, asOf))
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("findings differ (-want +got):\n%s", diff)
			}
		})
	}
}

func line(f Finding, asOf time.Time) string {
	number := func(n int, ok bool) string {
		if !ok {
			return "-"
		}
		return fmt.Sprint(n)
	}
	slot := number(f.Slot, f.Slot != 0)
	return strings.Join([]string{f.User, slot, string(f.Check), string(f.Status), number(f.AgeDays(asOf)), number(f.IdleDays(asOf))}, " | ")
}

func readWant(t *testing.T, path string) (asOf time.Time, lines []string) {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for l := range strings.SplitSeq(strings.TrimSpace(string(content)), "\n") {
		if at, ok := strings.CutPrefix(l, "# as of "); ok {
			if asOf, err = time.Parse(time.RFC3339, at); err != nil {
				t.Fatal(err)
			}
		}
		if !strings.HasPrefix(l, "#") {
			lines = append(lines, l)
		}
	}
	return asOf, lines
}

func readFile(t testing.TB, name string) []byte {
	t.Helper()
	content, err := os.ReadFile(filepath.Join("testdata/reports", name))
	if err != nil {
		t.Fatal(err)
	}
	return content
}

func parseFile(t testing.TB, name string) Report {
	t.Helper()
	rep, err := Parse(readFile(t, name))
	if err != nil {
		t.Fatal(err)
	}
	return rep
}
