package evidence

import (
	"fmt"
	"path"
	"strings"
	"time"
)

// The files of a bundle that have a meaning here.
const (
	ManifestFile  = "manifest.json"
	SignatureFile = "manifest.json.minisig" // where minisign looks for it
)

// The files that a run leaves.
const (
	ReportFile   = "report.csv"    // the credential report, byte for byte
	FindingsFile = "findings.json" // what was judged
	PlanFile     = "plan.json"     // what was planned or done, where something was
	SettingsFile = "settings.yaml" // the settings as used
	RunFile      = "run.json"      // the run's facts
)

// stampLayout is a time in a bundle's name: no colons, which Windows does not
// allow in a file's name, and sorted as text it is sorted by time.
const stampLayout = "2006-01-02T15-04-05Z"

// sealDigits is how many digits of the manifest's hash a name ends with.
const sealDigits = 8

// bundleTime is the time in a bundle's name; ok is false for any other name.
func bundleTime(id string) (t time.Time, ok bool) {
	stamp, seal, found := strings.Cut(id, "Z-")
	t, err := time.Parse(stampLayout, stamp+"Z")
	ok = found && err == nil && t.Format(stampLayout) == stamp+"Z" && isHex(seal, sealDigits)
	return t, ok
}

func isHex(s string, digits int) bool {
	return len(s) == digits && strings.Trim(s, "0123456789abcdef") == ""
}

// checkAccount refuses what is no account ID, and could be a path.
func checkAccount(id string) error {
	if len(id) != 12 || strings.Trim(id, "0123456789") != "" {
		return fmt.Errorf("account ID %q is not 12 digits", id)
	}
	return nil
}

// checkFile refuses a name that some place cannot keep, or that is taken. Without
// capitals two names never meet on a disk that does not tell them apart.
func checkFile(name string) error {
	const letters = "abcdefghijklmnopqrstuvwxyz0123456789"
	switch {
	case name == ManifestFile || name == SignatureFile:
		return fmt.Errorf("file name %q is taken by the archive itself", name)
	case name == "" || len(name) > 100 || strings.Trim(name, letters+"._-") != "" || !strings.Contains(letters, name[:1]):
		return fmt.Errorf("file name %q: use a letter or digit, then at most 99 of a-z 0-9 . _ -", name)
	}
	return nil
}

// fileName is where a file of a bundle is kept.
func fileName(account, bundle, file string) string { return path.Join(account, bundle, file) }
