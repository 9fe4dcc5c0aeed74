package value

import "math/bits"

// The functions here walk over JSON text without building anything. Those
// called skip trust that the text is valid, as the text of a Value of kind
// JSON is; on text that is not they still stop at its end.

// skipSpace returns the offset of the next byte that is no white space.
func skipSpace(s string, i int) int {
	for i < len(s) && (s[i] == ' ' || s[i] == '\n' || s[i] == '\t' || s[i] == '\r') {
		i++
	}
	return i
}

const (
	ones  = 0x0101010101010101
	highs = 0x8080808080808080
)

// load8 reads eight bytes at i, the first the lowest.
func load8(s string, i int) uint64 {
	b := s[i : i+8]
	return uint64(b[0]) | uint64(b[1])<<8 | uint64(b[2])<<16 | uint64(b[3])<<24 |
		uint64(b[4])<<32 | uint64(b[5])<<40 | uint64(b[6])<<48 | uint64(b[7])<<56
}

// zeroBytes has the high bit set of (at least the first of) each zero byte.
func zeroBytes(x uint64) uint64 { return (x - ones) &^ x & highs }

// skipString returns the offset behind a string whose opening quote is at i,
// and whether it has escapes.
func skipString(s string, i int) (end int, escaped bool) { return restOfString(s, i+1) }

// restOfString is skipString from inside of the string.
func restOfString(s string, i int) (end int, escaped bool) {
	for i+8 <= len(s) {
		w := load8(s, i)
		// Only the lowest byte that is marked is marked for sure.
		marks := zeroBytes(w^('"'*ones)) | zeroBytes(w^('\\'*ones))
		if marks == 0 {
			i += 8
			continue
		}
		i += bits.TrailingZeros64(marks) >> 3
		if s[i] == '"' {
			return i + 1, escaped
		}
		i += 2
		escaped = true
	}
	for i < len(s) && s[i] != '"' {
		if s[i] == '\\' {
			i++
			escaped = true
		}
		i++
	}
	return min(i+1, len(s)), escaped
}

// skipValue returns the offset behind the value that starts at i.
func skipValue(s string, i int) int {
	if i >= len(s) {
		return i
	}
	switch s[i] {
	case '"':
		i, _ = skipString(s, i)
		return i
	case '{', '[':
		return skipNested(s, i)
	}
	for i < len(s) && !endsScalar[s[i]] {
		i++
	}
	return i
}

var endsScalar = [256]bool{',': true, ']': true, '}': true, ' ': true, '\n': true, '\t': true, '\r': true, ':': true}

// plainBytes neither open nor close anything.
var plainBytes = func() (plain [256]bool) {
	for i := range plain {
		plain[i] = true
	}
	for _, c := range []byte(`"{}[]`) {
		plain[c] = false
	}
	return plain
}()

// A member is a key and a value of an object as offsets of the text. An
// element of an array has no key.
type member struct {
	key        string // raw, without quotes
	keyEscaped bool
	start, end int // of the value
}

// nextMember reads the member at or after i (behind '{' or ','); ok is false
// at the end of the object. next is where the one after it is looked for.
func nextMember(s string, i int) (m member, next int, ok bool) {
	m, ok = nextKey(s, i)
	if !ok {
		return m, i, false
	}
	m.end = skipValue(s, m.start)
	return m, m.end, m.end > m.start
}

// nextKey reads the key of the member at or after i and finds where its value
// starts.
func nextKey(s string, i int) (m member, ok bool) {
	i = skipSeparator(s, i, ',')
	if i >= len(s) || s[i] != '"' {
		return m, false
	}
	end, escaped := skipString(s, i)
	m.key, m.keyEscaped = s[min(i+1, end):max(end-1, min(i+1, end))], escaped
	m.start = skipSeparator(s, end, ':')
	return m, true
}

// nextElement is nextMember for arrays.
func nextElement(s string, i int) (m member, next int, ok bool) {
	i = skipSeparator(s, i, ',')
	if i >= len(s) || s[i] == ']' {
		return m, i, false
	}
	m.start = i
	m.end = skipValue(s, i)
	return m, m.end, m.end > m.start
}

// is says whether the member's key is the one given.
func (m *member) is(key string) bool {
	if !m.keyEscaped {
		return m.key == key
	}
	return len(m.key) > len(key) && unescape(m.key) == key
}

// name is the member's key.
func (m *member) name() string {
	if !m.keyEscaped {
		return m.key
	}
	return unescape(m.key)
}

// rawValue makes a dynamic value of the text of one JSON value. Arrays and
// objects stay text; a string without escapes is a view.
func rawValue(s string) Value {
	if s == "" {
		return NullOf(Dynamic)
	}
	switch s[0] {
	case '{', '[':
		return JSONOf(s)
	case '"':
		end, escaped := skipString(s, 0)
		body := s[1:max(end-1, 1)]
		if escaped {
			body = unescape(body)
		}
		return Value{typ: Dynamic, kind: KString, s: body}
	case 't':
		return Value{typ: Dynamic, kind: KBool, n: 1}
	case 'f':
		return Value{typ: Dynamic, kind: KBool}
	case 'n':
		return NullOf(Dynamic)
	}
	return rawNumber(s)
}
