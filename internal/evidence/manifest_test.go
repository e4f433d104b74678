package evidence

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// The manifest is a contract: what it says and how it is laid out.
func TestManifestGolden(t *testing.T) {
	run := sampleRun(0)
	run.Files = map[string][]byte{
		ReportFile: []byte("user,arn\n<root_account>,arn:aws:iam::111122223333:root\n"),
		RunFile:    []byte("{}\n"),
	}
	previous := Link{Bundle: "2026-11-22T08-00-00Z-0123abcd", ManifestSHA256: strings.Repeat("0123456789abcdef", 4)}
	m := must(newManifest(run, previous, "80166A94C41A60D7"))(t)
	golden := filepath.Join("testdata", "manifest.json")
	if *update {
		if err := os.WriteFile(golden, m.encode(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want := must(os.ReadFile(golden))(t)
	if got := m.encode(); !bytes.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestManifestsThatAreRefused(t *testing.T) {
	good := string(must(os.ReadFile(filepath.Join("testdata", "manifest.json")))(t))
	for _, tc := range []struct{ name, old, new, want string }{
		{"another version", "evidence/v1", "evidence/v2", `its schema is "keywatch/evidence/v2" and this keywatch reads "keywatch/evidence/v1"`},
		{"no JSON", `"files": [`, `"files": `, "invalid character"},
		{"an unknown member", `"signed_by"`, `"signed_for"`, `unknown field "signed_for"`},
		{"more behind it", "}\n", "}\n}", "invalid character"},
		{"a strange account", `"account_id": "111122223333"`, `"account_id": "../122223333"`, `account ID "../122223333" is not 12 digits`},
		{"a strange bundle", `"bundle": "2026-11-22T09`, `"bundle": "2026-11-22X09`, `is no bundle's name`},
		{"an impossible day", `"bundle": "2026-11-22T09`, `"bundle": "2026-11-32T09`, `is no bundle's name`},
		{"another time zone", `"started_at": "2026-11-22T08:59:48Z"`, `"started_at": "2026-11-22T08:59:48+01:00"`, "is not in whole seconds of UTC"},
		{"half a second", `"started_at": "2026-11-22T08:59:48Z"`, `"started_at": "2026-11-22T08:59:48.5Z"`, "is not in whole seconds of UTC"},
		{"a strange key", "80166A94C41A60D7", "80166a94c41a60d7", "is no minisign key ID"},
		{"half a link", "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef", "", "is no link to a bundle"},
		{"a path for a name", `"name": "report.csv"`, `"name": "../port.csv"`, `file name "../port.csv"`},
		{"the archive's own name", `"name": "report.csv"`, `"name": "manifest.json"`, "is taken by the archive itself"},
		{"two of a name", `"name": "run.json"`, `"name": "report.csv"`, `file "report.csv" is not in its place`},
		{"marks of another file", `"file": "run.json"`, `"file": "ran.json"`, `marks of "ran.json" are where those of "run.json" belong`},
		{"a negative size", `"size": 55`, `"size": -5`, "has the size -5"},
		{"a huge size", `"size": 55`, `"size": 1e30`, "cannot unmarshal number"},
		{"no files", `"files": [`, `"files": [], "Files": [], "FILES": [`, ""}, // the last one counts; not canonical
	} {
		t.Run(tc.name, func(t *testing.T) {
			bad := strings.Replace(good, tc.old, tc.new, 1)
			if bad == good {
				t.Fatal("nothing was changed")
			}
			m, err := parseManifest([]byte(bad))
			if tc.want == "" {
				if err != nil || bytes.Equal(m.encode(), []byte(bad)) {
					t.Error(err)
				}
				return
			}
			if err == nil || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("%v does not say %q", err, tc.want)
			}
			if !reflect.DeepEqual(m, Manifest{}) {
				t.Error("something beside an error:", m)
			}
		})
	}
}

// What a run leaves is read as it was recorded, however it is laid out.
func TestManifestsReadBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		run := sampleRun(rapid.IntRange(0, 1e6).Draw(t, "hours"))
		run.ToolVersion = string(rapid.SliceOfN(rapid.Byte(), 0, 10).Draw(t, "version"))
		run.Files = rapid.MapOfN(rapid.StringMatching(`[a-z0-9][a-z0-9._-]{0,20}`), contentGenerator(), 1, 5).Draw(t, "files")
		m, err := newManifest(run, Link{}, "")
		if err != nil {
			t.Fatal(err)
		}
		var compact, spread bytes.Buffer
		if err := errors.Join(json.Compact(&compact, m.encode()), json.Indent(&spread, m.encode(), " ", "\t")); err != nil {
			t.Fatal(err)
		}
		for _, layout := range [][]byte{m.encode(), compact.Bytes(), spread.Bytes()} {
			got, err := parseManifest(layout)
			if err != nil || !bytes.Equal(got.encode(), m.encode()) || got.name() != m.Bundle {
				t.Fatalf("%v\n%s", err, layout)
			}
		}
	})
}

