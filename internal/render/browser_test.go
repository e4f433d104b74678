package render

import (
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/google/go-cmp/cmp"

	"keywatch/internal/audit"
)

// browserVariable, set to "required", makes it a failure that there is no
// browser. Without it the tests that need one are skipped then.
const browserVariable = "KEYWATCH_TEST_BROWSER"

// browser starts Chromium for a test and its subtests.
func browser(t *testing.T) context.Context {
	t.Helper()
	path := ""
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "headless-shell"} {
		if found, err := exec.LookPath(name); err == nil {
			path = found
			break
		}
	}
	switch required := os.Getenv(browserVariable) == "required"; {
	case path == "" && required:
		t.Fatalf("there is no Chromium, and %s says that it is required", browserVariable)
	case path == "":
		t.Skip("there is no Chromium to show the page: apt-get install chromium")
	case testing.Short() && !required:
		t.Skip("a browser takes its time")
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.NoSandbox)
	allocator, stop := chromedp.NewExecAllocator(context.WithoutCancel(t.Context()), options...)
	t.Cleanup(stop)
	ctx, cancel := chromedp.NewContext(allocator)
	t.Cleanup(func() { _ = chromedp.Cancel(ctx); cancel() })
	if err := chromedp.Do(ctx); err != nil {
		t.Fatalf("Chromium does not start: %v", err)
	}
	return ctx
}

// tab is a page in the browser. What the browser complains of fails the test.
type tab struct {
	*testing.T
	context.Context
}

// open shows the page of an audit in a tab of its own, from a file, and waits
// until its script has run.
func open(t *testing.T, browser context.Context, r audit.Result, o Options, before ...chromedp.Action[chromedp.Void]) tab {
	t.Helper()
	p := blank(t, browser, 1280, before...)
	p.complaints(func(t *testing.T, all []string) {
		for _, complaint := range all {
			t.Errorf("the browser complains: %s", complaint)
		}
	})
	p.show(r, o)
	return p
}

// blank is a tab of a given width.
func blank(t *testing.T, browser context.Context, width int64, before ...chromedp.Action[chromedp.Void]) tab {
	t.Helper()
	ctx, cancel := chromedp.NewContext(browser)
	t.Cleanup(cancel)
	ctx, stop := context.WithTimeout(ctx, time.Minute)
	t.Cleanup(stop)
	p := tab{t, ctx}
	p.do(append(before, chromedp.EmulateViewport(width, 900))...)
	return p
}

func (p tab) show(r audit.Result, o Options) {
	p.Helper()
	path := filepath.Join(p.TempDir(), "audit.html")
	if err := os.WriteFile(path, []byte(htmlOf(p, r, o)), 0o600); err != nil {
		p.Fatal(err)
	}
	p.do(chromedp.Navigate("file://" + path))
}

// complaints collects what the page writes to the console until the test ends.
func (p tab) complaints(judge func(*testing.T, []string)) {
	var lock sync.Mutex
	var all []string
	messages := chromedp.Console(p.Context)
	go func() {
		for m, err := range messages {
			if err != nil {
				return
			}
			lock.Lock()
			all = append(all, m.String())
			lock.Unlock()
		}
	}()
	p.Cleanup(func() { // before the tab is closed
		const last = "that is all"
		run[bool](p, `(console.log("`+last+`"), true)`)
		for deadline := time.Now().Add(10 * time.Second); ; time.Sleep(5 * time.Millisecond) { // messages come when they come
			lock.Lock()
			n := slices.IndexFunc(all, func(said string) bool { return strings.Contains(said, last) })
			if n >= 0 {
				all = slices.Delete(all, n, n+1)
				judge(p.T, all)
			}
			lock.Unlock()
			if n >= 0 {
				return
			}
			if time.Now().After(deadline) {
				p.Error("the browser's console does not reach the test")
				return
			}
		}
	})
}

func (p tab) do(steps ...chromedp.Action[chromedp.Void]) {
	p.Helper()
	if err := chromedp.Do(p.Context, steps...); err != nil {
		p.Fatal(err)
	}
}

// press sends keys to whatever has the focus.
func (p tab) press(keys string) {
	p.Helper()
	p.do(chromedp.KeyEvent(keys))
}

// run runs a script in the page and returns what it gives.
func run[T any](p tab, script string) T {
	p.Helper()
	value, err := chromedp.Run(p.Context, chromedp.Evaluate[T](script))
	if err != nil {
		p.Fatalf("%s: %v", script, err)
	}
	return value
}

// is fails unless a script gives the value.
func is[T any](p tab, script string, want T) {
	p.Helper()
	if diff := cmp.Diff(want, run[T](p, script)); diff != "" {
		p.Errorf("%s (-want +got):\n%s", script, diff)
	}
}

// rows reads the table of findings as a reader sees it: the classes of each row
// and then its cells.
func (p tab) rows() [][]string {
	p.Helper()
	text := run[string](p, `JSON.stringify([...document.querySelectorAll("#table tbody tr")].map((row) => [row.className, ...[...row.cells].map((cell) => cell.textContent)]))`)
	var rows [][]string
	if err := json.Unmarshal([]byte(text), &rows); err != nil {
		p.Fatal(err)
	}
	return rows
}

// put gives an input or a select a value, as a user would.
func (p tab) put(id, value string) {
	p.Helper()
	quoted, err := json.Marshal(value)
	if err != nil {
		p.Fatal(err)
	}
	run[bool](p, strings.NewReplacer("ID", id, "VALUE", string(quoted)).Replace(
		`(() => { const e = document.getElementById("ID"); e.value = VALUE; e.dispatchEvent(new Event(e.tagName === "INPUT" ? "input" : "change")); return true })()`))
}

// click clicks what a selector finds first.
func (p tab) click(selector string) {
	p.Helper()
	run[bool](p, `(document.querySelector("`+selector+`").click(), true)`)
}
