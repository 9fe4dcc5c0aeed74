package decode

import "github.com/dogwatch-dev/dogwatch"

// A pair is a deed and a caller seen together.
type pair struct {
	deed, caller int32
	pathed       bool
	judged       bool
	need         wordSet // those whose standing in bodies matters to some rule
	of, by       *judged
	set          dogwatch.RuleSet
	bare         dogwatch.RuleSet // those of set that bodies do not matter to
}

// kind is that of the deed.
func (p *pair) kind() int {
	if p.pathed {
		return kindAddress
	}
	return kindDeed
}

// A pairTable is the pairs that were seen, and finds them again.
type pairTable struct {
	list  []pair
	slots []int32 // place in list + 1; open addressing
}

func newPairTable() pairTable { return pairTable{slots: make([]int32, 1024)} }

// place is where a pair stands in the list; isNew says that it was put there.
func (t *pairTable) place(deed, caller int32, pathed bool) (at int32, isNew bool) {
	mask := uint64(len(t.slots) - 1)
	i := homeOf(deed, caller) & mask
	for ; t.slots[i] != 0; i = (i + 1) & mask {
		at := t.slots[i] - 1
		if p := &t.list[at]; p.deed == deed && p.caller == caller && p.pathed == pathed {
			return at, false
		}
	}
	t.list = append(t.list, pair{deed: deed, caller: caller, pathed: pathed})
	t.slots[i] = int32(len(t.list))
	if 2*len(t.list) > len(t.slots) {
		t.grow()
	}
	return int32(len(t.list)) - 1, true
}

func homeOf(deed, caller int32) uint64 {
	return (uint64(uint32(deed))<<32 | uint64(uint32(caller))) * fibonacci >> 32
}

func (t *pairTable) grow() {
	t.slots = make([]int32, 2*len(t.slots))
	mask := uint64(len(t.slots) - 1)
	for at := range t.list {
		i := homeOf(t.list[at].deed, t.list[at].caller) & mask
		for t.slots[i] != 0 {
			i = (i + 1) & mask
		}
		t.slots[i] = int32(at) + 1
	}
}

func (t *pairTable) forget() {
	clear(t.slots)
	clear(t.list)
	t.list = t.list[:0]
}
