package report

import (
	"bytes"
	"fmt"
	"testing"
	"time"
)

// judged is when the made-up reports of this file are judged.
var judged = time.Date(2026, 11, 20, 6, 0, 0, 0, time.UTC)

// bigReport makes a report of so many users, of every kind in turn.
func bigReport(users int) []byte {
	var b bytes.Buffer
	b.WriteString(header + "\n")
	b.WriteString("<root_account>,arn:aws:iam::111122223333:root,2019-05-06T07:08:09Z,true,no_information,2023-02-02T02:02:02Z,not_supported,true,false,N/A,N/A,N/A,N/A,false,N/A,N/A,N/A,N/A,false,N/A,false,N/A\n")
	at := func(days int) string { return judged.AddDate(0, 0, -days).Format(time.RFC3339) }
	for i := range users {
		name := fmt.Sprintf("user-%05d", i)
		password, key1, key2 := "false,N/A,N/A,N/A", "false,N/A,N/A,N/A,N/A", "false,N/A,N/A,N/A,N/A"
		if i%3 == 0 {
			password = "true," + at(i%80) + "," + at(300) + ",N/A"
		}
		if i%2 == 0 {
			key1 = "true," + at(i%200) + "," + at(i%100) + ",us-east-1,s3"
		}
		if i%5 == 0 {
			key2 = "true," + at(i%400) + ",N/A,N/A,N/A"
		}
		fmt.Fprintf(&b, "%s,arn:aws:iam::111122223333:user/%s,%s,%s,false,%s,%s,false,N/A,false,N/A\n", name, name, at(500), password, key1, key2)
	}
	return b.Bytes()
}

func BenchmarkParse(b *testing.B) {
	content := bigReport(5000)
	b.SetBytes(int64(len(content)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Parse(content); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkEvaluate(b *testing.B) {
	rep, err := Parse(bigReport(5000))
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		Evaluate(rep.Rows, DefaultPolicy(), judged)
	}
}

// TestCostGrowsWithTheRows guards allocations, which do not depend on the
// machine (the race detector adds some): few for each row, and ten times as many for ten times the rows.
func TestCostGrowsWithTheRows(t *testing.T) {
	measure := func(users int) (parse, evaluate float64) {
		content := bigReport(users)
		rep, err := Parse(content)
		if err != nil {
			t.Fatal(err)
		}
		parse = testing.AllocsPerRun(3, func() {
			if _, err := Parse(content); err != nil {
				t.Fatal(err)
			}
		})
		return parse, testing.AllocsPerRun(3, func() { Evaluate(rep.Rows, DefaultPolicy(), judged) })
	}
	parse500, evaluate500 := measure(500)
	parse5000, evaluate5000 := measure(5000)
	for name, c := range map[string]struct{ few, many, perRow float64 }{
		"Parse":    {parse500, parse5000, 3},
		"Evaluate": {evaluate500, evaluate5000, 8},
	} {
		if perRow := c.many / 5000; perRow > c.perRow {
			t.Errorf("%s allocates %.1f times a row, want at most %.0f", name, perRow, c.perRow)
		}
		if ratio := c.many / c.few; ratio > 11 {
			t.Errorf("%s of 5,000 users allocates %.1f times as often as of 500, want about 10", name, ratio)
		}
	}
}
