package exec

import (
	"github.com/dogwatch-dev/dogwatch/kql/plan"
	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// maxOnText is how many parts a condition may have that is asked of texts one by one.
const maxOnText = 100

// onlyText is the only column that a condition reads, where that is one of text and
// nothing is made of it that takes memory: then its answers can be remembered by the
// text.
func onlyText(e plan.Expr) (col int, ok bool) {
	if col, ok = onlyColumn(e); !ok || e.Type() != value.Bool || plan.Larger(e, maxOnText) {
		return 0, false
	}
	plan.Walk(e, func(e plan.Expr) bool {
		switch e := e.(type) {
		case *plan.Const:
		case *plan.Col:
			ok = ok && e.Typ == value.String
		default:
			ok = ok && e.Type() != value.Dynamic
		}
		return ok
	})
	return col, ok
}

// ofText makes of a condition on one column of text a question about a text.
func (r *run) ofText(e plan.Expr, col int) func(string) bool {
	var of evaluator // made when it is first asked
	vals, rows := make([]value.Value, 1), value.AllRows(1)
	cols := make([]value.Column, col+1)
	cols[col] = value.ColumnOf(vals)
	b := value.NewBatch(1, cols)
	return func(s string) bool {
		if of == nil {
			of = madeLate(r, nil, r.compile, e)
		}
		vals[0] = value.StringOf(s)
		return of.eval(b, rows)[0].Bool()
	}
}
