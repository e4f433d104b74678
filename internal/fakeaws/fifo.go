package fakeaws

import (
	"fmt"
	"maps"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// deduplicationInterval is how long a FIFO queue knows a message again (SQS
// developer guide, "Exactly-once processing").
const deduplicationInterval = 5 * time.Minute

// maxMessageGroup limits SqsParameters.MessageGroupId of a rule's target.
const maxMessageGroup = 100

func (q *queue) fifo() bool { return strings.HasSuffix(q.name, ".fifo") }

// SetContentBasedDeduplication switches it on or off for a FIFO queue; a new one
// has it off. Without it SQS wants a deduplication ID with each message, which
// EventBridge does not send: nothing arrives, see FailedInvocations. With it a
// message that equals one of the last five minutes is taken and dropped.
func (c *Cloud) SetContentBasedDeduplication(arn string, on bool) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	q := c.queues[arn]
	if q == nil || !q.fifo() {
		return fmt.Errorf("fakeaws: set deduplication: no FIFO queue %q", arn)
	}
	q.deduplicates = on
	return nil
}

// takes tells whether SQS accepts a message that EventBridge sends to a message
// group, "" for none. A standard queue needs no group and may have one.
func (q *queue) takes(group string) bool { return !q.fifo() || group != "" && q.deduplicates }

// again tells whether a FIFO queue has taken that content lately, and notes it.
func (q *queue) again(m Message) bool {
	if !q.fifo() {
		return false
	}
	if at, seen := q.taken[m.Body]; seen && m.At.Sub(at) < deduplicationInterval {
		return true
	}
	q.taken[m.Body] = m.At
	return false
}

// blocked are the message groups of a FIFO queue with a message in flight, of
// which nothing more is handed out.
func (q *queue) blocked(now time.Time) map[string]bool {
	groups := map[string]bool{}
	for _, h := range q.waiting {
		if q.fifo() && h.visible.After(now) {
			groups[h.group] = true
		}
	}
	return groups
}

// attributes are what GetQueueAttributes tells for the names asked. A name that
// only FIFO queues know is an error for a standard one, and All leaves it out:
// the service's answer in aws-sdk-ruby's issue 1350, confirmed there by AWS.
func (q *queue) attributes(all map[string]string, names []string) (map[string]string, *apiError) {
	if q.fifo() {
		maps.Copy(all, map[string]string{
			"FifoQueue": "true", "ContentBasedDeduplication": strconv.FormatBool(q.deduplicates),
			"DeduplicationScope": "queue", "FifoThroughputLimit": "perQueue",
		})
	}
	asked := map[string]string{}
	for _, name := range names {
		switch value, known := all[name]; {
		case known:
			asked[name] = value
		case name == "All":
			maps.Copy(asked, all)
		case name == "FifoQueue", name == "ContentBasedDeduplication", name == "DeduplicationScope", name == "FifoThroughputLimit":
			return nil, &apiError{code: "InvalidAttributeName", message: "Unknown Attribute " + name + ".",
				status: http.StatusBadRequest, legacy: "InvalidAttributeName"}
		}
	}
	return asked, nil
}
