package render

import (
	"bytes"
	"encoding/json"
	"fmt"
	"time"

	"keywatch/internal/audit"
	"keywatch/internal/report"
)

// The class and the version of the schema that events are written in, see
// docs/decisions/013-ocsf-class.md.
const (
	ocsfVersion  = "1.6.0"
	ocsfCategory = 2
	ocsfClass    = 2003
	ocsfProduct  = "keywatch"
)

// auditOCSF writes a JSON array with one Compliance Finding for each record, a
// line each.
func auditOCSF(out *bytes.Buffer, r audit.Result, o Options) error {
	return writeArray(out, records(r, o), func(rec record) ocsfEvent { return newOCSFEvent(rec, r, o) })
}

// writeArray writes a JSON array with what becomes of each record on a line of its
// own.
func writeArray[T any](out *bytes.Buffer, all []record, element func(record) T) error {
	encoder := json.NewEncoder(out)
	encoder.SetEscapeHTML(false)
	out.WriteByte('[')
	for i, rec := range all {
		if i > 0 {
			out.Truncate(out.Len() - 1) // the encoder's newline
			out.WriteByte(',')
		}
		out.WriteByte('\n')
		if err := encoder.Encode(element(rec)); err != nil {
			return err
		}
	}
	out.WriteString("]\n")
	whole := spelled(bytes.Clone(out.Bytes()))
	out.Reset()
	out.Write(whole)
	return nil
}

func newOCSFEvent(rec record, r audit.Result, o Options) ocsfEvent {
	at, dt := millis(r.AsOf), stamp(r.AsOf)
	activity, state, severity, verdict := ocsfActivity(rec), ocsfState(rec), ocsfSeverity(rec), ocsfVerdict(rec)
	resources := ocsfResources(rec, r, o.home(r.Partition))
	event := ocsfEvent{
		ActivityID: activity.id, ActivityName: activity.caption,
		CategoryUID: ocsfCategory, CategoryName: "Findings",
		ClassUID: ocsfClass, ClassName: "Compliance Finding",
		TypeUID: ocsfClass*100 + activity.id, TypeName: "Compliance Finding: " + activity.caption,
		SeverityID: severity.id, Severity: severity.caption,
		StatusID: state.id, Status: state.caption, StatusCode: rec.Status, StatusDetail: rec.Reason,
		ConfidenceID: 3, Confidence: "High", // checks compare dates and switches
		Message: rec.Title + ": " + rec.sentence(),
		Time:    at, TimeDT: dt,
		Metadata: ocsfMetadata{
			Version: ocsfVersion, Profiles: []string{"cloud", "datetime"},
			Product:   ocsfProductDoc{Name: ocsfProduct, VendorName: ocsfProduct, UID: ocsfProduct, Version: o.Version},
			EventCode: rec.Check, LogName: "credential report", LogProvider: "AWS IAM",
			OriginalTime: stamp(r.Report.GeneratedAt), TenantUID: r.AccountID,
		},
		Cloud: ocsfCloud{
			Provider: "AWS", Partition: r.Partition, Region: o.home(r.Partition),
			Account: ocsfAccount{UID: r.AccountID, Type: "AWS Account", TypeID: 10},
		},
		FindingInfo: ocsfFindingInfo{
			UID: rec.ID, Title: rec.Title, Desc: rec.sentence(), Types: findingTypes(rec), ProductUID: ocsfProduct,
			Analytic:    ocsfAnalytic{UID: rec.Check, Name: rec.Check, Type: "Rule", TypeID: 1},
			DataSources: []string{"IAM credential report"},
			CreatedTime: at, CreatedTimeDT: dt, ModifiedTime: at, ModifiedTimeDT: dt,
		},
		Compliance: ocsfCompliance{
			Control: rec.Check, Standards: list(rec.Standards), Requirements: list(rec.Controls),
			StatusID: verdict.id, Status: verdict.caption, StatusDetails: []string{rec.Reason},
		},
		Remediation: ocsfRemediation{Desc: rec.Fix},
		Resources:   resources,
		Unmapped: ocsfUnmapped{
			Severity: rec.Severity, Ambiguous: rec.Ambiguous, KeyState: rec.KeyState, Exception: rec.Exception,
			ReportSHA256: r.Report.SHA256, ReportSource: r.Report.Source, Complete: len(r.Incomplete) == 0,
		},
	}
	if rec.Guide != "" {
		event.Remediation.References = []string{rec.Guide}
	}
	if rec.Status == string(report.Unknown) {
		event.ConfidenceID, event.Confidence = 0, "Unknown"
	}
	for _, resource := range resources {
		event.Observables = append(event.Observables, ocsfObservable{Name: "resources.uid", Type: "Resource UID", TypeID: 10, Value: resource.UID})
	}
	return event
}

// ocsfResources are the keys, as far as known, and then whose they are.
func ocsfResources(rec record, r audit.Result, region string) []ocsfResource {
	var all []ocsfResource
	add := func(kind, uid, name string) *ocsfResource {
		all = append(all, ocsfResource{
			UID: uid, Name: name, Type: kind, Partition: r.Partition, Region: region, RoleID: 1, Role: "Target",
		})
		return &all[len(all)-1]
	}
	for _, id := range rec.keys() {
		key := add("AWS::IAM::AccessKey", id, id)
		if !rec.Created.IsZero() {
			key.CreatedTime, key.CreatedTimeDT = millis(rec.Created), stamp(rec.Created)
		}
	}
	switch {
	case rec.User == report.RootUser:
		add("AWS::::Account", rec.ARN, rec.User)
	case rec.User != "":
		add("AWS::IAM::User", rec.ARN, rec.User)
	default:
		add("AWS::::Account", fmt.Sprintf("arn:%s:iam::%s:root", r.Partition, r.AccountID), r.AccountID)
	}
	if rec.Slot != 0 || len(rec.keys()) > 0 || rec.IdleDays != nil {
		all[0].Data = &ocsfData{
			Slot: rec.Slot, CreatedAt: rec.CreatedAt, LastUsedAt: rec.LastUsedAt, LastUsedService: rec.LastUsedService,
			LastUsedRegion: rec.LastUsedRegion, AgeDays: rec.AgeDays, IdleDays: rec.IdleDays,
		}
	}
	return all
}

// millis is a time as OCSF counts it.
func millis(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}
