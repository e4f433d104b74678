package evidence

import (
	"slices"
	"strings"
	"time"
)

// Verdict is what came out for a bundle.
type Verdict string

// The verdicts, from the best.
const (
	Sound       Verdict = "sound"      // it is as it was written
	Interrupted Verdict = "unfinished" // a run was interrupted before its manifest
	Unseen      Verdict = "unread"     // something of it could not be looked at
	Unproved    Verdict = "unproved"   // no signature proves it, and one was asked for
	Damaged     Verdict = "damaged"    // something is not as it was written
	Lost        Verdict = "missing"    // it is not there, and something says that it was
)

// Seal says what its signature says of a bundle.
type Seal string

// The seals.
const (
	Proved    Seal = "proved"    // a given key proves it
	Unchecked Seal = "unchecked" // it is signed, and no key was given
	Unsigned  Seal = "unsigned"  // its manifest says that nobody signed it
	Doubtful  Seal = "doubtful"  // its signature proves nothing, or its manifest was changed
)

// Checked is what Verify found of one bundle.
type Checked struct {
	AccountID  string    `json:"account_id"`
	Bundle     string    `json:"bundle"`
	FinishedAt time.Time `json:"finished_at"` // by its name
	Files      int       `json:"files"`       // as recorded
	Bytes      int64     `json:"bytes"`       // of these files
	Seal       Seal      `json:"signature"`   // "" where there is no manifest, or it was not read
	SignedBy   string    `json:"signed_by"`   // the ID of the key that the manifest names
	Verdict    Verdict   `json:"verdict"`
}

func (b checked) summary(account string) Checked {
	c := Checked{AccountID: account, Bundle: b.bundle, Files: b.files, Bytes: b.bytes, SignedBy: b.manifest.SignedBy}
	c.FinishedAt, _ = bundleTime(b.bundle)
	if b.sum != "" {
		c.Seal = map[signing]Seal{doubtful: Doubtful, unsigned: Unsigned, unchecked: Unchecked, proved: Proved}[b.signed]
	}
	return c
}

// close sorts the bundles and gives each its verdict, once there are all remarks.
// Bundles that are missing are among them.
func (r *Report) close() {
	type name struct{ account, bundle string }
	remarks := map[name][]Remark{}
	for _, remark := range slices.Concat(r.Problems, r.Notes) {
		n := name{remark.AccountID, remark.Bundle}
		remarks[n] = append(remarks[n], remark)
	}
	there := map[name]bool{}
	for i := range r.Each {
		c := &r.Each[i]
		n := name{c.AccountID, c.Bundle}
		there[n] = true
		c.Verdict = verdict(remarks[n])
	}
	for _, remark := range r.Problems {
		n := name{remark.AccountID, remark.Bundle}
		if at, ok := bundleTime(remark.Bundle); ok && !there[n] && remark.File == "" {
			there[n] = true
			r.Each = append(r.Each, Checked{AccountID: n.account, Bundle: n.bundle, FinishedAt: at, Verdict: Lost})
		}
	}
	slices.SortFunc(r.Each, func(a, b Checked) int {
		return strings.Compare(a.AccountID+a.Bundle, b.AccountID+b.Bundle)
	})
}

func verdict(remarks []Remark) Verdict {
	has := func(is func(Kind) bool) bool {
		return slices.ContainsFunc(remarks, func(r Remark) bool { return is(r.Kind) })
	}
	switch {
	case has(func(k Kind) bool { return k.Problem() && k != Unread && k != Signature }):
		return Damaged
	case has(func(k Kind) bool { return k == Signature }):
		return Unproved
	case has(func(k Kind) bool { return k == Unread }):
		return Unseen
	case has(func(k Kind) bool { return k == Unfinished }):
		return Interrupted
	}
	return Sound
}
