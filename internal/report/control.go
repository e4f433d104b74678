package report

import (
	"slices"
	"time"
)

// Framework is a set of controls that audits refer to.
type Framework struct {
	ID   string // as --framework takes it
	Name string
	// Source says whose word it is that its controls and our checks belong
	// together.
	Source   Source
	Controls []Control
}

// Source says how much a mapping of controls to checks is worth.
type Source string

// The sources, the most trusted first.
const (
	Publisher Source = "publisher" // the control asks for the very thing
	AWS       Source = "aws"       // AWS maps its own control to it
	Opinion   Source = "opinion"   // vendors of scanners map it so, the publisher does not
)

// Control is one requirement, in our own words.
type Control struct {
	ID    string // as the publisher writes it
	Title string
	// Checks answer the control. All of them must pass.
	Checks []CheckID
	// Source is that of the framework, or a lesser one.
	Source Source
	// StaleAfter and UnrotatedAfter are the control's own limits. Where they are
	// zero those of the policy count.
	StaleAfter, UnrotatedAfter time.Duration
	// Partial says what the control asks beyond the checks. Such a control can
	// fail, and never pass.
	Partial string
}

// Frameworks lists every framework with its controls, in the order of the
// publishers. Sources: aws-facts of this project, section 7; the numbers of CIS
// 6.0 and 7.0 rest on one vendor's catalogue.
func Frameworks() []Framework {
	early := cis(cisNumbers{"1.4", "1.5", "1.6", "1.7", "1.10", "1.11", "1.12", "1.13", "1.14"})
	frameworks := []Framework{
		{"cis-1.4", "CIS AWS Foundations Benchmark 1.4.0", Publisher, slices.Clone(early)},
		{"cis-1.5", "CIS AWS Foundations Benchmark 1.5.0", Publisher, slices.Clone(early)},
		{"cis-2.0", "CIS AWS Foundations Benchmark 2.0.0", Publisher, slices.Clone(early)},
		{"cis-3.0", "CIS AWS Foundations Benchmark 3.0.0", Publisher, slices.Clone(early)},
		{"cis-4.0.1", "CIS AWS Foundations Benchmark 4.0.1", Publisher, slices.Clone(early)},
		{"cis-5.0", "CIS AWS Foundations Benchmark 5.0.0", Publisher, cis(cisNumbers{"1.3", "1.4", "1.5", "1.6", "1.9", "1.10", "1.11", "1.12", "1.13"})},
		{"cis-6.0", "CIS AWS Foundations Benchmark 6.0.0", Publisher, cis(cisNumbers{"2.3", "2.4", "2.5", "2.6", "2.9", "2.10", "2.11", "2.12", "2.13"})},
		{"cis-7.0", "CIS AWS Foundations Benchmark 7.0.0", Publisher, cis(cisNumbers{"2.4", "2.5", "2.6", "2.7", "2.10", "", "2.11", "", "2.12"})},
		{"fsbp", "AWS Security Hub, Foundational Security Best Practices and other controls", Publisher, securityHub()},
		{"pci-4.0.1", "PCI DSS 4.0.1", AWS, pci()},
		{"nist-800-53-r5", "NIST SP 800-53 Revision 5", AWS, nist()},
		{"soc2", "SOC 2, Trust Services Criteria", Opinion, soc2()},
		{"iso-27001-2022", "ISO/IEC 27001:2022, Annex A", Opinion, iso()},
	}
	for i := range frameworks {
		f := &frameworks[i]
		for j := range f.Controls {
			if f.Controls[j].Source == "" {
				f.Controls[j].Source = f.Source
			}
		}
	}
	return frameworks
}

// FrameworkIDs lists the frameworks' IDs in the same order.
func FrameworkIDs() []string {
	var ids []string
	for _, f := range Frameworks() {
		ids = append(ids, f.ID)
	}
	return ids
}

// ControlsOf lists the controls that each check belongs to, as
// "framework/control", in the order of Frameworks.
func ControlsOf() map[CheckID][]string {
	all := map[CheckID][]string{}
	for _, f := range Frameworks() {
		for _, c := range f.Controls {
			for _, check := range c.Checks {
				all[check] = append(all[check], f.ID+"/"+c.ID)
			}
		}
	}
	return all
}
