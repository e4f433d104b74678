package config

import (
	"regexp"
	"slices"
	"strings"
)

// The placeholders that a target may hold.
const (
	regionPlaceholder  = "{region}"
	accountPlaceholder = "{account}"
)

var (
	placeholder = regexp.MustCompile(`\{[^{}]*\}`)
	targetShape = regexp.MustCompile(`^arn:aws[a-z-]*:(sns|sqs):([^:]*):([^:]*):([^:]+)$`)
	// Names may hold 256 (SNS) and 80 (SQS) characters, ".fifo" included.
	topicName = regexp.MustCompile(`^[A-Za-z0-9_-]{1,256}$`)
	queueName = regexp.MustCompile(`^[A-Za-z0-9_-]{1,80}$`)
)

// validateTarget checks who is told, and how events of other Regions get there.
func (l *loading) validateTarget(w Watch) {
	const target, role = "watch.target", "watch.forward_role"
	if w.ForwardRole != "" && !roleShape.MatchString(w.ForwardRole) {
		l.refuseValue(role, "%s is not the ARN of an IAM role: write one like arn:aws:iam::111122223333:role/keywatch-forward", quote(w.ForwardRole))
	}
	if w.Target == "" || !l.sound(target) {
		return
	}
	if problem := wrongTarget(w.Target); problem != "" {
		l.refuseValue(target, "%s %s", quote(w.Target), problem)
		return
	}
	region := strings.Split(w.Target, ":")[3]
	if region == regionPlaceholder || !l.sound("watch.home_region") {
		return
	}
	if region != w.HomeRegion {
		l.refuseValue(target, "%s lies in %s, but home_region is %s: move one of them, or write %s for one target per Region", quote(w.Target), region, w.HomeRegion, regionPlaceholder)
	}
	home := func(name string) bool { return name == w.HomeRegion }
	onlyHome := !w.Regions.All && !slices.ContainsFunc(w.Regions.Names, func(name string) bool { return !home(name) })
	if w.ForwardRole == "" && !onlyHome && l.sound("watch.regions", role) {
		l.refuseValue(target, "other Regions than %s are watched, and a rule's target must be in its own Region: set forward_role, or write %s for one target per Region", w.HomeRegion, regionPlaceholder)
	}
}

// wrongTarget says what is wrong with a target by itself, as the second half of
// a sentence; "" means nothing.
func wrongTarget(target string) string {
	const write = ": write one like arn:aws:sns:{region}:{account}:key-usage"
	for _, p := range placeholder.FindAllString(target, -1) {
		if p != regionPlaceholder && p != accountPlaceholder {
			return "holds " + quote(p) + ", which is not known: allowed are {region} and {account}"
		}
	}
	parts := targetShape.FindStringSubmatch(target)
	if parts == nil {
		return "is not the ARN of an SNS topic or SQS queue" + write
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
	name, fifo := strings.CutSuffix(name, ".fifo")
	name = strings.NewReplacer(regionPlaceholder, "us-east-1", accountPlaceholder, "111122223333").Replace(name)
	switch {
	case service == "sns" && fifo:
		return "is a FIFO topic, which EventBridge cannot send to: use a standard topic"
	case fifo:
		return "is a FIFO queue, which keywatch does not send to yet: use a standard queue"
	case service == "sns" && !topicName.MatchString(name):
		return `has no usable topic name: allowed are 1 to 256 letters, digits, "_" and "-"`
	case service == "sqs" && !queueName.MatchString(name):
		return `has no usable queue name: allowed are 1 to 80 letters, digits, "_" and "-"`
	}
	return ""
}
