package decode

import (
	"crypto/rand"
	"encoding/binary"
	"math/bits"
)

// A hashKey makes numbers of texts that stand for them: who writes the texts and
// does not know the key finds no two with the same number. Go's own hashes of
// that kind (hash/maphash) have keys that no other process can have; what is
// remembered by number here outlives the process. It is made as those of Go's
// runtime are where a processor has no help for them: by multiplication of
// 64 bits to 128, whose halves are laid upon each other.
type hashKey [4]uint64

func newHashKey() (k hashKey) {
	var b [32]byte
	_, _ = rand.Read(b[:]) // never fails: crypto/rand
	for i := range k {
		k[i] = binary.LittleEndian.Uint64(b[8*i:])
	}
	return k
}

// text is the number of a text.
func (k *hashKey) text(s string) uint64 {
	h := k[0] ^ uint64(len(s))
	for ; len(s) > 16; s = s[16:] {
		h = mix(load(s)^k[1], load(s[8:])^h)
	}
	var a, b uint64
	switch {
	case len(s) >= 8:
		a, b = load(s), load(s[len(s)-8:])
	default:
		a = loadFew(s)
	}
	return mix(k[2]^h, mix(a^k[1], b^k[3]^h))
}

// numbers is the number of some numbers.
func (k *hashKey) numbers(of ...uint64) uint64 {
	h := k[0]
	for _, n := range of {
		h = mix(n^k[1], h^k[2])
	}
	return mix(h^k[3], k[1])
}

func mix(a, b uint64) uint64 {
	hi, lo := bits.Mul64(a, b)
	return hi ^ lo
}

// loadFew is a text of less than 8 bytes as a number.
func loadFew(s string) uint64 {
	n := len(s)
	switch {
	case n >= 4:
		return load4(s) | load4(s[n-4:])<<(8*(n-4))
	case n > 0:
		return uint64(s[0]) | uint64(s[n/2])<<(8*(n/2)) | uint64(s[n-1])<<(8*(n-1))
	}
	return 0
}

func load4(s string) uint64 {
	_ = s[3]
	return uint64(s[0]) | uint64(s[1])<<8 | uint64(s[2])<<16 | uint64(s[3])<<24
}

// load is the first 8 bytes of a text as a number.
func load(s string) uint64 {
	_ = s[7]
	return uint64(s[0]) | uint64(s[1])<<8 | uint64(s[2])<<16 | uint64(s[3])<<24 |
		uint64(s[4])<<32 | uint64(s[5])<<40 | uint64(s[6])<<48 | uint64(s[7])<<56
}
