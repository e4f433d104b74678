package main

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"

	"keywatch/config"
	"keywatch/internal/evidence"
	"keywatch/internal/render"
	"keywatch/internal/story"
)

// runReader reads runs by the names that people give them.
type runReader struct {
	*app
	settings config.Settings
	log      *slog.Logger
	flags    diffFlags
	shelf    *shelf // the archive, once it is open
}

func (r *runReader) read(ctx context.Context, name string) (story.Run, error) {
	var content []byte
	info, err := os.Stat(name)
	inArchive := name == latestBundle || name == previousBundle || err != nil && !strings.ContainsAny(name, `/\.`)
	switch {
	case inArchive:
		content, err = r.fromArchive(ctx, name)
	case err != nil:
		return story.Run{}, fmt.Errorf("the run cannot be read: %w", err)
	case info.IsDir():
		content, err = r.fromFolder(ctx, name)
	default:
		content, err = r.fromFile(ctx, name)
	}
	if err != nil {
		return story.Run{}, err
	}
	run, err := story.Read(content)
	if err != nil {
		return story.Run{}, fmt.Errorf("%s: %w", name, err)
	}
	return run, nil
}

func (r *runReader) fromArchive(ctx context.Context, name string) ([]byte, error) {
	if r.shelf == nil {
		place, err := archivePlace(r.flags.archive, r.settings, "as --archive")
		if err != nil {
			return nil, err
		}
		store, err := r.openArchive(ctx, r.settings, r.log, place, evidence.S3Options{})
		if err != nil {
			return nil, err
		}
		s, err := openShelf(ctx, store, r.flags.account)
		if err != nil {
			return nil, err
		}
		r.shelf = &s
	}
	b, err := r.shelf.load(ctx, name)
	if err != nil {
		return nil, err
	}
	return evidence.Open(ctx, r.shelf.store, b, evidence.FindingsFile)
}

// fromFolder reads the findings of a bundle that lies in an archive, as its
// manifest records them, or of any other folder.
func (r *runReader) fromFolder(ctx context.Context, path string) ([]byte, error) {
	whole, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	bundle, account := filepath.Base(whole), filepath.Base(filepath.Dir(whole))
	if isBundleName(bundle) && isAccountID(account) {
		s := shelf{evidence.NewFolder(filepath.Dir(filepath.Dir(whole))), account}
		b, err := s.load(ctx, bundle)
		if err != nil {
			return nil, err
		}
		return evidence.Open(ctx, s.store, b, evidence.FindingsFile)
	}
	return r.unproved(filepath.Join(path, evidence.FindingsFile))
}

func (r *runReader) fromFile(ctx context.Context, path string) ([]byte, error) {
	whole, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	if dir := filepath.Dir(whole); filepath.Base(whole) == evidence.FindingsFile && isBundleName(filepath.Base(dir)) {
		return r.fromFolder(ctx, dir)
	}
	return r.unproved(path)
}

// unproved reads a document that no manifest records.
func (r *runReader) unproved(path string) ([]byte, error) {
	content, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("the run cannot be read: %w", err)
	}
	r.hintf("%s is taken as it is: no manifest records what it was", render.Line(path))
	return content, nil
}
