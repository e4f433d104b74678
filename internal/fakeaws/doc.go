// Package fakeaws is an AWS in a box: an [http.Handler] that speaks IAM, STS,
// EventBridge, SNS, SQS, S3 and Account Management to the real AWS SDK, and is
// meant to be no kinder than AWS.
//
// Begin with [New], seed the account with [Cloud.AddUser], [Cloud.SetRoot],
// [Cloud.CreateTopic] and their like, put the Cloud behind an HTTP server and
// point SDK clients at it by BaseEndpoint or AWS_ENDPOINT_URL. One Cloud serves
// every service and every Region: both are read from the credential scope of
// the request's signature. [Cloud.Use] makes a call with an access key or a
// session, and [Cloud.SignIn] is one in the console, so that CloudTrail's event
// meets the rules and alerts arrive in topics and queues.
//
// For tests every call is recorded ([Cloud.Calls], [Cloud.Count]), can be made
// to fail ([Cloud.Inject]) and can be followed by a check ([Cloud.OnCall]).
// Make a new Cloud per test; there is no way to reset one.
//
// A Cloud is safe for concurrent use. Time is Options.Now and nothing else.
//
// What is simpler than AWS: signatures are read, not verified; every accepted
// key may do everything unless a fault denies it; only the default event bus
// exists; schedules never fire; STS hands out no temporary credentials, their use
// is made up by Use.
package fakeaws
