package audit

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"keywatch/internal/report"
)

// LearnedSchema is what [Learned] says in its member "schema".
const LearnedSchema = "keywatch/learned/v1"

// Learned is what a run was told beside the report: by IAM, of keys, and by
// rules, of sleep. With it [Again] gives the findings of that run, at any time.
type Learned struct {
	Schema            string           `json:"schema"`
	ReportSHA256      string           `json:"report_sha256"`
	GeneratedAt       time.Time        `json:"generated_at"`
	AsOf              time.Time        `json:"as_of"`
	RulesRead         bool             `json:"rules_read"`
	Keys              []LearnedKey     `json:"keys"`
	FurtherKeys       []LearnedFurther `json:"further_keys"`
	Reawakened        []LearnedSleep   `json:"reawakened_keys"`
	ExceptedKeys      []string         `json:"excepted_keys"` // those that exceptions are for
	UnsureKeys        []string         `json:"unsure_keys"`   // those of them that nobody could be asked for
	IncompleteReasons []string         `json:"incomplete_reasons"`
}

// LearnedKey is a slot whose key was asked for.
type LearnedKey struct {
	User       string   `json:"user"`
	Slot       int      `json:"slot"`
	State      string   `json:"state"`
	ID         string   `json:"id"`
	Candidates []string `json:"candidates"`
	Why        string   `json:"why"`
}

// LearnedFurther is a key that the report does not show.
type LearnedFurther struct {
	ID              string    `json:"id"`
	User            string    `json:"user"`
	ARN             string    `json:"arn"`
	CreatedAt       time.Time `json:"created_at"`
	LastUsedAt      time.Time `json:"last_used_at"` // zero for never
	LastUsedRegion  string    `json:"last_used_region"`
	LastUsedService string    `json:"last_used_service"`
}

// LearnedSleep is a key that a rule remembered as idle, and that woke.
type LearnedSleep struct {
	LearnedKey
	AsleepSince time.Time `json:"asleep_since"`
}

func learnedKey(f report.Finding) LearnedKey {
	return LearnedKey{
		User: f.User, Slot: f.Slot, State: string(f.Key.State), ID: f.Key.ID,
		Candidates: append([]string{}, f.Key.Candidates...), Why: f.Key.Why,
	}
}

func (k LearnedKey) ref() report.KeyRef {
	ref := report.KeyRef{State: report.KeyState(k.State), ID: k.ID, Why: k.Why}
	if len(k.Candidates) > 0 {
		ref.Candidates = slices.Clone(k.Candidates)
	}
	return ref
}

func (f LearnedFurther) further() report.Further {
	return report.Further{ID: f.ID, User: f.User, ARN: f.ARN, Slot: report.Slot{
		Active: true, LastRotated: f.CreatedAt, LastUsed: f.LastUsedAt,
		LastUsedRegion: f.LastUsedRegion, LastUsedService: f.LastUsedService,
	}}
}

// learn records what the run was told. All findings are there by now.
func (j *judgement) learn(rulesRead bool) {
	l := Learned{
		Schema: LearnedSchema, ReportSHA256: j.result.Report.SHA256, GeneratedAt: j.result.Report.GeneratedAt, AsOf: j.result.AsOf,
		RulesRead: rulesRead, Keys: []LearnedKey{}, FurtherKeys: []LearnedFurther{}, Reawakened: []LearnedSleep{},
		ExceptedKeys: []string{}, UnsureKeys: []string{}, IncompleteReasons: append([]string{}, j.result.Incomplete...),
	}
	last := LearnedKey{}
	for _, f := range j.result.Findings {
		key := learnedKey(f)
		if f.Check == report.KeyReawakened {
			l.Reawakened = append(l.Reawakened, LearnedSleep{key, f.AsleepSince})
		} else if f.Slot != 0 && f.Key.State != report.KeyNotAsked && (key.User != last.User || key.Slot != last.Slot) {
			l.Keys, last = append(l.Keys, key), key
		}
	}
	for _, f := range j.further {
		l.FurtherKeys = append(l.FurtherKeys, LearnedFurther{
			ID: f.ID, User: f.User, ARN: f.ARN, CreatedAt: f.Slot.LastRotated, LastUsedAt: f.Slot.LastUsed,
			LastUsedRegion: f.Slot.LastUsedRegion, LastUsedService: f.Slot.LastUsedService,
		})
	}
	for _, x := range j.result.Exceptions {
		if x.Key != "" {
			l.ExceptedKeys = append(l.ExceptedKeys, x.Key)
		}
		if x.Unsure {
			l.UnsureKeys = append(l.UnsureKeys, x.Key)
		}
	}
	j.result.Learned = l
}

// knows tells that the run knew whose key this is, or had asked in vain.
func (l Learned) knows(key string) bool {
	return slices.Contains(l.ExceptedKeys, key) ||
		slices.ContainsFunc(l.Keys, func(k LearnedKey) bool { return k.ID == key || slices.Contains(k.Candidates, key) }) ||
		slices.ContainsFunc(l.FurtherKeys, func(f LearnedFurther) bool { return f.ID == key }) ||
		slices.ContainsFunc(l.Reawakened, func(s LearnedSleep) bool { return s.ID == key })
}

// JSON is the record as it is kept.
func (l Learned) JSON() ([]byte, error) {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	err := encoder.Encode(l)
	return b.Bytes(), err
}

// ParseLearned reads what JSON wrote, and nothing else.
func ParseLearned(data []byte) (Learned, error) {
	var l Learned
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&l); err != nil {
		return Learned{}, fmt.Errorf("audit: what a run learned cannot be read: %w", err)
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) || l.Schema != LearnedSchema {
		return Learned{}, fmt.Errorf("audit: what a run learned is %q and nothing more, not %q", LearnedSchema, l.Schema)
	}
	return l, nil
}
