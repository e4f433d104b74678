// Package audit takes one account from end to end. It is the only room where
// report and watch meet: the credential report is fetched and judged, the risky
// keys become watches, and for plan and apply the rules of every Region are
// compared with what is wanted.
package audit
