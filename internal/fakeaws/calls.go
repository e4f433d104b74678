package fakeaws

import (
	"strings"
	"time"
)

// Call is one API call as it was received and answered.
type Call struct {
	Seq     int // 1 for the first call
	At      time.Time
	Service string // as in the signature: iam, sts, events, sns, sqs, account
	Op      string // PutRule
	Region  string
	Key     string // access key ID of the signature
	// Resource is what the call names: the user, the key (GetAccessKeyLastUsed),
	// the rule, the topic's or resource's ARN, the queue's name.
	Resource string
	// Params is the request: decoded JSON, or the form's strings. Not to be
	// changed.
	Params map[string]any
	// Code is the error sent, "" for success, ConnectionReset where no answer
	// was sent at all. A fault with After set leaves its effect and a Code.
	Code string
}

// ConnectionReset is the Code of a call whose connection was cut.
const ConnectionReset = "ConnectionReset"

// Write tells that the call is one that changes something in IAM, EventBridge,
// SNS or SQS. Generating a report and receiving messages are none.
func (c Call) Write() bool {
	for _, prefix := range []string{"Put", "Delete", "Remove", "Tag", "Untag", "Create", "Update", "Set", "Enable", "Disable"} {
		if strings.HasPrefix(c.Op, prefix) {
			return true
		}
	}
	return false
}

// Calls returns every call so far, oldest first.
func (c *Cloud) Calls() []Call { return c.CallsSince(0) }

// CallsSince returns the calls after the one numbered seq, oldest first. With
// Seq it counts one part of a test.
func (c *Cloud) CallsSince(seq int) []Call {
	c.mu.Lock()
	defer c.mu.Unlock()
	var calls []Call
	for _, q := range c.calls[min(seq, len(c.calls)):] {
		calls = append(calls, q.whole())
	}
	return calls
}

// Seq is the number of the latest call, 0 before the first.
func (c *Cloud) Seq() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.calls)
}

// Count tells how often an operation was called, failed calls included. An
// empty op counts all of the service.
func (c *Cloud) Count(service, op string) int {
	return c.countCalls(func(call Call) bool { return call.Service == service && (op == "" || call.Op == op) })
}

func (c *Cloud) countCalls(counts func(Call) bool) (n int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, q := range c.calls {
		if counts(q.call) {
			n++
		}
	}
	return n
}

// Counts counts the calls by "service:Op".
func (c *Cloud) Counts() map[string]int {
	c.mu.Lock()
	defer c.mu.Unlock()
	counts := map[string]int{}
	for _, q := range c.calls {
		counts[q.call.Service+":"+q.call.Op]++
	}
	return counts
}

// Writes counts the calls that change something, failed ones included.
func (c *Cloud) Writes() int { return c.countCalls(Call.Write) }

// OnCall runs hook after each call's effect and before its answer is sent,
// outside the lock: the hook may ask and change the Cloud, and make API calls,
// which run hooks again. Calls that are served at the same time run their hooks
// at the same time.
func (c *Cloud) OnCall(hook func(Call)) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.hooks = append(c.hooks, hook)
}

func (c *Cloud) record(q *request) {
	q.call.Seq = len(c.calls) + 1
	q.call.At = c.opt.Now()
	c.calls = append(c.calls, q)
}
