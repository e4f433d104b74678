package fakeaws

import (
	"crypto/sha256"
	"encoding/base32"
	"fmt"
	"path"
	"strings"
	"time"
)

// SessionKind says what a call is signed with. Temporary credentials have an
// access key ID that begins with ASIA, and each use of a session gets a new one.
//
// The shapes are those of CloudTrail's userIdentity page and, for a federated
// user, of a record published by DataDog's stratus-red-team; what an AssumeRoot
// session looks like is on IAM's page about tracking privileged tasks.
type SessionKind int

// The kinds of sessions.
const (
	LongTermKey      SessionKind = iota // no session: the access key itself
	SessionToken                        // GetSessionToken: the identity is the user's or root's own
	ConsoleSession                      // a user or root in the console: as before, marked sessionCredentialFromConsole
	FederatedSession                    // GetFederationToken: a FederatedUser, whose issuer is the user or root
	AssumedRole                         // AssumeRole: the issuer is the role and nothing tells of a user
	AssumedRoot                         // AssumeRoot: root without credentials of its own, called from another account
)

// owner finds whose credentials make a call, and that they can. The owner of a
// role's session is nobody.
func (c *Cloud) owner(u KeyUse) (*user, *key, error) {
	k := c.keys[u.Key]
	owner := c.users[u.User]
	switch {
	case u.Session == AssumedRole:
		if role, ok := parseARN(u.RoleARN); !ok || role.service != "iam" || role.account != c.opt.AccountID || !strings.HasPrefix(role.resource, "role/") {
			return nil, nil, fmt.Errorf("fakeaws: use: %q is no role of the account", u.RoleARN)
		}
		return nil, nil, nil
	case k != nil:
		owner = k.owner
	case u.Key != "" || u.signedByKey():
		return nil, nil, fmt.Errorf("fakeaws: use: no key %q", u.Key)
	case u.User == "":
		owner = c.root
	}
	switch {
	case owner == nil:
		return nil, nil, fmt.Errorf("fakeaws: use: no user %q", u.User)
	case u.signedByKey() && !k.active:
		return nil, nil, fmt.Errorf("fakeaws: use: the key %q is not active", u.Key)
	case u.Session == AssumedRoot && !owner.isRoot():
		return nil, nil, fmt.Errorf("fakeaws: use: %s is not root", owner.name)
	}
	return owner, k, nil
}

// identity is the userIdentity of a call's record.
func (c *Cloud) identity(u KeyUse, owner *user) map[string]any {
	session := map[string]any{"attributes": map[string]any{
		"creationDate": second(c.opt.Now()).Format(time.RFC3339), "mfaAuthenticated": "false"}}
	var identity map[string]any
	switch u.Session {
	case FederatedSession:
		identity = map[string]any{"type": "FederatedUser", "principalId": c.opt.AccountID + ":" + u.SessionName,
			"arn": c.arn("sts", "", "federated-user/"+u.SessionName), "accountId": c.opt.AccountID}
		session["sessionIssuer"], session["webIdFederationData"] = c.principal(owner), map[string]any{}
	case AssumedRole:
		role, _ := parseARN(u.RoleARN)
		name, id := path.Base(role.resource), roleID(u.RoleARN)
		identity = map[string]any{"type": "AssumedRole", "principalId": id + ":" + u.SessionName,
			"arn":       "arn:" + role.partition + ":sts::" + role.account + ":assumed-role/" + name + "/" + u.SessionName,
			"accountId": role.account}
		session["sessionIssuer"] = map[string]any{"type": "Role", "principalId": id, "arn": u.RoleARN, "accountId": role.account, "userName": name}
		session["webIdFederationData"] = map[string]any{}
	default:
		identity = c.principal(owner)
	}
	if u.Session == AssumedRoot {
		session["assumedRoot"] = "true"
	}
	if u.InvokedBy != "" {
		identity["invokedBy"] = u.InvokedBy
	}
	switch {
	case u.signedByKey():
		identity["accessKeyId"] = u.Key
	case !u.ServiceEvent:
		identity["accessKeyId"], identity["sessionContext"] = "ASIA"+c.base32(16), session
	}
	if u.NoKeyID {
		delete(identity, "accessKeyId")
	}
	return identity
}

// principal is a user or root as userIdentity and sessionIssuer name them.
func (c *Cloud) principal(u *user) map[string]any {
	p := map[string]any{"type": "IAMUser", "principalId": u.id, "arn": u.arn, "accountId": c.opt.AccountID, "userName": u.name}
	if u.isRoot() {
		p["type"] = "Root"
		delete(p, "userName")
	}
	return p
}

// roleID is a role's unique ID, always the same one for an ARN.
func roleID(arn string) string {
	sum := sha256.Sum256([]byte(arn))
	return "AROA" + base32.StdEncoding.EncodeToString(sum[:10])
}

// minted is what STS answers to a call for temporary credentials, nil for other
// calls. The new access key ID is all that links a session to the key it was
// made with.
func (c *Cloud) minted(u KeyUse) map[string]any {
	if u.ErrorCode != "" || u.EventSource != "sts.amazonaws.com" {
		return nil
	}
	switch u.EventName {
	case "GetSessionToken", "GetFederationToken", "AssumeRole":
		return map[string]any{"credentials": map[string]any{
			"accessKeyId": "ASIA" + c.base32(16), "sessionToken": strings.Repeat("fake", 10),
			"expiration": second(c.opt.Now().Add(time.Hour)).Format("Jan 2, 2006, 3:04:05 PM"),
		}}
	}
	return nil
}
