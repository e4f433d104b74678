package report

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestMatch(t *testing.T) {
	first, second, third := ago(300*day), ago(200*day), ago(100*day)
	on := func(id string, created time.Time) listedKey { return listedKey{id, created, true} }
	off := func(id string, created time.Time) listedKey { return listedKey{id, created, false} }
	slot := func(rotated time.Time) Slot { return Slot{Active: true, LastRotated: rotated} }
	idle := func(rotated time.Time) Slot { return Slot{LastRotated: rotated} }
	used := func(rotated, last time.Time) Slot { return Slot{Active: true, LastRotated: rotated, LastUsed: last} }

	found := func(id string) KeyRef { return KeyRef{State: KeyFound, ID: id} }
	inactive := func(id string) KeyRef {
		return KeyRef{State: KeyInactive, ID: id, Why: "the key was deactivated since the report"}
	}
	either := func(ids ...string) KeyRef {
		return KeyRef{State: KeyAmbiguous, Candidates: ids, Why: "several keys fit and are all watched"}
	}
	left := func(id string) KeyRef {
		return KeyRef{State: KeyAmbiguous, Candidates: []string{id}, Why: "one active key is left that either slot may hold"}
	}
	gone := KeyRef{State: KeyGone, Why: "the key was deleted since the report"}
	none := KeyRef{}

	for name, c := range map[string]struct {
		slots    [2]Slot
		keys     []listedKey
		lastUsed map[string]time.Time
		want     [2]KeyRef
	}{
		"no keys and none wanted":            {[2]Slot{}, nil, nil, [2]KeyRef{none, none}},
		"one key by its date":                {[2]Slot{slot(first)}, []listedKey{on("A", first)}, nil, [2]KeyRef{found("A"), none}},
		"the second slot alone":              {[2]Slot{{}, slot(first)}, []listedKey{on("A", first)}, nil, [2]KeyRef{none, found("A")}},
		"two keys by their dates":            {[2]Slot{slot(first), slot(second)}, []listedKey{on("A", second), on("B", first)}, nil, [2]KeyRef{found("B"), found("A")}},
		"parts of a second make no other":    {[2]Slot{slot(first)}, []listedKey{on("A", first.Add(900*time.Millisecond)), on("B", second)}, nil, [2]KeyRef{found("A"), none}},
		"an inactive key by its date":        {[2]Slot{idle(first), slot(second)}, []listedKey{on("A", second), off("B", first)}, nil, [2]KeyRef{inactive("B"), found("A")}},
		"a key deactivated since":            {[2]Slot{slot(first), slot(second)}, []listedKey{off("A", first), on("B", second)}, nil, [2]KeyRef{inactive("A"), found("B")}},
		"a key activated since":              {[2]Slot{idle(first)}, []listedKey{on("A", first)}, nil, [2]KeyRef{found("A"), none}},
		"a key deleted since":                {[2]Slot{slot(first), slot(second)}, []listedKey{on("B", second)}, nil, [2]KeyRef{gone, found("B")}},
		"both deleted":                       {[2]Slot{slot(first), slot(second)}, nil, nil, [2]KeyRef{gone, gone}},
		"a key made after the report":        {[2]Slot{slot(first)}, []listedKey{on("A", ago(-time.Second))}, nil, [2]KeyRef{gone, none}},
		"a key made in the report's second":  {[2]Slot{slot(judged)}, []listedKey{on("A", judged)}, nil, [2]KeyRef{found("A"), none}},
		"a key made after, beside the one":   {[2]Slot{slot(first)}, []listedKey{on("A", ago(-day)), on("B", first)}, nil, [2]KeyRef{found("B"), none}},
		"more keys than slots":               {[2]Slot{slot(first), slot(second)}, []listedKey{on("A", third), on("B", second), on("C", first)}, nil, [2]KeyRef{found("C"), found("B")}},
		"more keys than slots, of one date":  {[2]Slot{slot(first), slot(second)}, []listedKey{on("C", first), on("B", second), on("A", first)}, nil, [2]KeyRef{either("A", "C"), found("B")}},
		"dates differ, one of each":          {[2]Slot{slot(first)}, []listedKey{on("A", second)}, nil, [2]KeyRef{found("A"), none}},
		"dates differ, one of each left":     {[2]Slot{slot(first), slot(second)}, []listedKey{on("A", third), on("B", second)}, nil, [2]KeyRef{found("A"), found("B")}},
		"dates differ, in the second slot":   {[2]Slot{slot(first), slot(second)}, []listedKey{on("A", third), on("B", first)}, nil, [2]KeyRef{found("B"), found("A")}},
		"dates differ, told by status":       {[2]Slot{idle(first), slot(second)}, []listedKey{on("A", third), off("B", ago(day))}, nil, [2]KeyRef{inactive("B"), found("A")}},
		"dates differ, and nothing tells":    {[2]Slot{slot(first), slot(second)}, []listedKey{on("A", third), on("B", ago(day))}, nil, [2]KeyRef{either("A", "B"), either("A", "B")}},
		"dates differ, last use is no proof": {[2]Slot{used(first, ago(day)), slot(second)}, []listedKey{on("A", third), on("B", ago(day))}, map[string]time.Time{"A": ago(day), "B": {}}, [2]KeyRef{either("A", "B"), either("A", "B")}},
		"dates differ, one key for two":      {[2]Slot{slot(first), slot(second)}, []listedKey{on("A", third)}, nil, [2]KeyRef{left("A"), left("A")}},
		"dates differ, status tells for one": {[2]Slot{idle(first), slot(second)}, []listedKey{on("A", third)}, nil, [2]KeyRef{gone, found("A")}},
		"dates differ, one inactive for two": {[2]Slot{slot(first), slot(second)}, []listedKey{off("A", third)}, nil,
			[2]KeyRef{{State: KeyInactive, Why: "the key was deactivated since the report"}, {State: KeyInactive, Why: "the key was deactivated since the report"}}},
		"dates differ, the status too":     {[2]Slot{slot(first)}, []listedKey{off("A", second)}, nil, [2]KeyRef{inactive("A"), none}},
		"dates differ, two keys for one":   {[2]Slot{slot(first)}, []listedKey{on("B", second), on("A", third)}, nil, [2]KeyRef{either("A", "B"), none}},
		"dates differ, active with active": {[2]Slot{slot(first)}, []listedKey{off("B", second), on("A", third)}, nil, [2]KeyRef{found("A"), none}},
		"dates differ, made after":         {[2]Slot{slot(first)}, []listedKey{on("A", ago(-day))}, nil, [2]KeyRef{gone, none}},
		"an active key without a date":     {[2]Slot{{Active: true}}, []listedKey{on("A", first)}, nil, [2]KeyRef{found("A"), none}},

		"twins told by status":                    {[2]Slot{idle(first), slot(first)}, []listedKey{on("A", first), off("B", first)}, nil, [2]KeyRef{inactive("B"), found("A")}},
		"twins told by status, crossed":           {[2]Slot{slot(first), idle(first)}, []listedKey{off("A", first), on("B", first)}, nil, [2]KeyRef{found("B"), inactive("A")}},
		"twins not told yet":                      {[2]Slot{used(first, ago(day)), slot(first)}, []listedKey{on("A", first), on("B", first)}, nil, [2]KeyRef{either("A", "B"), either("A", "B")}},
		"twins told by one never used":            {[2]Slot{used(first, ago(day)), slot(first)}, []listedKey{on("A", first), on("B", first)}, map[string]time.Time{"A": {}, "B": ago(day)}, [2]KeyRef{found("B"), found("A")}},
		"twins told by last use":                  {[2]Slot{used(first, ago(9*day)), used(first, ago(2*day))}, []listedKey{on("A", first), on("B", first)}, map[string]time.Time{"A": ago(2 * day), "B": ago(9 * day)}, [2]KeyRef{found("B"), found("A")}},
		"twins told though one was used since":    {[2]Slot{used(first, ago(9*day)), used(first, ago(2*day))}, []listedKey{on("A", first), on("B", first)}, map[string]time.Time{"A": ago(9 * day), "B": ago(-day)}, [2]KeyRef{found("A"), found("B")}},
		"twins that both were used since":         {[2]Slot{used(first, ago(9*day)), used(first, ago(2*day))}, []listedKey{on("A", first), on("B", first)}, map[string]time.Time{"A": ago(-day), "B": ago(-day)}, [2]KeyRef{either("A", "B"), either("A", "B")}},
		"twins never used":                        {[2]Slot{slot(first), slot(first)}, []listedKey{on("A", first), on("B", first)}, map[string]time.Time{"A": {}, "B": {}}, [2]KeyRef{either("A", "B"), either("A", "B")}},
		"twins whose last use contradicts":        {[2]Slot{used(first, ago(day)), used(first, ago(day))}, []listedKey{on("A", first), on("B", first)}, map[string]time.Time{"A": {}, "B": {}}, [2]KeyRef{either("A", "B"), either("A", "B")}},
		"what was not asked proves nothing":       {[2]Slot{used(first, ago(day)), slot(first)}, []listedKey{on("A", first), on("B", first)}, map[string]time.Time{"A": ago(-day)}, [2]KeyRef{either("A", "B"), either("A", "B")}},
		"twins, one deactivated since":            {[2]Slot{slot(first), slot(first)}, []listedKey{on("A", first), off("B", first)}, nil, [2]KeyRef{left("A"), left("A")}},
		"twins, one deleted since":                {[2]Slot{slot(first), slot(first)}, []listedKey{on("A", first)}, nil, [2]KeyRef{left("A"), left("A")}},
		"twins, one deleted, told by status":      {[2]Slot{slot(first), idle(first)}, []listedKey{on("A", first)}, nil, [2]KeyRef{found("A"), gone}},
		"twins, one activated since":              {[2]Slot{slot(first), idle(first)}, []listedKey{on("A", first), on("B", first)}, nil, [2]KeyRef{either("A", "B"), either("A", "B")}},
		"triplets for two slots":                  {[2]Slot{slot(first), slot(first)}, []listedKey{on("C", first), on("A", first), on("B", first)}, nil, [2]KeyRef{either("A", "B", "C"), either("A", "B", "C")}},
		"twins, both deactivated":                 {[2]Slot{slot(first), slot(first)}, []listedKey{off("A", first), off("B", first)}, nil, [2]KeyRef{{State: KeyInactive, Why: "the keys that fit were deactivated since the report"}, {State: KeyInactive, Why: "the keys that fit were deactivated since the report"}}},
		"twins beside a key of another date":      {[2]Slot{slot(first), slot(first)}, []listedKey{on("A", first), on("B", second), on("C", first)}, nil, [2]KeyRef{either("A", "C"), either("A", "C")}},
		"twins, both deleted, and a new key made": {[2]Slot{slot(first), slot(first)}, []listedKey{on("N", ago(-day))}, nil, [2]KeyRef{gone, gone}},
	} {
		t.Run(name, func(t *testing.T) {
			for _, keys := range permutations(c.keys) {
				if diff := cmp.Diff(c.want, match(c.slots, keys, judged, c.lastUsed)); diff != "" {
					t.Errorf("match of %v differs (-want +got):\n%s", keys, diff)
				}
			}
		})
	}
}

