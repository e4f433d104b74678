package evidence

import (
	"bytes"
	"context"
	"crypto/rand"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"aead.dev/minisign"
)

const account = "111122223333"

// start is when the tests' first run begins.
var start = time.Date(2026, 11, 22, 8, 59, 48, 0, time.UTC)

// memory is a store in memory.
type memory struct {
	mu    sync.Mutex
	files map[string][]byte
	// before is called first in every call, and fails it with its error.
	before func(op, name string) error
	calls  map[string]int
}

func newMemory() *memory { return &memory{files: map[string][]byte{}, calls: map[string]int{}} }

func (m *memory) String() string { return "memory" }

func (m *memory) enter(op, name string) error {
	m.mu.Lock()
	m.calls[op]++
	before := m.before
	m.mu.Unlock()
	if before == nil {
		return nil
	}
	return before(op, name)
}

func (m *memory) Put(_ context.Context, name string, data []byte) error {
	if err := m.enter("put", name); err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if _, there := m.files[name]; there {
		return fmt.Errorf("memory: %s: %w", name, fs.ErrExist)
	}
	m.files[name] = slices.Clone(data)
	return nil
}

func (m *memory) Get(_ context.Context, name string) ([]byte, error) {
	if err := m.enter("get", name); err != nil {
		return nil, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	data, there := m.files[name]
	if !there {
		return nil, fmt.Errorf("memory: %s: %w", name, fs.ErrNotExist)
	}
	return slices.Clone(data), nil
}

func (m *memory) List(_ context.Context, prefix, delimiter string) ([]string, error) {
	if err := m.enter("list", prefix); err != nil {
		return nil, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	var names []string
	for name := range m.files {
		if rest, found := strings.CutPrefix(name, prefix); found {
			if head, _, cut := strings.Cut(rest, delimiter); cut && delimiter != "" {
				name = prefix + head + delimiter
			}
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return slices.Compact(names), nil
}

// copy is a second store with the same files.
func (m *memory) copy() *memory {
	m.mu.Lock()
	defer m.mu.Unlock()
	second := newMemory()
	maps.Copy(second.files, m.files)
	return second
}

// sampleRun is a small run, another one for each i, an hour apart.
func sampleRun(i int) Run {
	var report, findings strings.Builder
	report.WriteString("user,arn,access_key_1_active,access_key_1_last_rotated\n")
	findings.WriteString("[\n")
	for user := range 12 {
		fmt.Fprintf(&report, "ü-%02d,arn:aws:iam::%s:user/ü-%02d,true,2026-%02d-01T00:00:00+00:00\n", user, account, user, 1+i%9)
		fmt.Fprintf(&findings, "  {\n    \"check\": \"key-unrotated\",\n    \"user\": \"ü-%02d\",\n    \"age_days\": %d\n  },\n", user, 100+i)
	}
	findings.WriteString("  null\n]\n")
	return Run{
		AccountID: account, ToolVersion: "v1.2.3",
		Started:  start.Add(time.Duration(i) * time.Hour),
		Finished: start.Add(time.Duration(i)*time.Hour + 12*time.Second),
		Files: map[string][]byte{
			ReportFile:   []byte(report.String()),
			FindingsFile: []byte(findings.String()),
			PlanFile:     []byte(strings.Repeat(`{"schema":"keywatch/plan/v1"}`, 10)), // one line: by blocks
			SettingsFile: []byte("version: 1\n"),
			RunFile:      nil,
		},
	}
}

func newSigner(t testing.TB) *Signer {
	t.Helper()
	_, key, err := minisign.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	text, err := key.MarshalText()
	if err != nil {
		t.Fatal(err)
	}
	return must(ParseSigner(text, ""))(t)
}

// must unwraps a result, as in must(f())(t).
func must[T any](v T, err error) func(testing.TB) T {
	return func(t testing.TB) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

// archive writes n runs and returns their links.
func archive(t testing.TB, store Store, n int, signer *Signer) []Link {
	t.Helper()
	var links []Link
	for i := range n {
		links = append(links, must(Write(t.Context(), store, sampleRun(i), signer))(t))
	}
	return links
}

// in is the name of a file of a bundle.
func in(link Link, file string) string { return fileName(account, link.Bundle, file) }

// replace changes a file once.
func replace(m *memory, name, from, to string) {
	m.files[name] = bytes.Replace(m.files[name], []byte(from), []byte(to), 1)
}
