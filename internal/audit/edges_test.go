package audit

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/iam"

	"keywatch/internal/fakeaws"
	"keywatch/internal/report"
	"keywatch/internal/watch"
)

// TestADeletedTwinsMemorySpeaksForNobody: two keys of one second share a
// fingerprint. When the watched one is gone, the other must not be taken for it.
func TestADeletedTwinsMemorySpeaksForNobody(t *testing.T) {
	w := newWorld(t, nil)
	made := w.ago(60)
	keys := w.cloud.AddUser(fakeaws.User{Name: "twins", Created: w.ago(5000), Keys: []fakeaws.Key{
		{Created: made, LastUsed: w.ago(59), LastUsedRegion: "us-east-1", LastUsedService: "s3"},
		{Created: made, LastUsed: w.ago(0.1), LastUsedRegion: "us-east-1", LastUsedService: "s3"},
	}})
	w.report()
	w.clean()
	w.expect(keys[0])
	must(t, w.cloud.DeleteKey(keys[0]))
	w.pass(50 * day)
	w.clean()
	w.expect(keys[1])
}

// TestAWokenKeyIsFoundWhateverElseHappened: used again, and in the same interval
// renamed, or with a pattern edited by hand; alone or beside another risk.
func TestAWokenKeyIsFoundWhateverElseHappened(t *testing.T) {
	for name, c := range map[string]struct {
		age, idle float64
		also      func(w *world, key string)
	}{
		"nothing else":                   {60, 50, func(*world, string) {}},
		"unrotated too":                  {200, 100, func(*world, string) {}},
		"renamed":                        {60, 50, func(w *world, _ string) { must(w.t, w.cloud.RenameUser("alice", "alicia")) }},
		"renamed and unrotated":          {200, 100, func(w *world, _ string) { must(w.t, w.cloud.RenameUser("alice", "alicia")) }},
		"its pattern spoiled":            {60, 50, spoil},
		"its pattern spoiled, unrotated": {200, 100, spoil},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, nil)
			key := w.user("alice", [2]float64{c.age, c.idle})[0]
			w.report()
			w.clean()
			_, err := w.cloud.Use(fakeaws.KeyUse{Key: key, Region: "us-east-1", ReadOnly: true})
			must(t, err)
			c.also(w, key)
			w.pass(day)
			for range 2 {
				result := w.clean()
				if !slices.ContainsFunc(result.Findings, func(f report.Finding) bool {
					return f.Check == report.KeyReawakened && f.Status == report.Fail && f.Key.ID == key
				}) {
					t.Error("the woken key is no finding")
				}
				w.expect(key)
			}
			w.settled()
		})
	}
}

// spoil takes the key out of the pattern of all rules, as a person might.
func spoil(w *world, _ string) {
	for _, region := range w.regions {
		for _, r := range w.cloud.Rules(region) {
			r.Pattern = `{"source":["nothing"]}`
			must(w.t, w.cloud.PutRuleByHand(region, r))
		}
	}
}

// TestARuleWhosePatternWasSpoiledIsJudgedLikeAnyOther: nothing is lost with it.
func TestARuleWhosePatternWasSpoiledIsJudgedLikeAnyOther(t *testing.T) {
	w, keys := reformed(t)
	spoil(w, "")
	w.cloud.Deny("iam", "ListAccessKeys")
	if w.apply().Complete() {
		t.Error("keys that could not be looked up went unsaid")
	}
	w.expect(keys...)
}

type noSummary struct{ IAM }

func (noSummary) GetAccountSummary(context.Context, *iam.GetAccountSummaryInput, ...func(*iam.Options)) (*iam.GetAccountSummaryOutput, error) {
	return &iam.GetAccountSummaryOutput{SummaryMap: map[string]int32{"Users": 1}}, nil
}

