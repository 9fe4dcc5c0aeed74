package value

import (
	"strconv"
	"unicode/utf8"
)

// maxPlainKeys is how many members of one object are compared with each other
// to see that no name comes twice.
const maxPlainKeys = 64

// isCompact says whether valid JSON text of an array or object is exactly what
// AppendJSON would write of it, so that it can be taken as it is. It says no
// when that would take long to find out.
func isCompact(s string) bool {
	var keyRoom [32]string
	var frameRoom [32]int
	keys, frames := keyRoom[:0], frameRoom[:0] // the names seen, and where each open object's begin
	for i := 0; i < len(s); {
		switch c := s[i]; c {
		case '{', '[':
			frames = append(frames, len(keys))
			i++
		case '}', ']':
			if len(frames) == 0 {
				return false
			}
			keys = keys[:frames[len(frames)-1]]
			frames = frames[:len(frames)-1]
			i++
		case ',', ':':
			i++
		case '"':
			end, escaped := skipString(s, i)
			if !plainString(s[i:end], escaped) {
				return false
			}
			if end < len(s) && s[end] == ':' {
				if len(frames) == 0 || repeats(keys[frames[len(frames)-1]:], s[i:end]) {
					return false
				}
				keys = append(keys, s[i:end])
			}
			i = end
		case ' ', '\t', '\r', '\n':
			return false
		default:
			end := skipValue(s, i)
			if end == i || !plainScalar(s[i:end]) {
				return false
			}
			i = end
		}
	}
	return true
}

// repeats says whether a name is among those seen, or may be.
func repeats(seen []string, key string) bool {
	if len(seen) >= maxPlainKeys {
		return true
	}
	for _, k := range seen {
		if k == key {
			return true
		}
	}
	return false
}

// plainString says whether a string, with its quotes, has the escapes that
// AppendQuoted writes and no others.
func plainString(s string, escaped bool) bool {
	if !isASCII(s) && !utf8.ValidString(s) {
		return false
	}
	for i := 1; escaped && i < len(s)-1; i++ {
		if s[i] != '\\' {
			continue
		}
		i++
		switch s[i] {
		case '"', '\\', 'n', 'r', 't', 'b', 'f':
		default:
			return false
		}
	}
	return true
}

// plainScalar says whether a word or number is written as AppendJSON writes it.
func plainScalar(s string) bool {
	switch s[0] {
	case 't', 'f', 'n':
		return true
	}
	if _, ok := rawInteger(s); ok {
		return s != "-0"
	}
	f, err := strconv.ParseFloat(s, 64)
	var room [32]byte
	return err == nil && string(appendRealJSON(room[:0], f)) == s
}
