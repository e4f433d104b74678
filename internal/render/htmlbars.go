package render

import (
	"fmt"
	"strings"

	"keywatch/internal/audit"
	"keywatch/internal/report"
)

// htmlBars is a drawing of the failed checks by severity, a bar each.
type htmlBars struct {
	Sentence string
	Bars     []htmlBar
}

const (
	barsLeft, barsRight = 84.0, 350.0
	barsStep, barsThick = 34.0, 20.0
)

func severityBars(r audit.Result) htmlBars {
	found := tallyOf(r).severities
	most := 1
	for _, n := range found {
		most = max(most, n)
	}
	var chart htmlBars
	var words []string
	for i, severity := range report.Severities() {
		n := found[severity]
		bar := htmlBar{X: barsLeft, Y: 8 + float64(i)*barsStep, Height: barsThick, Keys: n, Class: severity.String()}
		if n > 0 {
			bar.Width = max(leastBar, (barsRight-barsLeft)*float64(n)/float64(most))
		}
		bar.LabelX, bar.LabelY = bar.X+bar.Width+7, bar.Y+barsThick-5
		chart.Bars = append(chart.Bars, bar.rounded())
		words = append(words, fmt.Sprintf("%d %s", n, severity))
	}
	chart.Sentence = "Failed checks: " + strings.Join(words, ", ") + "."
	return chart
}
