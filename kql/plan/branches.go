package plan

import (
	"github.com/dogwatch-dev/dogwatch/kql/fn"
	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// Apart is a condition that is true of the same rows, made of more that conditions may
// have in common: what is asked of a case is asked of its branches, and whether a
// regular expression finds something stands apart from what is made of it. Where the
// condition is false it may be unknown, and the other way about.
func Apart(e Expr) Expr {
	switch e := e.(type) {
	case *Logic:
		x, y := Apart(e.X), Apart(e.Y)
		if x == e.X && y == e.Y {
			return e
		}
		return foldLogic(&Logic{e.Or, x, y})
	case *Call:
		if at, ok := onCase(e); ok {
			return inBranches(e, at)
		}
		if found, ok := foundFirst(e); ok {
			return &Logic{X: found, Y: e}
		}
	}
	return e
}

// onCase is the argument of a condition that is a case, of which some branch is
// constant; all other arguments are.
func onCase(e *Call) (at int, ok bool) {
	at = -1
	for i, a := range e.Args {
		if isConstant(a) {
			continue
		}
		if _, isCase := a.(*Choose); !isCase || at >= 0 {
			return -1, false
		}
		at = i
	}
	if at < 0 || e.Bound.Result != value.Bool || e.Bound.Volatile || e.Bound.Timed || e.Bound.Eval == nil {
		return -1, false
	}
	c, some := e.Args[at].(*Choose), false
	for _, b := range append(c.Then[:len(c.Then):len(c.Then)], c.Else) {
		if b.Type() != c.Typ { // the call is not bound for it
			return -1, false
		}
		some = some || isConstant(b)
	}
	return at, some
}

// inBranches asks each branch of a case what a condition asks of it.
func inBranches(e *Call, at int) Expr {
	of := func(branch Expr) Expr {
		args := append([]Expr(nil), e.Args...)
		args[at] = branch
		return Apart(fold(&Call{e.Name, e.Bound, args}))
	}
	c := e.Args[at].(*Choose)
	out := of(c.Else)
	for i := len(c.When) - 1; i >= 0; i-- {
		out = either(Apart(c.When[i]), of(c.Then[i]), out)
	}
	return out
}

// either is the one condition where another holds, else a third.
func either(when, then, other Expr) Expr {
	yes, isYes := settled(then)
	no, isNo := settled(other)
	switch {
	case isYes && isNo && yes == no:
		return then
	case isYes && isNo && yes:
		return when
	case isYes && yes:
		return &Logic{true, when, other}
	case isNo && !no:
		return &Logic{false, when, then}
	}
	return &Choose{[]Expr{when}, []Expr{then}, other, value.Bool}
}

// settled says whether a condition is the same of all rows, and what.
func settled(e Expr) (holds, ok bool) {
	c, ok := e.(*Const)
	return ok && c.V.Bool(), ok
}

// foundFirst is the condition that a regular expression matches, where another asks
// whether it extracts something.
func foundFirst(e *Call) (Expr, bool) {
	if e.Name != "isnotempty" || len(e.Args) != 1 {
		return nil, false
	}
	c, ok := e.Args[0].(*Call)
	if !ok || c.Name != "extract" || len(c.Args) != 3 || c.Args[2].Type() != value.String {
		return nil, false
	}
	pattern, ok := c.Args[0].(*Const)
	if !ok || pattern.V.IsNull() || pattern.V.Type() != value.String {
		return nil, false
	}
	bound, ok := fn.Rebind("matches regex", []fn.Arg{argOf(c.Args[2]), argOf(pattern)})
	return &Call{"matches regex", bound, []Expr{c.Args[2], pattern}}, ok
}
