package fakeaws

import (
	"crypto/md5"
	"encoding/hex"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"time"
)

type queue struct {
	arn, region, name string
	open              bool // events.amazonaws.com may send
	received          []Message
	waiting           []*held

	deduplicates bool                 // by content, a FIFO queue
	taken        map[string]time.Time // when a FIFO queue took which content
}

// held is a message that nobody has deleted yet.
type held struct {
	Message
	group    string // of a FIFO queue
	visible  time.Time
	receipts []string
}

// visible counts the messages that are not in flight.
func (q *queue) visible(now time.Time) (n int) {
	for _, h := range q.waiting {
		if !h.visible.After(now) {
			n++
		}
	}
	return n
}

func (q *queue) receive(m Message, group string) {
	if q.again(m) {
		return
	}
	q.received = append(q.received, m)
	q.waiting = append(q.waiting, &held{Message: m, group: group})
}

// CreateQueue makes an SQS queue and returns its ARN. Without eventsMaySend its
// policy lets no EventBridge rule send: alerts are lost without a word, see
// FailedInvocations. A name that ends in .fifo makes a FIFO queue, see
// SetContentBasedDeduplication.
func (c *Cloud) CreateQueue(region, name string, eventsMaySend bool) string {
	c.mu.Lock()
	defer c.mu.Unlock()
	q := &queue{arn: c.arn("sqs", region, name), region: region, name: name, open: eventsMaySend, taken: map[string]time.Time{}}
	c.queues[q.arn] = q
	return q.arn
}

// DeleteQueue deletes a queue with its messages.
func (c *Cloud) DeleteQueue(arn string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.queues, arn)
}

// SetPolicy lets EventBridge send to a topic or queue, or no longer.
func (c *Cloud) SetPolicy(arn string, eventsMaySend bool) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case c.topics[arn] != nil:
		c.topics[arn].open = eventsMaySend
	case c.queues[arn] != nil:
		c.queues[arn].open = eventsMaySend
	default:
		return fmt.Errorf("fakeaws: set policy: no topic or queue %q", arn)
	}
	return nil
}

// queueOf finds the queue a call names by URL or, in GetQueueUrl, by name.
func (c *Cloud) queueOf(q *request) (*queue, *apiError) {
	var in struct{ QueueOwnerAWSAccountId string }
	if err := decode(q, &in); err != nil {
		return nil, err
	}
	found := c.queues[c.arn("sqs", q.call.Region, q.call.Resource)]
	if found == nil || in.QueueOwnerAWSAccountId != "" && in.QueueOwnerAWSAccountId != c.opt.AccountID {
		return nil, &apiError{code: "QueueDoesNotExist", message: "The specified queue does not exist.",
			status: http.StatusBadRequest, legacy: "AWS.SimpleQueueService.NonExistentQueue"}
	}
	return found, nil
}

func (c *Cloud) getQueueURL(q *request) (any, *apiError) {
	found, err := c.queueOf(q)
	if err != nil {
		return nil, err
	}
	return map[string]string{"QueueUrl": "http://" + q.host + "/" + c.opt.AccountID + "/" + found.name}, nil
}

func (c *Cloud) getQueueAttributes(q *request) (any, *apiError) {
	var in struct{ AttributeNames []string }
	if err := decode(q, &in); err != nil {
		return nil, err
	}
	found, err := c.queueOf(q)
	if err != nil {
		return nil, err
	}
	asked, err := found.attributes(map[string]string{
		"ApproximateNumberOfMessages": strconv.Itoa(found.visible(c.opt.Now())),
		"Policy":                      c.policy("sqs:SendMessage", found.arn, found.open),
		"QueueArn":                    found.arn,
		"SqsManagedSseEnabled":        "true",
		"VisibilityTimeout":           "30",
	}, in.AttributeNames)
	if err != nil {
		return nil, err
	}
	if len(asked) == 0 {
		return struct{}{}, nil
	}
	return map[string]any{"Attributes": asked}, nil
}

type received struct {
	MessageId, ReceiptHandle, MD5OfBody, Body string
	Attributes                                map[string]string `json:",omitempty"`
}

// receiveMessage hands out visible messages, oldest first, and hides them for
// the visibility timeout. It never waits, whatever WaitTimeSeconds says.
func (c *Cloud) receiveMessage(q *request) (any, *apiError) {
	var in struct {
		MaxNumberOfMessages, VisibilityTimeout      *int
		AttributeNames, MessageSystemAttributeNames []string
	}
	if err := decode(q, &in); err != nil {
		return nil, err
	}
	count, hide := 1, 30
	if in.MaxNumberOfMessages != nil {
		count = *in.MaxNumberOfMessages
	}
	if in.VisibilityTimeout != nil {
		hide = *in.VisibilityTimeout
	}
	if count < 1 || count > 10 {
		return nil, &apiError{code: "InvalidParameterValue", status: http.StatusBadRequest, legacy: "InvalidParameterValue",
			message: fmt.Sprintf("Value %d for parameter MaxNumberOfMessages is invalid. Reason: Must be between 1 and 10, if provided.", count)}
	}
	found, err := c.queueOf(q)
	if err != nil {
		return nil, err
	}
	now := c.opt.Now()
	blocked := found.blocked(now)
	var messages []received
	for _, h := range found.waiting {
		if len(messages) == count || h.visible.After(now) || blocked[h.group] {
			continue
		}
		h.visible = now.Add(time.Duration(hide) * time.Second)
		h.receipts = append(h.receipts, c.base32(40))
		sum := md5.Sum([]byte(h.Body))
		m := received{MessageId: h.ID, ReceiptHandle: h.receipts[len(h.receipts)-1], MD5OfBody: hex.EncodeToString(sum[:]), Body: h.Body}
		if len(in.AttributeNames)+len(in.MessageSystemAttributeNames) > 0 {
			m.Attributes = map[string]string{
				"ApproximateReceiveCount": strconv.Itoa(len(h.receipts)),
				"SentTimestamp":           strconv.FormatInt(h.At.UnixMilli(), 10),
			}
			if h.group != "" {
				m.Attributes["MessageGroupId"] = h.group
			}
		}
		messages = append(messages, m)
	}
	if messages == nil {
		return struct{}{}, nil
	}
	return map[string]any{"Messages": messages}, nil
}

func (c *Cloud) deleteMessage(q *request) (any, *apiError) {
	var in struct{ ReceiptHandle string }
	if err := decode(q, &in); err != nil {
		return nil, err
	}
	found, err := c.queueOf(q)
	if err != nil {
		return nil, err
	}
	found.waiting = slices.DeleteFunc(found.waiting, func(h *held) bool { return slices.Contains(h.receipts, in.ReceiptHandle) })
	return struct{}{}, nil
}
