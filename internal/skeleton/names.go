package skeleton

import (
	"math/bits"
	"unsafe"
)

// Names are the places where the names of members may end in a text: a bit for each
// byte, of those quotes that a colon or white space follows. It is used again and
// again, by one goroutine.
type Names struct{ ends []uint64 }

// Read finds those of s. What follows its last byte is taken for white space. spelt
// says whether there is a letter that is written as a number, or a slash behind a
// backslash: \u or \/.
func (n *Names) Read(s string) (spelt bool) {
	blocks := (len(s) + blockBytes - 1) / blockBytes
	if cap(n.ends) < blocks {
		n.ends = make([]uint64, 2*blocks)
	}
	n.ends = n.ends[:blocks]
	whole := max(len(s)-1, 0) / blockBytes // of which the byte behind stands in s
	if whole > 0 {
		spelt = nameEnds(s[:whole*blockBytes+1], n.ends[:whole])
	}
	if whole < blocks {
		var last [blockBytes + 1]byte
		copy(last[:], s[whole*blockBytes:])
		spelt = nameEnds(unsafe.String(&last[0], len(last)), n.ends[whole:]) || spelt
	}
	return spelt
}

// Next is the first such place from i on, or -1.
func (n *Names) Next(i int) int {
	b := uint(i) / blockBytes
	if b >= uint(len(n.ends)) {
		return -1
	}
	x := n.ends[b] &^ (1<<(uint(i)%blockBytes) - 1)
	for x == 0 {
		if b++; b == uint(len(n.ends)) {
			return -1
		}
		x = n.ends[b]
	}
	return int(b)*blockBytes + bits.TrailingZeros64(x)
}

// nameEnds fills in out, a number for 64 bytes of s, which is a byte longer.
func nameEnds(s string, out []uint64) (spelt bool) {
	if hasAVX2 {
		return nameEndsAVX2(unsafe.StringData(s), len(out), &out[0]) != 0
	}
	return plainNameEnds(s, out)
}

// plainNameEnds is nameEnds without vector instructions.
func plainNameEnds(s string, out []uint64) (spelt bool) {
	clear(out)
	for i := range len(s) - 1 {
		switch next := s[i+1]; s[i] {
		case '"':
			if next == ':' || next <= ' ' {
				out[i/blockBytes] |= 1 << (i % blockBytes)
			}
		case '\\':
			spelt = spelt || next == 'u' || next == '/'
		}
	}
	return spelt
}
