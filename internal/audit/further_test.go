package audit

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"keywatch/internal/fakeaws"
	"keywatch/internal/report"
)

// crowd is a user with five keys, of which a report shows two: four are risky
// and one is fine.
func crowd(t *testing.T) (w *world, risky []string, fine string) {
	w = newWorld(t, nil)
	keys := w.user("many", [2]float64{200, 100}, [2]float64{190, 90})
	for _, k := range [][2]float64{{180, 80}, {170, -1}, {20, 1}} {
		made := fakeaws.Key{Created: w.ago(k[0])}
		if k[1] >= 0 {
			made.LastUsed, made.LastUsedRegion, made.LastUsedService = w.ago(k[1]), "us-east-1", "s3"
		}
		id, err := w.cloud.AddKey("many", made)
		must(t, err)
		keys = append(keys, id)
	}
	w.user("plain", [2]float64{10, 1})
	w.report()
	return w, keys[:4], keys[4]
}

func TestKeysThatTheReportDoesNotShowAreWatchedToo(t *testing.T) {
	w, risky, fine := crowd(t)
	result := w.clean()
	w.expect(slices.Clone(risky)...)
	if got := result.Summary().RiskyKeys; got != 4 {
		t.Errorf("%d risky keys, want 4", got)
	}
	unseen := 0
	for _, f := range result.Findings {
		if f.Slot == 0 && f.Key.ID != "" {
			unseen++
			if !strings.HasSuffix(f.Reason, "a key beyond the two that the report shows") || (f.Key.ID == fine && f.Status != report.Pass) {
				t.Errorf("finding %+v", f)
			}
		}
	}
	if unseen != 6 { // two checks of each of three keys
		t.Errorf("%d findings about keys that the report does not show", unseen)
	}
	seq := w.cloud.Seq()
	w.clean()
	for _, c := range w.cloud.CallsSince(seq) {
		if c.Write() || c.Op == "ListAccessKeys" && c.Resource != "many" {
			t.Errorf("a settled run called %s %s", c.Op, c.Resource)
		}
	}

	// One is used, one deleted, one deactivated.
	_, err := w.cloud.Use(fakeaws.KeyUse{Key: risky[3], Region: "us-east-1", ReadOnly: true})
	must(t, err)
	must(t, w.cloud.DeleteKey(risky[1]))
	must(t, w.cloud.SetKeyStatus(risky[2], false))
	w.pass(5 * time.Hour)
	result = w.clean()
	w.expect(risky[0], risky[3])
	if !slices.ContainsFunc(result.Findings, func(f report.Finding) bool { return f.Check == report.KeyReawakened && f.Key.ID == risky[3] }) {
		t.Error("the woken key is no finding")
	}
}

func TestAnAuditNamesKeysThatTheReportDoesNotShow(t *testing.T) {
	w, _, _ := crowd(t)
	result, err := w.account.Audit(context.Background(), w.policy, w.clock())
	must(t, err)
	if s := result.Summary(); s.RiskyKeys != 4 || !result.Complete() {
		t.Errorf("summary %+v, reasons %q", s, result.Incomplete)
	}
	w.cloud.Deny("iam", "GetAccessKeyLastUsed")
	result, err = w.account.Audit(context.Background(), w.policy, w.clock())
	must(t, err)
	if reasons := strings.Join(result.Incomplete, "\n"); !strings.Contains(reasons, `the further access keys of "many" could not be looked at`) {
		t.Errorf("reasons %q", reasons)
	}
}

// TestADeniedLookKeepsKeysThatTheReportDoesNotShow: and says so.
func TestADeniedLookKeepsKeysThatTheReportDoesNotShow(t *testing.T) {
	w, risky, _ := crowd(t)
	w.clean()
	w.cloud.Deny("iam", "GetAccessKeyLastUsed")
	if w.apply().Complete() {
		t.Error("a denied look went unsaid")
	}
	w.expect(risky...)
}
