package config

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"syscall"
)

// fileName is the settings file in the working directory.
const fileName = "keywatch.yaml"

// Find returns the path of the settings file and whether there is one: the
// explicit path, else fromEnv (the value of PathVariable), else ./keywatch.yaml,
// else keywatch/config.yaml in userDir (os.UserConfigDir). Files are never
// merged. Empty arguments are passed over.
//
// A file that was asked for and does not exist is an error that wraps
// fs.ErrNotExist. A file that may exist and cannot be looked at is an error
// too, also where nobody asked for it.
func Find(explicit, fromEnv, userDir string, stat func(string) (fs.FileInfo, error)) (path string, found bool, err error) {
	for _, asked := range []struct{ path, by string }{{explicit, "--config"}, {fromEnv, PathVariable}} {
		if asked.path == "" {
			continue
		}
		exists, err := isFile(asked.path, stat)
		if err == nil && !exists {
			err = fs.ErrNotExist
		}
		if err != nil {
			return "", false, fmt.Errorf("config: settings file %q, named by %s: %w", asked.path, asked.by, err)
		}
		return asked.path, true, nil
	}
	candidates := []string{fileName}
	if userDir != "" {
		candidates = append(candidates, filepath.Join(userDir, "keywatch", "config.yaml"))
	}
	for _, candidate := range candidates {
		exists, err := isFile(candidate, stat)
		if err != nil {
			return "", false, fmt.Errorf("config: settings file %q: %w", candidate, err)
		}
		if exists {
			return candidate, true, nil
		}
	}
	return "", false, nil
}

func isFile(path string, stat func(string) (fs.FileInfo, error)) (bool, error) {
	info, err := stat(path)
	// A service's home can be a file such as /dev/null: nothing lies below it.
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ENOTDIR) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	if info.IsDir() {
		return false, errors.New("is a folder: name a file")
	}
	return true, nil
}
