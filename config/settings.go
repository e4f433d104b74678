// Package config holds keywatch's settings: their types and defaults, the
// strict reading of a YAML file and of KEYWATCH_ environment variables, the
// commented sample and the JSON Schema.
//
// Begin with Find, which says where the file is, and Load, which reads it.
// Settings that Load returns without an error have passed every rule; no other
// room checks them again.
package config

// Settings is everything a user can choose. The zero value is not usable:
// begin with Default or Load.
type Settings struct {
	Version   int    `yaml:"version" doc:"Version of the settings' format. Only 1 exists."`
	AccountID string `yaml:"account_id" doc:"Refuse to run with credentials of another AWS account than this one. Empty: any account."`
	Risk      Risk   `yaml:"risk" doc:"When a credential counts as risky."`
	Report    Report `yaml:"report" doc:"How the credential report is obtained."`
	// Exceptions are at most 500.
	Exceptions []Exception `yaml:"exceptions" doc:"Reviewed, dated waivers. What one covers is reported as excepted, with all of it, and never hidden; after its last day it is a finding again. A key whose watched checks are all excepted is not watched."`
	Watch      Watch       `yaml:"watch" doc:"Which risky keys are watched, where, and who is told."`
	Evidence   Evidence    `yaml:"evidence" doc:"What each run keeps for auditors: the raw report, findings, plan and result, settings, and a manifest of hashes that is chained to the run before."`
	Schedule   string      `yaml:"schedule" doc:"When the daemon runs: five cron fields in UTC, or @hourly, @daily, @every 4h. A leading CRON_TZ=Europe/Berlin names another zone. Runs lie at least 15 minutes apart."`
}

// Risk says when a credential counts as risky. A day is 24 hours.
type Risk struct {
	StaleAfter     Duration `yaml:"stale_after" doc:"An active key or a password idle for this long is stale."`
	UnrotatedAfter Duration `yaml:"unrotated_after" doc:"An active key older than this is unrotated."`
	RootUsedWithin Duration `yaml:"root_used_within" doc:"Use of the root user within this time is a finding."`
	// Checks holds every check of CheckIDs, by id.
	Checks map[string]Check `yaml:"checks" doc:"Per check: whether it is made, and its severity."`
}

// Check is how one check is made.
type Check struct {
	Enabled  bool   `yaml:"enabled" doc:"Whether the check is made."`
	Severity string `yaml:"severity" doc:"Severity of its findings: critical, high, medium or low."`
}

// Report says how the credential report is obtained.
type Report struct {
	MaxAge  Duration `yaml:"max_age" doc:"The oldest report that may retire a watch. An older one is judged, and the run is incomplete."`
	Timeout Duration `yaml:"timeout" doc:"How long to wait for IAM to make a report."`
}

