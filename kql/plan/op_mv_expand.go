package plan

import (
	"slices"

	"github.com/dogwatch-dev/dogwatch/kql/syntax"
	"github.com/dogwatch-dev/dogwatch/kql/value"
)

func (b *binder) mvExpand(op *syntax.MvExpand, in Node, s *scope) Node {
	m := b.expand(op, op.Options, op.Cols, op.Limit, in, s)
	if op.Old && m.Limit == nil {
		m.Limit = &Const{value.LongOf(oldExpandLimit)}
	}
	return m
}

// oldExpandLimit is how many rows mvexpand, the older spelling, makes of one
// when no limit is written.
const oldExpandLimit = 128

// expand binds the columns of mv-expand and mv-apply: one that has the name of
// an input column takes its place, others come behind.
func (b *binder) expand(op syntax.Node, options []syntax.Option, cols []syntax.ExpandCol, limit syntax.Expr, in Node, s *scope) *MvExpand {
	m := &MvExpand{node: node{slices.Clone(in.Schema())}, In: in, Index: -1}
	for i := range in.Schema() {
		m.Out = append(m.Out, i)
	}
	for _, key := range []string{"kind", "bagexpansion"} {
		m.ArrayBag = m.ArrayBag || b.optionWord(options, key, "bag", "array") == "array"
	}
	for _, c := range cols {
		b.expandColumn(m, c, s)
	}
	if index := b.optionName(options, "with_itemindex"); index != "" {
		m.Index = len(m.schema)
		taken := b.newNames()
		taken.input = m.schema
		m.schema = append(m.schema, value.Field{Name: taken.take(index), Type: value.Long})
		m.Out = append(m.Out, -1-len(m.Exprs))
	}
	if limit != nil {
		m.Limit = b.rowCount(limit, s)
	}
	if len(m.Exprs) == 0 && len(b.errs) == 0 {
		b.fail(op, "a column to expand is needed")
	}
	return m
}

func (b *binder) expandColumn(m *MvExpand, c syntax.ExpandCol, s *scope) {
	e := b.scalar(c.X, b.envOf(m.In, s))
	if isBad(e) {
		return
	}
	if e.Type() != value.Dynamic {
		b.fail(c.X, "only dynamic values can be expanded, and this is %s", describe(e.Type())).Hint = "parse_json(...) or split(...) make one of a text"
		return
	}
	name := autoName(c.X, m.In.Schema())
	if c.Name != nil {
		name = c.Name.Text
	}
	typ := c.Type
	if typ == value.Unknown {
		typ = value.Dynamic
	}
	m.Exprs, m.Types = append(m.Exprs, e), append(m.Types, typ)
	if name == "" {
		name = b.newNames().anonymous()
	}
	if at := m.schema.Index(name); at >= 0 {
		m.schema[at].Type, m.Out[at] = typ, -len(m.Exprs)
		return
	}
	m.schema = append(m.schema, value.Field{Name: name, Type: typ})
	m.Out = append(m.Out, -len(m.Exprs))
}
