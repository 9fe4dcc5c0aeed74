package decode

import (
	"slices"

	"github.com/dogwatch-dev/dogwatch"
)

// Where there are many rules, their sets take more memory than all else that is known
// of deeds, callers and pairs. Few of them differ, and those are kept once.

// knownSets keep sets of rules, each once. Whoever has one must not change it.
type knownSets struct {
	key   hashKey
	slots []dogwatch.RuleSet // open addressing
	count int
	none  dogwatch.RuleSet
}

// maxKnownSets bounds how many sets are found again.
const maxKnownSets = 1 << 14

func newKnownSets() knownSets {
	return knownSets{key: newHashKey(), slots: make([]dogwatch.RuleSet, 256)}
}

// of is the set that is kept for one with the same rules.
func (k *knownSets) of(set dogwatch.RuleSet) dogwatch.RuleSet {
	if !isAny(set) {
		return k.empty(len(set))
	}
	at := k.slot(set)
	if k.slots[at] == nil {
		if 2*k.count >= len(k.slots) {
			k.grow()
			at = k.slot(set)
		}
		k.slots[at] = slices.Clone(set)
		k.count++
	}
	return k.slots[at]
}

// empty is the empty set of so many words.
func (k *knownSets) empty(size int) dogwatch.RuleSet {
	if len(k.none) < size {
		k.none = make(dogwatch.RuleSet, size)
	}
	return k.none[:size]
}

// slot is where a set is, or is to be put.
func (k *knownSets) slot(set dogwatch.RuleSet) uint64 {
	mask := uint64(len(k.slots) - 1)
	for i := k.key.numbers(set...) & mask; ; i = (i + 1) & mask {
		if s := k.slots[i]; s == nil || slices.Equal(s, set) {
			return i
		}
	}
}

func (k *knownSets) grow() {
	old := k.slots
	if k.count >= maxKnownSets {
		old = nil // they are forgotten here, and stay with those that have them
	}
	k.slots, k.count = make([]dogwatch.RuleSet, max(2*len(old), 256)), 0
	for _, s := range old {
		if s != nil {
			k.slots[k.slot(s)] = s
			k.count++
		}
	}
}

// scratchSets are memory for sets while the sieve is asked.
type scratchSets struct{ words []uint64 }

// forget makes all of it free again.
func (s *scratchSets) forget() { s.words = s.words[:0] }

// empty is a set of so many words.
func (s *scratchSets) empty(size int) dogwatch.RuleSet {
	n := len(s.words)
	if n+size > cap(s.words) { // what was given out stays where it is
		s.words, n = make([]uint64, 0, max(2*cap(s.words), 64*size)), 0
	}
	s.words = s.words[:n+size]
	out := s.words[n : n+size : n+size]
	clear(out)
	return out
}

func (s *scratchSets) copyOf(set dogwatch.RuleSet) dogwatch.RuleSet {
	out := s.empty(len(set))
	copy(out, set)
	return out
}
