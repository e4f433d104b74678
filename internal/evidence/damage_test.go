package evidence

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// What is taken away, added or swapped is named. The archive has four bundles,
// #0 to #3, of which the first two are not signed.
func TestDamageIsNamed(t *testing.T) {
	signer := newSigner(t)
	original := newMemory()
	links := archive(t, original, 2, nil)
	for i := 2; i < 4; i++ {
		links = append(links, must(Write(t.Context(), original, sampleRun(i), signer))(t))
	}
	swap := func(m *memory, a, b string) { m.files[a], m.files[b] = m.files[b], m.files[a] }
	move := func(m *memory, from, to string) {
		for name, data := range m.copy().files {
			if rest, found := strings.CutPrefix(name, from+"/"); found {
				delete(m.files, name)
				m.files[to+"/"+rest] = data
			}
		}
	}
	duplicate := func(m *memory, from, to string) {
		for name, data := range m.copy().files {
			if rest, found := strings.CutPrefix(name, from+"/"); found {
				m.files[to+"/"+rest] = data
			}
		}
	}
	dir := func(i int) string { return account + "/" + links[i].Bundle }
	remove := func(m *memory, i int) { move(m, dir(i), "elsewhere") }
	for _, tc := range []struct {
		name            string
		damage          func(m *memory)
		problems, notes []string
	}{
		{"nothing", func(*memory) {}, nil, nil},
		{"a file taken away", func(m *memory) { delete(m.files, in(links[1], PlanFile)) },
			[]string{"missing: #1/plan.json is missing"}, nil},
		{"an empty file taken away", func(m *memory) { delete(m.files, in(links[1], RunFile)) },
			[]string{"missing: #1/run.json is missing"}, nil},
		{"a file added", func(m *memory) { m.files[in(links[1], "notes.txt")] = nil },
			[]string{"unknown: #1/notes.txt is not named by the manifest: somebody added it"}, nil},
		{"a folder added in a bundle", func(m *memory) { m.files[in(links[1], "sub/notes.txt")] = nil },
			[]string{"unknown: #1/sub/notes.txt is not named by the manifest: somebody added it"}, nil},
		{"a file added beside the bundles", func(m *memory) { m.files[account+"/\x1b[2Jnotes.txt"] = nil },
			[]string{"unknown: \ufffd[2Jnotes.txt is in no bundle: somebody added it"}, nil},
		{"two files swapped", func(m *memory) { swap(m, in(links[1], ReportFile), in(links[1], PlanFile)) },
			[]string{"changed: #1/plan.json was changed: it holds what is recorded of report.csv", "changed: #1/report.csv was changed: it holds what is recorded of plan.json"}, nil},
		{"a file of another bundle", func(m *memory) { m.files[in(links[1], ReportFile)] = m.files[in(links[2], ReportFile)] },
			[]string{"changed: #1/report.csv was changed: lines 2 to 13 are not the recorded ones; the first difference is within offsets 55 to 128"}, nil},
		{"the manifest taken away", func(m *memory) { delete(m.files, in(links[1], ManifestFile)) },
			[]string{"missing: #1/manifest.json is missing: the bundle was finished, #2 follows it"},
			[]string{"unfinished: #1 is unfinished: there is no manifest.json, only findings.json, plan.json, report.csv, run.json, settings.yaml"}},
		{"the newest manifest taken away", func(m *memory) { delete(m.files, in(links[3], ManifestFile)) }, nil,
			[]string{"unfinished: #3 is unfinished: there is no manifest.json, only findings.json, manifest.json.minisig, plan.json, report.csv, run.json, settings.yaml"}},
		{"a signature taken away", func(m *memory) { delete(m.files, in(links[2], SignatureFile)) },
			[]string{"missing: #2/manifest.json.minisig is missing: the manifest says that key " + signer.KeyID() + " signed it"}, nil},
		{"a signature added", func(m *memory) { m.files[in(links[1], SignatureFile)] = m.files[in(links[2], SignatureFile)] },
			[]string{"unknown: #1/manifest.json.minisig is not named by the manifest: somebody added it"}, nil},
		{"another bundle's signature", func(m *memory) { m.files[in(links[2], SignatureFile)] = m.files[in(links[3], SignatureFile)] },
			[]string{"signature: #2/manifest.json.minisig was changed: its comments or its form are not those it was written with"}, nil},
		{"the first bundle taken away", func(m *memory) { remove(m, 0) }, []string{"missing: #0 is missing: #1 follows it"}, nil},
		{"a bundle taken away", func(m *memory) { remove(m, 1) }, []string{"missing: #1 is missing: #2 follows it"}, nil},
		{"two bundles swapped", func(m *memory) { move(m, dir(1), "x"); move(m, dir(2), dir(1)); move(m, "x", dir(2)) },
			[]string{"misplaced: #1 holds another bundle: #2", "misplaced: #2 holds another bundle: #1",
				"changed: #2/manifest.json is not the one that #3 follows: it was changed later, or put in its place"}, nil},
		{"a bundle twice", func(m *memory) { duplicate(m, dir(1), account+"/2026-11-22T10-30-00Z-00000000") },
			[]string{"misplaced: 2026-11-22T10-30-00Z-00000000 holds another bundle: #1"}, nil},
		{"the manifests of two bundles swapped", func(m *memory) { swap(m, in(links[0], ManifestFile), in(links[1], ManifestFile)) },
			[]string{
				"misplaced: #0 holds another bundle: #1",
				"changed: #0/findings.json was changed: lines 5 to 60 are not the recorded ones; the first difference is within offsets 57 to 76",
				"changed: #0/report.csv was changed: lines 2 to 13 are not the recorded ones; the first difference is within offsets 55 to 128",
				"misplaced: #1 holds another bundle: #0",
				"changed: #1/findings.json was changed: lines 5 to 60 are not the recorded ones; the first difference is within offsets 57 to 76",
				"changed: #1/report.csv was changed: lines 2 to 13 are not the recorded ones; the first difference is within offsets 55 to 128",
				"changed: #1/manifest.json is not the one that #2 follows: it was changed later, or put in its place",
			}, nil},
		{"a manifest laid out anew", func(m *memory) {
			var b bytes.Buffer
			if err := json.Indent(&b, m.files[in(links[2], ManifestFile)], "", "\t"); err != nil {
				t.Fatal(err)
			}
			m.files[in(links[2], ManifestFile)] = b.Bytes()
		}, []string{"changed: #2/manifest.json was changed in its layout alone, first at offset 2, line 2, column 1; what it says is what was written"}, nil},
		{"a manifest cut off", func(m *memory) { m.files[in(links[3], ManifestFile)] = m.files[in(links[3], ManifestFile)][:100] },
			[]string{"changed: #3/manifest.json was changed, at offset 99, line 4, column 17 or before: unexpected end of JSON input; the files cannot be checked without it"}, nil},
		{"a record in a manifest", func(m *memory) { replace(m, in(links[3], ManifestFile), `"each": 1,`, `"each": 2,`) },
			[]string{"changed: #3/manifest.json was changed, first at offset 1235, line 44, column 15; the files are those that were written"}, nil},
		{"a fact in a manifest", func(m *memory) { replace(m, in(links[3], ManifestFile), "v1.2.3", "v1.2.4") },
			[]string{"changed: #3/manifest.json was changed: what it says does not fit the bundle's name"}, nil},
		{"a manifest of the future", func(m *memory) {
			replace(m, in(links[3], ManifestFile), "evidence/v1", "evidence/v2")
			replace(m, in(links[3], ManifestFile), "v1.2.3", "v2.0.0")
		},
			[]string{`unread: #3/manifest.json could not be read: its schema is "keywatch/evidence/v2" and this keywatch reads "keywatch/evidence/v1": use the version that wrote it; the files cannot be checked without it`}, nil},
	} {
		t.Run(tc.name, func(t *testing.T) {
			m := original.copy()
			tc.damage(m)
			report := verify(t, m, VerifyOptions{AccountID: account, PublicKeys: []PublicKey{signer.PublicKey()}})
			problems := lines(report.Problems, links)
			if i := len(problems) - 1; tc.name != "nothing" && i >= 0 && strings.Contains(problems[i], "no signed bundle follows") {
				problems = problems[:i] // tested in TestUnsignedBundles
			}
			if diff := cmp.Diff(append([]string{}, tc.problems...), problems); diff != "" {
				t.Error(diff)
			}
			if diff := cmp.Diff(append([]string{}, tc.notes...), lines(report.Notes, links)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// Behind the newest bundle the archive alone cannot look; a note, or a second
// copy, can.
func TestTheEndTakenAwayIsNamedByWhoKnowsIt(t *testing.T) {
	store := newMemory()
	links := archive(t, store, 3, nil)
	second := store.copy()
	for name := range second.files {
		if strings.Contains(name, links[2].Bundle) {
			delete(store.files, name)
		}
	}
	if report := verify(t, store, VerifyOptions{}); !report.Sound() || report.Newest[account] != links[1] {
		t.Errorf("%+v", report)
	}
	for name, tc := range map[string]struct {
		o    VerifyOptions
		want string
	}{
		"a note":        {VerifyOptions{Known: links[2], AccountID: account}, "missing: #2 is missing: there is a note of it"},
		"a second copy": {VerifyOptions{Against: second}, "copies: #2 is in the second copy and not here"},
		"another note":  {VerifyOptions{Known: Link{links[1].Bundle, links[0].ManifestSHA256}, AccountID: account}, "changed: #1/manifest.json is not the one that there is a note of"},
	} {
		if diff := cmp.Diff([]string{tc.want}, lines(verify(t, store, tc.o).Problems, links)); diff != "" {
			t.Error(name, diff)
		}
	}
}

// A rule of the archive's, such as S3's lifecycle, may take old bundles away.
func TestOldBundlesAreNotExpectedForever(t *testing.T) {
	store := newMemory()
	links := archive(t, store, 4, nil)
	second := store.copy()
	for name := range second.files {
		if strings.Contains(name, links[0].Bundle) || strings.Contains(name, links[1].Bundle) {
			delete(store.files, name)
		}
	}
	if diff := cmp.Diff([]string{"missing: #1 is missing: #2 follows it"}, lines(verify(t, store, VerifyOptions{}).Problems, links)); diff != "" {
		t.Error(diff)
	}
	since := VerifyOptions{Since: start.Add(90 * time.Minute), Against: second, Known: links[2], AccountID: account}
	if report := verify(t, store, since); !report.Sound() || report.Bundles != 2 || len(report.Notes) != 0 {
		t.Errorf("%+v", report)
	}
}

func TestForksThatAreNone(t *testing.T) {
	store := newMemory()
	links := archive(t, store, 2, nil)
	add := func(i int, previous Link) {
		m := must(newManifest(sampleRun(i), previous, ""))(t)
		for _, f := range m.Files {
			store.files[fileName(account, m.Bundle, f.Name)] = sampleRun(i).Files[f.Name]
		}
		store.files[fileName(account, m.Bundle, ManifestFile)] = m.encode()
		links = append(links, Link{m.Bundle, hash(m.encode())})
	}
	add(30, links[0])
	add(31, links[0])
	add(32, Link{})
	add(-1, links[0])
	report := verify(t, store, VerifyOptions{})
	if report.Sound() {
		t.Error("bundles that were added later are sound")
	}
	want := []string{
		"clock: #5 follows #0, which is later by its name: a clock was wrong",
		"inserted: #3 and #5, #1, #2 all follow #0, finished within 32h0m0s: these are no runs at the same time, so archives were merged, a clock was wrong, or somebody added a bundle",
		"inserted: #4 and #0 both are the first of a chain, finished 32h0m0s apart: these are no runs at the same time, so archives were merged, a clock was wrong, or somebody added a bundle",
	}
	if diff := cmp.Diff(want, append(lines(report.Notes, links), lines(report.Problems, links)...)); diff != "" {
		t.Error(diff, report.Problems)
	}
}

func TestSecondCopies(t *testing.T) {
	here := newMemory()
	links := archive(t, here, 3, newSigner(t))
	there := here.copy()
	replace(here, in(links[0], ReportFile), "ü-05", "ü-50")
	replace(there, in(links[1], ReportFile), "ü-05", "ü-50")
	replace(here, in(links[1], FindingsFile), "ü-05", "ü-50")
	replace(there, in(links[1], FindingsFile), "ü-06", "ü-60")
	delete(here.files, in(links[1], PlanFile))
	delete(there.files, in(links[1], SettingsFile))
	delete(here.files, in(links[2], ManifestFile))
	last := must(Write(t.Context(), here, sampleRun(5), nil))(t)
	links = append(links, last)
	replace(there, in(links[0], SignatureFile), "untrusted", "Untrusted")
	report := verify(t, here, VerifyOptions{Against: there})
	want := []string{
		"changed: #0/report.csv was changed, first at offset 428, line 7, column 3; the second copy is as recorded",
		"copies: #0/manifest.json.minisig and the second copy differ, first at offset 0, line 1, column 1",
		"changed: #1/findings.json was changed: line 29 is not the recorded one (offsets 436 to 456)",
		"missing: #1/plan.json is missing; the second copy has it as recorded",
		"copies: #1/findings.json and the second copy differ first at offset 452, line 29, column 16, and neither is as recorded",
		"copies: #1/report.csv is as recorded and the second copy is not: they differ first at offset 428, line 7, column 3",
		"copies: #2/manifest.json is in the second copy and not here",
	}
	if diff := cmp.Diff(want, lines(report.Problems, links)); diff != "" {
		t.Error(diff)
	}
	notes := []string{
		"uncopied: #3 is not in the second copy",
		"uncopied: #1/settings.yaml is not in the second copy",
		"unfinished: #2 is unfinished: there is no manifest.json, only findings.json, manifest.json.minisig, plan.json, report.csv, run.json, settings.yaml",
		"fork: #3 and #2 both follow #1, finished 3h0m0s apart",
	}
	if diff := cmp.Diff(notes[:3], lines(report.Notes, links)); diff != "" {
		t.Error(diff)
	}
}

func TestWhatCannotBeReadIsSaid(t *testing.T) {
	store := newMemory()
	links := archive(t, store, 12, nil)
	denied := errors.New("denied")
	unreadable := map[string]bool{in(links[1], ReportFile): true, in(links[2], ManifestFile): true}
	store.before = func(_, name string) error {
		if unreadable[name] {
			return denied
		}
		return nil
	}
	report := verify(t, store, VerifyOptions{})
	want := []string{"unread: #1/report.csv could not be read: denied", "unread: #2/manifest.json could not be read: denied"}
	if diff := cmp.Diff(want, lines(report.Problems, links)); diff != "" || report.Bundles != 12 {
		t.Error(report.Bundles, diff)
	}
	for name := range store.files {
		unreadable[name] = strings.HasSuffix(name, ".csv") || strings.HasSuffix(name, ".yaml")
	}
	if _, err := Verify(t.Context(), store, VerifyOptions{}); !errors.Is(err, denied) || !strings.Contains(err.Error(), "given up") {
		t.Error(err)
	}
	store.before = func(op, _ string) error { return map[string]error{"list": denied}[op] }
	if _, err := Verify(t.Context(), store, VerifyOptions{}); !errors.Is(err, denied) {
		t.Error(err)
	}
}

func TestVerifyingWhatIsNotThere(t *testing.T) {
	store := newMemory()
	links := archive(t, store, 2, nil)
	other := "999988887777"
	for _, tc := range []struct {
		store Store
		o     VerifyOptions
		want  string
	}{
		{newMemory(), VerifyOptions{}, "there is no bundle in memory: "},
		{NewFolder("/nonexistent/evidence"), VerifyOptions{}, "there is no bundle in /nonexistent/evidence: "},
		{store, VerifyOptions{AccountID: other}, "there is no bundle in memory/999988887777: "},
		{store, VerifyOptions{AccountID: "x"}, `account ID "x" is not 12 digits`},
		{store, VerifyOptions{AccountID: account, Bundle: "2026-11-22T09-00-00Z-00000000"}, "there is no bundle in memory/111122223333/2026-11-22T09-00-00Z-00000000: "},
		{store, VerifyOptions{AccountID: account, Bundle: "latest"}, `"latest" is no bundle's name`},
		{store, VerifyOptions{Bundle: links[0].Bundle}, "a bundle needs its account ID"},
		{store, VerifyOptions{AccountID: account, Bundle: links[0].Bundle, Known: links[1]}, "is to be found and is not among the bundles to look at"},
		{store, VerifyOptions{AccountID: account, Known: links[0], Since: start.Add(time.Hour)}, "is to be found and is not among the bundles to look at"},
		{store, VerifyOptions{Since: start.Add(3 * time.Hour)}, "there is no bundle in memory: "},
	} {
		if _, err := Verify(t.Context(), tc.store, tc.o); err == nil || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("%v does not say %q", err, tc.want)
		}
	}
}

func TestAccountsHaveChainsOfTheirOwn(t *testing.T) {
	store := newMemory()
	archive(t, store, 2, nil)
	other := sampleRun(1)
	other.AccountID = "999988887777"
	link := must(Write(t.Context(), store, other, nil))(t)
	store.files["README"], store.files["logs/x"] = nil, nil // not ours
	if b, found, err := Latest(t.Context(), store, other.AccountID); err != nil || !found || b.Previous != (Link{}) || b.Link() != link {
		t.Error(b, found, err)
	}
	report := verify(t, store, VerifyOptions{})
	if !report.Sound() || report.Bundles != 3 || len(report.Newest) != 2 || len(report.Notes) != 0 {
		t.Errorf("%+v", report)
	}
	// One account's bundle among another one's.
	for name, data := range store.copy().files {
		if rest, found := strings.CutPrefix(name, other.AccountID+"/"); found {
			store.files[account+"/"+rest] = data
		}
	}
	report = verify(t, store, VerifyOptions{AccountID: account})
	if got := lines(report.Problems, nil); len(got) != 1 || !strings.HasPrefix(got[0], "misplaced: "+link.Bundle+" holds another bundle: 999988887777/") {
		t.Errorf("%q", got)
	}
}

func TestRunsThatCannotBe(t *testing.T) {
	for name, change := range map[string]func(*Run){
		"no account":        func(r *Run) { r.AccountID = "" },
		"no files":          func(r *Run) { r.Files = nil },
		"a file's name":     func(r *Run) { r.Files["../x"] = nil },
		"the archive's own": func(r *Run) { r.Files[ManifestFile] = nil },
		"no time":           func(r *Run) { r.Started = time.Time{} },
		"time backwards":    func(r *Run) { r.Finished = r.Started.Add(-time.Second) },
		"an endless run":    func(r *Run) { r.Finished = time.Date(12345, 1, 1, 0, 0, 0, 0, time.UTC) },
	} {
		store, run := newMemory(), sampleRun(0)
		change(&run)
		if _, err := Write(t.Context(), store, run, nil); err == nil || len(store.files) != 0 {
			t.Errorf("%s: %v, %d files", name, err, len(store.files))
		}
	}
}

func verify(t testing.TB, store Store, o VerifyOptions) Report {
	t.Helper()
	report := must(Verify(t.Context(), store, o))(t)
	agrees(t, report)
	return report
}

// lines are remarks as text, with the bundles' names replaced by their place in
// links: #0 is the oldest.
func lines(remarks []Remark, links []Link) []string {
	text := []string{}
	for _, r := range remarks {
		line := string(r.Kind) + ": " + r.String()
		for i, link := range links {
			line = strings.ReplaceAll(line, link.Bundle, fmt.Sprintf("#%d", i))
		}
		text = append(text, strings.ReplaceAll(line, account+"/", ""))
	}
	return text
}