// TestNoAnswerAboutRootIsNoProof: a summary that does not count root's keys.
func TestNoAnswerAboutRootIsNoProof(t *testing.T) {
	w := newWorld(t, nil)
	key := w.cloud.SetRoot(fakeaws.Root{Created: w.ago(4000), Keys: []fakeaws.Key{{Created: w.ago(900)}}})[0]
	w.report()
	w.clean()
	must(t, w.cloud.DeleteKey(key))
	w.pass(5 * day)
	w.account.IAM = noSummary{w.account.IAM}
	if reasons := strings.Join(w.apply().IncompleteReasons(), "\n"); !strings.Contains(reasons, "does not say whether it has an access key") {
		t.Errorf("reasons %q", reasons)
	}
	w.expect(watch.RootKey)
}

// TestADeniedLookIsNoProof: the owner was renamed, the name was given to another
// user without keys, and the call that knows is denied.
func TestADeniedLookIsNoProof(t *testing.T) {
	w := newWorld(t, nil)
	key := w.user("alice", [2]float64{60, 50})[0]
	w.report()
	w.clean()
	_, err := w.cloud.Use(fakeaws.KeyUse{Key: key, Region: "us-east-1", ReadOnly: true})
	must(t, err)
	must(t, w.cloud.RenameUser("alice", "alicia"))
	w.user("alice")
	w.cloud.Deny("iam", "GetAccessKeyLastUsed")
	w.pass(day)
	if w.apply().Complete() {
		t.Error("a denied look went unsaid")
	}
	w.expect(key)
}

// TestAStoppedRunStillLooks: its result says what is watched after it.
func TestAStoppedRunStillLooks(t *testing.T) {
	w := newWorld(t, nil)
	key := w.user("a", [2]float64{200, 1})[0]
	w.report()
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	w.cloud.OnCall(func(c fakeaws.Call) {
		if c.Op == "PutTargets" && w.cloud.Count("events", "PutTargets") >= len(w.regions) {
			cancel()
		}
	})
	result, err := w.account.Apply(ctx, w.policy, w.clock())
	must(t, err)
	if !slices.Equal(result.Plan.WatchedKeys, []string{key}) || !result.Complete() {
		t.Errorf("watched %v, reasons %q", result.Plan.WatchedKeys, result.IncompleteReasons())
	}
}

// TestWhatTheSecondLookFindsIsSaid: while we write, somebody deletes our rule and
// fills the bus.
func TestWhatTheSecondLookFindsIsSaid(t *testing.T) {
	w := newWorld(t, nil)
	w.policy.Watch.RulesQuota = 3
	w.user("a", [2]float64{200, 1})
	w.report()
	done := false
	w.cloud.OnCall(func(c fakeaws.Call) {
		if c.Op != "PutTargets" || c.Region != "us-east-1" || done {
			return
		}
		done = true
		for _, r := range w.cloud.Rules("us-east-1") {
			w.cloud.DeleteRuleByHand("us-east-1", r.Name)
		}
		for i := range 3 {
			must(t, w.cloud.PutRuleByHand("us-east-1", fakeaws.Rule{Name: fmt.Sprint("other", i), Pattern: `{"source":["x"]}`}))
		}
	})
	result := w.apply()
	if reasons := strings.Join(result.IncompleteReasons(), "\n"); !strings.Contains(reasons, "is held since the run began") {
		t.Errorf("reasons %q", reasons)
	}
	if len(result.Plan.WatchedKeys) != 0 {
		t.Errorf("watched %v", result.Plan.WatchedKeys)
	}
}

