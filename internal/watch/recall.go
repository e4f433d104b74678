package watch

import (
	"strconv"
	"strings"
	"time"
)

// recall reads what a Description remembers of the pattern's keys, sorted.
// Damaged memory is no memory, and so is one that speaks of other keys than the
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
	user, tied := "", false
	if len(keys) == 1 {
		user, _, tied = strings.Cut(fields[3], sentence(keys[0]))
	} else {
		tied = strings.HasPrefix(fields[3], sum(keys))
	}
	if !tied {
		return memories
	}
	readBlocks(fields[2], func(i int, m Memory) {
		m.Key, m.User = keys[i], user
		memories[i] = m
	})
	return memories
}

// recallLost remembers what a rule was made for whose pattern names no key any
// more: the key in the Description's text, else the one in the name. Of several
// keys only the slots are known, by their fingerprints.
func (p Policy) recallLost(name, description string) []Memory {
	_, text, _ := strings.Cut(description, ": alert when ")
	key, _, _ := strings.Cut(text, " is used")
	if key == what(RootKey) {
		key = RootKey
	}
	if key == "" {
		key = strings.TrimPrefix(withoutNumber(name), p.namePrefix())
	}
	if key == RootKey || keyID.MatchString(key) {
		return recall(description, []string{key})
	}
	fields := strings.SplitN(description, " ", 4)
	if len(fields) < 4 || fields[2] == noMemory || len(fields[2])%blockLen != 0 {
		return nil
	}
	var memories []Memory
	readBlocks(fields[2], func(_ int, m Memory) { memories = append(memories, m) })
	return memories
}

// readBlocks reads the ten characters of each key and passes over damaged ones.
func readBlocks(blocks string, use func(i int, m Memory)) {
	for i := range len(blocks) / blockLen {
		if m, ok := readBlock(blocks[i*blockLen : (i+1)*blockLen]); ok {
			use(i, m)
		}
	}
}

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
