package fakeaws

import (
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge/types"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	iamtypes "github.com/aws/aws-sdk-go-v2/service/iam/types"
	"github.com/google/go-cmp/cmp"
)

func TestFaultsStrikeWhereTheyAreAimed(t *testing.T) {
	b := newBox(t, Options{})
	b.Inject(Fault{Service: "events", Op: "PutRule", Region: "us-east-1", Resource: "r", Skip: 1, Times: 2, Code: "InternalException"})
	put := func(region, name string) string {
		_, err := b.in(region).PutRule(t.Context(), &eventbridge.PutRuleInput{Name: &name, EventPattern: aws.String(anyPattern)})
		if err == nil {
			return "ok"
		}
		return wantAs[*types.InternalException](t, err).ErrorCode()
	}
	got := []string{put("us-west-2", "r"), put("us-east-1", "s"), put("us-east-1", "r"), put("us-east-1", "r"), put("us-east-1", "r"), put("us-east-1", "r")}
	if diff := cmp.Diff([]string{"ok", "ok", "ok", "InternalException", "InternalException", "ok"}, got); diff != "" {
		t.Error(diff)
	}
}

func TestFaultsMatchParamsAndAreTakenOut(t *testing.T) {
	b := newBox(t, Options{})
	remove := b.Inject(Fault{Match: func(c Call) bool { return c.Params["Description"] == "bad" }, Code: "ConcurrentModificationException"})
	in := &eventbridge.PutRuleInput{Name: aws.String("r"), EventPattern: aws.String(anyPattern), Description: aws.String("good")}
	b.putRule(t, in)
	in.Description = aws.String("bad")
	_, err := b.eb.PutRule(t.Context(), in)
	wantType[*types.ConcurrentModificationException](t, err)
	if got := b.Rules("us-east-1")[0].Description; got != "good" {
		t.Errorf("the refused call wrote %q", got)
	}
	remove()
	b.putRule(t, in)
}

