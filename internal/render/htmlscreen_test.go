package render

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/accessibility"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/google/go-cmp/cmp"

	"keywatch/internal/audit"
)

// endless is a company whose names and texts know no end and no place to break.
func endless() audit.Result {
	r := company(20)
	for i := range r.Findings {
		f := &r.Findings[i]
		f.User = strings.Repeat("w", 64)
		f.ARN = "arn:aws:iam::111122223333:user/" + strings.Repeat("p", 500) + "/" + f.User
		f.Reason += strings.Repeat("r", 300)
	}
	for i := range r.Exceptions {
		x := &r.Exceptions[i]
		x.User, x.Reason, x.Owner, x.Ticket = strings.Repeat("u", 64), strings.Repeat("y", 300), strings.Repeat("o", 100), strings.Repeat("t", 100)
	}
	r.Incomplete = append(r.Incomplete, strings.Repeat("i", 400))
	r.Report.SHA256 = strings.Repeat("a", 64)
	return r
}

// dress makes the browser like light or dark, and think that it prints.
func (p tab) dress(scheme, media string) {
	p.Helper()
	_, err := chromedp.Call(p.Context, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Media: media, Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}})
	if err != nil {
		p.Fatal(err)
	}
}

func TestScreenInABrowser(t *testing.T) {
	chromium := browser(t)
	settings := options(0)
	settings.Settings = "watch: {target: " + strings.Repeat("arn:", 100) + "}\n"

	told := soiledStory(strings.Repeat("s", 200))
	settings.Story = &told

	for name, r := range map[string]audit.Result{"as usual": company(60), "endless names": endless(), "nothing": spotless()} {
		t.Run("no sideways scrolling, "+name, func(t *testing.T) {
			p := open(t, chromium, r, settings)
			widths := []int64{390, 800, 801, 1263, 1264, 1280}
			for width := int64(320); width <= 1920; width += 40 {
				widths = append(widths, width)
			}
			for _, width := range widths {
				p.do(chromedp.EmulateViewport(width, 900))
				is(p, `document.documentElement.scrollWidth`, int(width))
				is(p, `[...document.querySelectorAll("body *:not(.unseen)")].filter((e) => e.getBoundingClientRect().right > innerWidth + 1).map((e) => e.outerHTML.slice(0, 80)).join("\n")`, "")
			}
		})
	}

	for _, name := range []string{"light", "dark"} {
		t.Run("contrast, "+name, func(t *testing.T) {
			p := open(t, chromium, company(60), settings)
			p.dress(name, "")
			is(p, `getComputedStyle(document.body).backgroundColor`, map[string]string{"light": "rgb(255, 255, 255)", "dark": "rgb(17, 22, 28)"}[name])
			for _, width := range []int64{1280, 390} {
				p.do(chromedp.EmulateViewport(width, 900))
				is(p, faint, "")
			}
		})
	}

	t.Run("without a script everything is there", func(t *testing.T) {
		p := open(t, chromium, company(60), settings)
		want := p.rows()
		if _, err := chromedp.Call(p.Context, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true}); err != nil {
			t.Fatal(err)
		}
		p.do(chromedp.Reload())
		if diff := cmp.Diff(want, p.rows()); diff != "" {
			t.Error(diff)
		}
		is(p, `[...document.querySelectorAll("button, input, select, output")].filter((e) => e.checkVisibility()).length`, 0)
		is(p, `document.documentElement.scrollWidth`, 1280)
	})

	t.Run("the policy lets nothing else in", func(t *testing.T) {
		p := blank(t, chromium, 1280)
		p.complaints(func(t *testing.T, all []string) {
			if len(all) < 3 {
				t.Errorf("the browser complains only of %q", all)
			}
		})
		p.show(company(5), settings)
		got, err := chromedp.Run(p.Context, chromedp.Evaluate[string](`new Promise((done) => {
			const stopped = new Set();
			document.addEventListener("securitypolicyviolation", (e) => {
				stopped.add(e.effectiveDirective);
				if (stopped.size === 6) done([...stopped].sort().join(" ") + " " + window.stranger);
			});
			const add = (tag, text) => { const e = document.createElement(tag); e.textContent = text; document.head.append(e) };
			add("script", "window.stranger = true");
			add("style", "* { color: red }");
			document.body.setAttribute("style", "color: red");
			document.body.setAttribute("onclick", "window.stranger = true");
			document.body.click();
			new Image().src = "data:image/gif;base64,R0lGODlhAQABAAAAACw=";
			fetch("https://example.com/").catch(() => {});
		})`, chromedp.EvalAwaitPromise))
		if want := "connect-src img-src script-src-attr script-src-elem style-src-attr style-src-elem undefined"; err != nil || got != want {
			t.Errorf("stopped: %q, %v", got, err)
		}
	})

	t.Run("the settings on the page have the hash on the page", func(t *testing.T) {
		for _, text := range []string{"version: 1\nwatch: {target: \"<a> & b\"}\n", "no line break", "\n\nversion: 1\n\n"} {
			o := settings
			o.Settings = text
			p := open(t, chromium, company(3), o)
			is(p, `document.getElementById("settings").textContent`, text)
			is(p, `[...document.querySelectorAll("#origin dt")].find((dt) => dt.textContent === "Settings SHA-256").nextElementSibling.textContent`, sourceSum(text))
		}
	})

	t.Run("a long table is one only as long as it is", func(t *testing.T) {
		p := open(t, chromium, company(100), everything())
		if n := len(p.rows()); n <= mostAtOnce {
			t.Fatalf("%d rows are not long", n)
		}
		shown := `getComputedStyle(document.querySelector("#table tbody")).contentVisibility`
		is(p, shown, "auto")
		is(p, `[...document.querySelectorAll("#table tbody")].slice(0, -1).every((body) => body.rows.length === 50)`, true)
		p.put("search", "alice")
		is(p, shown, "visible")
		p.click("#reset")
		is(p, shown, "auto")
	})

	t.Run("what a screen reader is told", func(t *testing.T) {
		p := open(t, chromium, company(20), settings)
		listed := newHTMLFindings(company(20), settings, waiversOf(company(20))).Listed
		p.do(chromedp.PollFunction[chromedp.Void](fmt.Sprintf(`() => document.querySelectorAll("#table tbody tr[role=row]").length === %d`, listed)))
		is(p, `[...document.querySelectorAll("#table tr > *")].filter((e) => !["cell", "rowheader", "columnheader"].includes(e.getAttribute("role"))).length`, 0)
		tree, err := chromedp.Call(p.Context, accessibility.GetFullAXTree, accessibility.GetFullAXTreeParams{})
		if err != nil {
			t.Fatal(err)
		}
		roles, names := map[string]int{}, map[string][]string{}
		for _, node := range tree.Nodes {
			if node.Ignored || node.Role == nil {
				continue
			}
			role, name := textOf(node.Role), textOf(node.Name)
			roles[role]++
			names[role] = append(names[role], name)
			switch role {
			case "button", "searchbox", "checkbox", "combobox", "link", "table", "image", "region", "navigation", "search":
				if name == "" {
					t.Errorf("a %s has no name", role)
				}
			}
		}
		if roles["row"] < listed || roles["rowheader"] < listed || roles["gridcell"]+roles["cell"] < 9*listed {
			t.Errorf("roles: %v", roles)
		}
		for role, want := range map[string][]string{
			"search":     {"Findings"},
			"navigation": {"Sections"},
			"searchbox":  {"Search"},
			"image":      {"Failed checks by severity", "Age of active keys", "Idle time of active keys"},
		} {
			for _, name := range want {
				if !slices.ContainsFunc(names[role], func(s string) bool { return strings.HasPrefix(s, name) }) {
					t.Errorf("no %s is called %q: %q", role, name, names[role])
				}
			}
		}
		is(p, `(() => { let last = 0; for (const h of document.querySelectorAll("h1, h2, h3, h4")) { const n = Number(h.tagName[1]); if (n > last + 1) return h.textContent; last = n } return "" })()`, "")
		is(p, `document.querySelectorAll("h1").length`, 1)
		is(p, `[...document.querySelectorAll("table")].filter((table) => !table.caption).length`, 0)
		is(p, `[...document.querySelectorAll("thead th")].filter((th) => th.scope !== "col").length`, 0)
		is(p, `(() => { const ids = [...document.querySelectorAll("[id]")].map((e) => e.id); return ids.length - new Set(ids).size })()`, 0)
		is(p, `[...document.querySelectorAll("a[href^='#']")].filter((a) => !document.querySelector(a.getAttribute("href"))).length`, 0)
	})
}

