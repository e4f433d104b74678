package watch

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sns"
	snstypes "github.com/aws/aws-sdk-go-v2/service/sns/types"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	sqstypes "github.com/aws/aws-sdk-go-v2/service/sqs/types"
)

// TopicReader is what Targets asks of SNS.
type TopicReader interface {
	GetTopicAttributes(context.Context, *sns.GetTopicAttributesInput, ...func(*sns.Options)) (*sns.GetTopicAttributesOutput, error)
}

// QueueReader is what Targets asks of SQS.
type QueueReader interface {
	GetQueueUrl(context.Context, *sqs.GetQueueUrlInput, ...func(*sqs.Options)) (*sqs.GetQueueUrlOutput, error)
	GetQueueAttributes(context.Context, *sqs.GetQueueAttributesInput, ...func(*sqs.Options)) (*sqs.GetQueueAttributesOutput, error)
}

// Targets checks that the topics and queues of every Region exist, once per
// distinct one, since PutTargets accepts ARNs that do not. It says by Region
// why a target cannot be used; Regions whose targets are there are absent.
func Targets(ctx context.Context, p Policy, regions []string, topics func(region string) TopicReader, queues func(region string) QueueReader) map[string]error {
	users := map[endpoint][]string{} // Regions
	for _, region := range regions {
		for _, e := range p.needs(region) {
			users[e] = append(users[e], region)
		}
	}
	blocked := map[string]error{}
	var lock sync.Mutex
	var wait sync.WaitGroup
	for e, regions := range users {
		wait.Go(func() {
			err := e.check(ctx, topics, queues)
			if err == nil {
				return
			}
			lock.Lock()
			defer lock.Unlock()
			for _, region := range regions {
				if old := blocked[region]; old == nil || err.Error() < old.Error() { // one, and always the same
					blocked[region] = err
				}
			}
		})
	}
	wait.Wait()
	return blocked
}

// endpoint is a topic or queue and the setting that names it.
type endpoint struct{ arn, setting string }

// needs are the topics and queues without which a Region's rules tell nobody:
// where it forwards, those of the home Region.
func (p Policy) needs(region string) []endpoint {
	at := region
	if p.forwards(region) {
		at = p.HomeRegion
	}
	seen := map[string]bool{}
	var all []endpoint
	add := func(setting string, targets ...string) {
		for _, target := range targets {
			if arn := p.fill(target, at); !seen[arn] {
				seen[arn] = true
				all = append(all, endpoint{arn, setting})
			}
		}
	}
	add("watch.target", p.Targets...)
	for _, r := range p.Routes {
		add("watch.routes", r.Targets...)
	}
	for _, in := range []string{region, at} {
		if dlq := p.deadLetter(in); dlq != nil {
			add("watch.dead_letter_queue", aws.ToString(dlq.Arn))
		}
	}
	return all
}

func (e endpoint) check(ctx context.Context, topics func(string) TopicReader, queues func(string) QueueReader) error {
	parts := strings.SplitN(e.arn, ":", 6)
	if len(parts) != 6 {
		return fmt.Errorf("watch: target %q is not an ARN: correct %s", e.arn, e.setting)
	}
	service, region, account, name := parts[2], parts[3], parts[4], parts[5]
	switch service {
	case "sns":
		_, err := topics(region).GetTopicAttributes(ctx, &sns.GetTopicAttributesInput{TopicArn: &e.arn})
		return inWords[*snstypes.NotFoundException](err, "topic", e, "sns:GetTopicAttributes")
	case "sqs":
		out, err := queues(region).GetQueueUrl(ctx, &sqs.GetQueueUrlInput{QueueName: &name, QueueOwnerAWSAccountId: &account})
		if err != nil || !fifo(e.arn) {
			return inWords[*sqstypes.QueueDoesNotExist](err, "queue", e, "sqs:GetQueueUrl")
		}
		return e.checkFIFO(ctx, queues(region), out.QueueUrl)
	}
	return fmt.Errorf("watch: target %q is neither an SNS topic nor an SQS queue: correct %s", e.arn, e.setting)
}

// checkFIFO refuses a queue that EventBridge cannot deliver to: alerts carry no
// deduplication ID of their own (EventBridge user guide, SQS targets).
func (e endpoint) checkFIFO(ctx context.Context, queues QueueReader, url *string) error {
	const attribute = sqstypes.QueueAttributeNameContentBasedDeduplication
	out, err := queues.GetQueueAttributes(ctx, &sqs.GetQueueAttributesInput{QueueUrl: url, AttributeNames: []sqstypes.QueueAttributeName{attribute}})
	if err != nil {
		return inWords[*sqstypes.QueueDoesNotExist](err, "queue", e, "sqs:GetQueueAttributes")
	}
	if out.Attributes[string(attribute)] != "true" {
		return fmt.Errorf("watch: queue %s is FIFO without content-based deduplication, so every alert would be refused: turn it on, or correct %s", e.arn, e.setting)
	}
	return nil
}

// inWords says what the service's answer means. Absent is its error for what
// does not exist.
func inWords[Absent error](err error, kind string, e endpoint, permission string) error {
	if err == nil {
		return nil
	}
	if _, absent := errors.AsType[Absent](err); absent {
		return fmt.Errorf("watch: %s %s does not exist: create it, or correct %s or watch.regions", kind, e.arn, e.setting)
	}
	return fmt.Errorf("watch: whether %s %s exists could not be checked: %w%s", kind, e.arn, err, hint(err, permission))
}
