package render

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"

	"keywatch/internal/audit"
)

// origin is what a reader needs to make the audit again: which report, which
// tool, which limits, which settings.
func origin(r audit.Result, o Options) []fact {
	facts := []fact{
		{"Account", r.AccountID + ", partition " + r.Partition},
		{"Credential report", orText(stamp(r.Report.GeneratedAt), "made at a time it does not tell") + ", " + sourceOf(r.Report)},
		{"Report SHA-256", r.Report.SHA256},
		{"Judged as of", stamp(r.AsOf)},
		{"Limits", "stale after " + inDays(r.Checks.StaleAfter) + ", unrotated after " + inDays(r.Checks.UnrotatedAfter) + ", root used within " + inDays(r.Checks.RootUsedWithin)},
		{"Frameworks", strings.Join(o.Frameworks, ", ")},
		{"Document made", orText(stamp(o.Now), "at a time that was not told")},
		{"Made by", strings.TrimSpace("keywatch scanner " + o.Version)},
		{"Settings SHA-256", settingsHash(o.Settings)},
	}
	for i := range facts {
		facts[i].Value = clean(facts[i].Value)
	}
	return facts
}

func settingsHash(settings string) string {
	if settings == "" {
		return "the settings were not given to this document"
	}
	sum := sha256.Sum256([]byte(settings))
	return hex.EncodeToString(sum[:])
}
