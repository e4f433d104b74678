package config

import (
	"slices"
	"strings"
)

// Targets are the SNS topics and SQS queues that receive the same alerts, as
// ARNs; nil is none. A settings file writes one as it is and several as a list.
type Targets []string

// mostTargets is how many targets EventBridge allows a rule.
const mostTargets = 5

// MarshalYAML writes the form that a settings file has: an ARN or a list, and ""
// for none.
func (t Targets) MarshalYAML() (any, error) {
	switch len(t) {
	case 0:
		return "", nil
	case 1:
		return t[0], nil
	}
	return []string(t), nil
}

// aim is a target that is sound by itself, and where it is set.
type aim struct{ path, arn, region string }

// everywhere tells that there is one such topic or queue in each Region.
func (a aim) everywhere() bool { return a.region == regionPlaceholder }

// where ends "lies in".
func (a aim) where() string {
	if a.everywhere() {
		return "every Region"
	}
	return a.region + " alone"
}

// validateTargets checks who is told, and how events of other Regions get there.
// It returns the targets that are sound and agree in how events reach them.
func (l *loading) validateTargets(w Watch) []aim {
	const role = "watch.forward_role"
	if w.ForwardRole != "" && !roleShape.MatchString(w.ForwardRole) {
		l.refuseValue(role, "%s is not the ARN of an IAM role: write one like arn:aws:iam::111122223333:role/keywatch-forward", quote(w.ForwardRole))
	}
	aims := l.aims("watch.target", w.Target)
	for i, route := range w.Routes {
		aims = append(aims, l.aims(itemOf(routesPath, i)+".target", route.Target)...)
	}
	aims = l.oneWay(aims)
	if len(aims) == 0 || aims[0].everywhere() || !l.sound("watch.home_region") {
		return aims
	}
	for _, a := range aims {
		if a.region != w.HomeRegion {
			l.refuseValue(a.path, "%s lies in %s, but home_region is %s: move one of them, or write %s for one target per Region", quote(a.arn), a.region, w.HomeRegion, regionPlaceholder)
		}
	}
	home := func(name string) bool { return name == w.HomeRegion }
	onlyHome := !w.Regions.All && !slices.ContainsFunc(w.Regions.Names, func(name string) bool { return !home(name) })
	if w.ForwardRole == "" && !onlyHome && l.sound("watch.regions", role) {
		l.refuseValue(aims[0].path, "other Regions than %s are watched, and a rule's target must be in its own Region: set forward_role, or write %s for one target per Region", w.HomeRegion, regionPlaceholder)
	}
	return aims
}

// aims checks each target at path by itself and returns the sound ones.
func (l *loading) aims(path string, targets Targets) []aim {
	var aims []aim
	for i, arn := range targets {
		at := itemOf(path, i)
		if _, listed := l.given[at]; !listed && len(targets) == 1 {
			at = path // written without a list
		}
		problem := aTarget.wrong(arn)
		switch {
		case i == mostTargets:
			l.refuseValue(at, "is target number %d, but EventBridge allows a rule at most %d: take %d out", i+1, mostTargets, len(targets)-mostTargets)
		case slices.Contains(targets[:i], arn):
			l.refuseValue(at, "%s is listed twice: keep one", quote(arn))
		case problem != "":
			l.refuseValue(at, "%s %s", quote(arn), problem)
		default:
			aims = append(aims, aim{at, arn, regionOf(arn)})
		}
	}
	return aims
}

// oneWay refuses the targets that events reach in another way than the first,
// and returns the others. Where both ways were open, the rule that forwards to
// the home Region would also be met there by the rule that sends.
func (l *loading) oneWay(aims []aim) []aim {
	var same []aim
	for _, a := range aims {
		if a.everywhere() == aims[0].everywhere() {
			same = append(same, a)
			continue
		}
		l.refuseValue(a.path, "%s lies in %s, but %s in %s: a mix would deliver forwarded events twice, so write %s as the Region of all targets or of none",
			quote(a.arn), a.where(), aims[0].path, aims[0].where(), regionPlaceholder)
	}
	return same
}

// regionOf is the Region of a sound ARN, or {region}.
func regionOf(arn string) string { return strings.Split(arn, ":")[3] }
