package plan

import (
	"slices"

	"github.com/dogwatch-dev/dogwatch/kql/syntax"
	"github.com/dogwatch-dev/dogwatch/kql/value"
)

var joinKinds = map[string]JoinKind{
	"innerunique": InnerUnique, "inner": Inner, "leftouter": LeftOuter, "rightouter": RightOuter, "fullouter": FullOuter,
	"leftanti": LeftAnti, "anti": LeftAnti, "leftantisemi": LeftAnti, "rightanti": RightAnti, "rightantisemi": RightAnti,
	"leftsemi": LeftSemi, "rightsemi": RightSemi,
}

func (b *binder) join(op *syntax.Join, in Node, s *scope) Node {
	kind := b.joinKind(op)
	right := b.table(op.Right, s)
	if len(right.Schema()) == 0 {
		return &Values{}
	}
	j := &Join{Kind: kind, Left: in, Right: right}
	if op.Where != nil {
		b.unsupported(op.Where, "join with where")
	}
	if len(op.On) == 0 {
		b.fail(op, "join needs the columns to join on").Hint = "as in: join kind=inner (T) on User"
	}
	var shared []int // right columns that lookup leaves out
	for _, x := range op.On {
		if i := b.joinOn(x, j, s); i >= 0 {
			shared = append(shared, i)
		}
	}
	j.columns(op.Lookup, shared)
	return j
}

func (b *binder) joinKind(op *syntax.Join) JoinKind {
	x := syntax.FindOption(op.Options, "kind")
	if x == nil {
		if op.Lookup {
			return LeftOuter
		}
		return InnerUnique
	}
	id, ok := x.(*syntax.Ident)
	if ok {
		if k, known := joinKinds[id.Name.Text]; known && (!op.Lookup || k == LeftOuter || k == Inner) {
			return k
		}
	}
	b.fail(x, "unknown kind of join").Hint = "innerunique, inner, leftouter, rightouter, fullouter, leftanti, rightanti, leftsemi, rightsemi"
	return Inner
}

// joinOn binds one condition; the result is the right column that carries a
// key of lookup, or -1.
func (b *binder) joinOn(x syntax.Expr, j *Join, s *scope) int {
	left, right := b.joinSides(x, j, s)
	if left == nil || right == nil || isBad(left) || isBad(right) {
		return -1
	}
	if (left.Type() == value.Dynamic) != (right.Type() == value.Dynamic) {
		b.fail(x, "rows cannot be joined on a dynamic value").Hint = "convert it before the join, as in extend k = tostring(...)"
		return -1
	}
	if left.Type() != right.Type() {
		wide, ok := promote(left.Type(), right.Type())
		if !ok {
			b.fail(x, "the join compares %s with %s", describe(left.Type()), describe(right.Type())).Hint = "convert one of them before the join"
			return -1
		}
		left, right = b.convert(left, wide), b.convert(right, wide)
	}
	j.LeftKeys, j.RightKeys = append(j.LeftKeys, left), append(j.RightKeys, right)
	if c, ok := right.(*Col); ok {
		return c.Index
	}
	return -1
}

// joinSides finds the two expressions of `a`, or of `$left.a == $right.b`.
func (b *binder) joinSides(x syntax.Expr, j *Join, s *scope) (left, right Expr) {
	switch x := x.(type) {
	case *syntax.Paren:
		return b.joinSides(x.X, j, s)
	case *syntax.Ident:
		l, r := j.Left.Schema().Index(x.Name.Text), j.Right.Schema().Index(x.Name.Text)
		if l < 0 {
			b.unknownColumn(x, x.Name.Text, j.Left.Schema())
			return nil, nil
		}
		if r < 0 {
			b.unknownColumn(x, x.Name.Text, j.Right.Schema())
			return nil, nil
		}
		lf, rf := j.Left.Schema()[l], j.Right.Schema()[r]
		return &Col{l, lf.Name, lf.Type}, &Col{r, rf.Name, rf.Type}
	case *syntax.Binary:
		if x.Op == "==" {
			a, aSide := b.joinSide(x.X, j, s)
			c, cSide := b.joinSide(x.Y, j, s)
			switch {
			case a == nil || c == nil:
				return nil, nil
			case aSide == "$left" && cSide == "$right":
				return a, c
			case aSide == "$right" && cSide == "$left":
				return c, a
			}
		}
		if x.Op == "and" {
			b.joinOn(x.X, j, s)
			b.joinOn(x.Y, j, s)
			return nil, nil
		}
	}
	b.fail(x, "a join compares columns for equality").Hint = "on User, or on $left.User == $right.Actor"
	return nil, nil
}

func (b *binder) joinSide(x syntax.Expr, j *Join, s *scope) (Expr, string) {
	p, ok := x.(*syntax.Path)
	if ok {
		if id, isIdent := p.X.(*syntax.Ident); isIdent {
			from := j.Left
			switch id.Name.Text {
			case "$right":
				from = j.Right
			case "$left":
			default:
				from = nil
			}
			if from != nil {
				i := from.Schema().Index(p.Name.Text)
				if i < 0 {
					b.unknownColumn(&p.Name, p.Name.Text, from.Schema())
					return nil, ""
				}
				f := from.Schema()[i]
				return &Col{i, f.Name, f.Type}, id.Name.Text
			}
		}
	}
	b.fail(x, "a join's condition names columns of $left and $right")
	return nil, ""
}

// columns chooses and names the result's columns.
func (j *Join) columns(lookup bool, shared []int) {
	add := func(schema value.Schema, shift int, skip []int) {
		for i, f := range schema {
			if slices.Contains(skip, i) {
				continue
			}
			j.schema = append(j.schema, f)
			j.Out = append(j.Out, shift+i)
		}
	}
	width := len(j.Left.Schema())
	if j.Kind != RightAnti && j.Kind != RightSemi {
		add(j.Left.Schema(), 0, nil)
	}
	if j.Kind != LeftAnti && j.Kind != LeftSemi {
		if !lookup {
			shared = nil
		}
		add(j.Right.Schema(), width, shared)
	}
	unique(j.schema)
}
