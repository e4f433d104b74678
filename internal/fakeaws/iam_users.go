package fakeaws

import (
	"slices"
	"time"
)

// rootUser is the name the credential report gives the root user.
const rootUser = "<root_account>"

type user struct {
	name, path, id, arn string
	created             time.Time
	password            *Password
	mfa                 bool
	certificates        [2]Certificate
	additional          string
	keys                []*key // in order of creation here
}

func (u *user) isRoot() bool { return u.name == rootUser }

type key struct {
	id      string
	owner   *user
	created time.Time
	active  bool
	uses    []use // recorded ones, oldest first
}

// use is a recorded use of a key. A settled one is seen at once, others when
// the lag is over.
type use struct {
	at              time.Time
	region, service string
	settled         bool
}

// lastUse is the latest use that IAM shows at a time.
func (k *key) lastUse(now time.Time, lag time.Duration) (use, bool) {
	for _, u := range slices.Backward(k.uses) {
		if u.settled || !u.at.Add(lag).After(now) {
			return u, true
		}
	}
	return use{}, false
}

// note records a use, unless another one was recorded within 15 minutes before.
func (k *key) note(u use) {
	if n := len(k.uses); n > 0 && u.at.Sub(k.uses[n-1].at) < 15*time.Minute {
		return
	}
	k.uses = append(k.uses, u)
}

func (k *key) status() string {
	if k.active {
		return "Active"
	}
	return "Inactive"
}

// lag is Options.LastUsedLag without its sign for none.
func (c *Cloud) lag() time.Duration { return max(0, c.opt.LastUsedLag) }
