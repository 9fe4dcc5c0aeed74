package plan

import "github.com/dogwatch-dev/dogwatch/kql/syntax"

// partition runs a subquery over the rows of each value of a column.
func (b *binder) partition(op *syntax.Partition, in Node, s *scope) Node {
	if op.Source != nil {
		b.unsupported(op, "partition with a query in braces")
		return &Values{}
	}
	if op.In != nil {
		b.unsupported(op, "partition ... in")
		return &Values{}
	}
	by := b.scalar(op.By, b.envOf(in, s))
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
	return &Partition{node{sub.Schema()}, in, by, rows, sub}
}
