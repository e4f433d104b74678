package render

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"keywatch/internal/audit"
	"keywatch/internal/report"
)

var update = flag.Bool("update", false, "write the golden files")

type output struct {
	name   string
	write  writer
	format string
	result audit.Result
	o      Options
}

type writer func(*bytes.Buffer, string, audit.Result, Options) error

func writeAudit(b *bytes.Buffer, format string, r audit.Result, o Options) error {
	return Audit(b, format, r, o)
}

func writePlan(b *bytes.Buffer, format string, r audit.Result, o Options) error {
	return Plan(b, format, r, o)
}

func TestWholeOutputs(t *testing.T) {
	file := mixed()
	file.Report.GeneratedAt, file.Report.Source = at("0001-01-01T00:00:00Z"), "file"
	file.Partition = "aws-us-gov"
	file.AsOf = at("2026-11-21T00:00:00Z")
	three := mixed() // a key that is excepted, one of two keys, an exception
	three.Findings = []report.Finding{three.Findings[7], three.Findings[9], three.Findings[14]}
	all, color := options(120), options(80)
	all.All, color.Color = true, true
	controls := func(width int) Options {
		o := options(width)
		o.Frameworks = []string{"soc2", "cis-5.0"}
		return o
	}

	tests := []output{
		{"audit-all", writeAudit, "table", mixed(), all},
		{"audit-color", writeAudit, "table", mixed(), color},
		{"audit-file", writeAudit, "table", file, options(120)},
		{"audit-spotless", writeAudit, "table", spotless(), options(80)},
		{"audit-json", writeAudit, "json", mixed(), options(0)},
		{"audit-csv", writeAudit, "csv", mixed(), options(0)},
		{"audit-markdown", writeAudit, "markdown", mixed(), options(0)},
		{"audit-junit", writeAudit, "junit", mixed(), options(0)},
		{"audit-ocsf", writeAudit, "ocsf", three, options(0)},
		{"audit-asff", writeAudit, "asff", three, options(0)},
		{"audit-controls-120", writeAudit, "table", spotless(), controls(120)},
		{"audit-controls-60", writeAudit, "table", mixed(), controls(60)},
		{"audit-controls-json", writeAudit, "json", spotless(), controls(0)},
		{"audit-controls-markdown", writeAudit, "markdown", mixed(), controls(0)},
		{"plan-color", writePlan, "table", applied(), color},
		{"plan-settled", writePlan, "table", settled(), options(80)},
		{"plan-json", writePlan, "json", applied(), options(0)},
		{"plan-csv", writePlan, "csv", applied(), options(0)},
		{"plan-markdown", writePlan, "markdown", applied(), options(0)},
	}
	for _, width := range []int{0, 60, 80, 120, 140} {
		tests = append(tests,
			output{fmt.Sprintf("audit-table-%d", width), writeAudit, "table", mixed(), options(width)},
			output{fmt.Sprintf("audit-wide-%d", width), writeAudit, "wide", mixed(), options(width)},
			output{fmt.Sprintf("plan-table-%d", width), writePlan, "table", planned(), options(width)},
		)
	}
	tests = append(tests, output{"plan-wide-120", writePlan, "wide", planned(), options(120)})
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var got bytes.Buffer
			if err := test.write(&got, test.format, test.result, test.o); err != nil {
				t.Fatal(err)
			}
			golden(t, test.name, got.Bytes())
		})
	}
}

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name+".golden")
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s (-want +got):\n%s", path, diff)
	}
}
