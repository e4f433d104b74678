package watch

import (
	"fmt"
	"testing"
	"time"
)

// large is a wish of n watches in three Regions that find the rules of another
// n: half of them as wanted, a quarter to be repaired, a quarter to be retired.
func large(n int) Wish {
	p := perRegion()
	p.RulesQuota = 2 * n
	wish := Wish{Policy: p, Watched: allRegions, Verdicts: map[string]Verdict{}}
	for i := range n {
		wish.Watches = append(wish.Watches, ranked(key(i), i%7))
	}
	for _, region := range allRegions {
		o := Observed{Region: region, Total: n}
		for i := range n {
			w := ranked(key(i+n/4), 0)
			if i >= 3*n/4 {
				wish.Verdicts[w.Key] = Verdict{Proved: true, Why: "gone"}
			}
			own := p.ownOf(Wanted(p, region, p.nameFor(w.Key), w), "")
			switch {
			case i%8 == 0:
				own.Pattern = `{"source":["aws.none"]}`
				own = p.ownOf(own.Rule, "")
			case i%8 == 1:
				own.Targets = nil
			}
			o.Own = append(o.Own, own)
		}
		wish.Observed = append(wish.Observed, o)
	}
	return wish
}

// Ten times the keys may take ten times the memory and calls, not a hundred
// times.
func TestPlansGrowWithTheKeys(t *testing.T) {
	work := func(n int) float64 {
		wish := large(n)
		return testing.AllocsPerRun(1, func() {
			Make(wish)
			Orphans(wish.Observed, wish.Watches)
			Live(wish.Policy, wish.Observed, wish.Watched)
		})
	}
	small, big := work(500), work(5000)
	if ratio := big / small; ratio > 12 {
		t.Errorf("500 watches take %.0f allocations and 5000 take %.0f, %.1f times as many", small, big, ratio)
	}
}

func BenchmarkMake(b *testing.B) {
	for _, n := range []int{500, 5000} {
		b.Run(fmt.Sprintf("watches=%d regions=3", n), func(b *testing.B) {
			wish := large(n)
			b.ReportAllocs()
			for b.Loop() {
				Make(wish)
			}
		})
	}
}

// BenchmarkUnpack plans the largest change there is: every key moves.
func BenchmarkUnpack(b *testing.B) {
	p := perRegion()
	p.Layout.Mode, p.RulesQuota = PerKey, 20000
	wish := Wish{Policy: p, Watched: []string{home}, Watches: keysUpTo(10000)}
	o := Observed{Region: home, Total: 250}
	for i := range 250 {
		o.Own = append(o.Own, p.ownOf(Wanted(p, home, fmt.Sprintf("kw-ops-keys-%d", i+1), wish.Watches[i*40:(i+1)*40]...), ""))
	}
	wish.Observed = []Observed{o}
	b.ReportAllocs()
	for b.Loop() {
		Make(wish)
	}
}

func BenchmarkRegion(b *testing.B) {
	for _, n := range []int{500, 5000} {
		b.Run(fmt.Sprintf("watches=%d", n), func(b *testing.B) {
			wish := large(n)
			b.ReportAllocs()
			for b.Loop() {
				newBus(wish.Policy, wish.Observed[0]).plan(wish.Policy.wants(wish.Watches), leaving{
					may: func(string) bool { return true }, why: func(string) string { return "gone" }, proved: func(string) bool { return true },
				})
			}
		})
	}
}

func BenchmarkRecall(b *testing.B) {
	text := describe("ops", Watch{Key: key(1), User: "alice", Reasons: Stale, IdleSince: time.Unix(1e9, 0), Fingerprint: "abcdef"})
	keys := []string{key(1)}
	b.ReportAllocs()
	for b.Loop() {
		recall(text, keys)
	}
}
