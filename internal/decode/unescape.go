package decode

import (
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// unescape reads the inside of a JSON string.
func unescape(s string) string {
	return string(appendUnescaped(make([]byte, 0, len(s)), s))
}

// appendUnescaped never writes more bytes than it reads. What is no escape is
// kept as it is.
func appendUnescaped(dst []byte, s string) []byte {
	for {
		i := strings.IndexByte(s, '\\')
		if i < 0 || i+1 >= len(s) {
			return append(dst, s...)
		}
		dst = append(dst, s[:i]...)
		if c := plainEscape[s[i+1]]; c != 0 {
			dst, s = append(dst, c), s[i+2:]
			continue
		}
		r, size := runeEscape(s[i:])
		if size == 0 {
			dst, s = append(dst, s[i], s[i+1]), s[i+2:]
			continue
		}
		dst, s = utf8.AppendRune(dst, r), s[i+size:]
	}
}

var plainEscape = [256]byte{'"': '"', '\\': '\\', '/': '/', 'b': '\b', 'f': '\f', 'n': '\n', 'r': '\r', 't': '\t'}

// runeEscape reads \uXXXX, and the second half of a pair behind it; size is 0
// if s does not start with one.
func runeEscape(s string) (r rune, size int) {
	r, ok := hex4(s)
	if !ok {
		return 0, 0
	}
	if !utf16.IsSurrogate(r) {
		return r, 6
	}
	if low, ok := hex4(s[6:]); ok {
		if pair := utf16.DecodeRune(r, low); pair != utf8.RuneError {
			return pair, 12
		}
	}
	return utf8.RuneError, 6
}

func hex4(s string) (r rune, ok bool) {
	if len(s) < 6 || s[0] != '\\' || s[1] != 'u' {
		return 0, false
	}
	for _, c := range []byte(s[2:6]) {
		switch {
		case c >= '0' && c <= '9':
			c -= '0'
		case c|0x20 >= 'a' && c|0x20 <= 'f':
			c = c | 0x20 - 'a' + 10
		default:
			return 0, false
		}
		r = r<<4 | rune(c)
	}
	return r, true
}

// An arena holds unescaped text. A full block is left to the rows that point
// into it.
type arena struct{ free []byte }

const arenaBlock = 256 << 10

func (a *arena) unescape(s string) string {
	if strings.IndexByte(s, '\\') < 0 {
		return s
	}
	if cap(a.free)-len(a.free) < len(s) {
		a.free = make([]byte, 0, max(arenaBlock, len(s)))
	}
	start := len(a.free)
	a.free = appendUnescaped(a.free, s)
	return viewOf(a.free[start:])
}
