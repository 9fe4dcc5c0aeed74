package skeleton

import (
	"unsafe"

	"github.com/dogwatch-dev/dogwatch/internal/nesting"
)

// Quote is the place of the quote that ends the text in which the byte at i
// stands; -1 where the line ends before. It is for who looks for few ends in a
// line, as Nested is: their time is that of the bytes in between.
func Quote(s string, i int) int {
	if rest := s[min(i, len(s)):]; hasAVX2 && len(rest) >= blockBytes {
		if at := quoteAVX2(unsafe.StringData(rest), len(rest)); at >= 0 {
			return i + at
		} else if at == broken {
			return -1
		}
	}
	return plainQuote(s, i)
}

// broken is what quoteAVX2 returns where there is a line break before the quote. It
// is less where the last bytes, fewer than a block, are left to be looked at.
const broken = -1

// plainQuote is Quote without vector instructions.
func plainQuote(s string, i int) int {
	for ; i < len(s); i++ {
		switch s[i] {
		case '"':
			return i
		case '\n':
			return -1
		case '\\':
			if i++; i < len(s) && s[i] == '\n' {
				return -1
			}
		}
	}
	return -1
}

// Nested is the place behind the bracket that closes the one at i; -1 where the
// line ends before, or is longer than one that Read takes.
func Nested(s string, i int) int { return valueEnd(s, i, nesting.Open('\n')) }

// NestedEscaped is Nested where s is the inside of a text of JSON, or begins with it;
// -1 also where that text ends before, or has an escape other than \" and \\.
func NestedEscaped(s string, i int) int { return valueEnd(s, i, nesting.OpenEscaped('\n')) }

func valueEnd(s string, i int, st nesting.State) int {
	from := i + 1
	if whole := min(len(s)-from, longest) / blockBytes; whole > 0 {
		if end := st.End(s[from : from+whole*blockBytes]); end >= 0 {
			return from + end
		}
		from += whole * blockBytes
	}
	if st.Broken() || len(s)-from >= blockBytes {
		return -1
	}
	var last [blockBytes]byte
	last[copy(last[:], s[from:])] = '\n'
	if end := st.End(unsafe.String(&last[0], len(last))); end >= 0 {
		return from + end
	}
	return -1
}
