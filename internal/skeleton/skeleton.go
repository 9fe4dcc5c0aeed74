// Package skeleton finds the quotes and brackets in lines of JSON, 64 bytes at a
// time, so that whoever reads them steps over texts and objects without a look
// at their bytes. It stands below decode and the store.
package skeleton

import (
	"math/bits"
	"unsafe"
)

// A block is what 64 bytes of a line of JSON hold, a bit a byte: the quotes
// that begin or end a string, and the brackets outside strings.
type block struct{ quotes, opens, closes uint64 }

const blockBytes = 64

// A maskState is how a block ends, or the line in it: it is the same for the
// machine's vector instructions and for plain Go.
type maskState struct {
	escaped  uint64 // 1: the next byte is
	inString uint64 // all ones or 0
	odd      uint64 // not 0: there was a backslash outside a string
}

// A Line is the blocks of one line, and an empty one behind them. It is used again
// and again, by one goroutine.
type Line struct {
	blocks []block
	state  maskState
}

// longest is how long a line may be; longer ones are walked.
const longest = 1 << 20

// Read finds the end of the first line in s, without its break, and the blocks
// of it. ok is false where the line is too long, ends in a string, or has a
// backslash outside of one: nothing is known of it then but its end, if that is
// not negative. A line that ends with s has no break.
func (k *Line) Read(s string) (end int, ok bool) {
	k.state = maskState{}
	k.blocks = k.blocks[:0]
	whole := min(len(s), longest) / blockBytes
	end = -1
	for at := 0; at < whole && end < 0; {
		n := min(whole-at, max(32, len(k.blocks)))
		k.grow(n)
		end = k.masks(s[at*blockBytes:(at+n)*blockBytes], k.blocks[at:at+n])
		if end >= 0 {
			end += at * blockBytes
		}
		at += n
	}
	if end < 0 && len(s)-whole*blockBytes < blockBytes {
		end = k.tail(s, whole)
	}
	if end < 0 {
		return -1, false
	}
	k.blocks = k.blocks[:end/blockBytes+1]
	k.grow(1)
	k.blocks[len(k.blocks)-1] = block{}
	return end, k.state.odd == 0 && k.state.inString == 0
}

// tail is Read for the last bytes, fewer than a block.
func (k *Line) tail(s string, whole int) int {
	var last [blockBytes]byte
	n := copy(last[:], s[whole*blockBytes:])
	last[n] = '\n'
	k.blocks = k.blocks[:whole]
	k.grow(1)
	return whole*blockBytes + k.masks(unsafe.String(&last[0], len(last)), k.blocks[whole:])
}

func (k *Line) grow(n int) {
	n += len(k.blocks)
	if n > cap(k.blocks) {
		more := make([]block, len(k.blocks), max(2*cap(k.blocks), n, 64))
		copy(more, k.blocks)
		k.blocks = more
	}
	k.blocks = k.blocks[:n]
}

// masks fills in the blocks of s up to its first line break, whose place it
// returns, or -1.
func (k *Line) masks(s string, out []block) int {
	return k.state.masks(s, out)
}

func (st *maskState) masks(s string, out []block) int {
	if hasAVX2 {
		return lineMasksAVX2(unsafe.StringData(s), len(out), &out[0], st)
	}
	return st.plain(s, out)
}

// TextEnd finds the quote that ends the text in which the byte at i stands, and
// which is not escaped. Where it is not found, no end stands before at: the last
// bytes of s, or those behind a line break, are left to be looked at.
func TextEnd(s string, i int) (at int, found bool) {
	st := maskState{inString: ^uint64(0)}
	var out [8]block
	for at = i; len(s)-at >= blockBytes; {
		n, before := min((len(s)-at)/blockBytes, len(out)), st
		end := st.masks(s[at:at+n*blockBytes], out[:n])
		if end >= 0 {
			n = end/blockBytes + 1
		}
		for b := range out[:n] {
			if quotes := out[b].quotes; quotes != 0 && (end < 0 || b*blockBytes+bits.TrailingZeros64(quotes) < end) {
				return at + b*blockBytes + bits.TrailingZeros64(quotes), true
			}
		}
		if end >= 0 {
			return at + int(before.escaped), false
		}
		at += n * blockBytes
	}
	return at + int(st.escaped), false
}

// plain is masks without vector instructions.
func (st *maskState) plain(s string, out []block) int {
	for b := range out {
		k := &out[b]
		*k = block{}
		for i := range blockBytes {
			bit := uint64(1) << i
			c := s[b*blockBytes+i]
			escaped := st.escaped != 0
			st.escaped = 0
			switch {
			case c == '\n':
				return b*blockBytes + i
			case c == '\\':
				if !escaped {
					st.escaped = 1
				}
				if st.inString == 0 {
					st.odd |= bit
				}
			case c == '"':
				if !escaped {
					k.quotes |= bit
					st.inString = ^st.inString
				}
			case st.inString != 0:
			case c == '{' || c == '[':
				k.opens |= bit
			case c == '}' || c == ']':
				k.closes |= bit
			}
		}
	}
	return -1
}

// Quote is the place of the first quote from i on, or -1.
func (k *Line) Quote(i int) int {
	b := uint(i) / blockBytes
	if b+1 >= uint(len(k.blocks)) {
		return -1
	}
	// Most texts end within 64 bytes, in this block or the next: whether they cross
	// from one to the other is nothing that a processor could foresee.
	at := uint(i) % blockBytes
	if x := k.blocks[b].quotes>>at | k.blocks[b+1].quotes<<1<<(blockBytes-1-at); x != 0 {
		return i + bits.TrailingZeros64(x)
	}
	for b++; b < uint(len(k.blocks)); b++ {
		if x := k.blocks[b].quotes; x != 0 {
			return int(b)*blockBytes + bits.TrailingZeros64(x)
		}
	}
	return -1
}

// Nested is the place behind the bracket that closes the one at i, or -1.
func (k *Line) Nested(i int) int { return k.NestedWithin(i, longest) }

// NestedWithin is Nested, or -1 where that is much farther away than so many
// bytes.
func (k *Line) NestedWithin(i, most int) int {
	depth := 0
	b, from := uint(i)/blockBytes, ^uint64(0)<<(uint(i)%blockBytes)
	for last := min(uint(len(k.blocks)), uint(i+most)/blockBytes+1); b < last; b++ {
		opens, closes := k.blocks[b].opens&from, k.blocks[b].closes&from
		from = ^uint64(0)
		n := bits.OnesCount64(closes)
		if n < depth {
			depth += bits.OnesCount64(opens) - n
			continue
		}
		for closes != 0 {
			at := bits.TrailingZeros64(closes)
			before := uint64(1)<<at - 1
			depth += bits.OnesCount64(opens&before) - 1
			if depth == 0 {
				return int(b)*blockBytes + at + 1
			}
			opens &^= before
			closes &= closes - 1
		}
		depth += bits.OnesCount64(opens)
	}
	return -1
}
