package watch

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// A rule's Description is our only memory. ListRules returns it, and PutRule
// writes it in one piece with the pattern. It reads
//
//	keywatch/1 OWNER MEMORY USER: alert when KEY is used (REASONS)
//	keywatch/1 OWNER MEMORY any of N keys (SUM)
//
// where MEMORY has ten characters per key, sorted by key as in our patterns: the
// day since when the key is idle (3, base 36, days since 1970), the reasons (1)
// and the fingerprint of its slot (6). KEY or SUM tie the memory to the keys of
// the pattern. Nothing in it changes with time alone.
const mark = "keywatch/1"

const (
	blockLen       = 10
	noDay          = "---"
	noFingerprint  = "------"
	noMemory       = "-" // of rules that are not for keys
	descriptionMax = 512 // EventBridge API reference, PutRule
)

// Memory is what a rule remembers of a key.
type Memory struct {
	// Key is empty where the rule's pattern was spoiled and nothing else says
	// which key a fingerprint belongs to.
	Key         string
	User        string // empty where the Description does not say
	Reasons     Reason
	IdleSince   time.Time // UTC midnight, zero where none
	Fingerprint string    // empty where none
}

// better tells that m knows more than old.
func (m Memory) better(old Memory) bool {
	full := func(m Memory) int {
		n := 0
		if m.Reasons != 0 {
			n++
		}
		if m.Fingerprint != "" {
			n++
		}
		return n
	}
	return full(m) > full(old)
}

// describe writes the Description of a rule for keys, one or several, sorted.
func describe(owner string, watches ...Watch) string {
	var b strings.Builder
	b.WriteString(mark + " " + owner + " ")
	keys := make([]string, 0, len(watches))
	for _, w := range watches {
		b.WriteString(block(w))
		keys = append(keys, w.Key)
	}
	if len(watches) == 1 {
		w := watches[0]
		b.WriteString(" " + printable(w.User) + sentence(w.Key) + " (" + reasonText(w.Reasons) + ")")
	} else {
		b.WriteString(" " + sum(keys))
	}
	return cut(b.String())
}

// describeOther writes the Description of a rule that is not for keys.
func describeOther(owner string, c content) string {
	text := mark + " " + owner + " " + noMemory
	switch c.kind {
	case activityRule:
		text += ": alert on any activity of the root user"
	case sessionRule:
		text += ": alert when temporary credentials are used of " + names(c.subjects)
	case identityRule:
		text += ": alert on any activity of " + names(c.subjects)
	}
	return cut(text)
}

func cut(text string) string { return text[:min(len(text), descriptionMax)] }

// sentence follows the user's name. It also ties the memory to its key.
func sentence(key string) string { return ": alert when " + what(key) + " is used" }

func what(key string) string {
	if key == RootKey {
		return "an access key of the root user"
	}
	return key
}

// sum ties the memory to several keys, given in order.
func sum(keys []string) string {
	hash := sha256.Sum256([]byte(strings.Join(keys, " ")))
	const size = 36 * 36 * 36 * 36 * 36 * 36
	digits := strconv.FormatUint(binary.BigEndian.Uint64(hash[:8])%size, 36)
	return fmt.Sprintf("any of %d keys (%s)", len(keys), strings.Repeat("0", 6-len(digits))+digits)
}

func block(w Watch) string {
	day, print := noDay, w.Fingerprint
	if !w.IdleSince.IsZero() {
		day = encodeDay(w.IdleSince)
	}
	if print == "" {
		print = noFingerprint
	}
	return day + strconv.FormatUint(uint64(w.Reasons), 36) + print
}

// ours tells whether a Description carries our mark for this owner.
func ours(description, owner string) bool {
	return strings.HasPrefix(description, mark+" "+owner+" ")
}

// sibling tells that a rule is kept by another owner's keywatch.
func (p Policy) sibling(name, description string) bool {
	fields := strings.SplitN(description, " ", 3)
	return len(fields) == 3 && fields[0] == mark && fields[1] != p.Owner && strings.HasPrefix(name, p.NamePrefix+"-"+fields[1]+"-")
}

// printable keeps a Description readable, in ASCII and in words. IAM's names
// need no change (letters, digits and +=,.@_-).
func printable(name string) string {
	return strings.Map(func(r rune) rune {
		if r <= ' ' || r > '~' {
			return '?'
		}
		return r
	}, name)
}

func names(subjects []string) string {
	all := make([]string, 0, len(subjects))
	for _, s := range subjects {
		all = append(all, printable(s))
	}
	return strings.Join(all, ", ")
}
