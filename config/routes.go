package config

import "slices"

const (
	routesPath = "watch.routes"
	mostRoutes = 10
)

// Route sends the alerts of some keys another way. A key follows its most urgent
// failed check to the first route that lists it; the order is root-access-key,
// key-reawakened, key-stale, key-unrotated.
type Route struct {
	// Checks names at least one of Watch.On, and none of another route.
	Checks []string `yaml:"checks" doc:"The checks whose keys take this route: some of watch.on, each in one route at most."`
	// Target obeys the rules of Watch.Target, which stands in where it is empty.
	Target Targets `yaml:"target" doc:"SNS topic or SQS queue that receives the alerts, or a list of up to five, as in watch.target. Empty: those of watch.target."`
	// State is empty where Watch.State holds. Target and State are not both empty.
	State string `yaml:"state" doc:"State of the rules. Empty: that of watch.state."`
}

// validateRoutes checks all but the targets of the routes, which validateTargets
// compares with the others.
func (l *loading) validateRoutes(w Watch) {
	taken := map[string]string{}
	for i, route := range w.Routes {
		path := itemOf(routesPath, i)
		if i == mostRoutes {
			l.refuseValue(path, "is route number %d, but at most %d are read: take %d out", i+1, mostRoutes, len(w.Routes)-mostRoutes)
		}
		l.validateRouteChecks(w, path, route.Checks, taken)
		if route.State != "" && !slices.Contains(states[:], route.State) {
			l.refuseValue(path+".state", "%s", notOneOf(route.State, states[:]))
		}
		if len(route.Target) == 0 && route.State == "" && l.sound(path+".target", path+".state") {
			l.refuseValue(path, "changes nothing: give it a target, a state or both, or take it out")
		}
	}
}

// validateRouteChecks checks which keys take the route at path. taken holds the
// checks of the routes before, with their route.
func (l *loading) validateRouteChecks(w Watch, path string, ids []string, taken map[string]string) {
	// A route that was refused, perhaps for a key that should read checks, has
	// its sentence already.
	if at := path + ".checks"; len(ids) == 0 && l.sound(path, at) {
		l.refuseValue(at, "must name a check: write one or more of watch.on")
	}
	watched := l.sound("watch.on")
	for i, id := range ids {
		at, other := itemOf(path+".checks", i), taken[id]
		switch {
		case !slices.Contains(watchable(), id):
			l.refuseValue(at, "%s", notOneOf(id, watchable()))
		case slices.Contains(ids[:i], id):
			l.refuseValue(at, "%s is listed twice: keep one", quote(id))
		case other != "":
			l.refuseValue(at, "%s is in %s too, and a key follows it to one route only: take it out of one", quote(id), other)
		case watched && !slices.Contains(w.On, id):
			l.refuseValue(at, "%s is not in watch.on, so no key is watched for it: add it there, or take it out here", quote(id))
		default:
			taken[id] = path
		}
	}
}
