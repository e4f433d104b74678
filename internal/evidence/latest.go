package evidence

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"path"
	"slices"
)

// Bundle is a complete bundle: what its manifest says, and the manifest's hash.
type Bundle struct {
	Manifest
	ManifestSHA256 string
}

// Link names the bundle as its successor does.
func (b Bundle) Link() Link { return Link{Bundle: b.Bundle, ManifestSHA256: b.ManifestSHA256} }

// Latest gives the account's newest complete bundle; found is false if there is
// none. Its files are not checked, but Open checks the one it reads. A manifest
// that cannot be read is an error.
func Latest(ctx context.Context, store Store, account string) (b Bundle, found bool, err error) {
	link, manifest, err := newest(ctx, store, account)
	if err != nil || link == (Link{}) {
		return Bundle{}, false, err
	}
	b, err = newBundle(store, account, link.Bundle, manifest)
	return b, err == nil, err
}

// Load gives the bundle of a name. The error is fs.ErrNotExist if there is none,
// or an unfinished one.
func Load(ctx context.Context, store Store, account, bundle string) (Bundle, error) {
	if err := checkBundleName(account, bundle); err != nil {
		return Bundle{}, err
	}
	manifest, err := store.Get(ctx, fileName(account, bundle, ManifestFile))
	if err != nil {
		return Bundle{}, err
	}
	return newBundle(store, account, bundle, manifest)
}

func checkBundleName(account, bundle string) error {
	if err := checkAccount(account); err != nil {
		return fmt.Errorf("evidence: %w", err)
	}
	if _, ok := bundleTime(bundle); !ok {
		return fmt.Errorf("evidence: %q is no bundle's name: it is like 2026-11-22T09-00-00Z-5f0c2a91", bundle)
	}
	return nil
}

func newBundle(store Store, account, bundle string, manifest []byte) (Bundle, error) {
	m, err := parseManifest(manifest)
	if err == nil && (m.Bundle != bundle || m.AccountID != account || m.name() != bundle) {
		err = errors.New("it was changed, or is another bundle's")
	}
	if err != nil {
		return Bundle{}, fmt.Errorf("evidence: %s/%s: %w; verify the archive", store, fileName(account, bundle, ManifestFile), err)
	}
	return Bundle{Manifest: m, ManifestSHA256: hash(manifest)}, nil
}

// Open reads a file of a bundle. What it returns is what was written: another
// content than the recorded one is an error. The error is fs.ErrNotExist if the
// bundle has no such file.
func Open(ctx context.Context, store Store, b Bundle, file string) ([]byte, error) {
	i := slices.IndexFunc(b.Files, func(f File) bool { return f.Name == file })
	name := fileName(b.AccountID, b.Bundle, file)
	if i < 0 {
		return nil, fmt.Errorf("evidence: %s/%s: %w", store, name, fs.ErrNotExist)
	}
	data, err := store.Get(ctx, name)
	if err != nil {
		return nil, err
	}
	if hash(data) != b.Files[i].SHA256 {
		return nil, fmt.Errorf("evidence: %s/%s is not what was written; verify the archive", store, name)
	}
	return data, nil
}

// newest finds the newest bundle that has a manifest, whatever that says: the
// next one follows it and so records what became of it. Without one the link is
// zero.
func newest(ctx context.Context, store Store, account string) (Link, []byte, error) {
	if err := checkAccount(account); err != nil {
		return Link{}, nil, fmt.Errorf("evidence: %w", err)
	}
	for bundle, err := range newestFirst(ctx, store, account+"/", []string{"-", "-", "T", "/"}) {
		if err != nil {
			return Link{}, nil, err
		}
		manifest, err := store.Get(ctx, fileName(account, bundle, ManifestFile))
		if errors.Is(err, fs.ErrNotExist) {
			continue // unfinished
		}
		if err != nil {
			return Link{}, nil, err
		}
		return Link{Bundle: bundle, ManifestSHA256: hash(manifest)}, manifest, nil
	}
	return Link{}, nil, nil
}

// newestFirst yields the names of an account's bundles, the newest first. A store
// can only list forwards, and an hourly run leaves 9,000 bundles a year. So it
// asks for the years, for the months of the last one, for its days, and only then
// for the bundles of a day: four lists, however old the archive is.
func newestFirst(ctx context.Context, store Store, prefix string, delimiters []string) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		names, err := store.List(ctx, prefix, delimiters[0])
		if err != nil {
			yield("", err)
			return
		}
		for _, name := range slices.Backward(names) {
			if len(delimiters) > 1 {
				for bundle, err := range newestFirst(ctx, store, name, delimiters[1:]) {
					if !yield(bundle, err) || err != nil {
						return
					}
				}
			} else if _, ok := bundleTime(path.Base(name)); ok && !yield(path.Base(name), nil) {
				return
			}
		}
	}
}
