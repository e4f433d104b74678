package fakeaws

import (
	"cmp"
	"encoding/json"
	"net/http"
	"net/url"
	"path"
	"strings"
)

// request is one API call on its way through the Cloud.
type request struct {
	call   Call
	form   url.Values // Query services
	body   []byte     // JSON services
	host   string
	agent  string
	remote string
	s3     *s3Request // S3 alone
	caller caller
	// failing is the fault whose FailedEntries this call must report.
	failing *Fault
}

// caller is who signed a request. The user is nil for the operator.
type caller struct {
	arn, id string
	user    *user
}

// readRequest takes service, Region and key from the signature's credential
// scope, and the operation from where the service's protocol puts it.
func readRequest(r *http.Request, body []byte) *request {
	q := &request{body: body, host: r.Host, agent: r.UserAgent(), remote: r.RemoteAddr}
	q.call.Key, q.call.Region, q.call.Service = credentialScope(r)
	if q.call.Service == "s3" {
		q.readS3(r)
		return q
	}
	target := r.Header.Get("X-Amz-Target")
	switch {
	case target != "":
		_, q.call.Op, _ = strings.Cut(target, ".")
	case strings.HasPrefix(r.Header.Get("Content-Type"), "application/x-www-form-urlencoded"):
		q.form, _ = url.ParseQuery(string(body))
		q.call.Op = q.form.Get("Action")
	default: // REST: POST /listRegions
		name := path.Base(r.URL.Path)
		q.call.Op = strings.ToUpper(name[:1]) + name[1:]
	}
	q.call.Resource = q.resource()
	return q
}

// whole is the call with its Params, which are decoded for those who ask: most
// calls are only counted.
func (q *request) whole() Call {
	if q.call.Params == nil {
		q.call.Params = map[string]any{}
		for name := range q.form {
			if name != "Action" && name != "Version" {
				q.call.Params[name] = q.form.Get(name)
			}
		}
		if q.form == nil && json.Unmarshal(q.body, &q.call.Params) != nil || q.call.Params == nil {
			q.call.Params = map[string]any{}
		}
	}
	return q.call
}

// credentialScope reads a header such as
// AWS4-HMAC-SHA256 Credential=AKID/20261122/us-east-1/iam/aws4_request, SignedHeaders=...
func credentialScope(r *http.Request) (key, region, service string) {
	_, rest, found := strings.Cut(r.Header.Get("Authorization"), "AWS4-HMAC-SHA256 Credential=")
	if !found {
		return "", "", ""
	}
	scope, _, _ := strings.Cut(rest, ",")
	parts := strings.Split(strings.TrimSpace(scope), "/")
	if len(parts) != 5 || parts[4] != "aws4_request" {
		return "", "", ""
	}
	return parts[0], parts[2], parts[3]
}

// resource finds what a call is about, see Call.Resource.
func (q *request) resource() string {
	if q.form != nil {
		return cmp.Or(q.form.Get("UserName"), q.form.Get("AccessKeyId"), q.form.Get("TopicArn"))
	}
	var in struct{ Rule, Name, ResourceARN, QueueName, QueueUrl string }
	_ = json.Unmarshal(q.body, &in) // who carries the call out tells what is wrong
	if in.QueueUrl != "" {
		in.QueueUrl = path.Base(in.QueueUrl)
	}
	return cmp.Or(in.Rule, in.Name, in.ResourceARN, in.QueueName, in.QueueUrl)
}

// authenticate finds who signed a request. Global services are called in
// whatever Region the client was set to.
func (c *Cloud) authenticate(q *request) *apiError {
	json := protocols[q.call.Service] != query
	if q.call.Key == "" {
		if q.form == nil {
			return &apiError{code: "MissingAuthenticationTokenException", message: "Missing Authentication Token", status: http.StatusForbidden}
		}
		return fail("MissingAuthenticationToken", "Request is missing Authentication Token")
	}
	unknown := fail("InvalidClientTokenId", "The security token included in the request is invalid.")
	switch {
	case q.s3 != nil:
		unknown = fail("InvalidAccessKeyId", "The AWS Access Key Id you provided does not exist in our records.")
	case json:
		unknown = fail("UnrecognizedClientException", "The security token included in the request is invalid.")
	}
	global := q.call.Service == "iam" || q.call.Service == "account"
	if !global && !c.regionEnabled(q.call.Region) {
		return unknown
	}
	if q.call.Key == c.opt.OperatorKeyID {
		_, session, _ := strings.Cut(c.opt.OperatorARN, "assumed-role/")
		_, session, _ = strings.Cut(session, "/")
		q.caller = caller{arn: c.opt.OperatorARN, id: "AROAFAKEOPERATOR00001:" + session}
		return nil
	}
	k := c.keys[q.call.Key]
	if k == nil || !k.active {
		return unknown
	}
	q.caller = caller{arn: k.owner.arn, id: k.owner.id, user: k.owner}
	return nil
}

func isARN(s string) bool { return strings.HasPrefix(s, "arn:") }
