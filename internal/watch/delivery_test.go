package watch

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"keywatch/internal/fakeaws"
)

func sqsARN(region, name string) string {
	return "arn:aws:sqs:" + region + ":" + account + ":" + name
}
func snsARN(region, name string) string {
	return "arn:aws:sns:" + region + ":" + account + ":" + name
}

// richly is a policy with all that a target can have.
func richly(t tester, b *box) Policy {
	t.Helper()
	for _, region := range allRegions {
		b.CreateQueue(region, "second", true)
		b.CreateQueue(region, "third.fifo", true)
		if err := b.SetContentBasedDeduplication(sqsARN(region, "third.fifo"), true); err != nil {
			t.Fatalf("%v", err)
		}
		b.CreateQueue(region, "dead", true)
	}
	p := perRegion()
	p.Targets = []string{"arn:aws:sns:{region}:{account}:alerts", "arn:aws:sqs:{region}:{account}:second", "arn:aws:sqs:{region}:{account}:third.fifo",
		"arn:aws:sns:{region}:{account}:quiet", "arn:aws:sns:{region}:{account}:elsewhere"}
	p.MessageGroup = "keys"
	p.DeadLetterQueue = "arn:aws:sqs:{region}:{account}:dead"
	p.Retry = Retry{MaxAttempts: 3, MaxAge: time.Hour}
	return p
}

// One alert goes to up to five targets, each with what its kind needs.
func TestFiveTargets(t *testing.T) {
	b := newBox(t, fakeaws.Options{})
	p := richly(t, b)
	b.apply(t, p, stale(key(1)))
	b.settled(t, p, stale(key(1)))
	b.Emit(west, event(key(1), "once", true))
	for _, arn := range []string{snsARN(west, "alerts"), sqsARN(west, "second"), sqsARN(west, "third.fifo"), snsARN(west, "quiet"), snsARN(west, "elsewhere")} {
		if got := b.Messages(arn); len(got) != 1 || object(t, got[0].Body)["event_id"] != "once" {
			t.Errorf("%s received %+v", arn, got)
		}
	}
	attempts, age := 3, 3600
	for i, target := range b.Rules(home)[0].Targets {
		want := fakeaws.Target{
			ID: []string{"alert", "alert-2", "alert-3", "alert-4", "alert-5"}[i], ARN: target.ARN, InputTransformer: target.InputTransformer,
			DeadLetterConfig: &fakeaws.DeadLetterConfig{Arn: sqsARN(home, "dead")},
			RetryPolicy:      &fakeaws.RetryPolicy{MaximumRetryAttempts: &attempts, MaximumEventAgeInSeconds: &age},
		}
		if i == 2 {
			want.SqsParameters = &fakeaws.SqsParameters{MessageGroupId: "keys"}
		}
		if diff := cmp.Diff(want, target); diff != "" || target.InputTransformer == nil {
			t.Error(diff)
		}
	}
	t.Run("what cannot be delivered goes to the dead-letter queue", func(t *testing.T) {
		if err := b.SetPolicy(sqsARN(west, "second"), false); err != nil {
			t.Fatal(err)
		}
		b.Emit(west, event(key(1), "refused", true))
		if got := b.Messages(sqsARN(west, "dead")); len(got) != 1 || !strings.Contains(got[0].Body, "refused") {
			t.Errorf("the dead-letter queue received %+v", got)
		}
	})
}

