package story

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// anyFinding draws a finding that is about few enough things that two runs meet.
// It may contradict others of the same run.
func anyFinding() *rapid.Generator[Finding] {
	checks := []string{rootAccessKey, rootUsed, keyStale, keyUnrotated, keyReawakened, keyAtUserCreation, userTwoActiveKeys, consoleMFA, passwordStale, signingCertificate, "exception-expiring", "new-check"}
	ids := []string{"", "", "AKIA1", "AKIA2", "AKIA3"}
	days := []time.Time{{}, on(1, 1), on(1, 2), on(11, 1)}
	return rapid.Custom(func(t *rapid.T) Finding {
		f := Finding{
			Check:    rapid.SampledFrom(checks).Draw(t, "check"),
			Status:   rapid.SampledFrom([]Status{Fail, Fail, Pass, Unknown, Excepted}).Draw(t, "status"),
			Severity: rapid.SampledFrom(Severities()).Draw(t, "severity"),
			User:     rapid.SampledFrom([]string{rootUser, "", "a", "b", "B", "c"}).Draw(t, "user"),
			Reason:   rapid.SampledFrom([]string{"r", "signing certificate 1 is active", "signing certificate 2 is active"}).Draw(t, "reason"),
		}
		f.ARN = "arn:" + f.User
		if rapid.IntRange(0, 3).Draw(t, "key") > 0 && f.User != "" {
			f.Slot = rapid.IntRange(0, 2).Draw(t, "slot")
			f.KeyID = rapid.SampledFrom(ids).Draw(t, "id")
			f.CreatedAt = rapid.SampledFrom(days).Draw(t, "created")
			f.LastUsedAt = rapid.SampledFrom(days).Draw(t, "used")
			if f.KeyID == "" && f.Slot != 0 && rapid.Bool().Draw(t, "ambiguous") {
				f.Candidates = []string{"AKIA1", "AKIA2"}
			}
		}
		if f.Status == Excepted || f.User == "" {
			f.Exception = &Exception{For: rapid.SampledFrom([]string{"x", "y"}).Draw(t, "for"), Expires: on(11, 22)}
		}
		return f
	})
}

func anyRun(asOf time.Time) *rapid.Generator[Run] {
	return rapid.Custom(func(t *rapid.T) Run {
		run := Run{
			AccountID: account, AsOf: asOf, Complete: rapid.IntRange(0, 4).Draw(t, "complete") > 0,
			ActiveKeys: rapid.IntRange(0, 4).Draw(t, "active keys"),
			Findings:   rapid.SliceOfN(anyFinding(), 0, 14).Draw(t, "findings"),
		}
		if !run.Complete {
			run.IncompleteReasons = []string{"no time"}
		}
		return run
	})
}

// remains is a run that follows another one: much is as it was.
func remains(t *rapid.T, old Run) Run {
	now := anyRun(on(11, 27)).Draw(t, "now")
	for _, f := range old.Findings {
		if rapid.Bool().Draw(t, "stays") {
			now.Findings = append(now.Findings, f)
		}
	}
	return now
}

func TestLaws(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		old := anyRun(on(11, 20)).Draw(t, "old")
		now := remains(t, old)
		s, err := Between(old, now)
		if err != nil {
			t.Fatal(err)
		}
		nothingIsLost(t, s)
		nothingPretends(t, s)
		if !slices.IsSortedFunc(s.Events, compareEvents) {
			t.Fatalf("the events are not sorted: %q", s.lines())
		}

		shuffled, reversed := old, now
		shuffled.Findings = rapid.Permutation(old.Findings).Draw(t, "shuffled")
		reversed.Findings = slices.Clone(now.Findings)
		slices.Reverse(reversed.Findings)
		again, err := Between(shuffled, reversed)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(s.Events, again.Events); diff != "" || !cmp.Equal(s.Unchanged, again.Unchanged) {
			t.Fatalf("the order of findings made a difference: %s", diff)
		}

		same, err := Between(now, now)
		if err != nil || len(same.Events) > 0 {
			t.Fatalf("of a run and itself: %q, %v", same.lines(), err)
		}
	})
}

