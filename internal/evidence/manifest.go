package evidence

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"
)

// Schema is what a manifest of this form says in its member "schema".
const Schema = "keywatch/evidence/v1"

// Manifest names every file of a bundle and the bundle before it. Its JSON is
// canonical: one order, one indentation, one newline at the end, so that it has
// one hash.
type Manifest struct {
	Schema      string    `json:"schema"`
	Bundle      string    `json:"bundle"`
	AccountID   string    `json:"account_id"`
	ToolVersion string    `json:"tool_version"`
	StartedAt   time.Time `json:"started_at"`
	FinishedAt  time.Time `json:"finished_at"`
	// SignedBy is the ID of the key that signs the manifest, as minisign writes
	// it, or empty. Since it is signed and chained itself, a signature cannot
	// be taken away unnoticed.
	SignedBy string  `json:"signed_by"`
	Previous Link    `json:"previous"`
	Files    []File  `json:"files"` // sorted by name
	Marks    []Marks `json:"marks"` // one for each of Files, in their order
}

// Link names a bundle and its manifest's bytes; its zero value stands before the
// first bundle. Whoever keeps one elsewhere can prove that a bundle was there.
type Link struct {
	Bundle         string `json:"bundle"`
	ManifestSHA256 string `json:"manifest_sha256"`
}

// File is a file as it was written.
type File struct {
	Name   string `json:"name"`
	Size   int64  `json:"size"`
	SHA256 string `json:"sha256"`
}

func hash(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

// encode gives the canonical JSON.
func (m Manifest) encode() []byte {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	if encoder.Encode(m) != nil {
		return nil // not reached: only a year beyond 9999 cannot be encoded, and newManifest refuses it
	}
	return b.Bytes()
}

// name is what the manifest's bundle must be called.
func (m Manifest) name() string {
	m.Bundle = ""
	return m.FinishedAt.UTC().Format(stampLayout) + "-" + hash(m.encode())[:sealDigits]
}

// parseManifest reads a manifest in whatever layout, but with no more, no less
// and nothing else in it than this version writes. Whether it fits its name, its
// layout and its files is for others to say.
func parseManifest(data []byte) (Manifest, error) {
	var head struct{ Schema string }
	if err := json.Unmarshal(data, &head); err != nil {
		return Manifest{}, err
	}
	if head.Schema != Schema {
		return Manifest{}, &schemaError{head.Schema}
	}
	var m Manifest
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&m); err != nil {
		return Manifest{}, err
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return Manifest{}, errors.New("something follows the manifest")
	}
	if err := m.check(); err != nil {
		return Manifest{}, err
	}
	return m, nil
}

type schemaError struct{ schema string }

func (e *schemaError) Error() string {
	return fmt.Sprintf("its schema is %q and this keywatch reads %q: use the version that wrote it", e.schema, Schema)
}

func (m Manifest) check() error {
	if err := checkAccount(m.AccountID); err != nil {
		return err
	}
	if _, ok := bundleTime(m.Bundle); !ok {
		return fmt.Errorf("bundle %q is no bundle's name", m.Bundle)
	}
	for _, t := range []time.Time{m.StartedAt, m.FinishedAt} {
		if t.Nanosecond() != 0 || t.Location() != time.UTC {
			return fmt.Errorf("%s is not in whole seconds of UTC", t.Format(time.RFC3339Nano))
		}
	}
	if m.SignedBy != "" && !isKeyID(m.SignedBy) {
		return fmt.Errorf("signed_by %q is no minisign key ID", m.SignedBy)
	}
	if _, ok := bundleTime(m.Previous.Bundle); m.Previous != (Link{}) && !(ok && isHex(m.Previous.ManifestSHA256, 64)) {
		return fmt.Errorf("previous %q with %q is no link to a bundle", m.Previous.Bundle, m.Previous.ManifestSHA256)
	}
	if len(m.Files) == 0 || len(m.Files) != len(m.Marks) {
		return fmt.Errorf("there are %d files and marks of %d", len(m.Files), len(m.Marks))
	}
	last := ""
	for i, f := range m.Files {
		if err := checkFile(f.Name); err != nil {
			return err
		}
		if f.Name <= last {
			return fmt.Errorf("file %q is not in its place: names are sorted and different", f.Name)
		}
		if f.Size < 0 || !isHex(f.SHA256, 64) {
			return fmt.Errorf("file %q has the size %d and the hash %q", f.Name, f.Size, f.SHA256)
		}
		if err := m.Marks[i].check(f); err != nil {
			return err
		}
		last = f.Name
	}
	return nil
}
