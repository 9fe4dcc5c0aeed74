package embedded

import (
	"github.com/dogwatch-dev/dogwatch/internal/store"
	"github.com/dogwatch-dev/dogwatch/internal/store/sha"
)

// A form is how records are summed and chained. A store that was begun in the
// first goes on in the second from some record on, which its manifest says;
// frames of the log say it of themselves.
type form uint8

const (
	firstForm  form = 1
	secondForm form = 2
)

// add adds a record to what is summed.
func (f form) add(h *store.Hasher, p *store.Place, row int, raw, prior string) {
	if f == firstForm {
		h.AddFirst(p, row, raw, prior)
		return
	}
	h.Add(p, row, raw, prior)
}

// next is a chain with one more record.
func (f form) next(c store.Chain, sum sha.Sum) store.Chain {
	if f == firstForm {
		return c.NextFirst(sum)
	}
	return c.Next(sum)
}

// formOf is the form of a record that is sealed.
func (m *manifest) formOf(seq int64) form {
	if m.Second == 0 || seq < m.Second {
		return firstForm
	}
	return secondForm
}

// sealForms notes where the second form begins, if it does so in these parts.
func (m *manifest) sealForms(parts []*part) {
	for _, p := range parts {
		if m.Second == 0 && p.form == secondForm {
			m.Second = p.first
		}
	}
}
