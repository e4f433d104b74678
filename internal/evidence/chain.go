package evidence

import (
	"fmt"
	"strings"
	"time"
)

// chain checks how the bundles of an account, sorted by name, follow each other.
// What a manifest says that was changed itself is not believed, and bundles before
// since are not expected.
func chain(account string, bundles []checked, since time.Time) []Remark {
	var remarks []Remark
	byName := map[string]checked{}
	for _, b := range bundles {
		byName[b.bundle] = b
	}
	followers := map[Link][]checked{}
	for _, b := range bundles {
		if !b.sound {
			continue
		}
		previous := b.manifest.Previous
		followers[previous] = append(followers[previous], b)
		if at, _ := bundleTime(previous.Bundle); previous != (Link{}) && !at.Before(since) {
			remarks = append(remarks, checkLink(account, b, byName)...)
		}
	}
	for _, b := range bundles {
		if siblings := followers[b.manifest.Previous]; b.sound && len(siblings) > 1 && siblings[0].bundle == b.bundle {
			remarks = append(remarks, fork(account, siblings))
		}
	}
	return remarks
}

// checkLink checks that the bundle which b follows is there and is still the one
// that b followed.
func checkLink(account string, b checked, byName map[string]checked) []Remark {
	link := b.manifest.Previous
	r := Remark{AccountID: account, Bundle: link.Bundle, Others: []string{b.bundle}}
	before, there := byName[link.Bundle]
	switch {
	case !there:
		r.Kind, r.Text = Missing, "is missing: "+b.bundle+" follows it"
	case before.unread:
		return nil
	case before.sum == "":
		r.Kind, r.File, r.Text = Missing, ManifestFile, "is missing: the bundle was finished, "+b.bundle+" follows it"
	case before.sum == link.ManifestSHA256:
		if link.Bundle < b.bundle {
			return nil
		}
		r.Kind, r.Bundle, r.Others = Clock, b.bundle, []string{link.Bundle}
		r.Text = "follows " + link.Bundle + ", which is later by its name: a clock was wrong"
	case before.is(link):
		return nil // its layout alone was changed, and that is said
	default:
		r.Kind, r.File, r.Text = Changed, ManifestFile, "is not the one that "+b.bundle+" follows: it was changed later, or put in its place"
	}
	return []Remark{r}
}

// sameTime is how far apart the ends of runs are that did not see each other: as
// long as writing a bundle takes, with patience for a slow store.
const sameTime = 10 * time.Minute

// fork says that bundles follow the same one, which is what runs at the same time
// leave. Others are a problem: one of them may have been added later.
func fork(account string, siblings []checked) Remark {
	last := siblings[len(siblings)-1]
	r := Remark{Kind: Fork, AccountID: account, Bundle: last.bundle}
	for _, b := range siblings[:len(siblings)-1] {
		r.Others = append(r.Others, b.bundle)
	}
	what := "follow " + last.manifest.Previous.Bundle
	if last.manifest.Previous == (Link{}) {
		what = "are the first of a chain"
	}
	apart := last.manifest.FinishedAt.Sub(siblings[0].manifest.FinishedAt)
	why := "runs at the same time leave that"
	if apart > sameTime {
		r.Kind = Inserted
		why = "these are no runs at the same time, so archives were merged, a clock was wrong, or somebody added a bundle"
	}
	r.Text = fmt.Sprintf("and %s all %s, finished within %s: %s", strings.Join(r.Others, ", "), what, apart, why)
	if len(siblings) == 2 {
		r.Text = fmt.Sprintf("and %s both %s, finished %s apart: %s", r.Others[0], what, apart, why)
	}
	return r
}

// vouch checks that everything is proved: by a signature of its own, or by one of
// a bundle that follows it, directly or not. So a chain may begin unsigned.
func vouch(account string, bundles []checked) []Remark {
	byName, vouched := map[string]checked{}, map[string]bool{}
	for _, b := range bundles {
		byName[b.bundle] = b
	}
	for _, b := range bundles {
		if b.signed != proved {
			continue
		}
		for b.sound && !vouched[b.bundle] {
			vouched[b.bundle] = true
			if before := byName[b.manifest.Previous.Bundle]; before.is(b.manifest.Previous) {
				b = before
			}
		}
	}
	var remarks []Remark
	for _, b := range bundles {
		if b.signed == unsigned && !vouched[b.bundle] {
			remarks = append(remarks, Remark{Kind: Signature, AccountID: account, Bundle: b.bundle,
				Text: "is not signed, and no signed bundle follows it that would vouch for it"})
		}
	}
	return remarks
}

// known checks that a bundle that somebody has a note of is there as it was.
func known(account string, bundles []checked, link Link) []Remark {
	r := Remark{AccountID: account, Bundle: link.Bundle, Kind: Missing, Text: "is missing: there is a note of it"}
	for _, b := range bundles {
		switch {
		case b.bundle != link.Bundle:
		case b.is(link):
			return nil
		default:
			r.Kind, r.File, r.Text = Changed, ManifestFile, "is not the one that there is a note of"
		}
	}
	return []Remark{r}
}
