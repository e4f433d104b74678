package evidence

import (
	"bytes"
	"fmt"
	"slices"
)

// checkFiles compares the files with what the manifest records of them.
func (c *checked) checkFiles(h held, second *held) {
	m := c.manifest
	known := []string{ManifestFile}
	if m.SignedBy != "" {
		known = append(known, SignatureFile)
	}
	for i, f := range m.Files {
		known = append(known, f.Name)
		data, read := h.files[f.Name]
		switch {
		case h.unread[f.Name] != nil: // said already
		case !read:
			c.add(h, Missing, f.Name, nil, "is missing%s", hasCopy(second, f))
		case hash(data) == f.SHA256:
			c.files++
			c.bytes += f.Size
		default:
			c.changed(h, second, f, m.Marks[i], data)
		}
	}
	for _, name := range h.names {
		if !slices.Contains(known, name) {
			c.add(h, Unknown, name, nil, "is not named by the manifest: somebody added it")
		}
	}
	c.compareFiles(h, second)
}

func hasCopy(second *held, f File) string {
	if second == nil {
		return ""
	}
	if data, ok := second.files[f.Name]; ok && hash(data) == f.SHA256 {
		return "; the second copy has it as recorded"
	}
	return "; nor does the second copy have it as recorded"
}

// changed tells where a file was changed: to the byte if the second copy is as
// recorded, else as near as the marks can tell.
func (c *checked) changed(h held, second *held, f File, marks Marks, data []byte) {
	if second != nil {
		if written, ok := second.files[f.Name]; ok && hash(written) == f.SHA256 {
			p, _ := firstDifference(data, written)
			c.add(h, Changed, f.Name, &p, "was changed, first at %s; the second copy is as recorded", p)
			c.compared = append(c.compared, f.Name)
			return
		}
	}
	for _, other := range c.manifest.Files {
		if other.SHA256 == hash(data) && other.SHA256 != f.SHA256 {
			c.add(h, Changed, f.Name, nil, "was changed: it holds what is recorded of %s", other.Name)
			return
		}
	}
	p, clause, ok := marks.locate(data)
	if !ok {
		c.add(h, Changed, f.Name, nil, "was changed, and where cannot be told: compare it with a second copy")
		return
	}
	c.add(h, Changed, f.Name, &p, "was changed: %s%s", clause, sizes(int64(len(data)), f.Size))
}

func sizes(now, then int64) string {
	if now == then {
		return ""
	}
	return fmt.Sprintf("; it has %d bytes and had %d", now, then)
}

// compareFiles tells which files the two copies have and not with the same bytes,
// unless that is said already.
func (c *checked) compareFiles(h held, second *held) {
	if second == nil {
		return
	}
	for _, name := range h.names {
		here, ok := h.files[name]
		there, both := second.files[name]
		if !ok || !both || bytes.Equal(here, there) || slices.Contains(c.compared, name) {
			continue
		}
		p, _ := firstDifference(here, there)
		switch {
		case c.remarked(name):
			c.add(h, Copies, name, &p, "and the second copy differ first at %s, and neither is as recorded", p)
		case name == ManifestFile || name == SignatureFile:
			c.add(h, Copies, name, &p, "and the second copy differ, first at %s", p)
		default:
			c.add(h, Copies, name, &p, "is as recorded and the second copy is not: they differ first at %s", p)
		}
	}
}

// checkSignature checks the signature that the manifest says there is.
func (c *checked) checkSignature(h held, keys []PublicKey) {
	m := c.manifest
	if m.SignedBy == "" {
		if c.sound {
			c.signed = unsigned
		}
		return
	}
	file, found := h.files[SignatureFile]
	switch {
	case h.unread[SignatureFile] != nil:
		return
	case !found:
		c.add(h, Missing, SignatureFile, nil, "is missing: the manifest says that key %s signed it", m.SignedBy)
		return
	case !c.sound:
		return // what was changed is the manifest, and that is said
	}
	if p, why := signatureForm(m, file); why != "" {
		c.add(h, Signature, SignatureFile, at(p), "was changed: %s", why)
		return
	}
	i := slices.IndexFunc(keys, func(k PublicKey) bool { return k.KeyID() == m.SignedBy })
	switch {
	case len(keys) == 0:
		c.signed = unchecked
	case i < 0:
		c.add(h, Signature, SignatureFile, nil, "is of key %s, which is none of those given", m.SignedBy)
	case !keys[i].verifies(m, file):
		c.add(h, Signature, SignatureFile, nil, "does not prove the manifest: it was changed, or made with another key")
	default:
		c.signed = proved
	}
}

// at is a place in a file, nil for its zero value.
func at(p Place) *Place {
	if p == (Place{}) {
		return nil
	}
	return &p
}