func TestFaultsAfterTheEffect(t *testing.T) {
	b := newBox(t, Options{})
	b.Inject(Fault{Op: "PutRule", After: true, Code: "InternalException", Times: 1})
	b.Inject(Fault{Op: "PutRule", After: true, Reset: true, Times: 1})
	for _, name := range []string{"a", "b"} {
		if _, err := b.eb.PutRule(t.Context(), &eventbridge.PutRuleInput{Name: &name, EventPattern: aws.String(anyPattern)}); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	if n := len(b.Rules("us-east-1")); n != 2 {
		t.Errorf("%d rules written", n)
	}
	if got := b.Calls()[1].Code; got != ConnectionReset {
		t.Error(got)
	}
}

func TestConnectionsAreCut(t *testing.T) {
	b := newBox(t, Options{})
	b.Inject(Fault{Service: "iam", Reset: true})
	_, err := b.iam.GetAccountSummary(t.Context(), nil)
	if err == nil || strings.Contains(err.Error(), "api error") {
		t.Errorf("error %v is no broken connection", err)
	}
}

func TestFailedEntriesWithinA200(t *testing.T) {
	b := newBox(t, Options{})
	b.putRule(t, &eventbridge.PutRuleInput{Name: aws.String("r"), EventPattern: aws.String(anyPattern)})
	b.Inject(Fault{Op: "PutTargets", FailedEntries: "ConcurrentModificationException", FailedIDs: []string{"b"}, Times: 1})
	b.Inject(Fault{Op: "RemoveTargets", FailedEntries: "InternalException", Times: 1})
	arn := aws.String("arn:aws:sns:us-east-1:111122223333:t")
	out := must[*eventbridge.PutTargetsOutput](t)(b.eb.PutTargets(t.Context(), &eventbridge.PutTargetsInput{Rule: aws.String("r"),
		Targets: []types.Target{{Id: aws.String("a"), Arn: arn}, {Id: aws.String("b"), Arn: arn}}}))
	if out.FailedEntryCount != 1 || *out.FailedEntries[0].TargetId != "b" || *out.FailedEntries[0].ErrorCode != "ConcurrentModificationException" {
		t.Errorf("%+v", out)
	}
	removed := must[*eventbridge.RemoveTargetsOutput](t)(b.eb.RemoveTargets(t.Context(), &eventbridge.RemoveTargetsInput{Rule: aws.String("r"), Ids: []string{"a"}}))
	if removed.FailedEntryCount != 1 || *removed.FailedEntries[0].TargetId != "a" {
		t.Errorf("%+v", removed)
	}
	if targets := b.Rules("us-east-1")[0].Targets; len(targets) != 1 || targets[0].ID != "a" {
		t.Error(targets)
	}
}

func TestDenialsAreWordedAsAWSWordsThem(t *testing.T) {
	b := newBox(t, Options{})
	b.AddUser(User{Name: "alice", Path: "/ci/"})
	b.Deny("events", "PutRule")
	b.Deny("iam", "")
	who := "User: arn:aws:sts::111122223333:assumed-role/keywatch/scanner is not authorized to perform: "
	_, err := b.eb.PutRule(t.Context(), &eventbridge.PutRuleInput{Name: aws.String("r"), EventPattern: aws.String(anyPattern)})
	if e := wantAs[*types.AccessDeniedException](t, err); e.ErrorMessage() != who+"events:PutRule on resource: arn:aws:events:us-east-1:111122223333:rule/r because no identity-based policy allows the events:PutRule action" {
		t.Error(e.ErrorMessage())
	}
	_, err = b.iam.ListAccessKeys(t.Context(), &iam.ListAccessKeysInput{UserName: aws.String("alice")})
	wantCode(t, err, "AccessDenied")
	if !strings.Contains(err.Error(), who+"iam:ListAccessKeys on resource: arn:aws:iam::111122223333:user/ci/alice because no identity-based policy allows the iam:ListAccessKeys action") {
		t.Error(err)
	}
	_, err = b.iam.GenerateCredentialReport(t.Context(), nil)
	wantCode(t, err, "AccessDenied")
	if !strings.Contains(err.Error(), "iam:GenerateCredentialReport on resource: * because") {
		t.Error(err)
	}
}

func TestStatusOfErrors(t *testing.T) {
	b := newBox(t, Options{})
	for code, want := range map[string]int{"LimitExceeded": 409, "ServiceFailure": 500, AccessDenied: 403, Throttled: 400, "ReportExpired": 410, "ReportInProgress": 404} {
		remove := b.Inject(Fault{Code: code})
		_, err := b.iam.GenerateCredentialReport(t.Context(), nil)
		if got := wantAs[*awshttp.ResponseError](t, err).HTTPStatusCode(); got != want {
			t.Errorf("%s: status %d, want %d", code, got, want)
		}
		remove()
	}
	b.Inject(Fault{Op: "GenerateCredentialReport", Code: "LimitExceeded"})
	_, err := b.iam.GenerateCredentialReport(t.Context(), nil)
	wantType[*iamtypes.LimitExceededException](t, err)
}

func TestRateLimits(t *testing.T) {
	b := newBox(t, Options{RateLimits: map[string]RateLimit{"events": {PerSecond: 2, Burst: 3}, "iam": {PerSecond: 1, Burst: 1}}})
	calls := func(region string, n int) (refused int) {
		for range n {
			if _, err := b.in(region).ListRules(t.Context(), nil); err != nil {
				wantType[*types.ThrottlingException](t, err)
				refused++
			}
		}
		return refused
	}
	got := []int{calls("us-east-1", 5), calls("us-west-2", 3)}
	b.clock.add(time.Second)
	got = append(got, calls("us-east-1", 3))
	if diff := cmp.Diff([]int{2, 0, 1}, got); diff != "" {
		t.Error(diff)
	}
	must[*iam.GetAccountSummaryOutput](t)(b.iam.GetAccountSummary(t.Context(), nil))
	_, err := b.iam.GetAccountSummary(t.Context(), nil)
	wantCode(t, err, "Throttling")
}
