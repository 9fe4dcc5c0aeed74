package plan

import (
	"strings"

	"github.com/dogwatch-dev/dogwatch/kql/diag"
	"github.com/dogwatch-dev/dogwatch/kql/fn"
	"github.com/dogwatch-dev/dogwatch/kql/syntax"
	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// call binds a function call in a scalar place.
func (b *binder) call(x *syntax.Call, v *env) Expr {
	name := x.Func.Text
	if v.call != nil {
		if e, ok := v.call(x); ok {
			return e
		}
	}
	if got, ok := v.scope.find(name); ok && got.fn != nil {
		return b.callFunction(x, got.fn, v)
	} else if ok && got.of != nil {
		b.fail(x, "the pattern %s gives a table, and a single value is needed here", name).Hint = "toscalar(...) takes its first value"
		return bad
	}
	if a, ok := fn.LookupAgg(name); ok && v.agg != nil {
		return v.agg(x, a)
	}
	if e, done := b.specialCall(x, v); done {
		return e
	}
	f, ok := fn.Lookup(name)
	if !ok || f.Special {
		b.noFunction(x, v)
		return bad
	}
	args, written, ok := b.arguments(x, v)
	if !ok {
		return bad
	}
	info := make([]fn.Arg, len(args))
	for i, a := range args {
		info[i] = argOf(a)
		if info[i].Name == "" {
			info[i].Name = autoName(written[i], v.cols)
		}
	}
	bound, err := fn.Bind(f, info)
	return b.bound(x, name, bound, err, written, args...)
}

func (b *binder) arguments(x *syntax.Call, v *env) (args []Expr, written []syntax.Expr, ok bool) {
	ok = true
	for _, a := range x.Args {
		if n, named := a.(*syntax.Named); named && len(n.Names) == 1 {
			a = n.X
		}
		if isStarred(a) && starredCalls[x.Func.Text] {
			for _, c := range v.cols {
				id := &syntax.Ident{Pos: syntax.Pos{At: a.Span()}, Name: syntax.Name{Text: c.Name}}
				args, written = append(args, b.ident(id, v)), append(written, id)
			}
			continue
		}
		e := b.argumentValue(a, v)
		ok = ok && !isBad(e)
		args, written = append(args, e), append(written, a)
	}
	return args, written, ok
}

// starredCalls are the functions for which * stands for all columns.
var starredCalls = map[string]bool{"pack_array": true, "estimate_data_size": true}

// argumentValue is an argument; typeof(long) is the name of its type.
func (b *binder) argumentValue(x syntax.Expr, v *env) Expr {
	if t, ok := x.(*syntax.TypeOf); ok && t.Type != value.Unknown {
		return &Const{value.StringOf(t.Type.String())}
	}
	return b.scalar(x, v)
}

// noFunction reports a function that is not there, or not yet.
func (b *binder) noFunction(x *syntax.Call, v *env) {
	name := x.Func.Text
	if a, ok := fn.LookupAgg(name); ok {
		b.fail(x, "%s() aggregates rows and is not allowed here", a.Name).Hint = "use it in summarize"
		return
	}
	if fn.Known(name) {
		b.unsupported(&x.Func, name+"()")
		return
	}
	e := b.fail(&x.Func, "unknown function %q", name)
	candidates := append(v.scope.list(), functionNames()...)
	if near := diag.Nearest(name, candidates); near != "" {
		e.Hint = "did you mean " + near + "?"
	}
}

// specialCall binds the functions that are more than a computation on values.
func (b *binder) specialCall(x *syntax.Call, v *env) (Expr, bool) {
	switch strings.ToLower(x.Func.Text) {
	case "iff", "iif":
		if len(x.Args) == 3 {
			return b.choose(x, v), true
		}
	case "case":
		if len(x.Args) >= 3 && len(x.Args)%2 == 1 {
			return b.choose(x, v), true
		}
		b.fail(x, "case() needs pairs of condition and value, and a last value").Hint = "case(a > 1, \"many\", \"one\")"
		return bad, true
	case "column_ifexists", "columnifexists":
		return b.columnIfExists(x, v), true
	case "toscalar":
		return b.toScalar(x, v), true
	case "materialize":
		if len(x.Args) == 1 && !b.isTable(x.Args[0], v.scope) {
			return b.scalar(x.Args[0], v), true
		}
	case "geo_polygon_simplify", "geo_simplify_polygons_array":
		return b.simplifyPolygon(x, v), true
	case "ingestion_time":
		return b.ingestionTime(x, v), true
	case "assert":
		return b.assert(x, v), true
	case "bin_auto":
		return b.binAuto(x, v), true
	case "column_names_of":
		return b.columnNamesOf(x, v), true
	case "pack_all":
		return b.packAll(x, v), true
	case "prev", "next", "row_number", "row_cumsum", "row_rank", "row_rank_dense", "row_rank_min", "row_window_session":
		return b.orderedCall(x, v), true
	}
	return nil, false
}

// ingestionTime is when a row came. Records that are read from files came when
// they say: the row's TimeGenerated.
func (b *binder) ingestionTime(x *syntax.Call, v *env) Expr {
	const column = "TimeGenerated"
	if i := v.cols.Index(column); i >= 0 && v.cols[i].Type == value.DateTime {
		return &Col{i, column, value.DateTime}
	}
	b.unsupported(x, "ingestion_time() of rows without the column "+column)
	return bad
}

// choose is iff and case.
func (b *binder) choose(x *syntax.Call, v *env) Expr {
	args, written, ok := b.arguments(x, v)
	if !ok {
		return bad
	}
	c := &Choose{}
	var results []Expr
	for i := 0; i+1 < len(args); i += 2 {
		if !isCondition(args[i].Type()) {
			b.notCondition(written[i], args[i])
			return bad
		}
		c.When = append(c.When, args[i])
		results = append(results, args[i+1])
	}
	results = append(results, args[len(args)-1])
	t := commonType(results)
	c.Typ = t
	for i, r := range results {
		if i == len(results)-1 {
			c.Else = b.convert(r, t)
			break
		}
		c.Then = append(c.Then, b.convert(r, t))
	}
	return fold(c)
}

// columnIfExists is decided while binding: by the schema.
func (b *binder) columnIfExists(x *syntax.Call, v *env) Expr {
	if len(x.Args) != 2 {
		b.fail(x, "%s() takes a column's name and a default", x.Func.Text)
		return bad
	}
	fallback := b.scalar(x.Args[1], v)
	name, ok := b.constString(x.Args[0], v)
	if !ok {
		if !isBad(fallback) {
			b.fail(x.Args[0], "the column's name must be a constant text")
		}
		return bad
	}
	if i := v.cols.Index(name); i >= 0 {
		return &Col{i, name, v.cols[i].Type}
	}
	return fallback
}

// constString is the text of a constant expression.
func (b *binder) constString(x syntax.Expr, v *env) (string, bool) {
	if id, ok := x.(*syntax.Ident); ok && v.cols.Index(id.Name.Text) >= 0 {
		return id.Name.Text, true // a column is named as if it were quoted
	}
	e := b.scalar(x, &env{scope: v.scope})
	if c, ok := e.(*Const); ok && c.V.Inner().Kind() == value.KString {
		return c.V.Str(), true
	}
	return "", false
}

func (b *binder) toScalar(x *syntax.Call, v *env) Expr {
	if len(x.Args) != 1 {
		b.fail(x, "toscalar() takes one table or value")
		return bad
	}
	if !b.isTable(x.Args[0], v.scope) {
		return b.scalar(x.Args[0], v)
	}
	sub := b.table(x.Args[0], v.scope)
	if len(sub.Schema()) == 0 {
		return bad
	}
	return &Scalar{sub, sub.Schema()[0].Type}
}

// columnNamesOf is the names of a table's columns.
func (b *binder) columnNamesOf(x *syntax.Call, v *env) Expr {
	if len(x.Args) != 1 || !b.isTable(x.Args[0], v.scope) {
		b.fail(x, "column_names_of() takes a table")
		return bad
	}
	before := len(b.errs)
	t := b.table(x.Args[0], v.scope)
	if len(b.errs) > before {
		return bad
	}
	var names []value.Value
	for _, f := range t.Schema() {
		names = append(names, value.StringOf(f.Name))
	}
	return &Const{value.ArrayOf(names)}
}

// packAll is a bag of all columns; with true, those that are null or empty are
// left out.
func (b *binder) packAll(x *syntax.Call, v *env) Expr {
	skip := false
	if len(x.Args) > 0 {
		c, ok := b.scalar(x.Args[0], &env{scope: v.scope}).(*Const)
		if !ok || len(x.Args) > 1 {
			b.fail(x, "pack_all() takes at most true or false")
			return bad
		}
		skip = c.V.Bool()
	}
	return packed(v.cols, skip)
}

// packed is a bag of the columns that without has not; skip leaves null and
// empty ones out.
func packed(cols value.Schema, skip bool, without ...value.Field) Expr {
	var args []Expr
	var names []string
	for i, f := range cols {
		if value.Schema(without).Index(f.Name) < 0 {
			args, names = append(args, &Col{i, f.Name, f.Type}), append(names, f.Name)
		}
	}
	pack := func(_ *fn.Context, row []value.Value) value.Value {
		var keys []string
		var elems []value.Value
		for i, e := range row {
			if skip && (e.IsNull() || e.Kind() == value.KString && e.Str() == "") {
				continue
			}
			keys, elems = append(keys, names[i]), append(elems, e)
		}
		return value.BagOf(keys, elems)
	}
	return &Call{"pack_all", fn.Bound{Result: value.Dynamic, Eval: pack}, args}
}

// orderedCall binds a window function.
func (b *binder) orderedCall(x *syntax.Call, v *env) Expr {
	name := strings.ToLower(x.Func.Text)
	if name == "row_rank" { // the older spelling
		name = "row_rank_dense"
	}
	if !v.ordered {
		b.fail(x, "%s() needs rows in order", name).Hint = "sort the rows, or put serialize before it; it is allowed in extend, project and serialize"
		return bad
	}
	args, written, ok := b.arguments(x, v)
	if !ok {
		return bad
	}
	o := &Ordered{Name: name, Args: args, Typ: value.Long}
	most := map[string]int{"prev": 3, "next": 3, "row_number": 2, "row_cumsum": 2, "row_rank_dense": 2, "row_rank_min": 2, "row_window_session": 4}[name]
	least := map[string]int{"row_number": 0, "row_window_session": 3}
	need, ok := least[name]
	if !ok {
		need = 1
	}
	if len(args) < need || len(args) > most {
		b.fail(x, "%s() takes %d to %d arguments, not %d", name, need, most, len(args))
		return bad
	}
	switch name {
	case "prev", "next":
		o.Typ = args[0].Type()
		if len(args) == 3 {
			o.Args[2] = b.convert(args[2], o.Typ)
		}
	case "row_cumsum":
		bound, err := fn.BindBinary("+", argOf(args[0]), argOf(args[0]))
		if err != nil {
			b.fail(written[0], "%s cannot be summed", describe(args[0].Type()))
			return bad
		}
		if args[0].Type() == value.Int { // elsewhere two int make a long
			add := bound.Eval
			bound.Result, bound.Eval = value.Int, func(ctx *fn.Context, a []value.Value) value.Value { return add(ctx, a).To(value.Int) }
		}
		o.Typ, o.Call = bound.Result, &Call{"+", bound, nil}
	case "row_window_session":
		o.Typ = value.DateTime
	}
	return o
}

// callFunction puts a let function's body in place of its call.
func (b *binder) callFunction(x *syntax.Call, f *function, v *env) Expr {
	body, s, ok := b.open(x, f, v)
	if !ok {
		return bad
	}
	defer b.shut()
	defer b.ownNumbers()()
	last, s := b.lets(body, s)
	if last == nil {
		return bad
	}
	if b.isTable(last, s) {
		b.fail(x, "%s() gives a table, and a single value is needed here", f.name).Hint = "toscalar(" + f.name + "(...)) takes its first value"
		return bad
	}
	return b.scalar(last, &env{scope: s, ordered: v.ordered})
}

// open makes the scope of a function's body for a call. The caller shuts it.
func (b *binder) open(x *syntax.Call, f *function, v *env) (*syntax.Query, *scope, bool) {
	if !b.enter(x) || b.recursive(x, f) || b.tooMany(x) {
		b.leave()
		return nil, nil, false
	}
	s := newScope(f.scope)
	if f.file == nil {
		s.names[f.name] = binding{bad: true} // no recursion in Kusto
	}
	given := b.match(x, f)
	ok := given != nil
	for i, p := range f.decl.Params {
		if !ok {
			break
		}
		s.names[p.Name.Text] = b.argument(x, f, p, given[i], v)
		ok = !s.names[p.Name.Text].bad
	}
	if !ok {
		b.leave()
		return nil, nil, false
	}
	b.into(f)
	return f.decl.Body, s, true
}

// tooMany counts a call, and says once that there are more than may be.
func (b *binder) tooMany(x *syntax.Call) bool {
	if b.calls++; b.calls == maxCalls+1 {
		b.fail(x, "the functions of the query call one another more than %d times", maxCalls)
	}
	return b.calls > maxCalls
}

// shut ends what open started.
func (b *binder) shut() {
	b.out()
	b.leave()
}

// match puts a call's arguments in the order of the parameters; nil when they
// do not fit (reported).
func (b *binder) match(x *syntax.Call, f *function) []syntax.Expr {
	params := f.decl.Params
	given := make([]syntax.Expr, len(params))
	for i, a := range x.Args {
		if n, ok := a.(*syntax.Named); ok && len(n.Names) == 1 {
			i = -1
			for j, p := range params {
				if p.Name.Text == n.Names[0].Text {
					i = j
				}
			}
			if i < 0 {
				b.fail(a, "%s() has no parameter %q", f.name, n.Names[0].Text)
				return nil
			}
			a = n.X
		}
		if i >= len(params) {
			b.fail(x, "%s() takes %d arguments, not %d", f.name, len(params), len(x.Args))
			return nil
		}
		given[i] = a
	}
	return given
}

// argument binds one argument of a call, or the parameter's default.
func (b *binder) argument(x *syntax.Call, f *function, p *syntax.Param, a syntax.Expr, v *env) binding {
	if p.Tabular {
		if a == nil {
			b.fail(x, "%s() needs a table for %q", f.name, p.Name.Text)
			return binding{bad: true}
		}
		before := len(b.errs)
		t := b.table(a, v.scope)
		if len(b.errs) > before {
			return binding{bad: true}
		}
		b.checkShape(a, t, p)
		return binding{table: t}
	}
	var e Expr
	switch {
	case a != nil:
		e = b.scalar(a, v)
	case p.Default != nil:
		b.into(f)
		e = b.scalar(p.Default, &env{scope: f.scope})
		b.out()
	default:
		b.fail(x, "%s() needs a value for %q", f.name, p.Name.Text)
		return binding{bad: true}
	}
	if isBad(e) {
		return binding{bad: true}
	}
	return binding{scalar: b.convert(e, p.Type)}
}

// checkShape reports a table that lacks a column of its parameter. What it has
// beyond them comes along.
func (b *binder) checkShape(at syntax.Expr, t Node, p *syntax.Param) {
	for _, c := range p.Columns {
		if t.Schema().Index(c.Name.Text) < 0 {
			b.fail(at, "the table given for %q has no column %q", p.Name.Text, c.Name.Text)
			return
		}
	}
}

// lets binds the let statements of a function's body and returns its last
// expression with the scope for it.
func (b *binder) lets(body *syntax.Query, s *scope) (syntax.Expr, *scope) {
	var last syntax.Expr
	for _, st := range body.Statements {
		switch st := st.(type) {
		case *syntax.Let:
			b.let(st, s)
		case *syntax.Declare:
			b.declare(st, s)
		case *syntax.DeclarePattern:
			b.fail(st, "a pattern is declared before the query, not in a function")
			s.names[st.Name.Text] = binding{of: &pattern{}, bad: true}
		case *syntax.ExprStatement:
			last = st.X
		case *syntax.Unsupported:
			b.unsupported(st, st.Feature)
		}
	}
	if last == nil {
		b.fail(body, "the function's body has no expression")
	}
	return last, s
}

// functionNames are all functions that are there, for hints.
func functionNames() []string {
	var out []string
	for _, f := range fn.Funcs() {
		out = append(out, f.Name)
	}
	for _, a := range fn.Aggs() {
		out = append(out, a.Name)
	}
	return out
}