// Everything about targets is put right, in place, and fewer or other targets are
// a change like any other.
func TestTargetsFollowTheSettings(t *testing.T) {
	for _, tc := range []struct {
		name   string
		change func(p *Policy)
		writes []string
	}{
		{"no retry policy", func(p *Policy) { p.Retry = Retry{} }, []string{"PutTargets"}},
		{"no attempt at all", func(p *Policy) { p.Retry = Retry{MaxAttempts: 0, MaxAge: time.Minute} }, []string{"PutTargets"}},
		{"no dead-letter queue", func(p *Policy) { p.DeadLetterQueue = "" }, []string{"PutTargets"}},
		{"another group", func(p *Policy) { p.MessageGroup = "other" }, []string{"PutTargets"}},
		{"two targets", func(p *Policy) { p.Targets = p.Targets[:2] }, []string{"RemoveTargets"}},
		{"the first is gone", func(p *Policy) { p.Targets = p.Targets[1:] }, []string{"PutTargets", "RemoveTargets"}},
		{"another order", func(p *Policy) { slices.Reverse(p.Targets) }, []string{"PutTargets"}},
		{"another state", func(p *Policy) { p.State = fakeaws.Enabled }, []string{"PutRule"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			b := newBox(t, fakeaws.Options{})
			p := richly(t, b)
			b.apply(t, p, stale(key(1)))
			tc.change(&p)
			last := b.Seq()
			b.apply(t, p, stale(key(1)))
			var writes []string
			for _, c := range b.CallsSince(last) {
				if c.Write() && c.Region == home {
					writes = append(writes, c.Op)
				}
			}
			if diff := cmp.Diff(tc.writes, writes); diff != "" {
				t.Error(diff)
			}
			b.settled(t, p, stale(key(1)))
		})
	}
}

