package pace

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/smithy-go/middleware"
)

// Attach makes every attempt of a client wait for its turn and report its
// answer. It is one of a client's APIOptions:
//
//	iam.NewFromConfig(cfg, func(o *iam.Options) {
//		o.APIOptions = append(o.APIOptions, limiter.Attach)
//	})
//
// The step stands directly inside the SDK's retry loop: retries wait too, and
// credentials and signature are made after the wait, not before it. A wait that
// ctx ends is an [aws.RequestCanceledError], which is never tried again. An
// operation without a retry loop, such as presigning, is refused.
func (l *Limiter) Attach(stack *middleware.Stack) error {
	step := middleware.FinalizeMiddlewareFunc("keywatch/pace", l.handle)
	if err := stack.Finalize.Insert(step, "Retry", middleware.After); err != nil {
		return fmt.Errorf("pace: attach inside the retry loop: %w", err)
	}
	return nil
}

func (l *Limiter) handle(ctx context.Context, in middleware.FinalizeInput, next middleware.FinalizeHandler) (
	middleware.FinalizeOutput, middleware.Metadata, error,
) {
	t, err := l.wait(ctx)
	if err != nil {
		return middleware.FinalizeOutput{}, middleware.Metadata{}, &aws.RequestCanceledError{Err: err}
	}
	out, metadata, err := next.HandleFinalize(ctx, in)
	// Any other failure, a broken connection say, tells nothing about the rate.
	if throttled := Throttled(err); throttled || err == nil {
		l.report(t, throttled)
	}
	return out, metadata, err
}