func textOf(value *accessibility.Value) string {
	if value == nil {
		return ""
	}
	return strings.Trim(string(value.Value), `"`)
}

// faint lists text whose contrast with what is behind it is too low: 4.5, or 3
// where it is large.
const faint = `(() => {
	const numbers = (color) => color.match(/[\d.]+/g).map(Number);
	const light = (color) => {
		const [r, g, b] = numbers(color).map((c) => (c /= 255) <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
		return 0.2126 * r + 0.7152 * g + 0.0722 * b;
	};
	const behind = (e) => {
		for (; e; e = e.parentElement) {
			const color = getComputedStyle(e).backgroundColor;
			if (numbers(color)[3] !== 0) return color;
		}
		return "rgb(255, 255, 255)";
	};
	const faint = new Set();
	for (const e of document.querySelectorAll("body *")) {
		if (![...e.childNodes].some((n) => n.nodeType === 3 && n.data.trim()) || !e.checkVisibility() || e.closest("desc, title, script, .unseen")) continue;
		const style = getComputedStyle(e);
		for (const [what, color] of [["", e.closest("svg") ? style.fill : style.color], ["::before ", getComputedStyle(e, "::before").color], ["::after ", getComputedStyle(e, "::after").color]]) {
			const [a, b] = [light(color), light(behind(e))];
			const contrast = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
			const large = parseFloat(style.fontSize) >= 24 || parseFloat(style.fontSize) >= 18.7 && style.fontWeight >= 600;
			if (contrast < (large ? 3 : 4.5)) faint.add(what + e.tagName + "." + e.getAttribute("class") + " " + contrast.toFixed(2) + " " + e.textContent.trim().slice(0, 20));
		}
	}
	return [...faint].join("\n");
})()`
