package render

import "keywatch/internal/report"

// enum is a value of an OCSF enumeration and its caption.
type enum struct {
	id      int
	caption string
}

// ocsfActivity closes what passed, so that whoever keeps findings by their uid
// learns that it is over.
func ocsfActivity(rec record) enum {
	if rec.passed() {
		return enum{3, "Close"}
	}
	return enum{1, "Create"}
}

// ocsfState is where the finding stands with people.
func ocsfState(rec record) enum {
	switch report.Status(rec.Status) {
	case report.Pass:
		return enum{4, "Resolved"}
	case report.Excepted:
		return enum{3, "Suppressed"}
	}
	return enum{1, "New"}
}

// ocsfVerdict is what the check found. What is excepted failed all the same, and
// what could not be answered did not pass.
func ocsfVerdict(rec record) enum {
	switch report.Status(rec.Status) {
	case report.Pass:
		return enum{1, "Pass"}
	case report.Unknown:
		return enum{2, "Warning"}
	}
	return enum{3, "Fail"}
}

func ocsfSeverity(rec record) enum {
	severity, _ := report.ParseSeverity(rec.Severity)
	switch {
	case rec.passed():
		return enum{1, "Informational"}
	case severity == report.Critical:
		return enum{5, "Critical"}
	case severity == report.High:
		return enum{4, "High"}
	case severity == report.Medium:
		return enum{3, "Medium"}
	case severity == report.Low:
		return enum{2, "Low"}
	}
	return enum{0, "Unknown"}
}

// findingTypes are types of the taxonomy that ASFF and Security Hub share.
func findingTypes(rec record) []string {
	if rec.Check == string(report.KeyReawakened) {
		return []string{"Unusual Behaviors/User"}
	}
	types := []string{"Software and Configuration Checks/AWS Security Best Practices"}
	if len(rec.Controls) > 0 {
		types = append(types, "Software and Configuration Checks/Industry and Regulatory Standards")
	}
	return types
}
