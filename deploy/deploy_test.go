// Package deploy_test holds the files for running keywatch on a schedule against
// what they promise.
package deploy_test

import (
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v4"

	"keywatch/config"
)

// What apply calls, and on what. TagResource comes with the tags of PutRule,
// PassRole with the role of a target.
var taskMay = map[string]string{
	"iam:GenerateCredentialReport": "*",
	"iam:GetCredentialReport":      "*",
	"iam:GetAccountSummary":        "*",
	"iam:ListAccessKeys":           users,
	"iam:GetAccessKeyLastUsed":     users,
	"account:ListRegions":          "*",
	"events:ListRules":             "*",
	"events:ListTargetsByRule":     ownRules,
	"events:ListTagsForResource":   ownRules,
	"events:PutRule":               ownRules,
	"events:PutTargets":            ownRules,
	"events:RemoveTargets":         ownRules,
	"events:DeleteRule":            ownRules,
	"events:TagResource":           ownRules,
	"sns:GetTopicAttributes":       "!Ref Topic",
	"iam:PassRole":                 "!GetAtt ForwardRole.Arn",
}

const (
	users    = "!Sub arn:${AWS::Partition}:iam::${AWS::AccountId}:user/*"
	ownRules = "!Sub arn:${AWS::Partition}:events:*:${AWS::AccountId}:rule/${NamePrefix}-${Owner}-*"
)

func TestTheTaskMayDoWhatApplyDoesAndNoMore(t *testing.T) {
	if diff := cmp.Diff(taskMay, allowed(t, "TaskRole")); diff != "" {
		t.Errorf("permissions of the task role (-want +got):\n%s", diff)
	}
}

