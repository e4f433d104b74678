package render

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"

	"keywatch/internal/audit"
	"keywatch/internal/report"
)

// The limits of ASFF that a finding could exceed.
const (
	asffID           = 512
	asffTitle        = 256
	asffDescription  = 1024
	asffText         = 512 // of notes and recommendations
	asffOriginal     = 64
	asffRegion       = 16
	asffField        = 2048
	asffReasons      = 24 // of the 50 product fields that a finding may have
	asffResources    = 32
	asffRequirements = 32
)

// auditASFF writes a JSON array with one finding for each record, a line each. All
// text is clean and no longer than the format takes; what is cut says so.
func auditASFF(out *bytes.Buffer, r audit.Result, o Options) error {
	return writeArray(out, records(r, o), func(rec record) asffFinding { return newASFFFinding(rec, r, o) })
}

func newASFFFinding(rec record, r audit.Result, o Options) asffFinding {
	region, at := o.home(r.Partition), stamp(r.AsOf)
	account := filled(clean(r.AccountID), asffField)
	severity := asffSeverity{Label: asffLabel(rec), Original: cut(rec.Severity, asffOriginal)}
	f := asffFinding{
		SchemaVersion: "2018-10-08",
		Id:            rec.ID,
		ProductArn:    cut(clean(fmt.Sprintf("arn:%s:securityhub:%s:%s:product/%s/default", r.Partition, region, account, account)), asffField),
		ProductName:   "keywatch", CompanyName: "keywatch",
		GeneratorId:  "keywatch/" + rec.Check,
		AwsAccountId: account,
		Types:        findingTypes(rec),
		CreatedAt:    at, UpdatedAt: at, LastObservedAt: at,
		Severity:              severity,
		FindingProviderFields: asffProviderFields{Severity: severity, Types: findingTypes(rec)},
		Title:                 cut(rec.Title, asffTitle),
		Description:           filled(clean(rec.sentence()), asffDescription),
		Remediation:           asffRemediation{Recommendation: asffRecommendation{Text: cut(rec.Fix, asffText), Url: rec.Guide}},
		Resources:             asffResourcesOf(rec, r, account, region),
		Compliance:            asffCompliance{Status: asffStatus(rec), RelatedRequirements: requirements(rec.Controls)},
		Workflow:              asffWorkflow{Status: asffWorkflowStatus(rec)},
		RecordState:           "ACTIVE",
		ProductFields:         asffFields(rec, r, o),
	}
	if rec.Status == string(report.Excepted) {
		f.Note = &asffNote{Text: cut(clean(rec.waiver()), asffText), UpdatedBy: "keywatch", UpdatedAt: at}
	}
	return f
}

func asffResourcesOf(rec record, r audit.Result, account, region string) []asffResource {
	var all []asffResource
	add := func(kind, id string, details *asffDetails) {
		resource := asffResource{Type: kind, Id: filled(clean(id), asffID), Region: cut(clean(region), asffRegion), ResourceRole: "Target", Details: details}
		switch r.Partition {
		case "aws", "aws-cn", "aws-us-gov": // the only ones that the format knows
			resource.Partition = r.Partition
		}
		all = append(all, resource)
	}
	keys := rec.keys()
	for i, id := range keys {
		if i == asffResources-1 {
			break // leaves room for whose they are; ProductFields name them all
		}
		add("AwsIamAccessKey", "AWS::IAM::AccessKey:"+id, &asffDetails{AwsIamAccessKey: &asffKey{
			AccessKeyId: cut(clean(id), asffID), AccountId: account, PrincipalName: cut(clean(rec.User), asffID), PrincipalType: principalType(rec),
			Status: asffKeyStatus(rec), CreatedAt: stamp(rec.Created),
		}})
	}
	if rec.User == "" || rec.User == report.RootUser {
		add("AwsAccount", "AWS::::Account:"+account, nil)
	} else {
		add("AwsIamUser", rec.ARN, &asffDetails{AwsIamUser: &asffUser{UserName: cut(clean(rec.User), asffID), Path: cut(clean(userPath(rec.ARN)), asffID)}})
	}
	return all
}

// asffFields are what ASFF has no place for.
func asffFields(rec record, r audit.Result, o Options) map[string]string {
	fields := map[string]string{}
	set := func(name, value string) {
		if value = cut(clean(value), asffField); strings.TrimSpace(value) != "" {
			fields["keywatch/"+name] = value
		}
	}
	set("check", rec.Check)
	set("status", rec.Status)
	set("user", rec.User)
	set("arn", rec.ARN)
	if rec.Slot != 0 {
		set("slot", strconv.Itoa(rec.Slot))
	}
	set("access_key_id", rec.AccessKeyID)
	set("candidate_key_ids", strings.Join(rec.CandidateKeyIDs, " "))
	set("key_state", rec.KeyState)
	set("last_used_at", rec.LastUsedAt)
	set("last_used_service", rec.LastUsedService)
	set("last_used_region", rec.LastUsedRegion)
	set("age_days", number(rec.AgeDays))
	set("idle_days", number(rec.IdleDays))
	if x := rec.Exception; x != nil {
		set("exception_for", x.For)
		set("exception_reason", x.Reason)
		set("exception_owner", x.Owner)
		set("exception_ticket", x.Ticket)
		set("exception_expires", x.Expires)
	}
	set("report_generated_at", stamp(r.Report.GeneratedAt))
	set("report_sha256", r.Report.SHA256)
	set("report_source", r.Report.Source)
	set("complete", strconv.FormatBool(len(r.Incomplete) == 0))
	set("tool_version", o.Version)
	if rec.Check == completeness && len(r.Incomplete) > 1 {
		for i, reasons := range together(r.Incomplete) {
			set(fmt.Sprintf("incomplete_%02d", i+1), reasons)
		}
	}
	return fields
}

// together puts reasons into as few texts as hold them, one after the other: a
// description is too short for many. What then is left is counted.
func together(reasons []string) []string {
	var all []string
	for i, reason := range reasons {
		reason = cut(clean(reason), asffField)
		switch last := len(all) - 1; {
		case last >= 0 && utf16Len(all[last])+2+utf16Len(reason) <= asffField:
			all[last] += "; " + reason
		case len(all) == asffReasons:
			return append(all, fmt.Sprintf("and %d more (cut)", len(reasons)-i))
		default:
			all = append(all, reason)
		}
	}
	return all
}

// requirements are as many of the controls as fit, the last one saying how many do
// not.
func requirements(controls []string) []string {
	if len(controls) <= asffRequirements {
		return list(controls)
	}
	left := len(controls) - asffRequirements + 1
	return append(list(controls[:asffRequirements-1]), fmt.Sprintf("and %d more (cut)", left))
}

// filled is a text for a field that must not be blank.
func filled(s string, most int) string {
	if strings.TrimSpace(s) == "" {
		return "unknown"
	}
	return cut(s, most)
}

// userPath is the path in a user's ARN, "/" at least.
func userPath(arn string) string {
	_, resource, _ := strings.Cut(arn, ":user/")
	return "/" + resource[:strings.LastIndex(resource, "/")+1]
}
