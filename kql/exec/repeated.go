package exec

import (
	"github.com/dogwatch-dev/dogwatch/kql/plan"
	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// A repeatedEval works out what depends on one text alone once for rows in a row
// that have the same: a cluster's name, a namespace, a table's kind.
type repeatedEval struct {
	of     evaluator
	col    int
	starts []int32 // the rows whose text is another than the one before
	out    buffer
}

// muchWork is the cost from which comparing two texts is little.
const muchWork = 15

// repeated wraps the evaluator of an expression where that pays.
func (r *run) repeated(e plan.Expr, ev evaluator) evaluator {
	if _, ok := e.(*plan.Call); !ok || r.db == nil || r.common != nil {
		return ev
	}
	if col, ok := onlyColumn(e); ok && cost(e) >= muchWork && isText(e, col) {
		return &repeatedEval{of: ev, col: col}
	}
	return ev
}

// isText says whether a column that an expression reads is text.
func isText(e plan.Expr, col int) (yes bool) {
	plan.Walk(e, func(e plan.Expr) bool {
		c, ok := e.(*plan.Col)
		yes = yes || ok && c.Index == col && c.Typ == value.String
		return !yes
	})
	return yes
}

func (m *repeatedEval) eval(b *value.Batch, rows []int32) []value.Value {
	texts := b.Col(m.col, rows)
	m.starts = m.starts[:0]
	for k, i := range rows {
		if k == 0 || texts[i].Str() != texts[rows[k-1]].Str() {
			m.starts = append(m.starts, i)
		}
	}
	vals := m.of.eval(b, m.starts)
	if len(m.starts) == len(rows) {
		return vals
	}
	out, next := m.out.get(b.N), 0
	var v value.Value
	for _, i := range rows {
		if next < len(m.starts) && m.starts[next] == i {
			v = vals[i]
			next++
		}
		out[i] = v
	}
	return out
}
