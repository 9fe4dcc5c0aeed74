package decode

import (
	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// A keptColumn is a column of the batch at hand. The values that came lately have
// numbers, so that only those that are new to a batch are looked at.
type keptColumn struct {
	*column
	KeptColumn
	path uint64 // the bit of its path, 0 of columns

	seed   *hashKey
	known  numbering
	values []value.Value
	codes  []batchCode // of the values
	texts  textBlocks  // of the values
	batch  uint32
}

// A batchCode is a value's code in a batch.
type batchCode struct{ batch, code uint32 }

// Values that all columns know.
const (
	numberOfNull = iota
	numberOfNoText
)

func newKeptColumn(c *column, seed *hashKey) *keptColumn {
	k := &keptColumn{column: c, seed: seed}
	k.forget()
	return k
}

// forget lets go of all values, between batches.
func (c *keptColumn) forget() {
	c.known.forget()
	clear(c.values)
	c.values, c.codes = c.values[:0], c.codes[:0]
	c.texts.forget()
	c.number(value.NullOf(value.Dynamic))
	c.number(value.StringOf(""))
}

// begin starts a batch. The one before is done with.
func (c *keptColumn) begin() {
	c.batch++
	c.KeptColumn = KeptColumn{Name: c.name, Type: c.typ, Dict: c.Dict[:0], Codes: c.Codes[:0]}
}

// add adds a value.
func (c *keptColumn) add(v value.Value) { c.put(c.number(v)) }

// put adds the value of a number.
func (c *keptColumn) put(number uint32) {
	p := &c.codes[number]
	if p.batch != c.batch {
		*p = batchCode{c.batch, uint32(len(c.Dict))}
		c.Dict = append(c.Dict, c.values[number])
	}
	c.Codes = append(c.Codes, p.code)
}

// number is that of a value.
func (c *keptColumn) number(v value.Value) uint32 {
	isText := v.Kind() == value.KString
	var key uint64
	if isText {
		key = c.seed.text(v.Str())
	} else {
		key = c.seed.numbers(uint64(v.Type()), uint64(v.Kind()), uint64(v.Int()))
	}
	at, isNew := c.known.of(key)
	if isNew {
		if isText {
			v = value.StringOf(c.texts.own(v.Str()))
		}
		c.values, c.codes = append(c.values, v), append(c.codes, batchCode{})
	}
	return uint32(at)
}

// A numbering numbers keys, hashes of what they stand for, from 0 in the order in
// which they come.
type numbering struct {
	slots []numbered // open addressing
	n     int
}

type numbered struct {
	key uint64
	at  int32 // the number + 1; 0 is free
}

func (t *numbering) of(key uint64) (at int, isNew bool) {
	if 2*t.n >= len(t.slots) {
		t.grow()
	}
	s := t.slot(key)
	if s.at == 0 {
		t.n++
		*s = numbered{key, int32(t.n)}
		return t.n - 1, true
	}
	return int(s.at) - 1, false
}

// slot is where a key stands, or may be put.
func (t *numbering) slot(key uint64) *numbered {
	mask := uint64(len(t.slots) - 1)
	for i := key * fibonacci >> 32; ; i++ {
		if s := &t.slots[i&mask]; s.at == 0 || s.key == key {
			return s
		}
	}
}

func (t *numbering) grow() {
	old := t.slots
	t.slots = make([]numbered, max(2*len(old), 16))
	for _, s := range old {
		if s.at != 0 {
			*t.slot(s.key) = s
		}
	}
}

func (t *numbering) forget() {
	clear(t.slots)
	t.n = 0
}

// textBlocks hold copies of texts. What is forgotten is written over.
type textBlocks struct {
	block []byte
}

const textBlock = 4 << 10

func (b *textBlocks) own(s string) string {
	if cap(b.block)-len(b.block) < len(s) {
		b.block = make([]byte, 0, max(textBlock, len(s)))
	}
	start := len(b.block)
	b.block = append(b.block, s...)
	return viewOf(b.block[start:])
}

func (b *textBlocks) forget() { b.block = nil }
