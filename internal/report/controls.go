package report

import "time"

const (
	days45 = 45 * 24 * time.Hour
	days90 = 90 * 24 * time.Hour

	noHardware = "the credential report does not tell a hardware MFA device from a virtual one"
)

// cisNumbers are one edition's numbers of the same requirements; "" where it has
// dropped one.
type cisNumbers struct {
	rootKey, rootMFA, rootHardware, rootUse, consoleMFA, setupKey, unused, oneKey, rotate string
}

// cis lists the requirements in one edition's order. They keep their order in all
// of them.
func cis(n cisNumbers) []Control {
	var controls []Control
	for _, c := range []Control{
		{ID: n.rootKey, Title: "The root user has no access key", Checks: []CheckID{RootAccessKey}},
		{ID: n.rootMFA, Title: "The root user signs in with MFA", Checks: []CheckID{RootMFA}},
		{ID: n.rootHardware, Title: "The root user's MFA is a hardware device", Checks: []CheckID{RootMFA}, Partial: noHardware},
		{ID: n.rootUse, Title: "The root user is not used for daily work", Checks: []CheckID{RootUsed}},
		{ID: n.consoleMFA, Title: "Every console user has MFA", Checks: []CheckID{ConsoleMFA}},
		{ID: n.setupKey, Title: "Console users are not given access keys when they are made", Checks: []CheckID{KeyAtUserCreation}},
		{ID: n.unused, Title: "Credentials unused for 45 days are disabled", Checks: []CheckID{KeyStale, PasswordStale}, StaleAfter: days45},
		{ID: n.oneKey, Title: "No user has two active access keys", Checks: []CheckID{UserTwoActiveKeys}},
		{ID: n.rotate, Title: "Access keys are rotated within 90 days", Checks: []CheckID{KeyUnrotated}, UnrotatedAfter: days90},
	} {
		if c.ID != "" {
			controls = append(controls, c)
		}
	}
	return controls
}

// securityHub lists controls of AWS Security Hub. IAM.9 and IAM.22 belong to
// other standards of it than FSBP.
func securityHub() []Control {
	return []Control{
		{ID: "IAM.3", Title: "Access keys are rotated within 90 days", Checks: []CheckID{KeyUnrotated}, UnrotatedAfter: days90},
		{ID: "IAM.4", Title: "The root user has no access key", Checks: []CheckID{RootAccessKey}},
		{ID: "IAM.5", Title: "Every console user has MFA", Checks: []CheckID{ConsoleMFA}},
		{ID: "IAM.6", Title: "The root user's MFA is a hardware device", Checks: []CheckID{RootMFA}, Partial: noHardware},
		{ID: "IAM.8", Title: "Credentials unused for 90 days are removed", Checks: []CheckID{KeyStale, PasswordStale}, StaleAfter: days90},
		{ID: "IAM.9", Title: "The root user signs in with MFA (not in FSBP)", Checks: []CheckID{RootMFA}},
		{ID: "IAM.22", Title: "Credentials unused for 45 days are removed (not in FSBP)", Checks: []CheckID{KeyStale, PasswordStale}, StaleAfter: days45},
	}
}

func pci() []Control {
	return []Control{
		{ID: "7.2.1", Title: "Access follows a model of least privilege: no root access key", Checks: []CheckID{RootAccessKey}, Source: Opinion},
		{ID: "7.2.2", Title: "Access is given by job and least privilege: no root access key", Checks: []CheckID{RootAccessKey}, Source: Opinion},
		{ID: "7.2.4", Title: "Accounts and access are reviewed: none lies idle", Checks: []CheckID{KeyStale, PasswordStale}, Source: Opinion, StaleAfter: days90},
		{ID: "7.2.5.1", Title: "Access of applications is reviewed: none lies idle", Checks: []CheckID{KeyStale}, Source: Opinion, StaleAfter: days90},
		{ID: "8.2.1", Title: "Every user has an identity of their own: root's is not shared", Checks: []CheckID{RootAccessKey}, Source: Opinion},
		{ID: "8.2.2", Title: "Shared identities are exceptions: no root access key, and root is not used", Checks: []CheckID{RootAccessKey, RootUsed}, Source: Opinion},
		{ID: "8.2.6", Title: "Accounts inactive for 90 days are removed or disabled", Checks: []CheckID{KeyStale, PasswordStale}, StaleAfter: days90},
		{ID: "8.3.9", Title: "Secrets used as the only factor change every 90 days", Checks: []CheckID{KeyUnrotated}, UnrotatedAfter: days90},
		{ID: "8.4.2", Title: "Access is protected by MFA", Checks: []CheckID{RootMFA, ConsoleMFA}},
		{ID: "8.6.3", Title: "Secrets of applications change periodically", Checks: []CheckID{KeyUnrotated}, UnrotatedAfter: days90},
	}
}