func TestNames(t *testing.T) {
	good := "2026-11-22T09-00-00Z-5f0c2a91"
	if at, ok := bundleTime(good); !ok || !at.Equal(time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)) {
		t.Error(at, ok)
	}
	for _, bad := range []string{
		"", "2026-11-22T09-00-00Z-", "2026-11-22T09-00-00Z-5F0C2A91", "2026-11-22T09-00-00Z-5f0c2a9", good + "0", " " + good,
		"2026-11-31T09-00-00Z-5f0c2a91", "2026-11-22T09-00-00.5Z-5f0c2a91", "2026-11-22T9-00-00Z-5f0c2a91", "../../../../../etc/passwd",
	} {
		if _, ok := bundleTime(bad); ok {
			t.Errorf("%q is a bundle's name", bad)
		}
	}
	for name, ok := range map[string]bool{
		"report.csv": true, "a": true, "0.b_c-d": true, strings.Repeat("a", 100): true,
		"": false, ".hidden": false, "..": false, "a/b": false, `a\b`: false, "Report.csv": false, "ü": false, "a b": false,
		strings.Repeat("a", 101): false, ManifestFile: false, SignatureFile: false,
	} {
		if err := checkFile(name); (err == nil) != ok {
			t.Errorf("%q: %v", name, err)
		}
	}
}

// Whatever is read as a manifest is one: written again it is the same, in one
// form, and what is done with it cannot fail.
func FuzzManifest(f *testing.F) {
	f.Add(must(os.ReadFile(filepath.Join("testdata", "manifest.json")))(f), []byte("user,arn\n"))
	f.Add(must(newManifest(sampleRun(0), Link{}, ""))(f).encode(), []byte{0, 255})
	f.Add([]byte(`{"schema":"keywatch/evidence/v1"}`), []byte(nil))
	f.Add([]byte(`{"schema":"keywatch/evidence/v1","SCHEMA":"x","files":null}`), []byte(nil))
	f.Fuzz(func(t *testing.T, data, file []byte) {
		m, err := parseManifest(data)
		if err != nil {
			if !reflect.DeepEqual(m, Manifest{}) {
				t.Fatal("something beside an error")
			}
			return
		}
		canonical := m.encode()
		again, err := parseManifest(canonical)
		if err != nil || !reflect.DeepEqual(m, again) || !bytes.Equal(again.encode(), canonical) {
			t.Fatalf("read and written again: %v\n%s", err, canonical)
		}
		if !bytes.HasSuffix(canonical, []byte("}\n")) || bytes.HasSuffix(canonical, []byte("\n\n")) {
			t.Fatal("not one newline at the end")
		}
		if _, ok := bundleTime(m.name()); !ok {
			t.Fatalf("its name would be %q", m.name())
		}
		for _, marks := range m.Marks {
			p, _, _ := marks.locate(file)
			if p.FirstByte < 0 || p.LastByte < p.FirstByte || p.LastByte > int64(len(file)) {
				t.Fatalf("%+v in a file of %d bytes", p, len(file))
			}
		}
		h := held{account: account, bundle: m.Bundle, names: []string{ManifestFile, ReportFile}, files: map[string][]byte{ManifestFile: data, ReportFile: file}}
		c := checkBundle(h, nil, nil)
		chain(account, []checked{c}, time.Time{})
	})
}
