// Package watch keeps EventBridge rules that raise an alert when a watched
// access key is used.
//
// The way of the data: [Observe] reads the rules a Region has, [Wanted] turns
// watches into the rules it should have, [Diff] compares the two and makes a
// plan, [Check] holds the plan against quotas and the retirement cap, and
// [Apply] carries it out. Wanted, Diff and Check are pure functions; Observe
// and Apply talk to EventBridge through the small interfaces they declare.
// The package knows EventBridge and nothing of IAM.
package watch