func nist() []Control {
	mfa := []CheckID{RootMFA, ConsoleMFA}
	return []Control{
		{ID: "AC-2", Title: "Accounts are managed: none lies idle", Checks: []CheckID{KeyStale, PasswordStale}, StaleAfter: days90},
		{ID: "AC-2(1)", Title: "Accounts are managed by automated means", Checks: []CheckID{RootAccessKey, RootMFA, ConsoleMFA, KeyUnrotated, KeyStale, PasswordStale}, StaleAfter: days90, UnrotatedAfter: days90},
		{ID: "AC-2(3)", Title: "Accounts no longer needed are disabled", Checks: []CheckID{KeyUnrotated, KeyStale, PasswordStale}, StaleAfter: days90, UnrotatedAfter: days90},
		{ID: "AC-3", Title: "Access is enforced: idle credentials are removed", Checks: []CheckID{KeyStale, PasswordStale}, StaleAfter: days90},
		{ID: "AC-3(7)", Title: "Access follows roles", Checks: []CheckID{RootAccessKey, KeyStale, PasswordStale}, StaleAfter: days90},
		{ID: "AC-3(15)", Title: "Access is both mandatory and discretionary", Checks: []CheckID{RootAccessKey, RootMFA, ConsoleMFA, KeyUnrotated, KeyStale, PasswordStale}, StaleAfter: days90, UnrotatedAfter: days90},
		{ID: "AC-6", Title: "Privileges are the least needed", Checks: []CheckID{RootAccessKey, KeyStale, PasswordStale}, StaleAfter: days90},
		{ID: "AC-6(2)", Title: "Privileged accounts are not used for other work", Checks: []CheckID{RootAccessKey}},
		{ID: "AC-6(10)", Title: "Only privileged users run privileged functions", Checks: []CheckID{RootAccessKey}},
		{ID: "IA-2(1)", Title: "Privileged accounts sign in with MFA", Checks: mfa},
		{ID: "IA-2(2)", Title: "Other accounts sign in with MFA", Checks: mfa},
		{ID: "IA-2(6)", Title: "One factor is a device apart from the system", Checks: mfa},
		{ID: "IA-2(8)", Title: "Signing in resists replay", Checks: mfa},
	}
}

func soc2() []Control {
	return []Control{
		{ID: "CC6.1", Title: "Logical access is restricted", Checks: []CheckID{RootAccessKey, ConsoleMFA, KeyStale, KeyUnrotated, UserTwoActiveKeys, KeyAtUserCreation, PasswordStale, SigningCertificate, HiddenCredentials}},
		{ID: "CC6.2", Title: "Credentials are issued and removed under control", Checks: []CheckID{RootAccessKey, KeyStale, KeyUnrotated, PasswordStale}},
		{ID: "CC6.3", Title: "Access is taken back when it is not needed", Checks: []CheckID{RootAccessKey, KeyStale, PasswordStale}},
		{ID: "CC6.6", Title: "Access from outside is protected", Checks: []CheckID{RootMFA}},
	}
}

func iso() []Control {
	return []Control{
		{ID: "A.5.15", Title: "Access control", Checks: []CheckID{RootAccessKey, RootUsed, KeyStale, KeyUnrotated, PasswordStale, UserTwoActiveKeys}},
		{ID: "A.5.17", Title: "Authentication information", Checks: []CheckID{RootMFA, ConsoleMFA, KeyAtUserCreation, SigningCertificate, HiddenCredentials}},
		{ID: "A.5.18", Title: "Access rights are reviewed", Checks: []CheckID{KeyStale, PasswordStale, ExceptionExpired, ExceptionExpiring, ExceptionUnmatched, ExceptionHidesUse}},
		{ID: "A.8.2", Title: "Privileged access rights", Checks: []CheckID{RootAccessKey, RootUsed}},
		{ID: "A.8.5", Title: "Secure authentication", Checks: []CheckID{RootMFA, ConsoleMFA}},
		{ID: "A.8.16", Title: "Unusual use is noticed", Checks: []CheckID{KeyReawakened}},
	}
}
