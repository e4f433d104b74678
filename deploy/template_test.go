package deploy_test

import (
	"os"
	"strings"
	"testing"

	"go.yaml.in/yaml/v4"
)

// stack is the part of a CloudFormation template that the tests look at.
type stack struct {
	Resources map[string]struct {
		Type       string `yaml:"Type"`
		Properties struct {
			AssumeRolePolicyDocument document `yaml:"AssumeRolePolicyDocument"`
			PolicyDocument           document `yaml:"PolicyDocument"`
			Policies                 []struct {
				PolicyDocument document `yaml:"PolicyDocument"`
			} `yaml:"Policies"`
			RetentionInDays      text        `yaml:"RetentionInDays"`
			ContainerDefinitions []container `yaml:"ContainerDefinitions"`
		} `yaml:"Properties"`
	} `yaml:"Resources"`
}

type document struct {
	Statement []statement `yaml:"Statement"`
}

type statement struct {
	Sid       string                     `yaml:"Sid"`
	Effect    string                     `yaml:"Effect"`
	Principal map[string]string          `yaml:"Principal"`
	Action    texts                      `yaml:"Action"`
	NotAction texts                      `yaml:"NotAction"`
	Resource  texts                      `yaml:"Resource"`
	Condition map[string]map[string]text `yaml:"Condition"`
}

type container struct {
	User                   string   `yaml:"User"`
	ReadonlyRootFilesystem bool     `yaml:"ReadonlyRootFilesystem"`
	Command                []string `yaml:"Command"`
	Environment            []struct {
		Name string `yaml:"Name"`
	} `yaml:"Environment"`
}

// text is a scalar with CloudFormation's tag before it, as in "!Ref Topic".
type text string

func (s *text) UnmarshalYAML(n *yaml.Node) error {
	*s = text(n.Value)
	if strings.HasPrefix(n.Tag, "!") && !strings.HasPrefix(n.Tag, "!!") {
		*s = text(n.Tag + " " + n.Value)
	}
	return nil
}

// texts is a list of scalars, or one alone.
type texts []text

func (l *texts) UnmarshalYAML(n *yaml.Node) error {
	if n.Kind == yaml.SequenceNode {
		var list []text
		err := n.Decode(&list)
		*l = list
		return err
	}
	var one text
	err := n.Decode(&one)
	*l = texts{one}
	return err
}

func read(t *testing.T, into any) {
	t.Helper()
	source, err := os.ReadFile("ecs-scheduled-task.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if err := yaml.Unmarshal(source, into); err != nil {
		t.Fatal(err)
	}
}

func template(t *testing.T) stack {
	t.Helper()
	var s stack
	read(t, &s)
	if len(s.Resources) == 0 {
		t.Fatal("the template has no resources")
	}
	return s
}

// statements are those of a role's own policies.
func statements(t *testing.T, role string) []statement {
	t.Helper()
	var all []statement
	for _, policy := range template(t).Resources[role].Properties.Policies {
		all = append(all, policy.PolicyDocument.Statement...)
	}
	return all
}

// allowed maps each action that a role's own policies allow to its resources.
func allowed(t *testing.T, role string) map[string]string {
	t.Helper()
	resources := map[string]string{}
	for _, s := range statements(t, role) {
		if s.Effect != "Allow" || len(s.NotAction) > 0 {
			t.Errorf("%s: the statement %q does more than allow actions by name", role, s.Sid)
		}
		for _, action := range s.Action {
			if _, twice := resources[string(action)]; twice {
				t.Errorf("%s allows %s twice", role, action)
			}
			resources[string(action)] = s.Resource.String()
		}
	}
	return resources
}

func (l texts) String() string {
	all := make([]string, len(l))
	for i, s := range l {
		all[i] = string(s)
	}
	return strings.Join(all, ", ")
}
