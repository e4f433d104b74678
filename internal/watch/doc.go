// Package watch keeps EventBridge rules that raise an alert when a watched
// access key is used.
//
// The way of the data: [Observe] reads the rules a Region has, [Wanted] is the
// rule a watch should have, [Diff] compares the two Region by Region, [Make]
// makes one plan of all Regions and holds it against quotas and the retirement
// cap, and [Apply] carries it out. Wanted, Diff and Make are pure functions;
// Observe, [Targets] and Apply talk to AWS through the small interfaces they
// declare. The package knows EventBridge and nothing of IAM.
//
// A key that is wanted and watched stays watched at every single call. So a
// plan creates before it changes and changes before it retires, never takes a
// key out of a rule other than by retiring the rule, and holds back what would
// take a watch away while what replaces it is not there.
package watch
