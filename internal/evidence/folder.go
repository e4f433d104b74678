package evidence

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
)

// Folder is a store in a folder. Only its owner may read what it makes.
type Folder struct{ dir string }

// NewFolder is a store in dir, which the first Put makes if it is not there.
func NewFolder(dir string) *Folder { return &Folder{dir: dir} }

// String is the folder's path.
func (f *Folder) String() string { return f.dir }

// partial holds files that are not written to their end yet. It lies beside the
// accounts, so that what an interrupted run leaves in it is part of no bundle.
const partial = ".partial"

// Put writes the file under another name, to the disk and not only to its cache,
// and then gives it its own by linking: a rename would replace what is there.
func (f *Folder) Put(ctx context.Context, name string, data []byte) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	target, err := f.path(name)
	if err != nil {
		return err
	}
	if err := f.makeFolders(filepath.Dir(target)); err != nil {
		return err
	}
	temporary, err := f.writeTemporary(data)
	if err != nil {
		return err
	}
	defer os.Remove(temporary)
	if err := os.Link(temporary, target); err != nil {
		if errors.Is(err, fs.ErrExist) {
			return fmt.Errorf("evidence: %s is there already: %w", target, fs.ErrExist)
		}
		return fmt.Errorf("evidence: %w; the file system must be able to link files, else archive to s3:// or to another disk", err)
	}
	return syncFolder(filepath.Dir(target))
}

func (f *Folder) path(name string) (string, error) {
	if !fs.ValidPath(name) {
		return "", fmt.Errorf("evidence: %q is no name in an archive", name)
	}
	return filepath.Join(f.dir, filepath.FromSlash(name)), nil
}

func (f *Folder) writeTemporary(data []byte) (name string, err error) {
	file, err := os.CreateTemp(filepath.Join(f.dir, partial), "*") // mode 0600
	if err != nil {
		return "", fmt.Errorf("evidence: %w", err)
	}
	_, err = file.Write(data)
	if err = errors.Join(err, file.Sync(), file.Close()); err != nil {
		return "", errors.Join(fmt.Errorf("evidence: %w", err), os.Remove(file.Name()))
	}
	return file.Name(), nil
}

// makeFolders makes a file's folder and the one for temporary files, and has the
// disk remember those that are new.
func (f *Folder) makeFolders(dir string) error {
	for _, d := range []string{filepath.Join(f.dir, partial), dir} {
		if _, err := os.Stat(d); err == nil {
			continue
		}
		if err := os.MkdirAll(d, 0o700); err != nil {
			return fmt.Errorf("evidence: %w", err)
		}
		for ; d != filepath.Clean(f.dir); d = filepath.Dir(d) {
			if err := syncFolder(filepath.Dir(d)); err != nil {
				return err
			}
		}
	}
	return nil
}

// syncFolder has the disk remember a folder's entries. Windows does so by itself,
// and refuses to be asked.
func syncFolder(dir string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	d, err := os.Open(dir)
	if err != nil {
		return fmt.Errorf("evidence: %w", err)
	}
	if err := errors.Join(d.Sync(), d.Close()); err != nil {
		return fmt.Errorf("evidence: %w", err)
	}
	return nil
}

// largest is the most that is read of a file: no report or result comes near it.
const largest = 1 << 30

// Get reads a file. What is none, such as a pipe, which might never end, is an error.
func (f *Folder) Get(ctx context.Context, name string) ([]byte, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	path, err := f.path(name)
	if err != nil {
		return nil, err
	}
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return nil, fmt.Errorf("evidence: %w", err)
	case !info.Mode().IsRegular() || info.Size() > largest:
		return nil, fmt.Errorf("evidence: %s is no file that a run wrote: %s, %d bytes", path, info.Mode(), info.Size())
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("evidence: %w", err)
	}
	return data, nil
}

// List walks as much of the folder as the names need. A folder that is not there
// is empty; the archive's and an account's may be links. What else is no file counts as one, so that Verify names it.
func (f *Folder) List(ctx context.Context, prefix, delimiter string) ([]string, error) {
	var names []string
	top := filepath.Join(f.dir, filepath.FromSlash(prefix[:strings.LastIndex(prefix, "/")+1]))
	root, err := filepath.EvalSymlinks(top)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("evidence: list %s: %w", top, err)
	}
	err = filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err := errors.Join(err, ctx.Err()); err != nil {
			return err
		}
		within, err := filepath.Rel(root, path)
		if err != nil {
			return err
		}
		relative, err := filepath.Rel(f.dir, filepath.Join(top, within))
		if err != nil {
			return err
		}
		name := filepath.ToSlash(relative)
		if path == root {
			return nil
		}
		if entry.IsDir() || !strings.Contains(prefix, "/") && linksToFolder(path) {
			name += "/"
		}
		return visit(name, prefix, delimiter, &names)
	})
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("evidence: list %s: %w", top, err)
	}
	slices.Sort(names)
	return slices.Compact(names), nil
}

func linksToFolder(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}

// visit adds a file's name, or that of a folder as far as it is wanted, and tells
// whether to look into the folder.
func visit(name, prefix, delimiter string, names *[]string) error {
	folder := strings.HasSuffix(name, "/")
	rest, found := strings.CutPrefix(name, prefix)
	if !found {
		if folder && !strings.HasPrefix(prefix, name) {
			return fs.SkipDir
		}
		return nil
	}
	if head, _, cut := strings.Cut(rest, delimiter); cut && delimiter != "" {
		*names = append(*names, prefix+head+delimiter)
		if folder {
			return fs.SkipDir
		}
	} else if !folder {
		*names = append(*names, name)
	}
	return nil
}
