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
	many    sha.Many
	sums    []sha.Sum
}

// hashed is how many bytes are summed at once: as many as a processor keeps
// close to it.
const hashed = 512 << 10

type hashColumn struct {
	codes []uint32
	dict  [][]byte // nil for what is not known
}

// Columns makes ready for records with these columns.
func (h *Hasher) Columns(columns []Column) {
	sorted := slices.Clone(columns)
	slices.SortFunc(sorted, func(a, b Column) int { return cmp.Compare(a.Name, b.Name) })
	h.columns = h.columns[:0]
	for _, c := range sorted {
		hc := hashColumn{c.Codes, make([][]byte, len(c.Dict))}
		for i, v := range c.Dict {
			if !v.IsNull() {
				hc.dict[i] = appendValue(appendText(nil, c.Name), v)
			}
		}
		h.columns = append(h.columns, hc)
	}
}

// Add takes the record of a row of the columns.
func (h *Hasher) Add(p *Place, row int, raw, prior string) {
	b := append(h.many.Text, "dogwatch record v1\n"...)
	for _, n := range [...]int64{p.Seq, p.Position, p.Line, int64(p.Number), p.Received, p.Time} {
		b = binary.AppendVarint(b, n)
	}
	b = appendText(appendText(b, p.Stream), p.Source)
	for _, c := range h.columns {
		b = append(b, c.dict[c.codes[row]]...)
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
