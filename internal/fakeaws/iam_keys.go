package fakeaws

import (
	"slices"
	"strconv"
	"strings"
)

func noSuchUser(name string) *apiError {
	return fail("NoSuchEntity", "The user with name "+name+" cannot be found.")
}

// target finds the user a key operation is about: the one named, else the one
// who signed. A role's session has no user and must name one.
func (c *Cloud) target(q *request) (*user, *apiError) {
	name := q.form.Get("UserName")
	if name == "" {
		if q.caller.user == nil {
			return nil, fail("ValidationError", "Must specify userName when calling with non-User credentials")
		}
		return q.caller.user, nil
	}
	if u := c.users[name]; u != nil {
		return u, nil
	}
	return nil, noSuchUser(name)
}

func (c *Cloud) listAccessKeys(q *request) (any, *apiError) {
	size := 100
	if s := q.form.Get("MaxItems"); s != "" {
		n, err := strconv.Atoi(s)
		if err != nil || n < 1 || n > 1000 {
			return nil, fail("ValidationError", "1 validation error detected: Value '"+s+"' at 'maxItems' failed to satisfy constraint: Member must have value between 1 and 1000")
		}
		size = n
	}
	u, apiErr := c.target(q)
	if apiErr != nil {
		return nil, apiErr
	}
	// Newest first: neither the order of creation nor that of the slots.
	keys := slices.Clone(u.keys)
	slices.SortStableFunc(keys, func(a, b *key) int { return b.created.Compare(a.created) })
	page, next, apiErr := cutPage(keys, q.form.Get("Marker"), size, c.opt.KeysPage, func(k *key) string { return k.id })
	if apiErr != nil {
		return nil, fail("ValidationError", "Invalid Marker.")
	}
	members := node("AccessKeyMetadata")
	for _, k := range page {
		m := node("member", leaf("AccessKeyId", k.id), leaf("Status", k.status()), leaf("CreateDate", k.created))
		if !u.isRoot() {
			m.children = append(m.children, leaf("UserName", u.name))
		}
		members.children = append(members.children, m)
	}
	result := node("", members, leaf("IsTruncated", next != ""))
	if next != "" {
		result.children = append(result.children, leaf("Marker", next))
	}
	return result, nil
}

func (c *Cloud) getAccessKeyLastUsed(q *request) (any, *apiError) {
	id := q.form.Get("AccessKeyId")
	k := c.keys[id]
	if k == nil {
		if c.opt.DeletedKeyDenied {
			return nil, denied(c, q)
		}
		return nil, fail("NoSuchEntity", "The Access Key with id "+id+" cannot be found.")
	}
	last := node("AccessKeyLastUsed", leaf("ServiceName", "N/A"), leaf("Region", "N/A"))
	if u, ok := k.lastUse(c.opt.Now(), c.lag()); ok {
		last = node("AccessKeyLastUsed", leaf("LastUsedDate", u.at), leaf("ServiceName", u.service), leaf("Region", u.region))
	}
	return node("", leaf("UserName", k.owner.name), last), nil
}

func (c *Cloud) getAccountSummary(*request) (any, *apiError) {
	present := func(yes bool) int {
		if yes {
			return 1
		}
		return 0
	}
	m := node("SummaryMap")
	for _, entry := range []struct {
		key   string
		value int
	}{
		{"AccessKeysPerUserQuota", 2},
		{"AccountAccessKeysPresent", present(len(c.root.keys) > 0)},
		{"AccountMFAEnabled", present(c.root.mfa)},
		{"AccountPasswordPresent", present(c.root.password != nil)},
		{"AccountSigningCertificatesPresent", present(c.root.certificates != [2]Certificate{})},
		{"Users", len(c.users)},
		{"UsersQuota", 5000},
	} {
		m.children = append(m.children, node("entry", leaf("key", entry.key), leaf("value", entry.value)))
	}
	return node("", m), nil
}

func (c *Cloud) createAccessKey(q *request) (any, *apiError) {
	u, err := c.target(q)
	if err != nil {
		return nil, err
	}
	if len(u.keys) >= 2 {
		return nil, fail("LimitExceeded", "Cannot exceed quota for AccessKeysPerUser: 2")
	}
	k := c.keys[c.addKeys(u, []Key{{Created: c.opt.Now()}})[0]]
	return node("", node("AccessKey", leaf("UserName", u.name), leaf("AccessKeyId", k.id), leaf("Status", k.status()),
		leaf("SecretAccessKey", strings.Repeat("fake", 10)), leaf("CreateDate", k.created))), nil
}

func (c *Cloud) updateAccessKey(q *request) (any, *apiError) {
	k, err := c.keyOf(q)
	if err != nil {
		return nil, err
	}
	status := q.form.Get("Status")
	if status != "Active" && status != "Inactive" {
		return nil, fail("ValidationError", "1 validation error detected: Value '"+status+"' at 'status' failed to satisfy constraint: Member must satisfy enum value set: [Active, Inactive]")
	}
	k.active = status == "Active"
	return nil, nil
}

func (c *Cloud) deleteAccessKey(q *request) (any, *apiError) {
	k, err := c.keyOf(q)
	if err != nil {
		return nil, err
	}
	c.dropKey(k)
	return nil, nil
}

// keyOf finds the key an operation names, which must be its user's own.
func (c *Cloud) keyOf(q *request) (*key, *apiError) {
	u, err := c.target(q)
	if err != nil {
		return nil, err
	}
	id := q.form.Get("AccessKeyId")
	if k := c.keys[id]; k != nil && k.owner == u {
		return k, nil
	}
	return nil, fail("NoSuchEntity", "The Access Key with id "+id+" cannot be found.")
}
