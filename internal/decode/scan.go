package decode

import (
	"iter"
	"math/bits"
	"strings"

	lines "github.com/dogwatch-dev/dogwatch/internal/skeleton"
)

// maxMembers is how many members of one object are looked at. Real records
// have some dozens.
const maxMembers = 4096

// A member is a key and a value of an object, as offsets of its text.
type member struct {
	keyStart, keyEnd int // without the quotes
	start, end       int // of the value
}

func (m *member) key(s string) string {
	k := s[m.keyStart:m.keyEnd]
	if strings.IndexByte(k, '\\') >= 0 {
		return unescape(k)
	}
	return k
}

// What scanObject returns instead of an end.
const (
	unfinished  = -1 // the text ends, or stops making sense, before the object does
	atContainer = -2 // the last member is a list of records; its end was not looked for
)

// scanObject lists the members of the object that starts at s[i], in one pass
// and without looking into them. end is behind the closing bracket.
func scanObject(s string, i int, members []member) ([]member, int) {
	return scanMembers(s, i, members, false)
}

func scanMembers(s string, i int, members []member, containers bool) (_ []member, end int) {
	if i >= len(s) || s[i] != '{' {
		return members, unfinished
	}
	i = skipSpace(s, i+1)
	if i < len(s) && s[i] == '}' {
		return members, i + 1
	}
	for i < len(s) && s[i] == '"' {
		var m member
		m.keyStart = i + 1
		i = skipString(s, i)
		m.keyEnd = i - 1
		if i = skipSpace(s, i); i >= len(s) || s[i] != ':' {
			return members, unfinished
		}
		m.start = skipSpace(s, i+1)
		if containers && m.start < len(s) && s[m.start] == '[' && isContainer(s, members, s[m.keyStart:m.keyEnd]) {
			return append(members, m), atContainer
		}
		m.end = skipValue(s, m.start)
		if m.end < 0 || m.end == m.start {
			return members, unfinished
		}
		if len(members) < maxMembers {
			members = append(members, m)
		}
		if i = skipSpace(s, m.end); i >= len(s) {
			return members, unfinished
		}
		switch s[i] {
		case '}':
			return members, i + 1
		case ',':
			i = skipSpace(s, i+1)
		default:
			return members, unfinished
		}
	}
	return members, unfinished
}

func skipSpace(s string, i int) int {
	for i < len(s) && isSpace(s[i]) {
		i++
	}
	return i
}

func isSpace(c byte) bool { return c == ' ' || c == '\n' || c == '\t' || c == '\r' }

const (
	ones  = 0x0101010101010101
	highs = 0x8080808080808080
)

// stringEnd returns the distance from the first of the eight bytes to a quote
// or a backslash, 8 if there is none.
func stringEnd(w uint64) int {
	q, b := w^('"'*ones), w^('\\'*ones)
	// A byte that is zero sets its high bit; above the first one others may be
	// set too, so only the lowest counts.
	m := (q-ones)&^q&highs | (b-ones)&^b&highs
	return bits.TrailingZeros64(m) >> 3
}

func load8(s string, i int) uint64 {
	b := s[i : i+8]
	return uint64(b[0]) | uint64(b[1])<<8 | uint64(b[2])<<16 | uint64(b[3])<<24 |
		uint64(b[4])<<32 | uint64(b[5])<<40 | uint64(b[6])<<48 | uint64(b[7])<<56
}

// skipString returns the offset behind the string whose quote is at i, or
// len(s)+1 when it does not end.
func skipString(s string, i int) int { return restOfString(s, i+1) }

// restOfString is skipString from inside of the string.
func restOfString(s string, i int) int {
	for escapes := 1; ; escapes++ {
		for i+8 <= len(s) {
			n := stringEnd(load8(s, i))
			i += n
			if n < 8 {
				break
			}
		}
		for i < len(s) && s[i] != '"' && s[i] != '\\' {
			i++
		}
		if i >= len(s) {
			return len(s) + 1
		}
		if s[i] == '"' {
			return i + 1
		}
		if i += 2; escapes == manyEscapes {
			end, found := lines.TextEnd(s, i)
			if found {
				return end + 1
			}
			i = end
		}
	}
}

// manyEscapes in a text say that JSON stands in it, of which each quote has one.
const manyEscapes = 4

// skipValue returns the offset behind the value at i, or -1 when it does not
// end in s. A number or word ends where something else begins.
func skipValue(s string, i int) int {
	if i >= len(s) {
		return -1
	}
	switch s[i] {
	case '"':
		if end := skipString(s, i); end <= len(s) {
			return end
		}
		return -1
	case '{', '[':
		return skipNested(s, i)
	}
	for i < len(s) && inScalar[s[i]] {
		i++
	}
	if i == len(s) {
		return -1
	}
	return i
}

