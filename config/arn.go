package config

import (
	"regexp"
	"strings"
)

// The placeholders that an ARN may hold.
const (
	regionPlaceholder  = "{region}"
	accountPlaceholder = "{account}"
)

// receiver is a kind of place that EventBridge can send to.
type receiver struct {
	what, example string
	shape         *regexp.Regexp // service, Region, account, name
}

var (
	aTarget = receiver{
		"an SNS topic or SQS queue", "arn:aws:sns:{region}:{account}:key-usage",
		regexp.MustCompile(`^arn:aws[a-z-]*:(sns|sqs):([^:]*):([^:]*):([^:]+)$`),
	}
	aDeadLetterQueue = receiver{
		"a standard SQS queue", "arn:aws:sqs:{region}:{account}:key-usage-undelivered",
		regexp.MustCompile(`^arn:aws[a-z-]*:(sqs):([^:]*):([^:]*):([^:]+)$`),
	}

	placeholder = regexp.MustCompile(`\{[^{}]*\}`)
	topicName   = regexp.MustCompile(`^[A-Za-z0-9_-]{1,256}$`)
	queueName   = regexp.MustCompile(`^([A-Za-z0-9_-]{1,80}|[A-Za-z0-9_-]{1,75}\.fifo)$`)
)

// wrong says what is wrong with an ARN by itself, as the second half of a
// sentence; "" means nothing.
func (r receiver) wrong(arn string) string {
	write := ": write one like " + r.example
	for _, p := range placeholder.FindAllString(arn, -1) {
		if p != regionPlaceholder && p != accountPlaceholder {
			return "holds " + quote(p) + ", which is not known: allowed are {region} and {account}"
		}
	}
	parts := r.shape.FindStringSubmatch(arn)
	if parts == nil {
		return "is not the ARN of " + r.what + write
	}
	service, region, account, name := parts[1], parts[2], parts[3], parts[4]
	if region != regionPlaceholder && !regionShape.MatchString(region) {
		return "names no Region" + write
	}
	if account != accountPlaceholder && !accountShape.MatchString(account) {
		return "names no account" + write
	}
	if region != regionPlaceholder && strings.Contains(name, regionPlaceholder) {
		return "has {region} in its name but not as its Region" + write
	}
	filled := strings.NewReplacer(regionPlaceholder, "us-east-1", accountPlaceholder, "111122223333").Replace(name)
	fifo := strings.HasSuffix(name, ".fifo")
	switch {
	case r == aDeadLetterQueue && fifo:
		return "is a FIFO queue, which EventBridge does not take for dead letters: use a standard queue"
	case service == "sns" && fifo:
		return "is a FIFO topic, which EventBridge cannot send to: use a standard topic"
	case service == "sns" && !topicName.MatchString(filled):
		return `has no usable topic name: allowed are 1 to 256 letters, digits, "_" and "-"`
	case service == "sqs" && !queueName.MatchString(filled):
		return `has no usable queue name: allowed are 1 to 80 letters, digits, "_" and "-", the last five .fifo where it is a FIFO queue`
	}
	return ""
}
