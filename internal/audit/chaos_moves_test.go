package audit

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"keywatch/internal/fakeaws"
	"keywatch/internal/report"
	"keywatch/internal/watch"
)

// move is something that happens between two runs. It reports false where it
// cannot happen.
type move struct {
	name string
	do   func(h *history) bool
}

// moves are what people, thieves and time do to an account, its settings and our
// rules.
var moves = []move{
	{"use", func(h *history) bool {
		k := h.pick(func(k *modelKey) bool { return k.active })
		if k == nil {
			return false
		}
		_, err := h.w.cloud.Use(fakeaws.KeyUse{Key: k.id, Region: "us-east-1", ReadOnly: true})
		if err == nil && time.Since(k.used) >= 15*time.Minute {
			k.used = time.Now().UTC().Truncate(time.Second)
		}
		return err == nil
	}},
	{"sleeper used", func(h *history) bool {
		k := h.pick(func(k *modelKey) bool { return k.active && !k.asleep.IsZero() })
		if k == nil {
			return false
		}
		time.Sleep(25 * time.Hour)
		_, err := h.w.cloud.Use(fakeaws.KeyUse{Key: k.id, Region: "us-east-1", ReadOnly: true})
		k.used = time.Now().UTC().Truncate(time.Second)
		return err == nil
	}},
	{"new key", func(h *history) bool { return h.addKey(h.user(), h.age(), h.age()) != nil }},
	{"twins", func(h *history) bool {
		user, made := h.user(), time.Now().Add(-time.Duration(h.age())*day).UTC().Truncate(time.Second)
		if len(h.keys)+2 > mostKeys || len(h.keysOf(user)) > 0 {
			return false
		}
		for range 2 {
			id, err := h.w.cloud.AddKey(user, fakeaws.Key{Created: made})
			if err != nil {
				return false
			}
			h.keys = append(h.keys, &modelKey{id: id, user: user, created: made, active: true, fuzzy: true})
		}
		h.hit("tie")
		return true
	}},
	{"rotate", func(h *history) bool {
		k := h.pick(func(*modelKey) bool { return len(h.keys) < mostKeys })
		if k == nil {
			return false
		}
		keep := h.r.IntN(2) == 0
		id, err := h.w.cloud.RotateKey(k.id, keep)
		if err != nil {
			return false
		}
		k.active, k.gone = false, !keep
		h.keys = append(h.keys, &modelKey{id: id, user: k.user, created: time.Now().UTC().Truncate(time.Second), active: true})
		return true
	}},
	{"switch", func(h *history) bool {
		k := h.pick(func(*modelKey) bool { return true })
		if k == nil {
			return false
		}
		k.active = !k.active
		return h.w.cloud.SetKeyStatus(k.id, k.active) == nil
	}},
	{"delete", func(h *history) bool {
		k := h.pick(func(*modelKey) bool { return true })
		if k == nil {
			return false
		}
		k.gone = true
		return h.w.cloud.DeleteKey(k.id) == nil
	}},
	{"delete user", func(h *history) bool {
		user := h.user()
		for _, k := range h.keysOf(user) {
			k.gone = true
		}
		h.users = slices.DeleteFunc(h.users, func(u string) bool { return u == user })
		if len(h.users) == 0 {
			h.addUser()
		}
		return h.w.cloud.DeleteUser(user) == nil
	}},
	{"rename", func(h *history) bool {
		h.names++
		from, to := h.user(), fmt.Sprintf("renamed%d", h.names)
		if h.w.cloud.RenameUser(from, to) != nil {
			return false
		}
		must, _ := h.wanted(time.Now())
		for _, k := range h.keysOf(from) {
			k.user = to
			if slices.Contains(must, k.id) {
				h.hit("rename")
			}
		}
		h.users[slices.Index(h.users, from)] = to
		return true
	}},
	{"threshold", func(h *history) bool {
		h.w.policy.Checks.StaleAfter = []time.Duration{30, 45, 100}[h.r.IntN(3)] * day
		return true
	}},
	{"except", func(h *history) bool {
		e := report.Exception{Checks: []report.CheckID{report.KeyStale, report.KeyUnrotated, report.KeyReawakened}}
		e.Expires = time.Now().UTC().Truncate(day).Add(time.Duration(h.r.IntN(30)-2) * day)
		switch k := h.pick(func(*modelKey) bool { return true }); {
		case k == nil || h.r.IntN(4) == 0:
			h.w.policy.Exceptions = nil // all of them are taken back
			return true
		case h.r.IntN(2) == 0:
			e.User = k.user
		default:
			e.Key = k.id
		}
		h.w.policy.Exceptions = append(h.w.policy.Exceptions, e)
		h.hit("except")
		return true
	}},
	{"layout", func(h *history) bool {
		h.w.policy.Watch.Layout.Mode = []watch.Mode{watch.Auto, watch.PerKey, watch.Packed}[h.r.IntN(3)]
		return true
	}},
	{"routes", func(h *history) bool {
		h.w.policy.Watch.Routes = h.routes()
		return true
	}},
	{"features", func(h *history) bool {
		p := &h.w.policy.Watch
		p.Sessions, p.RootActivity, p.Identities = h.r.IntN(2) == 0, h.r.IntN(3) == 0, nil
		if h.r.IntN(3) == 0 {
			p.Identities = []string{h.arn(h.user())}
		}
		return true
	}},
	{"hub", func(h *history) bool { h.deliver(); return true }},
	{"regions", func(h *history) bool {
		h.w.policy.AllRegions = h.r.IntN(2) == 0
		h.w.policy.Regions = []string{"us-east-1"}
		return true
	}},
	{"root key", func(h *history) bool {
		root := fakeaws.Root{Created: h.w.ago(4000)}
		if h.rootKey = h.r.IntN(2) == 0; h.rootKey {
			root.Keys = []fakeaws.Key{{Created: h.w.ago(900)}}
		}
		h.w.cloud.SetRoot(root)
		return true
	}},
	{"edit", (*history).edit},
	{"time", func(h *history) bool { time.Sleep(time.Duration(h.r.IntN(40)) * day); return true }},
}

// edit is what somebody does to one of our rules by hand.
func (h *history) edit() bool {
	region := h.w.regions[h.r.IntN(len(h.w.regions))]
	rules := slices.DeleteFunc(h.w.cloud.Rules(region), func(r fakeaws.Rule) bool { return !ownRule(r) || r.ManagedBy != "" })
	if len(rules) == 0 {
		return false
	}
	r := rules[h.r.IntN(len(rules))]
	forgets := func() {
		for _, k := range h.keys {
			if strings.Contains(r.Pattern, k.id) {
				k.fuzzy, k.lost = true, true
			}
		}
		h.hit("lost memory")
	}
	switch h.r.IntN(8) {
	case 0:
		r.State = fakeaws.Disabled
	case 1:
		forgets()
		r.Description = "keywatch/1 test edited"
	case 2:
		forgets()
		h.w.cloud.DeleteRuleByHand(region, r.Name)
		return true
	case 3:
		forgets()
		r.Pattern = `{"source":["aws.none"]}`
	case 4:
		r.Targets = nil
	case 5:
		r.Targets = append(r.Targets, fakeaws.Target{ID: "stray", ARN: r.Targets[0].ARN})
	case 6:
		r.Tags = map[string]string{"keywatch:owner": "nobody"}
	case 7:
		r.Pattern = " " + r.Pattern
	}
	return h.w.cloud.PutRuleByHand(region, r) == nil
}
