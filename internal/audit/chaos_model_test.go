package audit

import (
	"fmt"
	"slices"
	"time"

	"keywatch/internal/fakeaws"
	"keywatch/internal/report"
	"keywatch/internal/watch"
)

// modelKey is an access key as the history knows it, apart from any report.
type modelKey struct {
	id, user      string
	created, used time.Time
	active, gone  bool
	// asleep is the day since when its rules remember it as idle, zero for none.
	asleep time.Time
	// fuzzy keys may be watched beyond what the model says: their rules' memory was
	// damaged, or a twin cannot be told from them.
	fuzzy bool
	// lost keys had a rule whose memory was damaged since the last run that made
	// everything so. Where two runs write at the same time the last of it may be
	// gone, and where IAM denies what is asked of deleted keys nobody can tell then
	// that the key was deleted: its watch stays, and the run says so.
	lost bool
}

func (k *modelKey) idleSince() time.Time {
	if k.used.IsZero() {
		return k.created
	}
	return k.used
}

func (k *modelKey) stale(now time.Time, after time.Duration) bool {
	return now.Sub(k.idleSince()) >= after
}

func (k *modelKey) unrotated(now time.Time) bool { return now.Sub(k.created) > 90*day }

// woke tells that the key was watched as stale and has been used on a later day.
func (k *modelKey) woke() bool {
	return !k.asleep.IsZero() && k.used.Truncate(day).After(k.asleep)
}

// wanted says which keys must be watched at a time, by a report of that time, and
// which may be. It knows nothing of how the engine works.
func (h *history) wanted(now time.Time) (must, may []string) {
	for _, k := range h.keys {
		switch {
		case k.gone || !k.active:
		case h.excepted(k) && k.fuzzy:
			may = append(may, k.id)
		case h.excepted(k):
		case k.stale(now, h.staleAfter()) || k.unrotated(now) || k.woke() && !k.fuzzy:
			must = append(must, k.id)
		case k.fuzzy:
			may = append(may, k.id)
		}
	}
	if h.rootKey || h.w.policy.Watch.RootActivity {
		must = append(must, watch.RootKey)
	}
	slices.Sort(must)
	return must, append(may, must...)
}

// unknowable tells that a key was deleted of which no rule may remember the owner
// any more: the memory of one was damaged, and the others may have gone already,
// with a Region that is not watched any more or because another one was denied.
// Where IAM denies what is asked of deleted keys, nobody can tell then that this
// one was deleted. Its watch stays, and every run says so.
func (h *history) unknowable() bool {
	return h.deletedDenied && slices.ContainsFunc(h.keys, func(k *modelKey) bool { return k.gone && k.lost })
}

// excepted tells that the settings waive what a key fails, by the last report.
func (h *history) excepted(k *modelKey) bool {
	return slices.ContainsFunc(h.w.policy.Exceptions, func(e report.Exception) bool {
		return (e.User == "*" || e.User == k.user || e.Key == k.id) && h.asOf.Before(e.Expires.Add(day))
	})
}

func (h *history) staleAfter() time.Duration { return h.w.policy.Checks.StaleAfter }

// remember brings the model's memory up to what rules remember after a run that
// made everything so.
func (h *history) remember(now time.Time) {
	for _, k := range h.keys {
		idle := k.idleSince().UTC().Truncate(day)
		switch {
		case k.gone || !k.active:
			k.asleep, k.fuzzy = time.Time{}, false
		case h.excepted(k):
			k.asleep = time.Time{}
		case k.woke():
		case !k.stale(now, h.staleAfter()):
			k.asleep = time.Time{}
		case k.asleep.IsZero() || idle.Before(k.asleep):
			k.asleep = idle
		}
	}
}

// told lists the keys whose use in a Region raises an alert just now.
func (h *history) told(region string) []string {
	var keys []string
	for _, k := range h.keys {
		if !k.gone && h.hears(region, k.user, k.id) {
			keys = append(keys, k.id)
		}
	}
	if h.hears(region, "", "AKIAROOTROOTROOTROOT") {
		keys = append(keys, watch.RootKey)
	}
	slices.Sort(keys)
	return keys
}

func (h *history) hears(region, user, key string) bool {
	who := map[string]any{"type": "IAMUser", "userName": user, "arn": h.arn(user), "accessKeyId": key}
	if user == "" {
		who = map[string]any{"type": "Root", "arn": "arn:aws:iam::111122223333:root", "accessKeyId": key}
	}
	return len(h.w.cloud.Told(region, map[string]any{"source": "aws.ec2", "detail": map[string]any{
		"eventType": "AwsApiCall", "eventName": "RunInstances", "readOnly": false, "managementEvent": true, "userIdentity": who,
	}})) > 0
}

func (h *history) arn(user string) string { return "arn:aws:iam::111122223333:user/" + user }

// named are the users whom watch.identities names.
func (h *history) named(user string) bool {
	return slices.Contains(h.w.policy.Watch.Identities, h.arn(user))
}

// watchedRegions are those that the settings want watched.
func (h *history) watchedRegions() []string {
	if h.w.policy.AllRegions {
		return h.w.regions
	}
	return h.w.policy.Regions
}

// exact fails unless in every watched Region exactly the wanted keys are told of,
// and named by our rules, and in every other Region none is.
func (h *history) exact(when string) {
	time.Sleep(2 * time.Minute) // what was written works by then
	must, may := h.wanted(time.Now())
	for _, region := range h.w.regions {
		if !slices.Contains(h.watchedRegions(), region) {
			for _, r := range h.w.cloud.Rules(region) {
				if r.ManagedBy == "" && ownRule(r) {
					h.failf("%s: %s is not watched and has the rule %s", when, region, r.Name)
				}
			}
			continue
		}
		told, names := h.told(region), h.w.covered(region)
		for _, k := range must {
			if !slices.Contains(told, k) || !slices.Contains(names, k) && k != watch.RootKey {
				h.failf("%s: %s is not watched in %s: told are %v, named %v", when, h.about(k), region, told, names)
			}
		}
		for _, k := range slices.Concat(told, names) {
			if key := h.find(k); !slices.Contains(may, k) && (key == nil || !h.named(key.user)) {
				h.failf("%s: %s is watched in %s and should not be", when, h.about(k), region)
			}
		}
	}
}

func ownRule(r fakeaws.Rule) bool {
	const mark = "keywatch/1 test "
	return len(r.Description) >= len(mark) && r.Description[:len(mark)] == mark
}

func (h *history) find(id string) *modelKey {
	for _, k := range h.keys {
		if k.id == id {
			return k
		}
	}
	return nil
}

func (h *history) about(id string) string {
	k := h.find(id)
	if k == nil {
		return id
	}
	now := time.Now()
	return fmt.Sprintf("%s of %s (age %.1f d, idle %.1f d, asleep %s, active %v, gone %v)", k.id, k.user,
		now.Sub(k.created).Hours()/24, now.Sub(k.idleSince()).Hours()/24, k.asleep.Format(time.DateOnly), k.active, k.gone)
}
