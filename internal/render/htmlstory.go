package render

import (
	"strconv"
	"strings"

	"keywatch/internal/story"
)

// htmlStory is what happened since the last run, in the order of story.Kinds.
type htmlStory struct {
	Sentence string
	Facts    []fact
	Warnings []string
	Kinds    []htmlEvents
}

// htmlEvents are the events of one kind.
type htmlEvents struct {
	Title, Meaning string
	Events         []htmlEvent
}

// htmlEvent is empty where something is not known, or does not belong to it.
type htmlEvent struct {
	Severity, User, Slot, KeyIDs, Checks, What string
}

// newHTMLStory is nil where the story is not known.
func newHTMLStory(s *story.Story) *htmlStory {
	if s == nil {
		return nil
	}
	told := htmlStory{Sentence: clean(StorySentence(*s)), Warnings: cleanAll(storyWarnings(*s))}
	for _, f := range storyFacts(*s) {
		told.Facts = append(told.Facts, fact{f.Name, clean(f.Value)})
	}
	for _, kind := range story.Kinds() {
		events := htmlEvents{Title: kindTitle(kind), Meaning: kindMeaning(kind)}
		for _, e := range eventsOf(*s, kind) {
			slot := ""
			if e.Slot != 0 {
				slot = strconv.Itoa(e.Slot)
			}
			events.Events = append(events.Events, htmlEvent{
				Severity: string(e.Severity),
				User:     clean(eventUser(e)),
				Slot:     slot,
				KeyIDs:   clean(strings.Join(e.KeyIDs, " ")),
				Checks:   clean(strings.Join(e.Checks, ", ")),
				What:     clean(e.Predicate),
			})
		}
		if len(events.Events) > 0 {
			told.Kinds = append(told.Kinds, events)
		}
	}
	return &told
}
