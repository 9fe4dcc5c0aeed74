package decode

// A numbering numbers keys, which are hashes of what they stand for, from 0 in
// the order in which they come. It is small, for the sake of processors' caches.
type numbering struct {
	slots []uint32 // open addressing: a part of the key, and the number + 1
	list  []numbered

	touched uint32
}

// A numbered key has a place in a batch.
type numbered struct {
	key          uint64
	batch, place uint32
}

const (
	// numberBits are those of a number in a slot.
	numberBits = 16
	// maxNumbers bounds the memory that a log full of invented callers can take.
	// Who uses a numbering forgets it between two batches when it has so many.
	maxNumbers = 1 << 13
)

func (t *numbering) of(key uint64) (at int, isNew bool) {
	if 2*len(t.list) >= len(t.slots) {
		t.grow()
	}
	tag := uint32(key) >> numberBits << numberBits
	mask := uint64(len(t.slots) - 1)
	i := key >> 32 & mask
	for ; t.slots[i] != 0; i = (i + 1) & mask {
		if s := t.slots[i]; s>>numberBits<<numberBits == tag {
			if at := int(s&(1<<numberBits-1)) - 1; t.list[at].key == key {
				return at, false
			}
		}
	}
	t.list = append(t.list, numbered{key: key})
	t.slots[i] = tag | uint32(len(t.list))
	return len(t.list) - 1, true
}

// touch asks for what of will look at: a processor fetches several at once that
// are far away.
func (t *numbering) touch(key uint64) {
	if len(t.slots) > 0 {
		t.touched += t.slots[key>>32&uint64(len(t.slots)-1)]
	}
}

func (t *numbering) grow() {
	t.slots = make([]uint32, max(2*len(t.slots), 16))
	mask := uint64(len(t.slots) - 1)
	for at, k := range t.list {
		i := k.key >> 32 & mask
		for t.slots[i] != 0 {
			i = (i + 1) & mask
		}
		t.slots[i] = uint32(k.key)>>numberBits<<numberBits | uint32(at+1)
	}
}

// full says that it is to be forgotten.
func (t *numbering) full() bool { return len(t.list) >= maxNumbers }

func (t *numbering) forget() {
	clear(t.slots)
	t.list = t.list[:0]
}