// Watch says which risky keys are watched, where, and who is told.
type Watch struct {
	// On names at least one check, each once, and none that is disabled.
	On []string `yaml:"on" doc:"The checks that, when failed, make a key watched: root-access-key, key-stale, key-unrotated, key-reawakened."`
	// NamePrefix and Owner begin every rule's name: <name_prefix>-<owner>-...
	// There is no "-" in Owner, so the two can always be told apart.
	NamePrefix string `yaml:"name_prefix" doc:"Begins the name of every rule."`
	Owner      string `yaml:"owner" doc:"Tells the deployments in one account apart: each touches only rules of its own owner."`
	// HomeRegion is always one of the watched Regions.
	HomeRegion     string   `yaml:"home_region" doc:"The Region of IAM and STS calls, and of targets without {region}."`
	Regions        Regions  `yaml:"regions" doc:"The Regions in which keys are watched: all, or a list."`
	ExcludeRegions []string `yaml:"exclude_regions" doc:"Regions that are left out of all. Use of a key there raises no alert."`
	// Target is empty, which is enough for an audit, or holds up to five ARNs,
	// none twice. Each names its Region as {region} (one topic or queue per
	// Region, and {region} may occur in the name too), or each lies in HomeRegion
	// and holds no {region}. {account} may occur in both. A queue may be FIFO.
	Target Targets `yaml:"target" doc:"SNS topic or SQS queue that receives the alerts, or a list of up to five. {region} and {account} are filled in: all hold {region} or none does. An ARN without {region} lies in home_region. Needed by plan, apply and daemon."`
	// ForwardRole has no placeholders. It is set where targets have no {region}
	// and more Regions than HomeRegion are watched.
	ForwardRole string `yaml:"forward_role" doc:"IAM role with which other Regions forward events to home_region. Needed when targets have no {region}."`
	// MessageGroup is only for targets that are FIFO queues.
	MessageGroup string `yaml:"message_group" doc:"Message group of the alerts in FIFO queues, 1 to 100 letters, digits and punctuation marks. Such a queue must deduplicate by content."`
	// DeadLetterQueue is empty, or the ARN of a standard queue that holds {region}
	// or, only where targets do not, lies in HomeRegion. {account} may occur in it.
	DeadLetterQueue string `yaml:"dead_letter_queue" doc:"Standard SQS queue for alerts that cannot be delivered. {region} and {account} are filled in. It holds {region} where targets do, else it may lie in home_region instead."`
	Retry           Retry  `yaml:"retry" doc:"How long EventBridge tries to deliver an alert."`
	State           string `yaml:"state" doc:"State of the rules. ENABLED misses read-only calls such as sts:GetCallerIdentity."`
	// Routes are none or at most ten. Their targets hold {region} where those of
	// Target do.
	Routes     []Route `yaml:"routes" doc:"Other targets or states for the keys of some checks. A key follows its most urgent failed check (root-access-key, key-reawakened, key-stale, key-unrotated, in this order) to the first route that lists it, else to target."`
	Layout     string  `yaml:"layout" doc:"per-key: one rule per key, readable. packed: up to 40 keys in a rule. auto packs above 100 keys, or where one rule per key does not fit the quota, and unpacks below 50."`
	RulesQuota int     `yaml:"rules_quota" doc:"How many EventBridge rules the default bus of a Region may hold."`
	Retire     Retire  `yaml:"retire" doc:"How many keys one run may stop watching. Keys proved gone or inactive do not count."`
	// RootActivity replaces the rule for root's key.
	RootActivity bool `yaml:"root_activity" doc:"Alert on every console sign-in and API call of the root user, not only on calls with its access key. Calls that AWS services make on its behalf do not count."`
	Sessions     bool `yaml:"sessions" doc:"Alert also on calls with temporary credentials (GetSessionToken, GetFederationToken) of users whose keys are watched, not on their console sessions. What is done in the session of an assumed role cannot be told apart."`
	// Identities holds at most 20 ARNs, none twice and none of root. {account} may
	// stand for the account. A name with a comma does not fit the variable.
	Identities []string `yaml:"identities" doc:"ARNs of IAM users or roles: alert on everything they do, whatever credentials they use. {account} is filled in."`
}

// Retire caps how many keys one run may stop watching.
type Retire struct {
	Max        int `yaml:"max" doc:"At most this many keys."`
	MaxPercent int `yaml:"max_percent" doc:"At most this share of the watched keys, in percent."`
}

// Default returns the settings of an empty file. Every call returns its own
// copy, so the caller may change it.
func Default() Settings {
	s := Settings{
		Version: 1,
		Risk: Risk{
			StaleAfter:     45 * day,
			UnrotatedAfter: 90 * day,
			RootUsedWithin: 90 * day,
			Checks:         map[string]Check{},
		},
		Report:     Report{MaxAge: day, Timeout: 10 * minute},
		Exceptions: []Exception{},
		Watch: Watch{
			On:             watchable(),
			NamePrefix:     "keywatch",
			Owner:          "default",
			HomeRegion:     "us-east-1",
			Regions:        Regions{All: true},
			ExcludeRegions: []string{},
			MessageGroup:   "keywatch",
			Retry:          Retry{MaxAttempts: mostAttempts, MaxAge: longestMaxAge},
			State:          states[0],
			Routes:         []Route{},
			Layout:         "auto",
			RulesQuota:     300,
			Retire:         Retire{Max: 3, MaxPercent: 30},
			Identities:     []string{},
		},
		Schedule: "17 * * * *",
	}
	for _, c := range checks {
		s.Risk.Checks[c.id] = Check{Enabled: true, Severity: c.severity}
	}
	return s
}
