// Package story tells what happened between two runs of the same account: which
// keys woke up, what is new, what was put right, and by what.
//
// [Read] reads the document keywatch/audit/v1 of a run, with the findings that
// passed, and [Between] compares two of them. Both are pure functions.
//
// What a document does not hold is no good news. That a finding is not there any
// more is told as what it is: its key was replaced, its user is gone, the check is
// not asked any more, or nobody looked. Fixed is only what passes now.
package story
