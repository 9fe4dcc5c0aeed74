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
		if s[i] != '\\' || i+1 == len(s) {
			dst[n] = s[i]
			i, n = i+1, n+1
			continue
		}
		if c := plainEscape[s[i+1]]; c != 0 {
			dst[n] = c
			i, n = i+2, n+1
			continue
		}
		r, size := runeEscape(s[i:])
		if size == 0 {
			dst[n], dst[n+1] = s[i], s[i+1]
			i, n = i+2, n+2
			continue
		}
		i, n = i+size, n+utf8.EncodeRune(dst[n:], r)
	}
	return i, n
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
