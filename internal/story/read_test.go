package story

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

const whole = `{
  "schema": "keywatch/audit/v1", "tool_version": "v1.2.3", "account_id": "111122223333", "partition": "aws",
  "report": {"generated_at": "2026-11-20T06:00:00Z", "sha256": "9f86", "users": 2, "source": "iam"},
  "as_of": "2026-11-20T06:00:00Z", "complete": true, "incomplete_reasons": [],
  "summary": {"active_keys": 2, "risky_keys": 1, "findings": {"critical": 0, "high": 1, "medium": 0, "low": 0}},
  "controls": [], "a_member_of_the_future": 1,
  "findings": [
    {"check": "key-stale", "status": "excepted", "severity": "high", "user": "bob", "arn": "arn:aws:iam::111122223333:user/bob",
     "slot": 1, "access_key_id": "AKIABOB0000000000001", "ambiguous": false, "candidate_key_ids": [], "created_at": "2022-07-07T07:07:08Z",
     "last_used_at": "2026-05-30T18:00:00Z", "last_used_service": "s3", "last_used_region": "us-west-2", "age_days": 1596, "idle_days": 173,
     "reason": "unused for 173 days", "controls": [],
     "exception": {"for": "user \"b?b\"", "reason": "moves", "owner": "ops", "ticket": "SEC-7", "expires": "2026-11-30"}},
    {"check": "key-stale", "status": "pass", "severity": "high", "user": "eve", "arn": "arn:aws:iam::111122223333:user/eve",
     "slot": 2, "ambiguous": true, "candidate_key_ids": ["AKIA2", "AKIA1"], "reason": "idle for less than 45 days", "controls": []}
  ]
}
`

func TestRead(t *testing.T) {
	at := time.Date(2026, 11, 20, 6, 0, 0, 0, time.UTC)
	want := Run{
		AccountID: account, ToolVersion: "v1.2.3", AsOf: at, GeneratedAt: at, ReportSHA256: "9f86", Complete: true, IncompleteReasons: []string{}, ActiveKeys: 2,
		Findings: []Finding{
			{
				Check: "key-stale", Status: Excepted, Severity: High, User: "bob", ARN: "arn:aws:iam::111122223333:user/bob", Slot: 1, KeyID: "AKIABOB0000000000001",
				CreatedAt: time.Date(2022, 7, 7, 7, 7, 8, 0, time.UTC), LastUsedAt: time.Date(2026, 5, 30, 18, 0, 0, 0, time.UTC), LastUsedService: "s3", LastUsedRegion: "us-west-2",
				Reason:    "unused for 173 days",
				Exception: &Exception{For: `user "b?b"`, Reason: "moves", Owner: "ops", Ticket: "SEC-7", Expires: time.Date(2026, 11, 30, 0, 0, 0, 0, time.UTC)},
			},
			{Check: "key-stale", Status: Pass, Severity: High, User: "eve", ARN: "arn:aws:iam::111122223333:user/eve", Slot: 2, Candidates: []string{"AKIA1", "AKIA2"}, Reason: "idle for less than 45 days"},
		},
	}
	got, err := Read([]byte(whole))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	file, err := Read([]byte(strings.Replace(whole, `{"generated_at": "2026-11-20T06:00:00Z"`, `{"generated_at": null`, 1)))
	if err != nil || !file.GeneratedAt.IsZero() {
		t.Errorf("a report from a file: %v, %v", file.GeneratedAt, err)
	}
}

