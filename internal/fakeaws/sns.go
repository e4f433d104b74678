package fakeaws

type topic struct {
	arn, region, name string
	open              bool // events.amazonaws.com may publish
	received          []Message
}

// CreateTopic makes an SNS topic and returns its ARN. Without eventsMayPublish
// its policy lets no EventBridge rule publish: alerts are lost without a word,
// see FailedInvocations.
func (c *Cloud) CreateTopic(region, name string, eventsMayPublish bool) string {
	c.mu.Lock()
	defer c.mu.Unlock()
	t := &topic{arn: c.arn("sns", region, name), region: region, name: name, open: eventsMayPublish}
	c.topics[t.arn] = t
	return t.arn
}

// DeleteTopic deletes a topic. One that does not exist is no error, as in SNS.
func (c *Cloud) DeleteTopic(arn string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.topics, arn)
}

func (c *Cloud) getTopicAttributes(q *request) (any, *apiError) {
	arn := q.form.Get("TopicArn")
	a, ok := parseARN(arn)
	if !ok || a.service != "sns" || a.region != q.call.Region {
		return nil, fail("InvalidParameter", "Invalid parameter: TopicArn")
	}
	if a.account != c.opt.AccountID {
		return nil, denied(c, q)
	}
	t := c.topics[arn]
	if t == nil {
		return nil, fail("NotFound", "Topic does not exist")
	}
	attributes := node("Attributes")
	for _, entry := range [][2]string{
		{"DisplayName", ""},
		{"Owner", c.opt.AccountID},
		{"Policy", c.policy("sns:Publish", arn, t.open)},
		{"SubscriptionsConfirmed", "0"},
		{"SubscriptionsDeleted", "0"},
		{"SubscriptionsPending", "0"},
		{"TopicArn", arn},
	} {
		attributes.children = append(attributes.children, node("entry", leaf("key", entry[0]), leaf("value", entry[1])))
	}
	return node("", attributes), nil
}

// policy is a resource policy for the owner and, if open, for EventBridge.
func (c *Cloud) policy(action, arn string, open bool) string {
	statements := []any{map[string]any{
		"Sid": "owner", "Effect": "Allow", "Principal": map[string]string{"AWS": c.arn("iam", "", "root")},
		"Action": action, "Resource": arn,
	}}
	if open {
		statements = append(statements, map[string]any{
			"Sid": "eventbridge", "Effect": "Allow", "Principal": map[string]string{"Service": "events.amazonaws.com"},
			"Action": action, "Resource": arn,
		})
	}
	return compact(map[string]any{"Version": "2012-10-17", "Statement": statements})
}
