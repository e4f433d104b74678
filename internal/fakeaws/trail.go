package fakeaws

import (
	"encoding/json"
	"fmt"
	"net"
	"strings"
	"time"
)

// KeyUse is one API call made with an access key, somewhere in AWS.
type KeyUse struct {
	Key         string // access key ID of a seeded user or of root
	Region      string // default where the partition's global services are recorded
	EventSource string // default sts.amazonaws.com
	EventName   string // default GetCallerIdentity, which is read-only
	ReadOnly    bool
	SourceIP    string // default 198.51.100.23
	UserAgent   string
	// ErrorCode and ErrorMessage are those of a call that failed.
	ErrorCode, ErrorMessage string
	// RequestParameters may be nil.
	RequestParameters map[string]any
	// Session makes the call with a temporary key the user or root got from
	// STS, so that the event carries an ASIA key ID and Key's last use stays.
	Session bool
}

// maxTrailEvent is the size above which CloudTrail sends no event to
// EventBridge.
const maxTrailEvent = 256 << 10

// Use makes an API call with an access key: IAM notes the key's last use, and
// CloudTrail's event goes to the default bus of the Region. It returns the
// event's detail.eventID, and an error if the key could not make a call.
func (c *Cloud) Use(u KeyUse) (eventID string, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if u.EventName == "" {
		u.EventName, u.ReadOnly = "GetCallerIdentity", true
	}
	if u.EventSource == "" {
		u.EventSource = "sts.amazonaws.com"
	}
	if u.Region == "" {
		u.Region = c.homeRegion()
	}
	if u.SourceIP == "" {
		u.SourceIP = "198.51.100.23"
	}
	if u.UserAgent == "" {
		u.UserAgent = "aws-cli/2.31.0"
	}
	k := c.keys[u.Key]
	if k == nil || !k.active {
		return "", fmt.Errorf("fakeaws: use: no active key %q", u.Key)
	}
	if !c.regionEnabled(u.Region) {
		return "", fmt.Errorf("fakeaws: use: Region %q is not enabled", u.Region)
	}
	return c.use(k, u), nil
}

func (c *Cloud) use(k *key, u KeyUse) string {
	now := c.opt.Now()
	service, _, _ := strings.Cut(u.EventSource, ".")
	if !u.Session {
		region := u.Region
		if service == "s3" { // its last use has no Region in IAM
			region = "N/A"
		}
		k.note(use{at: second(now), region: region, service: service})
	}
	identity := map[string]any{
		"type": "IAMUser", "principalId": k.owner.id, "arn": k.owner.arn,
		"accountId": c.opt.AccountID, "accessKeyId": k.id, "userName": k.owner.name,
	}
	if k.owner.isRoot() {
		identity["type"] = "Root"
		delete(identity, "userName")
	}
	if u.Session {
		identity["accessKeyId"] = "ASIA" + c.base32(16)
		identity["sessionContext"] = map[string]any{"attributes": map[string]any{
			"creationDate": second(now).Format(time.RFC3339), "mfaAuthenticated": "false"}}
	}
	detail := c.trailRecord(u.Region, "AwsApiCall", u.EventSource, u.EventName, identity)
	detail["sourceIPAddress"], detail["userAgent"], detail["readOnly"] = u.SourceIP, u.UserAgent, u.ReadOnly
	if u.RequestParameters != nil {
		detail["requestParameters"] = u.RequestParameters
	}
	if u.ErrorCode != "" {
		detail["errorCode"] = u.ErrorCode
		if u.ErrorMessage != "" {
			detail["errorMessage"] = u.ErrorMessage
		}
	}
	c.publish(u.Region, "aws."+service, "AWS API Call via CloudTrail", detail)
	return detail["eventID"].(string)
}

// SignIn lets a user, or root if the name is empty, sign in to the console. The
// event carries no access key. It returns the event's detail.eventID.
func (c *Cloud) SignIn(userName string, success bool) (eventID string, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	u := c.users[userName]
	if userName == "" {
		u = c.root
	}
	if u == nil || u.password == nil {
		return "", fmt.Errorf("fakeaws: sign in: no user %q with a password", userName)
	}
	identity := map[string]any{"type": "IAMUser", "principalId": u.id, "arn": u.arn, "accountId": c.opt.AccountID, "accessKeyId": "", "userName": u.name}
	if u.isRoot() {
		identity["type"] = "Root"
		delete(identity, "userName")
	}
	detail := c.trailRecord(c.homeRegion(), "AwsConsoleSignIn", "signin.amazonaws.com", "ConsoleLogin", identity)
	result := "Failure"
	if success {
		result = "Success"
		password := *u.password
		password.LastUsed = second(c.opt.Now())
		u.password = &password
	}
	detail["responseElements"] = map[string]any{"ConsoleLogin": result}
	detail["sourceIPAddress"], detail["userAgent"], detail["readOnly"] = "198.51.100.23", "Mozilla/5.0", false
	c.publish(c.homeRegion(), "aws.signin", "AWS Console Sign In via CloudTrail", detail)
	return detail["eventID"].(string), nil
}

// trailRecord is the part every CloudTrail record shares.
func (c *Cloud) trailRecord(region, eventType, source, name string, identity map[string]any) map[string]any {
	return map[string]any{
		"eventVersion": "1.11", "eventType": eventType, "eventSource": source, "eventName": name,
		"eventTime": second(c.opt.Now()).Format(time.RFC3339), "awsRegion": region,
		"eventID": c.uuid(), "requestID": c.uuid(), "requestParameters": nil, "responseElements": nil,
		"managementEvent": true, "eventCategory": "Management",
		"recipientAccountId": c.opt.AccountID, "userIdentity": identity,
	}
}

// publish sends a CloudTrail record to EventBridge, if a trail does.
func (c *Cloud) publish(region, source, detailType string, detail map[string]any) {
	if c.noTrail {
		return
	}
	written := json.RawMessage(compact(detail))
	if len(written) > maxTrailEvent {
		return
	}
	c.arrive(region, c.envelope(region, source, detailType, written), false)
}

// trace records an API call that a seeded key made to the Cloud itself.
func (c *Cloud) trace(q *request) {
	k := c.keys[q.call.Key]
	if k == nil { // the call deleted it
		return
	}
	ip, _, err := net.SplitHostPort(q.remote)
	if err != nil {
		ip = q.remote
	}
	region := q.call.Region
	if q.call.Service == "iam" || q.call.Service == "account" {
		region = c.homeRegion()
	}
	readOnly := false
	for _, prefix := range []string{"Get", "List", "Describe", "Test", "Receive", "Generate"} {
		readOnly = readOnly || strings.HasPrefix(q.call.Op, prefix)
	}
	c.use(k, KeyUse{Region: region, EventSource: q.call.Service + ".amazonaws.com", EventName: q.call.Op,
		ReadOnly: readOnly, SourceIP: ip, UserAgent: q.agent, ErrorCode: q.call.Code})
}

// homeRegion is where a partition's global services are recorded.
func (c *Cloud) homeRegion() string {
	switch c.opt.Partition {
	case "aws-cn":
		return "cn-north-1"
	case "aws-us-gov":
		return "us-gov-west-1"
	}
	return "us-east-1"
}

// SetTrail starts or stops the account's CloudTrail trail, without which no
// event of an API call reaches EventBridge.
func (c *Cloud) SetTrail(on bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.noTrail = !on
}
