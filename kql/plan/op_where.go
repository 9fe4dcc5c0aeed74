package plan

import (
	"slices"

	"github.com/dogwatch-dev/dogwatch/kql/syntax"
)

func (b *binder) where(op *syntax.Where, in Node, s *scope) Node {
	p := b.scalar(op.P, b.envOf(in, s))
	if !isCondition(p.Type()) {
		b.notCondition(op.P, p)
	}
	return b.pushWhere(in, p)
}

// pushWhere puts a condition on a join's left columns before the join, where
// that is the same: fewer rows to join, and innerunique chooses among the rows
// that pass, as Kusto does.
func (b *binder) pushWhere(in Node, p Expr) Node {
	pure, tabled := byTables(p)
	if tabled != nil && pure != nil {
		return &Where{node: node{in.Schema()}, In: b.pushWhere(in, pure), P: tabled}
	}
	// several in a row are one; but what has a name of its own is computed once
	// for all who read it
	if w, ok := in.(*Where); ok && tabled == nil && !b.named[in] && !readsTables(w.P) {
		return &Where{node: node{in.Schema()}, In: w.In, P: &Logic{X: w.P, Y: p}}
	}
	j, ok := in.(*Join)
	if !ok || !leftDecides(j.Kind) {
		return &Where{node: node{in.Schema()}, In: in, P: p}
	}
	var left, rest Expr
	for _, c := range Conjuncts(p) {
		if moved, ok := moveLeft(c, j); ok {
			left = and(left, moved)
			continue
		}
		rest = and(rest, c)
	}
	if left != nil {
		pushed := *j
		pushed.Left = b.pushWhere(j.Left, left)
		in = &pushed
	}
	if rest == nil {
		return in
	}
	return &Where{node: node{in.Schema()}, In: in, P: rest}
}

// byTables parts a condition into what a row alone decides, which can be asked
// as rows come, and what needs the rows of a table.
func byTables(p Expr) (pure, tabled Expr) {
	for _, c := range Conjuncts(p) {
		if readsTables(c) {
			tabled = and(tabled, c)
			continue
		}
		pure = and(pure, c)
	}
	return pure, tabled
}

func readsTables(e Expr) bool { return slices.ContainsFunc(Subplans(e), ReadsTables) }

// leftDecides says whether every row of a join has a left row, so that a
// condition on it may come first.
func leftDecides(k JoinKind) bool {
	switch k {
	case InnerUnique, Inner, LeftOuter, LeftAnti, LeftSemi:
		return true
	}
	return false
}

func and(x, y Expr) Expr {
	if x == nil {
		return y
	}
	return &Logic{X: x, Y: y}
}

// Conjuncts are the parts of a condition that must all be true.
func Conjuncts(p Expr) []Expr {
	if l, ok := p.(*Logic); ok && !l.Or {
		return append(Conjuncts(l.X), Conjuncts(l.Y)...)
	}
	return []Expr{p}
}

// moveLeft is a condition over a join's columns as one over its left input.
func moveLeft(e Expr, j *Join) (Expr, bool) {
	width, ok := len(j.Left.Schema()), true
	moved := rewrite(e, func(c *Col) Expr {
		from := j.Out[c.Index]
		if from >= width {
			ok = false
			return c
		}
		f := j.Left.Schema()[from]
		return &Col{from, f.Name, f.Type}
	}, &ok)
	return moved, ok
}

// rewrite copies an expression with other columns; ok becomes false where it
// cannot (window functions stay with their rows).
func rewrite(e Expr, col func(*Col) Expr, ok *bool) Expr {
	sub := func(x Expr) Expr { return rewrite(x, col, ok) }
	all := func(list []Expr) []Expr {
		out := make([]Expr, len(list))
		for i, x := range list {
			out[i] = sub(x)
		}
		return out
	}
	switch e := e.(type) {
	case *Col:
		return col(e)
	case *Call:
		if e.Bound.Volatile {
			*ok = false
		}
		return &Call{e.Name, e.Bound, all(e.Args)}
	case *Logic:
		return &Logic{e.Or, sub(e.X), sub(e.Y)}
	case *Choose:
		return &Choose{all(e.When), all(e.Then), sub(e.Else), e.Typ}
	case *Member:
		return &Member{sub(e.X), e.Key}
	case *Element:
		return &Element{sub(e.X), sub(e.I)}
	case *InTable:
		c := *e
		c.X = sub(e.X)
		return &c
	case *Ordered:
		*ok = false
	}
	return e
}
