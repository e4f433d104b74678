package report

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"
)

// Resolution says what ResolveKeys works with.
type Resolution struct {
	// Risky tells which checks, when failed, make a slot worth an ID.
	Risky map[CheckID]bool
	// Generated is the report's time: keys made later are not in it.
	Generated time.Time
	// Excepted tells to find the IDs of slots whose checks are excepted, too.
	Excepted bool
	// Users are those whose slots are all found, whatever failed.
	Users []string
	// Known maps fingerprints of slots to the IDs that rules remember for
	// them. A slot with exactly one is not asked for again.
	Known map[string][]string
}

// Problem says what could not be learned, in words for people.
type Problem struct{ Msg string }

// sideBySide is how many users are asked at once; a pacing client slows this
// down where IAM wants it.
const sideBySide = 8

// ResolveKeys finds the access key IDs of the risky slots and returns the
// findings with Key set on every finding of such a slot. Only users that own a
// risky slot not yet known are listed, once each. A user deleted since the
// report makes its slots gone; a denied call makes them unknown and adds a
// Problem. The error is that of ctx. Root's slots are left alone, since nobody
// but root can list them.
func ResolveKeys(ctx context.Context, keys *Keys, rep Report, findings []Finding, r Resolution) ([]Finding, []Problem, error) {
	risky := r.riskySlots(rep.Rows, findings)
	refs := make(map[string][2]KeyRef, len(risky))
	var ask []*Row
	prints := Fingerprints(rep.Rows)
	for i := range rep.Rows {
		row := &rep.Rows[i]
		want, ok := risky[row.User]
		if !ok {
			continue
		}
		if known, all := r.fromMemory(row, want, prints); all {
			refs[row.User] = known
		} else {
			ask = append(ask, row)
		}
	}
	answers, err := r.askAll(ctx, keys, ask)
	if err != nil {
		return nil, nil, err
	}
	var unlisted, tied []failure
	for i, a := range answers {
		for slot, known := range ask[i].Slots {
			if !known.Active && a.refs[slot].State == KeyInactive {
				a.refs[slot].Why = "" // no news
			}
		}
		refs[ask[i].User] = a.refs
		if a.err != nil {
			unlisted = append(unlisted, failure{ask[i].User, a.err})
		}
		if a.tie != nil {
			tied = append(tied, failure{ask[i].User, a.tie})
		}
	}
	resolved := slices.Clone(findings)
	for i := range resolved {
		f := &resolved[i]
		if want := risky[f.User]; f.Slot != 0 && want[f.Slot-1] {
			f.Key = refs[f.User][f.Slot-1]
		}
	}
	return resolved, slices.Concat(
		problems("the access keys of %s could not be listed", "iam:ListAccessKeys on this account's users", unlisted),
		problems("two keys each of %s could not be told apart, so all are watched", "iam:GetAccessKeyLastUsed on this account's users", tied),
	), nil
}

// riskySlots tells by user which slots failed a watched check or are to be found
// anyway.
func (r Resolution) riskySlots(rows []Row, findings []Finding) map[string][2]bool {
	risky := map[string][2]bool{}
	for _, row := range rows {
		if len(r.Users) > 0 && slices.Contains(r.Users, row.User) {
			risky[row.User] = [2]bool{row.Slots[0].Exists(), row.Slots[1].Exists()}
		}
	}
	for _, f := range findings {
		fails := f.Status == Fail || f.Status == Excepted && r.Excepted
		if fails && f.Slot != 0 && r.Risky[f.Check] && f.User != RootUser {
			slots := risky[f.User]
			slots[f.Slot-1] = true
			risky[f.User] = slots
		}
	}
	return risky
}

// Fingerprints counts how many slots each fingerprint fits. One that fits two
// says nothing of either.
func Fingerprints(rows []Row) map[string]int {
	count := make(map[string]int, len(rows))
	for _, row := range rows {
		for _, slot := range row.Slots {
			if slot.Exists() {
				count[Fingerprint(row.User, slot.LastRotated)]++
			}
		}
	}
	return count
}

// fromMemory answers for a row from what rules remember. It reports true only
// if that covers every risky slot without doubt.
func (r Resolution) fromMemory(row *Row, want [2]bool, prints map[string]int) ([2]KeyRef, bool) {
	var refs [2]KeyRef
	for i, slot := range row.Slots {
		if !want[i] {
			continue
		}
		print := Fingerprint(row.User, slot.LastRotated)
		ids := r.Known[print]
		if len(ids) != 1 || prints[print] != 1 {
			return refs, false
		}
		refs[i] = KeyRef{State: KeyFound, ID: ids[0]}
	}
	return refs, refs[0].ID == "" || refs[0].ID != refs[1].ID
}

type answer struct {
	refs [2]KeyRef
	err  error // why the user could not be listed
	tie  error // why two keys could not be told apart by their last use
}

func (r Resolution) askAll(ctx context.Context, keys *Keys, rows []*Row) ([]answer, error) {
	answers := make([]answer, len(rows))
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(sideBySide)
	for i, row := range rows {
		group.Go(func() error {
			answers[i] = r.ask(ctx, keys, row)
			return ctx.Err()
		})
	}
	if err := group.Wait(); err != nil {
		return nil, fmt.Errorf("report: stopped while listing access keys: %w", err)
	}
	return answers, nil
}

func (r Resolution) ask(ctx context.Context, keys *Keys, row *Row) answer {
	listed, err := keys.list(ctx, row.User)
	if missing(err) {
		gone := KeyRef{State: KeyGone, Why: "the user was deleted or renamed since the report"}
		return answer{refs: [2]KeyRef{gone, gone}}
	}
	if err != nil {
		unknown := KeyRef{State: KeyUnknown, Why: "its access keys could not be listed"}
		return answer{refs: [2]KeyRef{unknown, unknown}, err: err}
	}
	refs := match(row.Slots, listed, r.Generated, nil)
	if !tied(row.Slots, refs) {
		return answer{refs: refs}
	}
	used := map[string]time.Time{}
	for _, id := range refs[0].Candidates {
		if _, used[id], err = keys.lastUsed(ctx, id); err != nil {
			return answer{refs: refs, tie: err} // both stay watched, which is safe
		}
	}
	return answer{refs: match(row.Slots, listed, r.Generated, used)}
}

type failure struct {
	user string
	err  error
}

// problems sums failures up, one sentence per error code. what has a place for
// the users' names.
func problems(what, permission string, failures []failure) []Problem {
	byCode := map[string][]failure{}
	for _, f := range failures {
		byCode[code(f.err)] = append(byCode[code(f.err)], f)
	}
	var all []Problem
	for _, fs := range byCode {
		names := make([]string, 0, 3)
		for _, f := range fs[:min(len(fs), 3)] {
			names = append(names, fmt.Sprintf("%q", f.user))
		}
		more := ""
		if len(fs) > 3 {
			more = fmt.Sprintf(" and %d more", len(fs)-3)
		}
		users := strings.Join(names, ", ") + more
		all = append(all, Problem{fmt.Sprintf(what+" (%v): %s", users, fs[0].err, remedy(fs[0].err, permission))})
	}
	slices.SortFunc(all, func(a, b Problem) int { return strings.Compare(a.Msg, b.Msg) })
	return all
}
