package store

import (
	"encoding/binary"
	"math/bits"
	"math/rand/v2"
)

// An Indexer gathers what Index gives of many records that lie together, each
// key as a rule once. Such records are much alike: the same members with the
// same values come again and again, and one that was seen is passed over
// without a look at its words. It is used by one goroutine.
type Indexer struct {
	keys    keySet // of words and leaves
	seen    keySet // hashes of names, and of values under their names
	levels  [maxLevels]level
	walk    leafWalk
	secrets [2]uint64

	// What names and values gave that were seen since whenever, for the next
	// time that they are new: keys one after the other in given, and where.
	given []uint64
	done  int // of given
	where map[uint64]extent
}

type extent struct{ from, to uint32 }

const (
	maxLevels = 64
	// maxGiven bounds the memory for what names and values gave.
	maxGiven = 1 << 17
)

// NewIndexer returns an empty one.
func NewIndexer() *Indexer {
	x := &Indexer{
		keys: newKeySet(), seen: newKeySet(), where: map[uint64]extent{},
		// Of two strings with one hash the second would not be found: nobody
		// may know how to make them.
		secrets: [2]uint64{rand.Uint64() | 1, rand.Uint64() | 1},
	}
	x.walk.add = x.give
	return x
}

// Keys are the keys of all records since the last Reset, each once. They are
// good until the next call.
func (x *Indexer) Keys() []uint64 { return x.keys.keys }

// Reset starts anew.
func (x *Indexer) Reset() {
	x.keys.reset()
	x.seen.reset()
}

// Add takes the keys of a record in.
func (x *Indexer) Add(raw string) {
	if !x.members(raw) {
		Index(raw, x.keys.put)
	}
}

// A level is an open bracket.
type level struct {
	member member // that it stands under
	object bool
}

// A member is where its name stands, and the name's hash.
type member struct {
	from, to int
	hash     uint64
}

// members goes through a record's members; ok is false where it is not the
// JSON that records are as a rule.
func (x *Indexer) members(s string) (ok bool) {
	depth, at := -1, member{}
	wantName, wantValue := false, false // wantValue: behind a name
	for i := 0; i < len(s); {
		c := s[i]
		if wantValue && (c == ',' || c == '}' || c == ']') {
			return false
		}
		switch c {
		case ' ', '\t', '\n', '\r', ':':
			i++
		case ',':
			wantName = depth >= 0 && x.levels[depth].object
			if depth >= 0 && !wantName {
				at = x.levels[depth].member
			}
			i++
		case '{', '[':
			if depth++; depth == maxLevels {
				return false
			}
			x.name(s, at)
			wantName, wantValue = c == '{', false
			x.levels[depth] = level{at, wantName}
			i++
		case '}', ']':
			if depth--; depth < -1 {
				return false
			}
			wantName = false
			i++
		case '"':
			end, hash := x.scan(s, i+1)
			if end < 0 {
				return false
			}
			if wantName {
				at, wantName, wantValue = member{i + 1, end, hash}, false, true
				i = end + 1
				continue
			}
			wantValue = false
			if h := x.mix(x.mix(at.hash, 1), hash); x.seen.add(h) {
				x.name(s, at)
				if !x.recall(h) {
					x.text(s[at.from:at.to], s[i+1:end])
					x.remember(h)
				}
			}
			i = end + 1
		default:
			end := i
			for end < len(s) && isBare[s[end]] {
				end++
			}
			if end == i {
				return false
			}
			wantValue = false
			if h := x.mix(x.mix(at.hash, 2), x.hash(s[i:end])); x.seen.add(h) {
				x.name(s, at)
				if !x.recall(h) {
					x.bare(s[at.from:at.to], s[i:end])
					x.remember(h)
				}
			}
			i = end
		}
	}
	return depth < 0 && !wantValue
}

// recall takes in what the name or value of a hash gave before, if it did.
func (x *Indexer) recall(h uint64) bool {
	e, ok := x.where[h]
	for _, k := range x.given[e.from:e.to] {
		x.keys.add(k)
	}
	return ok
}

// give takes a key of what is looked at.
func (x *Indexer) give(k uint64) {
	x.given = append(x.given, k)
	x.keys.add(k)
}

// remember notes that what was given last is of the name or value of a hash.
func (x *Indexer) remember(h uint64) {
	from := x.done
	x.done = len(x.given)
	x.where[h] = extent{uint32(from), uint32(x.done)}
	if x.done > maxGiven || len(x.where) > maxGiven { // numbers give nothing
		clear(x.where)
		x.given, x.done = x.given[:0], 0
	}
}

