package evidence

import (
	"path"
	"strings"
	"unicode"
)

// Kind says what a remark is about.
type Kind string

// What is wrong with an archive.
const (
	Changed   Kind = "changed"   // a file is not the recorded one
	Missing   Kind = "missing"   // a file or a bundle that something names is not there
	Unknown   Kind = "unknown"   // something is there that nothing names
	Misplaced Kind = "misplaced" // a bundle is kept under the name of another one
	Signature Kind = "signature" // a signature proves nothing, or none does
	Copies    Kind = "copies"    // the archive and the second copy of it differ
	Unread    Kind = "unread"    // something could not be looked at
	Inserted  Kind = "inserted"  // several bundles follow the same one, and were no runs at the same time
)

// What is worth knowing, and no sign of tampering.
const (
	Unfinished Kind = "unfinished" // a run was interrupted before its manifest
	Fork       Kind = "fork"       // several bundles follow the same one: runs at the same time
	Clock      Kind = "clock"      // a bundle follows one with a later name: a clock was wrong
	Uncopied   Kind = "uncopied"   // the second copy does not have it
)

// Problem tells whether something is wrong.
func (k Kind) Problem() bool {
	switch k {
	case Unfinished, Fork, Clock, Uncopied:
		return false
	}
	return true
}

// Remark is one thing that Verify has to say.
type Remark struct {
	Kind      Kind   `json:"kind"`
	AccountID string `json:"account_id"`
	Bundle    string `json:"bundle,omitempty"` // "" for what lies outside of bundles
	File      string `json:"file,omitempty"`   // "" for what is about the whole bundle
	// Others are the names of more bundles that have to do with it.
	Others []string `json:"others,omitempty"`
	// Place is where a file differs, if that is known.
	Place *Place `json:"place,omitempty"`
	Text  string `json:"text"`
}

// String is a line such as "111122223333/2026-.../report.csv was changed: ...".
// Who may add files chooses their names: what a terminal would obey is replaced.
func (r Remark) String() string {
	return strings.Map(func(c rune) rune {
		if unicode.IsPrint(c) {
			return c
		}
		return unicode.ReplacementChar
	}, path.Join(r.AccountID, r.Bundle, r.File)+" "+r.Text)
}

// Report is what Verify found. Remarks are in the order of accounts and bundles.
type Report struct {
	Bundles    int   `json:"bundles"` // complete ones
	Unfinished int   `json:"unfinished"`
	Files      int   `json:"files"` // as recorded, with those of size 0
	Bytes      int64 `json:"bytes"` // of these files
	// Signatures that a given key proves, that no key was given for, and bundles
	// that have none.
	Signed    int `json:"signed"`
	Unchecked int `json:"unchecked"`
	Unsigned  int `json:"unsigned"`
	// Each is every bundle that was looked at, and every one that is missing, by
	// account and name.
	Each []Checked `json:"each"` // never nil
	// Newest is each account's newest complete bundle, of those looked at. That
	// nothing was taken away behind it, only a Link from elsewhere can tell; see
	// VerifyOptions.Known.
	Newest   map[string]Link `json:"newest"`
	Problems []Remark        `json:"problems"` // never nil
	Notes    []Remark        `json:"notes"`    // never nil
}

func (r *Report) add(remarks ...Remark) {
	for _, remark := range remarks {
		if remark.Kind.Problem() {
			r.Problems = append(r.Problems, remark)
		} else {
			r.Notes = append(r.Notes, remark)
		}
	}
}

// count adds what the check of a bundle counted.
func (r *Report) count(b checked) {
	if b.unfinished() {
		r.Unfinished++
		return
	}
	r.Bundles++
	r.Files += b.files
	r.Bytes += b.bytes
	switch b.signed {
	case proved:
		r.Signed++
	case unchecked:
		r.Unchecked++
	case unsigned:
		r.Unsigned++
	}
}

// Sound tells that nothing is wrong.
func (r Report) Sound() bool { return len(r.Problems) == 0 }
