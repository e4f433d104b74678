package audit

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"keywatch/internal/report"
	"keywatch/internal/watch"
)

// Plan audits the account, looks at the rules of every Region and says what
// would change. It only reads. An error means that no report could be judged
// or, as a *SettingsError, that the settings are wrong.
func (a Account) Plan(ctx context.Context, p Policy, now time.Time) (Result, error) {
	_, _, result, err := a.plan(ctx, p, now)
	return result, err
}

func (a Account) plan(ctx context.Context, p Policy, now time.Time) (watch.Wish, scope, Result, error) {
	fail := func(err error) (watch.Wish, scope, Result, error) { return watch.Wish{}, scope{}, Result{}, err }
	j, err := a.judge(ctx, p, now)
	if err != nil {
		return fail(err)
	}
	p.Watch.AccountID = j.result.AccountID
	regions, err := a.scope(ctx, p)
	if err != nil {
		return fail(err)
	}
	seen, untold := a.observeTags(ctx, a.observe(ctx, p.Watch, regions))
	regions.incomplete = append(regions.incomplete, untold...)
	wish := watch.Wish{
		Policy:   p.Watch,
		Watched:  regions.watched,
		Excluded: regions.excluded,
		Only:     regions.only,
		Observed: seen,
		Blocked:  watch.Targets(ctx, p.Watch, regions.watched, a.Topics, a.Queues),
	}
	if err := a.wishFor(ctx, j, &wish); err != nil {
		return fail(err)
	}
	result := j.result
	result.Plan = regions.note(watch.Make(wish))
	return wish, regions, result, ctx.Err()
}

// wishFor fills in the watches and the verdicts.
func (a Account) wishFor(ctx context.Context, j *judgement, wish *watch.Wish) error {
	known := remember(wish.Observed)
	if j.result.Risky[report.KeyReawakened] {
		woke := report.ReawakenedKeys(j.rep, known.idleByPrint(), j.severity(report.KeyReawakened))
		j.result.Findings = report.Insert(j.result.Findings, woke...)
	}
	if err := j.resolve(ctx, known, false); err != nil {
		return err
	}
	j.wake(known)
	j.except()
	wish.Watches = j.policy.withRoot(j.watchesOf(j.result.Findings, known))
	orphans := watch.Orphans(wish.Observed, wish.Watches)
	looks := make([]lookedAt, 0, len(orphans))
	if j.doubt == "" {
		var err error
		if looks, err = a.lookAfresh(ctx, j, orphans); err != nil {
			return err
		}
	} else {
		for _, m := range orphans {
			looks = append(looks, lookedAt{memory: m})
		}
	}
	j.settle(wish, looks, known)
	j.close(true)
	return nil
}

// wake adds key-reawakened for keys that are risky for another reason and were
// found by listing their user: their slot is not the one their rule remembers,
// as after a rename, but the key is.
func (j *judgement) wake(known remembered) {
	if !j.result.Risky[report.KeyReawakened] {
		return
	}
	type slot struct {
		user string
		slot int
	}
	rows := map[string]report.Row{}
	for _, row := range j.rep.Rows {
		rows[row.User] = row
	}
	awake, asked := map[slot]bool{}, map[slot]report.KeyRef{}
	for _, f := range j.result.Findings {
		at := slot{f.User, f.Slot}
		awake[at] = awake[at] || f.Check == report.KeyReawakened
		if f.Key.State == report.KeyFound && f.Slot != 0 {
			asked[at] = f.Key
		}
	}
	var woke []report.Finding
	for at, key := range asked {
		since, stale := known.idle[key.ID]
		if !stale || awake[at] {
			continue
		}
		if f, ok := report.Reawakened(rows[at.user], at.slot, since, j.severity(report.KeyReawakened)); ok {
			f.Key = key
			woke = append(woke, f)
		}
	}
	j.result.Findings = report.Insert(j.result.Findings, woke...)
}

