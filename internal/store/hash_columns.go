package store

import (
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"slices"

	"github.com/dogwatch-dev/dogwatch/internal/store/sha"
	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// A columnTexts gives what is summed of the columns of a row: the values that are
// not null, those of truth before the others and by the names of their columns,
// and then the sum of those names.
//
// Half of the columns are of truth, and agree in most rows with those of another
// row: what is summed of them is put together once.
type columnTexts struct {
	columns []Column // in the order in which they are summed
	byName  []Column // for the first form, once it is asked for
	truths  []truths
	others  []textColumn
	text    []byte // of the others' values, and short bytes more
	nulls   []byte // which columns a row lacks, in some form
	names   map[string]sha.Sum
	scratch []byte
}

const (
	// rowsAtOnce are the rows whose codes lie in one line of a processor's cache.
	// To go from column to column for each row would lose the lines meanwhile.
	rowsAtOnce = 16
	// truthsAtOnce are the columns whose values fit a key, two bits each.
	truthsAtOnce = 32
	// short is what is copied of a short text, whatever its size is: that takes
	// no decision.
	short = 16
)

// A truths is columns of truth that are taken together.
type truths struct {
	columns []truthColumn
	known   map[uint64]truth
	// keys are the values in rows from first on.
	keys  [rowsAtOnce]uint64
	first int
}

// A truthColumn has for each value its bits of a key, 0 for null.
type truthColumn struct {
	codes []uint32
	bits  []uint64
	dict  []value.Value
}

// A truth is values of columns that are taken together: their text, and which of
// them are null.
type truth struct {
	text  []byte
	nulls uint32
}

// A textColumn is the text of each value of a column, empty for null.
type textColumn struct {
	codes []uint32
	texts []span
}

type span struct{ from, size int32 }

// reset makes ready for rows of other columns.
func (t *columnTexts) reset(columns []Column) {
	clear(t.columns)
	clear(t.truths)
	clear(t.others)
	t.columns, t.byName = append(t.columns[:0], columns...), nil
	slices.SortFunc(t.columns, func(a, b Column) int {
		return cmp.Or(cmp.Compare(rank(&a), rank(&b)), cmp.Compare(a.Name, b.Name))
	})
	t.truths, t.others, t.text = t.truths[:0], t.others[:0], t.text[:0]
	t.names = map[string]sha.Sum{}
	for i := range t.columns {
		c := &t.columns[i]
		if c.Type != value.Bool {
			t.others = append(t.others, t.textColumn(c))
			continue
		}
		if i%truthsAtOnce == 0 {
			t.truths = append(t.truths, truths{known: map[uint64]truth{}, first: -1})
		}
		g := &t.truths[len(t.truths)-1]
		g.columns = append(g.columns, truthColumnOf(c, len(g.columns)))
	}
	t.text = append(t.text, make([]byte, short)...)
}

// rank puts columns of truth first.
func rank(c *Column) int {
	if c.Type == value.Bool {
		return 0
	}
	return 1
}

func (t *columnTexts) textColumn(c *Column) textColumn {
	texts := make([]span, len(c.Dict))
	for i, v := range c.Dict {
		if !v.IsNull() {
			from := len(t.text)
			t.text = appendValue(t.text, v)
			texts[i] = span{int32(from), int32(len(t.text) - from)}
		}
	}
	return textColumn{c.Codes, texts}
}

// truthColumnOf is column number at of those that are taken together.
func truthColumnOf(c *Column, at int) truthColumn {
	bits := make([]uint64, len(c.Dict))
	for i, v := range c.Dict {
		if !v.IsNull() {
			bits[i] = uint64(1+v.Int()&1) << (2 * at)
		}
	}
	return truthColumn{c.Codes, bits, c.Dict}
}

// append appends the texts of a row's values and the sum of their names.
func (t *columnTexts) append(b []byte, row int) []byte {
	t.nulls = t.nulls[:0]
	for i := range t.truths {
		v := t.truths[i].of(row)
		b = append(b, v.text...)
		t.nulls = binary.LittleEndian.AppendUint32(t.nulls, v.nulls)
	}
	for some := range slices.Chunk(t.others, 64) {
		var nulls uint64
		b, nulls = t.appendTexts(b, some, row)
		t.nulls = binary.LittleEndian.AppendUint64(t.nulls, nulls)
	}
	names := t.namesOf(row)
	return append(b, names[:]...)
}

// appendTexts appends the values of at most 64 columns, and says which are null.
func (t *columnTexts) appendTexts(b []byte, columns []textColumn, row int) (_ []byte, nulls uint64) {
	b = slices.Grow(b, len(columns)*short)
	for i := range columns {
		c := &columns[i]
		s := c.texts[c.codes[row]]
		if s.size > short {
			b = append(b, t.text[s.from:s.from+s.size]...)
			b = slices.Grow(b, (len(columns)-i)*short)
			continue
		}
		end := b[len(b) : len(b)+short]
		*(*[short]byte)(end) = *(*[short]byte)(t.text[s.from:])
		b = b[:len(b)+int(s.size)]
		if s.size == 0 {
			nulls |= 1 << i
		}
	}
	return b, nulls
}

// of is what a row has.
func (g *truths) of(row int) truth {
	if first := row / rowsAtOnce * rowsAtOnce; first != g.first {
		g.first, g.keys = first, [rowsAtOnce]uint64{}
		for i := range g.columns {
			c := &g.columns[i]
			for r, code := range c.codes[first:min(len(c.codes), first+rowsAtOnce)] {
				g.keys[r] |= c.bits[code]
			}
		}
	}
	key := g.keys[row%rowsAtOnce]
	v, ok := g.known[key]
	if !ok {
		v = g.make(row)
		g.known[key] = v
	}
	return v
}

func (g *truths) make(row int) (v truth) {
	for i := range g.columns {
		c := &g.columns[i]
		if is := c.dict[c.codes[row]]; is.IsNull() {
			v.nulls |= 1 << i
		} else {
			v.text = appendValue(v.text, is)
		}
	}
	return v
}

// namesOf sums the names of the columns that a row has. It is known which those
// are.
func (t *columnTexts) namesOf(row int) sha.Sum {
	sum, ok := t.names[string(t.nulls)]
	if !ok {
		t.scratch = t.scratch[:0]
		for i := range t.columns {
			if c := &t.columns[i]; !c.At(row).IsNull() {
				t.scratch = appendText(t.scratch, c.Name)
			}
		}
		sum = sha256.Sum256(t.scratch)
		t.names[string(t.nulls)] = sum
	}
	return sum
}
