package watch

// load is how much a rule for keys holds. A pattern has a quota, and a Description
// has room for the memory of so many keys.
type load struct{ keys, chars int }

func (l load) add(key string) load { return load{l.keys + 1, l.chars + len(key)} }

// fits tells that a rule can hold so much. One key always fits.
func (p Policy) fits(l load) bool {
	if l.keys <= 1 {
		return true
	}
	const frame = len(`{"source":[{"prefix":"aws."}],"detail":{"userIdentity":{"accessKeyId":[]}}}`)
	memory := descriptionMax - len(mark+" "+p.Owner+" ") - len(" any of 100 keys (abcdef)")
	return l.keys <= p.Layout.withDefaults().KeysPerRule && l.keys*blockLen <= memory &&
		frame+l.chars+len(`"",`)*l.keys-len(",") <= patternMax
}

// holds tells that a rule can hold a content.
func (p Policy) holds(c content) bool {
	switch c.kind {
	case keyRule:
		var l load
		for _, key := range c.subjects {
			l = l.add(key)
		}
		return p.fits(l)
	case sessionRule:
		return len(c.subjects) == 1 || len(patternOf(c, p.AccountID)) <= patternMax
	}
	return true
}
