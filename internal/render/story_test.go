package render

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/google/go-cmp/cmp"
	"github.com/jedib0t/go-pretty/v6/text"
	"pgregory.net/rapid"

	"keywatch/internal/story"
)

// tale is a story with an event of every kind.
func tale() story.Story {
	finding := func(user, check string, status story.Status, severity story.Severity, reason string) story.Finding {
		f := story.Finding{Check: check, Status: status, Severity: severity, User: user, ARN: "arn:aws:iam::111122223333:user/" + user, Reason: reason}
		if status == story.Excepted {
			f.Exception = &story.Exception{For: `user "b?b"`, Reason: "moves to roles | by Q4", Owner: "ops", Ticket: "=SEC-7", Expires: at("2026-11-25T00:00:00Z")}
		}
		return f
	}
	key := func(f story.Finding, slot int, created, used, id string) story.Finding {
		f.Slot, f.CreatedAt, f.KeyID = slot, at(created), id
		if used != "" {
			f.LastUsedAt, f.LastUsedRegion, f.LastUsedService = at(used), "eu-west-1", "sts"
		}
		return f
	}
	root := finding(story.Run{}.AccountID, "root-mfa", story.Pass, story.Critical, "the root user has MFA")
	root.User, root.ARN = "<root_account>", "arn:aws:iam::111122223333:root"
	rootUsed := root
	rootUsed.Check, rootUsed.Status, rootUsed.Severity, rootUsed.Reason = "root-used", story.Fail, story.High, "the root password was used 6 hours ago, on 2026-11-26T23:45:00Z"
	bob := func(status story.Status, used string) story.Finding {
		return key(finding("bob", "key-stale", status, story.High, "unused for 173 days (limit 45 days)"), 1, "2022-07-07T07:07:08Z", used, "AKIABOB0000000000001")
	}
	dave := func(status story.Status) story.Finding {
		return finding("dave+oncall@example.com", "console-mfa", status, story.High, "can sign in to the console without MFA")
	}
	erin := func(status story.Status) story.Finding {
		return key(finding("erin,contractor", "key-unrotated", status, story.Medium, "not rotated for 564 days (limit 90 days)"), 1, "2025-05-05T05:05:06Z", "", "AKIAERIN000000000001")
	}
	stays := key(finding("=HYPERLINK", "key-stale", story.Fail, story.High, "never used since it was created 318 days ago (limit 45 days)"), 1, "2026-01-05T10:00:01Z", "", "")
	certificate := finding("frank", "signing-certificate", story.Fail, story.Low, "signing certificate 1 is active, of 2018-01-01T00:00:00Z")
	ivan := finding("Ivan", "key-unrotated", story.Fail, story.Medium, "not rotated for 2149 days (limit 90 days)")
	heidi := key(finding("heidi", "key-stale", story.Fail, story.High, "never used since it was created 4340 days ago (limit 45 days)"), 1, "2015-01-02T00:00:00Z", "", "")
	judy := key(finding("judy", "key-stale", story.Fail, story.High, "unused for 50 days (limit 45 days)"), 1, "2026-10-01T00:00:00Z", "", "")
	unknown := judy
	unknown.Status, unknown.Reason = story.Unknown, "the date idleness counts from, 2027-01-01T00:00:00Z, lies after the point of judgement, 2026-11-27T06:00:00Z"
	ken := finding("ken", "password-stale", story.Fail, story.Medium, "password unused for 60 days (limit 45 days)")
	keeper := key(finding("ken", "key-unrotated", story.Pass, story.Medium, "rotated within 90 days"), 2, "2026-11-01T00:00:00Z", "", "")
	called := key(finding("leo", "key-unrotated", story.Pass, story.Medium, "rotated within 90 days"), 1, "2026-11-02T00:00:00Z", "", "")
	renamed := called
	renamed.User, renamed.ARN = "leonard", "arn:aws:iam::111122223333:user/leonard"

	old := story.Run{
		AccountID: "111122223333", ToolVersion: "v1.2.3", AsOf: at("2026-11-20T06:00:00Z"), GeneratedAt: at("2026-11-20T06:00:00Z"), ReportSHA256: "9f86d081", Complete: false, ActiveKeys: 8,
		IncompleteReasons: []string{"the access keys of user \"heidi\" could not be listed: AccessDenied"},
		Findings: []story.Finding{
			root, bob(story.Fail, "2026-05-30T18:00:00Z"), dave(story.Excepted), erin(story.Fail), stays, certificate,
			key(ivan, 2, "2021-01-01T00:00:30Z", "", "AKIAIVAN000000000002"), heidi, judy, ken, keeper, called,
			finding("kim", "password-stale", story.Pass, story.Medium, "password idle for less than 45 days"),
		},
	}
	now := story.Run{
		AccountID: "111122223333", ToolVersion: "v1.2.4", AsOf: at("2026-11-27T06:00:00Z"), GeneratedAt: at("2026-11-27T06:00:00Z"), ReportSHA256: "60303ae2", Complete: true, ActiveKeys: 7,
		Findings: []story.Finding{
			root, rootUsed, bob(story.Pass, "2026-11-26T12:00:00Z"), dave(story.Fail), erin(story.Excepted), stays,
			key(finding("Ivan", "key-unrotated", story.Pass, story.Medium, "rotated within 90 days"), 1, "2026-11-26T00:00:00Z", "", ""),
			unknown, keeper, renamed,
			finding("ken", "console-mfa", story.Pass, story.High, "the console user has MFA"),
			finding("ken", "password-stale", story.Pass, story.Medium, "password idle for less than 45 days"),
		},
	}
	s, err := story.Between(old, now)
	if err != nil {
		panic(err)
	}
	return s
}

