package decode

import (
	"encoding/binary"
	"math/bits"
	"slices"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
	"unsafe"
)

// unescape reads the inside of a JSON string.
func unescape(s string) string {
	return string(appendUnescaped(nil, s))
}

// appendUnescaped never writes more bytes than it reads. What is no escape is
// kept as it is.
func appendUnescaped(dst []byte, s string) []byte {
	dst = slices.Grow(dst, len(s)+8)
	n := len(dst)
	return dst[:n+unescapeInto(dst[n:n+len(s)+8], s)]
}

// unescapeInto writes an unescaped text into dst, which has room for eight bytes
// more than it.
func unescapeInto(dst []byte, s string) (n int) {
	for i := 0; i < len(s); {
		if hasBlocks && len(s)-i >= escapeBlock {
			read, wrote := unescapeBlocks(&dst[n], unsafe.StringData(s[i:]), len(s)-i)
			i, n = i+read, n+wrote
		}
		read, wrote := unescapePlain(dst[n:], s[i:], escapeBlock)
		i, n = i+read, n+wrote
	}
	return n
}

// unescapeText unescapes what of a text stands before its quote; dst has room for
// eight bytes more than s. end is the place of the quote, or -1 if s has none.
func unescapeText(dst []byte, s string) (end, n int) {
	for i := 0; i < len(s); {
		if hasBlocks && len(s)-i >= escapeBlock {
			read, wrote := unescapeBlocks(&dst[n], unsafe.StringData(s[i:]), len(s)-i)
			i, n = i+read, n+wrote
		}
		// A block was left because of an escape or of the quote: a few bytes on
		// there is one or the other.
		for rest := min(i+escapeBlock, len(s)); i < rest; {
			plain := untilSpecial(s[i:rest])
			copy(dst[n:], s[i:i+plain])
			if i, n = i+plain, n+plain; i == rest {
				break
			}
			if s[i] == '"' {
				return i, n
			}
			read, wrote := unescapeOne(dst[n:], s[i:])
			i, n = i+read, n+wrote
		}
	}
	return -1, n
}

// untilSpecial is how many bytes stand before the first quote or backslash.
func untilSpecial(s string) (n int) {
	for n+8 <= len(s) {
		if at := stringEnd(load8(s, n)); at < 8 {
			return n + at
		}
		n += 8
	}
	for n < len(s) && s[n] != '"' && s[n] != '\\' {
		n++
	}
	return n
}

// escapeBlock is how many bytes unescapeBlocks looks at together.
const escapeBlock = 32

// unescapePlain unescapes so many bytes of a text, or a few more: they are
// copied eight at a time, up to the next escape.
func unescapePlain(dst []byte, s string, size int) (i, n int) {
	for i < min(len(s), size) {
		if i+8 <= len(s) {
			w := load8(s, i)
			binary.LittleEndian.PutUint64(dst[n:], w)
			plain := beforeBackslash(w)
			if i, n = i+plain, n+plain; plain == 8 {
				continue
			}
		}
		read, wrote := unescapeOne(dst[n:], s[i:])
		i, n = i+read, n+wrote
	}
	return i, n
}

// unescapeOne unescapes what s starts with: a byte, or an escape.
func unescapeOne(dst []byte, s string) (read, wrote int) {
	if s[0] != '\\' || len(s) == 1 {
		dst[0] = s[0]
		return 1, 1
	}
	if c := plainEscape[s[1]]; c != 0 {
		dst[0] = c
		return 2, 1
	}
	r, size := runeEscape(s)
	if size == 0 {
		dst[0], dst[1] = s[0], s[1]
		return 2, 2
	}
	return size, utf8.EncodeRune(dst, r)
}

// beforeBackslash is how many of eight bytes stand before the first backslash.
func beforeBackslash(w uint64) int {
	b := w ^ '\\'*ones
	return bits.TrailingZeros64((b-ones)&^b&highs) >> 3
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

// giveBack makes room where what was unescaped since is of no use.
func (a *arena) giveBack(before arena) {
	if len(a.free) > 0 && len(before.free) > 0 && &a.free[0] == &before.free[0] {
		a.free = before.free
	} else {
		a.free = a.free[:0]
	}
}

func (a *arena) unescape(s string) string {
	if strings.IndexByte(s, '\\') < 0 {
		return s
	}
	if cap(a.free)-len(a.free) < len(s)+8 {
		a.free = make([]byte, 0, max(arenaBlock, len(s)+8))
	}
	start := len(a.free)
	a.free = appendUnescaped(a.free, s)
	return viewOf(a.free[start:])
}
