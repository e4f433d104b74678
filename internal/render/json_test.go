package render

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"keywatch/internal/audit"
	"keywatch/internal/report"
	"keywatch/internal/watch"
)

// The documents below are written by hand from the contract. A name, a type or
// an absence that differs is a break that users notice.

func TestAuditContract(t *testing.T) {
	made := at("2026-11-20T06:00:00Z")
	finding := report.Finding{
		Check: report.KeyUnrotated, Status: report.Fail, Severity: report.Medium,
		User: "<alice>", ARN: "arn:aws:iam::111122223333:user/<alice>", Slot: 1,
		CreatedAt: made.In(time.FixedZone("CET", 3600)), LastUsedAt: made.Add(-36 * time.Hour), IdleSince: made.Add(-36 * time.Hour),
		LastUsedService: "s3", LastUsedRegion: "eu-west-1",
		Reason: "not rotated.", Key: report.KeyRef{State: report.KeyInactive, ID: "AKIA1", Why: "it was deactivated"},
	}
	user := report.Finding{Check: report.ConsoleMFA, Status: report.Unknown, Severity: report.High, User: "bob", ARN: "b", Reason: "who knows"}
	either := report.Finding{
		Check: report.KeyStale, Status: report.Excepted, Severity: report.High, User: "carol", ARN: "c", Slot: 2, Reason: "idle",
		Key: report.KeyRef{State: report.KeyAmbiguous, ID: "AKIA9", Candidates: []string{"AKIA8", "AKIA7"}, Why: "two fit"},
	}
	passed := report.Finding{Check: report.KeyStale, Status: report.Pass, Severity: report.High, User: "dan"}
	r := audit.Result{
		AccountID: "111122223333", Partition: "aws",
		Report: audit.ReportInfo{GeneratedAt: made, SHA256: "ab12", Users: 4, Source: "iam"},
		AsOf:   made, ActiveKeys: 3, Risky: map[report.CheckID]bool{report.KeyStale: true},
		Incomplete: []string{"something was denied"},
		Findings:   []report.Finding{finding, user, either, passed},
		Plan:       &watch.Plan{Incomplete: []string{"not the audit's"}},
	}
	const want = `{
  "schema": "keywatch/audit/v1",
  "tool_version": "v1.2.3",
  "account_id": "111122223333",
  "partition": "aws",
  "report": {
    "generated_at": "2026-11-20T06:00:00Z",
    "sha256": "ab12",
    "users": 4,
    "source": "iam"
  },
  "as_of": "2026-11-20T06:00:00Z",
  "complete": false,
  "incomplete_reasons": [
    "something was denied"
  ],
  "summary": {
    "active_keys": 3,
    "risky_keys": 0,
    "findings": {
      "critical": 0,
      "high": 0,
      "medium": 1,
      "low": 0
    }
  },
  "controls": [],
  "findings": [
    {
      "check": "key-unrotated",
      "status": "fail",
      "severity": "medium",
      "user": "<alice>",
      "arn": "arn:aws:iam::111122223333:user/<alice>",
      "slot": 1,
      "access_key_id": "AKIA1",
      "ambiguous": false,
      "candidate_key_ids": [],
      "key_state": "inactive",
      "created_at": "2026-11-20T06:00:00Z",
      "last_used_at": "2026-11-18T18:00:00Z",
      "last_used_service": "s3",
      "last_used_region": "eu-west-1",
      "age_days": 0,
      "idle_days": 1,
      "reason": "not rotated; it was deactivated",
      "controls": [key-unrotated]
    },
    {
      "check": "console-mfa",
      "status": "unknown",
      "severity": "high",
      "user": "bob",
      "arn": "b",
      "ambiguous": false,
      "candidate_key_ids": [],
      "reason": "who knows",
      "controls": [console-mfa]
    },
    {
      "check": "key-stale",
      "status": "excepted",
      "severity": "high",
      "user": "carol",
      "arn": "c",
      "slot": 2,
      "ambiguous": true,
      "candidate_key_ids": [
        "AKIA7",
        "AKIA8"
      ],
      "reason": "idle; two fit",
      "controls": [key-stale]
    }
  ]
}
`
	if diff := cmp.Diff(withControls(want), written(t, writeAudit, "json", r, options(0))); diff != "" {
		t.Error(diff)
	}
}

