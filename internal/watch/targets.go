package watch

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"

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
}

// Targets checks that the topic or queue of every Region exists, once per
// distinct one, since PutTargets accepts ARNs that do not. It says by Region
// why a target cannot be used; Regions whose target is there are absent.
func Targets(ctx context.Context, p Policy, regions []string, topics func(region string) TopicReader, queues func(region string) QueueReader) map[string]error {
	users := map[string][]string{} // Regions by target
	for _, region := range regions {
		users[p.targetIn(region)] = append(users[p.targetIn(region)], region)
	}
	blocked := map[string]error{}
	var lock sync.Mutex
	var wait sync.WaitGroup
	for arn, regions := range users {
		wait.Go(func() {
			err := exists(ctx, arn, topics, queues)
			if err == nil {
				return
			}
			lock.Lock()
			defer lock.Unlock()
			for _, region := range regions {
				blocked[region] = err
			}
		})
	}
	wait.Wait()
	return blocked
}

func exists(ctx context.Context, arn string, topics func(string) TopicReader, queues func(string) QueueReader) error {
	parts := strings.SplitN(arn, ":", 6)
	if len(parts) != 6 {
		return fmt.Errorf("watch: target %q is not an ARN: correct watch.target", arn)
	}
	service, region, account, name := parts[2], parts[3], parts[4], parts[5]
	switch service {
	case "sns":
		_, err := topics(region).GetTopicAttributes(ctx, &sns.GetTopicAttributesInput{TopicArn: &arn})
		return inWords[*snstypes.NotFoundException](err, "topic", arn, "sns:GetTopicAttributes")
	case "sqs":
		_, err := queues(region).GetQueueUrl(ctx, &sqs.GetQueueUrlInput{QueueName: &name, QueueOwnerAWSAccountId: &account})
		return inWords[*sqstypes.QueueDoesNotExist](err, "queue", arn, "sqs:GetQueueUrl")
	}
	return fmt.Errorf("watch: target %q is neither an SNS topic nor an SQS queue: correct watch.target", arn)
}

// inWords says what the service's answer means. Absent is its error for what
// does not exist.
func inWords[Absent error](err error, kind, arn, permission string) error {
	if err == nil {
		return nil
	}
	if _, absent := errors.AsType[Absent](err); absent {
		return fmt.Errorf("watch: %s %s does not exist: create it, or correct watch.target or watch.regions", kind, arn)
	}
	return fmt.Errorf("watch: whether %s %s exists could not be checked: %w%s", kind, arn, err, hint(err, permission))
}
