package report

import (
	"crypto/sha256"
	"encoding/binary"
	"strconv"
	"strings"
	"time"
)

// Fingerprint is a short name for a slot, six characters of base 36, made of
// its user's name and its LastRotated. The first three depend on the name
// alone, so a slot that is gone still points at its user. Two slots may share
// one: a fingerprint that fits two slots proves nothing.
func Fingerprint(user string, lastRotated time.Time) string {
	return base36(user) + base36(user+"\x00"+lastRotated.UTC().Format(time.RFC3339))
}

// UserFingerprint points at a user and at no slot, for a key whose slot cannot be
// told from another. It equals no fingerprint of a slot.
func UserFingerprint(user string) string { return base36(user) + "---" }

// PointsAt tells whether a fingerprint may be of a slot of the user. Another user
// in 46,656 is pointed at too.
func PointsAt(fingerprint, user string) bool { return strings.HasPrefix(fingerprint, base36(user)) }

// base36 hashes to three characters, 46,656 values.
func base36(s string) string {
	const length, size = 3, 36 * 36 * 36
	sum := sha256.Sum256([]byte(s))
	digits := strconv.FormatUint(binary.BigEndian.Uint64(sum[:8])%size, 36)
	return strings.Repeat("0", length-len(digits)) + digits
}
