package render

import (
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/securityhub/types"

	"keywatch/internal/audit"
)

// asffFindings reads a document with the SDK's own types. Its fields have no tags,
// and are called as the format calls them.
func asffFindings(t fataler, r audit.Result, o Options) []types.AwsSecurityFinding {
	t.Helper()
	decoder := json.NewDecoder(strings.NewReader(written(t, writeAudit, "asff", r, o)))
	decoder.DisallowUnknownFields()
	var findings []types.AwsSecurityFinding
	if err := decoder.Decode(&findings); err != nil {
		t.Fatalf("%v", err)
	}
	if findings == nil {
		t.Fatalf("the array is null")
	}
	return findings
}

var asffType = regexp.MustCompile(`^(Software and Configuration Checks|TTPs|Effects|Unusual Behaviors|Sensitive Data Identifications)(/[^/]+){1,2}$`)

// faultsOf says where a finding breaks a rule of the format: those that the SDK's
// documentation of each field gives, and that no text is blank.
func faultsOf(f types.AwsSecurityFinding) []string {
	var faults []string
	fail := func(what string) { faults = append(faults, what) }
	length := func(name string, s *string, most int) {
		if n := utf16Len(aws.ToString(s)); s == nil || strings.TrimSpace(*s) == "" || n > most || strings.ContainsAny(*s, "\r\n") {
			fail(name + " is missing, blank, of several lines or too long: " + aws.ToString(s))
		}
	}
	moment := func(name string, s *string) {
		if _, err := time.Parse(time.RFC3339, aws.ToString(s)); err != nil || !strings.HasSuffix(aws.ToString(s), "Z") {
			fail(name + " is no time: " + aws.ToString(s))
		}
	}
	one := func(name string, ok bool) {
		if !ok {
			fail(name + " is none of the values")
		}
	}
	length("SchemaVersion", f.SchemaVersion, 10)
	length("Id", f.Id, 512)
	length("ProductArn", f.ProductArn, 2048)
	length("ProductName", f.ProductName, 128)
	length("CompanyName", f.CompanyName, 128)
	length("GeneratorId", f.GeneratorId, 512)
	length("AwsAccountId", f.AwsAccountId, 2048) // 12, for an account that is one
	length("Title", f.Title, 256)
	length("Description", f.Description, 1024)
	moment("CreatedAt", f.CreatedAt)
	moment("UpdatedAt", f.UpdatedAt)
	moment("LastObservedAt", f.LastObservedAt)
	one("Severity", f.Severity != nil && slices.Contains(f.Severity.Label.Values(), f.Severity.Label))
	length("Severity.Original", f.Severity.Original, 64)
	one("RecordState", slices.Contains(f.RecordState.Values(), f.RecordState))
	one("Workflow", f.Workflow != nil && slices.Contains(f.Workflow.Status.Values(), f.Workflow.Status))
	one("Compliance", f.Compliance != nil && slices.Contains(f.Compliance.Status.Values(), f.Compliance.Status))
	if len(f.Compliance.RelatedRequirements) > 32 {
		fail("there are too many requirements")
	}
	for _, requirement := range f.Compliance.RelatedRequirements {
		length("RelatedRequirements", &requirement, 2048)
	}
	if len(f.Types) == 0 || len(f.Types) > 50 || slices.ContainsFunc(f.Types, func(s string) bool { return !asffType.MatchString(s) }) {
		fail("types are not of the taxonomy: " + strings.Join(f.Types, ", "))
	}
	if p := f.FindingProviderFields; p == nil || p.Severity.Label != f.Severity.Label || !slices.Equal(p.Types, f.Types) {
		fail("the provider's fields differ")
	}
	length("Remediation", f.Remediation.Recommendation.Text, 512)
	if url := f.Remediation.Recommendation.Url; url != nil {
		length("Url", url, 2048)
	}
	if len(f.ProductFields) > 50 {
		fail("there are too many product fields")
	}
	for name, value := range f.ProductFields {
		length("the name of a product field", &name, 128)
		length("ProductFields "+name, &value, 2048)
	}
	if f.Note != nil {
		length("Note", f.Note.Text, 512)
		length("UpdatedBy", f.Note.UpdatedBy, 512)
		moment("Note.UpdatedAt", f.Note.UpdatedAt)
	}
	if len(f.Resources) == 0 || len(f.Resources) > 32 {
		fail("there are no resources, or too many")
	}
	for _, resource := range f.Resources {
		length("Resource.Id", resource.Id, 512)
		length("Resource.Type", resource.Type, 256)
		length("Resource.Region", resource.Region, 16)
		one("Partition", resource.Partition == "" || slices.Contains(resource.Partition.Values(), resource.Partition))
		if d := resource.Details; d != nil && d.AwsIamAccessKey != nil {
			one("key status", d.AwsIamAccessKey.Status == "" || slices.Contains(d.AwsIamAccessKey.Status.Values(), d.AwsIamAccessKey.Status))
		}
	}
	return faults
}
