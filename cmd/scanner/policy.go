package main

import (
	"time"

	"keywatch/config"
	"keywatch/internal/audit"
	"keywatch/internal/report"
	"keywatch/internal/watch"
)

// policyOf hands each room its part of the settings. This file is the only place
// that knows both sides.
func policyOf(s config.Settings) audit.Policy {
	p := audit.Policy{
		AccountID:  s.AccountID,
		Checks:     checksOf(s.Risk),
		Exceptions: exceptionsOf(s.Exceptions),
		Fetch: report.FetchPolicy{
			Timeout: time.Duration(s.Report.Timeout),
			MaxAge:  time.Duration(s.Report.MaxAge),
		},
		Watch:          watchOf(s.Watch),
		AllRegions:     s.Watch.Regions.All,
		Regions:        s.Watch.Regions.Names,
		ExcludeRegions: s.Watch.ExcludeRegions,
	}
	for _, id := range s.Watch.On {
		p.WatchOn = append(p.WatchOn, report.CheckID(id))
	}
	return p
}

func checksOf(risk config.Risk) report.Policy {
	p := report.Policy{
		StaleAfter:     time.Duration(risk.StaleAfter),
		UnrotatedAfter: time.Duration(risk.UnrotatedAfter),
		RootUsedWithin: time.Duration(risk.RootUsedWithin),
		Disabled:       map[report.CheckID]bool{},
		Severity:       map[report.CheckID]report.Severity{},
	}
	for id, c := range risk.Checks {
		p.Disabled[report.CheckID(id)] = !c.Enabled
		if severity, ok := report.ParseSeverity(c.Severity); ok {
			p.Severity[report.CheckID(id)] = severity
		}
	}
	return p
}

func exceptionsOf(settings []config.Exception) []report.Exception {
	var exceptions []report.Exception
	for _, e := range settings {
		x := report.Exception{
			User: e.User, ARN: e.ARN, Key: e.Key, Path: e.Path,
			Reason: e.Reason, Owner: e.Owner, Ticket: e.Ticket, Expires: e.Expires.Time(),
		}
		for _, id := range e.Checks {
			x.Checks = append(x.Checks, report.CheckID(id))
		}
		exceptions = append(exceptions, x)
	}
	return exceptions
}

func watchOf(w config.Watch) watch.Policy {
	p := watch.Policy{
		NamePrefix:      w.NamePrefix,
		Owner:           w.Owner,
		HomeRegion:      w.HomeRegion,
		Targets:         w.Target,
		ForwardRole:     w.ForwardRole,
		State:           w.State,
		DeadLetterQueue: w.DeadLetterQueue,
		MessageGroup:    w.MessageGroup,
		Layout:          watch.Layout{Mode: watch.Mode(w.Layout)},
		RootActivity:    w.RootActivity,
		Sessions:        w.Sessions,
		Identities:      w.Identities,
		RulesQuota:      w.RulesQuota,
		RetireMax:       w.Retire.Max,
		RetirePercent:   w.Retire.MaxPercent,
	}
	if w.Retry != config.Default().Watch.Retry { // which is what EventBridge does by itself
		p.Retry = watch.Retry{MaxAttempts: w.Retry.MaxAttempts, MaxAge: time.Duration(w.Retry.MaxAge)}
	}
	for _, r := range w.Routes {
		route := watch.Route{Targets: r.Target, State: r.State}
		for _, check := range r.Checks {
			route.Reasons |= watch.ReasonOf(check)
		}
		p.Routes = append(p.Routes, route)
	}
	return p
}
