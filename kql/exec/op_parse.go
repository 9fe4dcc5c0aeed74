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
	at      [][2]int // where each column lies in a text
}

func (p *parsed) column(k int) []value.Value {
	if p.found[k] == nil {
		p.found[k] = constants(value.NullOf(p.pattern.Types[k]), p.n)
	}
	return p.found[k]
}

// row finds the pattern in one text and says whether it was there.
func (p *parsed) row(i int, text string) bool {
	if !p.find(text) {
		p.none(i)
		return false
	}
	for k, t := range p.pattern.Types {
		v := value.NullOf(t)
		if at := p.at[k]; at[0] >= 0 {
			v = parsedValue(text[at[0]:at[1]], t)
		}
		if p.pattern.Strict && v.IsNull() {
			p.none(i)
			return false
		}
		p.column(k)[i] = v
	}
	return true
}

// find notes where in a text each column lies.
func (p *parsed) find(text string) bool {
	if p.at == nil {
		p.at = make([][2]int, len(p.pattern.Types))
	}
	if p.pattern.Texts != nil {
		return p.findPlain(text)
	}
	found := p.pattern.Regexp.FindStringSubmatchIndex(text)
	if found == nil {
		return false
	}
	for k, g := range p.pattern.Groups {
		p.at[k] = [2]int{found[2*g], found[2*g+1]}
	}
	return true
}

// findPlain goes from one text of the pattern to the next.
func (p *parsed) findPlain(text string) bool {
	from := 0
	for i, want := range p.pattern.Texts {
		at := strings.Index(text[from:], want)
		if at < 0 || at > 0 && i == 0 && p.pattern.Anchored {
			return false
		}
		if k := p.pattern.Columns[i]; k >= 0 {
			p.at[k] = [2]int{from, from + at}
		}
		from += at + len(want)
	}
	if n := len(p.pattern.Texts); len(p.pattern.Columns) > n {
		p.at[p.pattern.Columns[n]] = [2]int{from, len(text)}
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
