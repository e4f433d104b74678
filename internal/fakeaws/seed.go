package fakeaws

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// User is an IAM user to seed. Times are kept to the second, as IAM does.
type User struct {
	Name         string
	Path         string // default /
	Created      time.Time
	Password     *Password // nil for a user without one
	MFA          bool
	Certificates [2]Certificate
	// AdditionalCredentials fills the report's optional last column, which is
	// otherwise there only if some user has more than two keys.
	AdditionalCredentials string
	Keys                  []Key
}

// Root is the account's root user.
type Root struct {
	Created      time.Time
	Password     *Password // nil for an organization member without root credentials
	MFA          bool
	Certificates [2]Certificate
	Keys         []Key
}

// Password is a console password. Zero LastUsed means never used, zero
// NextRotation means that no policy makes it expire.
type Password struct {
	LastUsed, LastChanged, NextRotation time.Time
}

// Certificate is an X.509 signing certificate; a zero LastRotated means none.
type Certificate struct {
	Active      bool
	LastRotated time.Time
}

// Key is an access key to seed. Zero LastUsed means never used.
type Key struct {
	ID       string // default a realistic one is made up
	Created  time.Time
	Inactive bool
	LastUsed time.Time
	// LastUsedRegion and LastUsedService default to N/A.
	LastUsedRegion, LastUsedService string
}

// AddUser creates a user, or replaces the one of that name with all its keys.
// It returns the key IDs in the order of u.Keys.
func (c *Cloud) AddUser(u User) []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	if old := c.users[u.Name]; old != nil {
		c.dropUser(old)
	}
	if u.Path == "" {
		u.Path = "/"
	}
	added := &user{
		name: u.Name, path: u.Path, id: "AIDA" + c.base32(16), created: second(u.Created),
		password: u.Password, mfa: u.MFA, certificates: u.Certificates, additional: u.AdditionalCredentials,
		arn: c.arn("iam", "", "user"+u.Path+u.Name),
	}
	c.users[u.Name] = added
	return c.addKeys(added, u.Keys)
}

// SetRoot replaces the root user and returns its key IDs in order.
func (c *Cloud) SetRoot(r Root) []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.setRoot(r)
}

func (c *Cloud) setRoot(r Root) []string {
	if c.root != nil {
		for _, k := range c.root.keys {
			delete(c.keys, k.id)
		}
	}
	c.root = &user{
		name: rootUser, id: c.opt.AccountID, arn: c.arn("iam", "", "root"), created: second(r.Created),
		password: r.Password, mfa: r.MFA, certificates: r.Certificates,
	}
	return c.addKeys(c.root, r.Keys)
}

// AddKey gives a user one more key, beyond the quota of two if need be, and
// returns its ID.
func (c *Cloud) AddKey(userName string, k Key) (string, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	u := c.users[userName]
	if u == nil {
		return "", fmt.Errorf("fakeaws: add key: no user %q", userName)
	}
	return c.addKeys(u, []Key{k})[0], nil
}

// RotateKey gives the key's user a new key, made now, and deletes the old one
// or, with keepInactive, deactivates it. It returns the new key's ID.
func (c *Cloud) RotateKey(id string, keepInactive bool) (string, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	old := c.keys[id]
	if old == nil {
		return "", fmt.Errorf("fakeaws: rotate: no key %q", id)
	}
	if keepInactive {
		old.active = false
	} else {
		c.dropKey(old)
	}
	return c.addKeys(old.owner, []Key{{Created: c.opt.Now()}})[0], nil
}

// SetKeyStatus activates or deactivates a key.
func (c *Cloud) SetKeyStatus(id string, active bool) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	k := c.keys[id]
	if k == nil {
		return fmt.Errorf("fakeaws: set status: no key %q", id)
	}
	k.active = active
	return nil
}

// DeleteKey deletes a user's or root's key.
func (c *Cloud) DeleteKey(id string) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	k := c.keys[id]
	if k == nil {
		return fmt.Errorf("fakeaws: delete: no key %q", id)
	}
	c.dropKey(k)
	return nil
}

// DeleteUser deletes a user with all keys.
func (c *Cloud) DeleteUser(name string) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	u := c.users[name]
	if u == nil {
		return fmt.Errorf("fakeaws: delete: no user %q", name)
	}
	c.dropUser(u)
	return nil
}

// RenameUser renames a user, who keeps ID, keys and dates.
func (c *Cloud) RenameUser(from, to string) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	u := c.users[from]
	if u == nil {
		return fmt.Errorf("fakeaws: rename: no user %q", from)
	}
	if c.users[to] != nil {
		return fmt.Errorf("fakeaws: rename: there is a user %q", to)
	}
	delete(c.users, from)
	u.name, u.arn = to, c.arn("iam", "", "user"+u.path+to)
	c.users[to] = u
	return nil
}

func (c *Cloud) addKeys(u *user, keys []Key) []string {
	ids := make([]string, 0, len(keys))
	for _, k := range keys {
		for k.ID == "" || c.keys[k.ID] != nil && c.keys[k.ID].owner != u {
			k.ID = "AKIA" + c.base32(16)
		}
		added := &key{id: k.ID, owner: u, created: second(k.Created), active: !k.Inactive}
		if !k.LastUsed.IsZero() {
			added.uses = []use{{at: second(k.LastUsed), region: orNA(k.LastUsedRegion), service: orNA(k.LastUsedService), settled: true}}
		}
		c.keys[k.ID] = added
		u.keys = append(u.keys, added)
		ids = append(ids, k.ID)
	}
	return ids
}

func (c *Cloud) dropKey(k *key) {
	delete(c.keys, k.id)
	k.owner.keys = slices.DeleteFunc(k.owner.keys, func(other *key) bool { return other == k })
}

func (c *Cloud) dropUser(u *user) {
	for _, k := range u.keys {
		delete(c.keys, k.id)
	}
	delete(c.users, u.name)
}

// base32 makes up n characters as in AWS's unique IDs.
func (c *Cloud) base32(n int) string {
	var b strings.Builder
	for range n {
		b.WriteByte("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"[c.random.IntN(32)])
	}
	return b.String()
}

func second(t time.Time) time.Time { return t.UTC().Truncate(time.Second) }

func orNA(s string) string {
	if s == "" {
		return "N/A"
	}
	return s
}
