package decode

import (
	"hash/maphash"
	"strings"
)

// A memo remembers, for texts, what rules say to what they say. Events repeat their verbs, resources and callers: each is judged once.
type memo struct {
	seed    maphash.Seed
	slots   []int32 // entry+1 by hash; open addressing
	entries []memoEntry
}

type memoEntry struct {
	hash uint64
	key  string
	of   *judged
}

// maxMemo bounds the memory that a log full of invented callers can take.
const maxMemo = 1 << 15

func newMemo(seed maphash.Seed) *memo {
	return &memo{seed: seed, slots: make([]int32, 1024)}
}

// find returns the entry of a key; isNew says that it was made for it.
func (m *memo) find(key string) (entry int32, isNew bool) {
	hash := maphash.String(m.seed, key)
	mask := uint64(len(m.slots) - 1)
	i := hash & mask
	for ; m.slots[i] != 0; i = (i + 1) & mask {
		e := m.slots[i] - 1
		if m.entries[e].hash == hash && m.entries[e].key == key {
			return e, false
		}
	}
	e := int32(len(m.entries))
	m.entries = append(m.entries, memoEntry{hash: hash, key: strings.Clone(key)})
	m.slots[i] = e + 1
	if 2*len(m.entries) > len(m.slots) {
		m.rehash()
	}
	return e, true
}

func (m *memo) rehash() {
	m.slots = make([]int32, 2*len(m.slots))
	mask := uint64(len(m.slots) - 1)
	for e := range m.entries {
		i := m.entries[e].hash & mask
		for m.slots[i] != 0 {
			i = (i + 1) & mask
		}
		m.slots[i] = int32(e) + 1
	}
}

// full says that the memo is to be forgotten before more is put in.
func (m *memo) full() bool { return len(m.entries) >= maxMemo }

func (m *memo) forget() {
	clear(m.slots)
	clear(m.entries)
	m.entries = m.entries[:0]
}
