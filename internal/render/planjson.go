package render

import (
	"keywatch/internal/audit"
	"keywatch/internal/watch"
)

// planDoc is the contract keywatch/plan/v1. Slices are never nil, so that they
// are never null.
type planDoc struct {
	Schema            string      `json:"schema"`
	Audit             auditDoc    `json:"audit"`
	Regions           []regionDoc `json:"regions"`
	UncoveredRegions  []string    `json:"uncovered_regions"`
	SkippedRegions    []string    `json:"skipped_regions"`
	WatchedKeys       []string    `json:"watched_keys"`
	WatchedIdentities []string    `json:"watched_identities"`
	Complete          bool        `json:"complete"`
	IncompleteReasons []string    `json:"incomplete_reasons"`
}

type regionDoc struct {
	Region     string      `json:"region"`
	Changes    []changeDoc `json:"changes"`
	Unchanged  int         `json:"unchanged"`
	Foreign    []string    `json:"foreign"`
	RulesUsed  int         `json:"rules_used"`
	RulesQuota int         `json:"rules_quota"`
	Error      string      `json:"error"`
}

type changeDoc struct {
	Action      string   `json:"action"`
	Rule        string   `json:"rule"`
	KeysAdded   []string `json:"keys_added"`
	KeysRemoved []string `json:"keys_removed"`
	Why         []string `json:"why"`
	Status      string   `json:"status"`
	Error       string   `json:"error"`
}

func newPlanDoc(r audit.Result, o Options) planDoc {
	doc := planDoc{
		Schema:            "keywatch/plan/v1",
		Audit:             newAuditDoc(r, o),
		Regions:           []regionDoc{},
		UncoveredRegions:  list(r.Plan.Uncovered),
		SkippedRegions:    list(r.Plan.Skipped),
		WatchedKeys:       list(r.Plan.WatchedKeys),
		WatchedIdentities: list(r.Plan.WatchedIdentities),
		Complete:          r.Complete(),
		IncompleteReasons: list(r.IncompleteReasons()),
	}
	for _, region := range r.Plan.Regions {
		doc.Regions = append(doc.Regions, newRegionDoc(region))
	}
	return doc
}

func newRegionDoc(region watch.RegionPlan) regionDoc {
	doc := regionDoc{
		Region:     region.Region,
		Changes:    []changeDoc{},
		Unchanged:  region.Unchanged,
		Foreign:    list(region.Foreign),
		RulesUsed:  region.RulesUsed,
		RulesQuota: region.RulesQuota,
		Error:      region.Error,
	}
	for _, change := range region.Changes {
		doc.Changes = append(doc.Changes, changeDoc{
			Action:      string(change.Action),
			Rule:        change.Rule,
			KeysAdded:   list(change.KeysAdded),
			KeysRemoved: list(change.KeysRemoved),
			Why:         list(change.Why),
			Status:      string(change.Status),
			Error:       change.Error,
		})
	}
	return doc
}
