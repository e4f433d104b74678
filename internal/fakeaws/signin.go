package fakeaws

import "fmt"

// SignIn lets a user, or root if the name is empty, sign in to the console. The
// event lands in the Region given, by default where global services are
// recorded; only a user's can land elsewhere. It returns the event's
// detail.eventID.
//
// No sign-in tells of a key: a user's success has no accessKeyId, all others an
// empty one, and a user's failure has no arn either. So the examples on
// CloudTrail's page of console sign-in events; that root's are recorded in one
// Region only, AWS's knowledge center says (eventbridge-rule-triggers-iam-single-region).
func (c *Cloud) SignIn(userName, region string, success bool) (eventID string, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	u := c.users[userName]
	if userName == "" {
		u = c.root
	}
	if region == "" {
		region = c.homeRegion()
	}
	switch {
	case u == nil || u.password == nil:
		return "", fmt.Errorf("fakeaws: sign in: no user %q with a password", userName)
	case u.isRoot() && region != c.homeRegion():
		return "", fmt.Errorf("fakeaws: sign in: root's are recorded in %s, not in %q", c.homeRegion(), region)
	case !c.regionEnabled(region):
		return "", fmt.Errorf("fakeaws: sign in: Region %q is not enabled", region)
	}
	identity := c.principal(u)
	if u.isRoot() || !success {
		identity["accessKeyId"] = ""
	}
	result := "Success"
	if !success {
		result = "Failure"
		if !u.isRoot() {
			delete(identity, "arn")
		}
	}
	detail := c.trailRecord(region, "AwsConsoleSignIn", "signin.amazonaws.com", "ConsoleLogin", identity)
	detail["responseElements"] = map[string]any{"ConsoleLogin": result}
	detail["additionalEventData"] = map[string]any{
		"LoginTo": "https://console.aws.amazon.com/console/home", "MobileVersion": "No", "MFAUsed": "No"}
	detail["sourceIPAddress"], detail["userAgent"], detail["readOnly"] = "198.51.100.23", "Mozilla/5.0", false
	if success {
		password := *u.password
		password.LastUsed = second(c.opt.Now())
		u.password = &password
	} else {
		detail["errorMessage"] = "Failed authentication"
	}
	c.publish(region, "aws.signin", c.opt.SignInDetailType, detail)
	return detail["eventID"].(string), nil
}
