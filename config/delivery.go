package config

import "regexp"

// EventBridge's RetryPolicy takes 0 to 185 attempts and 60 to 86,400 seconds.
const (
	mostAttempts   = 185
	shortestMaxAge = minute
	longestMaxAge  = day
)

// SqsParameters of EventBridge allows 100 characters, SQS itself 128. The class
// is all of ASCII that can be seen: letters, digits and punctuation.
const messageGroupPattern = `^[!-~]{1,100}$`

var messageGroupShape = regexp.MustCompile(messageGroupPattern)

// Retry says how long EventBridge tries to deliver an alert.
type Retry struct {
	MaxAttempts int      `yaml:"max_attempts" doc:"At most this many more attempts: 0 to 185."`
	MaxAge      Duration `yaml:"max_age" doc:"At most for this long: 60s to 24h."`
}

// validateDelivery checks how alerts get to the targets, which aims are the
// sound ones of.
func (l *loading) validateDelivery(w Watch, aims []aim) {
	if !messageGroupShape.MatchString(w.MessageGroup) {
		l.refuseValue("watch.message_group", "%s is not a message group: write 1 to 100 letters, digits and punctuation marks, without spaces", quote(w.MessageGroup))
	}
	if n := w.Retry.MaxAttempts; n < 0 || n > mostAttempts {
		l.refuseValue("watch.retry.max_attempts", "%d is impossible: write 0 to %d", n, mostAttempts)
	}
	if d := w.Retry.MaxAge; d < shortestMaxAge || d > longestMaxAge {
		l.refuseValue("watch.retry.max_age", "%s is impossible: write 60s to 24h", d)
	}
	l.validateDeadLetterQueue(w, aims)
}

// validateDeadLetterQueue checks that the queue lies in the Region of the rules,
// as EventBridge requires.
func (l *loading) validateDeadLetterQueue(w Watch, aims []aim) {
	const path = "watch.dead_letter_queue"
	queue := w.DeadLetterQueue
	if queue == "" {
		return
	}
	if problem := aDeadLetterQueue.wrong(queue); problem != "" {
		l.refuseValue(path, "%s %s", quote(queue), problem)
		return
	}
	region := regionOf(queue)
	switch {
	case region == regionPlaceholder:
	case len(aims) > 0 && aims[0].everywhere():
		l.refuseValue(path, "%s lies in %s alone, but the targets and their rules in every Region: write %s as its Region too", quote(queue), region, regionPlaceholder)
	case region != w.HomeRegion && l.sound("watch.home_region"):
		l.refuseValue(path, "%s lies in %s, but home_region is %s: move one of them, or write %s for one queue per Region", quote(queue), region, w.HomeRegion, regionPlaceholder)
	}
}
