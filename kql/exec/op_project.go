package exec

import (
	"github.com/dogwatch-dev/dogwatch/kql/plan"
	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// project computes columns when they are asked for: a condition behind an
// extend leaves the dear ones alone for rows that it refuses.
func (r *run) project(n *plan.Project, out sink) sink {
	get, err := whenFirst(r, r.step(n), n.Exprs, func() (*projection, error) {
		return r.newProjection(n)
	})
	if err != nil {
		return failing(err)
	}
	return func(b *value.Batch) error {
		p, err := get()
		if err != nil {
			return err
		}
		return out(p.of(b))
	}
}

func (r *run) newProjection(n *plan.Project) (*projection, error) {
	p := &projection{cols: make([]value.Column, len(n.Exprs))}
	needed := r.needed()[n]
	for c, e := range n.Exprs {
		if needed != nil && !needed[c] {
			continue
		}
		p.read = append(p.read, c)
		if col, ok := e.(*plan.Col); ok {
			p.evs = append(p.evs, colEval(col.Index))
			continue
		}
		ev, err := r.compile(r.reduced(e))
		if err != nil {
			return nil, err
		}
		p.evs = append(p.evs, ev)
		p.cols[c] = p.column(ev, n.Schema()[c].Type)
	}
	return p, nil
}

// A projection makes batches of batches, each good until the next: what the
// columns take is used again.
type projection struct {
	read []int // columns that anything above reads: the others are not made
	evs  []evaluator
	cols []value.Column
	in   *value.Batch
}

// reads says whether anything above a node reads one of its columns.
func (r *run) reads(n plan.Node, col int) bool {
	needed := r.needed()[n]
	return needed == nil || needed[col]
}

// column is one that is computed on demand, and nothing for what is at hand.
func (p *projection) column(ev evaluator, t value.Type) value.Column {
	switch ev := ev.(type) {
	case colEval:
		return value.Column{}
	case *constEval:
		if ev.v.IsNull() {
			ev.v = value.NullOf(t)
		}
		return value.Column{}
	}
	return value.LazyColumn(func(rows []int32, vals []value.Value) {
		got := ev.eval(p.in, rows)
		for _, i := range rows {
			vals[i] = got[i]
		}
	})
}

func (p *projection) of(b *value.Batch) *value.Batch {
	p.in = b
	for k, c := range p.read {
		switch ev := p.evs[k].(type) {
		case colEval:
			p.cols[c] = b.Share(int(ev))
		case *constEval:
			p.cols[c] = value.ColumnOf(ev.eval(b, nil)[:b.N])
		default:
			p.cols[c].Renew(b.N)
		}
	}
	nb := value.NewBatch(b.N, p.cols)
	nb.Sel, nb.Now, nb.Origin = b.Sel, b.Now, b.Origin
	return nb
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
