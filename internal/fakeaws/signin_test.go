package fakeaws

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestSignIns(t *testing.T) {
	b, _, _ := newSessions(t, Options{})
	home, away := b.ear(t, "us-east-1"), b.ear(t, "eu-west-1")
	alice := b.users["alice"].id
	for _, tc := range []struct {
		name, user, region string
		success            bool
		queue              string
		want               map[string]any
	}{
		{"a user", "alice", "", true, home, map[string]any{"type": "IAMUser", "principalId": alice, "accountId": "111122223333", "userName": "alice",
			"arn": "arn:aws:iam::111122223333:user/ops/alice"}},
		{"a user elsewhere", "alice", "eu-west-1", true, away, map[string]any{"type": "IAMUser", "principalId": alice, "accountId": "111122223333", "userName": "alice",
			"arn": "arn:aws:iam::111122223333:user/ops/alice"}},
		{"a user's failure", "alice", "eu-west-1", false, away, map[string]any{"type": "IAMUser", "principalId": alice, "accountId": "111122223333", "userName": "alice",
			"accessKeyId": ""}},
		{"root", "", "", true, home, map[string]any{"type": "Root", "principalId": "111122223333", "accountId": "111122223333",
			"arn": "arn:aws:iam::111122223333:root", "accessKeyId": ""}},
		{"root's failure", "", "us-east-1", false, home, map[string]any{"type": "Root", "principalId": "111122223333", "accountId": "111122223333",
			"arn": "arn:aws:iam::111122223333:root", "accessKeyId": ""}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			id := must[string](t)(b.SignIn(tc.user, tc.region, tc.success))
			e, detail, identity := b.last(t, tc.queue)
			if diff := cmp.Diff(tc.want, identity); diff != "" {
				t.Error(diff)
			}
			result, reason := "Success", any(nil)
			if !tc.success {
				result, reason = "Failure", "Failed authentication"
			}
			got := []any{e["source"], e["detail-type"], e["region"], detail["awsRegion"], detail["eventType"], detail["eventName"], detail["readOnly"],
				detail["responseElements"], detail["errorMessage"], detail["eventID"]}
			want := []any{"aws.signin", "AWS Console Sign In via CloudTrail", e["region"], e["region"], "AwsConsoleSignIn", "ConsoleLogin", false,
				map[string]any{"ConsoleLogin": result}, reason, id}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
	if report := string(b.Report()); strings.Count(report, ",true,2026-11-20T06:00:00Z,") != 2 {
		t.Errorf("the report does not know both successes:\n%s", report)
	}
	for name, try := range map[string]func() (string, error){
		"nobody":                    func() (string, error) { return b.SignIn("nobody", "", true) },
		"root elsewhere":            func() (string, error) { return b.SignIn("", "eu-west-1", true) },
		"a user in a Region not on": func() (string, error) { return b.SignIn("alice", "af-south-1", true) },
	} {
		if _, err := try(); err == nil {
			t.Errorf("%s signed in", name)
		}
	}
}

func TestSignInsSpeltAsDocumented(t *testing.T) {
	b, _, _ := newSessions(t, Options{SignInDetailType: "AWS Console Signin via CloudTrail"})
	queue := b.ear(t, "us-east-1")
	must[string](t)(b.SignIn("alice", "", true))
	if e, _, _ := b.last(t, queue); e["detail-type"] != "AWS Console Signin via CloudTrail" {
		t.Error(e["detail-type"])
	}
}
