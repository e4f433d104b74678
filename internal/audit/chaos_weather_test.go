package audit

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"keywatch/internal/fakeaws"
	"keywatch/internal/report"
)

// weather is what a run meets from beginning to end. do brings it and returns what
// clears it up.
type weather struct {
	name string
	// keepsAll tells that no active key may lose its watch.
	keepsAll bool
	do       func(h *history) (clear func())
}

var weathers = []weather{
	{"fair", false, func(*history) func() { return func() {} }},
	{"fair", false, func(*history) func() { return func() {} }},
	{"no retirement is allowed", true, func(h *history) func() {
		p := &h.w.policy.Watch
		p.RetireMax, p.RetirePercent, p.AllowRetire = 0, 0, 0
		limit := h.staleAfter()
		h.w.policy.Checks.StaleAfter = 300 * day // so that many keys are risky no more
		exceptions := h.w.policy.Exceptions
		if h.r.IntN(2) == 0 { // and in other years none
			all := report.Exception{User: "*", Checks: []report.CheckID{report.KeyStale, report.KeyUnrotated, report.KeyReawakened}, Expires: time.Now().Add(99 * day)}
			h.w.policy.Exceptions = append(slices.Clone(exceptions), all)
		}
		return func() { h.w.policy.Checks.StaleAfter, h.w.policy.Exceptions = limit, exceptions }
	}},
	{"the bus is full", false, func(h *history) func() {
		var clear []func()
		for _, region := range h.w.regions {
			rules := len(h.w.cloud.Rules(region))
			for i := range 3 {
				name := fmt.Sprint("theirs-", i)
				_ = h.w.cloud.PutRuleByHand(region, fakeaws.Rule{Name: name, Pattern: `{"source":["my.app"]}`})
				clear = append(clear, func() { h.w.cloud.DeleteRuleByHand(region, name) })
			}
			h.w.policy.Watch.RulesQuota = rules + 3 + h.r.IntN(2)
			h.w.cloud.SetRuleQuota(region, h.w.policy.Watch.RulesQuota)
		}
		for _, region := range h.w.regions { // one number for all
			h.w.cloud.SetRuleQuota(region, h.w.policy.Watch.RulesQuota)
		}
		return func() {
			for _, f := range clear {
				f()
			}
			h.w.policy.Watch.RulesQuota = 300
			for _, region := range h.w.regions {
				h.w.cloud.SetRuleQuota(region, 300)
			}
		}
	}},
	{"the report is old", true, func(h *history) func() {
		h.w.cloud.SetReport(h.old, time.Now().Add(-3*time.Hour)) // which IAM serves for four
		h.w.policy.Checks.StaleAfter = 45 * day
		h.w.policy.Fetch.MaxAge = time.Hour
		for _, k := range h.keys { // it shows asleep what was used since, and so wakes
			k.fuzzy = k.fuzzy || k.used.After(h.oldAt)
		}
		return func() { h.w.policy.Fetch.MaxAge = day }
	}},
	{"the report is cut short", true, func(h *history) func() {
		lines := strings.SplitAfter(string(h.w.cloud.Report()), "\n")
		h.w.cloud.SetReport([]byte(strings.Join(lines[:2], "")), time.Now()) // root is left
		return func() {}
	}},
	{"the report is another account's", true, func(h *history) func() {
		h.w.cloud.SetReport([]byte(strings.ReplaceAll(string(h.w.cloud.Report()), "111122223333", "444455556666")), time.Now())
		return func() {}
	}},
	{"the report is missing", true, func(h *history) func() {
		return h.w.cloud.Inject(fakeaws.Fault{Service: "iam", Op: "GenerateCredentialReport", Code: "ServiceFailure"})
	}},
}
