package watch

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/google/go-cmp/cmp"

	"keywatch/internal/fakeaws"
)

// busy is a box in which every Region has one rule to update, for key 2, and one
// to retire, for key 3; key 1 is to be created.
func busy(t *testing.T, p Policy) (*box, []Watch) {
	t.Helper()
	b := newBox(t, fakeaws.Options{})
	for _, region := range allRegions {
		off := wantedRule(p, region, stale(key(2)))
		off.State = fakeaws.Disabled
		b.put(t, region, off, wantedRule(p, region, stale(key(3))))
	}
	return b, []Watch{stale(key(2)), stale(key(1))}
}

func TestChangesAreMadeInOrder(t *testing.T) {
	b, watches := busy(t, perRegion())
	done := b.apply(t, perRegion(), watches...)
	want := []string{
		home + " PutRule " + key(1), home + " PutTargets " + key(1),
		home + " PutRule " + key(2),
		home + " RemoveTargets " + key(3), home + " DeleteRule " + key(3),
	}
	got := slices.DeleteFunc(b.writes(0), func(w string) bool { return !strings.HasPrefix(w, home) })
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if create, update, retire := done.Applied(); create != 3 || update != 3 || retire != 3 {
		t.Errorf("applied %d, %d, %d", create, update, retire)
	}
	b.settled(t, perRegion(), watches...)
}

func TestRulesAreTaggedOnceTheyAreMade(t *testing.T) {
	b, watches := busy(t, perRegion())
	b.apply(t, perRegion(), watches...)
	for _, call := range b.Calls() {
		if _, tags := call.Params["Tags"]; call.Op == "PutRule" && tags != (call.Resource == "kw-ops-"+key(1)) {
			t.Errorf("PutRule of %s has tags: %v", call.Resource, tags)
		}
	}
	want := map[string]string{"keywatch:owner": "ops", "keywatch:managed": "true"}
	if diff := cmp.Diff(want, b.Rules(home)[0].Tags); diff != "" {
		t.Error(diff)
	}
}

// Every failure of a call is the failure of its change; what is not retired in
// the Region is held, and the other Regions go on.
func TestFailuresStayInTheirRegion(t *testing.T) {
	for _, tc := range []struct {
		name  string
		fault fakeaws.Fault
		want  []string // in the Region of the fault
		say   []string // the failure says
	}{
		{"PutRule is denied", fakeaws.Fault{Op: "PutRule", Code: fakeaws.AccessDenied},
			[]string{"create 1 failed", "update 2 failed", "retire 3 held"}, []string{"PutRule: ", ": grant events:PutRule and events:TagResource"}},
		{"PutTargets is denied", fakeaws.Fault{Op: "PutTargets", Code: fakeaws.AccessDenied},
			[]string{"create 1 failed", "update 2 done", "retire 3 held"}, []string{"PutTargets: ", ": grant events:PutTargets, and iam:PassRole"}},
		{"RemoveTargets is denied", fakeaws.Fault{Op: "RemoveTargets", Code: fakeaws.AccessDenied},
			[]string{"create 1 done", "update 2 done", "retire 3 failed"}, []string{"RemoveTargets: ", ": grant events:RemoveTargets"}},
		{"DeleteRule is denied", fakeaws.Fault{Op: "DeleteRule", Code: fakeaws.AccessDenied},
			[]string{"create 1 done", "update 2 done", "retire 3 failed"}, []string{"DeleteRule: ", ": grant events:DeleteRule"}},
		{"the rule quota is used up", fakeaws.Fault{Op: "PutRule", Times: 1, Code: "LimitExceededException"},
			[]string{"create 1 failed", "update 2 done", "retire 3 held"}, []string{"ask AWS to raise it, or lower watch.rules_quota"}},
		{"an entry of PutTargets fails", fakeaws.Fault{Op: "PutTargets", FailedEntries: "InternalException", Message: "no luck"},
			[]string{"create 1 failed", "update 2 done", "retire 3 held"}, []string{`PutTargets: target "alert" failed: InternalException: no luck`}},
		{"an entry of RemoveTargets fails", fakeaws.Fault{Op: "RemoveTargets", FailedEntries: "InternalException", Message: "no luck"},
			[]string{"create 1 done", "update 2 done", "retire 3 failed"}, []string{`RemoveTargets: target "alert" failed: InternalException: no luck`}},
		{"one entry collides with another writer", fakeaws.Fault{Op: "PutTargets", Times: 1, FailedEntries: "ConcurrentModificationException"},
			[]string{"create 1 done", "update 2 done", "retire 3 done"}, nil},
		{"one removal collides with another writer", fakeaws.Fault{Op: "RemoveTargets", Times: 1, FailedEntries: "ConcurrentModificationException"},
			[]string{"create 1 done", "update 2 done", "retire 3 done"}, nil},
		{"somebody deletes the rule first", fakeaws.Fault{Op: "RemoveTargets", Code: "ResourceNotFoundException"},
			[]string{"create 1 done", "update 2 done", "retire 3 failed"}, []string{"since it has targets"}}, // in truth it is still there
		{"an effect without an answer", fakeaws.Fault{Op: "PutRule", Times: 1, After: true, Code: "InternalException"},
			[]string{"create 1 failed", "update 2 done", "retire 3 held"}, []string{"PutRule: "}},
		{"the connection is cut", fakeaws.Fault{Op: "PutTargets", Reset: true},
			[]string{"create 1 failed", "update 2 done", "retire 3 held"}, []string{"PutTargets: ", "check the Region's name and the network"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			b, watches := busy(t, perRegion())
			tc.fault.Service, tc.fault.Region = "events", west
			remove := b.Inject(tc.fault)
			done := b.apply(t, perRegion(), watches...)
			remove()
			short := func(region string) []string {
				out := steps(done, region)
				for i := range out {
					out[i] = strings.ReplaceAll(out[i], "AKIAEXAMPLE00000000", "")
				}
				return out
			}
			if diff := cmp.Diff(tc.want, short(west)); diff != "" {
				t.Error(diff)
			}
			for _, region := range []string{home, europe} {
				if diff := cmp.Diff([]string{"create 1 done", "update 2 done", "retire 3 done"}, short(region)); diff != "" {
					t.Errorf("%s: %s", region, diff)
				}
			}
			said := strings.Join(done.Incomplete, "\n")
			for _, c := range find(t, done, west).Changes {
				if c.Status == Failed && !strings.Contains(said, west+": "+string(c.Action)+" "+c.Rule+" failed: "+c.Error) {
					t.Errorf("the failure of %s is not said in %q", c.Rule, said)
				}
				if c.Status == Held && c.Error != afterFailure {
					t.Errorf("%s is held: %q", c.Rule, c.Error)
				}
			}
			for _, part := range tc.say {
				if !strings.Contains(said, part) {
					t.Errorf("%q does not say %q", said, part)
				}
			}
			if tc.say == nil && said != "" {
				t.Errorf("nothing failed and it says %q", said)
			}
			b.apply(t, perRegion(), watches...)
			b.settled(t, perRegion(), watches...)
		})
	}
}

