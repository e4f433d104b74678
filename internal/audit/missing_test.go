package audit

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"keywatch/internal/fakeaws"
	"keywatch/internal/report"
	"keywatch/internal/watch"
)

// TestMissingKnowledgeNeverRetires: an account in which every watched key has
// been put right, so that a plain run would retire all five; whatever is then
// missing, every watch stays and the run does not call itself complete.
func TestMissingKnowledgeNeverRetires(t *testing.T) {
	for name, c := range map[string]struct {
		hide func(w *world)
		says string // in the error or among the reasons
		// some tells that what is missing concerns only some keys, the last of
		// the five among them; the others are retired.
		some bool
	}{
		"no report": {hide: func(w *world) {
			w.policy.Fetch.Timeout = time.Millisecond
			w.cloud.Inject(fakeaws.Fault{Service: "iam", Op: "GetCredentialReport", Code: "ReportNotPresent", Status: 410})
		}, says: "no credential report"},
		"generation denied": {hide: func(w *world) { w.cloud.Deny("iam", "GenerateCredentialReport") }, says: "grant iam:GenerateCredentialReport"},
		"a report cut in a row": {hide: func(w *world) {
			b := w.cloud.Report()
			w.cloud.SetReport(b[:len(b)-30], w.clock())
		}, says: "refused"},
		"a report without root": {hide: func(w *world) {
			lines := bytes.SplitN(w.cloud.Report(), []byte("\n"), 3)
			w.cloud.SetReport(slices.Concat(lines[0], []byte("\n"), lines[2]), w.clock())
		}, says: "no row for <root_account>"},
		"a report of another account": {hide: func(w *world) {
			w.cloud.SetReport(bytes.ReplaceAll(w.cloud.Report(), []byte(":111122223333:"), []byte(":999900001111:")), w.clock())
		}, says: "is about account 999900001111"},
		"a report that is too old": {hide: func(w *world) {
			w.policy.Fetch.Timeout = time.Millisecond
			w.cloud.SetReport(w.cloud.Report(), w.clock())
			w.mu.Lock()
			w.now = w.now.Add(30 * time.Hour)
			w.mu.Unlock()
			w.cloud.Inject(fakeaws.Fault{Service: "iam", Op: "GenerateCredentialReport", Code: "LimitExceeded", Status: 409})
			w.policy.Fetch.MaxAge = time.Hour
		}, says: "after"}, // IAM says ReportExpired for it, so none is had at all
		"credentials of another account": {hide: func(w *world) { w.policy.AccountID = "999900001111" }, says: "nothing is judged"},
		"no credentials":                 {hide: func(w *world) { w.cloud.Deny("sts", "GetCallerIdentity") }, says: "check AWS_PROFILE"},
		"Regions denied":                 {hide: func(w *world) { w.cloud.Deny("account", "ListRegions") }, says: "grant account:ListRegions"},
		"rules denied":                   {hide: func(w *world) { w.cloud.Deny("events", "ListRules") }, says: "grant events:ListRules"},
		"targets denied":                 {hide: func(w *world) { w.cloud.Deny("events", "ListTargetsByRule") }, says: "grant events:ListTargetsByRule"},
		"users denied":                   {hide: func(w *world) { w.cloud.Deny("iam", "ListAccessKeys") }, says: "grant iam:ListAccessKeys"},
		"an owner gone and the key denied": {hide: func(w *world) {
			if err := w.cloud.DeleteUser("user-e"); err != nil {
				panic(err)
			}
			w.cloud.Deny("iam", "GetAccessKeyLastUsed")
		}, says: "grant iam:GetAccessKeyLastUsed", some: true},
		"the queue is gone": {hide: func(w *world) {
			for _, region := range w.regions {
				w.cloud.DeleteQueue("arn:aws:sqs:" + region + ":111122223333:key-usage")
			}
		}, says: "does not exist"},
	} {
		t.Run(name, func(t *testing.T) {
			w, keys := reformed(t)
			c.hide(w)
			seq := w.cloud.Seq()
			result, err := w.account.Apply(context.Background(), w.policy, w.clock())
			said := strings.Join(result.IncompleteReasons(), "\n")
			if err != nil {
				said += err.Error()
			}
			if !strings.Contains(said, c.says) {
				t.Errorf("said %q, want %q in it", said, c.says)
			}
			if c.some {
				w.expect(keys[len(keys)-1])
				return
			}
			w.expect(keys...)
			if n := counts(w.cloud.CallsSince(seq)); n["events:RemoveTargets"]+n["events:DeleteRule"] > 0 {
				t.Errorf("something was retired: %v", n)
			}
		})
	}
}

