package render

import "keywatch/internal/report"

// The structures below are those of the AWS Security Finding Format 2018-10-08, as
// far as they are used, with its own names. Those of AWS's SDK would write null
// for what is absent, which the service refuses.

type asffFinding struct {
	SchemaVersion         string
	Id                    string
	ProductArn            string
	ProductName           string
	CompanyName           string
	GeneratorId           string
	AwsAccountId          string
	Types                 []string
	CreatedAt             string
	UpdatedAt             string
	LastObservedAt        string
	Severity              asffSeverity
	FindingProviderFields asffProviderFields
	Title                 string
	Description           string
	Remediation           asffRemediation
	ProductFields         map[string]string
	Resources             []asffResource
	Compliance            asffCompliance
	Workflow              asffWorkflow
	RecordState           string
	Note                  *asffNote `json:",omitempty"`
}

type asffSeverity struct {
	Label    string
	Original string `json:",omitempty"`
}

type asffProviderFields struct {
	Severity asffSeverity
	Types    []string
}

type asffRemediation struct{ Recommendation asffRecommendation }

type asffRecommendation struct {
	Text string
	Url  string `json:",omitempty"`
}

type asffResource struct {
	Type         string
	Id           string
	Partition    string `json:",omitempty"`
	Region       string
	ResourceRole string
	Details      *asffDetails `json:",omitempty"`
}

type asffDetails struct {
	AwsIamUser      *asffUser `json:",omitempty"`
	AwsIamAccessKey *asffKey  `json:",omitempty"`
}

type asffUser struct{ UserName, Path string }

type asffKey struct {
	AccessKeyId   string
	AccountId     string
	PrincipalName string `json:",omitempty"`
	PrincipalType string
	Status        string `json:",omitempty"`
	CreatedAt     string `json:",omitempty"`
}

type asffCompliance struct {
	Status              string
	RelatedRequirements []string
}

type asffWorkflow struct{ Status string }

type asffNote struct{ Text, UpdatedBy, UpdatedAt string }

// asffLabel is what the format calls a severity; one for what passed is among them.
func asffLabel(rec record) string {
	severity, _ := report.ParseSeverity(rec.Severity)
	switch {
	case rec.passed():
		return "INFORMATIONAL"
	case severity == report.Critical:
		return "CRITICAL"
	case severity == report.High:
		return "HIGH"
	case severity == report.Medium:
		return "MEDIUM"
	}
	return "LOW"
}

// asffStatus is what the check found. What is excepted failed all the same.
func asffStatus(rec record) string {
	switch report.Status(rec.Status) {
	case report.Pass:
		return "PASSED"
	case report.Unknown:
		return "WARNING"
	}
	return "FAILED"
}

// asffWorkflowStatus is where the finding stands with people.
func asffWorkflowStatus(rec record) string {
	switch report.Status(rec.Status) {
	case report.Pass:
		return "RESOLVED"
	case report.Excepted:
		return "SUPPRESSED"
	}
	return "NEW"
}

// asffKeyStatus is whether the key works, "" where that is not known.
func asffKeyStatus(rec record) string {
	switch report.KeyState(keyState(rec.findingDoc)) {
	case report.KeyInactive:
		return "Inactive"
	case "active", report.KeyAmbiguous:
		return "Active"
	}
	return ""
}

func principalType(rec record) string {
	if rec.User == report.RootUser {
		return "Root"
	}
	return "IAMUser"
}