var inScalar = func() (t [256]bool) {
	for _, c := range []byte("-+.0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ") {
		t[c] = true
	}
	return t
}()

const (
	plain = iota
	quote
	opens
	closes
)

var class = [256]uint8{'"': quote, '{': opens, '[': opens, '}': closes, ']': closes}

// skipNested is skipValue for arrays and objects. It counts brackets only.
// Most of an input's bytes are skipped here, hence the strings in place; those
// that hold JSON, as Azure's envelopes do, are skipString's.
func skipNested(s string, i int) int {
	depth := 0
	for i < len(s) {
		c := s[i]
		i++
		switch class[c] {
		case plain:
			continue
		case opens:
			depth++
			continue
		case closes:
			if depth--; depth == 0 {
				return i
			}
			continue
		}
		for i+8 <= len(s) {
			n := stringEnd(load8(s, i))
			i += n
			if n < 8 {
				break
			}
		}
		for i < len(s) && s[i] != '"' && s[i] != '\\' {
			i++
		}
		if i < len(s) && s[i] == '"' {
			i++
		} else {
			i = restOfString(s, i)
		}
	}
	return -1
}

// get returns the text of a member's value, "" when there is none or it is
// null. Of members of one name the last counts.
func get(object, key string) (text string) {
	if object == "" || object[0] != '{' {
		return ""
	}
	i := skipSpace(object, 1)
	for i < len(object) && object[i] == '"' {
		start := i + 1
		if i = skipString(object, i); i > len(object) {
			break
		}
		name := object[start : i-1]
		if i = skipSpace(object, i); i >= len(object) || object[i] != ':' {
			break
		}
		i = skipSpace(object, i+1)
		end := skipValue(object, i)
		if end <= i {
			break
		}
		if name == key || len(name) > len(key) && strings.IndexByte(name, '\\') >= 0 && unescape(name) == key {
			text = object[i:end]
		}
		if i = skipSpace(object, end); i >= len(object) || object[i] != ',' {
			break
		}
		i = skipSpace(object, i+1)
	}
	return notNull(text)
}

func notNull(token string) string {
	if token == "null" {
		return ""
	}
	return token
}

// first is get for what the API server wrote itself, which has no name twice:
// it stops at the first.
func first(object, key string) string {
	i := firstAt(object, key)
	if i < 0 {
		return ""
	}
	end := skipValue(object, i)
	return notNull(object[i:max(i, end)])
}

// firstIn is first in an object of an object. It reads no further than it must.
func firstIn(object, outer, key string) string {
	if i := firstAt(object, outer); i >= 0 {
		return first(object[i:], key)
	}
	return ""
}

// firstAt is where the value of the first member of a name starts, or -1.
func firstAt(object, key string) int {
	if object == "" || object[0] != '{' {
		return -1
	}
	i := skipSpace(object, 1)
	for i < len(object) && object[i] == '"' {
		start := i + 1
		if i = skipString(object, i); i > len(object) {
			return -1
		}
		name := object[start : i-1]
		if i = skipSpace(object, i); i >= len(object) || object[i] != ':' {
			return -1
		}
		i = skipSpace(object, i+1)
		if name == key {
			return i
		}
		end := skipValue(object, i)
		if end <= i {
			return -1
		}
		if i = skipSpace(object, end); i >= len(object) || object[i] != ',' {
			return -1
		}
		i = skipSpace(object, i+1)
	}
	return -1
}

// getPath is get, step by step.
func getPath(object string, keys ...string) string {
	for _, k := range keys {
		if object = get(object, k); object == "" {
			return ""
		}
	}
	return object
}

// str is the content of a string token; of other scalars the text; "" of
// arrays, objects and null.
func str(token string) string {
	if token == "" {
		return ""
	}
	switch token[0] {
	case '"':
		body := token[1:max(len(token)-1, 1)]
		if strings.IndexByte(body, '\\') < 0 {
			return body
		}
		return unescape(body)
	case '{', '[':
		return ""
	}
	if token == "null" {
		return ""
	}
	return token
}

// elements are the values of an array token.
func elements(array string) iter.Seq[string] {
	return func(yield func(string) bool) {
		if array == "" || array[0] != '[' {
			return
		}
		for i := skipSpace(array, 1); i < len(array) && array[i] != ']'; {
			end := skipValue(array, i)
			if end <= i || !yield(array[i:end]) {
				return
			}
			if i = skipSpace(array, end); i < len(array) && array[i] == ',' {
				i = skipSpace(array, i+1)
			}
		}
	}
}
