package watch

import (
	"context"
	"strings"
	"testing"

	"github.com/aws/smithy-go/document"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"keywatch/internal/fakeaws"
)

// crowd fills the home Region with rules of every kind.
func crowd(t tester, b *box) {
	t.Helper()
	p := perRegion()
	right := wantedRule(p, home, stale(key(1)))
	for _, id := range []string{"s1", "s2", "s3", "s4"} {
		right.Targets = append(right.Targets, fakeaws.Target{ID: id, ARN: "arn:aws:sns:" + home + ":" + account + ":elsewhere"})
	}
	others := p
	others.Owner = "web"
	marked := wantedRule(p, home, stale(key(2)))
	marked.Description = describe("web", stale(key(2)))
	bare := wantedRule(p, home, stale(key(3)))
	bare.Description = ""
	managed := wantedRule(p, home, stale(key(4)))
	managed.ManagedBy = "securityhub.amazonaws.com"
	renamed := wantedRule(p, home, stale(key(5)))
	renamed.Name = "other-" + key(5)
	b.put(t, home, right, marked, bare, managed, renamed, wantedRule(others, home, stale(key(6))), wantedRule(p, home, stale(RootKey)),
		fakeaws.Rule{Name: "billing", ScheduleExpression: "rate(1 day)"})
}

func TestObserveTellsOwnRulesFromOthers(t *testing.T) {
	b := newBox(t, fakeaws.Options{})
	crowd(t, b)
	got := b.observe(t.Context(), perRegion(), home)[0]
	want := Observed{
		Region: home, Total: 8,
		Foreign: []string{"kw-ops-" + key(2), "kw-ops-" + key(3), "kw-ops-" + key(4)},
		Own: []Own{
			{Rule: Rule{Name: "kw-ops-" + key(1)}, Keys: []string{key(1)}, Memory: []Memory{{Key: key(1), User: "alice", Reasons: Stale, IdleSince: stale("").IdleSince, Fingerprint: "0a1b2c"}}},
			{Rule: Rule{Name: "kw-ops-root"}, Keys: []string{RootKey}, Memory: []Memory{{Key: RootKey, User: "root", Reasons: Root}}},
		},
	}
	if diff := cmp.Diff(want, got, cmpopts.IgnoreFields(Rule{}, "Pattern", "State", "Description", "Targets"), cmpopts.IgnoreFields(Own{}, "ARN"), cmpopts.IgnoreUnexported(Own{})); diff != "" {
		t.Error(diff)
	}
	for i, own := range got.Own {
		w := stale(own.Keys[0])
		rule := Wanted(perRegion(), home, own.Name, w)
		if own.Pattern != rule.Pattern || own.State != rule.State || own.Description != rule.Description {
			t.Errorf("%s is seen as %+v", own.Name, own.Rule)
		}
		if n := []int{5, 1}[i]; len(own.Targets) != n {
			t.Errorf("%s is seen with %d targets, has %d", own.Name, len(own.Targets), n)
		}
	}
}

func TestObserveFollowsEveryPage(t *testing.T) {
	whole := newBox(t, fakeaws.Options{})
	crowd(t, whole)
	want := whole.observe(t.Context(), perRegion(), home)[0]
	for _, size := range []int{1, 2, 3} {
		b := newBox(t, fakeaws.Options{RulesPage: size, TargetsPage: size})
		crowd(t, b)
		got := b.observe(t.Context(), perRegion(), home)[0]
		if diff := cmp.Diff(want, got, cmpopts.IgnoreTypes(document.NoSerde{}), cmpopts.IgnoreUnexported(Own{})); diff != "" {
			t.Errorf("%d a page: %s", size, diff)
		}
	}
}

// A Region that was not read to the end is not known at all.
func TestHalfSeenRegionIsUnknown(t *testing.T) {
	for _, tc := range []struct {
		name string
		opt  fakeaws.Options
		do   func(b *box)
		say  []string
	}{
		{"rules denied", fakeaws.Options{}, func(b *box) { b.Deny("events", "ListRules") }, []string{"watch: list rules in us-east-1: ", ": grant events:ListRules"}},
		{"targets denied", fakeaws.Options{}, func(b *box) { b.Deny("events", "ListTargetsByRule") }, []string{"watch: list targets in us-east-1: ", ": grant events:ListTargetsByRule"}},
		{"the second page of rules fails", fakeaws.Options{RulesPage: 2}, func(b *box) {
			b.Inject(fakeaws.Fault{Op: "ListRules", Skip: 1, Code: "InternalException"})
		}, []string{"watch: list rules in us-east-1: "}},
		{"the second page of targets fails", fakeaws.Options{TargetsPage: 2}, func(b *box) {
			b.Inject(fakeaws.Fault{Op: "ListTargetsByRule", Resource: "kw-ops-" + key(1), Skip: 1, Reset: true})
		}, []string{"watch: list targets in us-east-1: ", "check the Region's name and the network"}},
		{"one rule's targets fail", fakeaws.Options{}, func(b *box) {
			b.Inject(fakeaws.Fault{Op: "ListTargetsByRule", Resource: "kw-ops-root", Code: "InternalException"})
		}, []string{"watch: list targets in us-east-1: "}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			b := newBox(t, tc.opt)
			crowd(t, b)
			tc.do(b)
			got := b.observe(t.Context(), perRegion(), home)[0]
			if got.Err == nil || got.Own != nil || got.Foreign != nil || got.Total != 0 {
				t.Fatalf("seen is %+v", got)
			}
			for _, part := range tc.say {
				if !strings.Contains(got.Err.Error(), part) {
					t.Errorf("%q does not say %q", got.Err, part)
				}
			}
		})
	}
	t.Run("a Region that is not enabled", func(t *testing.T) {
		b := newBox(t, fakeaws.Options{})
		if err := b.observe(t.Context(), perRegion(), "af-south-1")[0].Err; err == nil || !strings.Contains(err.Error(), ": check that the Region is enabled") {
			t.Errorf("error %v", err)
		}
	})
	t.Run("a stopped run blames nobody", func(t *testing.T) {
		b := newBox(t, fakeaws.Options{})
		ctx, stop := context.WithCancel(t.Context())
		stop()
		if err := b.observe(ctx, perRegion(), home)[0].Err; err == nil || strings.Contains(err.Error(), "check") {
			t.Errorf("error %v", err)
		}
	})
}

func TestRuleDeletedWhileLookingIsNotThere(t *testing.T) {
	b := newBox(t, fakeaws.Options{})
	p := perRegion()
	b.put(t, home, wantedRule(p, home, stale(key(1))), wantedRule(p, home, stale(key(2))))
	b.OnCall(func(c fakeaws.Call) {
		if c.Op == "ListRules" {
			b.DeleteRuleByHand(home, "kw-ops-"+key(1))
		}
	})
	got := b.observe(t.Context(), p, home)[0]
	if got.Err != nil || len(got.Own) != 1 || got.Own[0].Name != "kw-ops-"+key(2) {
		t.Errorf("seen is %+v", got)
	}
}
