package audit

import (
	"fmt"
	"slices"
	"time"

	"keywatch/internal/report"
)

// Again judges the report of an earlier run by what that run learned. By the same
// policy and as of the same time the findings are those of that run. Keys that the
// run did not ask for stay unknown. An error means that the report is refused or
// is not the run's.
func Again(content []byte, l Learned, p Policy, asOf time.Time) (Result, error) {
	rep, err := report.Parse(content)
	if err != nil {
		return Result{}, err
	}
	if err := p.meant("the report's users", rep.AccountID); err != nil {
		return Result{}, err
	}
	j := newJudgement(p, rep, content, asOf)
	if j.result.Report.SHA256 != l.ReportSHA256 {
		return Result{}, fmt.Errorf("audit: this is not the report of that run: its SHA-256 is %s, and %s was judged", j.result.Report.SHA256, l.ReportSHA256)
	}
	j.result.Report.GeneratedAt = l.GeneratedAt
	j.result.Incomplete = append(j.result.Incomplete, l.IncompleteReasons...)
	j.recall(l)
	for i := range j.result.Exceptions {
		x := &j.result.Exceptions[i]
		x.Unsure = x.Key != "" && slices.Contains(l.UnsureKeys, x.Key)
		if x.Key != "" && !l.knows(x.Key) {
			x.Unsure = true
			j.result.Incomplete = append(j.result.Incomplete, fmt.Sprintf("%s could not be judged: that run did not ask whose key it is", x))
		}
	}
	j.close(l.RulesRead)
	return j.result, nil
}

// recall adds to the findings what the run was told.
func (j *judgement) recall(l Learned) {
	type slot struct {
		user string
		slot int
	}
	known := map[slot]report.KeyRef{}
	for _, k := range l.Keys {
		known[slot{k.User, k.Slot}] = k.ref()
	}
	for i := range j.result.Findings {
		f := &j.result.Findings[i]
		f.Key = known[slot{f.User, f.Slot}]
	}
	var more []report.Finding
	sleepers := map[string]LearnedSleep{}
	for _, s := range l.Reawakened {
		sleepers[s.ID] = s
		if f, woke := j.recallSleeper(s); woke {
			more = append(more, f)
		}
	}
	for _, f := range l.FurtherKeys {
		further := f.further()
		j.further = append(j.further, further)
		more = append(more, further.Findings(j.policy.Checks, j.result.AsOf)...)
		if s, woke := sleepers[f.ID]; woke && s.Slot == 0 && j.result.Risky[report.KeyReawakened] {
			if f, woke := further.Reawakened(s.AsleepSince, j.severity(report.KeyReawakened)); woke {
				more = append(more, f)
			}
		}
	}
	j.result.Findings = report.Insert(j.result.Findings, more...)
}

// recallSleeper answers key-reawakened for a slot as the run did.
func (j *judgement) recallSleeper(s LearnedSleep) (report.Finding, bool) {
	i := slices.IndexFunc(j.rep.Rows, func(r report.Row) bool { return r.User == s.User })
	if i < 0 || s.Slot < 1 || s.Slot > 2 || !j.result.Risky[report.KeyReawakened] {
		return report.Finding{}, false
	}
	f, woke := report.Reawakened(j.rep.Rows[i], s.Slot, s.AsleepSince, j.severity(report.KeyReawakened))
	f.Key = s.ref()
	return f, woke
}
