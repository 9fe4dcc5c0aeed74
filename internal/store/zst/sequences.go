package zst

import (
	"encoding/binary"
	"math/bits"
)

// Lengths and offsets are written as a code, for their size, and bits that are
// behind it (RFC 8878, section 3.1.1.3.2.1.1).

var (
	literalBits = append(make([]uint8, 16), 1, 1, 1, 1, 2, 2, 3, 3, 4, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16)
	matchBits   = append(make([]uint8, 32), 1, 1, 1, 1, 2, 2, 3, 3, 4, 4, 5, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16)
	literalCode = codesOf(literalBits, 64)
	matchCode   = codesOf(matchBits, 128)
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
	newTable([]int{166, 6, 6, 3, 10, 4, 6, 2, 9, 2, 5, 1, 2, 1, 1, 1, 2, 1, 1, 1, 1, 1, 11, 1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1}),
	newTable([]int{9, 3, -1, -1, 2, 5, 4, 5, 12, 10, 13, 15, 21, 28, 28, 28, 27, 21, 12, 2, -1, -1, -1, -1, -1, -1, -1, -1, -1}),
	newTable([]int{-1, -1, -1, -1, -1, 13, 13, 14, 11, 8, 8, 6, 7, 7, 6, 5, 5, 6, 8, 4, 3, 3, 2, 2, 3, 3, 2, 2, 1, 1, 1, 1, 5, 8, 7, 3, 8, 8, 6, 6, 11, 8, 10, 10, 6, 3, 1, -1, -1, -1, -1, -1, -1}),
}

// appendBits adds sequences, from the last to the first, as decoders read them
// from the end.
func appendBits(dst []byte, all []sequence) []byte {
	var acc uint64 // bits that are not written, the first the lowest
	var n uint     // how many
	var literal, offset, match uint32
	for i := len(all) - 1; i >= 0; i-- {
		s := &all[i]
		size := s.match - 3
		l, o, m := codeOfLiterals(s.literals), uint8(bits.Len32(s.offset)-1), codeOfMatch(size)
		if i == len(all)-1 {
			literal, offset, match = tables.literal.start(l), tables.offset.start(o), tables.match.start(m)
		} else {
			var a, b, c uint
			var x, y, z uint64
			offset, x, a = tables.offset.step(offset, o)
			match, y, b = tables.match.step(match, m)
			literal, z, c = tables.literal.step(literal, l)
			acc |= (x | y<<a | z<<(a+b)) << n
			n += a + b + c
		}
		acc |= uint64(s.literals) & (1<<literalBits[l] - 1) << n
		n += uint(literalBits[l])
		dst, acc, n = flush(dst, acc, n)
		acc |= (uint64(size)&(1<<matchBits[m]-1) | uint64(s.offset)&(1<<o-1)<<matchBits[m]) << n
		n += uint(matchBits[m] + o)
		dst, acc, n = flush(dst, acc, n)
	}
	acc |= (uint64(match&(1<<tableLog-1)) | uint64(offset&(1<<tableLog-1))<<tableLog | uint64(literal&(1<<tableLog-1))<<(2*tableLog) | 1<<(3*tableLog)) << n
	n += 3*tableLog + 1
	dst, acc, n = flush(dst, acc, n)
	if n > 0 {
		dst = append(dst, byte(acc))
	}
	return dst
}

// flush makes room for 56 bits.
func flush(dst []byte, acc uint64, n uint) ([]byte, uint64, uint) {
	at := len(dst) + int(n>>3)
	return binary.LittleEndian.AppendUint64(dst, acc)[:at], acc >> (n &^ 7), n & 7
}
