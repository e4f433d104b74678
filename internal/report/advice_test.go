package report

import (
	"strings"
	"testing"
)

func TestEveryCheckHasAdvice(t *testing.T) {
	advice := AdviceOf()
	for _, c := range Checks() {
		a := advice[c.ID]
		if !strings.Contains(a.Title, " should ") || strings.HasSuffix(a.Title, ".") || len(a.Title) > 100 {
			t.Errorf("%s: the title is %q", c.ID, a.Title)
		}
		// ASFF has room for 512 characters.
		if len(a.Fix) > 200 || !strings.HasSuffix(a.Fix, ".") || strings.Contains(a.Fix, ". ") {
			t.Errorf("%s: the fix is not one sentence: %q", c.ID, a.Fix)
		}
		if ours := strings.HasPrefix(string(c.ID), "exception-"); ours != (a.Guide == "") {
			t.Errorf("%s: the guide is %q", c.ID, a.Guide)
		}
		if a.Guide != "" && !strings.HasPrefix(a.Guide, "https://docs.aws.amazon.com/IAM/latest/") {
			t.Errorf("%s: %s is not a page of IAM's documentation", c.ID, a.Guide)
		}
		delete(advice, c.ID)
	}
	for id := range advice {
		t.Errorf("there is advice for %s, which is no check", id)
	}
}
