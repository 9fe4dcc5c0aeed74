package skeleton

import "unsafe"

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

// A nesting is how far one has come in a value: it is the same for the machine's
// vector instructions and for plain Go.
type nesting struct {
	escaped  uint64 // 1: the next byte is
	inString uint64 // all ones or 0
	depth    uint64
	broken   uint64 // not 0: the line ends, or there is a backslash outside a string
}

// Nested is the place behind the bracket that closes the one at i; -1 where the
// line ends before, or is longer than one that Read takes.
func Nested(s string, i int) int {
	st := nesting{depth: 1}
	from := i + 1
	if whole := min(len(s)-from, longest) / blockBytes; whole > 0 {
		if end := st.within(s[from : from+whole*blockBytes]); end >= 0 {
			return from + end
		}
		from += whole * blockBytes
	}
	if st.broken != 0 || len(s)-from >= blockBytes {
		return -1
	}
	var last [blockBytes]byte
	last[copy(last[:], s[from:])] = '\n'
	if end := st.within(unsafe.String(&last[0], len(last))); end >= 0 {
		return from + end
	}
	return -1
}

// within is the place in s behind the bracket that closes the value; -1 if it does
// not stand there. s is whole blocks.
func (st *nesting) within(s string) int {
	if hasAVX2 {
		return nestedAVX2(unsafe.StringData(s), len(s)/blockBytes, st)
	}
	return st.plain(s)
}

// plain is within without vector instructions.
func (st *nesting) plain(s string) int {
	for i := range len(s) {
		c, escaped := s[i], st.escaped != 0
		st.escaped = 0
		switch {
		case c == '\n':
			st.broken = 1
			return -1
		case c == '\\':
			if st.inString == 0 {
				st.broken = 1
				return -1
			}
			if !escaped {
				st.escaped = 1
			}
		case c == '"':
			if !escaped {
				st.inString = ^st.inString
			}
		case st.inString != 0:
		case c == '{' || c == '[':
			st.depth++
		case c == '}' || c == ']':
			if st.depth--; st.depth == 0 {
				return i + 1
			}
		}
	}
	return -1
}
