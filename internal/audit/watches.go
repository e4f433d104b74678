package audit

import (
	"maps"
	"slices"
	"strings"
	"time"

	"keywatch/internal/report"
	"keywatch/internal/watch"
)

// remembered is what all Regions' rules remember.
type remembered struct {
	ids  map[string][]string  // distinct key IDs by fingerprint
	idle map[string]time.Time // earliest idle-since day of keys watched as stale, by key ID
	// lost is idle by fingerprint, of rules whose pattern was spoiled, so that
	// nobody knows which key it was.
	lost map[string]time.Time
}

func remember(seen []watch.Observed) remembered {
	r := remembered{ids: map[string][]string{}, idle: map[string]time.Time{}, lost: map[string]time.Time{}}
	for _, o := range seen {
		for _, own := range o.Own {
			for _, m := range own.Memory {
				r.add(m)
			}
		}
	}
	return r
}

func (r remembered) add(m watch.Memory) {
	if m.Key == watch.RootKey {
		return
	}
	if m.Key != "" && m.Fingerprint != "" && !slices.Contains(r.ids[m.Fingerprint], m.Key) {
		r.ids[m.Fingerprint] = append(r.ids[m.Fingerprint], m.Key)
	}
	if m.IdleSince.IsZero() || m.Reasons&(watch.Stale|watch.Reawakened) == 0 {
		return
	}
	known, name := r.idle, m.Key
	if name == "" {
		known, name = r.lost, m.Fingerprint
	}
	if old, ok := known[name]; name != "" && (!ok || m.IdleSince.Before(old)) {
		known[name] = m.IdleSince
	}
}

// idleByPrint is idle by fingerprint, where that names one key.
func (r remembered) idleByPrint() map[string]time.Time {
	byPrint := maps.Clone(r.lost)
	for print, ids := range r.ids {
		if since, ok := r.idle[ids[0]]; ok && len(ids) == 1 {
			byPrint[print] = since
		}
	}
	return byPrint
}

// watchesOf turns the failed findings of risky slots into watches, one per key,
// sorted by key. A slot whose key is gone, inactive or unknown gives none; one
// that several keys fit gives one for each of them. Of a fingerprint that fits two
// keys only the user's part is written: once one of them is gone, the rule of the
// one would speak for the other.
func (j *judgement) watchesOf(findings []report.Finding, r remembered) []watch.Watch {
	prints := report.Fingerprints(j.rep.Rows)
	for _, f := range j.further {
		prints[f.Fingerprint()]++
	}
	byKey := map[string]*watch.Watch{}
	for _, f := range findings {
		if f.Status != report.Fail || !aboutKey(f) || !j.result.Risky[f.Check] {
			continue
		}
		for _, key := range keysOf(f) {
			w := byKey[key]
			if w == nil {
				w = &watch.Watch{Key: key, User: f.User}
				if print := report.Fingerprint(f.User, f.CreatedAt); key == watch.RootKey {
					w.User = "root"
				} else if prints[print] == 1 {
					w.Fingerprint = print
				} else {
					w.Fingerprint = report.UserFingerprint(f.User)
				}
				byKey[key] = w
			}
			join(w, f, r)
		}
	}
	watches := make([]watch.Watch, 0, len(byKey))
	for _, key := range slices.Sorted(maps.Keys(byKey)) {
		watches = append(watches, *byKey[key])
	}
	return watches
}

// withRoot adds the watch of root's activity, if that is asked for, whether root
// has an access key or not.
func (p Policy) withRoot(watches []watch.Watch) []watch.Watch {
	const why = "watch.root_activity is on"
	if !p.Watch.RootActivity {
		return watches
	}
	if i := slices.IndexFunc(watches, func(w watch.Watch) bool { return w.Key == watch.RootKey }); i >= 0 {
		watches[i].Why = append(watches[i].Why, why)
		return watches
	}
	return append(watches, watch.Watch{Key: watch.RootKey, User: "root", Rank: weight(report.Critical), Why: []string{why}})
}

// aboutKey tells a finding about an access key from one about its user: it is
// about a slot, or about a key that the report does not show.
func aboutKey(f report.Finding) bool { return f.Slot != 0 || f.Key.ID != "" }

func keysOf(f report.Finding) []string {
	switch {
	case f.User == report.RootUser:
		return []string{watch.RootKey}
	case f.Key.State == report.KeyFound:
		return []string{f.Key.ID}
	case f.Key.State == report.KeyAmbiguous:
		return f.Key.Candidates
	}
	return nil
}

// join adds a finding's reason to a watch.
func join(w *watch.Watch, f report.Finding, r remembered) {
	reason := watch.ReasonOf(string(f.Check))
	why := string(f.Check) + ": " + f.Reason
	if f.Key.State == report.KeyAmbiguous {
		why += "; " + f.Key.Why + " (" + strings.Join(f.Key.Candidates, ", ") + ")"
	}
	if w.Reasons&reason != 0 {
		return // the same check on two slots that this key may be in
	}
	w.Reasons |= reason
	w.Why = append(w.Why, why)
	w.Rank += weight(f.Severity)
	if reason&(watch.Stale|watch.Reawakened) == 0 {
		return
	}
	since := f.IdleSince.Truncate(24 * time.Hour)
	old, ok := r.idle[w.Key]
	if !ok {
		old, ok = r.lost[w.Fingerprint]
	}
	if ok && old.Before(since) {
		since = old // a woken key remembers when it fell asleep
	}
	if w.IdleSince.IsZero() || since.Before(w.IdleSince) {
		w.IdleSince = since
	}
}

// weight makes one finding outweigh any number of milder ones on the same key.
func weight(s report.Severity) int {
	rank := 1
	for range s {
		rank *= 10
	}
	return rank
}
