package audit

import (
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"keywatch/internal/fakeaws"
	"keywatch/internal/report"
	"keywatch/internal/watch"
)

var (
	chaosHistories = flag.Int("chaos.histories", 10, "how many accounts live through trouble at every call in turn; with 60 and more every kind of event must be met")
	chaosSeed      = flag.Int64("chaos.seed", -1, "play only this history")
)

const mostKeys = 8

// history is a small account and what happens to it. The same seed plays the same
// history, up to the last run, in which trouble strikes at one call.
type history struct {
	w        *world
	r        *rand.Rand
	keys     []*modelKey
	users    []string
	names    int
	rootKey  bool
	old      []byte // the report before the last one
	oldAt    time.Time
	steps    []string // what happened, for people
	failures []string
	hits     map[string]bool

	asOf          time.Time // when the last report was made
	deletedDenied bool      // of keys that were deleted IAM denies what is asked
}

func (h *history) hit(what string) { h.hits[what] = true }

func (h *history) failf(format string, args ...any) {
	if len(h.failures) < 3 {
		h.failures = append(h.failures, fmt.Sprintf(format, args...))
	}
}

// TestChaos plays small accounts through changes of every kind and lets trouble
// strike at every single call of a run in turn. What is wanted before and after
// stays told of at every call; one undisturbed run makes it exactly so; a further
// one writes nothing and lists no keys.
func TestChaos(t *testing.T) {
	hits, histories := map[string]int{}, 0
	play := func(seed int64, at int, kind trouble) int {
		var h *history
		calls := 0
		synctest.Test(t, func(t *testing.T) {
			h = newHistory(t, seed)
			calls = h.play(at, kind)
		})
		histories++
		for hit := range h.hits {
			hits[hit]++
		}
		if len(h.failures) > 0 {
			t.Fatalf("history %d (go test ./internal/audit -run TestChaos -chaos.seed %d), %s at call %d:\n%s\n%s",
				seed, seed, kind.name, at, strings.Join(h.steps, "\n"), strings.Join(h.failures, "\n"))
		}
		return calls
	}
	first, last := int64(0), int64(*chaosHistories)
	if *chaosSeed >= 0 {
		first, last = *chaosSeed, *chaosSeed+1
	}
	for seed := first; seed < last; seed++ {
		calls := play(seed, -1, trouble{name: "nothing"})
		for at := range calls {
			play(seed, at, troubles[(int(seed)+at)%len(troubles)])
		}
	}
	var said []string
	for _, what := range []string{"wake", "tie", "rename", "move", "except", "cap", "quota full", "lost memory", "overlap"} {
		said = append(said, fmt.Sprintf("%s %d", what, hits[what]))
		if hits[what] == 0 && *chaosHistories >= 60 && *chaosSeed < 0 {
			t.Errorf("no history met: %s", what)
		}
	}
	t.Logf("%d histories: %s", histories, strings.Join(said, ", "))
}

func newHistory(t *testing.T, seed int64) *history {
	time.Sleep(time.Until(start)) // the bubble's time begins in 2000
	h := &history{r: rand.New(rand.NewPCG(uint64(seed), 1)), hits: map[string]bool{}}
	h.w = newWorld(t, func(o *fakeaws.Options) {
		o.Now, o.Seed, o.Propagation = time.Now, uint64(seed), 45*time.Second
		h.deletedDenied = h.r.IntN(2) == 0
		o.DeletedKeyDenied = h.deletedDenied
	})
	h.w.ticks = time.Now
	h.w.cloud.CreateRole("forward", true)
	for _, region := range h.w.regions {
		h.w.cloud.CreateQueue(region, "quiet", true)
	}
	p := &h.w.policy.Watch
	p.Settle, p.AllowRetire = time.Minute, 1000
	p.Layout = watch.Layout{KeysPerRule: 3, PackAbove: 3, UnpackBelow: 2, Mode: []watch.Mode{watch.Auto, watch.PerKey, watch.Packed}[h.r.IntN(3)]}
	p.ForwardRole = "arn:aws:iam::111122223333:role/forward"
	h.deliver()
	p.Routes = h.routes()
	p.Sessions = h.r.IntN(3) == 0
	for range 2 + h.r.IntN(2) {
		h.addUser()
	}
	for range 2 + h.r.IntN(4) {
		h.addKey(h.user(), h.age(), h.age())
	}
	return h
}

