package plan

import "github.com/dogwatch-dev/dogwatch/kql/syntax"

func (b *binder) where(op *syntax.Where, in Node, s *scope) Node {
	p := b.scalar(op.P, b.envOf(in, s))
	if !isCondition(p.Type()) {
		b.notCondition(op.P, p)
	}
	return &Where{node{in.Schema()}, in, p}
}