// reformed is an account whose five watched keys have all been deactivated.
func reformed(t *testing.T) (*world, []string) {
	w := newWorld(t, nil)
	var keys []string
	for _, name := range []string{"user-a", "user-b", "user-c", "user-d", "user-e"} {
		keys = append(keys, w.user(name, [2]float64{200, 1})...)
	}
	w.report()
	w.clean()
	w.expect(slices.Clone(keys)...)
	for _, key := range keys {
		if err := w.cloud.SetKeyStatus(key, false); err != nil {
			t.Fatal(err)
		}
	}
	w.pass(5 * time.Hour)
	return w, keys
}

// TestReformedKeysAreRetired proves that the runs above had something to retire.
func TestReformedKeysAreRetired(t *testing.T) {
	w, _ := reformed(t)
	w.clean()
	w.expect()
}

// TestARowThatIsMissingKeepsItsWatch: a report cut at a row's end looks whole.
// The key is looked up, is active, and stays; nothing is incomplete.
func TestARowThatIsMissingKeepsItsWatch(t *testing.T) {
	w := newWorld(t, nil)
	a, z := w.user("a", [2]float64{200, 1})[0], w.user("z", [2]float64{200, 1})[0]
	w.report()
	w.clean()
	content := w.cloud.Report()
	w.cloud.SetReport(content[:bytes.LastIndexByte(content, '\n')], w.clock())
	w.clean()
	w.expect(a, z)
}

// TestAnOldReportRetiresNothing: IAM is too busy for a new report and the one
// it has is older than the settings allow. It is judged, and retires nothing.
func TestAnOldReportRetiresNothing(t *testing.T) {
	w, keys := reformed(t)
	w.policy.Fetch.MaxAge = time.Hour
	w.policy.Fetch.Timeout = time.Millisecond
	w.cloud.Inject(fakeaws.Fault{Service: "iam", Op: "GenerateCredentialReport", Code: "LimitExceeded", Status: 409})
	w.mu.Lock()
	w.now = w.now.Add(2 * time.Hour)
	w.mu.Unlock()
	result := w.apply()
	if reasons := strings.Join(result.IncompleteReasons(), "\n"); !strings.Contains(reasons, "older than report.max_age allows") {
		t.Errorf("reasons %q", reasons)
	}
	w.expect(keys...)
}

// TestRootsWatchGoesWhenIAMAgrees: nobody can list root's keys, so the account's
// summary must agree with the report.
func TestRootsWatchGoesWhenIAMAgrees(t *testing.T) {
	for name, c := range map[string]struct {
		after func(w *world, key string) error
		want  []string
		says  string
	}{
		"deleted":     {after: func(w *world, key string) error { return w.cloud.DeleteKey(key) }},
		"deactivated": {after: func(w *world, key string) error { return w.cloud.SetKeyStatus(key, false) }},
		"summary denied": {after: func(w *world, key string) error {
			w.cloud.Deny("iam", "GetAccountSummary")
			return w.cloud.DeleteKey(key)
		}, want: []string{watch.RootKey}, says: "grant iam:GetAccountSummary"},
		"made again since the report": {after: func(w *world, key string) error {
			if err := w.cloud.DeleteKey(key); err != nil {
				return err
			}
			w.pass(5 * time.Hour)
			w.cloud.SetRoot(fakeaws.Root{Created: w.ago(4000), Keys: []fakeaws.Key{{Created: w.clock()}}})
			return nil
		}, want: []string{watch.RootKey}},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, nil)
			key := w.cloud.SetRoot(fakeaws.Root{Created: w.ago(4000), Keys: []fakeaws.Key{{Created: w.ago(900)}}})[0]
			w.report()
			w.clean()
			w.expect(watch.RootKey)
			if err := c.after(w, key); err != nil {
				t.Fatal(err)
			}
			if name != "made again since the report" {
				w.pass(5 * time.Hour)
			}
			result := w.apply()
			if reasons := strings.Join(result.IncompleteReasons(), "\n"); !strings.Contains(reasons, c.says) || (c.says == "") != result.Complete() {
				t.Errorf("reasons %q, want %q", reasons, c.says)
			}
			w.expect(c.want...)
		})
	}
}

