package plan

import (
	"github.com/dogwatch-dev/dogwatch/kql/syntax"
)

// mvApply: the input's columns that are not expanded lead, then what the
// subquery gives beyond them.
func (b *binder) mvApply(op *syntax.MvApply, in Node, s *scope) Node {
	ex := b.expand(op, op.Options, op.Cols, op.Limit, in, s)
	rows := &Given{node{ex.Schema()}}
	var sub Node = rows
	for _, o := range op.On {
		before := len(b.errs)
		if sub = b.operator(o, sub, s); len(b.errs) > before {
			return &Values{}
		}
	}
	m := &MvApply{In: in, Expand: ex, Rows: rows}
	kept := map[string]bool{}
	for i, f := range in.Schema() {
		if ex.Out[i] == i {
			m.Keep = append(m.Keep, i)
			m.schema = append(m.schema, f)
			kept[f.Name] = true
		}
	}
	p := &Project{In: sub}
	for i, f := range sub.Schema() {
		if !kept[f.Name] {
			p.add(f.Name, &Col{i, f.Name, f.Type})
			m.schema = append(m.schema, f)
		}
	}
	m.Sub = p
	return m
}
