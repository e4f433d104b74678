package report

import (
	"context"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
)

// Further is an active access key beyond the two that a report shows. IAM's
// quota is two keys a user, and keys made at the same moment have exceeded it.
type Further struct {
	ID, User, ARN string
	// Slot is what a report would say of the key, as of now.
	Slot Slot
}

// FurtherKeys finds the active keys of those users of whom the report says that
// there is more than it shows. Each such user is listed, and each key that fits
// neither slot is asked for its last use. A denied call leaves a user's keys out
// and adds a Problem; the error is that of ctx.
func FurtherKeys(ctx context.Context, keys *Keys, rep Report, generated time.Time) ([]Further, []Problem, error) {
	var further []Further
	var unlisted []failure
	for _, row := range rep.Rows {
		if row.IsRoot() || !row.saysMore() {
			continue
		}
		found, err := keys.further(ctx, row, generated)
		if ctx.Err() != nil {
			return nil, nil, ctx.Err()
		}
		if err != nil && !missing(err) {
			unlisted = append(unlisted, failure{row.User, err})
		}
		further = append(further, found...)
	}
	return further, problems("the further access keys of %s could not be looked at", "iam:ListAccessKeys and iam:GetAccessKeyLastUsed on this account's users", unlisted), nil
}

// saysMore tells that the row counts more credentials than it shows.
func (r Row) saysMore() bool {
	return r.AdditionalCredentials != "" && r.AdditionalCredentials != "0"
}

func (k *Keys) further(ctx context.Context, row Row, generated time.Time) ([]Further, error) {
	listed, err := k.list(ctx, row.User)
	if err != nil {
		return nil, err
	}
	var shown []string
	for _, ref := range match(row.Slots, listed, generated, nil) {
		shown = append(append(shown, ref.ID), ref.Candidates...)
	}
	var further []Further
	for _, key := range listed {
		if !key.active || key.created.After(generated) || slices.Contains(shown, key.id) {
			continue
		}
		out, err := k.api.GetAccessKeyLastUsed(ctx, &iam.GetAccessKeyLastUsedInput{AccessKeyId: &key.id})
		if err != nil {
			return further, err
		}
		slot := Slot{Active: true, LastRotated: key.created}
		if used := out.AccessKeyLastUsed; used != nil && used.LastUsedDate != nil {
			slot.LastUsed = used.LastUsedDate.UTC()
			slot.LastUsedRegion = known(aws.ToString(used.Region))
			slot.LastUsedService = known(aws.ToString(used.ServiceName))
		}
		further = append(further, Further{ID: key.id, User: row.User, ARN: row.ARN, Slot: slot})
	}
	return further, nil
}

// Fingerprint is the one that the key's slot would have, if a report showed it.
func (f Further) Fingerprint() string { return Fingerprint(f.User, f.Slot.LastRotated) }

// known leaves IAM's word for nothing out.
func known(word string) string {
	if word == "N/A" {
		return ""
	}
	return word
}

// Findings answers key-stale and key-unrotated for the key, as Evaluate does for
// a slot; Slot is 0 and Key says which key it is. What IAM says of it may be
// newer than the report, so a use after asOf counts as a use at asOf.
func (f Further) Findings(policy Policy, asOf time.Time) []Finding {
	if f.Slot.LastUsed.After(asOf) {
		asOf = f.Slot.LastUsed
	}
	e := newEvaluation(policy, asOf)
	e.keyStale(f.row(), &f.Slot, 0)
	e.keyUnrotated(f.row(), &f.Slot, 0)
	for i := range e.findings {
		e.findings[i] = f.name(e.findings[i])
	}
	return e.findings
}

// Reawakened answers key-reawakened, as the function of that name does.
func (f Further) Reawakened(idleSince time.Time, severity Severity) (Finding, bool) {
	finding, woke := reawakened(*f.row(), &f.Slot, 0, idleSince, severity)
	return f.name(finding), woke
}

func (f Further) row() *Row { return &Row{User: f.User, ARN: f.ARN} }

func (f Further) name(finding Finding) Finding {
	finding.Key = KeyRef{State: KeyFound, ID: f.ID}
	finding.Reason += ", a key beyond the two that the report shows"
	return finding
}