// permutations gives every order of a few keys.
func permutations(keys []listedKey) [][]listedKey {
	if len(keys) < 2 {
		return [][]listedKey{keys}
	}
	var all [][]listedKey
	for i, k := range keys {
		for _, rest := range permutations(slices.Delete(slices.Clone(keys), i, i+1)) {
			all = append(all, append([]listedKey{k}, rest...))
		}
	}
	return all
}

func TestMatchWithoutTheReportsTimeRulesNoKeyOut(t *testing.T) {
	created := time.Now().Add(day)
	refs := match([2]Slot{{Active: true, LastRotated: created}}, []listedKey{{"A", created, true}}, time.Time{}, nil)
	if refs[0].ID != "A" {
		t.Errorf("got %+v, want A", refs[0])
	}
}

// truth is a random user: which key is truly in which slot, and what is
// listed now, in any order.
type truth struct {
	slots [2]Slot
	ids   [2]string // "" for an empty slot
	keys  []listedKey
}

func drawTruth(t *rapid.T) truth {
	var w truth
	days := rapid.SliceOfNDistinct(rapid.IntRange(1, 400), 5, 5, rapid.ID).Draw(t, "days")
	ids := rapid.Permutation([]string{"A", "B", "C", "D", "E"}).Draw(t, "ids")
	for i := range w.slots {
		if rapid.Bool().Draw(t, "exists") {
			w.slots[i] = Slot{Active: rapid.Bool().Draw(t, "active"), LastRotated: ago(time.Duration(days[i]) * day)}
			w.ids[i] = ids[i]
			w.keys = append(w.keys, listedKey{ids[i], w.slots[i].LastRotated, w.slots[i].Active})
		}
	}
	for i := range rapid.IntRange(0, 2).Draw(t, "more keys") { // beyond the quota, or new
		created := ago(time.Duration(days[2+i]) * day)
		if rapid.Bool().Draw(t, "new") {
			created = judged.Add(time.Duration(days[2+i]) * time.Hour)
		}
		w.keys = append(w.keys, listedKey{ids[2+i], created, rapid.Bool().Draw(t, "its status")})
	}
	w.keys = rapid.Permutation(w.keys).Draw(t, "listed")
	return w
}

func TestMatchFindsTheTruthWhateverTheOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := drawTruth(t)
		for i, ref := range match(w.slots, w.keys, judged, nil) {
			want := KeyRef{ID: w.ids[i]}
			switch {
			case w.slots[i].Active:
				want.State = KeyFound
			case w.slots[i].Exists():
				want.State, want.Why = KeyInactive, "the key was deactivated since the report"
			}
			if diff := cmp.Diff(want, ref); diff != "" {
				t.Fatalf("slot %d of %+v (-want +got):\n%s", i+1, w, diff)
			}
		}
	})
}

// TestMatchNeverGuesses changes the account at will after the report.
func TestMatchNeverGuesses(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := drawTruth(t)
		if rapid.Bool().Draw(t, "twins") && w.slots[0].Exists() && w.slots[1].Exists() {
			w.slots[1].LastRotated = w.slots[0].LastRotated
			for i := range w.keys {
				if w.keys[i].id == w.ids[1] {
					w.keys[i].created = w.slots[0].LastRotated
				}
			}
		}
		var now []listedKey
		for _, k := range w.keys {
			if rapid.Bool().Draw(t, "deleted") {
				continue
			}
			if rapid.Bool().Draw(t, "toggled") {
				k.active = !k.active
			}
			now = append(now, k)
		}
		refs := match(w.slots, now, judged, nil)
		for i, ref := range refs {
			if ref.State != KeyFound {
				continue
			}
			at := slices.IndexFunc(now, func(k listedKey) bool { return k.id == ref.ID })
			if at < 0 || !now[at].active || now[at].created.After(judged) {
				t.Fatalf("slot %d holds %q, which is not an active key of the report's time: %v", i+1, ref.ID, now)
			}
			if now[at].created.Equal(w.slots[i].LastRotated) {
				continue
			}
			for _, k := range now { // the only active one left, then
				other := k.created.Equal(w.slots[1-i].LastRotated) && w.slots[1-i].Exists()
				if k.active && k.id != ref.ID && !other && !k.created.After(judged) {
					t.Fatalf("slot %d holds %q of another date, though %q is left, too", i+1, ref.ID, k.id)
				}
			}
		}
		if refs[0].ID != "" && refs[0].ID == refs[1].ID {
			t.Fatalf("both slots hold %q", refs[0].ID)
		}
		// A key that truly is in a risky slot and is active is never lost.
		for i, id := range w.ids {
			if !w.slots[i].Active || !slices.ContainsFunc(now, func(k listedKey) bool { return k.id == id && k.active }) {
				continue
			}
			if ref := refs[i]; ref.ID != id && !slices.Contains(ref.Candidates, id) {
				t.Fatalf("slot %d holds %s: %+v of %v does not say so", i+1, id, ref, now)
			}
		}
	})
}