// A full quota is no throttle: the call is made once.
func TestFullQuotaIsAskedOnce(t *testing.T) {
	b := newBox(t, fakeaws.Options{})
	b.SetRuleQuota(home, 0)
	p := perRegion()
	done := Apply(t.Context(), b.writer, p, Make(Wish{Policy: p, Watched: []string{home}, Watches: keysUpTo(1), Observed: b.observe(t.Context(), p, home)}))
	if n := b.Count("events", "PutRule"); n != 1 || find(t, done, home).Changes[0].Status != Failed {
		t.Errorf("%d calls of PutRule; %s", n, tell(done))
	}
}

func TestRuleThatGotATargetMeanwhileIsNotDeleted(t *testing.T) {
	b := newBox(t, fakeaws.Options{})
	p := perRegion()
	b.put(t, home, wantedRule(p, home, stale(key(1))))
	once := true
	b.OnCall(func(c fakeaws.Call) {
		if c.Op == "RemoveTargets" && once {
			once = false
			b.put(t, home, wantedRule(p, home, stale(key(1))))
		}
	})
	done := b.apply(t, p)
	if got := steps(done, home); !cmp.Equal(got, []string{"retire " + key(1) + " failed"}) {
		t.Errorf("%v", got)
	}
	if len(done.Incomplete) != 1 || !strings.Contains(done.Incomplete[0], "Rule can't be deleted since it has targets") {
		t.Errorf("said %q", done.Incomplete)
	}
	b.apply(t, p)
	b.settled(t, p)
}

// The SDK's retries carry a run through throttling and cut connections.
func TestRetriesOfTheClientAreEnough(t *testing.T) {
	for _, tc := range []struct {
		name  string
		fault fakeaws.Fault
	}{
		{"throttled", fakeaws.Fault{Code: fakeaws.Throttled, Times: 2}},
		{"cut before the effect", fakeaws.Fault{Reset: true, Times: 2}},
		{"cut after the effect", fakeaws.Fault{Reset: true, After: true, Times: 2}},
		{"an internal error after the effect", fakeaws.Fault{Code: "InternalException", After: true, Times: 1}},
	} {
		for _, op := range []string{"PutRule", "PutTargets", "RemoveTargets", "DeleteRule", "ListRules", "ListTargetsByRule"} {
			t.Run(op+" "+tc.name, func(t *testing.T) {
				b, watches := busy(t, perRegion())
				patient := func(region string) *eventbridge.Client {
					return eventbridge.NewFromConfig(b.config(region), func(o *eventbridge.Options) {
						o.Retryer = retry.NewStandard(func(o *retry.StandardOptions) {
							o.Backoff = retry.BackoffDelayerFunc(func(int, error) (time.Duration, error) { return 0, nil })
						})
					})
				}
				tc.fault.Service, tc.fault.Op = "events", op
				b.Inject(tc.fault)
				p := perRegion()
				wish := Wish{Policy: p, Watched: []string{home}, Watches: watches, Observed: []Observed{Observe(t.Context(), patient(home), p, home)}}
				wish.Verdicts = judge(wish, true)
				done := Apply(t.Context(), func(region string) Writer { return patient(region) }, p, Make(wish))
				if create, update, retire := done.Applied(); create != 1 || update != 1 || retire != 1 || len(done.Incomplete) > 0 {
					t.Errorf("not all is done: %s", tell(done))
				}
			})
		}
	}
}

func TestApplyLeavesThePlanAlone(t *testing.T) {
	b, watches := busy(t, perRegion())
	plan := Make(b.wish(t, perRegion(), watches...))
	before := tell(plan)
	Apply(t.Context(), b.writer, perRegion(), plan)
	if after := tell(plan); after != before {
		t.Errorf("the plan became %s", after)
	}
}
