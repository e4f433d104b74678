package render

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"strings"

	"keywatch/internal/story"
)

// StoryFormats lists the names that Story takes, the default first. The caller may
// change the slice.
func StoryFormats() []string { return []string{"table", "json", "markdown"} }

// Story writes what happened between two runs: the events by kind, in the order
// of story.Kinds, and within a kind in the order they have. Nothing is written
// where the format is unknown.
func Story(w io.Writer, format string, s story.Story, o Options) error {
	var out bytes.Buffer
	var err error
	switch format {
	case "table":
		storyTable(&out, s, o)
	case "json":
		err = writeJSON(&out, newStoryDoc(s, o))
	case "markdown":
		storyMarkdown(&out, s)
	default:
		return fmt.Errorf("render: unknown format %q: use %s", format, orList(StoryFormats()))
	}
	return flush(w, &out, err)
}

// StorySentence sums a story up in one line.
func StorySentence(s story.Story) string {
	between := fmt.Sprintf("between %s and %s (%s)", stamp(s.Old.AsOf), stamp(s.New.AsOf), span(s.New.AsOf.Sub(s.Old.AsOf)))
	stay := fmt.Sprintf("%s %s as before", count(s.Unchanged.Open(), "open finding"), plural(s.Unchanged.Open(), "is", "are"))
	if len(s.Events) == 0 && s.New.Complete {
		return fmt.Sprintf("Nothing happened %s; %s.", between, stay)
	}
	var counts []string
	for _, kind := range story.Kinds() {
		if n := s.Count(kind); n > 0 {
			counts = append(counts, fmt.Sprintf("%d %s", n, kindWords(kind)))
		}
	}
	if len(counts) == 0 {
		counts = []string{"nothing that could be looked at"}
	}
	return fmt.Sprintf("What happened %s: %s; %s.", between, strings.Join(counts, ", "), stay)
}

func plural(n int, one, many string) string {
	if n == 1 {
		return one
	}
	return many
}

// kindWords are the kind for people.
func kindWords(kind story.Kind) string { return strings.ReplaceAll(string(kind), "-", " ") }

func kindTitle(kind story.Kind) string {
	words := kindWords(kind)
	return strings.ToUpper(words[:1]) + words[1:]
}

// kindMeaning says what events of the kind have in common.
func kindMeaning(kind story.Kind) string {
	switch kind {
	case story.WokeUp:
		return "keys that slept were used: find out by whom"
	case story.New:
		return "did not fail before"
	case story.Lapsed:
		return "the exception is over, and what it waived counts again"
	case story.Unclear:
		return "failed before, and cannot be told now"
	case story.Unasked:
		return "failed before, and has no answer now, which is not to say that it is fixed"
	case story.Waived:
		return "fails, and an exception waives it"
	case story.Renamed:
		return "users with another name and the same keys"
	case story.Rotated:
		return "keys whose place others took"
	case story.Gone:
		return "credentials that are there no more"
	case story.Fixed:
		return "passes now"
	}
	return ""
}

// storyFacts say which runs the story is about.
func storyFacts(s story.Story) []fact {
	run := func(r story.Run) string {
		text := "judged as of " + stamp(r.AsOf)
		if at := stamp(r.GeneratedAt); at != "" && at != stamp(r.AsOf) {
			text += ", by a report of " + at
		}
		if r.ToolVersion != "" {
			text += ", by keywatch " + r.ToolVersion
		}
		return text
	}
	return []fact{
		{"Account", s.AccountID},
		{"Earlier", run(s.Old)},
		{"Later", run(s.New)},
		{"Unchanged", tallyWords(s.Unchanged)},
	}
}

func tallyWords(t story.Tally) string {
	var failing []string
	for _, severity := range story.Severities() {
		failing = append(failing, fmt.Sprintf("%d %s", t.Failing[severity], severity))
	}
	return fmt.Sprintf("%d open (%s, %d unknown); %d excepted", t.Open(), strings.Join(failing, ", "), t.Unknown, t.Excepted)
}

// storyWarnings are the notes, and why runs were incomplete.
func storyWarnings(s story.Story) []string {
	warnings := slices.Clone(s.Notes)
	for _, reason := range s.Old.IncompleteReasons {
		warnings = append(warnings, "the earlier run: "+reason)
	}
	for _, reason := range s.New.IncompleteReasons {
		warnings = append(warnings, "the later run: "+reason)
	}
	return warnings
}

// eventsOf are the story's events of one kind.
func eventsOf(s story.Story, kind story.Kind) []story.Event {
	return slices.DeleteFunc(slices.Clone(s.Events), func(e story.Event) bool { return e.Kind != kind })
}

func storyTable(out *bytes.Buffer, s story.Story, o Options) {
	p := page{out, o.Width, o.Color}
	p.para("", plain, StorySentence(s))
	p.gap()
	for _, fact := range storyFacts(s) {
		p.para(fmt.Sprintf("%-12s", fact.Name), bold, fact.Value)
	}
	for _, warning := range storyWarnings(s) {
		p.para("  ! ", alarmed, warning)
	}
	for _, kind := range story.Kinds() {
		events := eventsOf(s, kind)
		if len(events) == 0 {
			continue
		}
		p.gap()
		p.para(fmt.Sprintf("%s (%d)  ", strings.ToUpper(kindWords(kind)), len(events)), bold, kindMeaning(kind))
		for _, e := range events {
			p.para(fmt.Sprintf("  %-8s  ", orNone(string(e.Severity))), eventPaint(e), e.String())
		}
	}
}

// eventPaint is the colour of the severity where somebody has to do something.
func eventPaint(e story.Event) paint {
	switch e.Kind {
	case story.WokeUp, story.New, story.Lapsed, story.Unclear, story.Unasked:
		return verdictPaint(string(e.Severity))
	case story.Fixed:
		return green
	}
	return plain
}

func storyMarkdown(out *bytes.Buffer, s story.Story) {
	fmt.Fprintf(out, "## What happened in account %s\n\n%s\n\n", code(s.AccountID), prose(StorySentence(s)))
	markdownFacts(out, storyFacts(s), nil)
	if warnings := storyWarnings(s); len(warnings) > 0 {
		out.WriteString("\n**To be taken with care:**\n\n")
		for _, warning := range warnings {
			fmt.Fprintf(out, "- %s\n", prose(warning))
		}
	}
	for _, kind := range story.Kinds() {
		events := eventsOf(s, kind)
		if len(events) == 0 {
			continue
		}
		fmt.Fprintf(out, "\n### %s (%d)\n\n%s\n", kindTitle(kind), len(events), prose(kindMeaning(kind)))
		rows := [][]string{{"Severity", "User", "Slot", "Key ID", "Checks", "What happened"}}
		for _, e := range events {
			slot := none
			if e.Slot != 0 {
				slot = fmt.Sprint(e.Slot)
			}
			rows = append(rows, []string{strong(orNone(string(e.Severity))), code(eventUser(e)), slot,
				orNone(codes(e.KeyIDs, " ")), orNone(codes(e.Checks, " ")), prose(e.Predicate)})
		}
		markdownTable(out, rows)
	}
}

func eventUser(e story.Event) string { return user(findingDoc{User: e.User}) }
