package report

import (
	"fmt"
	"time"
)

// KeyReawakened is the check that only runs where rules are read: a key that
// was watched as stale has been used again.
const KeyReawakened CheckID = "key-reawakened"

// Reawakened answers key-reawakened for one slot whose key was remembered as
// idle since the given day (UTC midnight). It reports false unless the slot is
// active and was last used on a later day: what time or a changed limit does to
// staleness never wakes a key.
func Reawakened(row Row, slot int, idleSince time.Time, severity Severity) (Finding, bool) {
	return reawakened(row, &row.Slots[slot-1], slot, idleSince, severity)
}

func reawakened(row Row, s *Slot, slot int, idleSince time.Time, severity Severity) (Finding, bool) {
	if !s.Active || s.LastUsed.IsZero() || !s.LastUsed.Truncate(24*time.Hour).After(idleSince) {
		return Finding{}, false
	}
	f := key(s, slot)
	f.Check, f.Status, f.Severity = KeyReawakened, Fail, severity
	f.User, f.ARN, f.AsleepSince = row.User, row.ARN, idleSince
	f.Reason = fmt.Sprintf("idle since %s, used again %s%s", idleSince.Format(time.DateOnly), s.LastUsed.Format(time.DateOnly), from(s))
	return f, true
}

// from says where and by which service a key was last used, as far as known.
func from(s *Slot) string {
	where := ""
	if s.LastUsedRegion != "" {
		where = " from " + s.LastUsedRegion
	}
	if s.LastUsedService != "" {
		where += " by " + s.LastUsedService
	}
	return where
}

// Insert returns the findings with more added, in the order of Evaluate.
func Insert(findings []Finding, more ...Finding) []Finding {
	all := append(append(make([]Finding, 0, len(findings)+len(more)), findings...), more...)
	sortFindings(all)
	return all
}

// ReawakenedKeys answers key-reawakened for every slot that a rule remembers:
// idle holds the idle-since day by fingerprint. A fingerprint that fits two
// slots is not trusted.
func ReawakenedKeys(rep Report, idle map[string]time.Time, severity Severity) []Finding {
	var findings []Finding
	prints := Fingerprints(rep.Rows)
	for _, row := range rep.Rows {
		for i, slot := range row.Slots {
			if !slot.Active || row.IsRoot() {
				continue
			}
			print := Fingerprint(row.User, slot.LastRotated)
			since, ok := idle[print]
			if !ok || prints[print] != 1 {
				continue
			}
			if f, woke := Reawakened(row, i+1, since, severity); woke {
				findings = append(findings, f)
			}
		}
	}
	return findings
}
