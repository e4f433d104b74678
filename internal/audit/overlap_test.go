package audit

import (
	"slices"
	"strings"
	"testing"

	"keywatch/internal/fakeaws"
)

// TestOverlapIsMendedInTheSameRun: another engine, with an older report, takes our
// new rule away as soon as it has its target. The run looks again and writes again.
func TestOverlapIsMendedInTheSameRun(t *testing.T) {
	for _, c := range []struct {
		name  string
		times int
		whole bool
	}{{"once", 1, true}, {"twice", 2, true}, {"again and again", 100, false}} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t, nil)
			key := w.user("a", [2]float64{200, 1})[0]
			w.report()
			taken := 0
			w.cloud.OnCall(func(call fakeaws.Call) {
				if call.Op == "PutTargets" && call.Region == "eu-west-1" && taken < c.times {
					taken++
					w.cloud.DeleteRuleByHand("eu-west-1", call.Resource)
				}
			})
			result := w.apply()
			if result.Complete() != c.whole || slices.Contains(result.Plan.WatchedKeys, key) != c.whole {
				t.Errorf("complete %v, watched %v, reasons %q", result.Complete(), result.Plan.WatchedKeys, result.IncompleteReasons())
			}
			if said := strings.Join(result.IncompleteReasons(), "\n"); !c.whole && !strings.Contains(said, "rules still differ from what is wanted after three rounds") {
				t.Errorf("reasons %q", said)
			}
			if c.whole {
				w.expect(key)
				w.settled()
			}
		})
	}
}
