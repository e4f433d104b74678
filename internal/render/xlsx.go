package render

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"fmt"
	"strings"
	"time"

	"github.com/xuri/excelize/v2"

	"keywatch/internal/audit"
	"keywatch/internal/report"
)

// auditXLSX writes a workbook. Nothing in it is a formula: all text is clean, and
// written as strings into cells that are formatted as text.
func auditXLSX(out *bytes.Buffer, r audit.Result, o Options) (err error) {
	frameworks := o.Frameworks
	if len(frameworks) == 0 {
		frameworks = []string{"cis-5.0", "fsbp"}
	}
	b := newBook()
	defer func() { err = cmp.Or(err, b.file.Close()) }()
	for _, s := range []sheet{
		summarySheet(r, o), controlsSheet(assess(r, frameworks)), findingsSheet(r, o), exceptionsSheet(r), provenanceSheet(r, o),
	} {
		if err := b.add(s); err != nil {
			return err
		}
	}
	made := r.AsOf.UTC()
	err = b.file.SetDocProps(&excelize.DocProperties{
		Title:   "Credential audit of account " + clean(r.AccountID),
		Creator: strings.TrimSpace("keywatch " + clean(o.Version)), LastModifiedBy: "keywatch",
		Created: made.Format(time.RFC3339), Modified: made.Format(time.RFC3339),
	})
	if err != nil {
		return err
	}
	return b.write(out, made)
}

func summarySheet(r audit.Result, o Options) sheet {
	s := sheet{name: "Summary", columns: []xlColumn{{"Fact", 28}, {"Value", 100}}}
	result := looksBold
	if len(r.Incomplete) > 0 {
		result = looksAlarmed
	}
	s.row(xlText("Result"), xlText(AuditSentence(r)).as(result))
	for _, reason := range r.Incomplete {
		s.row(xlWord("not looked at"), xlText(reason).as(looksAlarmed))
	}
	s.row(xlText("Account"), xlText(r.AccountID))
	s.row(xlText("Partition"), xlText(r.Partition))
	s.row(xlText("Report made (UTC)"), xlMoment(r.Report.GeneratedAt))
	s.row(xlText("Report"), xlText(reportTime(r.Report, time.Time{})))
	s.row(xlText("Judged as of (UTC)"), xlMoment(r.AsOf))
	s.row(xlText("Users"), xlFact(r.Report.Users))
	s.row(xlText("Active access keys"), xlFact(r.ActiveKeys))
	sums := r.Summary()
	s.row(xlText("Risky access keys"), xlFact(sums.RiskyKeys))
	for _, severity := range report.Severities() {
		s.row(xlWord(severity.String()), xlFact(sums.Findings[severity]))
	}
	t := tallyOf(r)
	for _, status := range []report.Status{report.Unknown, report.Excepted, report.Pass} {
		s.row(xlWord(string(status)), xlFact(t.statuses[status]))
	}
	listed := "what failed, what is unknown and what is excepted; what passed is counted, not listed"
	if o.All {
		listed = "all answers, passed ones too"
	}
	s.row(xlText("Findings listed"), xlText(listed))
	return s
}

func controlsSheet(all []assessed) sheet {
	s := sheet{name: "Controls", table: true, columns: []xlColumn{
		{"Framework", 34}, {"Control", 10}, {"Title", 44}, {"Verdict", 10}, {"Passed", 8}, {"Failed", 8},
		{"Unknown", 9}, {"Excepted", 9}, {"Notes", 40}, {"Checks", 24}, {"Mapping", 10},
	}}
	for _, c := range controlDocs(all) {
		s.row(xlText(c.FrameworkName), xlText(c.Control), xlText(c.Title), xlWord(c.Verdict), xlNumber(c.Pass), xlNumber(c.Fail),
			xlNumber(c.Unknown), xlNumber(c.Excepted), xlText(strings.Join(c.Notes, "; ")), xlText(strings.Join(c.Checks, ", ")), xlText(c.Source))
	}
	return s
}

