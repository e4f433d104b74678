package watch

import (
	"strings"
	"testing"
)

func TestTargetsAreCheckedOnceEach(t *testing.T) {
	topics := func(name string) func(*Policy) {
		return func(p *Policy) { p.Targets = []string{"arn:aws:sns:{region}:{account}:" + name} }
	}
	queue := func(region, name string) func(*Policy) {
		return func(p *Policy) { p.Targets = []string{"arn:aws:sqs:" + region + ":{account}:" + name} }
	}
	for _, tc := range []struct {
		name    string
		change  func(*Policy)
		do      func(*box)
		calls   map[string]int
		blocked map[string]string // Region: what is said
	}{
		{"topics that are there", topics("alerts"), nil, map[string]int{"sns:GetTopicAttributes": 3}, nil},
		{"queues of which one is there", queue("{region}", "alerts"), nil, map[string]int{"sqs:GetQueueUrl": 3}, map[string]string{
			west:   "watch: queue arn:aws:sqs:us-west-2:111122223333:alerts does not exist: create it, or correct watch.target or watch.regions",
			europe: "watch: queue arn:aws:sqs:eu-west-1:111122223333:alerts does not exist: create it, or correct watch.target or watch.regions",
		}},
		{"one topic is gone", topics("alerts"), func(b *box) { b.DeleteTopic("arn:aws:sns:us-west-2:111122223333:alerts") }, map[string]int{"sns:GetTopicAttributes": 3}, map[string]string{
			west: "watch: topic arn:aws:sns:us-west-2:111122223333:alerts does not exist: create it, or correct watch.target or watch.regions",
		}},
		{"a hub is asked once for all Regions", queue(home, "alerts"), nil, map[string]int{"sqs:GetQueueUrl": 1}, nil},
		{"a hub that is not there blocks them all", queue(home, "nowhere"), nil, map[string]int{"sqs:GetQueueUrl": 1}, map[string]string{
			home: "nowhere does not exist", west: "nowhere does not exist", europe: "nowhere does not exist",
		}},
		{"topics may not be asked about", topics("alerts"), func(b *box) { b.Deny("sns", "") }, map[string]int{"sns:GetTopicAttributes": 3}, map[string]string{
			home: ": grant sns:GetTopicAttributes", west: ": grant sns:GetTopicAttributes", europe: ": grant sns:GetTopicAttributes",
		}},
		{"the queue may not be asked about", queue(home, "alerts"), func(b *box) { b.Deny("sqs", "") }, map[string]int{"sqs:GetQueueUrl": 1}, map[string]string{
			home: ": grant sqs:GetQueueUrl", west: ": grant sqs:GetQueueUrl", europe: ": grant sqs:GetQueueUrl",
		}},
		{"a service that is neither", func(p *Policy) { p.Targets = []string{"arn:aws:lambda:us-east-1:{account}:function:x"} }, nil, map[string]int{}, map[string]string{
			home: "neither an SNS topic nor an SQS queue", west: "neither an SNS topic nor an SQS queue", europe: "neither an SNS topic nor an SQS queue",
		}},
		{"no ARN", func(p *Policy) { p.Targets = []string{"alerts-{region}"} }, nil, map[string]int{}, map[string]string{
			home: `target "alerts-us-east-1" is not an ARN`, west: `target "alerts-us-west-2" is not an ARN`, europe: `target "alerts-eu-west-1" is not an ARN`,
		}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			b := everywhere(t, perRegion(), 1)
			p := perRegion()
			tc.change(&p)
			p.ForwardRole = viaHub().ForwardRole
			if tc.do != nil {
				tc.do(b)
			}
			blocked := Targets(t.Context(), p, allRegions, b.topics, b.queues)
			counts := b.Counts()
			for _, call := range []string{"sns:GetTopicAttributes", "sqs:GetQueueUrl"} {
				if counts[call] != tc.calls[call] {
					t.Errorf("%d calls of %s, want %d", counts[call], call, tc.calls[call])
				}
			}
			for _, region := range allRegions {
				err, want := blocked[region], tc.blocked[region]
				if (err != nil) != (want != "") || err != nil && !strings.Contains(err.Error(), want) {
					t.Errorf("%s is blocked: %v, want %q", region, err, want)
				}
			}
			wish := b.wish(t, p, stale(key(2)))
			wish.Blocked = blocked
			b.nothingIn(t, Make(wish), tc.blocked)
		})
	}
}

// nothingIn applies the plan and fails unless nothing is written in the blocked
// Regions, they are uncovered and each reason is said once.
func (b *box) nothingIn(t *testing.T, plan Plan, blocked map[string]string) {
	t.Helper()
	if len(plan.Uncovered) != len(blocked) || (len(plan.Incomplete) > 0) != (len(blocked) > 0) {
		t.Errorf("planned: %s", tell(plan))
	}
	last := b.Seq()
	done := Apply(t.Context(), b.writer, perRegion(), plan)
	for _, region := range allRegions {
		writes := 0
		for _, call := range b.CallsSince(last) {
			if call.Region == region && call.Write() {
				writes++
			}
		}
		if _, is := blocked[region]; is != (writes == 0) {
			t.Errorf("%d writes in %s", writes, region)
		}
		for _, c := range find(t, done, region).Changes {
			if _, is := blocked[region]; is != (c.Status == Held) {
				t.Errorf("%s: %s is %s: %s", region, c.Rule, c.Status, c.Error)
			}
		}
	}
	said := strings.Join(plan.Incomplete, "\n")
	for region, reason := range blocked {
		if strings.Count(said, region) == 0 || !strings.Contains(said, reason) {
			t.Errorf("%q does not say %s: %s", said, region, reason)
		}
	}
	if hub := len(blocked) == 3 && strings.Contains(said, "us-east-1:111122223333:nowhere"); hub && len(plan.Incomplete) != 1 {
		t.Errorf("said more than once: %q", said)
	}
}