// A dead-letter queue must be in the rule's Region, so in hub mode one that is in
// the home Region serves the home Region's rules alone.
func TestDeadLettersOfAHub(t *testing.T) {
	for arn, want := range map[string]map[string]string{
		sqsARN(home, "dead"):                        {home: sqsARN(home, "dead")},
		"arn:aws:sqs:{region}:" + account + ":dead": {home: sqsARN(home, "dead"), west: sqsARN(west, "dead"), europe: sqsARN(europe, "dead")},
	} {
		b := newBox(t, fakeaws.Options{})
		for _, region := range allRegions {
			b.CreateQueue(region, "dead", true)
		}
		p := viaHub()
		p.DeadLetterQueue = arn
		p.Retry = Retry{MaxAttempts: 3, MaxAge: time.Hour} // which a bus does not take
		b.apply(t, p, stale(key(1)))
		b.settled(t, p, stale(key(1)))
		got := map[string]string{}
		for _, region := range allRegions {
			if d := b.Rules(region)[0].Targets[0].DeadLetterConfig; d != nil {
				got[region] = d.Arn
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: %s", arn, diff)
		}
	}
}

// A key goes the way of its most urgent reason; a key whose way changes is told of
// in both places until the new one works.
func TestKeysTakeTheirRoute(t *testing.T) {
	p := perRegion()
	p.Routes = []Route{
		{Reasons: Unrotated, Targets: []string{"arn:aws:sns:{region}:{account}:quiet"}, State: fakeaws.Enabled},
		{Reasons: Root | Reawakened, Targets: []string{"arn:aws:sns:{region}:{account}:elsewhere"}},
	}
	for _, tc := range []struct {
		reasons Reason
		key     string
		to      string
		state   string
	}{
		{Stale, key(1), "alerts", fakeaws.EnabledAll},
		{Unrotated, key(1), "quiet", fakeaws.Enabled},
		{Stale | Unrotated, key(1), "alerts", fakeaws.EnabledAll},
		{Reawakened | Stale | Unrotated, key(1), "elsewhere", fakeaws.EnabledAll},
		{Root, RootKey, "elsewhere", fakeaws.EnabledAll},
		{0, key(1), "alerts", fakeaws.EnabledAll},
	} {
		b := newBox(t, fakeaws.Options{})
		w := stale(tc.key)
		w.Reasons = tc.reasons
		b.apply(t, p, w)
		b.settled(t, p, w)
		r := b.Rules(home)[0]
		if len(r.Targets) != 1 || r.Targets[0].ARN != snsARN(home, tc.to) || r.State != tc.state {
			t.Errorf("%s: told is %v, state %s", reasonText(tc.reasons), r.Targets, r.State)
		}
		moved := w
		moved.Reasons = Unrotated
		if tc.key == RootKey {
			continue
		}
		b.OnCall(func(c fakeaws.Call) {
			if c.Write() && len(b.Told(home, event(tc.key, "x", false))) == 0 {
				t.Errorf("%s: not told of after %s %s", reasonText(tc.reasons), c.Op, c.Resource)
			}
		})
		b.apply(t, p, moved)
		b.settled(t, p, moved)
		if r := b.Rules(home)[0]; r.Targets[0].ARN != snsARN(home, "quiet") || len(b.Rules(home)) != 1 {
			t.Errorf("%s: after the change told is %v", reasonText(tc.reasons), r.Targets)
		}
	}
}

// Routes part a rule for several keys: those that change their way leave it.
func TestRoutesPartAPack(t *testing.T) {
	b := newBox(t, fakeaws.Options{})
	p := packed(40)
	watches := keysUpTo(6)
	for i := range 3 {
		watches[i].Reasons = Unrotated
	}
	b.apply(t, p, watches...)
	p.Routes = []Route{{Reasons: Unrotated, Targets: []string{"arn:aws:sns:{region}:{account}:quiet"}}}
	plan := Make(b.wish(t, p, watches...))
	if got := steps(plan, home); !cmp.Equal(got, []string{"create keys-2 planned", "update keys-1 planned"}) {
		t.Errorf("planned: %v", got)
	}
	b.apply(t, p, watches...)
	if diff := cmp.Diff([]string{"keys-1: 4 5 6", "keys-2: 1 2 3"}, b.inRules()); diff != "" {
		t.Error(diff)
	}
	if plan := Make(b.wish(t, p, watches...)); len(find(t, plan, home).Changes) > 0 {
		t.Errorf("there is more to do: %s", tell(plan))
	}
	t.Run("and a full bus keeps it together", func(t *testing.T) {
		p.Routes[0].Targets = []string{"arn:aws:sns:{region}:{account}:elsewhere"}
		b.apply(t, p, watches[3:]...) // the others' rule goes
		b.apply(t, Policy(func() Policy { q := p; q.Routes = nil; return q }()), watches...)
		p.RulesQuota = 1
		wish := b.wish(t, p, watches...)
		plan := Make(wish)
		const says = "leaves no room to move these keys to the target of their route: "
		if said := strings.Join(plan.Incomplete, "\n"); !strings.Contains(said, says+key(1)+", "+key(2)+", "+key(3)) {
			t.Errorf("said %q", said)
		}
	})
}

// Tags are the only thing that ListRules does not tell.
func TestTagsArePutRight(t *testing.T) {
	b := newBox(t, fakeaws.Options{})
	p := perRegion()
	b.apply(t, p, stale(key(1)))
	r := b.Rules(home)[0]
	r.Tags = map[string]string{"keywatch:owner": "somebody", "team": "blue"}
	b.put(t, home, r)
	look := func() Wish {
		seen, err := Tags(t.Context(), b.rules(home), b.observe(t.Context(), p, home)[0])
		if err != nil {
			t.Fatal(err)
		}
		return Wish{Policy: p, Watched: []string{home}, Watches: keysUpTo(1), Observed: []Observed{seen}}
	}
	plan := Make(look())
	if c := find(t, plan, home).Changes; len(c) != 1 || !cmp.Equal(c[0].Why, []string{"its tags are not the ones wanted"}) {
		t.Fatalf("planned: %s", tell(plan))
	}
	last := b.Seq()
	Apply(t.Context(), b.writer, p, plan)
	if diff := cmp.Diff([]string{home + " TagResource arn:aws:events:us-east-1:111122223333:rule/kw-ops-" + key(1)}, b.writes(last)); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(map[string]string{"keywatch:owner": "ops", "keywatch:managed": "true", "team": "blue"}, b.Rules(home)[0].Tags); diff != "" {
		t.Error(diff)
	}
	if plan := Make(look()); len(find(t, plan, home).Changes) > 0 {
		t.Errorf("there is more to do: %s", tell(plan))
	}
	t.Run("that cannot be read are left alone", func(t *testing.T) {
		b.Deny("events", "ListTagsForResource")
		seen, err := Tags(t.Context(), b.rules(home), b.observe(t.Context(), p, home)[0])
		if err == nil || !strings.HasSuffix(err.Error(), ": grant events:ListTagsForResource") || seen.Own[0].Tags != nil {
			t.Errorf("%v, %+v", err, seen.Own[0].Tags)
		}
	})
}
