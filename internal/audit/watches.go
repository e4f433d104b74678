package audit

import (
	"maps"
	"slices"
	"strings"
	"time"

	"keywatch/internal/report"
	"keywatch/internal/watch"
)

// remembered is what all Regions' rules remember, by fingerprint.
type remembered struct {
	ids  map[string][]string  // key IDs, distinct
	idle map[string]time.Time // earliest idle-since day of keys watched as stale
}

func remember(seen []watch.Observed) remembered {
	r := remembered{ids: map[string][]string{}, idle: map[string]time.Time{}}
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
	if m.Fingerprint == "" || m.Key == watch.RootKey {
		return
	}
	if !slices.Contains(r.ids[m.Fingerprint], m.Key) {
		r.ids[m.Fingerprint] = append(r.ids[m.Fingerprint], m.Key)
	}
	if m.IdleSince.IsZero() || m.Reasons&(watch.Stale|watch.Reawakened) == 0 {
		return
	}
	if old, ok := r.idle[m.Fingerprint]; !ok || m.IdleSince.Before(old) {
		r.idle[m.Fingerprint] = m.IdleSince
	}
}

// watchesOf turns the failed findings of risky slots into watches, one per key,
// sorted by key. A slot whose key is gone, inactive or unknown gives none; one
// that several keys fit gives one for each of them.
func watchesOf(findings []report.Finding, risky map[report.CheckID]bool, r remembered) []watch.Watch {
	byKey := map[string]*watch.Watch{}
	for _, f := range findings {
		if f.Status != report.Fail || f.Slot == 0 || !risky[f.Check] {
			continue
		}
		for _, key := range keysOf(f) {
			w := byKey[key]
			if w == nil {
				w = &watch.Watch{Key: key, User: f.User}
				if key == watch.RootKey {
					w.User = "root"
				} else {
					w.Fingerprint = report.Fingerprint(f.User, f.CreatedAt)
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
	if old, ok := r.idle[w.Fingerprint]; ok && old.Before(since) {
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
