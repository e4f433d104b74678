package evidence

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"
)

// inventory is what a store holds of an account: the bundles' files by bundle,
// and what is in no bundle.
type inventory struct {
	files  map[string][]string
	strays []string
}

func (i inventory) bundles() []string { return slices.Sorted(maps.Keys(i.files)) }

// dropBefore forgets the bundles before a time.
func (i inventory) dropBefore(since time.Time) {
	maps.DeleteFunc(i.files, func(bundle string, _ []string) bool {
		at, _ := bundleTime(bundle)
		return at.Before(since)
	})
}

// contents lists an account, or one bundle of it.
func contents(ctx context.Context, store Store, account, bundle string) (inventory, error) {
	prefix := account + "/"
	if bundle != "" {
		prefix += bundle + "/"
	}
	names, err := store.List(ctx, prefix, "")
	if err != nil {
		return inventory{}, err
	}
	i := inventory{files: map[string][]string{}}
	for _, name := range names {
		within := strings.TrimPrefix(name, account+"/")
		id, file, _ := strings.Cut(within, "/")
		if _, ok := bundleTime(id); !ok || file == "" {
			i.strays = append(i.strays, within)
			continue
		}
		i.files[id] = append(i.files[id], file)
	}
	return i, nil
}

// remarks names what is in no bundle, and bundles that only one of the copies has.
func (i inventory) remarks(account string, second inventory, compare bool) []Remark {
	var remarks []Remark
	for _, name := range i.strays {
		remarks = append(remarks, Remark{Kind: Unknown, AccountID: account, File: name, Text: "is in no bundle: somebody added it"})
	}
	if !compare {
		return remarks
	}
	for _, id := range second.bundles() {
		if i.files[id] == nil {
			remarks = append(remarks, Remark{Kind: Copies, AccountID: account, Bundle: id, Text: "is in the second copy and not here"})
		}
	}
	copied := second.bundles()
	for _, id := range i.bundles() {
		switch {
		case second.files[id] != nil:
		case len(copied) > 0 && id < copied[len(copied)-1]:
			remarks = append(remarks, Remark{Kind: Copies, AccountID: account, Bundle: id, Text: "is here and not in the second copy, which has later ones: it was added here, or taken away there"})
		default:
			remarks = append(remarks, Remark{Kind: Uncopied, AccountID: account, Bundle: id, Text: "is not in the second copy"})
		}
	}
	return remarks
}

// unreadable counts the files that could not be read, so that a store that fails
// is not asked for every one of them.
type unreadable struct {
	mu   sync.Mutex
	left int
}

func (u *unreadable) note(err error) error {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.left--; u.left < 0 {
		return fmt.Errorf("evidence: verify: given up, too much cannot be read: %w", err)
	}
	return nil
}

// read reads what of a bundle needs to be looked at: the manifest, the signature
// and the files the manifest names. Where that manifest does not fit the bundle's
// name it reads all, which may tell what was changed in it.
func read(ctx context.Context, store Store, account, bundle string, names []string, errs *unreadable) (held, error) {
	h := held{account: account, bundle: bundle, names: names, files: map[string][]byte{}, unread: map[string]error{}}
	if err := h.fetch(ctx, store, errs, ManifestFile, SignatureFile); err != nil {
		return held{}, err
	}
	m, err := parseManifest(h.files[ManifestFile])
	wanted := names
	if err == nil && m.name() == bundle && m.Bundle == bundle {
		wanted = nil
		for _, f := range m.Files {
			wanted = append(wanted, f.Name)
		}
	}
	return h, h.fetch(ctx, store, errs, wanted...)
}

// readSecond reads the files of the second copy that were read of the first, and
// those that the first lacks.
func readSecond(ctx context.Context, store Store, first held, names []string, errs *unreadable) (*held, error) {
	h := held{account: first.account, bundle: first.bundle, names: names, files: map[string][]byte{}, unread: map[string]error{}}
	var wanted []string
	for _, name := range names {
		if _, read := first.files[name]; read || !slices.Contains(first.names, name) {
			wanted = append(wanted, name)
		}
	}
	return &h, h.fetch(ctx, store, errs, wanted...)
}

// fetch reads those of the files that are there and were not read yet.
func (h *held) fetch(ctx context.Context, store Store, errs *unreadable, names ...string) error {
	for _, name := range names {
		if _, done := h.files[name]; done || h.unread[name] != nil || !slices.Contains(h.names, name) {
			continue
		}
		data, err := store.Get(ctx, fileName(h.account, h.bundle, name))
		switch {
		case err == nil:
			h.files[name] = data
		case ctx.Err() != nil:
			return err
		case errors.Is(err, fs.ErrNotExist): // taken away since it was listed
		default:
			h.unread[name] = err
			if err := errs.note(err); err != nil {
				return err
			}
		}
	}
	return nil
}

// withPredecessor adds the bundle that the only one follows, as far as its link
// needs it.
func withPredecessor(ctx context.Context, store Store, account string, bundles []checked) ([]checked, error) {
	if len(bundles) == 0 || !bundles[0].sound || bundles[0].manifest.Previous == (Link{}) {
		return bundles, nil
	}
	name := bundles[0].manifest.Previous.Bundle
	files, err := contents(ctx, store, account, name)
	if err != nil || len(files.files) == 0 {
		return bundles, err
	}
	h, err := read(ctx, store, account, name, []string{ManifestFile}, &unreadable{left: tooMany})
	if err != nil {
		return nil, err
	}
	before := checked{bundle: name, unread: h.unread[ManifestFile] != nil}
	if manifest, ok := h.files[ManifestFile]; ok {
		before.sum = hash(manifest)
		if m, err := parseManifest(manifest); err == nil {
			before.tidy = hash(m.encode())
		}
	}
	return append(bundles, before), nil
}
