package watch

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"keywatch/internal/fakeaws"
)

func TestAlertTellsWhatHappened(t *testing.T) {
	b := newBox(t, fakeaws.Options{})
	id := b.AddUser(fakeaws.User{Name: "alice", Keys: []fakeaws.Key{{}}})[0]
	w := stale(id)
	w.Reasons |= Unrotated
	b.apply(t, perRegion(), w)
	eventID, err := b.Use(fakeaws.KeyUse{Key: id, Region: europe, SourceIP: "203.0.113.9", UserAgent: "curl", EventSource: "s3.amazonaws.com", EventName: "ListBuckets", ErrorCode: "AccessDenied"})
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]any{
		"alert": "watched access key used", "key": id, "user": "arn:aws:iam::111122223333:user/alice", "call": "ListBuckets",
		"service": "s3.amazonaws.com", "source_ip": "203.0.113.9", "user_agent": "curl", "region": europe, "account": account,
		"time": "2026-11-20T06:00:00Z", "event_id": eventID, "error": "AccessDenied",
		"reason": "key-stale, key-unrotated", "rule": "kw-ops-" + id,
	}
	alerts := b.alerts()
	if len(alerts) != 1 {
		t.Fatalf("%d alerts", len(alerts))
	}
	if diff := cmp.Diff(want, object(t, alerts[0].Body)); diff != "" {
		t.Error(diff)
	}
}

func object(t tester, text string) map[string]any {
	t.Helper()
	var o map[string]any
	if err := json.Unmarshal([]byte(text), &o); err != nil {
		t.Fatalf("%v in %s", err, text)
	}
	return o
}

// A thief chooses the user agent: whatever it is, the alert arrives and says it.
func TestHostileUserAgentsCannotLoseAnAlert(t *testing.T) {
	b := newBox(t, fakeaws.Options{})
	id := b.AddUser(fakeaws.User{Name: "alice", Keys: []fakeaws.Key{{}}})[0]
	b.apply(t, perRegion(), stale(id))
	n := 0
	heard := func(t tester, agent string) {
		t.Helper()
		if _, err := b.Use(fakeaws.KeyUse{Key: id, UserAgent: agent}); err != nil {
			t.Fatalf("%v", err)
		}
		n++
		alerts := b.Messages("arn:aws:sns:" + home + ":" + account + ":alerts")
		if len(alerts) != n {
			t.Fatalf("%d alerts after %d uses; the last with %q: %+v", len(alerts), n, agent, b.FailedInvocations())
		}
		if got := object(t, alerts[n-1].Body); got["user_agent"] != agent || got["rule"] != "kw-ops-"+id {
			t.Fatalf("%q is told as %v", agent, got)
		}
	}
	for _, agent := range []string{
		`"`, `\`, `\"`, `","rule":"mine"}`, "a\nb\r\tc", "<key>", "<aws.events.event>", "</script>&amp;", "${jndi:ldap://x}",
		"名前 \u202e 🔑", "\x00\x1b[31m", "'; DROP TABLE alerts;--",
	} {
		heard(t, agent)
	}
	rapid.Check(t, func(t *rapid.T) { heard(t, rapid.StringN(1, 60, -1).Draw(t, "agent")) })
}

func TestAbsentFieldsLeaveTheAlertWhole(t *testing.T) {
	b := newBox(t, fakeaws.Options{})
	b.apply(t, perRegion(), stale(key(1)))
	b.Emit(west, map[string]any{"source": "aws.sts", "detail": map[string]any{"userIdentity": map[string]any{"accessKeyId": key(1)}}})
	alerts := b.alerts()
	if len(alerts) != 1 {
		t.Fatalf("%d alerts, lost: %+v", len(alerts), b.FailedInvocations())
	}
	got := object(t, alerts[0].Body)
	for _, field := range []string{"user", "call", "service", "source_ip", "user_agent", "region", "time", "event_id", "error"} {
		if got[field] != "" {
			t.Errorf("%s is %v", field, got[field])
		}
	}
	if got["key"] != key(1) || got["account"] != account || got["reason"] != "key-stale" {
		t.Errorf("the alert says %v", got)
	}
}

// In hub mode the other Regions forward the event as it is, and the home rule
// makes the one alert of it.
func TestHubDeliversOnce(t *testing.T) {
	b := newBox(t, fakeaws.Options{})
	p := viaHub()
	b.apply(t, p, stale(key(1)), stale(RootKey))
	b.settled(t, p, stale(key(1)), stale(RootKey))
	for _, region := range allRegions {
		for _, r := range b.Rules(region) {
			want := fakeaws.Target{ID: "alert", ARN: "arn:aws:events:us-east-1:111122223333:event-bus/default", RoleARN: p.ForwardRole}
			if region == home {
				want = fakeaws.Target{ID: "alert", ARN: p.Targets[0], InputTransformer: r.Targets[0].InputTransformer}
			}
			if diff := cmp.Diff([]fakeaws.Target{want}, r.Targets); diff != "" || region == home && want.InputTransformer == nil {
				t.Errorf("%s %s: %s", region, r.Name, diff)
			}
		}
	}
	for i, use := range []struct{ region, key string }{{home, key(1)}, {west, key(1)}, {europe, key(1)}, {west, RootKey}} {
		b.Emit(use.region, event(use.key, "hub", true))
		alerts := b.alerts()
		if len(alerts) != i+1 {
			t.Fatalf("%d alerts after %d uses; lost: %+v", len(alerts), i+1, b.FailedInvocations())
		}
		last := alerts[i]
		if got := object(t, last.Body); last.Region != home || got["event_id"] != "hub" || got["rule"] != p.nameFor(use.key) {
			t.Errorf("%s in %s is told by %s in %s as %v", use.key, use.region, last.Rule, last.Region, got)
		}
	}
}
