package render

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

func TestPrintedByABrowser(t *testing.T) {
	chromium := browser(t)
	r := company(60)
	o := options(0)
	o.Settings = strings.Repeat("# a line of the settings\n", 100)
	told := tale()
	o.Story = &told

	for name, paper := range map[string]struct {
		size chromedp.PaperSize
		box  [2]string // width and height in points
	}{
		"A4":     {chromedp.PaperA4, [2]string{"595.91998", "841.91998"}},
		"Letter": {chromedp.PaperLetter, [2]string{"612", "792"}},
	} {
		t.Run(name, func(t *testing.T) {
			p := open(t, chromium, r, o)
			pdf := p.print(paper.size)
			pages := len(regexp.MustCompile(`/Type /Page\b[^s]`).FindAll(pdf, -1))
			upright := bytes.Count(pdf, fmt.Appendf(nil, "/MediaBox [0 0 %s %s]", paper.box[0], paper.box[1]))
			across := bytes.Count(pdf, fmt.Appendf(nil, "/MediaBox [0 0 %s %s]", paper.box[1], paper.box[0]))
			if upright < 4 || across < 6 || upright+across != pages || pages > 25 {
				t.Fatalf("%d pages, %d of them upright and %d across", pages, upright, across)
			}
			whole := pagesOf(t, pdf)
			if len(whole) != pages {
				t.Fatalf("%d pages have text, want %d", len(whole), pages)
			}
			headed := 0
			for i, page := range whole {
				for _, foot := range []string{fmt.Sprintf("Page %d of %d", i+1, pages), "Account 111122223333", "report 2026-11-20T06:00:00Z", "SHA-256 9f86d081884c7d65", "INCOMPLETE: something was not looked at"} {
					if !strings.Contains(page, foot) {
						t.Errorf("page %d lacks %q", i+1, foot)
					}
				}
				if strings.Contains(page, "key-unrotated") && strings.Contains(page, "AKIA") && strings.Contains(page, "Last used") {
					headed++
				}
			}
			// The last page across may hold nothing but checks.
			if headed < across-3 {
				t.Errorf("the head of the table is on %d of %d pages", headed, across)
			}
			all := strings.Join(whole, "\n")
			for _, e := range told.Events {
				if !strings.Contains(all, fmt.Sprintf("%.12s", e.User)) { // long ones are broken
					t.Errorf("what happened to %s is not printed", e.User)
				}
			}
			for _, f := range r.Findings {
				if f.Status != "pass" && !strings.Contains(all, f.User) {
					t.Errorf("%s is not printed", f.User)
				}
			}
			for _, screen := range []string{"Reset", "Print or save", "Skip to", "Sort by", "This table shows", "↕"} {
				if strings.Contains(all, screen) {
					t.Errorf("%q is printed", screen)
				}
			}
		})
	}

	t.Run("the sign-off is on one page, wherever it falls", func(t *testing.T) {
		fresh := 0
		for lines := 20; lines <= 140; lines += 20 {
			o.Settings = strings.Repeat("# a line of the settings\n", lines)
			whole := pagesOf(t, open(t, chromium, company(3), o).print(chromedp.PaperA4))
			last := whole[len(whole)-1]
			for _, part := range []string{"Sign-off", "SHA-256 9f86d081884c7d65", "not accepted", "Remarks", "Prepared by", "Reviewed by", "Signature"} {
				if !strings.Contains(last, part) {
					t.Errorf("after %d lines the last page lacks %q", lines, part)
				}
			}
			if !strings.Contains(last, "a line of the settings") {
				fresh++
			}
		}
		if fresh == 0 || fresh == 7 {
			t.Errorf("of 7 sign-offs %d moved to a page of their own: the lengths prove nothing", fresh)
		}
	})

	t.Run("what is filtered out is not printed, and the paper says so", func(t *testing.T) {
		p := open(t, chromium, r, o)
		p.put("search", "tanaka")
		p.click("input[value=fail]")
		p.click("#table thead th:nth-child(5) button")
		all := strings.Join(pagesOf(t, p.print(chromedp.PaperA4)), "\n")
		said := regexp.MustCompile(`This table shows (\d+) of (\d+) findings: status fail; with the words “tanaka”; sorted by Age, days, ascending\.`)
		if !said.MatchString(strings.Join(strings.Fields(all), " ")) {
			t.Error("the paper does not tell of the filter")
		}
		if strings.Contains(all, "terraform-000") || !strings.Contains(all, "bob.tanaka-000") {
			t.Error("the paper does not show what the screen does")
		}
	})

	t.Run("in the dark paper is white", func(t *testing.T) {
		p := open(t, chromium, r, o)
		p.dress("dark", "print")
		is(p, `getComputedStyle(document.body).backgroundColor + getComputedStyle(document.body).color`, "rgb(255, 255, 255)rgb(24, 33, 43)")
		is(p, faint, "")
	})

	t.Run("a complete audit does not say incomplete", func(t *testing.T) {
		whole := r
		whole.Incomplete = nil
		if all := strings.Join(pagesOf(t, open(t, chromium, whole, o).print(chromedp.PaperA4)), "\n"); strings.Contains(all, "INCOMPLETE") {
			t.Error("INCOMPLETE is printed")
		}
	})
}

func (p tab) print(size chromedp.PaperSize) []byte {
	p.Helper()
	pdf, err := chromedp.Run(p.Context, chromedp.PrintToPDF(chromedp.PDFPaper(size)))
	if err != nil {
		p.Fatal(err)
	}
	return pdf
}

// pagesOf is the text of each page. It skips the test where poppler is missing,
// unless it is required as the browser is.
func pagesOf(t *testing.T, pdf []byte) []string {
	t.Helper()
	tool, err := exec.LookPath("pdftotext")
	if err != nil {
		if os.Getenv(browserVariable) == "required" {
			t.Fatalf("there is no pdftotext, and %s says that it is required", browserVariable)
		}
		t.Skip("there is no pdftotext to read the paper: apt-get install poppler-utils")
	}
	path := filepath.Join(t.TempDir(), "audit.pdf")
	if err := os.WriteFile(path, pdf, 0o600); err != nil {
		t.Fatal(err)
	}
	text, err := exec.CommandContext(t.Context(), tool, "-layout", path, "-").Output()
	if err != nil {
		t.Fatal(err)
	}
	pages := strings.Split(string(text), "\f")
	return pages[:len(pages)-1]
}
