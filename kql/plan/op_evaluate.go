package plan

import (
	"github.com/dogwatch-dev/dogwatch/kql/fn"
	"github.com/dogwatch-dev/dogwatch/kql/syntax"
	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// evaluate runs a plugin. Those that are here are rewritten to what the
// executor knows.
func (b *binder) evaluate(op *syntax.Evaluate, in Node, s *scope) Node {
	switch op.Call.Func.Text {
	case "bag_unpack":
		if len(op.Schema) > 0 {
			return b.bagUnpack(op, in, s)
		}
		b.unsupported(op, "bag_unpack without a result schema").Hint = `give the columns: evaluate bag_unpack(d) : (*, name:string, count:long)`
	default:
		b.unsupported(op, "evaluate "+op.Call.Func.Text)
	}
	return &Values{}
}

// bagUnpack with the columns given: each is read from the bag.
func (b *binder) bagUnpack(op *syntax.Evaluate, in Node, s *scope) Node {
	if len(op.Call.Args) == 0 {
		b.fail(op, "bag_unpack() takes a dynamic column")
		return &Values{}
	}
	prefix := ""
	if len(op.Call.Args) > 1 {
		prefix, _ = b.constString(op.Call.Args[1], &env{scope: s})
	}
	bag := b.scalar(op.Call.Args[0], b.envOf(in, s))
	col, ok := bag.(*Col)
	if !ok || col.Typ != value.Dynamic {
		b.fail(op.Call.Args[0], "bag_unpack() takes a dynamic column")
		return &Values{}
	}
	p := &Project{In: in}
	if op.Star {
		for i, f := range in.Schema() {
			if i != col.Index {
				p.add(f.Name, &Col{i, f.Name, f.Type})
			}
		}
	}
	for _, c := range op.Schema {
		name := c.Name.Text
		if p.schema.Index(name) >= 0 {
			continue
		}
		if i := in.Schema().Index(name); i >= 0 && i != col.Index {
			p.add(name, &Col{i, name, in.Schema()[i].Type})
			continue
		}
		key := name
		if len(prefix) > 0 && len(name) > len(prefix) && name[:len(prefix)] == prefix {
			key = name[len(prefix):]
		}
		p.add(name, b.convert(&Member{bag, key}, c.Type))
	}
	return p
}

func (b *binder) search(op *syntax.Search, _ Node, _ *scope) Node {
	b.unsupported(op, "search")
	return &Values{}
}

func (b *binder) partition(op *syntax.Partition, _ Node, _ *scope) Node {
	b.unsupported(op, "partition")
	return &Values{}
}

// makeSeries gathers values by bins into arrays.
func (b *binder) makeSeries(op *syntax.MakeSeries, in Node, s *scope) Node {
	v := b.envOf(in, s)
	v.ordered = false
	m := &MakeSeries{In: in}
	taken := newNames()
	for _, x := range op.By {
		name := autoName(x)
		if n, ok := x.(*syntax.Named); ok && len(n.Names) == 1 {
			name, x = n.Names[0].Text, n.X
		}
		e := b.scalar(x, v)
		m.By = append(m.By, e)
		m.schema = append(m.schema, value.Field{Name: taken.take(name), Type: e.Type()})
	}
	for _, sa := range op.Aggs {
		b.seriesAgg(m, sa, v, taken)
	}
	b.seriesAxis(m, op, v, taken)
	return m
}

func (b *binder) seriesAgg(m *MakeSeries, sa syntax.SeriesAgg, v *env, taken *names) {
	x, name := sa.X, ""
	if n, ok := x.(*syntax.Named); ok && len(n.Names) == 1 {
		name, x = n.Names[0].Text, n.X
	}
	call, ok := x.(*syntax.Call)
	if !ok {
		call = &syntax.Call{Pos: syntax.Pos{At: x.Span()}, Func: syntax.Name{Text: "take_any"}, Args: []syntax.Expr{x}}
	}
	a, ok := fn.LookupAgg(call.Func.Text)
	if !ok {
		b.fail(sa.X, "make-series needs an aggregate here")
		return
	}
	args, written, ok := b.arguments(call, v)
	if !ok {
		return
	}
	agg, ok := b.aggregate(call, a, args, written)
	if !ok {
		return
	}
	if name == "" {
		name = aggName(a, call)
	}
	var def Expr = &Const{value.LongOf(0)}
	if agg.Types[0] == value.Real {
		def = &Const{value.RealOf(0)}
	}
	if sa.Default != nil {
		def = b.scalar(sa.Default, v)
	}
	m.Aggs, m.Defaults = append(m.Aggs, agg), append(m.Defaults, def)
	m.schema = append(m.schema, value.Field{Name: taken.take(name), Type: value.Dynamic})
}

func (b *binder) seriesAxis(m *MakeSeries, op *syntax.MakeSeries, v *env, taken *names) {
	on, name := op.On, autoName(op.On)
	if n, ok := on.(*syntax.Named); ok && len(n.Names) == 1 {
		name, on = n.Names[0].Text, n.X
	}
	from, to, step := op.From, op.To, op.Step
	if call, ok := op.Range.(*syntax.Call); ok && len(call.Args) == 3 {
		from, to, step = call.Args[0], call.Args[1], call.Args[2]
	}
	outer := &env{scope: v.scope}
	m.On = b.scalar(on, v)
	if from != nil {
		m.From = b.convert(b.scalar(from, outer), m.On.Type())
	}
	if to != nil {
		m.To = b.convert(b.scalar(to, outer), m.On.Type())
	}
	if step == nil {
		b.fail(op, "make-series needs a step")
		return
	}
	m.Step = b.scalar(step, outer)
	m.schema = append(m.schema, value.Field{Name: taken.take(name), Type: value.Dynamic})
}
