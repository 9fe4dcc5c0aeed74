package zst

import (
	"encoding/binary"
	"math/bits"
)

// A sequence is some literals and a match behind them.
type sequence struct {
	literals uint32
	match    uint32 // its length
	offset   uint32 // as zstd writes it: 1 to 3 is one of the last, others are 3 more than they are
}

// offsets are the last three, which zstd has short names for.
type offsets [3]uint32

// name is what stands for an offset behind so many literals; it is then the
// last.
func (o *offsets) name(offset, literals uint32) uint32 {
	switch {
	case offset == o[0] && literals > 0:
		return 1
	case offset == o[1]:
		o[0], o[1] = o[1], o[0]
		if literals > 0 {
			return 2
		}
		return 1
	case offset == o[2]:
		o[0], o[1], o[2] = o[2], o[0], o[1]
		if literals > 0 {
			return 3
		}
		return 2
	}
	o[0], o[1], o[2] = offset, o[0], o[1]
	return offset + 3
}

// A finder finds matches.
type finder struct {
	// Where eight bytes stood last, by their hash: places in a text count from
	// base, so that those of texts before are less than that.
	places [1 << hashBits]uint32
	base   uint32
	next   uint32 // the base of the next text

	sequences []sequence
	literals  []byte
	repeats   []Repeat
}

// A Repeat is a part of a text, [From, To), that says what stands so many bytes
// before it as well.
type Repeat struct{ From, To, Back uint32 }

// leastRepeat is how long those are that anybody is told of: shorter ones hold no
// member with its value as a rule.
const leastRepeat = 32

const (
	hashBits = 15
	shortest = 8 // bytes of a match
	stride   = 2 // bytes from one look to the next
	// patience is how many bytes without a match make the stride one longer, as
	// a power of two.
	patience = 6
)

func hash(v uint64) uint64 { return v * 0x9e3779b185ebca87 >> (64 - hashBits) }

func load(b []byte, i int) uint64 { return binary.LittleEndian.Uint64(b[i : i+8]) }

// begin starts a text of so many bytes.
func (f *finder) begin(size int) {
	if uint64(f.next)+uint64(size) >= 1<<32 || f.next == 0 {
		clear(f.places[:])
		f.next = 1
	}
	f.base = f.next
	f.next += uint32(size)
	f.repeats = f.repeats[:0]
}

// find takes src[from:to] apart. Matches may begin anywhere before.
func (f *finder) find(src []byte, from, to int, last *offsets) {
	f.sequences, f.literals = f.sequences[:0], f.literals[:0]
	done, end := from, to-shortest // done is behind the last match
	for s := from; s <= end; {
		v := load(src, s)
		place := &f.places[hash(v)]
		back := uint32(s) + f.base - *place
		*place = f.base + uint32(s)
		// What was copied from before is most likely to go on there, and an
		// offset that comes again takes few bits.
		offset := last.of(src, s, done, v)
		if offset == 0 {
			if offset = int(back); back > uint32(s) || back > window || load(src, s-offset) != v {
				s += stride + (s-done)>>patience
				continue
			}
		}
		next := s + shortest + matching(src[s+shortest:to], src[s+shortest-offset:])
		for s > done && s > offset && src[s-1] == src[s-offset-1] {
			s--
		}
		if s > done {
			f.literals = append(f.literals, src[done:s]...)
		}
		literals := uint32(s - done)
		f.sequences = append(f.sequences, sequence{literals, uint32(next - s), last.name(uint32(offset), literals)})
		if next-s >= leastRepeat {
			f.repeats = append(f.repeats, Repeat{uint32(s), uint32(next), uint32(offset)})
		}
		s, done = next, next
	}
	f.literals = append(f.literals, src[done:to]...)
}

// of is one of the offsets at which the eight bytes before s are those at s, 0
// if there is none. The last cannot go on where its match is done.
func (o *offsets) of(src []byte, s, done int, v uint64) int {
	if s > done {
		if offset := int(o[0]); offset <= s && load(src, s-offset) == v {
			return offset
		}
		return 0
	}
	if offset := int(o[1]); offset <= s && load(src, s-offset) == v {
		return offset
	}
	if offset := int(o[2]); offset <= s && load(src, s-offset) == v {
		return offset
	}
	return 0
}

// matching is how many bytes are the same from the start.
func matching(a, b []byte) int {
	b = b[:len(a)]
	i := 0
	for ; i+16 <= len(a); i += 16 {
		x, y := load(a, i)^load(b, i), load(a, i+8)^load(b, i+8)
		if x != 0 {
			return i + bits.TrailingZeros64(x)>>3
		}
		if y != 0 {
			return i + 8 + bits.TrailingZeros64(y)>>3
		}
	}
	for i < len(a) && a[i] == b[i] {
		i++
	}
	return i
}
