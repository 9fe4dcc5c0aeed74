package plan

import (
	"slices"

	"github.com/dogwatch-dev/dogwatch/kql/fn"
	"github.com/dogwatch-dev/dogwatch/kql/syntax"
	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// evaluate runs a plugin. Those that are here are rewritten to what the
// executor knows.
func (b *binder) evaluate(op *syntax.Evaluate, in Node, s *scope) Node {
	switch op.Call.Func.Text {
	case "bag_unpack":
		return b.bagUnpack(op, in, s)
	case "pivot":
		return b.pivot(op, in, s)
	}
	before := len(b.errs)
	n := b.plugin(op, in, s)
	if want := declared(op.Schema); len(b.errs) == before && len(want) > 0 && !slices.Equal(want, n.Schema()) {
		b.fail(op, "%s() does not have the columns that are declared", op.Call.Func.Text).Hint = "it has " + schemaText(n.Schema())
		return &Values{}
	}
	return n
}

func (b *binder) plugin(op *syntax.Evaluate, in Node, s *scope) Node {
	switch op.Call.Func.Text {
	case "ipv4_lookup", "ipv6_lookup":
		return b.ipLookup(op, in, s)
	case "geo_line_lookup", "geo_polygon_lookup":
		return b.geoLookup(op, in, s)
	case "dcount_intersect":
		return b.dcountIntersect(op, in, s)
	case "schema_merge":
		return b.schemaMerge(op, in, s)
	case "identity":
		return b.extend(nil, in, s, false)
	case "rows_near":
		return b.rowsNear(op, in, s)
	case "narrow":
		return b.narrow(op, in, s)
	case "preview":
		return b.preview(op, in, s)
	default:
		if n := b.activity(op, in, s); n != nil {
			return n
		}
		b.unsupported(op, "evaluate "+op.Call.Func.Text)
	}
	return &Values{}
}

// ipLookup is ipv4_lookup(Table, Address, Range [, Key ...] [, return_unmatched])
// and ipv6_lookup.
func (b *binder) ipLookup(op *syntax.Evaluate, in Node, s *scope) Node {
	args := op.Call.Args
	if len(args) < 3 {
		b.fail(op.Call, "%s() takes a table, the column of addresses and the table's column of ranges", op.Call.Func.Text)
		return &Values{}
	}
	before := len(b.errs)
	right := b.table(args[0], s)
	if len(right.Schema()) == 0 {
		return &Values{}
	}
	n := &IPLookup{Left: in, Right: right, V6: op.Call.Func.Text == "ipv6_lookup"}
	n.Address, n.Range = b.ipColumn(args[1], in, s), b.ipColumn(args[2], right, s)
	var shared []int // right columns that are keys: the left has them
	for _, x := range args[3:] {
		if named, ok := x.(*syntax.Named); ok {
			x = named.X
		}
		if c, ok := b.quietConst(x, s); ok && c.Type() == value.Bool {
			n.Unmatched = c.Bool()
			continue
		}
		left, key := b.scalar(x, b.envOf(in, s)), b.scalar(x, b.envOf(right, s))
		if left.Type() != key.Type() {
			b.fail(x, "the lookup compares %s with %s", describe(left.Type()), describe(key.Type()))
		}
		n.LeftKeys, n.RightKeys = append(n.LeftKeys, left), append(n.RightKeys, key)
		if c, ok := key.(*Col); ok {
			shared = append(shared, c.Index)
		}
	}
	if len(b.errs) > before {
		return &Values{}
	}
	taken := b.newNames()
	for i, f := range append(slices.Clone(in.Schema()), right.Schema()...) {
		if slices.Contains(shared, i-len(in.Schema())) {
			continue
		}
		n.Out = append(n.Out, i)
		n.schema = append(n.schema, value.Field{Name: taken.take(f.Name), Type: f.Type})
	}
	return n
}

// ipColumn binds a column of addresses.
func (b *binder) ipColumn(x syntax.Expr, in Node, s *scope) Expr {
	e := b.scalar(x, b.envOf(in, s))
	if !isBad(e) && e.Type() != value.String {
		b.fail(x, "addresses are texts, and this is %s", describe(e.Type()))
	}
	return e
}

// makeSeries gathers values by bins into arrays.
func (b *binder) makeSeries(op *syntax.MakeSeries, in Node, s *scope) Node {
	v := b.envOf(in, s)
	v.ordered = false
	m := &MakeSeries{In: in}
	m.NonEmpty = b.optionWord(op.Options, "kind", "nonempty") != ""
	taken := b.newNames()
	for _, x := range op.By {
		name := autoName(x, v.cols)
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
	switch {
	case !ok && aggregates(x):
		b.unsupported(sa.X, seriesOfExpression).Hint = computeLater
		return
	case !ok:
		call = &syntax.Call{Pos: syntax.Pos{At: x.Span()}, Func: syntax.Name{Text: "take_any"}, Args: []syntax.Expr{x}}
	}
	a, ok := fn.LookupAgg(call.Func.Text)
	switch {
	case !ok && fn.Known(call.Func.Text) && !isFunc(call.Func.Text):
		b.noFunction(call, v)
		return
	case !ok:
		b.unsupported(sa.X, seriesOfExpression).Hint = computeLater
		return
	case slices.ContainsFunc(call.Args, isStarred):
		b.unsupported(sa.X, "make-series of *")
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
		name = aggName(a, call, v.cols)
	}
	if name == "" && a.Name == "take_any" {
		name = "any_arg0"
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
	on, name := op.On, autoName(op.On, v.cols)
	if n, ok := on.(*syntax.Named); ok && len(n.Names) == 1 {
		name, on = n.Names[0].Text, n.X
	}
	from, to, step := op.From, op.To, op.Step
	if call, ok := op.Range.(*syntax.Call); ok && len(call.Args) == 3 {
		from, to, step = call.Args[0], call.Args[1], call.Args[2]
		m.Closed = true
	}
	m.On = b.scalar(on, v)
	if !isBad(m.On) && !isStepped(m.On.Type()) {
		b.fail(on, "the axis of a series is a number or a time, and this is %s", describe(m.On.Type()))
		return
	}
	outer := &env{scope: v.scope}
	m.From, m.To = b.seriesEnd(from, m.On, outer), b.seriesEnd(to, m.On, outer)
	if step == nil {
		b.fail(op, "make-series needs a step")
		return
	}
	m.Step = b.scalar(step, outer)
	if t := m.On.Type(); !isBad(m.On) && !isBad(m.Step) && !fitsStep(t, m.Step.Type()) {
		b.fail(step, "a step of %s does not fit an axis of %s", m.Step.Type(), t)
		return
	}
	m.schema = append(m.schema, value.Field{Name: taken.take(name), Type: value.Dynamic})
}

// seriesEnd binds an end of the axis; nil where none is given.
func (b *binder) seriesEnd(x syntax.Expr, on Expr, outer *env) Expr {
	if x == nil {
		return nil
	}
	e := b.scalar(x, outer)
	if isBad(e) || isBad(on) {
		return bad
	}
	if t, ok := promote(e.Type(), on.Type()); e.Type() != value.Dynamic && (!ok || !isStepped(t)) {
		b.fail(x, "the axis is %s, and this is %s", describe(on.Type()), describe(e.Type()))
		return bad
	}
	return b.convert(e, on.Type())
}

// isStepped says whether values of a type follow one another in steps.
func isStepped(t value.Type) bool {
	switch t {
	case value.Int, value.Long, value.Real, value.Decimal, value.DateTime, value.TimeSpan, value.Unknown:
		return true
	}
	return false
}

// fitsStep says whether an axis of a type can have steps of another.
func fitsStep(axis, step value.Type) bool {
	if axis == value.DateTime || axis == value.TimeSpan {
		return step == value.TimeSpan || step == value.Dynamic
	}
	return step != value.TimeSpan && step != value.DateTime && (isStepped(step) || step == value.Dynamic)
}

const (
	seriesOfExpression = "make-series of anything but an aggregate"
	computeLater       = "gather the aggregates, and compute with their series in extend"
)

// aggregates says whether an aggregate stands in an expression.
func aggregates(x syntax.Expr) bool {
	found := false
	syntax.Walk(x, func(n syntax.Node) bool {
		if call, ok := n.(*syntax.Call); ok {
			_, isAgg := fn.LookupAgg(call.Func.Text)
			found = found || isAgg
		}
		return !found
	})
	return found
}

func isFunc(name string) bool {
	_, ok := fn.Lookup(name)
	return ok
}
