package render

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"strings"

	"keywatch/internal/audit"
)

//go:embed html
var htmlFiles embed.FS

// auditHTML writes one page that needs nothing else: a browser shows it, prints
// it, and loads nothing for it. Its content security policy lets no other style
// or script in than the two it holds, neither of which holds any text of others.
func auditHTML(out *bytes.Buffer, r audit.Result, o Options) error {
	style, err := inlined("page.css", "tables.css", "print.css")
	if err != nil {
		return err
	}
	script, err := inlined("report.js")
	if err != nil {
		return err
	}
	page, err := template.ParseFS(htmlFiles, "html/*.tmpl")
	if err != nil {
		return err
	}
	view := newHTMLPage(r, o)
	view.Style = template.CSS(style + view.margins())
	view.Script = template.JS(script)
	view.Policy = fmt.Sprintf("default-src 'none'; style-src %s; script-src %s; base-uri 'none'; form-action 'none'",
		sourceHash(string(view.Style)), sourceHash(string(view.Script)))
	return page.ExecuteTemplate(out, "report.tmpl", view)
}

// inlined is what some of the files hold, one after the other.
func inlined(names ...string) (string, error) {
	content := []byte("\n")
	for _, name := range names {
		file, err := htmlFiles.ReadFile("html/" + name)
		if err != nil {
			return "", err
		}
		content = append(content, file...)
	}
	return string(content), nil
}

// sourceHash names an inline style or script in a content security policy.
func sourceHash(content string) string {
	sum := sha256.Sum256([]byte(content))
	return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
}

// margins is what stands at the edge of every printed page, as a style. A page
// that goes astray must still say what it belongs to.
func (p htmlPage) margins() string {
	warning := ""
	if len(p.Incomplete) > 0 {
		warning = "INCOMPLETE: something was not looked at, see the first page"
	}
	return fmt.Sprintf("\n@page { @top-right { content: %s } @bottom-left { content: %s } }\n", styleString(warning),
		styleString(fmt.Sprintf("Account %s \u00b7 report %s \u00b7 SHA-256 %.16s", p.Account, p.Generated, p.SHA256)))
}

// styleString writes any text as a string of a style sheet. An escape of six
// digits swallows a space after it, so spaces are escaped, too.
func styleString(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range s {
		switch {
		case 'a' <= r && r <= 'z', 'A' <= r && r <= 'Z', '0' <= r && r <= '9':
			b.WriteRune(r)
		default:
			fmt.Fprintf(&b, `\%06x`, r)
		}
	}
	b.WriteByte('"')
	return b.String()
}