// play lives through the history and returns how many calls the last run made.
func (h *history) play(at int, kind trouble) (calls int) {
	h.report()
	h.old, h.oldAt = h.w.cloud.Report(), time.Now()
	h.undisturbed("the first run")
	for step := range 2 {
		for range 1 + h.r.IntN(4) {
			m := moves[h.r.IntN(len(moves))]
			if m.do(h) {
				h.steps = append(h.steps, m.name)
			}
		}
		time.Sleep(time.Duration(h.r.IntN(5*24)) * time.Hour)
		h.report()
		h.steps = append(h.steps, "run")
		if step == 0 {
			h.old, h.oldAt = h.w.cloud.Report(), time.Now()
			h.undisturbed("a run")
		}
	}
	w := weathers[h.r.IntN(len(weathers))]
	h.steps = append(h.steps, w.name)
	clear := w.do(h)
	calls = h.disturbed(at, kind, w.keepsAll)
	clear()
	h.report()
	if h.unknowable() {
		h.hit("owner unknowable")
		return calls
	}
	h.undisturbed("the run that heals")
	h.settled()
	return calls
}

func (h *history) report() {
	h.asOf = time.Now()
	h.w.report()
}

// undisturbed runs once and expects that everything is as wanted then.
func (h *history) undisturbed(when string) {
	h.w.policy.Watch.AllowRetire = 1000
	result, err := h.w.account.Apply(context.Background(), h.w.policy, time.Now())
	switch {
	case err != nil:
		h.failf("%s: %v", when, err)
		return
	case !result.Complete():
		h.failf("%s is incomplete: %q", when, result.IncompleteReasons())
	}
	h.learn(result)
	h.exact(when)
	h.remember(time.Now())
}

// learn notes what a run met. What it found must be found again by what it
// learned.
func (h *history) learn(result Result) {
	for _, differs := range again(result, h.w.policy) {
		h.failf("judged again it differs: %s", differs)
	}
	for _, f := range result.Findings {
		if f.Check == "key-reawakened" && f.Status == "fail" {
			h.hit("wake")
		}
	}
	said := strings.Join(result.IncompleteReasons(), "\n")
	if strings.Contains(said, "more than the cap") {
		h.hit("cap")
	}
	if strings.Contains(said, "the quota of") {
		h.hit("quota full")
	}
	if result.Plan == nil {
		return
	}
	for _, r := range result.Plan.Regions {
		for _, c := range r.Changes {
			if slices.ContainsFunc(c.Why, func(why string) bool { return strings.Contains(why, " is watched by ") }) {
				h.hit("move")
			}
		}
	}
}

// settled runs once more and expects that nothing is written and no key listed.
func (h *history) settled() {
	seq := h.w.cloud.Seq()
	if _, err := h.w.account.Apply(context.Background(), h.w.policy, time.Now()); err != nil {
		h.failf("the settled run: %v", err)
	}
	for _, c := range h.w.cloud.CallsSince(seq) {
		if c.Write() || c.Op == "ListAccessKeys" && !h.further() {
			h.failf("the settled run called %s %s %s", c.Op, c.Region, c.Resource)
		}
	}
}

// further tells that some user is listed in every run: one with keys that a report
// does not show, twins, who cannot be remembered, or one with a key for which there
// is an exception.
func (h *history) further() bool {
	if slices.ContainsFunc(h.w.policy.Exceptions, func(e report.Exception) bool { return e.Key != "" }) {
		return true
	}
	for _, user := range h.users {
		if len(h.keysOf(user)) > 2 {
			return true
		}
	}
	return h.hits["tie"]
}