func TestWhatIsNoSuchDocument(t *testing.T) {
	replaced := func(old, with string) string { return strings.Replace(whole, old, with, 1) }
	for _, tc := range []struct{ name, document, want string }{
		{"nothing", " \n", "story: the document is empty"},
		{"a page", "<html>", "story: the document is no JSON, at offset 1: invalid character '<' looking for beginning of value"},
		{"one that is cut short", whole[:700], "story: the document is cut short after 700 bytes: unexpected end of JSON input"},
		{"one with something behind it", whole + "{}", "story: the document is no JSON, at offset 1318: invalid character '{' after top-level value"},
		{"a list", "[]", "story: the document is no keywatch/audit/v1: json: cannot unmarshal array into Go value of type story.document"},
		{"a plan", `{"schema": "keywatch/plan/v1"}`, `story: the document's schema is "keywatch/plan/v1", not "keywatch/audit/v1": give the findings.json of a bundle, or what scanner audit --all -o json printed`},
		{"one of the future", replaced("audit/v1", "audit/v2"), `story: the document's schema is "keywatch/audit/v2", not "keywatch/audit/v1": give the findings.json of a bundle, or what scanner audit --all -o json printed`},
		{"no account", replaced(`"111122223333", "partition"`, `"1111-2222", "partition"`), `story: account_id "1111-2222" is not 12 digits`},
		{"no report", replaced(`"report"`, `"rep"`), `story: the document has no member "report": it is not whole`},
		{"no completeness", replaced(`"complete"`, `"done"`), `story: the document has no member "complete": it is not whole`},
		{"complete, with a reason why not", replaced(`"incomplete_reasons": []`, `"incomplete_reasons": ["denied"]`), "story: the document says complete: true and gives 1 reasons why it is not"},
		{"no number of keys", replaced(`"active_keys"`, `"keys"`), `story: the document has no member "summary.active_keys": it is not whole`},
		{"less than no keys", replaced(`"active_keys": 2`, `"active_keys": -2`), "story: summary.active_keys is -2"},
		{"no findings", `{"schema": "keywatch/audit/v1", "account_id": "111122223333", "report": {}, "complete": true, "summary": {"active_keys": 0}}`, `story: the document has no member "findings": it is not whole`},
		{"no time", replaced(`"as_of"`, `"of"`), `story: the document has no member "as_of": it is not whole`},
		{"a time of another kind", replaced(`"as_of": "2026-11-20T06:00:00Z"`, `"as_of": "yesterday"`), `story: as_of "yesterday" is not a time like 2026-01-31T00:00:00Z`},
		{"no check", replaced(`"check": "key-stale"`, `"test": "key-stale"`), "story: finding 1 (): it names no check"},
		{"an unknown status", replaced(`"status": "pass"`, `"status": "passed"`), `story: finding 2 (key-stale): unknown status "passed"`},
		{"an unknown severity", replaced(`"severity": "high"`, `"severity": "grave"`), `story: finding 1 (key-stale): unknown severity "grave"`},
		{"no user", replaced(`"user": "bob"`, `"who": "bob"`), "story: finding 1 (key-stale): it has no user or no ARN"},
		{"a third slot", replaced(`"slot": 2`, `"slot": 3`), "story: finding 2 (key-stale): there is no slot 3"},
		{"a key and candidates", replaced(`"candidate_key_ids": []`, `"candidate_key_ids": ["AKIA1"]`), "story: finding 1 (key-stale): it has an access_key_id and candidate_key_ids"},
		{"a date of another kind", replaced("2022-07-07T07:07:08Z", "2022-07-07"), `story: finding 1 (key-stale): created_at "2022-07-07" is not a time like 2026-01-31T00:00:00Z`},
		{"an exception without an end", replaced(`"expires": "2026-11-30"`, `"expires": ""`), `story: finding 1 (key-stale): exception.expires "" is not a day like 2026-01-31`},
		{"excepted by nobody", replaced(`"exception"`, `"waiver"`), "story: finding 1 (key-stale): it is excepted and names no exception"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			run, err := Read([]byte(tc.document))
			if err == nil || err.Error() != tc.want {
				t.Errorf("got %v\nwant %s", err, tc.want)
			}
			if diff := cmp.Diff(Run{}, run); diff != "" {
				t.Error("beside the error:", diff)
			}
		})
	}
}

// FuzzRead: nothing comes beside an error; whatever is read has a story with
// itself, in which nothing happens and every open finding is counted.
func FuzzRead(f *testing.F) {
	f.Add([]byte(whole))
	f.Add([]byte(whole[:700]))
	f.Add([]byte(strings.Replace(whole, `"excepted"`, `"fail"`, 1)))
	f.Add([]byte(`{"schema":"keywatch/audit/v1","account_id":"111122223333","report":{},"as_of":"2026-11-20T06:00:00Z","complete":true,"summary":{"active_keys":0},"findings":[]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		run, err := Read(data)
		if err != nil {
			if diff := cmp.Diff(Run{}, run); diff != "" || !strings.HasPrefix(err.Error(), "story: ") {
				t.Fatalf("%v, and beside it: %s", err, diff)
			}
			return
		}
		s, err := Between(run, run)
		if err != nil || len(s.Events) > 0 {
			t.Fatalf("%q, %v", s.lines(), err)
		}
		open := 0
		for _, f := range run.Findings {
			if f.Status.open() {
				open++
			}
		}
		if s.Unchanged.Open() != open {
			t.Fatalf("%d of %d open findings are counted", s.Unchanged.Open(), open)
		}
	})
}
