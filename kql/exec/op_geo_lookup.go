package exec

import (
	"slices"

	"github.com/dogwatch-dev/dogwatch/kql/plan"
	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// geoLookup keeps the shapes and tests every row against each of them.
func (r *run) geoLookup(n *plan.GeoLookup, out sink) error {
	right := newRowStore(r, n.Right)
	right.keep = nil
	if err := r.stream(n.Right, right.add); err != nil {
		return err
	}
	shape, err := r.compile(n.Shape)
	if err != nil {
		return err
	}
	shapes := slices.Clone(shape.eval(right.batch(), value.AllRows(right.n))[:right.n])
	radius := value.RealOf(0)
	if n.Radius != nil {
		if radius, err = r.constant(n.Radius); err != nil {
			return err
		}
	}
	place, err := r.compileAll([]plan.Expr{n.Longitude, n.Latitude})
	if err != nil {
		return err
	}
	j := &joiner{run: r, n: &plan.Join{Out: n.Out}, right: right, width: len(n.Left.Schema()), out: out}
	j.n.SetSchema(n.Schema())
	return r.stream(n.Left, func(b *value.Batch) error {
		rows := b.Rows()
		at := evalAll(place, b, rows)
		p := &pairs{}
		for _, i := range rows {
			if err := r.ctx.Err(); err != nil {
				return err
			}
			found := false
			for m, s := range shapes {
				got := n.Test.Eval(&r.fn, []value.Value{at[0][i], at[1][i], s})
				if got.Bool() && n.Radius == nil || n.Radius != nil && !got.IsNull() && got.Real() <= radius.Real() {
					found = true
					p.add(i, int32(m))
				}
			}
			if !found && n.Unmatched {
				p.add(i, -1)
			}
			if len(p.left) >= batchRows {
				if err := j.push(b, p); err != nil {
					return err
				}
				p = &pairs{}
			}
		}
		return j.push(b, p)
	})
}
