package audit

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"iter"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"keywatch/internal/report"
)

// Audit judges the account's credential report and finds the IDs of risky keys.
// It only reads. An error means that no report could be judged.
func (a Account) Audit(ctx context.Context, p Policy, now time.Time) (Result, error) {
	j, err := a.judge(ctx, p, now)
	if err != nil {
		return Result{}, err
	}
	if err := j.resolve(ctx, remembered{}, true); err != nil {
		return Result{}, err
	}
	j.close(false)
	return j.result, nil
}

// File judges a report that was saved earlier. Such a report does not carry its
// time, so asOf is the point of judgement, and no key IDs can be found.
func File(content []byte, p Policy, asOf time.Time) (Result, error) {
	rep, err := report.Parse(content)
	if err != nil {
		return Result{}, err
	}
	if err := p.meant("the report's users", rep.AccountID); err != nil {
		return Result{}, err
	}
	j := newJudgement(p, rep, content, asOf)
	j.result.Report.Source = "file"
	j.unsureOfKeys()
	j.close(false)
	return j.result, nil
}

// judgement is a report, judged, on its way to becoming a Result.
type judgement struct {
	policy Policy
	rep    report.Report
	keys   *report.Keys
	result Result
	// further are the keys that the report does not show.
	further []report.Further
	// doubt says why the report must not retire anything; empty if it may.
	doubt string
}

func newJudgement(p Policy, rep report.Report, content []byte, asOf time.Time) *judgement {
	sum := sha256.Sum256(content)
	return &judgement{policy: p, rep: rep, result: Result{
		AccountID:  rep.AccountID,
		Partition:  rep.Partition,
		Report:     ReportInfo{Content: content, SHA256: hex.EncodeToString(sum[:]), Users: rep.Users(), Source: "iam"},
		AsOf:       asOf,
		Findings:   report.Evaluate(rep.Rows, p.Checks, asOf),
		ActiveKeys: rep.ActiveKeys(),
		Risky:      p.risky(),
		Checks:     p.Checks,
		Exceptions: p.exceptionsIn(rep.AccountID),
		Incomplete: []string{},
	}}
}

func (a Account) judge(ctx context.Context, p Policy, now time.Time) (*judgement, error) {
	caller, _, err := a.caller(ctx)
	if err != nil {
		return nil, err
	}
	if err := p.guard(caller); err != nil {
		return nil, err
	}
	raw, err := report.Fetch(ctx, a.IAM, p.Fetch, now)
	if err != nil {
		return nil, err
	}
	rep, err := report.Parse(raw.Content)
	if err != nil {
		return nil, fmt.Errorf("audit: the credential report of account %s is refused: %w", caller, err)
	}
	if rep.AccountID != caller {
		return nil, fmt.Errorf("audit: the credential report is about account %s and the credentials belong to account %s: nothing is judged", rep.AccountID, caller)
	}
	asOf := p.AsOf
	if asOf.IsZero() {
		asOf = raw.GeneratedAt
	}
	j := newJudgement(p, rep, raw.Content, asOf)
	j.result.Report.GeneratedAt = raw.GeneratedAt
	j.keys = report.NewKeys(a.IAM)
	if age := now.Sub(raw.GeneratedAt); age > p.Fetch.MaxAge {
		j.doubt = fmt.Sprintf("the report is %s old, older than report.max_age allows (%s): nothing is retired by it", age.Truncate(time.Minute), p.Fetch.MaxAge)
		j.result.Incomplete = append(j.result.Incomplete, j.doubt)
	}
	return j, nil
}

// caller is the account of the credentials in use, and its partition.
func (a Account) caller(ctx context.Context) (account, partition string, err error) {
	out, err := a.Identity.GetCallerIdentity(ctx, &sts.GetCallerIdentityInput{})
	if err != nil {
		return "", "", fmt.Errorf("audit: the credentials of this run could not be confirmed (sts:GetCallerIdentity): %w: check AWS_PROFILE, the task role or --profile, the network, and AWS_ENDPOINT_URL if it is set", err)
	}
	if parts := strings.SplitN(aws.ToString(out.Arn), ":", 3); len(parts) == 3 {
		partition = parts[1]
	}
	return aws.ToString(out.Account), partition, nil
}

// meant refuses an account that the settings do not mean.
func (p Policy) meant(what, account string) error {
	if p.AccountID != "" && p.AccountID != account {
		return fmt.Errorf("audit: %s belong to account %s, the settings are for account %s (account_id): nothing is judged", what, account, p.AccountID)
	}
	return nil
}

// guard refuses credentials of another account than any part of the settings
// speaks of.
func (p Policy) guard(account string) error {
	for setting, arns := range p.arns() {
		for _, arn := range arns {
			if parts := strings.SplitN(arn, ":", 6); len(parts) == 6 && parts[4] != "{account}" && parts[4] != account {
				return fmt.Errorf("audit: %s is in account %s, these credentials belong to account %s: nothing is judged", setting, parts[4], account)
			}
		}
	}
	return p.meant("these credentials", account)
}

// arns are the ARNs in the settings, by setting.
func (p Policy) arns() iter.Seq2[string, []string] {
	return func(yield func(string, []string) bool) {
		var routed []string
		for _, r := range p.Watch.Routes {
			routed = append(routed, r.Targets...)
		}
		_ = yield("watch.target", p.Watch.Targets) && yield("watch.routes", routed) &&
			yield("watch.dead_letter_queue", []string{p.Watch.DeadLetterQueue}) &&
			yield("watch.forward_role", []string{p.Watch.ForwardRole}) && yield("watch.identities", p.Watch.Identities)
	}
}

// resolve finds the IDs of risky keys, from memory where rules remember them,
// and judges keys that the report does not show. Where nobody watches, excepted
// keys are found, too.
func (j *judgement) resolve(ctx context.Context, known remembered, excepted bool) error {
	j.except() // those for users, who are then not asked for
	findings, problems, err := report.ResolveKeys(ctx, j.keys, j.rep, j.result.Findings, report.Resolution{
		Risky:     j.result.Risky,
		Generated: j.result.Report.GeneratedAt,
		Known:     known.ids,
		Excepted:  excepted,
		Users:     j.exceptedOwners(ctx),
	})
	if err != nil {
		return err
	}
	further, more, err := report.FurtherKeys(ctx, j.keys, j.rep, j.result.Report.GeneratedAt)
	if err != nil {
		return err
	}
	j.further = further
	for _, f := range further {
		findings = append(findings, f.Findings(j.policy.Checks, j.result.AsOf)...)
		if since, stale := known.idle[f.ID]; stale && j.result.Risky[report.KeyReawakened] {
			if woke, ok := f.Reawakened(since, j.severity(report.KeyReawakened)); ok {
				findings = append(findings, woke)
			}
		}
	}
	j.result.Findings = report.Insert(findings)
	for _, problem := range slices.Concat(problems, more) {
		j.result.Incomplete = append(j.result.Incomplete, problem.Msg)
	}
	return nil
}
