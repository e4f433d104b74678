package audit

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/iam"
	"golang.org/x/sync/errgroup"

	"keywatch/internal/report"
	"keywatch/internal/watch"
)

// lookedAt is the outcome of a fresh look at one orphan: a key that rules watch
// and the report gives no reason for.
type lookedAt struct {
	memory  watch.Memory
	verdict *watch.Verdict  // nil keeps the watch
	woke    *report.Finding // the key turned out to be reawakened
	doubt   string          // why the look failed, if it did
	user    string          // who owns the key, where that is known
}

// lookAfresh looks at every orphan before anything is retired, side by side.
func (a Account) lookAfresh(ctx context.Context, j *judgement, orphans []watch.Memory) ([]lookedAt, error) {
	looks := make([]lookedAt, len(orphans))
	witnesses := j.witnesses()
	whole := sync.OnceValue(func() bool { return a.isWhole(ctx, j.rep) })
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(8)
	for i, m := range orphans {
		group.Go(func() error {
			if m.Key == watch.RootKey {
				looks[i] = a.lookAtRoot(ctx, j, m)
			} else {
				looks[i] = j.lookAt(ctx, m, witnesses, whole)
			}
			return ctx.Err()
		})
	}
	if err := group.Wait(); err != nil {
		return nil, fmt.Errorf("audit: stopped while looking up keys: %w", err)
	}
	return looks, nil
}

// isWhole tells that IAM counts as many users as the report shows. A report that
// was cut short between two rows looks like any other.
func (a Account) isWhole(ctx context.Context, rep report.Report) bool {
	out, err := a.IAM.GetAccountSummary(ctx, &iam.GetAccountSummaryInput{})
	if err != nil {
		return false
	}
	users, told := out.SummaryMap["Users"]
	return told && int(users) == rep.Users()
}

func (j *judgement) lookAt(ctx context.Context, m watch.Memory, witnesses []string, whole func() bool) lookedAt {
	look := lookedAt{memory: m}
	trail := report.Trail{Owners: j.owners(m), Witnesses: witnesses}
	trail.NoKeys = len(witnesses) == 0 && whole()
	trail.OwnerGone = m.User == "" && m.Fingerprint != "" && len(trail.Owners) == 0 && whole()
	answer := j.keys.LookUp(ctx, m.Key, trail)
	look.user = answer.User
	switch answer.State {
	case report.KeyGone, report.KeyInactive:
		look.verdict = &watch.Verdict{Proved: true, Why: answer.Why}
	case report.KeyFound:
		j.judgeActive(ctx, &look, answer.User)
	default:
		look.doubt = fmt.Sprintf("key %q stays watched: %s", m.Key, answer.Why)
		if answer.User == "" {
			look.doubt += "; if the key was deleted, delete its rules by hand"
		}
	}
	return look
}

// witnesses are users who have a key, by the report.
func (j *judgement) witnesses() []string {
	var users []string
	for _, row := range j.rep.Rows {
		if !row.IsRoot() && (row.Slots[0].Exists() || row.Slots[1].Exists()) {
			users = append(users, row.User)
		}
	}
	return users
}

// owners lists who may own a remembered key: the user its rule names, and those
// whom its fingerprint points at. That names its slot and, where the slot is gone,
// still a handful of users.
func (j *judgement) owners(m watch.Memory) []string {
	owners := j.slotOwners(m)
	if m.User != "" {
		return append([]string{m.User}, owners...)
	}
	if len(owners) > 0 || m.Fingerprint == "" {
		return owners
	}
	for _, row := range j.rep.Rows {
		if !row.IsRoot() && report.PointsAt(m.Fingerprint, row.User) {
			owners = append(owners, row.User)
		}
	}
	return owners
}

// slotOwners lists the users, other than the remembered one, with a slot that
// fits the fingerprint.
func (j *judgement) slotOwners(m watch.Memory) []string {
	var owners []string
	for _, row := range j.rep.Rows {
		if m.Fingerprint == "" || row.User == m.User || !report.PointsAt(m.Fingerprint, row.User) {
			continue
		}
		if slices.ContainsFunc(row.Slots[:], func(s report.Slot) bool {
			return s.Exists() && report.Fingerprint(row.User, s.LastRotated) == m.Fingerprint
		}) {
			owners = append(owners, row.User)
		}
	}
	return owners
}

