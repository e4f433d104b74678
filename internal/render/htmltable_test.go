package render

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	gocmp "github.com/google/go-cmp/cmp"

	"keywatch/internal/report"
)

// heads are the columns of the table of findings.
var heads = []string{"Result", "User", "Slot", "Key ID", "Age, days", "Idle, days", "Last used", "Check", "Reason", "Controls", "Exception"}

func everything() Options {
	o := options(0)
	o.All = true
	return o
}

func TestTableInABrowser(t *testing.T) {
	chromium := browser(t)
	r := company(60)
	view := newHTMLFindings(r, everything(), waiversOf(r))

	t.Run("every finding is there, in order", func(t *testing.T) {
		p := open(t, chromium, r, everything())
		var want, got []string
		for _, row := range slices.Concat(view.Chunks...) {
			want = append(want, row.User+" "+row.Check)
		}
		for _, row := range p.rows() {
			user, _, _ := strings.Cut(row[2], " ")
			got = append(got, user+" "+row[8])
		}
		if diff := gocmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
		is(p, `[...document.querySelectorAll("#table thead th")].map((th) => th.innerText.trim()).join("|")`, strings.Join(heads, "|"))
		is(p, `document.getElementById("count").textContent`, fmt.Sprintf("%d of %d findings", len(want), len(want)))
		is(p, `document.querySelectorAll("[aria-sort]").length`, 0)
	})

	sorting := open(t, chromium, r, everything())
	plain := sorting.rows()
	for i, head := range heads {
		t.Run("sorted by "+head, func(t *testing.T) {
			p := tab{t, sorting.Context}
			for _, backwards := range []bool{false, true, false} {
				p.click(fmt.Sprintf("#table thead th:nth-child(%d) button", i+1))
				want := slices.Clone(plain)
				slices.SortStableFunc(want, func(a, b []string) int { return inOrder(a, b, i+1, backwards) })
				if diff := gocmp.Diff(want, p.rows()); diff != "" {
					t.Errorf("backwards %v:\n%s", backwards, diff)
				}
				order := "ascending"
				if backwards {
					order = "descending"
				}
				is(p, `[...document.querySelectorAll("[aria-sort]")].map((th) => th.cellIndex + " " + th.ariaSort).join()`, fmt.Sprintf("%d %s", i, order))
				is(p, `document.getElementById("printed").textContent`, fmt.Sprintf("This table shows %d of %d findings: sorted by %s, %s.", len(plain), len(plain), head, order))
			}
			p.click("#reset")
			if diff := gocmp.Diff(plain, p.rows()); diff != "" {
				t.Errorf("reset:\n%s", diff)
			}
			is(p, `document.querySelectorAll("[aria-sort]").length`, 0)
		})
	}

	t.Run("filtered", func(t *testing.T) {
		p := open(t, chromium, r, everything())
		all := p.rows()
		left := func(name string, fits func(status, severity, check, text string) bool) {
			t.Helper()
			var want [][]string
			for _, row := range all {
				status, severity, _ := strings.Cut(row[0], " ")
				if fits(status, severity, row[8], strings.ToLower(strings.Join(row[1:], "\n"))) {
					want = append(want, row)
				}
			}
			if len(want) == 0 || len(want) == len(all) {
				t.Fatalf("%s: %d of %d rows prove nothing", name, len(want), len(all))
			}
			if diff := gocmp.Diff(want, p.rows()); diff != "" {
				t.Errorf("%s:\n%s", name, diff)
			}
			is(p, `document.getElementById("count").textContent`, fmt.Sprintf("%d of %d findings", len(want), len(all)))
		}
		for _, severity := range report.Severities() {
			p.click("input[value=" + severity.String() + "]")
			left(severity.String(), func(_, s, _, _ string) bool { return s == severity.String() })
			p.click("input[value=" + severity.String() + "]")
		}
		for _, status := range []string{"fail", "unknown", "excepted", "pass"} {
			p.click("input[value=" + status + "]")
			left(status, func(s, _, _, _ string) bool { return s == status })
			p.click("input[value=" + status + "]")
		}
		for _, check := range view.Checks {
			p.put("check", check.Name)
			left(check.Name, func(_, _, c, _ string) bool { return c == check.Name })
			if n := len(p.rows()); n != check.Rows {
				t.Errorf("%s: the filter promises %d rows and leaves %d", check.Name, check.Rows, n)
			}
		}
		p.put("check", "")
		p.put("search", "  ALICE /people ")
		left("two words", func(_, _, _, text string) bool {
			return strings.Contains(text, "alice") && strings.Contains(text, "/people")
		})
		p.put("search", "")
		p.click("input[value=high]")
		p.click("input[value=medium]")
		p.click("input[value=fail]")
		p.put("search", "ci-")
		left("all together", func(status, severity, _, text string) bool {
			return status == "fail" && (severity == "high" || severity == "medium") && strings.Contains(text, "ci-")
		})
		is(p, `document.getElementById("printed").textContent.replace(/^.*findings: /, "")`, "severity high or medium; status fail; with the words “ci-”.")
		is(p, `document.getElementById("nothing").hidden`, true)
		p.put("search", "no such <text>")
		is(p, `document.getElementById("nothing").hidden`, false)
		is(p, `document.getElementById("count").textContent`, fmt.Sprintf("0 of %d findings", len(all)))
		p.click("#reset")
		if diff := gocmp.Diff(all, p.rows()); diff != "" {
			t.Errorf("reset:\n%s", diff)
		}
		is(p, `document.getElementById("printed").textContent`, "")
	})

	t.Run("by keyboard alone", func(t *testing.T) {
		p := open(t, chromium, r, everything())
		p.press(kb.Tab)
		is(p, `document.activeElement.textContent`, "Skip to the summary")
		is(p, `document.activeElement.getBoundingClientRect().top >= 0`, true)
		p.press(kb.Enter)
		is(p, `location.hash`, "#summary")
		p.do(chromedp.Focus(chromedp.ID("search")))
		p.press("tanaka")
		is(p, `new Set([...document.querySelectorAll("#table tbody th")].map((th) => th.textContent.slice(0, 10))).size`, 1)
		var stops []string
		for range 10 {
			p.press(kb.Tab)
			stops = append(stops, run[string](p, `document.activeElement.value || document.activeElement.id || document.activeElement.textContent`))
		}
		if diff := gocmp.Diff([]string{"check", "reset", "critical", "high", "medium", "low", "fail", "unknown", "excepted", "pass"}, stops); diff != "" {
			t.Errorf("stops of the Tab key:\n%s", diff)
		}
		is(p, `getComputedStyle(document.activeElement.nextElementSibling).outlineStyle`, "solid")
		p.press(" ")
		is(p, `[...new Set([...document.querySelectorAll("#table tbody tr")].map((row) => row.classList[0]))].join()`, "pass")
		p.press(kb.Tab)
		for i, head := range heads[:3] {
			is(p, `document.activeElement.textContent`, head)
			p.press(kb.Enter)
			is(p, `document.activeElement.parentElement.ariaSort`, "ascending")
			p.press(" ")
			is(p, `document.activeElement.parentElement.ariaSort`, "descending")
			is(p, `document.querySelectorAll("[aria-sort]")[0].cellIndex`, i)
			p.press(kb.Tab)
		}
	})

	t.Run("the select of a narrow screen sorts", func(t *testing.T) {
		p := open(t, chromium, r, everything())
		p.do(chromedp.EmulateViewport(390, 800, chromedp.EmulateMobile))
		is(p, `document.getElementById("sort").checkVisibility()`, true)
		plain := p.rows()
		p.put("sort", "4-")
		want := slices.Clone(plain)
		slices.SortStableFunc(want, func(a, b []string) int { return inOrder(a, b, 5, true) })
		if diff := gocmp.Diff(want, p.rows()); diff != "" {
			t.Error(diff)
		}
		p.put("sort", "")
		if diff := gocmp.Diff(plain, p.rows()); diff != "" {
			t.Error(diff)
		}
	})

	t.Run("the largest account there can be", func(t *testing.T) {
		large := company(5000)
		p := open(t, chromium, large, everything())
		n := len(large.Findings)
		is(p, `document.getElementById("count").textContent`, fmt.Sprintf("%d of %d findings", n, n))
		t.Logf("%d rows: ready after %.0f ms", n, run[float64](p, `performance.getEntriesByType("navigation")[0].domInteractive`))
		timed := func(what, script string) {
			t.Helper()
			t.Logf("%s: %.0f ms", what, run[float64](p, `(() => { const from = performance.now(); `+script+`; document.body.offsetHeight; return performance.now() - from })()`))
		}
		timed("sort by age", `document.querySelectorAll("#table thead button")[4].click()`)
		is(p, `document.querySelector("#table tbody tr").cells[4].textContent`, "20")
		timed("sort by user", `document.querySelectorAll("#table thead button")[1].click()`)
		timed("filter", `document.querySelector("input[value=high]").click()`)
		timed("reset", `document.getElementById("reset").click()`)
		is(p, `document.querySelectorAll("#table tbody tr").length`, n)
	})
}

// inOrder compares two rows by a cell as the table should: numbers as numbers,
// results by weight, all else as text without regard to case, and nothing last.
func inOrder(a, b []string, cell int, backwards bool) int {
	x, y := a[cell], b[cell]
	sign := 1
	if backwards {
		sign = -1
	}
	switch {
	case cell == 1:
		return sign * cmp.Compare(weight(a[0]), weight(b[0]))
	case x == "" || y == "":
		return cmp.Compare(len(y), 0) - cmp.Compare(len(x), 0)
	case cell == 3 || cell == 5 || cell == 6:
		m, _ := strconv.Atoi(x)
		n, _ := strconv.Atoi(y)
		return sign * cmp.Compare(m, n)
	}
	return sign * cmp.Compare(strings.ToLower(x), strings.ToLower(y))
}

// weight puts failures before all else, the worst first.
func weight(classes string) int {
	status, severity, _ := strings.Cut(classes, " ")
	grave := slices.Index([]string{"critical", "high", "medium", "low"}, severity)
	return 10*slices.Index([]string{"fail", "unknown", "excepted", "pass"}, status) + grave
}
