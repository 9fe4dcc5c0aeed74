package plan

import "github.com/dogwatch-dev/dogwatch/kql/value"

// NotsInside is a condition that says the same with each not before a part, where that
// can be: not(X and Y) is not(X) or not(Y), whether they are known or not.
func NotsInside(e Expr) Expr {
	switch e := e.(type) {
	case *Logic:
		x, y := NotsInside(e.X), NotsInside(e.Y)
		if x == e.X && y == e.Y {
			return e
		}
		return &Logic{e.Or, x, y}
	case *Call:
		if l, ok := inNot(e); ok {
			return NotsInside(&Logic{!l.Or, not(e, l.X), not(e, l.Y)})
		}
		if x, ok := notNot(e); ok {
			return NotsInside(x)
		}
	}
	return e
}

// notNot is what stands in not(not(...)).
func notNot(e *Call) (Expr, bool) {
	if e.Name != "not" || len(e.Args) != 1 {
		return nil, false
	}
	c, ok := e.Args[0].(*Call)
	if !ok || c.Name != "not" || len(c.Args) != 1 || c.Args[0].Type() != value.Bool {
		return nil, false
	}
	return c.Args[0], true
}
