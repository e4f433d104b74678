package audit

import (
	"context"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"keywatch/internal/fakeaws"
	"keywatch/internal/watch"
)

// TestCallsOfAnAudit: 5,000 users of whom 1,500 own a risky key cost one
// ListAccessKeys per risky user and nothing per other user.
func TestCallsOfAnAudit(t *testing.T) {
	w := newWorld(t, func(o *fakeaws.Options) { o.KeysPage = 0 })
	for i := range 5000 {
		age := [2]float64{10, 1}
		if i%10 < 3 {
			age = [2]float64{200, 100}
		}
		w.user(fmt.Sprintf("user-%04d", i), age)
	}
	w.report()
	result, err := w.account.Audit(context.Background(), w.policy, w.clock())
	if err != nil || !result.Complete() {
		t.Fatalf("audit: %v %v", err, result.Incomplete)
	}
	want := map[string]int{"sts:GetCallerIdentity": 1, "iam:GenerateCredentialReport": 1, "iam:GetCredentialReport": 1, "iam:ListAccessKeys": 1500}
	if diff := cmp.Diff(want, counts(w.cloud.Calls())); diff != "" {
		t.Errorf("calls (-want +got):\n%s", diff)
	}
	if s := result.Summary(); s.RiskyKeys != 1500 || s.ActiveKeys != 5000 {
		t.Errorf("summary %+v", s)
	}
}

// TestCallsOfAnApply: 250 risky keys in three Regions, first and settled, with a
// rule per key.
func TestCallsOfAnApply(t *testing.T) {
	w := newWorld(t, func(o *fakeaws.Options) {
		o.KeysPage, o.RulesPage, o.TargetsPage, o.RegionsPage = 0, 0, 0, 0
		o.Regions = append(o.Regions, fakeaws.Region{Name: "us-west-2"})
	})
	w.policy.Watch.Layout.Mode = watch.PerKey
	for i := range 250 {
		w.user(fmt.Sprintf("user-%04d", i), [2]float64{200, 100})
	}
	w.report()
	perRun := map[string]int{
		"sts:GetCallerIdentity": 1, "iam:GenerateCredentialReport": 1, "iam:GetCredentialReport": 1,
		"account:ListRegions": 1, "sqs:GetQueueUrl": 3,
	}
	first := map[string]int{
		"iam:ListAccessKeys": 250,
		"events:ListRules":   3 + 3*3,                       // empty before, three pages of 100 after
		"events:PutRule":     750, "events:PutTargets": 750, // nothing but the creations
		"events:ListTargetsByRule": 750, // the look afterwards
	}
	w.clean()
	if diff := cmp.Diff(sum(perRun, first), counts(w.cloud.Calls())); diff != "" {
		t.Errorf("first apply (-want +got):\n%s", diff)
	}
	seq := w.cloud.Seq()
	w.clean()
	settled := map[string]int{"events:ListRules": 3 * 3, "events:ListTargetsByRule": 750, "events:ListTagsForResource": 750}
	if diff := cmp.Diff(sum(perRun, settled), counts(w.cloud.CallsSince(seq))); diff != "" {
		t.Errorf("settled apply (-want +got):\n%s", diff)
	}
}

func sum(all ...map[string]int) map[string]int {
	total := map[string]int{}
	for _, m := range all {
		for k, v := range m {
			total[k] += v
		}
	}
	return total
}
