// Package pace keeps calls to a service at the rate the service allows.
//
// Nobody publishes how many calls a second IAM takes, and what it takes changes
// with what else runs in the account. So a [Limiter] finds out: every answer
// lets its rate grow a little, a throttle halves it. Attached to a client of
// the AWS SDK it makes each attempt wait its turn, the SDK's own retries too.
// [Retryer] is the policy for what is tried again, and how often.
//
// Together they answer throttling with patience. The SDK's adaptive mode is
// meant to do the same and is not used: its retry quota, once drained, is never
// refilled (aws/aws-sdk-go-v2 issue 3550).
package pace