// quiet is a story in which nothing happened.
func quiet() story.Story {
	run := tale().New
	s, err := story.Between(run, run)
	if err != nil {
		panic(err)
	}
	return s
}

func told(t fataler, format string, s story.Story, o Options) string {
	t.Helper()
	var out bytes.Buffer
	if err := Story(&out, format, s, o); err != nil {
		t.Fatalf("%s: %v", format, err)
	}
	return out.String()
}

func TestWholeStories(t *testing.T) {
	color := options(80)
	color.Color = true
	for _, width := range []int{0, 60, 80, 120} {
		golden(t, fmt.Sprintf("story-table-%d", width), []byte(told(t, "table", tale(), options(width))))
	}
	golden(t, "story-color", []byte(told(t, "table", tale(), color)))
	golden(t, "story-quiet", []byte(told(t, "table", quiet(), options(80))))
	golden(t, "story-json", []byte(told(t, "json", tale(), options(0))))
	golden(t, "story-markdown", []byte(told(t, "markdown", tale(), options(0))))
}

func TestTheTaleHasEveryKind(t *testing.T) {
	for _, kind := range story.Kinds() {
		if tale().Count(kind) == 0 {
			t.Errorf("there is no event of kind %s", kind)
		}
		if kindMeaning(kind) == "" {
			t.Errorf("nobody says what %s means", kind)
		}
	}
}

// Every format tells every event, by its kind and its sentence.
func TestEveryFormatTellsEveryEvent(t *testing.T) {
	s := tale()
	var doc struct {
		Events []struct{ Kind, Sentence string }
	}
	if err := json.Unmarshal([]byte(told(t, "json", s, options(0))), &doc); err != nil {
		t.Fatal(err)
	}
	table, markdown := told(t, "table", s, options(0)), told(t, "markdown", s, options(0))
	if len(doc.Events) != len(s.Events) {
		t.Fatalf("%d of %d events", len(doc.Events), len(s.Events))
	}
	for i, e := range s.Events {
		if doc.Events[i].Kind != string(e.Kind) || doc.Events[i].Sentence != e.String() {
			t.Errorf("json: %v, want %s %s", doc.Events[i], e.Kind, e)
		}
		if !strings.Contains(table, "  "+e.String()+"\n") {
			t.Errorf("the table does not tell: %s", e)
		}
		if !strings.Contains(markdown, " | "+prose(e.Predicate)+" |\n") {
			t.Errorf("markdown does not tell: %s", e)
		}
	}
}