// name takes in a member's name. It need not be done where a value under the
// name was seen before.
func (x *Indexer) name(s string, at member) {
	if at.hash == 0 || !x.seen.add(at.hash) || x.recall(at.hash) {
		return
	}
	name := s[at.from:at.to]
	x.words(name)
	if _, ok := plain(name); !ok {
		x.give(opaqueKey)
	}
	x.remember(at.hash)
}

// text takes in a string that stands under a name.
func (x *Indexer) text(name, body string) {
	x.words(body)
	x.walk.scalar(nameHash(name), body, 0)
	x.hidden()
}

// bare takes in a number or a word.
func (x *Indexer) bare(name, token string) {
	x.words(token)
	x.walk.bare(nameHash(name), token)
}

// nameHash is keyHash of a name as it is written, which was looked at before.
func nameHash(written string) uint64 {
	name, _ := plain(written)
	return keyHash(name)
}

func (x *Indexer) words(text string) {
	x.walk.opaque = eachWord(text, x.walk.add)
	x.hidden()
}

// hidden takes in that what was just looked at may hide something.
func (x *Indexer) hidden() {
	if x.walk.opaque {
		x.give(opaqueKey)
	}
	x.walk.opaque = false
}

const (
	eachByte  = 0x0101010101010101
	quotes    = '"' * eachByte
	backslash = '\\' * eachByte
)

// zeros marks the first byte of w that is 0, and maybe others behind it.
func zeros(w uint64) uint64 { return (w - eachByte) &^ w & (0x80 * eachByte) }

// scan finds the quote that ends a string, or -1, and hashes what is before it.
func (x *Indexer) scan(s string, from int) (end int, hash uint64) {
	h := x.secrets[0]
	for i := from; i+8 <= len(s); i += 8 {
		w := binary.LittleEndian.Uint64([]byte(s[i : i+8]))
		found := zeros(w^quotes) | zeros(w^backslash)
		if found == 0 {
			h = x.mix(h, w)
			continue
		}
		n := bits.TrailingZeros64(found) &^ 7
		if byte(w>>n) == '\\' {
			break
		}
		end = i + n/8
		return end, x.mix(h, w&(1<<n-1)^uint64(end-from)<<56)
	}
	end = stringEnd(s, from)
	if end < 0 {
		return -1, 0
	}
	return end, x.hash(s[from:end])
}

// hash is what scan gives of a string.
func (x *Indexer) hash(s string) uint64 {
	h := x.secrets[0]
	n := len(s)
	for ; len(s) >= 8; s = s[8:] {
		h = x.mix(h, binary.LittleEndian.Uint64([]byte(s[:8])))
	}
	var last uint64
	for i := len(s) - 1; i >= 0; i-- {
		last = last<<8 | uint64(s[i])
	}
	return x.mix(h, last^uint64(n)<<56)
}

// mix goes on with a hash.
func (x *Indexer) mix(h, w uint64) uint64 {
	high, low := bits.Mul64(h^w, x.secrets[1])
	return high ^ low
}

// A keySet gathers distinct keys; it is emptied and used again.
type keySet struct {
	slots []uint64 // 0 is free
	keys  []uint64
}

func newKeySet() keySet { return keySet{slots: make([]uint64, 1<<13)} }

// put is add without an answer.
func (s *keySet) put(k uint64) { s.add(k) }

// add puts a key in, and says whether it is new.
func (s *keySet) add(k uint64) bool {
	if k == 0 {
		k = 1
	}
	mask := uint64(len(s.slots) - 1)
	i := k & mask
	for s.slots[i] != 0 {
		if s.slots[i] == k {
			return false
		}
		i = (i + 1) & mask
	}
	s.slots[i] = k
	s.keys = append(s.keys, k)
	if 2*len(s.keys) > len(s.slots) {
		s.grow()
	}
	return true
}

func (s *keySet) grow() {
	s.slots = make([]uint64, 2*len(s.slots))
	mask := uint64(len(s.slots) - 1)
	for _, k := range s.keys {
		i := k & mask
		for s.slots[i] != 0 {
			i = (i + 1) & mask
		}
		s.slots[i] = k
	}
}

func (s *keySet) reset() {
	if len(s.keys) > 0 {
		clear(s.slots)
	}
	s.keys = s.keys[:0]
}
