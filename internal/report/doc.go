// Package report turns an account's IAM credential report into findings.
//
// The way of the data: [Fetch] downloads the report, [Parse] turns its bytes
// into rows, [Evaluate] asks every check of every row, and [ResolveKeys] finds
// the access key IDs, which the report never holds. Parse and Evaluate are pure
// functions; Fetch and ResolveKeys talk to IAM through the small interfaces
// they declare. The package knows IAM and nothing of EventBridge.
package report
