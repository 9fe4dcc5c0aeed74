package plan

import (
	"slices"

	"github.com/dogwatch-dev/dogwatch/kql/fn"
	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// Reduce computes the parts of an expression that depend on no row once there is
// a clock, and subqueries can be asked. What scalar does not know stays as it is.
func Reduce(e Expr, clock *fn.Context, scalar func(*Scalar) (value.Value, bool)) Expr {
	r := &reducer{clock: clock, scalar: scalar}
	if !reducible(e) {
		return e
	}
	return r.of(e)
}

// Answered is an expression with what subqueries gave in their places. What they are
// given to is made ready for them once, as for constants: regular expressions are
// compiled and networks read.
func Answered(e Expr, scalar func(*Scalar) (value.Value, bool)) Expr {
	r := &reducer{scalar: scalar, prepares: true}
	if !asks(e) {
		return e
	}
	return r.of(e)
}

// asks says whether an expression has a subquery that gives a single value.
func asks(e Expr) bool {
	found := false
	Walk(e, func(e Expr) bool {
		_, is := e.(*Scalar)
		found = found || is
		return !found
	})
	return found
}

// reducible says whether anything in an expression was not known when it was
// bound.
func reducible(e Expr) bool {
	switch e := e.(type) {
	case nil, *Const, *Col:
		return false
	case *Scalar:
		return true
	case *Call:
		return e.Bound.Timed || slices.ContainsFunc(e.Args, reducible)
	case *Member:
		return reducible(e.X)
	}
	return slices.ContainsFunc(Children(e), reducible)
}

// Lasts says whether expressions mean the same in each run of a query: they depend
// neither on the clock nor on tables.
func Lasts(list ...Expr) bool {
	return !slices.ContainsFunc(list, func(e Expr) bool { return !lasts(e) })
}

func lasts(e Expr) bool {
	switch e := e.(type) {
	case nil, *Const, *Col:
		return true
	case *Scalar, *InTable:
		return false
	case *Call:
		return !e.Bound.Timed && Lasts(e.Args...)
	case *Member:
		return lasts(e.X)
	}
	return Lasts(Children(e)...)
}

// Timeless says whether expressions mean the same whenever they are asked: neither
// they nor their subqueries look at the clock, or give now this, now that.
func Timeless(list ...Expr) bool {
	return !slices.ContainsFunc(list, func(e Expr) bool {
		if _, isCol := e.(*Col); isCol { // most are
			return false
		}
		told := false
		Walk(e, func(e Expr) bool {
			c, ok := e.(*Call)
			told = told || ok && (c.Bound.Timed || c.Bound.Volatile)
			return !told
		})
		return told || slices.ContainsFunc(Subplans(e), func(n Node) bool { return !timeless(n) })
	})
}

func timeless(n Node) bool {
	return Timeless(exprsOf(n)...) && !slices.ContainsFunc(Readers(n), func(n Node) bool { return !timeless(n) })
}

type reducer struct {
	clock    *fn.Context // nil: what depends on it stays as it is
	scalar   func(*Scalar) (value.Value, bool)
	prepares bool // calls for arguments that became constant
}

func (r *reducer) of(e Expr) Expr {
	switch e := e.(type) {
	case *Scalar:
		if v, ok := r.scalar(e); ok {
			return &Const{typed(v, e.Typ)}
		}
	case *Call:
		return r.call(e)
	case *Logic:
		return foldLogic(&Logic{e.Or, r.of(e.X), r.of(e.Y)})
	case *Choose:
		return fold(&Choose{r.all(e.When), r.all(e.Then), r.of(e.Else), e.Typ})
	case *Member:
		return fold(&Member{r.of(e.X), e.Key})
	case *Element:
		return r.element(e)
	}
	return e
}

func (r *reducer) all(list []Expr) []Expr {
	out := slices.Clone(list)
	for i, e := range out {
		out[i] = r.of(e)
	}
	return out
}

func (r *reducer) call(e *Call) Expr {
	if isOrder(e.Name) && len(e.Args) == 2 {
		return r.order(e)
	}
	c := &Call{e.Name, e.Bound, r.all(e.Args)}
	if r.prepares {
		c.Bound = preparedFor(c, e)
	}
	return r.folded(c)
}

// preparedFor is the code of a call for constants that it had not when it was bound,
// if there is some that gives the same.
func preparedFor(c, before *Call) fn.Bound {
	args, isNew := make([]fn.Arg, len(c.Args)), false
	for i, a := range c.Args {
		args[i] = argOf(a)
		if args[i].Const != nil && !isConstant(before.Args[i]) {
			isNew = true
			if len(args[i].Const.Str()) > fn.MaxRegex { // no pattern, unless the author wrote it
				return c.Bound
			}
		}
	}
	if !isNew {
		return c.Bound
	}
	bound, ok := fn.Rebind(c.Name, args)
	if !ok || bound.Result != c.Bound.Result {
		return c.Bound
	}
	return bound
}

func isConstant(e Expr) bool {
	_, ok := e.(*Const)
	return ok
}

func isOrder(name string) bool { return name == "<" || name == "<=" || name == ">" || name == ">=" }

// order is a comparison: with null it has no answer, whatever is on the other
// side.
func (r *reducer) order(e *Call) Expr {
	args := slices.Clone(e.Args)
	for i, a := range args {
		args[i] = r.of(a)
		if k, ok := args[i].(*Const); ok && k.V.IsNull() {
			return &Const{value.NullOf(value.Bool)}
		}
	}
	return r.folded(&Call{e.Name, e.Bound, args})
}

// folded is a call whose arguments are reduced.
func (r *reducer) folded(c *Call) Expr {
	if !c.Bound.Timed || r.clock == nil {
		return fold(c)
	}
	args := make([]value.Value, len(c.Args))
	for i, a := range c.Args {
		k, ok := a.(*Const)
		if !ok || c.Bound.Volatile {
			return c
		}
		args[i] = k.V
	}
	v, ok := c.Bound.Try(r.clock, args)
	if !ok {
		return c
	}
	return &Const{typed(v, c.Bound.Result)}
}

// element is a part of something: there is none of what is empty.
func (r *reducer) element(e *Element) Expr {
	x := &Element{r.of(e.X), r.of(e.I)}
	if k, ok := x.X.(*Const); ok && k.V.Len() == 0 {
		return &Const{value.NullOf(value.Dynamic)}
	}
	return fold(x)
}
