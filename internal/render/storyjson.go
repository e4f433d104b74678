package render

import (
	"time"

	"keywatch/internal/story"
)

// storyDoc is the contract keywatch/story/v1. Slices are never nil, so that they
// are never null.
type storyDoc struct {
	Schema      string          `json:"schema"`
	ToolVersion string          `json:"tool_version"`
	AccountID   string          `json:"account_id"`
	Earlier     storyRunDoc     `json:"earlier"`
	Later       storyRunDoc     `json:"later"`
	Notes       []string        `json:"notes"`
	Summary     storySummaryDoc `json:"summary"`
	Events      []eventDoc      `json:"events"`
}

type storyRunDoc struct {
	ToolVersion       string   `json:"tool_version"`
	AsOf              string   `json:"as_of"`
	GeneratedAt       *string  `json:"report_generated_at"` // null for a file
	ReportSHA256      string   `json:"report_sha256"`
	Complete          bool     `json:"complete"`
	IncompleteReasons []string `json:"incomplete_reasons"`
}

type storySummaryDoc struct {
	Events    map[story.Kind]int `json:"events"` // every kind is named
	Unchanged unchangedDoc       `json:"unchanged"`
}

type unchangedDoc struct {
	Open     int           `json:"open"` // failing and unknown
	Failing  severitiesDoc `json:"failing"`
	Unknown  int           `json:"unknown"`
	Excepted int           `json:"excepted"`
}

type eventDoc struct {
	Kind         story.Kind `json:"kind"`
	Severity     string     `json:"severity"` // "" where nothing failed
	User         string     `json:"user"`
	ARN          string     `json:"arn"`
	Slot         int        `json:"slot,omitempty"`
	AccessKeyIDs []string   `json:"access_key_ids"`
	Checks       []string   `json:"checks"`
	Before       *stateDoc  `json:"before"` // null where it was not there
	After        *stateDoc  `json:"after"`  // null where it is not there
	Sentence     string     `json:"sentence"`
}

type stateDoc struct {
	User            string            `json:"user"`
	ARN             string            `json:"arn"`
	Slot            int               `json:"slot,omitempty"`
	AccessKeyID     string            `json:"access_key_id,omitempty"`
	CandidateKeyIDs []string          `json:"candidate_key_ids"`
	CreatedAt       string            `json:"created_at,omitempty"`
	LastUsedAt      string            `json:"last_used_at,omitempty"`
	LastUsedService string            `json:"last_used_service,omitempty"`
	LastUsedRegion  string            `json:"last_used_region,omitempty"`
	Findings        []storyFindingDoc `json:"findings"`
}

type storyFindingDoc struct {
	Check     string        `json:"check"`
	Status    string        `json:"status"`
	Severity  string        `json:"severity"`
	Slot      int           `json:"slot,omitempty"`
	KeyID     string        `json:"access_key_id,omitempty"`
	Reason    string        `json:"reason"`
	Exception *exceptionDoc `json:"exception,omitempty"`
}

func newStoryDoc(s story.Story, o Options) storyDoc {
	doc := storyDoc{
		Schema: "keywatch/story/v1", ToolVersion: o.Version, AccountID: s.AccountID,
		Earlier: newStoryRunDoc(s.Old), Later: newStoryRunDoc(s.New), Notes: list(s.Notes),
		Summary: storySummaryDoc{
			Events: map[story.Kind]int{},
			Unchanged: unchangedDoc{
				Open: s.Unchanged.Open(), Unknown: s.Unchanged.Unknown, Excepted: s.Unchanged.Excepted,
				Failing: severitiesDoc{
					Critical: s.Unchanged.Failing[story.Critical],
					High:     s.Unchanged.Failing[story.High],
					Medium:   s.Unchanged.Failing[story.Medium],
					Low:      s.Unchanged.Failing[story.Low],
				},
			},
		},
		Events: []eventDoc{},
	}
	for _, kind := range story.Kinds() {
		doc.Summary.Events[kind] = s.Count(kind)
	}
	for _, e := range s.Events {
		doc.Events = append(doc.Events, eventDoc{
			Kind: e.Kind, Severity: string(e.Severity), User: e.User, ARN: e.ARN, Slot: e.Slot,
			AccessKeyIDs: list(e.KeyIDs), Checks: list(e.Checks),
			Before: newStateDoc(e.Before), After: newStateDoc(e.After), Sentence: e.String(),
		})
	}
	return doc
}

func newStoryRunDoc(r story.Run) storyRunDoc {
	doc := storyRunDoc{
		ToolVersion: r.ToolVersion, AsOf: stamp(r.AsOf), ReportSHA256: r.ReportSHA256,
		Complete: r.Complete, IncompleteReasons: list(r.IncompleteReasons),
	}
	if at := stamp(r.GeneratedAt); at != "" {
		doc.GeneratedAt = &at
	}
	return doc
}

func newStateDoc(s *story.State) *stateDoc {
	if s == nil {
		return nil
	}
	doc := &stateDoc{
		User: s.User, ARN: s.ARN, Slot: s.Slot, AccessKeyID: s.KeyID, CandidateKeyIDs: list(s.Candidates),
		CreatedAt: stamp(s.CreatedAt), LastUsedAt: stamp(s.LastUsedAt), LastUsedService: s.LastUsedService, LastUsedRegion: s.LastUsedRegion,
		Findings: []storyFindingDoc{},
	}
	for _, f := range s.Findings {
		told := storyFindingDoc{Check: f.Check, Status: string(f.Status), Severity: string(f.Severity), Slot: f.Slot, KeyID: f.KeyID, Reason: f.Reason}
		if x := f.Exception; x != nil {
			told.Exception = &exceptionDoc{For: x.For, Reason: x.Reason, Owner: x.Owner, Ticket: x.Ticket, Expires: x.Expires.Format(time.DateOnly)}
		}
		doc.Findings = append(doc.Findings, told)
	}
	return doc
}
