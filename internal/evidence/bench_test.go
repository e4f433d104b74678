package evidence

import (
	"bytes"
	"fmt"
	"testing"
	"time"
)

// largeRun has the report of IAM's 5,000 users, 2 MB, and findings to match.
func largeRun() Run {
	var report, findings bytes.Buffer
	report.WriteString("user,arn,user_creation_time,...\n")
	for i := range 5000 {
		fmt.Fprintf(&report, "user-%04d,arn:aws:iam::%s:user/path/user-%04d,%0350d\n", i, account, i, i)
		fmt.Fprintf(&findings, "  {\n    \"check\": \"key-unrotated\",\n    \"user\": \"user-%04d\",\n    \"age_days\": %d,\n    \"reason\": %0300d\n  },\n", i, i, i)
	}
	return Run{AccountID: account, ToolVersion: "v1", Started: start, Finished: start.Add(time.Minute),
		Files: map[string][]byte{ReportFile: report.Bytes(), FindingsFile: findings.Bytes()}}
}

func BenchmarkManifest(b *testing.B) {
	run := largeRun()
	b.SetBytes(int64(len(run.Files[ReportFile]) + len(run.Files[FindingsFile])))
	for b.Loop() {
		m, err := newManifest(run, Link{}, "")
		if err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(float64(len(m.encode())), "manifest-B")
	}
}

func BenchmarkVerify(b *testing.B) {
	run, store := largeRun(), newMemory()
	link := must(Write(b.Context(), store, run, nil))(b)
	name := fileName(account, link.Bundle, ReportFile)
	whole := store.files[name]
	damaged := bytes.Clone(whole)
	damaged[len(damaged)-100] ^= 1
	for _, bench := range []struct {
		name   string
		report []byte
		sound  bool
	}{{"sound", whole, true}, {"a byte changed", damaged, false}} {
		b.Run(bench.name, func(b *testing.B) {
			store.files[name] = bench.report
			b.SetBytes(int64(len(run.Files[ReportFile]) + len(run.Files[FindingsFile])))
			for b.Loop() {
				if r, err := Verify(b.Context(), store, VerifyOptions{}); err != nil || r.Sound() != bench.sound {
					b.Fatal(r, err)
				}
			}
		})
	}
}

// BenchmarkWriteFolder is mostly the disk's.
func BenchmarkWriteFolder(b *testing.B) {
	run, store := largeRun(), NewFolder(b.TempDir())
	b.SetBytes(int64(len(run.Files[ReportFile]) + len(run.Files[FindingsFile])))
	for i := 0; b.Loop(); i++ {
		run.Started, run.Finished = start.Add(time.Duration(i)*time.Minute), start.Add(time.Duration(i+1)*time.Minute)
		if _, err := Write(b.Context(), store, run, nil); err != nil {
			b.Fatal(err)
		}
	}
}
