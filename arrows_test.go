// Package keywatch_test asserts the shape of the house.
package keywatch_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const module = "keywatch"

// arrows says for each room which others it may import. A new room is added
// here on purpose, with its arrows.
var arrows = map[string][]string{
	"cmd/scanner": {
		"config", "internal/audit", "internal/evidence", "internal/fakeaws", "internal/pace", "internal/render", "internal/report", "internal/story", "internal/watch",
	},
	"config":            {},
	"internal/audit":    {"internal/report", "internal/watch"},
	"internal/evidence": {},
	"internal/fakeaws":  {},
	"internal/pace":     {},
	"internal/render":   {"internal/audit", "internal/evidence", "internal/report", "internal/story", "internal/watch"},
	"internal/report":   {},
	"internal/story":    {},
	"internal/watch":    {},
}

func TestArrowsBetweenRooms(t *testing.T) {
	for _, wrong := range wrongArrows(rooms(t)) {
		t.Error(wrong)
	}
}

func TestWrongArrowsAreSeen(t *testing.T) {
	for _, tc := range []struct {
		name   string
		change func(imports map[string][]string)
		want   []string
	}{
		{"the house as it should be", func(map[string][]string) {}, nil},
		{"an arrow against the way", func(m map[string][]string) { m["internal/report"] = []string{"internal/watch"} },
			[]string{"internal/report imports internal/watch"}},
		{"settings below the hall", func(m map[string][]string) { m["internal/audit"] = []string{"config", "internal/report"} },
			[]string{"internal/audit imports config"}},
		{"an unknown room", func(m map[string][]string) { m["internal/util"] = nil },
			[]string{"internal/util is a room without arrows: add it to this test on purpose"}},
		{"a room inside a room", func(m map[string][]string) { m["internal/watch"] = []string{"internal/watch/rule"} },
			[]string{"internal/watch imports internal/watch/rule"}},
		{"a room that is gone", func(m map[string][]string) { delete(m, "internal/pace") },
			[]string{"internal/pace has arrows and is no room"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			imports := maps.Clone(arrows)
			tc.change(imports)
			if got := wrongArrows(imports); !slices.Equal(got, tc.want) {
				t.Errorf("got %q, want %q", got, tc.want)
			}
		})
	}
	if got := wrongArrows(nil); len(got) != len(arrows) {
		t.Errorf("an empty house gave %q", got)
	}
}

// wrongArrows says, a sentence each, where the rooms' imports differ from arrows.
func wrongArrows(imports map[string][]string) []string {
	var wrong []string
	for _, room := range slices.Sorted(maps.Keys(imports)) {
		allowed, known := arrows[room]
		if !known {
			wrong = append(wrong, room+" is a room without arrows: add it to this test on purpose")
			continue
		}
		for _, other := range imports[room] {
			if !slices.Contains(allowed, other) {
				wrong = append(wrong, fmt.Sprintf("%s imports %s", room, other))
			}
		}
	}
	for _, room := range slices.Sorted(maps.Keys(arrows)) {
		if _, there := imports[room]; !there {
			wrong = append(wrong, room+" has arrows and is no room")
		}
	}
	return wrong
}

// rooms maps each package of the module to those it imports, tests aside.
// Packages that consist of tests alone are no rooms.
func rooms(t *testing.T) map[string][]string {
	t.Helper()
	command := exec.CommandContext(t.Context(), "go", "list", "-deps", "-json=ImportPath,GoFiles,Imports", "./...")
	stdout, err := command.Output()
	if err != nil {
		if failed, ok := errors.AsType[*exec.ExitError](err); ok {
			t.Fatalf("go list: %v\n%s", err, failed.Stderr)
		}
		t.Fatalf("go list: %v", err)
	}
	imports := map[string][]string{}
	for decoder := json.NewDecoder(strings.NewReader(string(stdout))); ; {
		var p struct {
			ImportPath       string
			GoFiles, Imports []string
		}
		if err := decoder.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatalf("go list: %v", err)
		}
		room, ours := strings.CutPrefix(p.ImportPath, module+"/")
		if !ours || len(p.GoFiles) == 0 {
			continue
		}
		imports[room] = nil
		for _, path := range p.Imports {
			if other, ours := strings.CutPrefix(path, module+"/"); ours {
				imports[room] = append(imports[room], other)
			}
		}
	}
	walked(t, imports)
	return imports
}

// walked checks that go list saw every folder with Go code. Looking at all the
// files also tells go test to forget a cached result when one of them changes,
// which it cannot know of files that only go list reads.
func walked(t *testing.T, imports map[string][]string) {
	t.Helper()
	err := filepath.WalkDir(".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name := entry.Name()
		if entry.IsDir() {
			if path != "." && (strings.HasPrefix(name, ".") || name == "testdata") {
				return fs.SkipDir
			}
			return nil
		}
		room := filepath.ToSlash(filepath.Dir(path))
		if _, seen := imports[room]; !seen && strings.HasSuffix(name, ".go") && !strings.HasSuffix(name, "_test.go") {
			t.Errorf("go list does not know %s", path)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
