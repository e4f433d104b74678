package render

import (
	"crypto/sha256"
	"fmt"
	"strings"
	"time"

	"keywatch/internal/audit"
	"keywatch/internal/report"
)

// record is a finding as it is told to other tools, which keep it from run to run:
// OCSF and ASFF are made of records.
type record struct {
	findingDoc
	report.Advice
	// ID is the same in every run that finds the same.
	ID string
	// Created is when the key was created, zero where there is none.
	Created time.Time
	// Certificate is the number of the signing certificate, 0 where there is none.
	Certificate int
	// Standards are the names of the frameworks that Controls belong to.
	Standards []string
}

// completeness is the check of the record that says whether everything was
// looked at. It is no check of credentials.
const completeness = "completeness"

// records lists the findings, and before them, where something was not looked at,
// a record that says so: an empty list must not look like a clean account.
func records(r audit.Result, o Options) []record {
	var all []record
	if len(r.Incomplete) > 0 || o.All {
		all = append(all, newCompleteness(r))
	}
	advice, controls, standards, ids := report.AdviceOf(), report.ControlsOf(), standardsOf(), findingIDs(r)
	for i, f := range r.Findings {
		if o.lists(f) {
			doc := newFindingDoc(f, r.AsOf, controls[f.Check])
			all = append(all, record{
				findingDoc: doc, Advice: advice[f.Check], ID: ids[i],
				Created: f.CreatedAt, Certificate: f.Certificate, Standards: standards[f.Check],
			})
		}
	}
	return all
}

func newCompleteness(r audit.Result) record {
	doc := findingDoc{Check: completeness, Status: string(report.Pass), Severity: report.Medium.String(), Reason: "everything was looked at"}
	if len(r.Incomplete) > 0 {
		doc.Status, doc.Reason = string(report.Unknown), strings.Join(r.Incomplete, "; ")
	}
	return record{
		findingDoc: doc,
		Advice:     report.Advice{Title: "The audit should look at everything", Fix: "Put right what the reasons name, and run the audit again."},
		ID:         findingID(completeness, r.Partition, r.AccountID),
	}
}

// findingIDs names every finding by its check and what it is about. A key is told by
// its user and the second of its creation: slots change, and IDs are not always
// known. What cannot be told apart so is numbered.
func findingIDs(r audit.Result) []string {
	ids := make([]string, len(r.Findings))
	same := map[string]int{}
	for i, f := range r.Findings {
		about := []string{r.Partition, r.AccountID, f.User, stamp(f.CreatedAt), fmt.Sprint(f.Certificate)}
		if x := f.Exception; x != nil && f.User == "" {
			about = append(about, x.Subject(), x.Ticket, x.Owner)
		}
		id := findingID(string(f.Check), about...)
		if same[id]++; same[id] > 1 {
			id = findingID(string(f.Check), append(about, fmt.Sprint(same[id]))...)
		}
		ids[i] = id
	}
	return ids
}

func findingID(check string, about ...string) string {
	sum := sha256.Sum256([]byte(fmt.Sprintf("%q", about)))
	return fmt.Sprintf("keywatch/%s/%x", check, sum[:16])
}

func standardsOf() map[report.CheckID][]string {
	all := map[report.CheckID][]string{}
	for _, f := range report.Frameworks() {
		told := map[report.CheckID]bool{}
		for _, c := range f.Controls {
			for _, check := range c.Checks {
				if !told[check] {
					all[check] = append(all[check], f.Name)
				}
				told[check] = true
			}
		}
	}
	return all
}

// lists tells that a finding is among those that were asked for.
func (o Options) lists(f report.Finding) bool { return o.All || f.Status != report.Pass }

// passed tells that nothing is wrong.
func (r record) passed() bool { return r.Status == string(report.Pass) }

// keys are the IDs of the keys that the finding is about, as far as known.
func (r record) keys() []string {
	if r.AccessKeyID != "" {
		return []string{r.AccessKeyID}
	}
	return r.CandidateKeyIDs
}

// about says whom or what the finding is about, as short as can be.
func (f findingDoc) about() string {
	switch {
	case f.Slot != 0:
		return fmt.Sprintf("%s, slot %d", f.User, f.Slot)
	case f.AccessKeyID != "":
		return fmt.Sprintf("%s, key %s", f.User, f.AccessKeyID)
	}
	return f.User
}

// waiver says by whose leave a finding is excepted, and until when.
func (r record) waiver() string {
	x := r.Exception
	if x == nil {
		return "excepted"
	}
	return fmt.Sprintf("excepted until %s: %s (ticket %s, owner %s)", x.Expires, x.Reason, x.Ticket, x.Owner)
}

// sentence says what was found.
func (r record) sentence() string {
	if about := r.about(); about != "" {
		return about + ": " + reason(r.findingDoc)
	}
	return reason(r.findingDoc)
}

// home is the Region that findings about IAM, which has none, are filed under:
// Options.Region where the partition has it, else the partition's first.
func (o Options) home(partition string) string {
	home, other := "us-east-1", o.Region == ""
	for _, p := range []struct{ name, prefix, home string }{
		{"aws-cn", "cn-", "cn-north-1"},
		{"aws-us-gov", "us-gov-", "us-gov-west-1"},
		{"aws-iso", "us-iso-", "us-iso-east-1"},
		{"aws-iso-b", "us-isob-", "us-isob-east-1"},
		{"aws-iso-f", "us-isof-", "us-isof-south-1"},
		{"aws-eusc", "eusc-", "eusc-de-east-1"},
	} {
		if p.name == partition {
			home = p.home
		}
		other = other || (p.name == partition) != strings.HasPrefix(o.Region, p.prefix)
	}
	if other {
		return home
	}
	return o.Region
}