// withControls puts a check's controls where a document names the check.
func withControls(doc string) string {
	for check, ids := range report.ControlsOf() {
		list := "\n        \"" + strings.Join(ids, "\",\n        \"") + "\"\n      "
		doc = strings.ReplaceAll(doc, `"controls": [`+string(check)+`]`, `"controls": [`+list+`]`)
	}
	return doc
}

func TestAuditOfNothingHasEmptyArraysAndNoReportTime(t *testing.T) {
	const want = `{
  "schema": "keywatch/audit/v1",
  "tool_version": "",
  "account_id": "",
  "partition": "",
  "report": {
    "generated_at": null,
    "sha256": "",
    "users": 0,
    "source": "file"
  },
  "as_of": "2026-11-20T06:00:00Z",
  "complete": true,
  "incomplete_reasons": [],
  "summary": {
    "active_keys": 0,
    "risky_keys": 0,
    "findings": {
      "critical": 0,
      "high": 0,
      "medium": 0,
      "low": 0
    }
  },
  "controls": [],
  "findings": []
}
`
	r := audit.Result{
		Report: audit.ReportInfo{Source: "file"}, AsOf: at("2026-11-20T06:00:00Z"),
		Plan: &watch.Plan{Incomplete: []string{"which does not make the audit so"}},
	}
	if diff := cmp.Diff(want, written(t, writeAudit, "json", r, Options{})); diff != "" {
		t.Error(diff)
	}
}

func TestPlanContract(t *testing.T) {
	r := audit.Result{
		Report: audit.ReportInfo{Source: "iam"}, AsOf: at("2026-11-20T06:00:00Z"),
		Incomplete: []string{"the audit's"},
		Plan: &watch.Plan{
			Regions: []watch.RegionPlan{
				{
					Region: "us-east-1", Unchanged: 3, RulesUsed: 12, RulesQuota: 300,
					Changes: []watch.Change{{Action: watch.Create, Rule: "keywatch-default-root", KeysAdded: []string{"root"}, Why: []string{"root-access-key"}, Status: watch.Planned}},
				},
				{Region: "us-west-2", Error: "denied"},
			},
			Incomplete: []string{"the plan's"},
		},
	}
	const want = `{
  "schema": "keywatch/plan/v1",
  "audit": {
    "schema": "keywatch/audit/v1",
    "tool_version": "",
    "account_id": "",
    "partition": "",
    "report": {
      "generated_at": null,
      "sha256": "",
      "users": 0,
      "source": "iam"
    },
    "as_of": "2026-11-20T06:00:00Z",
    "complete": false,
    "incomplete_reasons": [
      "the audit's"
    ],
    "summary": {
      "active_keys": 0,
      "risky_keys": 0,
      "findings": {
        "critical": 0,
        "high": 0,
        "medium": 0,
        "low": 0
      }
    },
    "controls": [],
    "findings": []
  },
  "regions": [
    {
      "region": "us-east-1",
      "changes": [
        {
          "action": "create",
          "rule": "keywatch-default-root",
          "keys_added": [
            "root"
          ],
          "keys_removed": [],
          "why": [
            "root-access-key"
          ],
          "status": "planned",
          "error": ""
        }
      ],
      "unchanged": 3,
      "foreign": [],
      "rules_used": 12,
      "rules_quota": 300,
      "error": ""
    },
    {
      "region": "us-west-2",
      "changes": [],
      "unchanged": 0,
      "foreign": [],
      "rules_used": 0,
      "rules_quota": 0,
      "error": "denied"
    }
  ],
  "uncovered_regions": [],
  "skipped_regions": [],
  "watched_keys": [],
  "watched_identities": [],
  "complete": false,
  "incomplete_reasons": [
    "the audit's",
    "the plan's"
  ]
}
`
	if diff := cmp.Diff(want, written(t, writePlan, "json", r, Options{})); diff != "" {
		t.Error(diff)
	}
}

// TestPlainKeyStatesAddNothing covers the states that need no words.
func TestPlainKeyStatesAddNothing(t *testing.T) {
	for _, state := range []report.KeyState{report.KeyNotAsked, report.KeyFound} {
		got := newFindingDoc(report.Finding{Reason: "idle", Key: report.KeyRef{State: state, ID: "AKIA1", Why: "it was easy"}}, at("2026-11-20T06:00:00Z"), nil)
		want := findingDoc{AccessKeyID: "AKIA1", CandidateKeyIDs: []string{}, Reason: "idle", Controls: []string{}}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%q:\n%s", state, diff)
		}
	}
}