// TestHub: one topic or queue in the home Region, to which the others forward.
func TestHub(t *testing.T) {
	w := newWorld(t, nil)
	home := "arn:aws:sqs:us-east-1:111122223333:key-usage"
	w.policy.Watch.Targets = []string{"arn:aws:sqs:us-east-1:{account}:key-usage"}
	w.policy.Watch.ForwardRole = w.cloud.CreateRole("forward", true)
	key := w.user("a", [2]float64{200, 1})[0]
	w.report()
	w.clean()
	w.expect(key)
	for i, region := range w.regions {
		_, err := w.cloud.Use(fakeaws.KeyUse{Key: key, Region: region, ReadOnly: true})
		must(t, err)
		if got := len(w.cloud.Messages(home)); got != i+1 {
			t.Errorf("a use in %s made %d alerts in all", region, got)
		}
	}
	w.settled()

	// Without its queue nothing is covered anywhere, and nothing is retired.
	w.cloud.DeleteQueue(home)
	result := w.apply()
	if len(result.Plan.WatchedKeys) > 0 || !slices.Equal(result.Plan.Uncovered, w.regions) || result.Complete() {
		t.Errorf("watched %v, uncovered %v, reasons %q", result.Plan.WatchedKeys, result.Plan.Uncovered, result.IncompleteReasons())
	}
	w.expect(key)
}

// TestARegionWithoutItsTargetDoesNotHideTheOthers: watched keys are those of the
// Regions that are covered.
func TestARegionWithoutItsTargetDoesNotHideTheOthers(t *testing.T) {
	w := newWorld(t, nil)
	key := w.user("a", [2]float64{200, 1})[0]
	w.report()
	w.cloud.DeleteQueue("arn:aws:sqs:eu-west-1:111122223333:key-usage")
	result := w.apply()
	if !slices.Equal(result.Plan.WatchedKeys, []string{key}) || !slices.Equal(result.Plan.Uncovered, []string{"eu-west-1"}) {
		t.Errorf("watched %v, uncovered %v", result.Plan.WatchedKeys, result.Plan.Uncovered)
	}
}

// TestAReplacedRuleStaysUntilTheNewOneWorks: rules for one key each are replaced by
// one for both, and go only when that has had time to work.
func TestAReplacedRuleStaysUntilTheNewOneWorks(t *testing.T) {
	w := newWorld(t, nil)
	w.policy.Watch.Settle = 200 * time.Millisecond
	keys := append(w.user("a", [2]float64{200, 1}), w.user("b", [2]float64{200, 1})...)
	w.report()
	w.clean()
	w.policy.Watch.Layout.Mode = watch.Packed
	var lock sync.Mutex // Regions are written side by side
	put, removed := map[string]time.Time{}, map[string]time.Time{}
	w.cloud.OnCall(func(c fakeaws.Call) {
		lock.Lock()
		defer lock.Unlock()
		switch c.Op {
		case "PutTargets":
			put[c.Region] = time.Now()
		case "RemoveTargets":
			if removed[c.Region].IsZero() {
				removed[c.Region] = time.Now()
			}
		}
	})
	w.clean()
	w.expect(keys...)
	for _, region := range w.regions {
		if wait := removed[region].Sub(put[region]); put[region].IsZero() || wait < w.policy.Watch.Settle {
			t.Errorf("%s: the first old rule went %v after the new one was made", region, wait)
		}
	}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// TestASpoiledPackStillKnowsWhoSlept: the pattern of a rule for several keys is
// overwritten in every Region, so that nothing says which key its memory is of.
// The slots say it: a key that slept and was used since is woken, and stays so.
func TestASpoiledPackStillKnowsWhoSlept(t *testing.T) {
	w := newWorld(t, nil)
	w.policy.Watch.Layout.Mode = watch.Packed
	woken := w.user("woken", [2]float64{60, 50})[0]
	asleep := w.user("asleep", [2]float64{60, 50})[0]
	w.report()
	w.clean()
	w.expect(woken, asleep)
	_, err := w.cloud.Use(fakeaws.KeyUse{Key: woken, Region: "us-east-1", ReadOnly: true})
	must(t, err)
	spoil(w, "")
	w.pass(day)
	for range 3 {
		w.clean()
		w.expect(woken, asleep)
	}
	w.settled()
}
