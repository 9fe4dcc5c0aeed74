package store

import (
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"slices"

	"github.com/dogwatch-dev/dogwatch/internal/store/sha"
	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// A Chain is what all records up to one amount to: SHA-256 over the chain
// before it and the record's own sum. It goes by sequence numbers, so it stays
// the same however records are laid into files.
type Chain [sha256.Size]byte

// Next is the chain with one more record.
func (c Chain) Next(sum [sha256.Size]byte) Chain {
	var b [2 * sha256.Size]byte
	copy(b[:], c[:])
	copy(b[sha256.Size:], sum[:])
	return sha256.Sum256(b[:])
}

// A Hasher sums records of one batch or block: where they came from, when, what
// was read from them, and their bytes. It sums several at once, which is a few
// times cheaper.
//
// The zero value is ready for records without columns.
type Hasher struct {
	columns []hashColumn
	text    []byte // of their values
	many    sha.Many
	sums    []sha.Sum
}

// hashed is how many bytes are summed at once: as many as a processor keeps
// close to it.
const hashed = 512 << 10

type hashColumn struct {
	codes []uint32 // nil: all have the first
	dict  [][]byte // nil for what is not known
}

// Columns makes ready for records with these columns.
func (h *Hasher) Columns(columns []Column) {
	sorted := slices.Clone(columns)
	slices.SortFunc(sorted, func(a, b Column) int { return cmp.Compare(a.Name, b.Name) })
	h.columns, h.text = h.columns[:0], h.text[:0]
	same := -1 // the column before, if all have the same there
	for _, c := range sorted {
		if len(c.Dict) == 1 && same >= 0 {
			h.columns[same].dict[0] = append(h.columns[same].dict[0], h.valueOf(&c, 0)...)
			continue
		}
		hc := hashColumn{c.Codes, make([][]byte, len(c.Dict))}
		for i := range c.Dict {
			hc.dict[i] = h.valueOf(&c, i)
		}
		if same = -1; len(c.Dict) == 1 {
			same, hc.codes = len(h.columns), nil
		}
		h.columns = append(h.columns, hc)
	}
}

// valueOf is what is summed for a value of a column.
func (h *Hasher) valueOf(c *Column, code int) []byte {
	v := c.Dict[code]
	if v.IsNull() {
		return nil
	}
	at := len(h.text)
	h.text = appendValue(appendText(h.text, c.Name), v)
	return h.text[at:len(h.text):len(h.text)]
}

// Add takes the record of a row of the columns.
func (h *Hasher) Add(p *Place, row int, raw, prior string) {
	b := append(h.many.Text, "dogwatch record v1\n"...)
	for _, n := range [...]int64{p.Seq, p.Position, p.Line, int64(p.Number), p.Received, p.Time} {
		b = binary.AppendVarint(b, n)
	}
	b = appendText(appendText(b, p.Stream), p.Source)
	for i := range h.columns {
		code := uint32(0)
		c := &h.columns[i]
		if c.codes != nil {
			code = c.codes[row]
		}
		b = append(b, c.dict[code]...)
	}
	b = appendText(append(b, 0), prior)
	h.many.Text = append(b, raw...)
	h.many.End()
	if len(h.many.Text) > hashed {
		h.sums = h.many.Sums(h.sums)
	}
}

// Sums gives the SHA-256 of each record that was added since the last call, in
// their order. It is good until the next record is added.
func (h *Hasher) Sums() []sha.Sum {
	sums := h.many.Sums(h.sums)
	h.sums = sums[:0]
	return sums
}

func appendText(b []byte, s string) []byte {
	return append(binary.AppendUvarint(b, uint64(len(s))), s...)
}

func appendValue(b []byte, v value.Value) []byte {
	b = append(b, byte(v.Kind()))
	if v.Kind() == value.KString {
		return appendText(b, v.Str())
	}
	return binary.AppendVarint(b, v.Int())
}
