package segment

import (
	"encoding/binary"
	"math/bits"
	"slices"

	"github.com/dogwatch-dev/dogwatch/internal/store"
)

// A Bloom filter over 64-bit keys may know keys that were not put into it, about
// one in nine thousand, and knows all that were. A block that is read in vain
// costs as much as looking into the filters of a hundred units; more bits would
// let fewer through, and how many there are is each file's own matter.
//
// Those of a unit's blocks have the same number of bits and are kept across:
// line i of the table is bit i of every block's filter. Who looks for a key
// reads nine lines, and no filter whole.

const (
	bitsPerKey = 20
	probes     = 9
)

// linesOf are the lines that a key sets, of so many.
func linesOf(k uint64, lines int, take func(line int) (more bool)) {
	h1, h2 := uint32(k), uint32(k>>32)|1
	for range probes {
		at, _ := bits.Mul64(uint64(h1)<<32, uint64(lines))
		if !take(int(at)) {
			return
		}
		h1 += h2
	}
}

// newTable makes the table of the keys of each of some blocks.
func newTable(keys [][]uint64) (table []byte, lines int) {
	lines = linesFor(keys)
	stride := strideOf(len(keys))
	table = make([]byte, lines*stride)
	var eight [8][]byte
	for i := range eight {
		eight[i] = make([]byte, lines/8)
	}
	for first := 0; first < len(keys); first += 8 {
		for i := range eight {
			clear(eight[i])
			if first+i < len(keys) {
				fill(eight[i], keys[first+i])
			}
		}
		across(&eight, table[first/8:], stride)
	}
	return table, lines
}

// strideOf is how many bytes a line has for so many blocks.
func strideOf(blocks int) int { return (blocks + 7) / 8 }

// linesFor is what most blocks need. A block with far more keys than others has
// a filter that says more often yes, and does not make all others larger.
func linesFor(keys [][]uint64) int {
	sizes := make([]int, len(keys))
	for i, k := range keys {
		sizes[i] = len(k)
	}
	slices.Sort(sizes)
	most := max(sizes[len(sizes)*7/8], sizes[len(sizes)-1]/4)
	return max(most*bitsPerKey+63, 64) / 64 * 64
}

func fill(f []byte, keys []uint64) {
	lines := uint64(len(f)) * 8
	for _, k := range keys { // as linesOf, which this must agree with
		h1, h2 := uint32(k), uint32(k>>32)|1
		for range probes {
			at, _ := bits.Mul64(uint64(h1)<<32, lines)
			f[at>>3] |= 1 << (at & 7)
			h1 += h2
		}
	}
}

// across writes eight filters as one byte of each line.
func across(eight *[8][]byte, table []byte, stride int) {
	for at := range eight[0] {
		var square uint64
		for i := range eight {
			square |= uint64(eight[i][at]) << (8 * i)
		}
		if square == 0 {
			continue
		}
		square = turned(square)
		for i := range 8 {
			table[(8*at+i)*stride] = byte(square >> (8 * i))
		}
	}
}

// turned swaps rows and columns of eight by eight bits.
func turned(x uint64) uint64 {
	t := (x ^ x>>7) & 0x00aa00aa00aa00aa
	x ^= t ^ t<<7
	t = (x ^ x>>14) & 0x0000cccc0000cccc
	x ^= t ^ t<<14
	t = (x ^ x>>28) & 0x00000000f0f0f0f0
	return x ^ t ^ t<<28
}

// holders are the blocks of a table that may hold a key.
func holders(key uint64, blocks, lines int, line func(int) ([]byte, error)) (store.Set, error) {
	set := make(store.Set, (blocks+63)/64)
	for i := range set {
		set[i] = ^uint64(0)
	}
	var failed error
	linesOf(key, lines, func(at int) bool {
		var bits []byte
		if bits, failed = line(at); failed != nil {
			return false
		}
		return meet(set, bits)
	})
	return set, failed
}

// meet keeps what both have, and says whether that is anything.
func meet(set store.Set, line []byte) (any bool) {
	var left uint64
	for i := range set {
		set[i] &= wordOf(line[8*i:])
		left |= set[i]
	}
	return left != 0
}

// wordOf is the next eight bytes, or what there is.
func wordOf(b []byte) uint64 {
	if len(b) >= 8 {
		return binary.LittleEndian.Uint64(b)
	}
	var w uint64
	for i, c := range b {
		w |= uint64(c) << (8 * i)
	}
	return w
}
