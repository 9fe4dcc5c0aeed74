package decode

import "strings"

// knownMembers are those of an object that was read, in their order, if their values are
// texts: most of an envelope's stand in the next one too, byte for byte, and no end is
// looked for in them there.
type knownMembers []knownMember

type knownMember struct {
	text       []byte // from the key's quote to the value's
	key, value int    // how long the key is, and where the value begins
}

// Of no object more, or longer, members are known.
const (
	maxKnownMembers = 32
	maxKnownMember  = 512
)

// each reads the object at i. take is given each key, where its value starts, and
// where that ends, or -1 if it is to look for that; it returns what is behind the
// value. -1 ends it, as does what is no object.
func (m *knownMembers) each(s string, i int, take func(key string, at, end int) int) (end int) {
	i = skipSpace(s, i+1)
	for n := 0; ; n++ {
		from := i
		key, at, known := m.at(s, i, n)
		if known < 0 {
			key, at = memberAt(s, i)
		}
		if at < 0 {
			return -1
		}
		if i = take(key, at, known); i < 0 {
			return -1
		}
		if known < 0 && s[at] == '"' {
			m.note(n, s[from:i], len(key), at-from)
		}
		switch i = skipSpace(s, i); {
		case i >= len(s):
			return -1
		case s[i] == '}':
			return i + 1
		case s[i] != ',':
			return -1
		}
		i = skipSpace(s, i+1)
	}
}

// at is the member at i if it is that which was the nth before; else end is -1.
func (m knownMembers) at(s string, i, n int) (key string, at, end int) {
	if n >= len(m) || len(m[n].text) == 0 || !strings.HasPrefix(s[i:], viewOf(m[n].text)) {
		return "", 0, -1
	}
	known := &m[n]
	return s[i+1 : i+1+known.key], i + known.value, i + len(known.text)
}

// note keeps the nth member.
func (m *knownMembers) note(n int, text string, key, value int) {
	if n >= maxKnownMembers || len(text) > maxKnownMember {
		return
	}
	for len(*m) <= n {
		*m = append(*m, knownMember{})
	}
	known := &(*m)[n]
	known.text, known.key, known.value = append(known.text[:0], text...), key, value
}

// memberAt is the key of the member at i, and where its value starts; -1 if there
// is none, or its key has escapes.
func memberAt(s string, i int) (key string, at int) {
	if i >= len(s) || s[i] != '"' {
		return "", -1
	}
	end := skipString(s, i)
	if end >= len(s) {
		return "", -1
	}
	if key = s[i+1 : end-1]; strings.IndexByte(key, '\\') >= 0 {
		return "", -1
	}
	if end = skipSpace(s, end); end >= len(s) || s[end] != ':' {
		return "", -1
	}
	if at = skipSpace(s, end+1); at >= len(s) {
		return "", -1
	}
	return key, at
}
