package story

import "strings"

// The checks of which more needs to be known than their names.
const (
	rootAccessKey      = "root-access-key"
	rootUsed           = "root-used"
	keyStale           = "key-stale"
	keyUnrotated       = "key-unrotated"
	keyReawakened      = "key-reawakened"
	keyAtUserCreation  = "key-at-user-creation"
	userTwoActiveKeys  = "user-two-active-keys"
	consoleMFA         = "console-mfa"
	passwordStale      = "password-stale"
	signingCertificate = "signing-certificate"
	exceptionHidesUse  = "exception-hides-use"
)

// ofActiveKeys tells that a check has an answer for every active key of a user
// and for no other.
func ofActiveKeys(check string) bool { return check == keyStale || check == keyUnrotated }

// askedOf says what must be gone where a check that is still asked has no answer
// for a user or key that is still there, "" if that does not follow.
func askedOf(check string) string {
	switch check {
	case consoleMFA, passwordStale, keyAtUserCreation: // the last is asked of console users
		return "the console password"
	case rootUsed:
		return "the credential"
	case signingCertificate:
		return "the signing certificate"
	case userTwoActiveKeys:
		return "every access key"
	}
	return ""
}

// part tells findings apart that are about the same user and check: certificates
// have a number, which only the reason says; exceptions are many, and one may hide
// many keys, whose user only the reason says.
func (f Finding) part() string {
	switch {
	case f.Check == signingCertificate:
		number, _, _ := strings.Cut(strings.TrimPrefix(f.Reason, "signing certificate "), " ")
		return number
	case f.User != "" || f.Exception == nil:
		return ""
	}
	hidden := ""
	if f.Check == exceptionHidesUse {
		hidden, _, _ = strings.Cut(f.Reason, ": last used ")
	}
	return strings.Join([]string{f.Exception.For, f.Exception.Ticket, f.Exception.Owner, hidden}, "\x00")
}