func findingsSheet(r audit.Result, o Options) sheet {
	s := sheet{name: "Findings", table: true, printed: 11, columns: []xlColumn{
		{"Severity", 10}, {"Status", 10}, {"User", 26}, {"Slot", 6}, {"Key ID", 23}, {"Key created (UTC)", 19}, {"Key last used (UTC)", 19},
		{"Age in days", 7}, {"Idle for days", 7}, {"Check", 21}, {"Reason", 50},
		{"What to do", 100}, {"Key state", 11}, {"Last used for", 16}, {"Last used in", 16}, {"Excepted until", 14}, {"Excepted because", 40},
		{"Exception's owner", 18}, {"Exception's ticket", 18}, {"ARN", 60}, {"Controls", 60},
	}}
	controls, advice := report.ControlsOf(), report.AdviceOf()
	for _, f := range r.Findings {
		if !o.lists(f) {
			continue
		}
		doc := newFindingDoc(f, r.AsOf, controls[f.Check])
		var x report.Exception
		if f.Exception != nil {
			x = *f.Exception
		}
		s.row(xlWord(doc.Severity).as(looksOf(verdict(doc))), xlWord(doc.Status), xlText(user(doc)), xlSome(f.Slot),
			xlText(someKeyIDs(doc)), xlMoment(f.CreatedAt), xlMoment(f.LastUsedAt), xlMaybe(doc.AgeDays), xlMaybe(doc.IdleDays),
			xlText(doc.Check), xlText(reason(doc)),
			xlText(advice[f.Check].Fix), xlText(strings.TrimPrefix(keyState(doc), none)), xlText(f.LastUsedService), xlText(f.LastUsedRegion),
			xlDate(x.Expires), xlText(x.Reason), xlText(x.Owner), xlText(x.Ticket), xlLine(f.ARN), xlLine(strings.Join(doc.Controls, ", ")))
	}
	return s
}

func exceptionsSheet(r audit.Result) sheet {
	s := sheet{name: "Exceptions", table: true, columns: []xlColumn{
		{"For", 34}, {"State", 10}, {"Last day (UTC)", 12}, {"Findings waived", 10}, {"Checks", 24}, {"Reason", 50}, {"Owner", 18}, {"Ticket", 18},
	}}
	waived := waivedBy(r)
	for i, x := range r.Exceptions {
		var checks []string
		for _, check := range x.Checks {
			checks = append(checks, string(check))
		}
		s.row(xlText(x.Subject()), xlWord(string(x.State(r.AsOf))), xlDate(x.Expires), xlNumber(waived[i]),
			xlText(strings.Join(checks, ", ")), xlText(x.Reason), xlText(x.Owner), xlText(x.Ticket))
	}
	return s
}

// waivedBy counts the excepted findings of each exception. Findings point at the
// exception that waives them or, where they were copied, hold an equal one.
func waivedBy(r audit.Result) []int {
	all := func(x report.Exception) string {
		return fmt.Sprintf("%q %q %q %q %v %s", x, x.Reason, x.Path, x.ARN, x.Checks, stamp(x.Expires))
	}
	counts := map[string]int{}
	for _, f := range r.Findings {
		if f.Status == report.Excepted && f.Exception != nil {
			counts[all(*f.Exception)]++
		}
	}
	waived := make([]int, len(r.Exceptions))
	for i, x := range r.Exceptions {
		waived[i], counts[all(x)] = counts[all(x)], 0 // of two equal ones the first waives
	}
	return waived
}

// provenanceSheet tells where the result comes from, so that it can be made again.
func provenanceSheet(r audit.Result, o Options) sheet {
	s := sheet{name: "Provenance", columns: []xlColumn{{"Fact", 28}, {"Value", 100}}}
	source := map[string]string{"iam": "downloaded from IAM", "file": "a saved report"}[r.Report.Source]
	s.row(xlText("Tool"), xlText(strings.TrimSpace("keywatch "+o.Version)))
	s.row(xlText("Report"), xlText(source))
	s.row(xlText("Report SHA-256"), xlText(r.Report.SHA256))
	if o.Settings == "" {
		s.row(xlText("Settings"), xlText("not told"))
		return s
	}
	s.row(xlText("Settings SHA-256"), xlText(fmt.Sprintf("%x", sha256.Sum256([]byte(o.Settings)))))
	for i, line := range strings.Split(strings.TrimRight(o.Settings, "\n"), "\n") {
		name := ""
		if i == 0 {
			name = "Settings"
		}
		s.row(xlText(name), xlText(line))
	}
	return s
}
