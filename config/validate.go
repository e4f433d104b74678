package config

import (
	"regexp"
	"slices"
)

// An EventBridge rule's name has at most 64 characters of [.\-_A-Za-z0-9]
// (PutRule's API reference). <name_prefix>-<owner>- leaves 28 of them.
const (
	namePrefixPattern = `^[A-Za-z0-9][A-Za-z0-9._-]{0,17}$`
	ownerPattern      = `^[A-Za-z0-9][A-Za-z0-9._]{0,15}$`
	accountPattern    = `^[0-9]{12}$`
	regionPattern     = `^[a-z]{2,}(-[a-z]+)+-[0-9]+$`
	rolePattern       = `^arn:aws[a-z-]*:iam::[0-9]{12}:role/[A-Za-z0-9+=,.@_/-]{1,576}$`
)

var (
	namePrefixShape = regexp.MustCompile(namePrefixPattern)
	ownerShape      = regexp.MustCompile(ownerPattern)
	accountShape    = regexp.MustCompile(accountPattern)
	regionShape     = regexp.MustCompile(regionPattern)
	roleShape       = regexp.MustCompile(rolePattern)
)

// validate refuses values that decoded but cannot be meant.
func (l *loading) validate() {
	s, standard := l.settings, Default()
	if s.Version != 1 {
		l.refuseValue("version", "%d is not a version that this keywatch reads: write 1", s.Version)
	}
	if s.AccountID != "" && !accountShape.MatchString(s.AccountID) {
		l.refuseValue("account_id", "%s is not an AWS account id: write its 12 digits", quote(s.AccountID))
	}
	l.positive("risk.stale_after", s.Risk.StaleAfter, standard.Risk.StaleAfter)
	if d := s.Risk.StaleAfter; d > 0 && d < day {
		// A rule remembers the day since when a key is idle, no finer.
		l.refuseValue("risk.stale_after", "%s is shorter than a day: write 1d or more", d)
	}
	l.positive("risk.unrotated_after", s.Risk.UnrotatedAfter, standard.Risk.UnrotatedAfter)
	l.positive("risk.root_used_within", s.Risk.RootUsedWithin, standard.Risk.RootUsedWithin)
	for id, check := range s.Risk.Checks {
		if !slices.Contains(severities[:], check.Severity) {
			l.refuseValue("risk.checks."+id+".severity", "%s", notOneOf(check.Severity, severities[:]))
		}
	}
	l.positive("report.max_age", s.Report.MaxAge, standard.Report.MaxAge)
	l.positive("report.timeout", s.Report.Timeout, standard.Report.Timeout)
	l.validateExceptions(s.Exceptions)
	l.validateWatch(s)
	l.validateEvidence(&l.settings.Evidence)
	if _, err := parseSchedule(s.Schedule); err != nil {
		l.refuseValue("schedule", "%v", err)
	}
}

func (l *loading) validateWatch(s Settings) {
	w := s.Watch
	l.validateOn(s)
	if !namePrefixShape.MatchString(w.NamePrefix) {
		l.refuseValue("watch.name_prefix", `%s cannot begin a rule's name: write 1 to 18 letters, digits, ".", "_" or "-", the first a letter or digit`, quote(w.NamePrefix))
	}
	if !ownerShape.MatchString(w.Owner) {
		l.refuseValue("watch.owner", `%s cannot be an owner: write 1 to 16 letters, digits, "." or "_", the first a letter or digit ("-" ends the owner in a rule's name)`, quote(w.Owner))
	}
	if !slices.Contains(states[:], w.State) {
		l.refuseValue("watch.state", "%s", notOneOf(w.State, states[:]))
	}
	if !slices.Contains(layouts[:], w.Layout) {
		l.refuseValue("watch.layout", "%s", notOneOf(w.Layout, layouts[:]))
	}
	l.atLeast("watch.rules_quota", w.RulesQuota, 1)
	l.atLeast("watch.retire.max", w.Retire.Max, 0)
	if p := w.Retire.MaxPercent; p < 0 || p > 100 {
		l.refuseValue("watch.retire.max_percent", "%d is impossible: write 0 to 100", p)
	}
	l.validateRegions(w)
	l.validateRoutes(w)
	l.validateIdentities(w.Identities)
	l.validateDelivery(w, l.validateTargets(w))
}

