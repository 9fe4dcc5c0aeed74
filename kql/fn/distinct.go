package fn

import (
	"bytes"
	"encoding/binary"

	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// A distinct counts different values by their group keys. There may be very many of
// them, one a group, and most have few values: of these the keys lie in one piece of
// memory. Without values it takes none.
type distinct struct {
	n    int
	few  []byte // each key behind its length, in two bytes
	many *manyKeys
}

// manyKeys are those of a distinct with more than few.
type manyKeys struct {
	seen map[string]struct{}
	size int
	// key is that of the last value, and other memory for the next: values of one
	// kind often stand together.
	key, other []byte
}

const (
	fewKeys      = 8
	fewKeysBytes = 256
)

// Add adds a value that is not null.
func (d *distinct) Add(a []value.Value) {
	if !a[0].IsNull() {
		d.add(a[0])
	}
}

// add says whether the value is new.
func (d *distinct) add(v value.Value) bool {
	if d.many == nil {
		at := d.append(v)
		if d.stands(at) {
			d.few = d.few[:at]
			return false
		}
		if d.n < fewKeys && len(d.few) <= fewKeysBytes {
			d.n++
			return true
		}
		d.few = d.few[:at]
		d.spill()
	}
	if !d.many.add(v) {
		return false
	}
	d.n++
	return true
}

// append puts the key of a value behind the few that are there, and returns where.
func (d *distinct) append(v value.Value) (at int) {
	if d.few == nil {
		d.few = make([]byte, 0, 48)
	}
	at = len(d.few)
	d.few = v.GroupKey(append(d.few, 0, 0))
	binary.LittleEndian.PutUint16(d.few[at:], uint16(len(d.few)-at-2)) // if it is longer, it is none of few
	return at
}

// stands says whether the last of the few keys, which begins at a place, stands before
// it too.
func (d *distinct) stands(at int) bool {
	key := d.few[at:]
	for rest := d.few[:at]; len(rest) > 0; {
		n := 2 + int(binary.LittleEndian.Uint16(rest))
		if bytes.Equal(rest[:n], key) {
			return true
		}
		rest = rest[n:]
	}
	return false
}

// spill makes many of few.
func (d *distinct) spill() {
	d.many = &manyKeys{seen: make(map[string]struct{}, 2*fewKeys)}
	for rest := d.few; len(rest) > 0; {
		n := 2 + int(binary.LittleEndian.Uint16(rest))
		d.many.put(rest[2:n])
		rest = rest[n:]
	}
	d.few = nil
}

// has says whether the value was added.
func (d *distinct) has(v value.Value) bool {
	if d.many != nil {
		return d.many.has(v)
	}
	at := d.append(v)
	stands := d.stands(at)
	d.few = d.few[:at]
	return stands
}

// Result is how many values there are.
func (d *distinct) Result() value.Value { return value.LongOf(int64(d.n)) }

// Size is about the memory that it takes, in bytes.
func (d *distinct) Size() int {
	size := 48 + cap(d.few)
	if d.many != nil {
		size += 64 + d.many.size
	}
	return size
}

func (m *manyKeys) add(v value.Value) bool {
	m.key, m.other = v.GroupKey(m.other[:0]), m.key
	if bytes.Equal(m.key, m.other) {
		return false
	}
	if _, ok := m.seen[string(m.key)]; ok {
		return false
	}
	m.put(m.key)
	return true
}

func (m *manyKeys) put(key []byte) {
	m.seen[string(key)] = struct{}{}
	m.size += len(key) + 48
}

func (m *manyKeys) has(v value.Value) bool {
	m.other = v.GroupKey(m.other[:0])
	_, ok := m.seen[string(m.other)]
	return ok
}