// judgeActive decides about a key that is still active. Only a report that
// shows the key and clears it of every watched check retires its watch.
func (j *judgement) judgeActive(ctx context.Context, look *lookedAt, user string) {
	i := slices.IndexFunc(j.rep.Rows, func(r report.Row) bool { return r.User == user })
	if i < 0 {
		return // the report is older than the user's name, or not whole
	}
	if slices.ContainsFunc(j.further, func(f report.Further) bool { return f.ID == look.memory.Key }) {
		look.verdict = j.cleared(look.memory.Key, user, 0) // it would be wanted if it failed a check
		return
	}
	row := j.rep.Rows[i]
	slots := j.keys.Slots(ctx, row, look.memory.Key, j.result.Report.GeneratedAt)
	if len(slots) == 0 {
		return // the report does not show this key
	}
	var woken []report.Finding
	for _, slot := range slots {
		if !row.Slots[slot-1].Active || j.unclear(user, slot) {
			return // shown otherwise than it is, or it cannot be judged
		}
		if f, woke := j.woke(look.memory, row, slot); woke {
			woken = append(woken, f)
		}
	}
	switch len(woken) {
	case 0:
		look.verdict = j.cleared(look.memory.Key, user, slots[0])
	case len(slots): // in whichever slot it is, it woke
		look.woke = &woken[0]
	}
}

// cleared is the verdict on an active key that nothing is wrong with any more, or
// nothing that an exception does not waive.
func (j *judgement) cleared(key, user string, slot int) *watch.Verdict {
	for _, f := range j.result.Findings {
		if f.User == user && f.Slot == slot && f.Status == report.Excepted && j.result.Risky[f.Check] && (slot != 0 || f.Key.ID == key) {
			return excepted(f)
		}
	}
	return &watch.Verdict{Why: fmt.Sprintf("user %q still has the key; it fails no watched check any more", user)}
}

func excepted(f report.Finding) *watch.Verdict {
	return &watch.Verdict{Why: fmt.Sprintf("user %q still has the key; %s is excepted until %s: %s", f.User, f.Check, f.Exception.Expires.Format(time.DateOnly), f.Exception)}
}

// unclear tells that a watched check has no answer for a slot.
func (j *judgement) unclear(user string, slot int) bool {
	return slices.ContainsFunc(j.result.Findings, func(f report.Finding) bool {
		return f.User == user && f.Slot == slot && j.result.Risky[f.Check] && f.Status == report.Unknown
	})
}

// woke tells that a key that was watched as stale has been used again.
func (j *judgement) woke(m watch.Memory, row report.Row, slot int) (report.Finding, bool) {
	if m.Reasons&(watch.Stale|watch.Reawakened) == 0 || !j.result.Risky[report.KeyReawakened] {
		return report.Finding{}, false
	}
	f, woke := report.Reawakened(row, slot, m.IdleSince, j.severity(report.KeyReawakened))
	f.Key = report.KeyRef{State: report.KeyFound, ID: m.Key}
	return f, woke
}

func (j *judgement) severity(id report.CheckID) report.Severity {
	if s := j.policy.Checks.Severity[id]; s != 0 {
		return s
	}
	for _, c := range report.Checks() {
		if c.ID == id {
			return c.Severity
		}
	}
	return 0
}

// lookAtRoot asks whether the account still has a root access key. Nobody but
// root can list it, but GetAccountSummary counts it.
func (a Account) lookAtRoot(ctx context.Context, j *judgement, m watch.Memory) lookedAt {
	look := lookedAt{memory: m}
	out, err := a.IAM.GetAccountSummary(ctx, &iam.GetAccountSummaryInput{})
	if err != nil {
		look.doubt = fmt.Sprintf("the root user stays watched: whether it has an access key could not be asked (%v): grant iam:GetAccountSummary", err)
		return look
	}
	i := slices.IndexFunc(j.rep.Rows, report.Row.IsRoot)
	shown := i >= 0 && (j.rep.Rows[i].Slots[0].Exists() || j.rep.Rows[i].Slots[1].Exists())
	switch present, told := out.SummaryMap["AccountAccessKeysPresent"]; {
	case !told:
		look.doubt = "the root user stays watched: iam:GetAccountSummary does not say whether it has an access key: look at it by hand"
	case present == 0:
		look.verdict = &watch.Verdict{Proved: true, Why: "the root user has no access key any more"}
	case shown:
		look.verdict = &watch.Verdict{Why: "the root user's access key is inactive or its check is off"}
	}
	return look // else there is a key that the report does not show yet
}
