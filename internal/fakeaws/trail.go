package fakeaws

import (
	"cmp"
	"encoding/json"
	"fmt"
	"net"
	"strings"
	"time"
)

// KeyUse is one call somewhere in AWS, made with an access key, with a session,
// or by a service.
type KeyUse struct {
	// Key is the access key ID of a seeded user or of root, which must be active
	// to sign a call. A session outlives that.
	Key string
	// User is who it is where there is no Key: a user's name, or empty for root.
	User    string
	Session SessionKind
	// SessionName is a federated user's or a role session's, default session.
	SessionName string
	RoleARN     string // of an AssumedRole, which needs neither Key nor User

	Region      string // default where the partition's global services are recorded
	EventSource string // default sts.amazonaws.com
	EventName   string // default GetCallerIdentity, which is read-only
	// ReadOnly is known for STS's calls for temporary credentials: AssumeRole is
	// read-only, GetSessionToken and GetFederationToken are not.
	ReadOnly  bool
	SourceIP  string // default 198.51.100.23
	UserAgent string
	// ErrorCode and ErrorMessage are those of a call that failed.
	ErrorCode, ErrorMessage string
	// RequestParameters may be nil.
	RequestParameters map[string]any

	// InvokedBy is the service, such as cloudformation.amazonaws.com, that makes
	// the call on somebody's behalf. It stands for IP address and agent too, and
	// the call is signed with temporary credentials of the service's: real
	// records have an ASIA key ID or none, never the caller's own.
	InvokedBy string
	// ServiceEvent is what a service did by itself: no API call, and no key in
	// the identity.
	ServiceEvent bool
	// NoKeyID leaves accessKeyId out, which CloudTrail does "for security
	// reasons" without saying when, and some real records do.
	NoKeyID bool
}

// signedByKey tells whether the key itself signs the call, and not a session.
func (u KeyUse) signedByKey() bool {
	return u.Session == LongTermKey && u.InvokedBy == "" && !u.ServiceEvent
}

// maxTrailEvent is the size above which CloudTrail sends no event to
// EventBridge.
const maxTrailEvent = 256 << 10

// Use makes a call: IAM notes the last use of a key that signed it itself, and
// CloudTrail's event goes to the default bus of the Region. It returns the
// event's detail.eventID, and an error if nobody could make that call.
func (c *Cloud) Use(u KeyUse) (eventID string, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	owner, k, err := c.owner(u)
	if err != nil {
		return "", err
	}
	u = c.withDefaults(u)
	if !c.regionEnabled(u.Region) {
		return "", fmt.Errorf("fakeaws: use: Region %q is not enabled", u.Region)
	}
	return c.use(owner, k, u), nil
}

func (c *Cloud) withDefaults(u KeyUse) KeyUse {
	if u.EventName == "" {
		u.EventName, u.ReadOnly = "GetCallerIdentity", true
	}
	u.EventSource = cmp.Or(u.EventSource, "sts.amazonaws.com")
	u.Region = cmp.Or(u.Region, c.homeRegion())
	u.SessionName = cmp.Or(u.SessionName, "session")
	if u.InvokedBy != "" {
		u.SourceIP, u.UserAgent = u.InvokedBy, u.InvokedBy
	}
	u.SourceIP = cmp.Or(u.SourceIP, "198.51.100.23")
	u.UserAgent = cmp.Or(u.UserAgent, "aws-cli/2.31.0")
	if u.EventSource == "sts.amazonaws.com" {
		switch u.EventName { // seen in real records, see stratus-red-team's detonation logs
		case "AssumeRole":
			u.ReadOnly = true
		case "GetSessionToken", "GetFederationToken":
			u.ReadOnly = false
		}
	}
	return u
}

func (c *Cloud) use(owner *user, k *key, u KeyUse) string {
	service, _, _ := strings.Cut(u.EventSource, ".")
	if u.signedByKey() {
		region := u.Region
		if service == "s3" { // its last use has no Region in IAM
			region = "N/A"
		}
		k.note(use{at: second(c.opt.Now()), region: region, service: service})
	}
	eventType, detailType := "AwsApiCall", "AWS API Call via CloudTrail"
	if u.ServiceEvent {
		eventType, detailType = "AwsServiceEvent", "AWS Service Event via CloudTrail"
	}
	detail := c.trailRecord(u.Region, eventType, u.EventSource, u.EventName, c.identity(u, owner))
	detail["sourceIPAddress"], detail["userAgent"], detail["readOnly"] = u.SourceIP, u.UserAgent, u.ReadOnly
	if u.RequestParameters != nil {
		detail["requestParameters"] = u.RequestParameters
	}
	if minted := c.minted(u); minted != nil {
		detail["responseElements"] = minted
	}
	if u.Session == ConsoleSession {
		detail["sessionCredentialFromConsole"] = "true" // a text, and never "false"
	}
	if u.ErrorCode != "" {
		detail["errorCode"] = u.ErrorCode
		if u.ErrorMessage != "" {
			detail["errorMessage"] = u.ErrorMessage
		}
	}
	c.publish(u.Region, "aws."+service, detailType, detail)
	return detail["eventID"].(string)
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
	if q.s3 != nil {
		c.noteS3(k)
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
	c.use(k.owner, k, KeyUse{Key: k.id, Region: region, EventSource: q.call.Service + ".amazonaws.com", EventName: q.call.Op,
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
