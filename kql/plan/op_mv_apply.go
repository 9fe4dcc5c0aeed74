package plan

import (
	"slices"

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
	return layApply(&MvApply{In: in, Expand: ex, Rows: rows, Sub: sub}, appliedColumns(op))
}

// appliedColumns are the columns that mv-apply expands under their own names.
func appliedColumns(op *syntax.MvApply) map[string]bool {
	names := map[string]bool{}
	for _, c := range op.Cols {
		if id, ok := c.X.(*syntax.Ident); ok && c.Name == nil {
			names[id.Name.Text] = true
		}
	}
	return names
}

// layApply orders the columns: those of the input that are not applied, each
// with the subquery's value where it has one, then the subquery's others.
func layApply(m *MvApply, applied map[string]bool) Node {
	var order []string
	for i, f := range m.In.Schema() {
		if applied[f.Name] {
			continue
		}
		order = append(order, f.Name)
		if m.Sub.Schema().Index(f.Name) < 0 {
			m.Keep, m.schema = append(m.Keep, i), append(m.schema, f)
		}
	}
	m.schema = append(m.schema, m.Sub.Schema()...)
	for _, f := range m.Sub.Schema() {
		if !slices.Contains(order, f.Name) {
			order = append(order, f.Name)
		}
	}
	p := &Project{In: m}
	for _, name := range order {
		i := m.schema.Index(name)
		p.add(name, &Col{i, name, m.schema[i].Type})
	}
	return p
}
