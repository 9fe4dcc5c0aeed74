package plan

import (
	"github.com/dogwatch-dev/dogwatch/kql/syntax"
	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// partition runs a subquery over the rows of each value of a column.
func (b *binder) partition(op *syntax.Partition, in Node, s *scope) Node {
	if op.In != nil {
		b.unsupported(op, "partition ... in")
		return &Values{}
	}
	by := b.scalar(op.By, b.envOf(in, s))
	if op.Source != nil {
		return b.partitionBy(op, by, in, s)
	}
	rows := &Given{node{in.Schema()}}
	var sub Node = rows
	for _, o := range op.Sub {
		before := len(b.errs)
		if sub = b.operator(o, sub, s); len(b.errs) > before {
			return &Values{}
		}
	}
	if isBad(by) {
		return &Values{}
	}
	return &Partition{node: node{sub.Schema()}, In: in, By: by, Rows: rows, Sub: sub}
}

// partitionBy is partition with a query in braces, which starts from a table of
// its own and knows the column's value by its name.
func (b *binder) partitionBy(op *syntax.Partition, by Expr, in Node, s *scope) Node {
	if isBad(by) {
		return &Values{}
	}
	key := &Given{node{value.Schema{{Name: autoName(op.By, in.Schema()), Type: by.Type()}}}}
	inner := newScope(s)
	inner.names[key.schema[0].Name] = binding{scalar: &Scalar{key, by.Type()}}
	before := len(b.errs)
	sub := b.table(op.Source, inner)
	if len(b.errs) > before {
		return &Values{}
	}
	return &Partition{node: node{sub.Schema()}, In: in, By: by, Key: key, Sub: sub}
}