// nothingIsLost: what did not pass is in exactly one event or counted once.
func nothingIsLost(t *rapid.T, s Story) {
	told := map[bool][]Finding{} // by whether it is the new run
	for _, e := range s.Events {
		for now, state := range map[bool]*State{false: e.Before, true: e.After} {
			if state != nil {
				told[now] = append(told[now], toTell(state.Findings)...)
			}
		}
	}
	for now, run := range map[bool]Run{false: s.Old, true: s.New} {
		left := toTell(run.Findings)
		for _, f := range told[now] {
			i := slices.IndexFunc(left, func(l Finding) bool { return compareFindings(l, f) == 0 })
			if i < 0 {
				t.Fatalf("an event has a finding twice, or one that is not in the run: %+v\n%q", f, s.lines())
			}
			left = slices.Delete(left, i, i+1)
		}
		counted := Tally{Failing: map[Severity]int{Critical: 0, High: 0, Medium: 0, Low: 0}}
		for _, f := range left {
			counted.add(f)
		}
		if now && !cmp.Equal(counted, s.Unchanged) || counted.Open() != s.Unchanged.Open() || counted.Excepted != s.Unchanged.Excepted {
			t.Fatalf("of the new run (%v) %+v are in no event, and %+v are told to be unchanged\n%q", now, counted, s.Unchanged, s.lines())
		}
	}
}

// nothingPretends: only what passes is fixed, and nothing is gone that nobody
// looked for.
func nothingPretends(t *rapid.T, s Story) {
	partial := !s.New.Complete || !s.New.listsPasses()
	for _, e := range s.Events {
		switch {
		case e.Kind == Fixed && (e.After == nil || len(e.After.Findings) != 1 || e.After.Findings[0].Status != Pass):
			t.Fatalf("fixed without a pass: %s", e)
		case (e.Kind == Gone || e.Kind == Unasked) && partial:
			t.Fatalf("the new run does not hold everything: %s %s", e.Kind, e)
		case e.Kind == Rotated && partial && e.Before.Slot != e.After.Slot:
			t.Fatalf("the new run does not hold everything: %s", e)
		case e.Kind == Gone && e.After != nil, e.Before == nil && e.After == nil:
			t.Fatalf("%s is of states %v and %v", e, e.Before, e.After)
		case e.Predicate == "" || e.User != "" && e.Who() == "":
			t.Fatalf("%s event without words: %q of %q", e.Kind, e.Predicate, e.Who())
		}
	}
}

// Where credentials stay and answers change between fail and pass, a story read
// backwards has fixed for new and new for fixed.
func TestAStoryReadBackwards(t *testing.T) {
	mirror := map[Kind]Kind{New: Fixed, Fixed: New}
	rapid.Check(t, func(t *rapid.T) {
		checks := []string{keyUnrotated, keyAtUserCreation, consoleMFA, passwordStale, userTwoActiveKeys}
		var a, b []Finding
		for _, user := range []string{"a", "b", "c"} {
			for _, check := range checks {
				status := func() Status { return rapid.SampledFrom([]Status{Fail, Pass}).Draw(t, "status") }
				f, g := of(user, check, status(), "r"), of(user, check, status(), "r")
				if check == keyUnrotated || check == keyAtUserCreation {
					f, g = f.at(1, on(1, 1), ""), g.at(2, on(1, 1), "") // the key moves
				}
				a, b = append(a, f), append(b, g)
			}
		}
		there, err := Between(scene(on(11, 20), a...), scene(on(11, 27), b...))
		if err != nil {
			t.Fatal(err)
		}
		back, err := Between(scene(on(11, 20), b...), scene(on(11, 27), a...))
		if err != nil {
			t.Fatal(err)
		}
		type short struct {
			Kind        Kind
			User, Check string
		}
		shorts := func(s Story, turn map[Kind]Kind) []short {
			all := []short{}
			for _, e := range s.Events {
				kind := e.Kind
				if turn != nil {
					kind = turn[e.Kind]
				}
				all = append(all, short{kind, e.User, e.Checks[0]})
			}
			slices.SortFunc(all, func(a, b short) int { return slices.Compare([]string{a.User, a.Check}, []string{b.User, b.Check}) })
			return all
		}
		if diff := cmp.Diff(shorts(there, nil), shorts(back, mirror)); diff != "" || there.Unchanged.Open() != back.Unchanged.Open() {
			t.Fatal(diff)
		}
	})
}
