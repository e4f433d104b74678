package render

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"github.com/jedib0t/go-pretty/v6/text"

	"keywatch/internal/audit"
	"keywatch/internal/watch"
)

// planTable writes the head, what happens Region by Region, the Regions that
// are not covered, and the sums. Regions in which the same happens share a
// block, and all in which nothing does share a line; the wide table leaves
// every Region to itself and names the watched keys.
func planTable(out *bytes.Buffer, r audit.Result, o Options, wide bool) {
	p := page{out, o.Width, o.Color}
	accountHead(p, r, o)
	if wide {
		p.para("Watched     ", bold, orNone(strings.Join(slices.Concat(r.Plan.WatchedKeys, r.Plan.WatchedIdentities), " ")))
	}
	incompleteHead(p, r.IncompleteReasons())
	var quiet block
	for _, b := range blocksOf(r.Plan.Regions, wide) {
		if !wide && b.quiet() {
			quiet = b
			continue
		}
		p.gap()
		p.block(b)
	}
	if len(quiet) > 0 {
		p.gap()
		p.para("", plain, fmt.Sprintf("Nothing to do in %s (%s unchanged): %s",
			count(len(quiet), "Region"), count(quiet.unchanged(), "rule"), strings.Join(quiet.rooms(), ", ")))
	}
	if len(r.Plan.Uncovered) > 0 {
		p.gap()
		p.para("NOT COVERED ", alarmed, strings.Join(r.Plan.Uncovered, ", ")+": a key used there may raise no alert")
	}
	if len(r.Plan.Skipped) > 0 {
		p.gap()
		p.para("SKIPPED     ", bold, strings.Join(r.Plan.Skipped, ", ")+": "+skippedMeaning)
	}
	p.gap()
	p.para("", plain, PlanSentence(r))
}

const skippedMeaning = "this run was not to look there (--regions)"

// block is Regions in which the same happens.
type block []watch.RegionPlan

// blocksOf puts Regions together whose changes, foreign rules and errors are
// the same, in the order of the first of each: with all Regions watched, most
// plans are one list of changes, and an odd Region stands out. Where they are
// to be apart, every Region is a block.
func blocksOf(regions []watch.RegionPlan, apart bool) []block {
	var blocks []block
	place := map[string]int{}
	for _, region := range regions {
		same := toldOf(region)
		at, ok := place[same]
		if apart || !ok {
			at = len(blocks)
			place[same] = at
			blocks = append(blocks, nil)
		}
		blocks[at] = append(blocks[at], region)
	}
	return blocks
}

// toldOf is all that a block tells of a Region but its numbers.
func toldOf(region watch.RegionPlan) string {
	var s strings.Builder
	fmt.Fprintf(&s, "%q %q", region.Error, region.Foreign)
	for _, c := range region.Changes {
		fmt.Fprintf(&s, " %q %q %q %q %q %q %q", c.Action, c.Rule, c.KeysAdded, c.KeysRemoved, c.Why, c.Status, c.Error)
	}
	return s.String()
}

// quiet tells that there is nothing to say of the block's Regions.
func (b block) quiet() bool {
	return len(b[0].Changes) == 0 && len(b[0].Foreign) == 0 && b[0].Error == ""
}

// rooms says of each Region how full its bus is.
func (b block) rooms() []string {
	var rooms []string
	for _, region := range b {
		rooms = append(rooms, fmt.Sprintf("%s (%d of %d used)", region.Region, region.RulesUsed, region.RulesQuota))
	}
	return rooms
}

func (b block) unchanged() int {
	n := 0
	for _, region := range b {
		n += region.Unchanged
	}
	return n
}

func (b block) names() []string {
	var names []string
	for _, region := range b {
		names = append(names, region.Region)
	}
	return names
}

// block writes a line for each Region and what happens in all of them.
func (p page) block(b block) {
	widest := 0
	for _, name := range b.names() {
		widest = max(widest, text.StringWidth(clean(name)))
	}
	for _, region := range b {
		name := clean(region.Region)
		name += strings.Repeat(" ", widest-text.StringWidth(name)+gutter)
		p.para(name, bold, room(region))
	}
	if err := b[0].Error; err != "" {
		p.para("  ! ERROR   ", alarmed, err)
	}
	for _, change := range b[0].Changes {
		p.change(change)
	}
	for _, rule := range b[0].Foreign {
		p.para("  . foreign ", plain, rule+"  not ours, left alone")
	}
}

// room says how full the Region's bus is, and how full the planned changes
// will make it.
func room(region watch.RegionPlan) string {
	if region.RulesQuota == 0 {
		return "not looked at"
	}
	s := fmt.Sprintf("%d of %d rules used", region.RulesUsed, region.RulesQuota)
	if after := rulesAfter(region); after != region.RulesUsed {
		s += fmt.Sprintf(", %d after", after)
	}
	return s + fmt.Sprintf("; %d unchanged", region.Unchanged)
}

// rulesAfter counts the rules once the planned changes are made.
func rulesAfter(region watch.RegionPlan) int {
	after := region.RulesUsed
	for _, change := range region.Changes {
		switch {
		case change.Status != watch.Planned:
		case change.Action == watch.Create:
			after++
		case change.Action == watch.Retire:
			after--
		}
	}
	return after
}

// change writes the rule and its keys, what went wrong, and the reasons.
func (p page) change(c watch.Change) {
	const beside = "            "
	wrong := c.Status == watch.Failed || c.Status == watch.Held
	mark, style := "?", plain
	switch c.Action {
	case watch.Create:
		mark, style = "+", green
	case watch.Update:
		mark, style = "~", yellow
	case watch.Retire:
		mark, style = "-", red
	}
	if wrong {
		style = alarmed
	}
	p.para(fmt.Sprintf("  %s %-8s", mark, verb(c)), style, c.Rule+"  "+strings.Join(keysOf(c), " "))
	if wrong {
		p.para(fmt.Sprintf("  ! %-8s", strings.ToUpper(string(c.Status))), alarmed, c.Error)
	}
	for _, why := range c.Why {
		p.para(beside, plain, why)
	}
}

// verb is the action, in the past tense where it is done.
func verb(c watch.Change) string {
	if c.Status == watch.Done {
		return string(c.Action) + "d"
	}
	return string(c.Action)
}

// keysOf names the keys of a change. Signs are left out where the action says
// the same.
func keysOf(c watch.Change) []string {
	added, removed := "+", "-"
	switch {
	case c.Action == watch.Create && len(c.KeysRemoved) == 0:
		added = ""
	case c.Action == watch.Retire && len(c.KeysAdded) == 0:
		removed = ""
	}
	var keys []string
	for _, key := range c.KeysAdded {
		keys = append(keys, added+key)
	}
	for _, key := range c.KeysRemoved {
		keys = append(keys, removed+key)
	}
	return keys
}
