package report

import (
	"bytes"
	"encoding/csv"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// FuzzParse holds Parse to all or nothing, and Evaluate to taking whatever
// Parse gives.
func FuzzParse(f *testing.F) {
	for _, pattern := range []string{"testdata/reports/*.csv", "testdata/reports/bad/*"} {
		paths, err := filepath.Glob(pattern)
		if err != nil || len(paths) == 0 {
			f.Fatalf("no seeds in %s: %v", pattern, err)
		}
		for _, path := range paths {
			content, err := os.ReadFile(path)
			if err != nil {
				f.Fatal(err)
			}
			f.Add(content)
		}
	}
	f.Add([]byte(header + "\n" + rootLine + "\n" + aliceLine))
	f.Fuzz(func(t *testing.T, content []byte) {
		rep, err := Parse(content)
		if err != nil {
			if bad := refusal(t, rep, err); bad.Line < 1 || bad.Column < 1 || bad.Msg == "" {
				t.Fatalf("refused without saying where and why: %+v", bad)
			}
			return
		}
		r := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(content, []byte("\ufeff"))))
		records, err := r.ReadAll()
		if err != nil || len(rep.Rows) != len(records)-1 || len(rep.Rows) == 0 {
			t.Fatalf("%d rows from %d records: %v", len(rep.Rows), len(records), err)
		}
		roots, names := 0, map[string]bool{}
		for _, row := range rep.Rows {
			if row.IsRoot() {
				roots++
			}
			if row.User == "" || names[row.User] {
				t.Fatalf("user %q is empty or there twice", row.User)
			}
			names[row.User] = true
			if !strings.HasPrefix(row.ARN, "arn:"+rep.Partition+":iam::"+rep.AccountID+":") {
				t.Fatalf("ARN %q in a report about account %s (%s)", row.ARN, rep.AccountID, rep.Partition)
			}
			if len(row.Extra) != len(rep.ExtraColumns) {
				t.Fatalf("%d extra cells for %d extra columns", len(row.Extra), len(rep.ExtraColumns))
			}
		}
		if roots != 1 {
			t.Fatalf("%d root rows", roots)
		}
		for _, asOf := range []time.Time{{}, time.Unix(0, 0), judged, judged.AddDate(9000, 0, 0)} {
			for _, finding := range Evaluate(rep.Rows, DefaultPolicy(), asOf) {
				if finding.Status == "" || finding.Severity == 0 || finding.Reason == "" || !names[finding.User] {
					t.Fatalf("a finding lacks something: %+v", finding)
				}
			}
		}
	})
}
