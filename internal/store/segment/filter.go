package segment

import "math/bits"

// A filter is a Bloom filter over 64-bit keys: it may know keys that were not
// put into it, about one in eight hundred, and knows all that were.
type filter []byte

const (
	bitsPerKey = 14
	probes     = 9
)

// newFilter makes a filter of keys, which are distinct.
func newFilter(keys []uint64) filter {
	f := make(filter, (len(keys)*bitsPerKey+63)/64*8)
	for _, k := range keys {
		h1, h2 := uint32(k), uint32(k>>32)|1
		for range probes {
			at := f.place(h1)
			f[at>>3] |= 1 << (at & 7)
			h1 += h2
		}
	}
	return f
}

func (f filter) place(h uint32) uint64 {
	at, _ := bits.Mul64(uint64(h)<<32, uint64(len(f))*8)
	return at
}

// has says whether a key may be in the filter.
func (f filter) has(k uint64) bool {
	if len(f) == 0 {
		return false
	}
	h1, h2 := uint32(k), uint32(k>>32)|1
	for range probes {
		at := f.place(h1)
		if f[at>>3]&(1<<(at&7)) == 0 {
			return false
		}
		h1 += h2
	}
	return true
}