// settle turns looks into verdicts, and into watches for the keys that stay.
func (j *judgement) settle(wish *watch.Wish, looks []lookedAt, known remembered) {
	wish.Verdicts = map[string]watch.Verdict{}
	var woke []report.Finding
	for _, look := range looks {
		switch {
		case look.verdict != nil:
			wish.Verdicts[look.memory.Key] = *look.verdict
		case look.woke != nil:
			f := report.Except([]report.Finding{*look.woke}, j.result.Exceptions, j.result.AsOf)[0]
			if f.Status == report.Excepted {
				wish.Verdicts[look.memory.Key] = *excepted(f)
			}
			if !j.knowsAwake(f) {
				woke = append(woke, f)
			}
		default:
			wish.Watches = append(wish.Watches, j.kept(look))
			wish.KeepSessions = wish.KeepSessions || j.kept(look).User == ""
		}
		if look.doubt != "" {
			j.result.Incomplete = append(j.result.Incomplete, look.doubt)
		}
	}
	if len(woke) > 0 {
		j.result.Findings = report.Insert(j.result.Findings, woke...)
		wish.Watches = append(wish.Watches, j.watchesOf(woke, known)...)
	}
}

// knowsAwake tells that the findings have key-reawakened for the same slot. A key
// that woke and is excepted is an orphan, and looked at once more.
func (j *judgement) knowsAwake(f report.Finding) bool {
	return slices.ContainsFunc(j.result.Findings, func(g report.Finding) bool {
		return g.Check == f.Check && g.User == f.User && g.Slot == f.Slot && (f.Slot != 0 || g.Key.ID == f.Key.ID)
	})
}

// kept is the watch of a key that stays watched as its rule remembers it. Rules
// for several keys do not remember the user.
func (j *judgement) kept(look lookedAt) watch.Watch {
	w := look.memory.Kept()
	w.User = cmp.Or(w.User, look.user)
	if owners := j.slotOwners(look.memory); w.User == "" && len(owners) == 1 {
		w.User = owners[0]
	}
	return w
}

// observe looks at all Regions side by side. A Region that the settings exclude
// by name and that does not even let its rules be listed is left out:
// organizations close Regions that way.
func (a Account) observe(ctx context.Context, p watch.Policy, s scope) []watch.Observed {
	seen := make([]watch.Observed, len(s.observed))
	var wait sync.WaitGroup
	for i, region := range s.observed {
		wait.Go(func() { seen[i] = watch.Observe(ctx, a.Rules(region), p, region) })
	}
	wait.Wait()
	for i, o := range seen {
		if o.Denied && !slices.Contains(s.watched, o.Region) {
			seen[i].Err = fmt.Errorf("%w, or name the Region in watch.exclude_regions if it is closed", o.Err)
		}
	}
	return slices.DeleteFunc(seen, func(o watch.Observed) bool {
		return o.Denied && slices.Contains(s.closed, o.Region)
	})
}

// observeTags adds the tags of our rules to what was seen. What could not be told
// is returned in words.
func (a Account) observeTags(ctx context.Context, seen []watch.Observed) ([]watch.Observed, []string) {
	untold := make([]string, len(seen))
	var wait sync.WaitGroup
	for i, o := range seen {
		if o.Err != nil {
			continue
		}
		wait.Go(func() {
			var err error
			if seen[i], err = watch.Tags(ctx, a.Rules(o.Region), o); err != nil {
				untold[i] = err.Error()
			}
		})
	}
	wait.Wait()
	return seen, slices.DeleteFunc(untold, func(s string) bool { return s == "" })
}

// note adds to a plan what is known about Regions beyond it.
func (s scope) note(plan watch.Plan) *watch.Plan {
	plan.Incomplete = append(slices.Clone(s.incomplete), plan.Incomplete...)
	plan.Uncovered = append(plan.Uncovered, s.uncovered...)
	plan.Skipped = s.skipped
	slices.Sort(plan.Uncovered)
	plan.Uncovered = slices.Compact(plan.Uncovered)
	if plan.Uncovered == nil {
		plan.Uncovered = []string{}
	}
	return &plan
}
