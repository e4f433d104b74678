package watch

import (
	"strconv"
	"strings"
	"time"
)

// A rule's Description is our only memory. ListRules returns it, and PutRule
// writes it in one piece with the pattern. It reads
//
//	keywatch/1 OWNER MEMORY USER: alert when KEY is used (REASONS)
//
// where MEMORY has ten characters per key, in the pattern's order: the day
// since when the key is idle (3, base 36, days since 1970), the reasons (1) and
// the fingerprint of its slot (6). Nothing in it changes with time alone.
const mark = "keywatch/1"

const (
	blockLen       = 10
	noDay          = "---"
	noFingerprint  = "------"
	descriptionMax = 512 // EventBridge API reference, PutRule
)

// Memory is what a rule remembers of a key.
type Memory struct {
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

// describe writes the Description of a rule that carries one watch.
func describe(owner string, w Watch) string {
	text := mark + " " + owner + " " + block(w) + " " + printable(w.User) + sentence(w.Key) + " (" + reasonText(w.Reasons) + ")"
	return text[:min(len(text), descriptionMax)]
}

// sentence follows the user's name. It also ties the memory to its key.
func sentence(key string) string { return ": alert when " + what(key) + " is used" }

func what(key string) string {
	if key == RootKey {
		return "an access key of the root user"
	}
	return key
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

// recall reads what a Description remembers of the pattern's keys. Damaged
// memory is no memory, and so is one that speaks of another key than the
// pattern, which somebody then changed: the keys are known by ID alone.
func recall(description string, keys []string) []Memory {
	memories := make([]Memory, len(keys))
	for i, key := range keys {
		memories[i].Key = key
	}
	fields := strings.SplitN(description, " ", 4) // mark, owner, blocks, text
	if len(fields) < 4 || len(fields[2]) != blockLen*len(keys) {
		return memories
	}
	user := ""
	if len(keys) == 1 {
		var tied bool
		if user, _, tied = strings.Cut(fields[3], sentence(keys[0])); !tied {
			return memories
		}
	}
	for i, key := range keys {
		if m, ok := readBlock(fields[2][i*blockLen : (i+1)*blockLen]); ok {
			m.Key, m.User = key, user
			memories[i] = m
		}
	}
	return memories
}

// recallLost remembers the key that a rule was made for and its pattern does not
// name any more: the one in the Description's text, else the one in the name.
func (p Policy) recallLost(name, description string) []Memory {
	_, text, _ := strings.Cut(description, ": alert when ")
	key, _, _ := strings.Cut(text, " is used")
	if key == what(RootKey) {
		key = RootKey
	}
	if key == "" {
		key = strings.TrimPrefix(withoutNumber(name), p.namePrefix())
	}
	if key != RootKey && !keyID.MatchString(key) {
		return nil
	}
	return recall(description, []string{key})
}

// readBlock reads a key's ten characters.
func readBlock(text string) (m Memory, ok bool) {
	day, flags, print := text[:len(noDay)], text[len(noDay):len(noDay)+1], text[len(noDay)+1:]
	reasons, err := strconv.ParseUint(flags, 36, 8)
	if err != nil {
		return Memory{}, false
	}
	m.Reasons = Reason(reasons)
	if m.IdleSince, ok = decodeDay(day); !ok {
		return Memory{}, false
	}
	if print != noFingerprint {
		m.Fingerprint = print
	}
	return m, true
}

func encodeDay(t time.Time) string {
	days := t.Unix() / (24 * 60 * 60)
	text := strconv.FormatInt(days, 36)
	if days < 0 || len(text) > len(noDay) { // outside 1970 to 2097
		return noDay
	}
	return strings.Repeat("0", len(noDay)-len(text)) + text
}

func decodeDay(text string) (time.Time, bool) {
	if text == noDay {
		return time.Time{}, true
	}
	days, err := strconv.ParseUint(text, 36, 32)
	if err != nil {
		return time.Time{}, false
	}
	return time.Unix(int64(days)*24*60*60, 0).UTC(), true
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
