package store

import (
	"crypto/sha256"
	"encoding/binary"
	"strings"

	"github.com/dogwatch-dev/dogwatch/internal/store/sha"
	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// A Chain is what all records up to one amount to: SHA-256 over the chain
// before it and the record's own sum. It goes by sequence numbers, so it stays
// the same however records are laid into files.
type Chain [sha256.Size]byte

// chained is how much of a record's sum goes into the chain: what fits a block
// of SHA-256 with the chain before it. To find another record for it is as hard
// as for 184 bits, and what is kept of a sum has 128.
const chained = 23

// Next is the chain with one more record.
func (c Chain) Next(sum sha.Sum) Chain {
	var b [sha256.Size + chained]byte
	copy(b[:], c[:])
	copy(b[sha256.Size:], sum[:])
	return sha256.Sum256(b[:])
}

// A Hasher sums records of one batch or block: their bytes, where they came
// from, when, and what was read from them. It sums several at once, which is a
// few times cheaper, and where their bytes lie, which must stay as they are
// until Sums.
//
// What is summed of a record is recordStart, its bytes, its Prior, the sum of its
// stream and source, numbers, what columnTexts gives of its columns, and the
// lengths of Prior and bytes. Whoever reads it from its end knows where each part
// of it starts, so no other record has the same text.
//
// The zero value is ready for records without columns.
type Hasher struct {
	columns columnTexts
	scratch []byte

	stream, source string
	origin         sha.Sum // of stream and source
	hasOrigin      bool

	many sha.Many
	sums []sha.Sum
}

// summed is how many records are summed at once: enough for those of a length to
// find one another.
const summed = 512

// recordStart stands before a record's bytes. Those of the first form start with
// another text, so that none of them is one of these.
var recordStart = sha.StartOf("dogwatch record v2\n")

// Columns makes ready for records with these columns, which must stay as they
// are.
func (h *Hasher) Columns(columns []Column) { h.columns.reset(columns) }

// Add takes the record of a row of the columns.
func (h *Hasher) Add(p *Place, row int, raw, prior string) {
	h.many.Begin(recordStart, raw)
	origin := h.originOf(p)
	b := append(append(h.many.Text, prior...), origin[:]...)
	for _, n := range [...]int64{p.Seq, p.Position, p.Line, int64(p.Number), p.Received, p.Time} {
		b = binary.AppendVarint(b, n)
	}
	b = binary.BigEndian.AppendUint64(h.columns.append(b, row), uint64(len(prior)))
	h.many.Text = binary.BigEndian.AppendUint64(b, uint64(len(raw)))
	h.many.End()
	if h.many.Len() >= summed {
		h.sums = h.many.Sums(h.sums)
	}
}

// originOf sums a record's stream and source, which are mostly those of the one
// before.
func (h *Hasher) originOf(p *Place) sha.Sum {
	if !h.hasOrigin || p.Stream != h.stream || p.Source != h.source {
		h.scratch = appendText(appendText(h.scratch[:0], p.Stream), p.Source)
		h.stream, h.source = strings.Clone(p.Stream), strings.Clone(p.Source)
		h.origin, h.hasOrigin = sha256.Sum256(h.scratch), true
	}
	return h.origin
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
