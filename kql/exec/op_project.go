package exec

import (
	"github.com/dogwatch-dev/dogwatch/kql/plan"
	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// project computes columns when they are asked for: a condition behind an
// extend leaves the dear ones alone for rows that it refuses.
func (r *run) project(n *plan.Project, out sink) sink {
	evs, err := r.compileAll(n.Exprs)
	if err != nil {
		return failing(err)
	}
	types := n.Schema()
	return func(b *value.Batch) error {
		cols := make([]value.Column, len(evs))
		for c, ev := range evs {
			cols[c] = projected(b, ev, types[c].Type)
		}
		nb := value.NewBatch(b.N, cols)
		nb.Sel, nb.Now, nb.Origin = b.Sel, b.Now, b.Origin
		return out(nb)
	}
}

// projected is one column: constants at once, all else on demand.
func projected(b *value.Batch, ev evaluator, t value.Type) value.Column {
	if c, ok := ev.(colEval); ok {
		return b.Share(int(c))
	}
	if k, ok := ev.(*constEval); ok {
		if k.v.IsNull() {
			k.v = value.NullOf(t)
		}
		return value.ColumnOf(k.eval(b, nil)[:b.N])
	}
	return value.LazyColumn(func(rows []int32, vals []value.Value) {
		got := ev.eval(b, rows)
		for _, i := range rows {
			vals[i] = got[i]
		}
	})
}

// projectOrdered has window functions: it needs all rows, in order.
func (r *run) projectOrdered(n *plan.Project, out sink) error {
	store, err := r.collect(n.In)
	if err != nil {
		return err
	}
	if store.n == 0 {
		return nil
	}
	result := newRowStore(r, n)
	push := r.project(n, result.add)
	if err := push(store.batch()); err != nil {
		return err
	}
	return result.emit(out)
}
