package exec

import (
	"strings"

	"github.com/dogwatch-dev/dogwatch/kql/plan"
	"github.com/dogwatch-dev/dogwatch/kql/value"
)

func (r *run) parse(n *plan.Parse, out sink) sink {
	ev, err := r.compile(n.X)
	if err != nil {
		return failing(err)
	}
	return func(b *value.Batch) error {
		rows := b.Rows()
		p := &parsed{pattern: n.Pattern, found: make([][]value.Value, len(n.Pattern.Types)), n: b.N}
		texts := ev.eval(b, rows)
		kept := rows
		if n.Drop {
			kept = nil
		}
		for _, i := range rows {
			if p.row(int(i), texts[i].Str()) && n.Drop {
				kept = append(kept, i)
			}
		}
		if len(kept) == 0 {
			return nil
		}
		cols := make([]value.Column, len(n.Out))
		for c, o := range n.Out {
			if o >= 0 {
				cols[c] = b.Share(o)
				continue
			}
			cols[c] = value.ColumnOf(p.column(-1 - o))
		}
		nb := value.NewBatch(b.N, cols)
		nb.Sel, nb.Now, nb.Origin = kept, b.Now, b.Origin
		return out(nb)
	}
}

// parsed is what a pattern found in a batch.
type parsed struct {
	pattern *plan.Pattern
	found   [][]value.Value
	n       int
}

func (p *parsed) column(k int) []value.Value {
	if p.found[k] == nil {
		p.found[k] = constants(value.NullOf(p.pattern.Types[k]), p.n)
	}
	return p.found[k]
}

// row finds the pattern in one text and says whether it was there.
func (p *parsed) row(i int, text string) bool {
	at := p.pattern.Regexp.FindStringSubmatchIndex(text)
	if at == nil {
		p.none(i)
		return false
	}
	for k, t := range p.pattern.Types {
		v := value.NullOf(t)
		group := p.pattern.Groups[k]
		if s := at[2*group]; s >= 0 {
			v = parsedValue(text[s:at[2*group+1]], t)
		}
		if p.pattern.Strict && v.IsNull() {
			p.none(i)
			return false
		}
		p.column(k)[i] = v
	}
	return true
}

func (p *parsed) none(i int) {
	for k, t := range p.pattern.Types {
		p.column(k)[i] = value.NullOf(t)
	}
}

func parsedValue(text string, t value.Type) value.Value {
	switch t {
	case value.String:
		return value.StringOf(text)
	case value.Dynamic:
		if v, ok := value.ParseJSON(text); ok {
			return value.DynamicOf(v)
		}
		return value.DynamicOf(value.StringOf(text))
	}
	return value.StringOf(strings.TrimSpace(text)).To(t)
}
