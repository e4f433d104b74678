package evidence

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// held is what a store holds of one bundle, as far as it was read.
type held struct {
	account, bundle string
	names           []string          // of all files there, sorted
	files           map[string][]byte // those that were read
	unread          map[string]error  // those that could not be
}

// signing is what is known of a bundle's signature.
type signing int

const (
	doubtful  signing = iota // it proves nothing, or its manifest was changed
	unsigned                 // the manifest says there is none
	unchecked                // there is one, and no key for it
	proved
)

// checked is what the check of one bundle finds.
type checked struct {
	bundle   string
	remarks  []Remark
	manifest Manifest
	unread   bool   // the manifest is there and could not be read
	sum      string // the manifest's SHA-256, "" where there is none or it was not read
	sound    bool   // the manifest is the one that was written, layout aside
	tidy     string // the SHA-256 of the manifest in its canonical layout
	signed   signing
	compared []string // files of which it is said how the second copy differs
	files    int
	bytes    int64
}

func (c *checked) add(h held, kind Kind, file string, p *Place, format string, a ...any) {
	c.remarks = append(c.remarks, Remark{Kind: kind, AccountID: h.account, Bundle: h.bundle, File: file, Place: p, Text: fmt.Sprintf(format, a...)})
}

// unfinished tells that there is no manifest.
func (c checked) unfinished() bool { return c.sum == "" && !c.unread }

// is tells whether the manifest is that of a link, layout aside.
func (c checked) is(link Link) bool {
	return c.bundle == link.Bundle && (c.sum == link.ManifestSHA256 || c.tidy == link.ManifestSHA256)
}

// checkBundle checks what a bundle says of itself, and against the second copy if
// there is one. Its place in the chain is for chain to check.
func checkBundle(h held, second *held, keys []PublicKey) checked {
	c := checked{bundle: h.bundle}
	for _, name := range h.names {
		if err := h.unread[name]; err != nil {
			c.add(h, Unread, name, nil, "could not be read: %v", err)
		}
	}
	manifest, found := h.files[ManifestFile]
	switch {
	case h.unread[ManifestFile] != nil:
		c.unread = true
	case !found:
		c.add(h, Unfinished, "", nil, "is unfinished: there is no %s, only %s", ManifestFile, strings.Join(h.names, ", "))
	default:
		c.sum = hash(manifest)
		c.checkManifest(h, second, manifest)
	}
	if c.manifest.Schema != "" {
		c.checkFiles(h, second)
		c.checkSignature(h, keys)
	}
	if second != nil {
		c.compareNames(h, *second)
	}
	c.manifest.Files, c.manifest.Marks = nil, nil // a year of them would be a lot to keep
	return c
}

// checkManifest checks that the manifest is the one that was written.
func (c *checked) checkManifest(h held, second *held, data []byte) {
	m, err := parseManifest(data)
	if err == nil {
		c.manifest, c.tidy = m, hash(m.encode())
	}
	switch {
	case err == nil && m.name() == h.bundle && m.Bundle == h.bundle && m.AccountID == h.account:
		c.sound = true
		if p, differs := firstDifference(data, m.encode()); differs {
			c.add(h, Changed, ManifestFile, &p, "was changed in its layout alone, first at %s; what it says is what was written", p)
		}
		return
	case err == nil && m.name() == m.Bundle:
		c.add(h, Misplaced, "", nil, "holds another bundle: %s", fileName(m.AccountID, m.Bundle, ""))
		return
	}
	if original, ok := restore(data, h); ok {
		p, _ := firstDifference(data, original.encode())
		c.manifest = original // so that the files are not blamed
		c.add(h, Changed, ManifestFile, &p, "was changed, first at %s; the files are those that were written", p)
		return
	}
	if copied, ok := fromCopy(h, second); ok {
		p, _ := firstDifference(data, second.files[ManifestFile])
		c.manifest, c.compared = copied, append(c.compared, ManifestFile)
		c.add(h, Changed, ManifestFile, &p, "was changed, first at %s; the second copy is as written", p)
		return
	}
	kind, why := reason(data, err)
	c.add(h, kind, ManifestFile, nil, "%s", why)
}

// reason tells why a manifest is not the one that was written, as far as it can
// be told from that alone.
func reason(data []byte, err error) (Kind, string) {
	const rest = "; the files cannot be checked without it"
	if err == nil {
		return Changed, "was changed: what it says does not fit the bundle's name"
	}
	if version, ok := errors.AsType[*schemaError](err); ok {
		return Unread, "could not be read: " + version.Error() + rest
	}
	if syntax, ok := errors.AsType[*json.SyntaxError](err); ok && syntax.Offset <= int64(len(data)) {
		p, _ := firstDifference(data, data[:max(0, syntax.Offset-1)]) // where the rest begins
		return Changed, "was changed, at " + p.String() + " or before: " + err.Error() + rest
	}
	return Changed, "was changed: " + err.Error() + rest
}

// restore puts what is known from elsewhere into a manifest that was changed: the
// names it is kept under, and what it should record of the files that are there.
// If it then fits its name, it is the one that was written, and the files are
// those that were written too.
func restore(data []byte, h held) (original Manifest, ok bool) {
	var m Manifest
	if json.Unmarshal(data, &m) != nil {
		return Manifest{}, false
	}
	m.Schema, m.AccountID, m.Bundle = Schema, h.account, h.bundle
	m.FinishedAt, _ = bundleTime(h.bundle)
	m.Files, m.Marks = nil, nil
	for _, name := range h.names {
		if name == ManifestFile || name == SignatureFile {
			continue
		}
		file, read := h.files[name]
		if !read {
			return Manifest{}, false
		}
		m.record(name, file)
	}
	return m, m.check() == nil && m.name() == h.bundle
}

// fromCopy takes the manifest of the second copy if that is the one that was
// written.
func fromCopy(h held, second *held) (m Manifest, ok bool) {
	if second == nil {
		return Manifest{}, false
	}
	m, err := parseManifest(second.files[ManifestFile])
	return m, err == nil && m.name() == h.bundle && m.Bundle == h.bundle && m.AccountID == h.account
}

// compareNames tells which files only one of the two copies has.
func (c *checked) compareNames(h, second held) {
	for _, name := range second.names {
		if err := second.unread[name]; err != nil {
			c.add(h, Unread, name, nil, "could not be read in the second copy: %v", err)
			continue
		}
		if !slices.Contains(h.names, name) && !c.remarked(name) {
			c.add(h, Copies, name, nil, "is in the second copy and not here")
		}
	}
	for _, name := range h.names {
		if !slices.Contains(second.names, name) && len(second.names) > 0 {
			c.add(h, Uncopied, name, nil, "is not in the second copy")
		}
	}
}

func (c *checked) remarked(file string) bool {
	return slices.ContainsFunc(c.remarks, func(r Remark) bool { return r.File == file })
}