// TestScope: which Regions are watched, emptied, named and refused.
func TestScope(t *testing.T) {
	three := func(o *fakeaws.Options) {
		o.Regions = append(o.Regions, fakeaws.Region{Name: "us-west-2"}, fakeaws.Region{Name: "me-south-1", OptStatus: "ENABLING"})
	}
	w := newWorld(t, three)
	key := w.user("a", [2]float64{200, 1})[0]
	w.report()
	result := w.apply()
	if got := result.IncompleteReasons(); len(got) != 1 || !strings.Contains(got[0], "me-south-1 is enabling") {
		t.Errorf("reasons %q", got)
	}
	if !slices.Equal(result.Plan.Uncovered, []string{"me-south-1"}) {
		t.Errorf("uncovered %v", result.Plan.Uncovered)
	}
	w.expect(key)

	// Left out on purpose: emptied, named as uncovered, and complete.
	w.policy.ExcludeRegions = []string{"us-west-2", "me-south-1"}
	result = w.clean()
	if !slices.Equal(result.Plan.Uncovered, []string{"us-west-2"}) {
		t.Errorf("uncovered %v", result.Plan.Uncovered)
	}
	if got := w.covered("us-west-2"); len(got) != 0 {
		t.Errorf("us-west-2 still watches %v", got)
	}
	if got := w.covered("us-east-1"); !slices.Equal(got, []string{key}) {
		t.Errorf("us-east-1 watches %v", got)
	}

	// A list: what is not in it is emptied and uncovered too.
	w.policy.AllRegions, w.policy.ExcludeRegions, w.policy.Regions = false, nil, []string{"us-west-2"}
	result = w.clean()
	if !slices.Equal(result.Plan.Uncovered, []string{"eu-west-1", "us-east-1"}) {
		t.Errorf("uncovered %v", result.Plan.Uncovered)
	}
	if got := w.covered("us-east-1"); len(got) != 0 {
		t.Errorf("us-east-1 still watches %v", got)
	}

	// An organization that closes a Region denies even the look. That is no
	// fault where the settings exclude the Region by name.
	reopen := w.cloud.Inject(fakeaws.Fault{Service: "events", Region: "us-east-1", Code: fakeaws.AccessDenied})
	if reasons := strings.Join(w.apply().IncompleteReasons(), "\n"); !strings.Contains(reasons, "name the Region in watch.exclude_regions") {
		t.Errorf("reasons %q", reasons)
	}
	w.policy.ExcludeRegions = []string{"us-east-1"}
	w.clean()
	w.policy.Regions, w.policy.ExcludeRegions = []string{"us-west-2", "us-east-1"}, nil
	if w.apply().Complete() {
		t.Error("a closed Region that is watched went unsaid")
	}
	reopen()

	w.policy.Regions = []string{"us-west-2", "eu-mars-1"}
	_, err := w.account.Plan(context.Background(), w.policy, w.clock())
	var settings *SettingsError
	if !errors.As(err, &settings) || !strings.Contains(err.Error(), `"eu-mars-1"`) {
		t.Errorf("an unknown Region gave %v", err)
	}
}

// TestAmbiguousKeysAreAllWatched: two keys of one second cannot be told apart.
func TestAmbiguousKeysAreAllWatched(t *testing.T) {
	w := newWorld(t, nil)
	keys := w.user("twins", [2]float64{60, -1}, [2]float64{60, -1})
	w.report()
	result := w.clean()
	w.expect(keys...)
	for _, f := range result.Findings {
		if f.Check == report.KeyStale && (f.Key.State != report.KeyAmbiguous || !slices.Equal(f.Key.Candidates, slices.Sorted(slices.Values(keys)))) {
			t.Errorf("finding %+v", f.Key)
		}
	}
}

// TestAReportCutShortProvesNothing: a report that ends after the root row looks
// whole. Rules for several keys do not remember their users, and the call that
// knows is denied: nobody may conclude that the users are gone.
func TestAReportCutShortProvesNothing(t *testing.T) {
	w := newWorld(t, nil)
	w.policy.Watch.Layout.Mode = watch.Packed
	keys := append(w.user("a", [2]float64{200, 1}), w.user("b", [2]float64{200, 100})...)
	w.report()
	w.clean()
	lines := strings.SplitAfter(string(w.cloud.Report()), "\n")
	w.cloud.SetReport([]byte(strings.Join(lines[:2], "")), w.clock())
	w.cloud.Deny("iam", "GetAccessKeyLastUsed")
	if w.apply().Complete() {
		t.Error("keys that could not be looked up went unsaid")
	}
	w.expect(keys...)
}
