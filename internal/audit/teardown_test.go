package audit

import (
	"context"
	"slices"
	"strings"
	"testing"

	"keywatch/internal/fakeaws"
	"keywatch/internal/watch"
)

// furnished is an account with rules of ours in every condition, in Regions that
// are watched and one that is not any more, and rules of others.
func furnished(t *testing.T) *world {
	w := newWorld(t, func(o *fakeaws.Options) { o.Regions = append(o.Regions, fakeaws.Region{Name: "us-west-2"}) })
	w.cloud.SetRoot(fakeaws.Root{Created: w.ago(4000), Keys: []fakeaws.Key{{Created: w.ago(900)}}})
	for _, name := range []string{"a", "b", "c", "d", "e"} {
		w.user(name, [2]float64{200, 1})
	}
	w.report()
	w.clean()
	rules := w.cloud.Rules("us-east-1")
	rules[0].State, rules[1].Pattern, rules[2].Targets = "DISABLED", `{"source":["nothing"]}`, nil
	for _, r := range rules[:3] {
		must(t, w.cloud.PutRuleByHand("us-east-1", r))
	}
	must(t, w.cloud.PutRuleByHand("us-east-1", fakeaws.Rule{Name: "keywatch-test-foreign", Pattern: `{"source":["x"]}`, Description: "somebody's"}))
	must(t, w.cloud.PutRuleByHand("eu-west-1", fakeaws.Rule{Name: "keywatch-other-root", Pattern: `{"source":["x"]}`, Description: "keywatch/1 other ---8------ root"}))
	w.policy.AllRegions, w.policy.Regions = false, []string{"us-east-1", "eu-west-1"}
	return w
}

func left(w *world) []string {
	var names []string
	for _, region := range w.regions {
		for _, r := range w.cloud.Rules(region) {
			names = append(names, r.Name)
		}
	}
	return names
}

func TestTeardownRetiresAllThatIsOursAndNothingElse(t *testing.T) {
	w := furnished(t)
	before := left(w)
	result, err := w.account.Teardown(context.Background(), w.policy, false)
	must(t, err)
	if _, _, retire := result.Plan.Pending(); retire != 18 || !slices.Equal(left(w), before) {
		t.Errorf("without yes: %d to retire, left %v", retire, left(w))
	}
	seq := w.cloud.Seq()
	result, err = w.account.Teardown(context.Background(), w.policy, true)
	must(t, err)
	if want := []string{"keywatch-other-root", "keywatch-test-foreign"}; !slices.Equal(left(w), want) || !result.Complete() {
		t.Errorf("left %v, want %v; reasons %q", left(w), want, result.IncompleteReasons())
	}
	if len(result.Plan.WatchedKeys) != 0 || !slices.Equal(result.Plan.Uncovered, w.regions) {
		t.Errorf("watched %v, uncovered %v", result.Plan.WatchedKeys, result.Plan.Uncovered)
	}
	for _, c := range w.cloud.CallsSince(seq) {
		if c.Service == "iam" {
			t.Errorf("teardown called %s", c.Op)
		}
	}
	result, err = w.account.Teardown(context.Background(), w.policy, true)
	must(t, err)
	if _, _, retired := result.Plan.Applied(); retired != 0 || !result.Complete() {
		t.Errorf("again: %d retired, reasons %q", retired, result.IncompleteReasons())
	}
}

func TestTeardownSaysWhatIsLeft(t *testing.T) {
	for name, c := range map[string]struct {
		fault fakeaws.Fault
		says  string
	}{
		"rules that cannot be deleted": {fakeaws.Fault{Service: "events", Op: "DeleteRule", Region: "eu-west-1", Code: fakeaws.AccessDenied}, "eu-west-1: 6 of our rules are left"},
		"a Region that cannot be seen": {fakeaws.Fault{Service: "events", Region: "us-west-2", Code: fakeaws.AccessDenied}, "grant events:ListRules"},
		"Regions that are not told":    {fakeaws.Fault{Service: "account", Code: fakeaws.AccessDenied}, "grant account:ListRegions"},
	} {
		t.Run(name, func(t *testing.T) {
			w := furnished(t)
			w.cloud.Inject(c.fault)
			result, err := w.account.Teardown(context.Background(), w.policy, true)
			must(t, err)
			if reasons := strings.Join(result.IncompleteReasons(), "\n"); !strings.Contains(reasons, c.says) {
				t.Errorf("reasons %q, want %q", reasons, c.says)
			}
		})
	}
}

func TestTeardownKeepsToItsAccount(t *testing.T) {
	w := furnished(t)
	w.policy.AccountID = "999900001111"
	if _, err := w.account.Teardown(context.Background(), w.policy, true); err == nil || w.covered("us-west-2") == nil {
		t.Errorf("error %v, watched %v", err, w.covered("us-west-2"))
	}
	if !slices.Contains(w.covered("us-west-2"), watch.RootKey) {
		t.Error("root is not watched any more")
	}
}

// TestTeardownOfEveryKindOfRule: packs, sessions, identities and root's activity.
func TestTeardownOfEveryKindOfRule(t *testing.T) {
	w := newWorld(t, nil)
	w.policy.Watch.Layout.Mode = watch.Packed
	w.policy.Watch.Sessions, w.policy.Watch.RootActivity = true, true
	w.policy.Watch.Identities = []string{"arn:aws:iam::{account}:user/a", "arn:aws:iam::{account}:role/admin"}
	for _, name := range []string{"a", "b", "c"} {
		w.user(name, [2]float64{200, 1})
	}
	w.report()
	result := w.clean()
	if want := []string{"arn:aws:iam::111122223333:role/admin", "arn:aws:iam::111122223333:user/a", "sessions:b", "sessions:c"}; !slices.Equal(result.Plan.WatchedIdentities, want) {
		t.Errorf("watched besides keys: %v, want %v", result.Plan.WatchedIdentities, want)
	}
	w.settled()
	result, err := w.account.Teardown(context.Background(), w.policy, true)
	must(t, err)
	if got := left(w); len(got) > 0 || !result.Complete() {
		t.Errorf("left %v, reasons %q", got, result.IncompleteReasons())
	}
}
