package store

import (
	"crypto/sha256"
	"encoding/binary"

	"github.com/dogwatch-dev/dogwatch/internal/store/sha"
)

// NextFirst is Next as the first stores have it.
func (c Chain) NextFirst(sum sha.Sum) Chain {
	return sha256.Sum256(append(c[:], sum[:]...))
}

// AddFirst is Add for a record as the first stores summed it: the name of each
// column stood before its value, and all that before the record's bytes.
func (h *Hasher) AddFirst(p *Place, row int, raw, prior string) {
	b := append(h.many.Text, "dogwatch record v1\n"...)
	for _, n := range [...]int64{p.Seq, p.Position, p.Line, int64(p.Number), p.Received, p.Time} {
		b = binary.AppendVarint(b, n)
	}
	b = appendText(appendText(b, p.Stream), p.Source)
	for i := range h.columns {
		c := &h.columns[i]
		if v := c.dict[c.codes[row]]; len(v) > 0 {
			b = append(appendText(b, h.sorted[i].Name), v...)
		}
	}
	b = appendText(append(b, 0), prior)
	h.many.Text = append(b, raw...)
	h.many.End()
	if h.many.Len() >= summed {
		h.sums = h.many.Sums(h.sums)
	}
}
