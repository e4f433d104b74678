package config

import (
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// TestRuleNamesFit: whatever prefix and owner are allowed, a rule's name with 20
// more characters is one that EventBridge takes, and no two deployments share
// the beginning that tells their rules apart.
func TestRuleNamesFit(t *testing.T) {
	allowed := regexp.MustCompile(`^[.\-_A-Za-z0-9]{1,64}$`)
	prefixes := rapid.StringMatching(namePrefixPattern)
	owners := rapid.StringMatching(ownerPattern)
	rapid.Check(t, func(t *rapid.T) {
		prefix, owner := prefixes.Draw(t, "prefix"), owners.Draw(t, "owner")
		settings := "watch: {name_prefix: '" + prefix + "', owner: '" + owner + "'}"
		if _, err := Load("f", []byte(settings), nil); err != nil {
			t.Fatal(err)
		}
		begin := prefix + "-" + owner + "-"
		if name := begin + strings.Repeat("x", 20); !allowed.MatchString(name) {
			t.Fatalf("%q is no rule name", name)
		}
		other := prefix + "-" + owners.Draw(t, "other owner") + "-"
		if other != begin && strings.HasPrefix(other, begin) {
			t.Fatalf("rules of %q look like rules of %q", other, begin)
		}
	})
}

func TestTargets(t *testing.T) {
	long := strings.Repeat("q", 81)
	for target, want := range map[string]string{
		"arn:aws:sns:{region}:{account}:key-usage":                "",
		"arn:aws:sqs:{region}:111122223333:key_usage-{account}":   "",
		"arn:aws-cn:sns:cn-north-1:111122223333:key-usage":        "",
		"arn:aws-iso-b:sqs:us-isob-east-1:111122223333:key-usage": "",
		"arn:aws:sns:us-east-1:111122223333:" + long:              "",
		"arn:aws:sqs:us-east-1:111122223333:" + long:              "has no usable queue name",
		"arn:aws:sns:us-east-1:111122223333:a.b":                  "has no usable topic name",
		"arn:aws:sns:us-east-1:111122223333:a{":                   "has no usable topic name",
		"arn:aws:sns:us-east-1:111122223333:a:0b5f":               "is not the ARN of an SNS topic or SQS queue",
		"arn:aws:sns:us-east-1:111122223333:":                     "is not the ARN of an SNS topic or SQS queue",
		"arn:aws:events:us-east-1:111122223333:event-bus/default": "is not the ARN of an SNS topic or SQS queue",
		" arn:aws:sns:us-east-1:111122223333:a":                   "is not the ARN of an SNS topic or SQS queue",
		"arn:aws:sns::111122223333:a":                             "names no Region",
		"arn:aws:sns:{account}:111122223333:a":                    "names no Region",
		"arn:aws:sns:us-east-1:{region}:a":                        "names no account",
		"arn:aws:sns:us-east-1:11112222333:a":                     "names no account",
		"arn:aws:sns:us-east-1:111122223333:a-{region}":           "has {region} in its name but not as its Region",
		"arn:aws:sns:{Region}:111122223333:a":                     `holds "{Region}", which is not known`,
		"arn:{partition}:sns:{region}:111122223333:a":             `holds "{partition}", which is not known`,
		"arn:aws:sns:{region}:{account}:a.fifo":                   "is a FIFO topic",
		"arn:aws:sqs:{region}:{account}:a.fifo":                   "",
		"arn:aws:sqs:{region}:{account}:" + long[:75] + ".fifo":   "",
		"arn:aws:sqs:{region}:{account}:" + long[:76] + ".fifo":   "has no usable queue name",
		"arn:aws:sqs:{region}:{account}:.fifo":                    "has no usable queue name",
		"arn:aws:sqs:{region}:{account}:a.FIFO":                   "has no usable queue name",
	} {
		if got := aTarget.wrong(target); !strings.HasPrefix(got, want) || (want == "") != (got == "") {
			t.Errorf("%q %s; want %q", target, got, want)
		}
	}
}

func TestATargetThatIsOneARN(t *testing.T) {
	const role = ", forward_role: 'arn:aws:iam::111122223333:role/f'"
	const topic = ", target: 'arn:aws:sns:eu-west-1:{account}:a'"
	for settings, problem := range map[string]string{
		"regions: all" + topic:                                             "other Regions than eu-west-1 are watched",
		"regions: all" + topic + role:                                      "",
		"regions: [eu-west-1]" + topic:                                     "",
		"regions: [eu-west-1, us-east-1]" + topic:                          "other Regions than eu-west-1 are watched",
		"regions: [eu-west-1, us-east-1]" + topic + role:                   "",
		"regions: all, target: 'arn:aws:sns:{region}:{account}:a'":         "",
		"regions: all, target: 'arn:aws:sns:us-east-1:{account}:a'" + role: "lies in us-east-1, but home_region is eu-west-1",
		"regions: eu-west-1" + topic:                                       "must be the word all",
		"regions: all" + topic + ", forward_role: [x]":                     "must be one value",
		"regions: all" + topic + ", forward_role: x":                       "is not the ARN of an IAM role",
		"target: {arn: x}":                                                 "must be the ARN of an SNS topic or SQS queue, or a list of such ARNs",
		"target: 5":                                                        "must be the ARN of an SNS topic or SQS queue, or a list of such ARNs",
	} {
		_, err := Load("f", []byte("watch: {home_region: eu-west-1, "+settings+"}"), nil)
		switch {
		case problem == "" && err != nil:
			t.Errorf("%s: %v", settings, err)
		case problem != "" && (err == nil || !strings.Contains(err.Error(), problem) || strings.Contains(err.Error(), "\n")):
			t.Errorf("%s: %v, want only %q", settings, err, problem)
		}
	}
}

func TestIdentities(t *testing.T) {
	long := strings.Repeat("n", 64)
	const other = "is not the ARN of an IAM user or role"
	for identity, want := range map[string]string{
		"arn:aws:iam::111122223333:user/" + long:                               "",
		"arn:aws:iam::111122223333:user/" + long + "n":                         other,
		"arn:aws:iam::{account}:role/" + strings.Repeat("p", 510) + "/" + long: "",
		"arn:aws:iam::{account}:role/" + strings.Repeat("p", 511) + "/" + long: other,
		"arn:aws-iso-b:iam::{account}:role/service-role/a":                     "",
		"arn:aws:iam::111122223333:user//":                                     other,
		"arn:aws:iam::111122223333:user/a b":                                   other,
		"arn:aws:iam::111122223333:role/team-?/x":                              other,
		"arn:aws:iam::111122223333:role/{name}":                                `holds "{name}", which is not filled in here`,
		"arn:aws:iam::111122223333:role/{account}":                             other,
		"arn:aws:iam::111122223333:federated-user/a":                           other,
		"arn:aws:sts::111122223333:federated-user/a":                           other,
		"arn:aws:sts::111122223333:assumed-role/a/b":                           "is one session of a role: name the role",
		"arn:aws:iam::111122223333:root":                                       "is the root user: set root_activity",
		"":                                                                     other,
	} {
		if got := wrongIdentity(identity); !strings.HasPrefix(got, want) || (want == "") != (got == "") {
			t.Errorf("%q %s; want %q", identity, got, want)
		}
	}
}

func TestADisabledCheckThatDoesNotWatchIsFine(t *testing.T) {
	settings, err := Load("f", []byte("risk: {checks: {key-stale: {enabled: false}}}\nwatch: {on: [key-unrotated]}"), nil)
	if err != nil || settings.Risk.Checks["key-stale"] != (Check{Enabled: false, Severity: "high"}) {
		t.Errorf("%+v, %v", settings.Risk.Checks["key-stale"], err)
	}
}

func TestChecksOfTheDesign(t *testing.T) {
	want := []string{
		"root-access-key critical watch", "root-mfa critical", "root-used high", "key-stale high watch",
		"key-unrotated medium watch", "key-reawakened high watch", "user-two-active-keys low", "key-at-user-creation low", "console-mfa high",
		"password-stale medium", "signing-certificate low", "hidden-credentials medium",
		"exception-expired medium", "exception-expiring low", "exception-unmatched low", "exception-hides-use high",
	}
	settings := Default()
	var got []string
	for _, id := range CheckIDs() {
		line := id + " " + settings.Risk.Checks[id].Severity
		for _, on := range settings.Watch.On {
			if on == id {
				line += " watch"
			}
		}
		got = append(got, line)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestDistanceIsTheFewestSlips(t *testing.T) {
	for _, test := range []struct {
		a, b string
		want int
	}{{"", "", 0}, {"", "abc", 3}, {"kitten", "sitting", 3}, {"owner", "owenr", 2}, {"é", "e", 1}} {
		if got := distance(test.a, test.b); got != test.want || distance(test.b, test.a) != got {
			t.Errorf("distance(%q, %q) = %d, want %d", test.a, test.b, got, test.want)
		}
	}
}

func TestOnlyASlipIsSuggested(t *testing.T) {
	known := []string{"owner", "state", "target"}
	for text, want := range map[string]string{"ownr": "owner", "State": "state", "targets": "target", "colour": "", "": "", strings.Repeat("x", 100): ""} {
		if got := Nearest(text, known); got != want {
			t.Errorf("Nearest(%q) = %q, want %q", text, got, want)
		}
	}
}
