package fakeaws

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// arnParts are the fields of arn:partition:service:region:account:resource.
type arnParts struct{ partition, service, region, account, resource string }

func parseARN(s string) (arnParts, bool) {
	p := strings.SplitN(s, ":", 6)
	if len(p) != 6 || p[0] != "arn" || p[1] == "" || p[2] == "" || p[5] == "" {
		return arnParts{}, false
	}
	return arnParts{p[1], p[2], p[3], p[4], p[5]}, true
}

func (a arnParts) isBus() bool {
	return a.service == "events" && strings.HasPrefix(a.resource, "event-bus/")
}

func cannotAssume(role string) *apiError {
	return invalid("Provided role '" + role + "' cannot be assumed by principal 'events.amazonaws.com'.")
}

func (c *Cloud) knownRole(arn string) bool {
	_, known := c.roles[arn]
	return known
}

// checkTarget judges a target's definition, not whether it exists. What AWS says
// to a FIFO queue without a message group is not verified: here it is accepted,
// and nothing is ever delivered.
func (c *Cloud) checkTarget(region string, t Target) *apiError {
	a, ok := parseARN(t.ARN)
	switch {
	case !ok || len(t.ARN) > 1600:
		return invalid("Parameter " + t.ARN + " is not valid. Reason: Provided Arn is not in correct format.")
	case a.partition != c.opt.Partition:
		return invalid("Parameter " + t.ARN + " is not valid. Reason: Provided Arn is not in the same partition.")
	case t.RoleARN == "" && (a.account != c.opt.AccountID || a.isBus() && a.region != region):
		return invalid("RoleArn is required for target " + t.ARN + ".")
	case t.RoleARN != "" && !c.knownRole(t.RoleARN):
		return cannotAssume(t.RoleARN)
	case !a.isBus() && a.region != region:
		return invalid("Cross-region api call is not allowed.")
	case a.service == "sns" && strings.HasSuffix(a.resource, ".fifo"):
		return invalid("FIFO topics are not supported for target " + t.ID + ".")
	case t.SqsParameters != nil && a.service != "sqs":
		return invalid("SqsParameters are not supported for target " + t.ID + ".")
	case t.SqsParameters != nil && (t.SqsParameters.MessageGroupId == "" || utf8.RuneCountInString(t.SqsParameters.MessageGroupId) > maxMessageGroup):
		return constraint(t.SqsParameters.MessageGroupId, "targets.1.member.sqsParameters.messageGroupId",
			fmt.Sprintf("have length between 1 and %d", maxMessageGroup))
	}
	if err := checkDelivery(region, t, a); err != nil {
		return err
	}
	return checkInput(t)
}

// checkDelivery judges retry policy and dead-letter queue.
func checkDelivery(region string, t Target, a arnParts) *apiError {
	if a.isBus() && (t.RetryPolicy != nil || t.Input != nil || t.InputPath != nil || t.InputTransformer != nil) {
		return invalid("RetryPolicy, Input, InputPath and InputTransformer are not supported for event bus target " + t.ID + ".")
	}
	if p := t.RetryPolicy; p != nil {
		if n := p.MaximumRetryAttempts; n != nil && (*n < 0 || *n > 185) {
			return constraint(fmt.Sprint(*n), "targets.1.member.retryPolicy.maximumRetryAttempts", "have value between 0 and 185")
		}
		if n := p.MaximumEventAgeInSeconds; n != nil && (*n < 60 || *n > 86400) {
			return constraint(fmt.Sprint(*n), "targets.1.member.retryPolicy.maximumEventAgeInSeconds", "have value between 60 and 86400")
		}
	}
	if t.DeadLetterConfig == nil {
		return nil
	}
	dlq, ok := parseARN(t.DeadLetterConfig.Arn)
	if !ok || dlq.service != "sqs" || dlq.region != region || strings.HasSuffix(dlq.resource, ".fifo") {
		return invalid("DeadLetterConfig for target " + t.ID + " must be a standard SQS queue in the same Region.")
	}
	return nil
}
