package main

import (
	"context"
	"fmt"
	"log/slog"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsconfig "github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/account"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/sns"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go/logging"
	"github.com/aws/smithy-go/middleware"

	"keywatch/config"
	"keywatch/internal/audit"
	"keywatch/internal/pace"
	"keywatch/internal/watch"
)

// awsConfig reads credentials and endpoints as the SDK defines them. A home
// Region other than the default outranks the environment's Region, which else
// says in which partition to call.
func (a *app) awsConfig(ctx context.Context, s config.Settings, log *slog.Logger) (aws.Config, error) {
	options := []func(*awsconfig.LoadOptions) error{
		awsconfig.WithRetryer(pace.Retryer),
		awsconfig.WithLogger(logging.LoggerFunc(func(_ logging.Classification, format string, v ...any) {
			log.Debug("aws sdk", "message", fmt.Sprintf(format, v...))
		})),
	}
	if a.profile != "" {
		options = append(options, awsconfig.WithSharedConfigProfile(a.profile))
	}
	if log.Enabled(ctx, slog.LevelDebug) {
		options = append(options, awsconfig.WithClientLogMode(aws.LogRetries))
	}
	cfg, err := awsconfig.LoadDefaultConfig(ctx, options...)
	if err != nil {
		return aws.Config{}, err
	}
	if cfg.Region == "" || a.region != "" || s.Watch.HomeRegion != config.Default().Watch.HomeRegion {
		cfg.Region = s.Watch.HomeRegion
	}
	return cfg, nil
}

// connect makes the account's clients. Each service and Region has its own
// limiter, made once, since that is how AWS counts.
func connect(cfg aws.Config, paces paces) audit.Account {
	cfg.HTTPClient = newSteady(cfg.HTTPClient)
	c := clients{cfg: cfg, paces: paces, rules: map[string]*eventbridge.Client{}}
	return audit.Account{
		IAM:      iam.NewFromConfig(cfg, func(o *iam.Options) { o.APIOptions = append(o.APIOptions, attach(paces.iam)) }),
		Identity: sts.NewFromConfig(cfg),
		Regions:  account.NewFromConfig(cfg),
		Rules:    func(region string) audit.Rules { return c.rulesIn(region) },
		Topics: func(region string) watch.TopicReader {
			return sns.NewFromConfig(cfg, func(o *sns.Options) { o.Region = region })
		},
		Queues: func(region string) watch.QueueReader {
			return sqs.NewFromConfig(cfg, func(o *sqs.Options) { o.Region = region })
		},
	}
}

// paces are the rates calls begin with and may grow to.
type paces struct{ iam, rules pace.Options }

// defaultPaces: IAM publishes no rate; EventBridge's control plane takes 50
// calls per second and Region (EventBridge user guide, quotas).
func defaultPaces() paces {
	return paces{
		iam:   pace.Options{Start: 20, Min: 0.5, Max: 100, Burst: 10},
		rules: pace.Options{Start: 25, Min: 0.5, Max: 45, Burst: 10},
	}
}

func attach(o pace.Options) func(*middleware.Stack) error { return pace.New(o).Attach }

type clients struct {
	cfg   aws.Config
	paces paces
	mu    sync.Mutex
	rules map[string]*eventbridge.Client
}

func (c *clients) rulesIn(region string) *eventbridge.Client {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.rules[region] == nil {
		c.rules[region] = eventbridge.NewFromConfig(c.cfg, func(o *eventbridge.Options) {
			o.Region = region
			o.APIOptions = append(o.APIOptions, attach(c.paces.rules))
		})
	}
	return c.rules[region]
}
