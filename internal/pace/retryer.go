package pace

import (
	"errors"
	"net"
	"net/url"
	"strings"
	"syscall"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/ratelimit"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/smithy-go"
)

// Ten attempts with waits that double up to 20 seconds outlast more than a
// minute of throttling.
const (
	maxAttempts = 10
	maxBackoff  = 20 * time.Second
)

// quotaReached is EventBridge's answer to a rule or target too many. The SDK
// counts the code among the throttles and would try again for nothing.
const quotaReached = "LimitExceededException"

// Retryer returns the retry policy of every AWS client of the project, a new
// one at each call as config.WithRetryer wants it. It is the SDK's standard
// policy with these differences:
//
//   - 10 attempts, waits up to 20 seconds. Both are set here, so that they do
//     not change with the SDK's defaults.
//   - No quota of retries: the standard one gives up early in long throttling.
//   - LimitExceededException is final: a quota is full, no patience empties it.
//   - ConcurrentModificationException is tried again: somebody else was writing
//     to EventBridge at the same time.
//   - An address that does not exist or refuses the connection is final: a wrong
//     endpoint or no network, which the user should hear of at once.
//
// LimitExceeded, IAM's answer to a credential report asked for too often, is
// not tried again here: its caller knows whether there is an older report.
func Retryer() aws.Retryer {
	return retry.NewStandard(func(o *retry.StandardOptions) {
		o.MaxAttempts = maxAttempts
		o.MaxBackoff = maxBackoff
		o.Backoff = retry.NewExponentialJitterBackoff(maxBackoff)
		o.RateLimiter = ratelimit.None
		o.Retryables = append([]retry.IsErrorRetryable{retry.IsErrorRetryableFunc(unreachable), retry.IsErrorRetryableFunc(ownCodes)}, o.Retryables...)
	})
}

// ownCodes comes before the SDK's own checks, which know one of the codes as a
// throttle.
func ownCodes(err error) aws.Ternary {
	switch code(err) {
	case quotaReached:
		return aws.FalseTernary
	case "ConcurrentModificationException":
		return aws.TrueTernary
	}
	return aws.UnknownTernary
}

// unreachable ends the tries where nobody answers at the address.
func unreachable(err error) aws.Ternary {
	if lookup, ok := errors.AsType[*net.DNSError](err); ok && lookup.IsNotFound {
		return aws.FalseTernary
	}
	if address, ok := errors.AsType[*url.Error](err); ok && strings.Contains(address.Error(), "unsupported protocol scheme") {
		return aws.FalseTernary
	}
	if errors.Is(err, syscall.ECONNREFUSED) {
		return aws.FalseTernary
	}
	return aws.UnknownTernary
}

// Throttled tells whether err is a service's word that requests come too fast,
// by the codes that the SDK knows but for LimitExceededException, which is a
// full quota. It is false for nil.
func Throttled(err error) bool {
	c := code(err)
	_, known := retry.DefaultThrottleErrorCodes[c]
	return known && c != quotaReached
}

// code is the error code of a service's answer, or "".
func code(err error) string {
	if api, ok := errors.AsType[smithy.APIError](err); ok {
		return api.ErrorCode()
	}
	return ""
}
