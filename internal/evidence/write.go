package evidence

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"
	"time"
)

// Run is what one run of the scanner leaves.
type Run struct {
	AccountID   string
	ToolVersion string
	// Started and Finished are kept to the second. Finished is in the bundle's
	// name: in that order, and not in that of beginnings, runs are chained.
	Started, Finished time.Time
	Files             map[string][]byte // by name, at least one
}

// Write archives a run behind the account's newest bundle, signed if signer is
// not nil. After an error there is no bundle, or an unfinished one, or a whole
// one whose last answer was lost; none of them is in the way of later ones, and
// the same call again finishes what it finds. Nothing is ever overwritten, and a
// run that is the newest bundle already is not written again.
//
// Of two runs at the same time both may follow the same bundle. Verify calls
// that a fork, and later runs follow one of the two.
func Write(ctx context.Context, store Store, run Run, signer *Signer) (Link, error) {
	signedBy := ""
	if signer != nil {
		signedBy = signer.KeyID()
	}
	if err := checkAccount(run.AccountID); err != nil {
		return Link{}, fmt.Errorf("evidence: write: %w", err)
	}
	previous, last, err := newest(ctx, store, run.AccountID)
	if err != nil {
		return Link{}, err
	}
	m, err := newManifest(run, previous, signedBy)
	if err != nil {
		return Link{}, fmt.Errorf("evidence: write: %w", err)
	}
	if is(last, run, signedBy) {
		return previous, nil
	}
	manifest := m.encode()
	for _, f := range m.Files {
		if err := put(ctx, store, m, f.Name, run.Files[f.Name]); err != nil {
			return Link{}, err
		}
	}
	if signer != nil {
		if err := put(ctx, store, m, SignatureFile, signer.sign(m, manifest)); err != nil {
			return Link{}, err
		}
	}
	if err := put(ctx, store, m, ManifestFile, manifest); err != nil {
		return Link{}, err
	}
	return Link{Bundle: m.Bundle, ManifestSHA256: hash(manifest)}, nil
}

// is tells whether a manifest is that of a run.
func is(manifest []byte, run Run, signedBy string) bool {
	there, err := parseManifest(manifest)
	if err != nil || !there.FinishedAt.Equal(run.Finished.Truncate(time.Second)) {
		return false
	}
	m, err := newManifest(run, there.Previous, signedBy)
	return err == nil && bytes.Equal(manifest, m.encode())
}

// put writes a file of a bundle, or finds that it is there already with the same
// content: from an attempt that was interrupted, or whose answer was lost.
func put(ctx context.Context, store Store, m Manifest, file string, data []byte) error {
	name := fileName(m.AccountID, m.Bundle, file)
	err := store.Put(ctx, name, data)
	if !errors.Is(err, fs.ErrExist) {
		return err
	}
	there, readErr := store.Get(ctx, name)
	if readErr != nil {
		return errors.Join(err, readErr)
	}
	if !bytes.Equal(there, data) {
		return fmt.Errorf("%w, with another content: somebody else writes to %s", err, store)
	}
	return nil
}

// newManifest decides what the manifest of a run says.
func newManifest(run Run, previous Link, signedBy string) (Manifest, error) {
	m := Manifest{
		Schema:      Schema,
		AccountID:   run.AccountID,
		ToolVersion: strings.ToValidUTF8(run.ToolVersion, "\ufffd"), // JSON holds nothing else
		StartedAt:   run.Started.UTC().Truncate(time.Second),
		FinishedAt:  run.Finished.UTC().Truncate(time.Second),
		SignedBy:    signedBy,
		Previous:    previous,
	}
	if y := m.FinishedAt.Year(); m.StartedAt.After(m.FinishedAt) || m.StartedAt.Year() < 1970 || y > 9999 {
		return Manifest{}, fmt.Errorf("the run began at %s and ended at %s", run.Started, run.Finished)
	}
	for _, name := range slices.Sorted(maps.Keys(run.Files)) {
		m.record(name, run.Files[name])
	}
	m.Bundle = m.name()
	return m, m.check()
}

func (m *Manifest) record(name string, data []byte) {
	m.Files = append(m.Files, File{Name: name, Size: int64(len(data)), SHA256: hash(data)})
	m.Marks = append(m.Marks, newMarks(name, data))
}
