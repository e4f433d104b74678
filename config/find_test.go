package config

import (
	"errors"
	"io/fs"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"testing/fstest"
)

func TestWhereTheSettingsFileIsFound(t *testing.T) {
	user := filepath.Join("home", "keywatch", "config.yaml")
	for _, test := range []struct {
		name              string
		files             []string
		explicit, fromEnv string
		userDir           string
		path              string
		err               string
	}{
		{name: "nowhere", userDir: "home"},
		{name: "the flag first", files: []string{"a", "b", fileName, user}, explicit: "a", fromEnv: "b", userDir: "home", path: "a"},
		{name: "then the variable", files: []string{"b", fileName, user}, fromEnv: "b", userDir: "home", path: "b"},
		{name: "then the working directory", files: []string{fileName, user}, userDir: "home", path: fileName},
		{name: "then the user's folder", files: []string{user}, userDir: "home", path: user},
		{name: "no user's folder", files: []string{user}},
		{name: "the flag's file is missing", files: []string{"b", fileName}, explicit: "a", fromEnv: "b", err: `config: settings file "a", named by --config: file does not exist`},
		{name: "the variable's file is missing", files: []string{fileName}, fromEnv: "b", err: `config: settings file "b", named by KEYWATCH_CONFIG: file does not exist`},
		{name: "a folder was asked for", files: []string{"a/x"}, explicit: "a", err: `config: settings file "a", named by --config: is a folder: name a file`},
		{name: "a folder of that name", files: []string{fileName + "/x", user}, userDir: "home", err: `config: settings file "keywatch.yaml": is a folder: name a file`},
	} {
		t.Run(test.name, func(t *testing.T) {
			files := fstest.MapFS{}
			for _, name := range test.files {
				files[filepath.ToSlash(name)] = &fstest.MapFile{}
			}
			stat := func(name string) (fs.FileInfo, error) {
				info, err := files.Stat(filepath.ToSlash(name))
				if pathErr, ok := errors.AsType[*fs.PathError](err); ok {
					err = pathErr.Err
				}
				return info, err
			}
			path, found, err := Find(test.explicit, test.fromEnv, test.userDir, stat)
			message := ""
			if err != nil {
				message = err.Error()
			}
			if path != test.path || found != (test.path != "") || message != test.err {
				t.Errorf("got %q, %t, %q\nwant %q, %q", path, found, message, test.path, test.err)
			}
			if strings.Contains(test.err, "does not exist") && !errors.Is(err, fs.ErrNotExist) {
				t.Error("the error does not wrap fs.ErrNotExist")
			}
		})
	}
}

func TestAFileThatCannotBeLookedAtIsNoMissingFile(t *testing.T) {
	denied := func(string) (fs.FileInfo, error) { return nil, fs.ErrPermission }
	if _, _, err := Find("", "", "home", denied); !errors.Is(err, fs.ErrPermission) {
		t.Errorf("got %v", err)
	}
	// HOME=/dev/null, as some services have it.
	noFolder := func(string) (fs.FileInfo, error) { return nil, syscall.ENOTDIR }
	if path, found, err := Find("", "", "/dev/null/.config", noFolder); found || err != nil {
		t.Errorf("got %q, %t, %v", path, found, err)
	}
}
