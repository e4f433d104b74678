package watch

import (
	"slices"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge/types"
)

// targetID names our targets in a rule: alert, alert-2 and so on.
func targetID(i int) string {
	if i == 0 {
		return "alert"
	}
	return "alert-" + strconv.Itoa(i+1)
}

// alertFields are the fields of an alert, in its order, and where EventBridge
// finds them in the event.
var alertFields = []struct{ name, path string }{
	{"key", "$.detail.userIdentity.accessKeyId"},
	{"user", "$.detail.userIdentity.arn"},
	{"call", "$.detail.eventName"},
	{"service", "$.detail.eventSource"},
	{"source_ip", "$.detail.sourceIPAddress"},
	{"user_agent", "$.detail.userAgent"},
	{"region", "$.detail.awsRegion"},
	{"account", "$.account"},
	{"time", "$.detail.eventTime"},
	{"event_id", "$.detail.eventID"},
	{"error", "$.detail.errorCode"},
}

// issuer says whose temporary credentials were used, where that is not the user.
var issuer = struct{ name, path string }{"issuer", "$.detail.userIdentity.sessionContext.sessionIssuer.arn"}

// headlines begin the alerts of each kind of rule.
var headlines = map[kind]string{
	keyRule: "watched access key used", rootRule: "watched access key used", activityRule: "root user active",
	sessionRule: "temporary credentials of a watched user used", identityRule: "watched identity active",
}

// message is the transformer that makes an alert of an event. Its template is a
// JSON object whose placeholders stand bare, never within quotes: EventBridge
// then encodes each value, so that a quote in a thief's user agent cannot
// spoil the message. The reasons are those of a single key.
func message(rule string, k kind, reasons Reason) *types.InputTransformer {
	fields := alertFields
	if k == sessionRule || k == identityRule {
		fields = append(slices.Clip(fields), issuer)
	}
	paths := map[string]string{}
	var b strings.Builder
	b.WriteString(`{"alert":"` + headlines[k] + `",`)
	for _, f := range fields {
		paths[f.name] = f.path
		b.WriteString(`"` + f.name + `":<` + f.name + `>,`)
	}
	// Rule names and check ids hold nothing that JSON would have to escape.
	if reasons != 0 {
		b.WriteString(`"reason":"` + reasonText(reasons) + `",`)
	}
	b.WriteString(`"rule":"` + rule + `"}`)
	return &types.InputTransformer{InputPathsMap: paths, InputTemplate: aws.String(b.String())}
}

// targets are the targets of a rule that delivers in the given way. Bus targets
// take neither transformer nor retry policy.
func (p Policy) targets(region string, d delivery, transformer *types.InputTransformer) []types.Target {
	all := make([]types.Target, 0, len(d.arns))
	for i, arn := range d.arns {
		t := types.Target{Id: aws.String(targetID(i)), Arn: aws.String(arn), DeadLetterConfig: p.deadLetter(region)}
		if d.forward {
			t.RoleArn = aws.String(p.ForwardRole)
			all = append(all, t)
			continue
		}
		t.InputTransformer = transformer
		t.RetryPolicy = p.Retry.policy()
		if fifo(arn) {
			t.SqsParameters = &types.SqsParameters{MessageGroupId: aws.String(p.MessageGroup)}
		}
		all = append(all, t)
	}
	return all
}

// policy is nil for EventBridge's own policy, which need not be written.
func (r Retry) policy() *types.RetryPolicy {
	if r == (Retry{}) {
		return nil
	}
	return &types.RetryPolicy{
		MaximumRetryAttempts:     aws.Int32(int32(r.MaxAttempts)),
		MaximumEventAgeInSeconds: aws.Int32(int32(r.MaxAge.Seconds())),
	}
}

func fifo(arn string) bool { return strings.HasSuffix(arn, ".fifo") }
