package watch

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge/types"
	"golang.org/x/sync/errgroup"
)

// TagReader is what Tags asks of EventBridge.
type TagReader interface {
	ListTagsForResource(context.Context, *eventbridge.ListTagsForResourceInput, ...func(*eventbridge.Options)) (*eventbridge.ListTagsForResourceOutput, error)
}

// Tags adds their tags to the observed rules of ours, a call each, since
// ListRules does not tell them. It returns the Region as it was seen, and an
// error where tags could not be read: those rules then count as tagged.
func Tags(ctx context.Context, api TagReader, seen Observed) (Observed, error) {
	seen.Own = slices.Clone(seen.Own)
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(sideBySide)
	for i := range seen.Own {
		own := &seen.Own[i]
		group.Go(func() error {
			out, err := api.ListTagsForResource(ctx, &eventbridge.ListTagsForResourceInput{ResourceARN: &own.ARN})
			if _, gone := errors.AsType[*types.ResourceNotFoundException](err); gone {
				return nil
			}
			if err != nil {
				return err
			}
			own.Tags = map[string]string{}
			for _, tag := range out.Tags {
				own.Tags[aws.ToString(tag.Key)] = aws.ToString(tag.Value)
			}
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		return seen, fmt.Errorf("watch: the tags of our rules in %s could not be read: %w%s", seen.Region, err, hint(err, "events:ListTagsForResource"))
	}
	return seen, nil
}
