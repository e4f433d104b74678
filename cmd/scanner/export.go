package main

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"keywatch/internal/audit"
	"keywatch/internal/render"
)

// suffixes are the formats by the endings of files' names, the longer ones before
// what they end with.
func suffixes() []struct{ suffix, format string } {
	return []struct{ suffix, format string }{
		{".ocsf.json", "ocsf"}, {".asff.json", "asff"}, {".json", "json"}, {".csv", "csv"}, {".md", "markdown"},
		{".html", "html"}, {".xlsx", "xlsx"}, {".xml", "junit"}, {".txt", "wide"},
	}
}

// export is one file that a run also writes its result to.
type export struct{ path, format string }

func exportFlag(cmd *cobra.Command, paths *[]string) {
	var known []string
	for _, s := range suffixes() {
		known = append(known, s.suffix)
	}
	cmd.Flags().StringArrayVar(paths, "export", nil, "write the result to this `file`, too, in the format of its suffix: "+strings.Join(known, ", ")+"; may repeat")
}

// parseExports refuses what could not be written before anything is done.
func parseExports(paths []string) ([]export, error) {
	var exports []export
	for _, path := range paths {
		e := export{path: path}
		for _, s := range suffixes() {
			if strings.HasSuffix(strings.ToLower(path), s.suffix) {
				e.format = s.format
				break
			}
		}
		switch info, err := os.Stat(filepath.Dir(path)); {
		case e.format == "":
			return nil, usagef("--export %q: its suffix names no format: end it with .html, .xlsx, .csv, .md, .json, .ocsf.json, .asff.json, .xml (JUnit) or .txt", path)
		case err != nil:
			return nil, usagef("--export %q: %w: make the folder first", path, err)
		case !info.IsDir():
			return nil, usagef("--export %q: %s is no folder", path, filepath.Dir(path))
		case slices.ContainsFunc(exports, func(other export) bool { return filepath.Clean(other.path) == filepath.Clean(path) }):
			return nil, usagef("--export %q is given twice", path)
		}
		exports = append(exports, e)
	}
	return exports, nil
}

// refuseOverwriting refuses to write a result over the report that it is of.
func refuseOverwriting(report string, exports []export) error {
	source, err := os.Stat(report)
	if err != nil {
		return nil // no file, or none that is there: who reads it says so
	}
	for _, e := range exports {
		if target, err := os.Stat(e.path); err == nil && os.SameFile(source, target) {
			return usagef("--export %q would overwrite the report that is judged: give another name", e.path)
		}
	}
	return nil
}

// export writes a result to files. One that cannot be written leaves the run
// incomplete, and the others are written all the same.
func (a *app) export(exports []export, result audit.Result, o render.Options) error {
	var failed []string
	for _, e := range exports {
		var b bytes.Buffer
		write := render.Audit
		if result.Plan != nil && slices.Contains(render.PlanFormats(), e.format) {
			write = render.Plan
		}
		err := write(&b, e.format, result, o)
		if err == nil {
			err = writeWhole(e.path, b.Bytes())
		}
		if err != nil {
			failed = append(failed, fmt.Sprintf("--export %s could not be written: %v", e.path, err))
			continue
		}
		a.hintf("wrote %s (%s, %d bytes)", e.path, e.format, b.Len())
	}
	if len(failed) > 0 {
		return &ending{code: exitIncomplete, msg: strings.Join(failed, "\n")}
	}
	return nil
}

// writeWhole puts a file in its place at once, for its owner alone. A file of that
// name is replaced; a device or a pipe is written to.
func writeWhole(path string, content []byte) (err error) {
	if info, err := os.Stat(path); err == nil && !info.Mode().IsRegular() {
		return os.WriteFile(path, content, 0)
	}
	file, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*") // 0600
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, ignore(os.Remove(file.Name()), fs.ErrNotExist))
		}
	}()
	if _, err = file.Write(content); err == nil {
		err = file.Sync()
	}
	if err = errors.Join(err, file.Close()); err != nil {
		return err
	}
	return os.Rename(file.Name(), path)
}

func ignore(err, expected error) error {
	if errors.Is(err, expected) {
		return nil
	}
	return err
}
