package plan

import (
	"github.com/dogwatch-dev/dogwatch/kql/syntax"
	"github.com/dogwatch-dev/dogwatch/kql/value"
)

func (b *binder) sort(op *syntax.Sort, in Node, s *scope) Node {
	out := &Sort{node: node{in.Schema()}, In: in}
	for _, o := range op.By {
		k := b.sortKey(o, in, s)
		if k.X.Type() == value.Dynamic {
			b.fail(o.X, "rows cannot be sorted by a dynamic value").Hint = "convert it, as in tostring(...)"
		}
		out.Keys = append(out.Keys, k)
	}
	return out
}

func (b *binder) top(op *syntax.Top, in Node, s *scope) Node {
	return &Sort{node{in.Schema()}, in, []SortKey{b.sortKey(op.By, in, s)}, b.rowCount(op.N, s)}
}

func (b *binder) sortKey(o syntax.Order, in Node, s *scope) SortKey {
	e := b.scalar(o.X, b.envOf(in, s))
	// nulls go first for ascending and last for descending unless said
	return SortKey{e, o.Asc, o.Nulls == "first" || o.Nulls == "" && o.Asc}
}

// rowCount binds the number of take, top and the like.
func (b *binder) rowCount(x syntax.Expr, s *scope) Expr {
	e := b.scalar(x, &env{scope: s})
	if !isBad(e) && e.Type() != value.Long && e.Type() != value.Int {
		b.fail(x, "a number of rows is needed, and this is %s", describe(e.Type()))
	}
	if c, ok := e.(*Const); ok && !isBad(e) && c.V.Int() < 0 {
		b.fail(x, "a number of rows cannot be negative")
	}
	return e
}

func (b *binder) sample(op *syntax.Sample, in Node, s *scope) Node {
	if op.Of == nil {
		return &Take{node{in.Schema()}, in, b.rowCount(op.N, s)}
	}
	d := b.distinct(&syntax.Distinct{Pos: op.Pos, Cols: []syntax.Expr{op.Of}}, in, s)
	return &Take{node{d.Schema()}, d, b.rowCount(op.N, s)}
}