// TestKeepingEvidenceTakesThreeActions, below the prefix, and none that deletes.
func TestKeepingEvidenceTakesThreeActions(t *testing.T) {
	const bucket = "!Sub arn:${AWS::Partition}:s3:::${EvidenceBucket}"
	want := map[string]string{
		"s3:GetObject": bucket + "/${EvidencePrefix}/*", "s3:PutObject": bucket + "/${EvidencePrefix}/*", "s3:ListBucket": bucket,
	}
	got := map[string]string{}
	for _, s := range template(t).Resources["EvidencePolicy"].Properties.PolicyDocument.Statement {
		for _, action := range s.Action {
			got[string(action)] = s.Resource.String()
		}
		if s.Sid == "FindTheNewestRun" && s.Condition["StringLikeIfExists"]["s3:prefix"] != "!Sub ${EvidencePrefix}/*" {
			t.Errorf("the bucket is listed by %v", s.Condition)
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("permissions to keep evidence (-want +got):\n%s", diff)
	}
}

func TestTheOtherRolesMayDoOneThingEach(t *testing.T) {
	for role, want := range map[string]map[string]string{
		"ForwardRole":  {"events:PutEvents": "!Sub arn:${AWS::Partition}:events:${AWS::Region}:${AWS::AccountId}:event-bus/default"},
		"ScheduleRole": {"ecs:RunTask": "!Ref TaskDefinition", "iam:PassRole": "!GetAtt TaskRole.Arn, !GetAtt ExecutionRole.Arn"},
	} {
		if diff := cmp.Diff(want, allowed(t, role)); diff != "" {
			t.Errorf("permissions of %s (-want +got):\n%s", role, diff)
		}
	}
}

func TestEachRoleTrustsOneService(t *testing.T) {
	want := map[string]string{
		"TaskRole": "ecs-tasks.amazonaws.com", "ExecutionRole": "ecs-tasks.amazonaws.com",
		"ScheduleRole": "scheduler.amazonaws.com", "ForwardRole": "events.amazonaws.com",
	}
	got := map[string]string{}
	for name, resource := range template(t).Resources {
		if resource.Type != "AWS::IAM::Role" {
			continue
		}
		for _, s := range resource.Properties.AssumeRolePolicyDocument.Statement {
			got[name] += s.Principal["Service"]
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("who may take which role (-want +got):\n%s", diff)
	}
}

func TestNoActionHasAWildcard(t *testing.T) {
	actions := 0
	for name := range template(t).Resources {
		for action := range allowed(t, name) {
			actions++
			if strings.Contains(action, "*") {
				t.Errorf("%s allows %s", name, action)
			}
		}
	}
	if actions < len(taskMay) {
		t.Errorf("only %d actions were seen", actions)
	}
}

func TestARoleIsPassedToOneServiceOnly(t *testing.T) {
	for role, service := range map[string]string{"TaskRole": "events.amazonaws.com", "ScheduleRole": "ecs-tasks.amazonaws.com"} {
		for _, s := range statements(t, role) {
			if !slices.Contains(s.Action, "iam:PassRole") {
				continue
			}
			if got := s.Condition["StringEquals"]["iam:PassedToService"]; string(got) != service || len(s.Action) != 1 {
				t.Errorf("%s passes roles to %q with %v, want %q alone", role, got, s.Action, service)
			}
		}
	}
}

func TestEventBridgeMayPublishToTheTopicWithoutCondition(t *testing.T) {
	want := []statement{{
		Sid: "EventBridgePublishes", Effect: "Allow", Principal: map[string]string{"Service": "events.amazonaws.com"},
		Action: texts{"sns:Publish"}, Resource: texts{"!Ref Topic"},
	}}
	if diff := cmp.Diff(want, template(t).Resources["TopicPolicy"].Properties.PolicyDocument.Statement); diff != "" {
		t.Errorf("the topic's policy (-want +got):\n%s", diff)
	}
}

func TestTheContainerIsLockedDown(t *testing.T) {
	containers := template(t).Resources["TaskDefinition"].Properties.ContainerDefinitions
	if len(containers) != 1 {
		t.Fatalf("%d containers, want 1", len(containers))
	}
	c := containers[0]
	if !nonRoot(c.User) || !c.ReadonlyRootFilesystem || !slices.Equal(c.Command, []string{"apply"}) {
		t.Errorf("user %q, read-only root %v, command %q; want numbers above 0, true, apply", c.User, c.ReadonlyRootFilesystem, c.Command)
	}
	known := map[string]bool{}
	for _, v := range config.Variables() {
		known[v.Name] = true
	}
	var names []string
	for _, v := range c.Environment {
		names = append(names, v.Name)
		if !known[v.Name] {
			t.Errorf("keywatch knows no variable %s", v.Name)
		}
	}
	for _, name := range []string{"KEYWATCH_WATCH_TARGET", "KEYWATCH_WATCH_HOME_REGION", "KEYWATCH_WATCH_FORWARD_ROLE"} {
		if !slices.Contains(names, name) {
			t.Errorf("%s is not set", name)
		}
	}
}

func TestTheLogIsKeptForALimitedTime(t *testing.T) {
	if got := template(t).Resources["LogGroup"].Properties.RetentionInDays; got != "!Ref LogRetentionDays" {
		t.Errorf("the log is kept for %q, want !Ref LogRetentionDays", got)
	}
}

// CloudFormation documents that it takes no aliases and no merges.
func TestTheTemplateHasNoYAMLAliases(t *testing.T) {
	var walk func(*yaml.Node)
	nodes := 0
	walk = func(n *yaml.Node) {
		nodes++
		if n.Kind == yaml.AliasNode || n.Anchor != "" || n.Tag == "!!merge" {
			t.Errorf("line %d: an anchor, alias or merge", n.Line)
		}
		for _, child := range n.Content {
			walk(child)
		}
	}
	var document yaml.Node
	read(t, &document)
	if walk(&document); nodes < 100 {
		t.Errorf("only %d nodes were seen", nodes)
	}
}

// A call that the rooms make and the role lacks would end every run incomplete.
func TestEveryCallOfTheRoomsIsAllowed(t *testing.T) {
	service := map[string]string{"iam": "iam", "eventbridge": "events", "sns": "sns", "account": "account"}
	input := regexp.MustCompile(`\b(iam|eventbridge|sns|account)\.([A-Z]\w+)Input\b`)
	calls := map[string]bool{}
	for _, room := range []string{"report", "watch", "audit"} {
		files, err := filepath.Glob("../internal/" + room + "/*.go")
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			if strings.HasSuffix(file, "_test.go") {
				continue
			}
			source, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			for _, m := range input.FindAllSubmatch(source, -1) {
				calls[service[string(m[1])]+":"+string(m[2])] = true
			}
		}
	}
	for _, call := range slices.Sorted(maps.Keys(calls)) {
		if _, ok := taskMay[call]; !ok {
			t.Errorf("%s is called and not allowed", call)
		}
	}
	if !calls["events:PutRule"] || !calls["iam:ListAccessKeys"] {
		t.Errorf("the calls were not found in the sources, only %v", calls)
	}
}

func TestTheImageRunsAsANumberedUser(t *testing.T) {
	source, err := os.ReadFile("Dockerfile")
	if err != nil {
		t.Fatal(err)
	}
	_, last, ok := strings.Cut(string(source), "\nFROM scratch\n")
	users := regexp.MustCompile(`(?m)^USER (.*)$`).FindAllStringSubmatch(last, -1)
	if !ok || len(users) != 1 || !nonRoot(users[0][1]) {
		t.Errorf("the last stage is FROM scratch: %v, with %q; want one USER in numbers above 0", ok, users)
	}
}

// nonRoot tells that both numbers of UID:GID are above 0.
func nonRoot(user string) bool {
	uid, gid, _ := strings.Cut(user, ":")
	u, err := strconv.Atoi(uid)
	g, err2 := strconv.Atoi(gid)
	return err == nil && err2 == nil && u > 0 && g > 0
}
