package audit

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"keywatch/internal/fakeaws"
	"keywatch/internal/watch"
)

// trouble is what strikes a run at one of its calls.
type trouble struct {
	name  string
	fault fakeaws.Fault
	do    func(h *history, stop func()) // instead, at that call
}

var troubles = []trouble{
	{name: "an error before the effect", fault: fakeaws.Fault{Code: "InternalFailure", Status: 500, Times: 1}},
	{name: "an error after the effect", fault: fakeaws.Fault{Code: "InternalFailure", Status: 500, Times: 1, After: true}},
	{name: "a throttle", fault: fakeaws.Fault{Code: fakeaws.Throttled, Times: 1}},
	{name: "a reset", fault: fakeaws.Fault{Reset: true, Times: 1}},
	{name: "a reset after the effect", fault: fakeaws.Fault{Reset: true, After: true, Times: 1}},
	{name: "a kill", fault: fakeaws.Fault{Reset: true}},
	{name: "a denial", fault: fakeaws.Fault{Code: fakeaws.AccessDenied, Times: 1}},
	{name: "a stop", do: func(_ *history, stop func()) { stop() }},
	{name: "another run", do: (*history).overtake},
	{name: "another run", do: (*history).overtake},
}

// disturbed runs while trouble strikes, and watches every call.
// Where nothing may be retired without proof, all keys stay that rules name and
// that are still active. An identity goes with its setting.
func (h *history) disturbed(at int, kind trouble, keepsAll bool) (calls int) {
	before := map[string][]string{}
	for _, region := range h.watchedRegions() {
		must, _ := h.wanted(time.Now())
		named := h.w.covered(region)
		for _, k := range h.keys {
			if keepsAll && k.active && !k.gone && slices.Contains(named, k.id) {
				must = append(must, k.id)
			}
		}
		told := h.told(region)
		before[region] = slices.DeleteFunc(slices.Clone(must), func(k string) bool { return !slices.Contains(told, k) })
	}
	seq := h.w.cloud.Seq()
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	var lock sync.Mutex
	over, struck := false, false
	h.w.cloud.OnCall(func(c fakeaws.Call) {
		lock.Lock()
		// Within a call of IAM others wait for its lock, and the bubble's time for
		// them: what takes time strikes at the next call of EventBridge.
		strike := kind.do != nil && !struck && c.Seq > seq+at && c.Service == "events"
		struck = struck || strike
		watching := !over && c.Write()
		lock.Unlock()
		if watching {
			h.covered(before, c)
		}
		if strike {
			kind.do(h, stop)
		}
	})
	mend := func() {}
	if at >= 0 && kind.do == nil {
		fault := kind.fault
		fault.Skip = at
		mend = h.w.cloud.Inject(fault)
	}
	result, err := h.w.account.Apply(ctx, h.w.policy, time.Now())
	mend()
	lock.Lock()
	over = true
	lock.Unlock()
	if err == nil {
		h.learn(result)
		if kind.name == "a kill" && result.Complete() && at >= 0 {
			h.failf("a run that was killed says it is complete")
		}
	}
	return h.w.cloud.Seq() - seq
}

// covered fails if a key that was told of before a call is not told of after it.
func (h *history) covered(before map[string][]string, c fakeaws.Call) {
	for _, region := range h.w.regions {
		if len(before[region]) == 0 {
			continue
		}
		told := h.told(region)
		for _, k := range before[region] {
			if !slices.Contains(told, k) {
				h.failf("after %s %s %s %s is not told of in %s", c.Region, c.Op, c.Resource, h.about(k), region)
			}
		}
	}
}

// overtake is a whole run of another engine, between two calls of this one.
func (h *history) overtake(func()) {
	h.hit("overlap")
	_, _ = h.w.account.Apply(context.Background(), h.w.policy, time.Now()) // in bad weather it fails as this one does
}

func (h *history) pick(fits func(*modelKey) bool) *modelKey {
	var some []*modelKey
	for _, k := range h.keys {
		if !k.gone && fits(k) {
			some = append(some, k)
		}
	}
	if len(some) == 0 {
		return nil
	}
	return some[h.r.IntN(len(some))]
}

func (h *history) user() string { return h.users[h.r.IntN(len(h.users))] }

// age is a number of days on either side of every limit.
func (h *history) age() float64 { return []float64{1, 29, 31, 44, 46, 89, 91, 200}[h.r.IntN(8)] }

func (h *history) keysOf(user string) []*modelKey {
	var some []*modelKey
	for _, k := range h.keys {
		if !k.gone && k.user == user {
			some = append(some, k)
		}
	}
	return some
}

func (h *history) addUser() {
	h.names++
	name := fmt.Sprintf("user%d", h.names)
	h.w.user(name)
	h.users = append(h.users, name)
}

func (h *history) addKey(user string, age, idle float64) *modelKey {
	if len(h.keys) >= mostKeys || len(h.keysOf(user)) >= 3 {
		return nil
	}
	// Never in the second of another key of the user: those are twins.
	key := fakeaws.Key{Created: h.w.ago(age).Add(time.Duration(len(h.keys)) * time.Second)}
	if idle < age {
		key.LastUsed, key.LastUsedRegion, key.LastUsedService = h.w.ago(idle), "us-east-1", "s3"
	}
	id, err := h.w.cloud.AddKey(user, key)
	if err != nil {
		return nil
	}
	k := &modelKey{id: id, user: user, created: key.Created, used: key.LastUsed, active: true}
	h.keys = append(h.keys, k)
	return k
}

// deliver draws where alerts go.
func (h *history) deliver() {
	p := &h.w.policy.Watch
	p.Targets = []string{"arn:aws:sqs:{region}:{account}:key-usage"}
	if h.r.IntN(3) == 0 {
		p.Targets = []string{"arn:aws:sqs:us-east-1:{account}:key-usage"}
	}
	p.Routes = h.routes()
}

func (h *history) routes() []watch.Route {
	h.w.policy.Watch.Routes = nil // they have no say in whether there is a hub
	quiet := "arn:aws:sqs:{region}:{account}:quiet"
	if h.w.policy.Watch.Hub() {
		quiet = "arn:aws:sqs:us-east-1:{account}:quiet"
	}
	switch h.r.IntN(4) {
	case 0:
		return []watch.Route{{Reasons: watch.Unrotated, Targets: []string{quiet}}}
	case 1:
		return []watch.Route{{Reasons: watch.Stale | watch.Root, State: fakeaws.EnabledAll, Targets: []string{quiet}}}
	}
	return nil
}
