package fakeaws

import (
	"encoding/json"
	"net"
	"net/http"
)

type protocol int

const (
	query protocol = iota + 1
	json10
	json11
	rest
	restXML
)

var protocols = map[string]protocol{
	"iam": query, "sts": query, "sns": query, "events": json11, "sqs": json10, "account": rest, "s3": restXML,
}

// handler carries out one operation under the lock. Its result is an *element
// for Query services, else anything that can be marshalled.
type handler func(*Cloud, *request) (any, *apiError)

var handlers = map[string]handler{
	"iam:GenerateCredentialReport": (*Cloud).generateCredentialReport,
	"iam:GetCredentialReport":      (*Cloud).getCredentialReport,
	"iam:GetAccountSummary":        (*Cloud).getAccountSummary,
	"iam:ListAccessKeys":           (*Cloud).listAccessKeys,
	"iam:GetAccessKeyLastUsed":     (*Cloud).getAccessKeyLastUsed,
	"iam:CreateAccessKey":          (*Cloud).createAccessKey,
	"iam:UpdateAccessKey":          (*Cloud).updateAccessKey,
	"iam:DeleteAccessKey":          (*Cloud).deleteAccessKey,

	"sts:GetCallerIdentity": (*Cloud).getCallerIdentity,

	"events:ListRules":           (*Cloud).listRules,
	"events:DescribeRule":        (*Cloud).describeRule,
	"events:PutRule":             (*Cloud).putRule,
	"events:DeleteRule":          (*Cloud).deleteRule,
	"events:EnableRule":          (*Cloud).enableRule,
	"events:DisableRule":         (*Cloud).disableRule,
	"events:ListTargetsByRule":   (*Cloud).listTargetsByRule,
	"events:PutTargets":          (*Cloud).putTargets,
	"events:RemoveTargets":       (*Cloud).removeTargets,
	"events:DescribeEventBus":    (*Cloud).describeEventBus,
	"events:TagResource":         (*Cloud).tagResource,
	"events:UntagResource":       (*Cloud).untagResource,
	"events:ListTagsForResource": (*Cloud).listTagsForResource,
	"events:PutEvents":           (*Cloud).putEvents,
	"events:TestEventPattern":    (*Cloud).testEventPattern,

	"sns:GetTopicAttributes": (*Cloud).getTopicAttributes,

	"sqs:GetQueueUrl":        (*Cloud).getQueueURL,
	"sqs:GetQueueAttributes": (*Cloud).getQueueAttributes,
	"sqs:ReceiveMessage":     (*Cloud).receiveMessage,
	"sqs:DeleteMessage":      (*Cloud).deleteMessage,

	"account:ListRegions": (*Cloud).listRegions,

	"s3:PutObject":      (*Cloud).putObject,
	"s3:GetObject":      (*Cloud).getObject,
	"s3:HeadObject":     (*Cloud).getObject,
	"s3:DeleteObject":   (*Cloud).deleteObject,
	"s3:ListObjectsV2":  (*Cloud).listObjects,
	"s3:NotImplemented": (*Cloud).notImplemented,
}

// answer is what a call is answered with.
type answer struct {
	call   Call
	hooks  []func(Call) // to be run before it is sent
	id     string       // request ID
	result any
	err    *apiError
	reset  bool
}

// perform carries out one call: who is it, is it too fast, does a fault strike,
// and what does the operation say.
func (c *Cloud) perform(q *request) answer {
	c.mu.Lock()
	defer c.mu.Unlock()
	a := answer{id: uuid(c.requests)}
	a.result, a.err, a.reset = c.decide(q)
	switch {
	case a.reset:
		q.call.Code = ConnectionReset
	case a.err != nil:
		q.call.Code = a.err.code
	}
	c.record(q)
	a.call, a.hooks = q.call, c.hooks
	if len(a.hooks) > 0 {
		a.call = q.whole()
	}
	if q.caller.user != nil {
		c.trace(q)
	}
	return a
}

func (c *Cloud) decide(q *request) (any, *apiError, bool) {
	if err := c.authenticate(q); err != nil {
		return nil, err, false
	}
	if err := c.throttle(q.call); err != nil {
		return nil, err, false
	}
	f := c.faultFor(q)
	if f != nil && f.FailedEntries != "" {
		q.failing = f
		f = nil
	}
	if f != nil && !f.After {
		if f.Reset {
			return nil, nil, true
		}
		return nil, f.error(c, q), false
	}
	handle := handlers[q.call.Service+":"+q.call.Op]
	if handle == nil {
		if protocols[q.call.Service] == query {
			return nil, fail("InvalidAction", "Could not find operation "+q.call.Op), false
		}
		return nil, fail("UnknownOperationException", ""), false
	}
	result, err := handle(c, q)
	switch {
	case f == nil || err != nil:
		return result, err, false
	case f.Reset:
		return nil, nil, true
	}
	return nil, f.error(c, q), false
}

func (a answer) write(w http.ResponseWriter) {
	if a.reset {
		cut(w)
		return
	}
	w.Header().Set("X-Amzn-Requestid", a.id)
	status := http.StatusOK
	if a.err != nil {
		status = a.err.status
	}
	p := protocols[a.call.Service]
	if p == restXML {
		a.writeS3(w)
		return
	}
	if p == query || p == 0 && a.err != nil && a.err.code == "MissingAuthenticationToken" {
		w.Header().Set("Content-Type", "text/xml")
		w.WriteHeader(status)
		_, _ = w.Write(a.xml()) // fails if the client has gone
		return
	}
	result := a.result
	if a.err != nil {
		shape := a.err.code
		if p == json10 {
			shape = "com.amazonaws.sqs#" + shape
		}
		if a.err.legacy != "" {
			w.Header().Set("x-amzn-query-error", a.err.legacy+";Sender")
		}
		w.Header().Set("X-Amzn-Errortype", a.err.code)
		result = map[string]string{"__type": shape, "message": a.err.message}
	}
	body, err := json.Marshal(result)
	if err != nil {
		status, body = http.StatusInternalServerError, []byte(`{"__type":"InternalException"}`)
	}
	contentType := "application/x-amz-json-1.1"
	switch p {
	case json10:
		contentType = "application/x-amz-json-1.0"
	case rest:
		contentType = "application/json"
	}
	w.Header().Set("Content-Type", contentType)
	w.WriteHeader(status)
	_, _ = w.Write(body)
}

// cut ends the connection without an answer, as a reset where TCP allows it.
func cut(w http.ResponseWriter) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil { // HTTP/2 or a recorder: the server's own way to abort
		panic(http.ErrAbortHandler)
	}
	if tcp, ok := conn.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0)
	}
	_ = conn.Close()
}
