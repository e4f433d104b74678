package config

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestEnvironmentWinsOverTheFileAndTheFileOverDefaults(t *testing.T) {
	file := []byte("risk: {stale_after: 30d, unrotated_after: 60d}\nwatch: {owner: file, regions: [us-east-1, eu-west-1]}\n")
	got, err := Load("keywatch.yaml", file, []string{
		"PATH=/bin", "KEYWATCH_CONFIG=keywatch.yaml",
		"KEYWATCH_RISK_STALE_AFTER=2w",
		"KEYWATCH_ACCOUNT_ID=012345670123",
		"KEYWATCH_RISK_CHECKS_SIGNING_CERTIFICATE_ENABLED=false",
		"KEYWATCH_WATCH_ON=key-stale, root-access-key",
		"KEYWATCH_WATCH_REGIONS=us-east-1",
		"KEYWATCH_WATCH_TARGET=arn:aws:sns:{region}:{account}:key-usage, arn:aws:sqs:{region}:{account}:key-usage.fifo",
		"KEYWATCH_WATCH_RETIRE_MAX=10",
		"KEYWATCH_WATCH_DEAD_LETTER_QUEUE=arn:aws:sqs:{region}:{account}:undelivered",
		"KEYWATCH_WATCH_RETRY_MAX_ATTEMPTS=5",
		"KEYWATCH_WATCH_RETRY_MAX_AGE=1h",
		"KEYWATCH_WATCH_LAYOUT=packed",
		"KEYWATCH_WATCH_ROOT_ACTIVITY=true",
		"KEYWATCH_WATCH_IDENTITIES=arn:aws:iam::{account}:user/alice, arn:aws:iam::{account}:role/deploy",
		"KEYWATCH_EVIDENCE_ARCHIVE=s3://evidence/keywatch/",
		"KEYWATCH_EVIDENCE_REGION=eu-west-1",
		"KEYWATCH_EVIDENCE_SIGN_KEY=keywatch.key",
		"KEYWATCH_EVIDENCE_KMS_KEY=alias/evidence",
		"KEYWATCH_WATCH_OWNER=", // empty counts as not set
		"KEYWATCH_SCHEDULE=@daily",
		"KEYWATCH_SCHEDULE=@hourly", // the process would see the first
	})
	if err != nil {
		t.Fatal(err)
	}
	want := Default()
	want.Risk.StaleAfter = 14 * day
	want.Risk.UnrotatedAfter = 60 * day
	want.AccountID = "012345670123"
	want.Risk.Checks["signing-certificate"] = Check{Enabled: false, Severity: "low"}
	want.Watch.On = []string{"key-stale", "root-access-key"}
	want.Watch.Owner = "file"
	want.Watch.Regions = Regions{Names: []string{"us-east-1"}}
	want.Watch.Target = Targets{"arn:aws:sns:{region}:{account}:key-usage", "arn:aws:sqs:{region}:{account}:key-usage.fifo"}
	want.Watch.Retire.Max = 10
	want.Watch.DeadLetterQueue = "arn:aws:sqs:{region}:{account}:undelivered"
	want.Watch.Retry = Retry{MaxAttempts: 5, MaxAge: 60 * minute}
	want.Watch.Layout = "packed"
	want.Watch.RootActivity = true
	want.Watch.Identities = []string{"arn:aws:iam::{account}:user/alice", "arn:aws:iam::{account}:role/deploy"}
	want.Evidence = Evidence{Archive: "s3://evidence/keywatch", Region: "eu-west-1", SignKey: "keywatch.key", KMSKey: "alias/evidence"}
	want.Schedule = "@daily"
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestBadVariablesGetTheirSentences(t *testing.T) {
	for _, test := range []struct {
		name, file string
		env        []string
		want       string
	}{
		{
			"every kind of wrong value", "", []string{
				"KEYWATCH_RISK_STALE_AFTER=45",
				"KEYWATCH_WATCH_RULES_QUOTA=0x10",
				"KEYWATCH_WATCH_RETIRE_MAX=+5",
				"KEYWATCH_WATCH_RETIRE_MAX_PERCENT=101",
				"KEYWATCH_RISK_CHECKS_ROOT_MFA_ENABLED=1",
				"KEYWATCH_WATCH_REGIONS=us-east-1,,ALL",
			}, `environment variable KEYWATCH_RISK_CHECKS_ROOT_MFA_ENABLED: risk.checks.root-mfa.enabled: "1" is not allowed: write true or false
environment variable KEYWATCH_RISK_STALE_AFTER: risk.stale_after: "45" has no unit: write a number and a unit, such as 90d, 2w, 36h or 10m
environment variable KEYWATCH_WATCH_REGIONS: watch.regions[1]: "" is not the name of a Region: write one like us-east-1
environment variable KEYWATCH_WATCH_REGIONS: watch.regions[2]: "ALL" is not the name of a Region: write one like us-east-1
environment variable KEYWATCH_WATCH_RETIRE_MAX: watch.retire.max: "+5" is not a whole number: write digits, without quotes
environment variable KEYWATCH_WATCH_RETIRE_MAX_PERCENT: watch.retire.max_percent: 101 is impossible: write 0 to 100
environment variable KEYWATCH_WATCH_RULES_QUOTA: watch.rules_quota: "0x10" is not a whole number: write digits, without quotes`,
		},
		{
			"unknown variables, also empty ones", "", []string{"KEYWATCH_WATCH_TARGT=x", "KEYWATCH_COLOUR=", "KEYWATCH_=x", "KEYWATCHER=x", "KEYWATCH_\x1b[2J=x"},
			`environment variable KEYWATCH_: keywatch knows no such variable: unset it, or see the list of variables
environment variable "KEYWATCH_\x1b[2J": keywatch knows no such variable: unset it, or see the list of variables
environment variable KEYWATCH_COLOUR: keywatch knows no such variable: unset it, or see the list of variables
environment variable KEYWATCH_WATCH_TARGT: keywatch knows no such variable: did you mean KEYWATCH_WATCH_TARGET?`,
		},
		{
			"routes have no variable", "", []string{"KEYWATCH_WATCH_ROUTES=[]"},
			`environment variable KEYWATCH_WATCH_ROUTES: keywatch knows no such variable: write routes in the settings file`,
		},
		{
			"exceptions have none either, nor what is in them", "", []string{"KEYWATCH_EXCEPTIONS=[]", "KEYWATCH_EXCEPTIONS_0_USER=a", "KEYWATCH_WATCH_ROUTES_0_STATE=ENABLED", "KEYWATCH_EXCEPTION=a"},
			`environment variable KEYWATCH_EXCEPTION: keywatch knows no such variable: unset it, or see the list of variables
environment variable KEYWATCH_EXCEPTIONS: keywatch knows no such variable: write exceptions in the settings file
environment variable KEYWATCH_EXCEPTIONS_0_USER: keywatch knows no such variable: write exceptions in the settings file
environment variable KEYWATCH_WATCH_ROUTES_0_STATE: keywatch knows no such variable: write routes in the settings file`,
		},
		{
			"routes of the file are compared with variables",
			"watch: {routes: [{checks: [key-stale], target: 'arn:aws:sns:us-east-1:{account}:a'}]}\n",
			[]string{"KEYWATCH_WATCH_ON=key-unrotated", "KEYWATCH_WATCH_TARGET=arn:aws:sns:{region}:{account}:b"},
			`keywatch.yaml:1:28: watch.routes[0].checks[0]: "key-stale" is not in watch.on, so no key is watched for it: add it there, or take it out here
keywatch.yaml:1:48: watch.routes[0].target: "arn:aws:sns:us-east-1:{account}:a" lies in us-east-1 alone, but watch.target in every Region: a mix would deliver forwarded events twice, so write {region} as the Region of all targets or of none`,
		},
		{
			"a refused watch.on makes no second problem in routes",
			"watch: {on: [key-stal], routes: [{checks: [key-stale], state: ENABLED}]}\n", nil,
			`keywatch.yaml:1:14: watch.on[0]: "key-stal" is not allowed: write root-access-key, key-stale, key-unrotated or key-reawakened`,
		},
		{
			"the place of a value that replaces the file's is the variable",
			"watch: {regions: [us-east-1, ap-south-1, us-east-1]}\n", []string{"KEYWATCH_WATCH_REGIONS=us-east-1,eu-west-1,eu-west-1"},
			`environment variable KEYWATCH_WATCH_REGIONS: watch.regions[2]: "eu-west-1" is listed twice: keep one`,
		},
		{
			"a variable is judged also where the file's value was no value",
			"watch: {owner: [a]}\n", []string{"KEYWATCH_WATCH_OWNER=@"},
			`keywatch.yaml:1:16: watch.owner: must be one value, not a list or a section
environment variable KEYWATCH_WATCH_OWNER: watch.owner: "@" cannot be an owner: write 1 to 16 letters, digits, "." or "_", the first a letter or digit ("-" ends the owner in a rule's name)`,
		},
		{
			"nothing is compared with a file that could not be read",
			"watch: [\n", []string{"KEYWATCH_WATCH_TARGET=arn:aws:sns:eu-west-1:{account}:x", "KEYWATCH_WATCH_RULES_QUOTA=many"},
			`keywatch.yaml:2:1: not valid YAML: while parsing a flow node: did not find expected node content
environment variable KEYWATCH_WATCH_RULES_QUOTA: watch.rules_quota: "many" is not a whole number: write digits, without quotes`,
		},
		{
			"settings of file and environment are compared",
			"watch: {home_region: eu-west-1}\n", []string{"KEYWATCH_WATCH_TARGET=arn:aws:sns:us-east-1:111122223333:key-usage", "KEYWATCH_WATCH_FORWARD_ROLE=arn:aws:iam::111122223333:role/f"},
			`environment variable KEYWATCH_WATCH_TARGET: watch.target: "arn:aws:sns:us-east-1:111122223333:key-usage" lies in us-east-1, but home_region is eu-west-1: move one of them, or write {region} for one target per Region`,
		},
		{
			"a list of targets has places in a variable only where it is a list",
			"watch: {target: [x, y]}\n", []string{"KEYWATCH_WATCH_TARGET=arn:aws:sns:{region}:{account}:a,,arn:aws:sns:{region}:{account}:a"},
			`environment variable KEYWATCH_WATCH_TARGET: watch.target[1]: "" is not the ARN of an SNS topic or SQS queue: write one like arn:aws:sns:{region}:{account}:key-usage
environment variable KEYWATCH_WATCH_TARGET: watch.target[2]: "arn:aws:sns:{region}:{account}:a" is listed twice: keep one`,
		},
		{
			"a folder from the environment does not go with a KMS key of the file",
			"evidence: {archive: 's3://evidence', kms_key: alias/evidence}\n", []string{"KEYWATCH_EVIDENCE_ARCHIVE=/var/lib/keywatch"},
			`keywatch.yaml:1:47: evidence.kms_key: encrypts what is kept in S3, but evidence.archive is a folder: write s3://bucket/prefix there, or take this out`,
		},
		{
			"nobody learns the signing key from a message", "", []string{"KEYWATCH_EVIDENCE_SIGN_KEY=untrusted comment: minisign\nRWRTY0IyNotAKey"},
			`environment variable KEYWATCH_EVIDENCE_SIGN_KEY: evidence.sign_key: holds a secret key: save it in a file that only keywatch can read, and write the path of the file`,
		},
		{
			"the file's problems come first",
			"version: 3\n", []string{"KEYWATCH_WATCH_OWNER=a-b", "KEYWATCH_ACCOUNT_ID=1"},
			`keywatch.yaml:1:10: version: 3 is not a version that this keywatch reads: write 1
environment variable KEYWATCH_ACCOUNT_ID: account_id: "1" is not an AWS account id: write its 12 digits
environment variable KEYWATCH_WATCH_OWNER: watch.owner: "a-b" cannot be an owner: write 1 to 16 letters, digits, "." or "_", the first a letter or digit ("-" ends the owner in a rule's name)`,
		},
		{
			"a wrong value makes no second problem where settings are compared",
			"watch: {home_region: nowhere, target: 'arn:aws:sns:us-east-1:{account}:x'}\n", nil,
			`keywatch.yaml:1:22: watch.home_region: "nowhere" is not the name of a Region: write one like us-east-1`,
		},
		{
			"nor where lists are",
			"risk: {checks: {key-stale: {enabled: false}}}\nwatch: {on: [1], home_region: nowhere, regions: [eu-west-1]}\n", nil,
			`keywatch.yaml:2:14: watch.on[0]: must be a word: write it, or put it in quotes
keywatch.yaml:2:31: watch.home_region: "nowhere" is not the name of a Region: write one like us-east-1`,
		},
		{
			"control characters stay out of the message", "", []string{"KEYWATCH_SCHEDULE=\x1b[2J"},
			`environment variable KEYWATCH_SCHEDULE: schedule: "\x1b[2J" is not a schedule (expected exactly 5 fields, found 1: [\x1b[2J]): write five fields such as "17 * * * *", or @hourly`,
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := Load("keywatch.yaml", []byte(test.file), test.env)
			if err == nil {
				t.Fatal("accepted")
			}
			if diff := cmp.Diff(test.want, err.Error()); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestEverySettingHasAVariableOfItsOwn(t *testing.T) {
	paths := map[string]string{}
	for _, v := range Variables() {
		if other, twice := paths[v.Name]; twice {
			t.Errorf("%s stands for %s and %s", v.Name, other, v.Path)
		}
		paths[v.Name] = v.Path
		if v.Doc == "" || v.Name != strings.ToUpper(v.Name) {
			t.Errorf("%+v", v)
		}
	}
	for name, path := range map[string]string{
		"KEYWATCH_RISK_STALE_AFTER":                          "risk.stale_after",
		"KEYWATCH_WATCH_TARGET":                              "watch.target",
		"KEYWATCH_WATCH_RETIRE_MAX":                          "watch.retire.max",
		"KEYWATCH_WATCH_EXCLUDE_REGIONS":                     "watch.exclude_regions",
		"KEYWATCH_RISK_CHECKS_USER_TWO_ACTIVE_KEYS_SEVERITY": "risk.checks.user-two-active-keys.severity",
	} {
		if paths[name] != path {
			t.Errorf("%s stands for %q, want %q", name, paths[name], path)
		}
	}
	if _, ok := paths[PathVariable]; ok {
		t.Errorf("%s is taken by a setting", PathVariable)
	}
}

// TestEveryVariableReachesItsSetting would see one that is listed and not read.
func TestEveryVariableReachesItsSetting(t *testing.T) {
	for _, v := range Variables() {
		_, err := Load("", nil, []string{v.Name + "=\x01"}) // which no setting takes
		if err == nil || !strings.HasPrefix(err.Error(), "environment variable "+v.Name+": "+v.Path) {
			t.Errorf("%s=\\x01 gives %v", v.Name, err)
		}
	}
}
