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
	known  numbering // of values, whose places are codes
	values []value.Value
	texts  textBlocks // of the values
	batch  uint32
}

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
	c.values, c.texts = c.values[:0], textBlocks{}
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
func (c *keptColumn) put(number uint32) { c.Codes = append(c.Codes, c.code(number)) }

// code is that of a number's value in the batch at hand.
func (c *keptColumn) code(number uint32) uint32 {
	p := &c.known.list[number]
	if p.batch != c.batch {
		p.batch, p.place = c.batch, uint32(len(c.Dict))
		c.Dict = append(c.Dict, c.values[number])
	}
	return p.place
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
		c.values = append(c.values, v)
	}
	return uint32(at)
}

// textBlocks hold copies of texts.
type textBlocks struct{ block []byte }

const textBlock = 4 << 10

func (b *textBlocks) own(s string) string {
	if cap(b.block)-len(b.block) < len(s) {
		b.block = make([]byte, 0, max(textBlock, len(s)))
	}
	start := len(b.block)
	b.block = append(b.block, s...)
	return viewOf(b.block[start:])
}
