package audit

import (
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/account"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"keywatch/internal/report"
	"keywatch/internal/watch"
)

// IAM is what an audit asks of IAM.
type IAM interface {
	report.CredentialReportAPI
	report.KeyAPI
	GetAccountSummary(context.Context, *iam.GetAccountSummaryInput, ...func(*iam.Options)) (*iam.GetAccountSummaryOutput, error)
}

// Identity is what an audit asks of STS.
type Identity interface {
	GetCallerIdentity(context.Context, *sts.GetCallerIdentityInput, ...func(*sts.Options)) (*sts.GetCallerIdentityOutput, error)
}

// RegionLister is what an audit asks of the account service.
type RegionLister interface {
	ListRegions(context.Context, *account.ListRegionsInput, ...func(*account.Options)) (*account.ListRegionsOutput, error)
}

// Rules is what an audit asks of EventBridge in one Region.
type Rules interface {
	watch.Writer
	watch.TagReader
}

// Account is one AWS account as an audit reaches it. Audit needs only IAM and
// Identity.
type Account struct {
	IAM      IAM
	Identity Identity
	Regions  RegionLister
	Rules    func(region string) Rules
	Topics   func(region string) watch.TopicReader
	Queues   func(region string) watch.QueueReader
}

// Policy is what an audit judges by and aims at.
type Policy struct {
	// AccountID, if set, is the only account that may be looked at.
	AccountID string
	Checks    report.Policy
	// Exceptions waive findings; of several that do, the first counts.
	Exceptions []report.Exception
	Fetch      report.FetchPolicy
	// WatchOn lists the checks that, when failed, make a key risky.
	WatchOn []report.CheckID
	// AsOf moves the point of judgement; zero means the report's own time.
	AsOf  time.Time
	Watch watch.Policy
	// AllRegions watches every enabled Region; else Regions lists them.
	AllRegions     bool
	Regions        []string
	ExcludeRegions []string
	// OnlyRegions, if any, are the Regions that this run looks at and writes in;
	// the rest of the account stays as it is.
	OnlyRegions []string
}

// risky is WatchOn as a set, without disabled checks.
func (p Policy) risky() map[report.CheckID]bool {
	set := map[report.CheckID]bool{}
	for _, id := range p.WatchOn {
		set[id] = !p.Checks.Disabled[id]
	}
	return set
}

// SettingsError is a fault in the settings that only AWS could reveal.
type SettingsError struct{ Msg string }

func (e *SettingsError) Error() string { return e.Msg }
