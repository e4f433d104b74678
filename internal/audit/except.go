package audit

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"keywatch/internal/report"
)

// exceptionsIn are the exceptions with the account filled in.
func (p Policy) exceptionsIn(account string) []report.Exception {
	exceptions := slices.Clone(p.Exceptions)
	for i := range exceptions {
		exceptions[i].ARN = strings.ReplaceAll(exceptions[i].ARN, "{account}", account)
	}
	return exceptions
}

// except marks what the exceptions waive, as far as keys are known by now.
func (j *judgement) except() {
	j.result.Findings = report.Except(j.result.Findings, j.result.Exceptions, j.result.AsOf)
}

// close completes the findings, of which all are there by now: what is known of a
// slot's key is said with each of them, and of every exception what is wrong with
// it.
func (j *judgement) close(rulesRead bool) {
	type slot struct {
		user string
		slot int
	}
	known := map[slot]report.KeyRef{}
	for _, f := range j.result.Findings {
		if f.Slot != 0 && f.Key.State != report.KeyNotAsked {
			known[slot{f.User, f.Slot}] = f.Key
		}
	}
	for i := range j.result.Findings {
		if f := &j.result.Findings[i]; f.Slot != 0 && f.Key.State == report.KeyNotAsked {
			f.Key = known[slot{f.User, f.Slot}]
		}
	}
	j.except()
	about := report.ExceptionFindings(j.result.Findings, j.result.Exceptions, j.policy.Checks, j.result.AsOf)
	j.result.Findings = report.Insert(j.result.Findings, about...)
	j.learn(rulesRead)
}

// exceptedOwners finds the users whose keys exceptions are for: their slots are
// then looked at, whatever failed. An exception whose key IAM could not be asked
// for is unsure.
func (j *judgement) exceptedOwners(ctx context.Context) []string {
	var owners []string
	for i := range j.result.Exceptions {
		x := &j.result.Exceptions[i]
		if x.Key == "" {
			continue
		}
		answer := j.keys.LookUp(ctx, x.Key, report.Trail{OwnerGone: true, Witnesses: j.witnesses()})
		if answer.State == report.KeyUnknown {
			x.Unsure = true
			j.result.Incomplete = append(j.result.Incomplete, fmt.Sprintf("%s could not be judged: %s", x, answer.Why))
		}
		if answer.User != "" && !slices.Contains(owners, answer.User) {
			owners = append(owners, answer.User)
		}
	}
	return owners
}

// unsureOfKeys takes it that a saved report does not tell whose a key is.
func (j *judgement) unsureOfKeys() {
	for i := range j.result.Exceptions {
		if x := &j.result.Exceptions[i]; x.Key != "" {
			x.Unsure = true
			j.result.Incomplete = append(j.result.Incomplete, fmt.Sprintf("%s could not be judged: a saved report holds no access key IDs", x))
		}
	}
}