// validateOn checks which checks watch.
func (l *loading) validateOn(s Settings) {
	const path = "watch.on"
	if len(s.Watch.On) == 0 {
		l.refuseValue(path, "must name a check: an empty list would retire every watch")
	}
	sound := l.sound(path)
	for i, id := range s.Watch.On {
		switch {
		case !slices.Contains(watchable(), id):
			l.refuseValue(itemOf(path, i), "%s", notOneOf(id, watchable()))
		case slices.Contains(s.Watch.On[:i], id):
			l.refuseValue(itemOf(path, i), "%s is listed twice: keep one", quote(id))
		case sound && !s.Risk.Checks[id].Enabled:
			l.refuseValue("risk.checks."+id+".enabled", "false, but watch.on lists %s: a check that is not made cannot watch, so take it out there too", id)
		}
	}
}

// validateRegions checks where keys are watched.
func (l *loading) validateRegions(w Watch) {
	const home, listed, excluded = "watch.home_region", "watch.regions", "watch.exclude_regions"
	l.region(home, w.HomeRegion)
	if !w.Regions.All && len(w.Regions.Names) == 0 {
		l.refuseValue(listed, "must name a Region: write all, or a list such as [us-east-1]")
	}
	l.regionList(listed, w.Regions.Names)
	l.regionList(excluded, w.ExcludeRegions)
	for i, name := range w.ExcludeRegions {
		if slices.Contains(w.Regions.Names, name) {
			l.refuseValue(itemOf(excluded, i), "%s is in watch.regions too: take it out of one", quote(name))
		} else if name == w.HomeRegion {
			l.refuseValue(itemOf(excluded, i), "%s is home_region, which must be watched: take it out, or choose another home_region", quote(name))
		}
	}
	if !w.Regions.All && l.sound(home, listed) && !slices.Contains(w.Regions.Names, w.HomeRegion) {
		l.refuseValue(listed, "home_region %s is not among them: add it, or choose one of them as home_region", quote(w.HomeRegion))
	}
}

func (l *loading) regionList(path string, names []string) {
	for i, name := range names {
		l.region(itemOf(path, i), name)
		if slices.Contains(names[:i], name) {
			l.refuseValue(itemOf(path, i), "%s is listed twice: keep one", quote(name))
		}
	}
}

func (l *loading) region(path, name string) {
	if !regionShape.MatchString(name) {
		l.refuseValue(path, "%s is not the name of a Region: write one like us-east-1", quote(name))
	}
}

func (l *loading) positive(path string, d, standard Duration) {
	if d <= 0 {
		l.refuseValue(path, "must be longer than zero: write a time such as %s", standard)
	}
}

func (l *loading) atLeast(path string, n, low int) {
	if n < low {
		l.refuseValue(path, "%d is impossible: write %d or more", n, low)
	}
}

// sound tells that nothing was wrong with the settings at paths so far.
func (l *loading) sound(paths ...string) bool {
	return !slices.ContainsFunc(paths, func(path string) bool { return l.unsound[path] })
}

// refuseValue records a problem of a value, at its place. Of several problems
// with one value the first is told.
func (l *loading) refuseValue(path, format string, args ...any) {
	if l.unsound[path] {
		return
	}
	// What has no place of its own stands in its list or section.
	holder := path
	for _, ok := l.given[holder]; !ok && holder != ""; _, ok = l.given[holder] {
		holder = within(holder)
	}
	l.refuse(l.given[holder], path, format, args...)
}
