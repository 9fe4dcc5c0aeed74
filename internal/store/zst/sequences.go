package zst

import (
	"encoding/binary"
	"math/bits"
	"slices"
)

// Lengths and offsets are written as a code, for their size, and bits that are
// behind it (RFC 8878, section 3.1.1.3.2.1.1).

var (
	literalBits = append(make([]uint8, 16), 1, 1, 1, 1, 2, 2, 3, 3, 4, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16)
	matchBits   = append(make([]uint8, 32), 1, 1, 1, 1, 2, 2, 3, 3, 4, 4, 5, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16)
	literalCode = [64]uint8(codesOf(literalBits, 64))
	matchCode   = [128]uint8(codesOf(matchBits, 128))
)

// codesOf are the codes of the first n lengths.
func codesOf(widths []uint8, n int) (codes []uint8) {
	for code, width := range widths {
		for range 1 << width {
			if len(codes) < n {
				codes = append(codes, uint8(code))
			}
		}
	}
	return codes
}

func codeOfLiterals(n uint32) uint8 {
	if n < 64 {
		return literalCode[n]
	}
	return uint8(bits.Len32(n) + 18)
}

// codeOfMatch is of a length less 3.
func codeOfMatch(n uint32) uint8 {
	if n < 128 {
		return matchCode[n]
	}
	return uint8(bits.Len32(n) + 35)
}

// tables are how frequent codes are in logs of Kubernetes.
var tables = struct{ literal, offset, match *table }{
	newTable(literalBits, []int{166, 6, 6, 3, 10, 4, 6, 2, 9, 2, 5, 1, 2, 1, 1, 1, 2, 1, 1, 1, 1, 1, 11, 1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1}),
	newTable(make([]uint8, 29), []int{9, 3, -1, -1, 2, 5, 4, 5, 12, 10, 13, 15, 21, 28, 28, 28, 27, 21, 12, 2, -1, -1, -1, -1, -1, -1, -1, -1, -1}),
	newTable(matchBits, []int{-1, -1, -1, -1, -1, 13, 13, 14, 11, 8, 8, 6, 7, 7, 6, 5, 5, 6, 8, 4, 3, 3, 2, 2, 3, 3, 2, 2, 1, 1, 1, 1, 5, 8, 7, 3, 8, 8, 6, 6, 11, 8, 10, 10, 6, 3, 1, -1, -1, -1, -1, -1, -1}),
}

// most is how many bytes a sequence takes.
const most = (3*tableLog + 16 + 16 + 20 + 7) / 8

// appendBits adds sequences, from the last to the first: decoders start at the
// end. It is long because what it goes on with must stay in registers.
func appendBits(dst []byte, all []sequence) []byte {
	dst = slices.Grow(dst, len(all)*most+16)
	out, at := dst[:cap(dst)], len(dst)
	var acc uint64 // bits that are not in out, the first the lowest
	var n uint     // how many
	var literal, offset, match uint32
	literals, offsets, matches := tables.literal, tables.offset, tables.match
	for i := len(all) - 1; i >= 0; i-- {
		s := &all[i]
		size := s.match - 3
		l, o, m := codeOfLiterals(s.literals), uint8(bits.Len32(s.offset)-1), codeOfMatch(size)
		k, p, q := literals.symbols[l%mostSymbols], offsets.symbols[o%mostSymbols], matches.symbols[m%mostSymbols]
		if i == len(all)-1 {
			literal, offset, match = literals.start(k), offsets.start(p), matches.start(q)
		} else {
			width := uint(offset+p.bits) >> 16
			acc |= uint64(offset) & (1<<(width&31) - 1) << (n & 63)
			n += width
			offset = offsets.behind(offset>>(width&31), p)
			width = uint(match+q.bits) >> 16
			acc |= uint64(match) & (1<<(width&31) - 1) << (n & 63)
			n += width
			match = matches.behind(match>>(width&31), q)
			width = uint(literal+k.bits) >> 16
			acc |= uint64(literal) & (1<<(width&31) - 1) << (n & 63)
			n += width
			literal = literals.behind(literal>>(width&31), k)
		}
		acc |= uint64(s.literals) & (1<<(k.more&31) - 1) << (n & 63)
		n += uint(k.more)
		binary.LittleEndian.PutUint64(out[at:], acc)
		at, acc, n = at+int(n>>3), acc>>(n&56), n&7
		acc |= (uint64(size)&(1<<(q.more&31)-1) | uint64(s.offset)&(1<<(o&31)-1)<<(q.more&31)) << (n & 63)
		n += uint(q.more) + uint(o)
		binary.LittleEndian.PutUint64(out[at:], acc)
		at, acc, n = at+int(n>>3), acc>>(n&56), n&7
	}
	const mask, end = 1<<tableLog - 1, 1 << (3 * tableLog)
	acc |= uint64(match&mask|offset&mask<<tableLog|literal&mask<<(2*tableLog)|end) << (n & 63)
	n += 3*tableLog + 1
	binary.LittleEndian.PutUint64(out[at:], acc)
	return out[:at+int(n+7)/8]
}
