package plan

import (
	"github.com/dogwatch-dev/dogwatch/kql/fn"
	"github.com/dogwatch-dev/dogwatch/kql/syntax"
	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// A Plugin is a step over all rows whose work stands in exec under its name.
type Plugin struct {
	node
	Name   string
	In     Node
	Table  Node   // a second table, or nil
	Cols   []Expr // computed for each row; the last Dims of them are dimensions
	Dims   int
	Params []Expr // computed once; nil where one was left out
	Agg    *Agg   // of rolling_percentile
	KeyOf  Expr   // the first of Cols, in Table
}

// Inputs of the node.
func (n *Plugin) Inputs() []Node {
	if n.Table != nil {
		return []Node{n.In, n.Table}
	}
	return []Node{n.In}
}

func (n *Plugin) exprs() []Expr {
	out := append(append([]Expr(nil), n.Cols...), n.Params...)
	if n.KeyOf != nil {
		out = append(out, n.KeyOf)
	}
	return out
}

// pluginArgs takes the arguments of a plugin one after another.
type pluginArgs struct {
	b    *binder
	op   *syntax.Evaluate
	s    *scope
	left []syntax.Expr
	n    *Plugin
	bad  bool
}

func (b *binder) pluginArgs(op *syntax.Evaluate, in Node, s *scope) *pluginArgs {
	return &pluginArgs{b: b, op: op, s: s, left: op.Call.Args, n: &Plugin{Name: op.Call.Func.Text, In: in}}
}

// next is the next argument, or nil (reported, when it is needed).
func (a *pluginArgs) next(what string) syntax.Expr {
	if len(a.left) == 0 {
		if !a.bad && what != "" {
			a.b.fail(a.op.Call, "%s() needs %s", a.n.Name, what)
		}
		a.bad = true
		return nil
	}
	x := a.left[0]
	a.left = a.left[1:]
	if n, ok := x.(*syntax.Named); ok {
		x = n.X
	}
	return x
}

// column takes an expression over the rows and gives its field.
func (a *pluginArgs) column(what string) value.Field {
	x := a.next(what)
	if x == nil {
		return value.Field{}
	}
	e := a.b.scalar(x, &env{scope: a.s, cols: a.n.In.Schema()})
	a.bad = a.bad || isBad(e)
	a.n.Cols = append(a.n.Cols, e)
	return value.Field{Name: autoName(x, a.n.In.Schema()), Type: e.Type()}
}

// param takes a constant of one of the types (none: any).
func (a *pluginArgs) param(what string, types ...value.Type) Expr {
	x := a.next(what)
	if x == nil {
		return nil
	}
	e := a.b.scalar(x, &env{scope: a.s})
	ok := len(types) == 0
	for _, t := range types {
		ok = ok || e.Type() == t
	}
	switch {
	case isBad(e):
		a.bad = true
	case !ok:
		a.b.fail(x, "%s() needs %s here, not %s", a.n.Name, what, describe(e.Type()))
		a.bad = true
	}
	a.n.Params = append(a.n.Params, e)
	return e
}

// span takes a constant that is a distance between values of a type.
func (a *pluginArgs) span(what string, of value.Type) {
	if of == value.DateTime || of == value.TimeSpan {
		a.param(what, value.TimeSpan)
		return
	}
	a.param(what, value.Long, value.Int, value.Real)
}

// period takes a span, or the name of a part of the calendar.
func (a *pluginArgs) period(what string, of value.Type) {
	if len(a.left) > 0 && of == value.DateTime {
		if c, ok := a.b.quietConst(a.left[0], a.s); ok && c.Type() == value.String {
			switch c.Str() {
			case "week", "month", "year":
			default:
				a.b.fail(a.left[0], "%q is no period of the calendar", c.Str()).Hint = "week, month or year, or a timespan"
				a.bad = true
			}
			a.param(what)
			return
		}
	}
	a.span(what, of)
}

// quietConst is the value of a literal.
func (b *binder) quietConst(x syntax.Expr, s *scope) (value.Value, bool) {
	switch x := x.(type) {
	case *syntax.Literal:
		return x.Value, true
	case *syntax.Ident:
		if got, ok := s.find(x.Name.Text); ok && got.scalar != nil {
			if c, isConst := got.scalar.(*Const); isConst {
				return c.V, true
			}
		}
	}
	return value.Value{}, false
}

// dims takes the columns that are left.
func (a *pluginArgs) dims() value.Schema {
	var out value.Schema
	for len(a.left) > 0 {
		f := a.column("a column")
		if f.Type == value.Dynamic {
			a.b.fail(a.op.Call, "rows cannot be grouped by a dynamic value").Hint = "convert it, as in tostring(...)"
			a.bad = true
		}
		out = append(out, f)
		a.n.Dims++
	}
	return out
}

// timed takes the columns of an id and of a time line, and the line's bounds.
func (a *pluginArgs) timed() (line value.Field) {
	a.column("the column of ids")
	line = a.column("the column of times")
	if len(a.n.Cols) == 2 && !isBad(a.n.Cols[1]) && !onLine[line.Type] {
		a.b.fail(a.op.Call, "%s() needs times or numbers for its time line, not %s", a.n.Name, describe(line.Type))
		a.bad = true
	}
	for _, what := range []string{"the start of the time line", "its end"} {
		if e := a.param(what); e != nil && !isBad(e) {
			a.n.Params[len(a.n.Params)-1] = a.b.convert(e, line.Type)
		}
	}
	return line
}

// onLine are the types that a time line may have.
var onLine = map[value.Type]bool{value.DateTime: true, value.TimeSpan: true, value.Long: true, value.Int: true, value.Real: true}

// done names the columns and gives the node.
func (a *pluginArgs) done(columns ...value.Field) Node {
	if a.bad {
		return &Values{}
	}
	if len(a.left) > 0 {
		a.b.fail(a.left[0], "%s() takes no further arguments", a.n.Name)
		return &Values{}
	}
	taken := a.b.newNames()
	for _, f := range columns {
		a.n.schema = append(a.n.schema, value.Field{Name: taken.take(f.Name), Type: f.Type})
	}
	return a.n
}

// longs are columns of numbers.
func longs(names ...string) value.Schema {
	var out value.Schema
	for _, n := range names {
		out = append(out, value.Field{Name: n, Type: value.Long})
	}
	return out
}

func fields(lists ...value.Schema) []value.Field {
	var out []value.Field
	for _, l := range lists {
		out = append(out, l...)
	}
	return out
}

// activity binds the plugins that count ids along a time line; nil when the
// name is none of theirs.
func (b *binder) activity(op *syntax.Evaluate, in Node, s *scope) Node {
	a := b.pluginArgs(op, in, s)
	switch a.n.Name {
	case "activity_counts_metrics":
		line := a.timed()
		a.period("the window", line.Type)
		dims := a.dims()
		return a.done(fields(value.Schema{line}, dims, longs("count", "dcount", "new_dcount", "aggregated_dcount"))...)
	case "activity_metrics":
		line := a.timed()
		a.period("the window", line.Type)
		dims := a.dims()
		return a.done(fields(value.Schema{line}, dims, longs("dcount_values", "dcount_newvalues"), rates("retention_rate", "churn_rate"))...)
	case "activity_engagement":
		line := a.timed()
		a.span("the inner window", line.Type)
		a.span("the outer window", line.Type)
		dims := a.dims()
		return a.done(fields(value.Schema{line}, dims, longs("dcount_activities_inner", "dcount_activities_outer"), rates("activity_ratio"))...)
	case "active_users_count":
		line := a.timed()
		a.span("the window looked back on", line.Type)
		a.span("the period", line.Type)
		a.param("the number of periods", value.Long, value.Int)
		a.span("the bin", line.Type)
		dims := a.dims()
		return a.done(fields(value.Schema{line}, dims, longs("dcount"))...)
	case "sliding_window_counts":
		line := a.timed()
		a.span("the window looked back on", line.Type)
		a.span("the bin", line.Type)
		dims := a.dims()
		return a.done(fields(value.Schema{line}, dims, longs("Count", "Dcount"))...)
	case "new_activity_metrics":
		return a.newActivity()
	case "rolling_percentile":
		return a.rollingPercentile()
	}
	return nil
}

func rates(names ...string) value.Schema {
	out := longs(names...)
	for i := range out {
		out[i].Type = value.Real
	}
	return out
}

// newActivity is new_activity_metrics(id, time, start, end, window [, cohort]
// [, dim ...] [, lookback]).
func (a *pluginArgs) newActivity() Node {
	line := a.timed()
	a.period("the window", line.Type)
	if last := len(a.left) - 1; last >= 0 && a.b.isTable(a.left[last], a.s) {
		a.lookback(a.left[last])
		a.left = a.left[:last]
	}
	if len(a.left) > 0 && a.isConstant(a.left[0]) {
		if e := a.param("the cohort"); e != nil && !isBad(e) {
			a.n.Params[len(a.n.Params)-1] = a.b.convert(e, line.Type)
		}
	} else {
		a.n.Params = append(a.n.Params, nil)
	}
	dims := a.dims()
	if a.n.Table != nil && len(dims) > 0 {
		a.b.unsupported(a.op, a.n.Name+" with dimensions and a table looked back on")
		return &Values{}
	}
	lines := value.Schema{{Name: "from_" + line.Name, Type: line.Type}, {Name: "to_" + line.Name, Type: line.Type}}
	return a.done(fields(lines, dims, longs("dcount_new_values", "dcount_retained_values", "dcount_churn_values"), rates("retention_rate", "churn_rate"))...)
}

// lookback binds the table of ids that are not new.
func (a *pluginArgs) lookback(x syntax.Expr) {
	a.n.Table = a.b.table(x, a.s)
	schema := a.n.Table.Schema()
	id, ok := a.n.firstCol()
	if !ok || len(schema) == 0 {
		a.bad = true
		return
	}
	i := schema.Index(id.Name)
	if i < 0 || schema[i].Type != id.Typ {
		a.b.fail(x, "the table looked back on needs the column %q as %s", id.Name, id.Typ)
		a.bad = true
		return
	}
	a.n.KeyOf = &Col{i, id.Name, id.Typ}
}

func (n *Plugin) firstCol() (*Col, bool) {
	if len(n.Cols) == 0 {
		return nil, false
	}
	c, ok := n.Cols[0].(*Col)
	return c, ok
}

// isConstant says whether an expression reads no column.
func (a *pluginArgs) isConstant(x syntax.Expr) bool {
	before := len(a.b.errs)
	e := a.b.scalar(x, &env{scope: a.s})
	ok := len(a.b.errs) == before && !isBad(e)
	a.b.errs = a.b.errs[:before]
	return ok
}

// rollingPercentile is rolling_percentile(value, percentile, line, bin, bins a
// window [, dim ...]).
func (a *pluginArgs) rollingPercentile() Node {
	var x, pct syntax.Expr
	if len(a.left) >= 2 {
		x, pct = a.left[0], a.left[1]
	}
	of := a.column("the column of values")
	p := a.param("the percentile", value.Long, value.Int, value.Real)
	line := a.column("the column of the time line")
	a.span("the size of a bin", line.Type)
	bins := a.param("the number of bins in a window", value.Long, value.Int)
	dims := a.dims()
	if a.bad {
		return &Values{}
	}
	if !onLine[line.Type] {
		a.b.fail(a.op.Call, "%s() needs times or numbers for its time line, not %s", a.n.Name, describe(line.Type))
		return &Values{}
	}
	single, _ := fn.LookupAgg("percentile")
	agg, ok := a.b.aggregate(a.op.Call, single, []Expr{a.n.Cols[0], p}, []syntax.Expr{x, pct})
	width, isConst := bins.(*Const)
	if !ok || !isConst {
		a.b.fail(a.op.Call, "%s() needs constants", a.n.Name)
		return &Values{}
	}
	a.n.Agg = &agg
	name := "rolling_" + width.V.String() + "_percentile_" + of.Name + "_" + textOf(p)
	return a.done(fields(value.Schema{line}, dims, value.Schema{{Name: name, Type: agg.Types[0]}})...)
}

func textOf(e Expr) string {
	if c, ok := e.(*Const); ok {
		return c.V.String()
	}
	return ""
}

// rowsNear is rows_near(condition, rows [, rows behind]).
func (b *binder) rowsNear(op *syntax.Evaluate, in Node, s *scope) Node {
	a := b.pluginArgs(op, in, s)
	v := b.envOf(in, s)
	if x := a.next("a condition"); x != nil {
		p := b.scalar(x, v)
		if !isCondition(p.Type()) {
			b.notCondition(x, p)
		}
		a.n.Cols = append(a.n.Cols, p)
		a.bad = a.bad || isBad(p)
	}
	a.param("the number of rows", value.Long, value.Int)
	if len(a.left) > 0 {
		a.param("the number of rows behind", value.Long, value.Int)
	}
	a.n.Cols = append(a.n.Cols, identity(in)...)
	return a.done(in.Schema()...)
}

// narrow makes a row of each value.
func (b *binder) narrow(op *syntax.Evaluate, in Node, s *scope) Node {
	a := b.pluginArgs(op, in, s)
	for _, f := range in.Schema() {
		switch f.Type {
		case value.String, value.Int, value.Long, value.Real, value.GUID:
		default:
			b.unsupported(op, "narrow with "+f.Type.String()+" columns").Hint = "convert them before it: extend " + f.Name + " = tostring(" + f.Name + ")"
			return &Values{}
		}
	}
	a.n.Cols = identity(in)
	return a.done(value.Field{Name: "Row", Type: value.Long}, value.Field{Name: "Column", Type: value.String}, value.Field{Name: "Value", Type: value.String})
}

// schemaMerge is schema_merge([PreserveOrder]) over rows as getschema gives
// them.
func (b *binder) schemaMerge(op *syntax.Evaluate, in Node, s *scope) Node {
	a := b.pluginArgs(op, in, s)
	for _, want := range []value.Field{
		{Name: "ColumnName", Type: value.String}, {Name: "ColumnOrdinal", Type: value.Int}, {Name: "ColumnType", Type: value.String},
	} {
		i := in.Schema().Index(want.Name)
		if i < 0 || in.Schema()[i].Type != want.Type && in.Schema()[i].Type != value.Long {
			b.fail(op, "schema_merge() takes the rows of getschema").Hint = "union (T | getschema), (U | getschema) | evaluate schema_merge()"
			return &Values{}
		}
		a.n.Cols = append(a.n.Cols, &Col{i, want.Name, in.Schema()[i].Type})
	}
	if len(a.left) > 0 {
		a.param("true or false", value.Bool)
	}
	return a.done(
		value.Field{Name: "ColumnName", Type: value.String}, value.Field{Name: "ColumnOrdinal", Type: value.Long},
		value.Field{Name: "DataType", Type: value.String}, value.Field{Name: "ColumnType", Type: value.String},
	)
}

// NetName is the name that .NET has for a type, by the name of the type.
func NetName(typ string) string {
	for t, name := range netNames {
		if t.String() == typ {
			return name
		}
	}
	return ""
}
