package store

import (
	"crypto/sha256"
	"encoding/binary"
	"slices"
	"strings"

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
	for _, c := range h.columns.inOrderOfNames() {
		if v := c.At(row); !v.IsNull() {
			b = appendValue(appendText(b, c.Name), v)
		}
	}
	b = appendText(append(b, 0), prior)
	h.many.Text = append(b, raw...)
	h.many.End()
	if h.many.Len() >= summed {
		h.sums = h.many.Sums(h.sums)
	}
}

// inOrderOfNames are the columns as the first form has them.
func (t *columnTexts) inOrderOfNames() []Column {
	if len(t.byName) != len(t.columns) {
		t.byName = slices.Clone(t.columns)
		slices.SortFunc(t.byName, func(a, b Column) int { return strings.Compare(a.Name, b.Name) })
	}
	return t.byName
}
