package watch

import (
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge/types"
)

// targetID names our target in a rule.
const targetID = "alert"

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

// alert makes the target that delivers to a topic or queue. Its template is a
// JSON object whose placeholders stand bare, never within quotes: EventBridge
// then encodes each value, so that a quote in a thief's user agent cannot
// spoil the message.
func alert(arn, rule string, reasons Reason) types.Target {
	paths := map[string]string{}
	var b strings.Builder
	b.WriteString(`{"alert":"watched access key used",`)
	for _, f := range alertFields {
		paths[f.name] = f.path
		b.WriteString(`"` + f.name + `":<` + f.name + `>,`)
	}
	// Rule names and check ids hold nothing that JSON would have to escape.
	b.WriteString(`"reason":"` + reasonText(reasons) + `","rule":"` + rule + `"}`)
	return types.Target{
		Id:  aws.String(targetID),
		Arn: aws.String(arn),
		InputTransformer: &types.InputTransformer{
			InputPathsMap: paths,
			InputTemplate: aws.String(b.String()),
		},
	}
}

// forward makes the target that sends the event to the home Region's default
// bus. Bus targets take neither transformer nor retry policy.
func forward(busARN, roleARN string) types.Target {
	return types.Target{Id: aws.String(targetID), Arn: aws.String(busARN), RoleArn: aws.String(roleARN)}
}
