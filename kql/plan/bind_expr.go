package plan

import (
	"errors"
	"strings"

	"github.com/dogwatch-dev/dogwatch/kql/diag"
	"github.com/dogwatch-dev/dogwatch/kql/fn"
	"github.com/dogwatch-dev/dogwatch/kql/syntax"
	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// An env is what a scalar expression may name.
type env struct {
	scope *scope
	cols  value.Schema
	// agg, when set, takes the aggregates of the expression and gives the
	// expression that stands for the result.
	agg func(call *syntax.Call, a *fn.Agg) Expr
	// ordered says that window functions are allowed.
	ordered bool
	// member, when set, is asked first what name.name stands for.
	member func(x *syntax.Path) (Expr, bool)
	// call, when set, is asked first what a function is.
	call func(x *syntax.Call) (Expr, bool)
}

// bad is what a mistake is bound to; nothing complains about it again.
var bad = &Const{}

func isBad(e Expr) bool { return e.Type() == value.Unknown }

// scalar binds an expression that gives one value a row.
func (b *binder) scalar(x syntax.Expr, v *env) Expr {
	if !b.enter(x) {
		b.leave()
		return bad
	}
	defer b.leave()
	switch x := x.(type) {
	case nil, *syntax.Bad:
		return bad
	case *syntax.Literal:
		return &Const{x.Value}
	case *syntax.Paren:
		return b.scalar(x.X, v)
	case *syntax.Ident:
		return b.ident(x, v)
	case *syntax.Path:
		return b.path(x, v)
	case *syntax.Index:
		return b.index(x, v)
	case *syntax.Unary:
		return b.unary(x, v)
	case *syntax.Binary:
		return b.binary(x, v)
	case *syntax.In:
		return b.in(x, v)
	case *syntax.Between:
		return b.between(x, v)
	case *syntax.Call:
		return b.call(x, v)
	case *syntax.Named:
		b.fail(x, "a name is not allowed here")
	case *syntax.Star:
		b.fail(x, "* is not allowed here")
	case *syntax.TypeOf:
		b.fail(x, "typeof() is not allowed here")
	case *syntax.Unsupported:
		b.unsupported(x, x.Feature)
	case *syntax.EntityGroup:
		b.unsupported(x, "entity_group")
	case *syntax.Pipeline, *syntax.Datatable, *syntax.ExternalData:
		b.fail(x, "a table stands where a single value is needed").Hint = "toscalar(...) takes the first value of a table"
	default:
		b.fail(x, "this is not allowed here")
	}
	return bad
}

func (b *binder) ident(x *syntax.Ident, v *env) Expr {
	name := x.Name.Text
	if i := v.cols.Index(name); i >= 0 {
		return &Col{i, name, v.cols[i].Type}
	}
	if got, ok := v.scope.find(name); ok {
		switch {
		case got.bad:
			return bad
		case got.scalar != nil:
			return got.scalar
		case got.table != nil:
			b.fail(x, "%q is a table, and a single value is needed here", name).Hint = "toscalar(" + name + ") takes its first value"
			return bad
		case got.fn != nil && len(got.fn.decl.Params) == 0:
			return b.callFunction(&syntax.Call{Pos: x.Pos, Func: x.Name}, got.fn, v)
		}
	}
	b.unknownName(x, name, v)
	return bad
}

func (b *binder) unknownName(n syntax.Node, name string, v *env) {
	var candidates []string
	for _, c := range v.cols {
		candidates = append(candidates, c.Name)
	}
	candidates = append(candidates, v.scope.list()...)
	what := "unknown column %q"
	if v.cols == nil {
		what = "unknown name %q"
	}
	e := b.fail(n, what, name)
	if near := diag.Nearest(name, candidates); near != "" {
		e.Hint = "did you mean " + near + "?"
	}
}

func (b *binder) path(x *syntax.Path, v *env) Expr {
	if v.member != nil {
		if e, ok := v.member(x); ok {
			return e
		}
	}
	if id, ok := x.X.(*syntax.Ident); ok && (id.Name.Text == "$left" || id.Name.Text == "$right") {
		b.fail(x, "%s is only for equalities of the join", id.Name.Text)
		return bad
	}
	base := b.scalar(x.X, v)
	if isBad(base) {
		return bad
	}
	if base.Type() != value.Dynamic {
		b.fail(x, "%q cannot be read from %s", x.Name.Text, describe(base.Type())).Hint = "only dynamic values have members; parse_json() makes one of a text"
		return bad
	}
	return fold(&Member{base, x.Name.Text})
}

func (b *binder) index(x *syntax.Index, v *env) Expr {
	base, i := b.scalar(x.X, v), b.scalar(x.I, v)
	if isBad(base) || isBad(i) {
		return bad
	}
	if base.Type() != value.Dynamic {
		b.fail(x, "an element cannot be read from %s", describe(base.Type())).Hint = "only dynamic values have elements; parse_json() makes one of a text"
		return bad
	}
	if c, ok := i.(*Const); ok && c.V.Kind() == value.KString {
		return fold(&Member{base, c.V.Str()})
	}
	switch i.Type() {
	case value.Int, value.Long, value.String, value.Dynamic:
		return fold(&Element{base, i})
	}
	b.fail(x.I, "%s is no index", describe(i.Type()))
	return bad
}

func (b *binder) unary(x *syntax.Unary, v *env) Expr {
	e := b.scalar(x.X, v)
	if isBad(e) {
		return e
	}
	bound, err := fn.BindUnary(x.Op, argOf(e))
	signed := b.bound(x, x.Op, bound, err, []syntax.Expr{x.X}, e)
	if c, constant := signed.(*Const); constant && e.Type() == value.Int && !isParen(x.X) {
		return &Const{c.V.To(value.Int)} // the sign belongs to the constant
	}
	return signed
}

func isParen(x syntax.Expr) bool {
	_, ok := x.(*syntax.Paren)
	return ok
}

func (b *binder) binary(x *syntax.Binary, v *env) Expr {
	if isStarred(x.X) {
		return b.inAnyColumn(x, v)
	}
	l, r := b.scalar(x.X, v), b.scalar(x.Y, v)
	if isBad(l) || isBad(r) {
		return bad
	}
	if x.Op == "and" || x.Op == "or" {
		return b.logic(x, l, r)
	}
	bound, err := fn.BindBinary(x.Op, argOf(l), argOf(r))
	return b.bound(x, x.Op, bound, err, []syntax.Expr{x.X, x.Y}, l, r)
}

// inAnyColumn is `* has X` and its like: whether the text of any column of the
// row is so.
func (b *binder) inAnyColumn(x *syntax.Binary, v *env) Expr {
	switch {
	case strings.HasPrefix(x.Op, "!"):
		b.unsupported(x, "* "+x.Op).Hint = "where not(* " + x.Op[1:] + " ...) has the rows in which no column is so"
		return bad
	case v.cols == nil:
		b.fail(x.X, "* stands for the columns of a row, and there is none here")
		return bad
	}
	text := b.scalar(x.Y, v)
	if isBad(text) {
		return bad
	}
	if text.Type() != value.String {
		b.unsupported(x, "* "+x.Op+" other than text")
		return bad
	}
	return b.anyColumn(x, x.Op, text, v.cols)
}

func isStarred(x syntax.Expr) bool {
	_, ok := x.(*syntax.Star)
	return ok
}

func (b *binder) logic(x *syntax.Binary, l, r Expr) Expr {
	for i, e := range []Expr{l, r} {
		if !isCondition(e.Type()) && e.Type() != value.Dynamic {
			b.notCondition([]syntax.Expr{x.X, x.Y}[i], e)
			return bad
		}
	}
	return foldLogic(&Logic{x.Op == "or", b.convert(l, value.Bool), b.convert(r, value.Bool)})
}

func (b *binder) notCondition(at syntax.Node, e Expr) {
	d := b.fail(at, "%s stands where true or false is needed", describe(e.Type()))
	if e.Type() == value.Dynamic {
		d.Hint = "compare it, or convert it with tobool(...)"
	}
}

// foldLogic leaves out what a constant side decides or does not touch.
func foldLogic(e *Logic) Expr {
	for _, side := range [][2]Expr{{e.X, e.Y}, {e.Y, e.X}} {
		c, ok := side[0].(*Const)
		if !ok || c.V.IsNull() {
			continue
		}
		if c.V.Bool() == e.Or {
			return c
		}
		return side[1]
	}
	return e
}

func (b *binder) in(x *syntax.In, v *env) Expr {
	e := b.scalar(x.X, v)
	if len(x.List) == 1 && b.isTable(x.List[0], v.scope) {
		return b.inTable(x, e, v)
	}
	args := []Expr{e}
	var info []fn.Arg
	for _, l := range x.List {
		le := b.scalar(l, v)
		args, info = append(args, le), append(info, argOf(le))
	}
	for _, a := range args {
		if isBad(a) {
			return bad
		}
	}
	bound, err := fn.BindIn(x.Op, argOf(e), info)
	return b.bound(x, x.Op, bound, err, append([]syntax.Expr{x.X}, x.List...), args...)
}

func (b *binder) inTable(x *syntax.In, e Expr, v *env) Expr {
	sub := b.table(x.List[0], v.scope)
	if isBad(e) || len(sub.Schema()) == 0 {
		return bad
	}
	left, op := argOf(e), x.Op
	return &InTable{op, e, sub, func(list []value.Value) (fn.Bound, error) {
		info := make([]fn.Arg, len(list))
		for i := range list {
			info[i] = fn.Arg{Type: list[i].Type(), Const: &list[i]}
		}
		return fn.BindIn(op, left, info)
	}}
}

func (b *binder) between(x *syntax.Between, v *env) Expr {
	e, lo, hi := b.scalar(x.X, v), b.scalar(x.Low, v), b.scalar(x.High, v)
	if isBad(e) || isBad(lo) || isBad(hi) {
		return bad
	}
	bound, err := fn.BindBetween(x.Not, argOf(e), argOf(lo), argOf(hi))
	return b.bound(x, "between", bound, err, []syntax.Expr{x.X, x.Low, x.High}, e, lo, hi)
}

// argOf is what binding a function may know of an argument.
func argOf(e Expr) fn.Arg {
	a := fn.Arg{Type: e.Type()}
	switch e := e.(type) {
	case *Const:
		a.Const = &e.V
	case *Col:
		a.Name = e.Name
	}
	return a
}

// bound makes the call, or reports why there is none.
func (b *binder) bound(at syntax.Node, name string, bound fn.Bound, err error, written []syntax.Expr, args ...Expr) Expr {
	if err != nil {
		b.refuse(at, err, written)
		return bad
	}
	return fold(&Call{name, bound, args})
}

// refuse tells why a call cannot be bound, at the argument that is wrong when
// it is about one.
func (b *binder) refuse(at syntax.Node, err error, written []syntax.Expr) {
	var ae *fn.ArgError
	var missing fn.Unsupported
	switch {
	case errors.As(err, &missing):
		b.unsupported(at, string(missing))
	case errors.As(err, &ae) && ae.Arg >= 0 && ae.Arg < len(written):
		b.fail(written[ae.Arg], "%s", err)
	default:
		b.fail(at, "%s", err)
	}
}

// convert makes an expression have a type, as Kusto does by itself.
func (b *binder) convert(e Expr, t value.Type) Expr { return convertTo(e, t) }

// fold computes what is constant.
func fold(e Expr) Expr {
	for _, c := range Children(e) {
		if _, ok := c.(*Const); !ok {
			return e
		}
	}
	switch e := e.(type) {
	case *Call:
		if e.Bound.Volatile || e.Bound.Timed {
			return e
		}
		args := make([]value.Value, len(e.Args))
		for i, a := range e.Args {
			args[i] = a.(*Const).V
		}
		v, ok := e.Bound.Try(&fn.Context{}, args)
		if !ok {
			return e // for the run, which says whether it may
		}
		return &Const{typed(v, e.Bound.Result)}
	case *Choose:
		return e.chosen()
	case *Member:
		return &Const{value.DynamicOf(e.X.(*Const).V.Get(e.Key))}
	case *Element:
		return &Const{value.DynamicOf(ElementOf(e.X.(*Const).V, e.I.(*Const).V))}
	}
	return e
}

// chosen is what constant conditions choose.
func (e *Choose) chosen() Expr {
	for i, w := range e.When {
		if c := w.(*Const); !c.V.IsNull() && c.V.Bool() {
			return e.Then[i]
		}
	}
	return e.Else
}

// typed gives a null result the type its column has.
func typed(v value.Value, t value.Type) value.Value {
	if v.IsNull() {
		return value.NullOf(t)
	}
	return v
}

// ElementOf is x[i]: by position of an array, by name of a bag.
func ElementOf(x, i value.Value) value.Value {
	switch i.Kind() {
	case value.KString:
		return x.Get(i.Str())
	case value.KInt, value.KLong:
		return x.At(int(i.Int()))
	}
	return value.NullOf(value.Dynamic)
}
