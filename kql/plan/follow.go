package plan

import (
	"slices"

	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// maxSieved is how many nodes a condition may grow to when what columns are
// computed from is put in their place; what is larger is not followed.
const maxSieved = 4096

// A follower knows what the columns of a step are over those of the table; nil
// where that is not known. It is a value: a copy goes its own way.
type follower struct {
	cols []Expr
	// implied is by column what is true where the column is, of some that are not
	// known.
	implied []Expr
}

// follow begins with a scan.
func follow(s *Scan) follower {
	cols := make([]Expr, len(s.Columns))
	for i, c := range s.Columns {
		cols[i] = &Col{c, s.Schema()[i].Name, s.Schema()[i].Type}
	}
	return follower{cols: cols}
}

// step goes on behind a row-by-row step that follows another.
func (f *follower) step(n, below Node) {
	switch n := n.(type) {
	case *Where:
	case *Project:
		f.project(n)
	case *Union:
		*f = follower{cols: f.arm(n, below)}
	case *Parse:
		f.choose(n.Out)
	case *ParseKV:
		f.choose(n.Out)
	case *MvExpand:
		f.choose(n.Out)
	default:
		*f = follower{cols: make([]Expr, len(n.Schema()))}
	}
}

func (f *follower) project(n *Project) {
	out := follower{cols: make([]Expr, len(n.Exprs))}
	for i, e := range n.Exprs {
		x, exact := f.over(e)
		switch {
		case exact:
			out.cols[i] = x
		case x != nil: // it may be false where x is true
			if out.implied == nil {
				out.implied = make([]Expr, len(n.Exprs))
			}
			out.implied[i] = x
		}
	}
	*f = out
}

// choose goes on with some columns of its input, and others that are not known.
func (f *follower) choose(out []int) { *f = follower{chosen(f.cols, out), chosen(f.implied, out)} }

func chosen(from []Expr, out []int) []Expr {
	if from == nil {
		return nil
	}
	cols := make([]Expr, len(out))
	for i, c := range out {
		if c >= 0 {
			cols[i] = from[c]
		}
	}
	return cols
}

// expand is a step that expands rows, over so many columns of which those of the
// table are the first; nil where what it expands is not known.
func (f *follower) expand(n *MvExpand, wide int) *MvExpand {
	m := *n
	m.In, m.Exprs, m.Out, m.schema = nil, make([]Expr, len(n.Exprs)), nil, nil
	for i, e := range n.Exprs {
		if m.Exprs[i] = f.exactly(e, maxSieved); m.Exprs[i] == nil {
			return nil
		}
	}
	for i := range wide {
		m.Out, m.schema = append(m.Out, i), append(m.schema, value.Field{})
	}
	for i, out := range n.Out {
		if out < 0 {
			if n.Index == i {
				m.Index = len(m.Out)
			}
			m.Out, m.schema = append(m.Out, out), append(m.schema, n.Schema()[i])
		}
	}
	return &m
}

// expanded notes the columns that the step m, made of n, adds to so many.
func (f *follower) expanded(n, m *MvExpand, wide int) {
	for i, out := range n.Out {
		if out < 0 {
			f.cols[i] = &Col{wide, m.schema[wide].Name, m.schema[wide].Type}
			wide++
		}
	}
}

// arm are the columns of a union for the rows of one input.
func (f *follower) arm(n *Union, below Node) []Expr {
	cols := make([]Expr, len(n.Schema()))
	at := slices.Index(n.Ins, below)
	if at < 0 {
		return cols
	}
	shift := len(cols) - len(n.Maps[at])
	for c, from := range n.Maps[at] {
		if from >= 0 && f.cols[from] != nil && f.cols[from].Type() == n.Schema()[c+shift].Type {
			cols[c+shift] = f.cols[from]
		}
	}
	return cols
}

// exactly is an expression of a step as one over the table, of a size below
// most; nil where it cannot be said so.
func (f *follower) exactly(e Expr, most int) Expr {
	if c, ok := e.(*Col); ok {
		return f.cols[c.Index]
	}
	ok := true
	out := rewrite(e, func(c *Col) Expr {
		if f.cols[c.Index] == nil {
			ok = false
			return c
		}
		return f.cols[c.Index]
	}, &ok)
	if !ok || size(out, most) >= most {
		return nil
	}
	return out
}

// over is an expression of a step as one over the table; or, not exact, what is true
// over the table where a condition is, nil if nothing.
func (f *follower) over(e Expr) (out Expr, exact bool) {
	if out := f.exactly(e, maxSieved); out != nil {
		return out, true
	}
	switch e := e.(type) {
	case *Logic:
		x, _ := f.over(e.X)
		y, _ := f.over(e.Y)
		return both(e.Or, x, y), false
	case *Col:
		if f.implied != nil {
			return f.implied[e.Index], false
		}
	}
	return nil, false
}

// both joins conditions of which either may be unknown.
func both(or bool, x, y Expr) Expr {
	switch {
	case x != nil && y != nil:
		return &Logic{or, x, y}
	case or:
		return nil
	case x != nil:
		return x
	}
	return y
}

// size counts an expression's nodes, up to a bound.
func size(e Expr, bound int) int {
	n := 0
	Walk(e, func(Expr) bool {
		n++
		return n < bound
	})
	return n
}
