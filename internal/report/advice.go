package report

// Advice says of a check, for people, what it asks for and what to do where it
// fails.
type Advice struct {
	Title string // what should be, passed or not
	Fix   string // one sentence
	// Guide is a page of AWS that shows how, "" where the matter is not AWS's.
	Guide string
}

// AdviceOf holds the advice of every check.
func AdviceOf() map[CheckID]Advice {
	const (
		guide  = "https://docs.aws.amazon.com/IAM/latest/UserGuide/"
		unused = guide + "id_credentials_finding-unused.html"
		mfa    = guide + "id_credentials_mfa.html"
		keys   = guide + "id_credentials_access-keys.html"
	)
	return map[CheckID]Advice{
		RootAccessKey: {"The root user should have no access key",
			"Move what uses the root user's access key to a role, then delete the key.", guide + "id_root-user_manage_delete-key.html"},
		RootMFA: {"The root user should have MFA",
			"Register an MFA device for the root user, or in a member account of an organization remove its credentials.", mfa},
		RootUsed: {"The root user should not be used",
			"Find out in CloudTrail who used the root user and for what, and do that work with a role from now on.", guide + "id_root-user.html"},
		KeyStale: {"Active access keys should be in use",
			"Deactivate the access key, and delete it once nothing has missed it.", unused},
		KeyUnrotated: {"Access keys should be rotated",
			"Put a role in the key's place, or create a new key, move what uses the old one to it, and deactivate and then delete the old one.", guide + "id-credentials-access-keys-update.html"},
		KeyReawakened: {"Access keys that lay idle should not be used again",
			"Find out in CloudTrail who used the key and from where, and unless its owner did, deactivate it at once and treat it as stolen.", keys},
		UserTwoActiveKeys: {"Users should have at most one active access key",
			"Find out which of the two access keys is in use, deactivate the other, and delete it once nothing has missed it.", keys},
		KeyAtUserCreation: {"Console users should not be given access keys when they are made",
			"Ask the user whether the access key is needed, and delete it if it is not.", keys},
		ConsoleMFA: {"Console users should have MFA",
			"Register an MFA device for the user, or remove the password of a user that does not sign in.", mfa},
		PasswordStale: {"Console passwords should be in use",
			"Remove the user's password, and give a new one when it is needed.", unused},
		SigningCertificate: {"Users should have no active signing certificate",
			"Deactivate the X.509 signing certificate, and delete it once nothing has missed it.",
			"https://docs.aws.amazon.com/IAM/latest/APIReference/API_UpdateSigningCertificate.html"},
		HiddenCredentials: {"The report should show every credential of a user",
			"List all access keys and signing certificates of the user, and delete those that exceed two of a kind.", guide + "id_credentials_getting-report.html"},
		ExceptionExpired: {"Exceptions should not have lapsed",
			"Put right what the exception waived, have it reviewed and renewed, or take it out of the settings.", ""},
		ExceptionExpiring: {"Exceptions should be renewed in good time",
			"Put right what the exception waives, or have it reviewed and renewed before its last day.", ""},
		ExceptionUnmatched: {"Exceptions should waive something",
			"Take the exception out of the settings, or correct it if it is meant for another.", ""},
		ExceptionHidesUse: {"Exceptions should not hide that a key is in use",
			"Find out who uses the key, and have the exception reviewed again or take it out of the settings.", ""},
	}
}