func TestStorySentence(t *testing.T) {
	s := quiet()
	s.New.AsOf = s.Old.AsOf.Add(26*time.Hour + 5*time.Minute)
	if got, want := StorySentence(s), "Nothing happened between 2026-11-27T06:00:00Z and 2026-11-28T08:05:00Z (1d 2h); 4 open findings are as before."; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	s.New.Complete = false
	if got := StorySentence(s); !strings.Contains(got, "nothing that could be looked at") {
		t.Error(got)
	}
}

func TestStoriesInFormatsThereAreNot(t *testing.T) {
	var out bytes.Buffer
	for _, format := range []string{"csv", "wide", "xml"} {
		want := fmt.Sprintf("render: unknown format %q: use table, json or markdown", format)
		if err := Story(&out, format, tale(), options(0)); err == nil || err.Error() != want || out.Len() > 0 {
			t.Errorf("got %v and %q, want %s", err, &out, want)
		}
	}
	full := fullDisk{errors.New("no space left")}
	for _, format := range StoryFormats() {
		if err := Story(full, format, tale(), options(0)); !errors.Is(err, full.error) {
			t.Errorf("%s: got %v", format, err)
		}
	}
}

// soiledStory is a story in which all text that others choose is the given one.
func soiledStory(s string) story.Story {
	dirty := func(run story.Run) story.Run {
		run.IncompleteReasons, run.ToolVersion = []string{s}, s
		run.Findings = slices.Clone(run.Findings)
		for i := range run.Findings {
			f := &run.Findings[i]
			f.Reason, f.LastUsedService, f.LastUsedRegion = s, s, s
			if !strings.HasPrefix(f.User, "<") {
				f.User, f.ARN = f.User+s, f.ARN+s
			}
			if f.KeyID != "" {
				f.KeyID += s
			}
			if f.Exception != nil {
				f.Exception = &story.Exception{For: s, Reason: s, Owner: s, Ticket: s, Expires: f.Exception.Expires}
			}
		}
		return run
	}
	t := tale()
	told, err := story.Between(dirty(t.Old), dirty(t.New))
	if err != nil {
		panic(err)
	}
	return told
}

func TestNoStoryIsMoreThanText(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := nasty().Draw(t, "text")
		width := rapid.SampledFrom([]int{0, 60, 80, 120}).Draw(t, "width")
		o := options(width)
		dirty, benign := soiledStory(s), soiledStory("x")
		for _, format := range []string{"table", "markdown"} {
			for _, r := range told(t, format, dirty, o) {
				if r != '\n' && !unicode.IsPrint(r) || r == unicode.ReplacementChar && !strings.ContainsRune(s, r) {
					t.Fatalf("%s of %q holds %U", format, s, r)
				}
			}
		}
		for line := range strings.Lines(told(t, "table", dirty, o)) {
			if w := text.StringWidth(strings.TrimSuffix(line, "\n")); width > 0 && w > width {
				t.Fatalf("table of %q: %d columns in %d: %q", s, w, width, line)
			}
		}
		rows := func(s string) int { return strings.Count(s, "\n") }
		if s != "" && (rows(told(t, "markdown", dirty, o)) != rows(told(t, "markdown", benign, o))) {
			t.Fatalf("markdown of %q has another shape", s)
		}
		if s != "" {
			if diff := cmp.Diff(shape(told(t, "markdown", benign, o)), shape(told(t, "markdown", dirty, o))); diff != "" {
				t.Fatalf("markdown of %q has another shape:\n%s", s, diff)
			}
		}
	})
}

func TestColourOnlyAddsToAStory(t *testing.T) {
	escapes := regexp.MustCompile("\x1b\\[[0-9;]*m")
	for _, format := range StoryFormats() {
		o := options(80)
		want := told(t, format, tale(), o)
		o.Color = true
		got := told(t, format, tale(), o)
		if (format == "table") != (got != want) || escapes.ReplaceAllString(got, "") != want {
			t.Errorf("%s: colour changes what is said", format)
		}
	}
}
