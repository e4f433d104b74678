package render

import (
	"bytes"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"keywatch/internal/evidence"
)

// Verified is an archive, with what it was verified by and what was found.
type Verified struct {
	Archive string
	Against string        // the second copy, "" for none
	Since   time.Time     // zero for all of it
	Keys    []string      // the IDs of the public keys given
	Known   evidence.Link // zero for none
	Report  evidence.Report
}

// VerificationFormats lists the names that Verification takes, the default first.
// The caller may change the slice.
func VerificationFormats() []string { return []string{"table", "json", "markdown"} }

// Verification writes what verifying an archive found: every bundle with its
// verdict, the problems, and the notes. Nothing is written where the format is
// unknown.
func Verification(w io.Writer, format string, v Verified, o Options) error {
	var out bytes.Buffer
	var err error
	switch format {
	case "table":
		verificationTable(&out, v, o)
	case "json":
		err = writeJSON(&out, newVerificationDoc(v, o))
	case "markdown":
		verificationMarkdown(&out, v)
	default:
		return fmt.Errorf("render: unknown format %q: use %s", format, orList(VerificationFormats()))
	}
	return flush(w, &out, err)
}

// verificationDoc is the contract keywatch/verification/v1. It goes on with the
// members of evidence.Report.
type verificationDoc struct {
	Schema      string         `json:"schema"`
	ToolVersion string         `json:"tool_version"`
	Archive     string         `json:"archive"`
	Against     string         `json:"against"`
	Since       string         `json:"since"`
	PublicKeys  []string       `json:"public_keys"` // IDs
	Known       *evidence.Link `json:"known"`
	Sound       bool           `json:"sound"`
	evidence.Report
}

func newVerificationDoc(v Verified, o Options) verificationDoc {
	doc := verificationDoc{
		Schema: "keywatch/verification/v1", ToolVersion: o.Version, Archive: v.Archive, Against: v.Against,
		Since: stamp(v.Since), PublicKeys: list(v.Keys), Sound: v.Report.Sound(), Report: v.Report,
	}
	if v.Known != (evidence.Link{}) {
		doc.Known = &v.Known
	}
	return doc
}

// VerificationSentence sums a verification up in one line. It says that all is
// sound only where everything was looked at and nothing is wrong.
func VerificationSentence(v Verified) string {
	r := v.Report
	wrong, unread := 0, 0
	for _, problem := range r.Problems {
		if problem.Kind == evidence.Unread {
			unread++
		} else {
			wrong++
		}
	}
	bad := 0
	for _, c := range r.Each {
		if c.Verdict != evidence.Sound && c.Verdict != evidence.Interrupted {
			bad++
		}
	}
	looked := fmt.Sprintf("%s and %s are as recorded in %s", count(r.Files, "file"), count(int(r.Bytes), "byte"), count(r.Bundles, "bundle"))
	if r.Unfinished > 0 {
		looked += fmt.Sprintf("; %d unfinished", r.Unfinished)
	}
	switch {
	case unread > 0:
		return fmt.Sprintf("INCOMPLETE: %s could not be read, and there are %s besides, in %s; %s.", count(unread, "file"), count(wrong, "problem"), count(bad, "bundle"), looked)
	case wrong > 0:
		return fmt.Sprintf("NOT SOUND: %s in %s; %s.", count(wrong, "problem"), count(bad, "bundle"), looked)
	}
	return fmt.Sprintf("Sound: %s; %s.", looked, worthOf(v))
}

// worthOf says what soundness rests on: hashes alone can be rewritten.
func worthOf(v Verified) string {
	r := v.Report
	switch {
	case len(v.Keys) > 0:
		return fmt.Sprintf("proved by %s", count(r.Signed, "signature"))
	case v.Known != (evidence.Link{}):
		return fmt.Sprintf("%s and all before it are as noted", v.Known.Bundle)
	case v.Against != "":
		return fmt.Sprintf("as in the second copy, which lacks %s of it", count(uncopied(r), "bundle"))
	case r.Unchecked > 0:
		return fmt.Sprintf("%s not checked: give --public-key", count(r.Unchecked, "signature"))
	}
	return "by hashes alone, which whoever may write there can rewrite"
}

// uncopied counts the bundles that the second copy does not have.
func uncopied(r evidence.Report) int {
	n := 0
	for _, note := range r.Notes {
		if note.Kind == evidence.Uncopied && note.File == "" {
			n++
		}
	}
	return n
}

func verificationFacts(v Verified) []fact {
	facts := []fact{{"Archive", v.Archive}}
	if v.Against != "" {
		facts = append(facts, fact{"Second copy", v.Against})
	}
	if !v.Since.IsZero() {
		facts = append(facts, fact{"Since", stamp(v.Since)})
	}
	if len(v.Keys) > 0 {
		facts = append(facts, fact{"Public keys", strings.Join(v.Keys, ", ")})
	}
	if v.Known != (evidence.Link{}) {
		facts = append(facts, fact{"Known", v.Known.Bundle + "=" + v.Known.ManifestSHA256})
	}
	for _, account := range slices.Sorted(maps.Keys(v.Report.Newest)) {
		link := v.Report.Newest[account]
		facts = append(facts, fact{"Newest", account + "/" + link.Bundle + "=" + link.ManifestSHA256})
	}
	return facts
}
