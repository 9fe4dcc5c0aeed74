package store

import (
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"slices"

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
// was read from them, and their bytes.
type Hasher struct {
	columns []hashColumn
	buf     []byte
}

type hashColumn struct {
	codes []uint32
	dict  [][]byte // nil for what is not known
}

// NewHasher makes ready for records with these columns.
func NewHasher(columns []Column) *Hasher {
	sorted := slices.Clone(columns)
	slices.SortFunc(sorted, func(a, b Column) int { return cmp.Compare(a.Name, b.Name) })
	h := &Hasher{}
	for _, c := range sorted {
		hc := hashColumn{c.Codes, make([][]byte, len(c.Dict))}
		for i, v := range c.Dict {
			if !v.IsNull() {
				hc.dict[i] = appendValue(appendText(nil, c.Name), v)
			}
		}
		h.columns = append(h.columns, hc)
	}
	return h
}

// Sum is the record's SHA-256.
func (h *Hasher) Sum(p *Place, row int, raw, prior string) [sha256.Size]byte {
	b := append(h.buf[:0], "dogwatch record v1\n"...)
	for _, n := range [...]int64{p.Seq, p.Position, p.Line, int64(p.Number), p.Received, p.Time} {
		b = binary.AppendVarint(b, n)
	}
	b = appendText(appendText(b, p.Stream), p.Source)
	for _, c := range h.columns {
		b = append(b, c.dict[c.codes[row]]...)
	}
	b = appendText(append(b, 0), prior)
	b = append(b, raw...)
	h.buf = b
	return sha256.Sum256(b)
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
