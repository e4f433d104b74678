package config

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v4"
)

func TestEveryBadFileGetsItsSentences(t *testing.T) {
	for name, content := range readFiles(t, "testdata/bad") {
		t.Run(strings.TrimSuffix(name, ".yaml"), func(t *testing.T) {
			settings, err := Load(name, content, nil)
			if err == nil {
				t.Fatal("accepted")
			}
			if diff := cmp.Diff(Settings{}, settings); diff != "" {
				t.Errorf("settings beside the error:\n%s", diff)
			}
			got := err.Error() + "\n"
			golden := filepath.Join("testdata/bad", strings.TrimSuffix(name, ".yaml")+".err")
			if *update {
				if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestGoodFilesOverlayTheDefaults(t *testing.T) {
	want := map[string]func(*Settings){
		"empty.yaml":               func(*Settings) {},
		"only-comments.yaml":       func(*Settings) {},
		"keys-without-values.yaml": func(*Settings) {},
		"account-id-unquoted.yaml": func(s *Settings) { s.AccountID = "012345670123" },
		"per-region-target.yaml": func(s *Settings) {
			s.Watch.On = []string{"key-stale"}
			s.Watch.Target = Targets{"arn:aws:sqs:{region}:{account}:key-usage-{region}"}
			s.Watch.Regions = Regions{Names: []string{"us-east-1", "eu-west-1"}}
			s.Watch.Owner = "no"
		},
		"one-target.yaml": func(s *Settings) {
			s.AccountID = "111122223333"
			s.Watch.HomeRegion = "eu-central-1"
			s.Watch.ExcludeRegions = []string{"ap-south-1"}
			s.Watch.Target = Targets{"arn:aws:sns:eu-central-1:111122223333:key-usage"}
			s.Watch.ForwardRole = "arn:aws:iam::111122223333:role/service/keywatch-forward"
			s.Watch.State = "ENABLED"
			s.Watch.RulesQuota = 100
			s.Watch.Retire = Retire{Max: 0, MaxPercent: 100}
		},
		"one-region.yaml": func(s *Settings) {
			s.Watch.HomeRegion = "us-gov-west-1"
			s.Watch.Regions = Regions{Names: []string{"us-gov-west-1"}}
			s.Watch.Target = Targets{"arn:aws-us-gov:sns:us-gov-west-1:111122223333:key-usage"}
		},
		"several-targets.yaml": func(s *Settings) {
			s.Watch.Target = Targets{
				"arn:aws:sns:{region}:{account}:key-usage", "arn:aws:sqs:{region}:{account}:key-usage", "arn:aws:sqs:{region}:{account}:key-usage.fifo",
				"arn:aws:sns:{region}:444455556666:siem", "arn:aws:sns:{region}:{account}:on-call-{region}",
			}
		},
		"targets-at-home.yaml": func(s *Settings) {
			s.Watch.Target = Targets{"arn:aws:sns:us-east-1:{account}:key-usage", "arn:aws:sqs:us-east-1:{account}:key-usage"}
			s.Watch.ForwardRole = "arn:aws:iam::111122223333:role/f"
		},
		"list-of-one-target.yaml": func(s *Settings) { s.Watch.Target = Targets{"arn:aws:sns:{region}:{account}:key-usage"} },
		"list-of-no-target.yaml":  func(*Settings) {},
		"delivery.yaml": func(s *Settings) {
			s.Watch.Target = Targets{"arn:aws:sqs:{region}:{account}:key-usage.fifo"}
			s.Watch.MessageGroup = "{keys}#1~!"
			s.Watch.DeadLetterQueue = "arn:aws:sqs:{region}:{account}:undelivered-{account}"
			s.Watch.Retry = Retry{MaxAttempts: 0, MaxAge: minute}
		},
		"dead-letter-queue-at-home.yaml": func(s *Settings) {
			s.Watch.Target = Targets{"arn:aws:sns:us-east-1:{account}:key-usage"}
			s.Watch.ForwardRole = "arn:aws:iam::111122223333:role/f"
			s.Watch.DeadLetterQueue = "arn:aws:sqs:us-east-1:111122223333:undelivered"
		},
		"dead-letter-queue-per-region.yaml": func(s *Settings) {
			s.Watch.Target = Targets{"arn:aws:sns:us-east-1:{account}:key-usage"}
			s.Watch.ForwardRole = "arn:aws:iam::111122223333:role/f"
			s.Watch.DeadLetterQueue = "arn:aws:sqs:{region}:{account}:undelivered"
		},
		"dead-letter-queue-without-target.yaml": func(s *Settings) {
			s.Watch.DeadLetterQueue = "arn:aws:sqs:us-east-1:{account}:undelivered"
		},
		"more-alerts.yaml": func(s *Settings) {
			s.Watch.Layout = "per-key"
			s.Watch.RootActivity = true
			s.Watch.Sessions = true
		},
		"identities.yaml": func(s *Settings) {
			s.Watch.Identities = []string{
				"arn:aws:iam::{account}:user/division_a/sub@x/alice+b=c,d.e", "arn:aws-us-gov:iam::111122223333:role/break-glass",
				"arn:aws-cn:iam::111122223333:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_Admin_0a1b",
			}
			for i := 4; i <= 20; i++ {
				s.Watch.Identities = append(s.Watch.Identities, fmt.Sprintf("arn:aws:iam::{account}:user/u%d", i))
			}
		},
		"routes.yaml": func(s *Settings) {
			s.Watch.Target = Targets{"arn:aws:sns:{region}:{account}:key-usage"}
			s.Watch.Routes = []Route{
				{Checks: []string{"key-stale", "key-reawakened"}, Target: Targets{"arn:aws:sns:{region}:{account}:pager"}},
				{
					Checks: []string{"key-unrotated"}, State: "ENABLED",
					Target: Targets{"arn:aws:sqs:{region}:{account}:busy-keys", "arn:aws:sqs:{region}:{account}:busy-keys.fifo"},
				},
				{Checks: []string{"root-access-key"}, State: "ENABLED"},
			}
		},
		"routes-at-home.yaml": func(s *Settings) {
			s.Watch.On = []string{"key-stale"}
			s.Watch.ForwardRole = "arn:aws:iam::111122223333:role/f"
			s.Watch.Routes = []Route{{Checks: []string{"key-stale"}, Target: Targets{"arn:aws:sns:us-east-1:{account}:pager"}}}
		},
		"exceptions.yaml": func(s *Settings) {
			s.Exceptions = []Exception{
				reviewed(t, Exception{
					User: "ci-*", Checks: []string{"key-unrotated", "key-stale"},
					Reason: `Rotated by the vendor: twice a year, "by hand"`, Owner: "Platform Müller", Ticket: "SEC-1234",
				}),
				reviewed(t, Exception{
					ARN: "arn:aws:iam::{account}:root", Checks: []string{"root-mfa"}, Expires: date(t, "2015-01-01"),
					Reason: "The hardware token is in the post, see the ticket", Owner: "cloud@example.com", Ticket: "4711",
				}),
				reviewed(t, Exception{
					User: "<root_account>", Checks: []string{"root-mfa"}, Expires: date(t, "2100-12-31"),
					Owner: "5", Ticket: "https://tickets.example.com/SEC-9",
				}),
				reviewed(t, Exception{Key: "AKIAIOSFODNN7EXAMPLE", Checks: []string{"key-unrotated"}, Expires: date(t, "2028-02-29")}),
				reviewed(t, Exception{Path: "/service/*", Checks: []string{"user-two-active-keys"}}),
				reviewed(t, Exception{User: "*", Checks: []string{"hidden-credentials"}}),
				reviewed(t, Exception{User: "ci-*", Checks: []string{"console-mfa"}}),
			}
		},
		"evidence-folder.yaml": func(s *Settings) {
			s.Evidence = Evidence{Archive: "./archive of keys/", SignKey: `C:\keys\minisign.key`}
		},
		"evidence-in-s3.yaml": func(s *Settings) {
			s.Evidence = Evidence{
				Archive: "s3://evidence-111122223333.example/keywatch/account=1", Region: "us-gov-west-1", SignKey: "/run/secrets/keywatch.key",
				KMSKey: "arn:aws-us-gov:kms:us-gov-west-1:111122223333:key/mrk-1234abcd12ab34cd56ef1234567890ab",
			}
		},
		"evidence-in-a-bucket.yaml": func(s *Settings) { s.Evidence = Evidence{Archive: "s3://evidence", KMSKey: "alias/aws/s3"} },
		"anchors.yaml": func(s *Settings) {
			s.Risk.StaleAfter = 9*day + 12*60*minute
			s.Risk.UnrotatedAfter = 9*day + 12*60*minute
			s.Risk.Checks["root-used"] = Check{Enabled: false, Severity: "low"}
			s.Risk.Checks["console-mfa"] = Check{Enabled: false, Severity: "low"}
			s.Schedule = "CRON_TZ=Europe/Berlin 30 6 * * 1-5"
		},
	}
	for name, content := range readFiles(t, "testdata/good") {
		change, ok := want[name]
		if !ok {
			t.Errorf("%s: nothing is expected of it", name)
			continue
		}
		settings := Default()
		change(&settings)
		got, err := Load(name, content, nil)
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if diff := cmp.Diff(settings, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func TestSampleIsTheDefaults(t *testing.T) {
	got, err := Load("sample.yaml", Sample(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(Default(), got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestSampleNamesEverySetting(t *testing.T) {
	var named map[string]any
	if err := yaml.Load(Sample(), &named); err != nil {
		t.Fatal(err)
	}
	settings := Default()
	paths := sectionLists(reflect.ValueOf(&settings).Elem(), "")
	for _, variable := range Variables() {
		paths = append(paths, variable.Path)
	}
	for _, path := range paths {
		value := any(named)
		for key := range strings.SplitSeq(path, ".") {
			section, _ := value.(map[string]any)
			value = section[key]
		}
		if value == nil {
			t.Errorf("%s is not in the sample", path)
		}
	}
}

func TestDefaultsAreNotShared(t *testing.T) {
	changed := Default()
	changed.Risk.Checks["key-stale"] = Check{}
	changed.Watch.On[0] = "changed"
	fresh := Default()
	if fresh.Watch.On[0] == "changed" || !fresh.Risk.Checks["key-stale"].Enabled {
		t.Error("changing one copy of the defaults changed the next")
	}
}

func TestErrorsCanBeTakenApart(t *testing.T) {
	_, err := Load("keywatch.yaml", []byte("version: 2\nwatch: {regions: [us-east-1, x]}\n"), []string{"KEYWATCH_SCHEDULE=never"})
	var all Errors
	if !errors.As(err, &all) {
		t.Fatalf("%T is not Errors", err)
	}
	for i := range all {
		all[i].Msg = ""
	}
	want := Errors{
		{File: "keywatch.yaml", Line: 1, Column: 10, Path: "version"},
		{File: "keywatch.yaml", Line: 2, Column: 30, Path: "watch.regions[1]"},
		{Variable: "KEYWATCH_SCHEDULE", Path: "schedule"},
	}
	if diff := cmp.Diff(want, all); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	var one Error
	if !errors.As(err, &one) || one.Path != "version" {
		t.Errorf("the first single error is %+v", one)
	}
}

// FuzzLoad: an error hands out nothing beside itself and names places inside
// the file; settings without an error survive being written and read again.
func FuzzLoad(f *testing.F) {
	for _, folder := range []string{"testdata/bad", "testdata/good"} {
		names, _ := filepath.Glob(folder + "/*.yaml")
		for _, name := range names {
			content, err := os.ReadFile(name)
			if err != nil {
				f.Fatal(err)
			}
			f.Add(content, "")
		}
	}
	f.Add(Sample(), "KEYWATCH_WATCH_REGIONS=us-east-1, eu-west-1")
	f.Add(Sample(), "KEYWATCH_WATCH_TARGET=arn:aws:sns:{region}:{account}:a,arn:aws:sqs:{region}:{account}:b")
	f.Add(Sample(), "KEYWATCH_EVIDENCE_ARCHIVE=s3://evidence/keywatch/")
	f.Fuzz(func(t *testing.T, content []byte, variable string) {
		settings, err := Load("f.yaml", content, []string{variable})
		if err != nil {
			checkErrors(t, content, settings, err)
			return
		}
		written := settings.YAML()
		again, err := Load("again.yaml", written, nil)
		if err != nil {
			t.Fatalf("written settings are refused: %v\n%s", err, written)
		}
		if diff := cmp.Diff(settings, again); diff != "" {
			t.Fatalf("(-first +again):\n%s\n%s", diff, written)
		}
	})
}

func checkErrors(t *testing.T, content []byte, settings Settings, err error) {
	t.Helper()
	if diff := cmp.Diff(Settings{}, settings); diff != "" {
		t.Errorf("settings beside an error:\n%s", diff)
	}
	var all Errors
	if !errors.As(err, &all) || len(all) == 0 {
		t.Fatalf("%T holds no errors", err)
	}
	lines := strings.Count(string(content), "\n") + strings.Count(string(content), "\r") + 2
	for _, e := range all {
		if e.Line < 0 || e.Line > lines || (e.Line > 0) != (e.Column > 0) {
			t.Errorf("place %d:%d in a file of %d lines: %v", e.Line, e.Column, lines, e)
		}
		if strings.ContainsFunc(e.Error(), func(r rune) bool { return r < ' ' }) {
			t.Errorf("control characters in %q", e.Error())
		}
	}
}
