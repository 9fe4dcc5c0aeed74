package plan

import (
	"slices"

	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// A Known says which values a sieve can tell: a column of a table, or, where
// path is not empty, that member of a column that is a bag or the text of one.
type Known func(column int, path []string) bool

// Sieve makes of the row-by-row steps that follow a scan one on another those
// that can be run on what is known of a row. What they turn away the steps turn
// away too; they may let too much through. The result is a chain of Where and
// MvExpand, each over the table's columns and what was expanded before it; nil
// if there is nothing to test.
func Sieve(s *Scan, steps []Node, width int, known Known) []Node {
	f := follower{known: known, width: width, wide: width}
	for i, c := range s.Columns {
		f.cols = append(f.cols, &Col{c, s.Schema()[i].Name, s.Schema()[i].Type})
	}
	below := Node(s)
	for _, n := range steps {
		f.step(n, below)
		below = n
	}
	for len(f.chain) > 0 && !isWhere(f.chain[len(f.chain)-1]) {
		f.chain = f.chain[:len(f.chain)-1]
	}
	return f.chain
}

// Settles says whether the sieve over all that a row says lets no row through that
// the steps turn away, if conditions of more than so many parts are not asked.
func Settles(s *Scan, steps []Node, most int) bool {
	f := follower{known: func(int, []string) bool { return true }}
	for i, c := range s.Columns {
		f.cols = append(f.cols, &Col{c, s.Schema()[i].Name, s.Schema()[i].Type})
	}
	for _, n := range steps {
		switch n := n.(type) {
		case *Where:
			if slices.ContainsFunc(Conjuncts(n.P), func(c Expr) bool { return !f.settles(c, most) }) {
				return false
			}
		case *Project:
			cols := make([]Expr, len(n.Exprs))
			for i, e := range n.Exprs {
				cols[i] = f.exactly(e, maxSieved)
			}
			f.cols = cols
		default:
			return false
		}
	}
	return true
}

func (f *follower) settles(c Expr, most int) bool {
	e := f.exactly(c, maxSieved)
	return e != nil && !Larger(e, most) && f.tells(e)
}

func isWhere(n Node) bool {
	_, ok := n.(*Where)
	return ok
}

// maxSieved is how many nodes a condition may grow to when what columns are
// computed from is put in their place; what is larger is not followed.
const maxSieved = 4096

// A follower knows what the columns of a step are over those of the table; nil
// where that is not known.
type follower struct {
	known Known
	width int // of the table
	wide  int // with the columns that the chain expanded
	cols  []Expr
	chain []Node
}

func (f *follower) step(n, below Node) {
	switch n := n.(type) {
	case *Where:
		f.where(n)
	case *Project:
		cols := make([]Expr, len(n.Exprs))
		for i, e := range n.Exprs {
			cols[i] = f.over(e)
		}
		f.cols = cols
	case *Union:
		f.cols = f.arm(n, below)
	case *MvExpand:
		f.expand(n)
	case *Parse:
		f.cols = f.chosen(n.Out)
	case *ParseKV:
		f.cols = f.chosen(n.Out)
	default:
		f.cols = make([]Expr, len(n.Schema()))
	}
}

func (f *follower) where(n *Where) {
	for _, c := range Conjuncts(n.P) {
		if e := f.over(c); e != nil {
			if weak := f.weaken(e); weak != nil {
				f.chain = append(f.chain, &Where{P: weak})
			}
		}
	}
}

// expand follows rows into the elements of what is known.
func (f *follower) expand(n *MvExpand) {
	exprs := make([]Expr, len(n.Exprs))
	for i, e := range n.Exprs {
		exprs[i] = f.over(e)
		if exprs[i] == nil || !f.tells(exprs[i]) {
			f.cols = f.chosen(n.Out)
			return
		}
	}
	m := *n
	m.In, m.Exprs, m.Out, m.schema = nil, exprs, nil, nil
	for i := range f.wide {
		m.Out, m.schema = append(m.Out, i), append(m.schema, value.Field{})
	}
	cols := f.chosen(n.Out)
	for i, out := range n.Out {
		if out < 0 {
			cols[i] = &Col{len(m.Out), n.Schema()[i].Name, n.Schema()[i].Type}
			if n.Index == i {
				m.Index = len(m.Out)
			}
			m.Out, m.schema = append(m.Out, out), append(m.schema, n.Schema()[i])
		}
	}
	f.cols, f.wide = cols, len(m.Out)
	f.chain = append(f.chain, &m)
}

// chosen are the columns of a step that keeps some of its input's and makes
// others.
func (f *follower) chosen(out []int) []Expr {
	cols := make([]Expr, len(out))
	for i, c := range out {
		if c >= 0 {
			cols[i] = f.cols[c]
		}
	}
	return cols
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

// over is an expression of a step as one over the table, or what of a condition
// can be said so; nil if nothing.
func (f *follower) over(e Expr) Expr {
	if out := f.exactly(e, maxSieved); out != nil {
		return out
	}
	if l, is := e.(*Logic); is {
		return both(l.Or, f.over(l.X), f.over(l.Y))
	}
	return nil
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

// weaken is what a condition says about what is known: every row that meets the
// condition meets it too. It is nil when that is nothing.
func (f *follower) weaken(e Expr) Expr {
	if f.tells(e) {
		return e
	}
	switch e := e.(type) {
	case *Logic:
		return both(e.Or, f.weaken(e.X), f.weaken(e.Y))
	case *Call:
		if l, ok := inNot(e); ok {
			return both(!l.Or, f.weaken(not(e, l.X)), f.weaken(not(e, l.Y)))
		}
		if c, ok := SaysSomething(e); ok {
			return f.weakChoice(c)
		}
	}
	return nil
}

// inNot is what stands in not(... and ...), or not(... or ...).
func inNot(e *Call) (*Logic, bool) {
	if e.Name != "not" || len(e.Args) != 1 {
		return nil, false
	}
	l, ok := e.Args[0].(*Logic)
	return l, ok
}

func not(like *Call, x Expr) Expr { return &Call{like.Name, like.Bound, []Expr{x}} }

// SaysSomething reads isnotempty(case(...)) and case(...) != ”.
func SaysSomething(e *Call) (*Choose, bool) {
	switch {
	case e.Name == "isnotempty" && len(e.Args) == 1:
	case e.Name == "!=" && len(e.Args) == 2 && IsEmpty(e.Args[1]):
	default:
		return nil, false
	}
	c, ok := e.Args[0].(*Choose)
	return c, ok
}

// IsEmpty says whether an expression is the empty text.
func IsEmpty(e Expr) bool {
	c, ok := e.(*Const)
	return ok && c.V.Type() == value.String && c.V.Str() == ""
}

// weakChoice says when one of the branches is taken that say something.
func (f *follower) weakChoice(c *Choose) Expr {
	if !IsEmpty(c.Else) {
		return nil
	}
	var any Expr
	for i, when := range c.When {
		if IsEmpty(c.Then[i]) {
			continue
		}
		weak := f.weaken(when)
		if weak == nil {
			return nil
		}
		if any != nil {
			weak = &Logic{true, any, weak}
		}
		any = weak
	}
	return any
}

// tells says whether an expression can be computed from what is known.
func (f *follower) tells(e Expr) bool {
	if column, path, ok := memberOf(e); ok && (column >= f.width || f.known(column, path)) {
		return true
	}
	switch e := e.(type) {
	case *Col, *Ordered:
		return false
	case *Call:
		if e.Bound.Volatile || e.Bound.Timed {
			return false
		}
	case *Scalar:
		return !ReadsTables(e.Sub)
	case *InTable:
		if ReadsTables(e.Sub) {
			return false
		}
	}
	return !slices.ContainsFunc(Children(e), func(c Expr) bool { return !f.tells(c) })
}

// memberOf reads C, C.a.b, C['a'].b, and parse_json(C).a.b.
func memberOf(e Expr) (column int, path []string, ok bool) {
	switch e := e.(type) {
	case *Col:
		return e.Index, nil, true
	case *Member:
		below := e.X
		if c, is := below.(*Call); is && len(c.Args) == 1 && (c.Name == "parse_json" || c.Name == "todynamic") {
			below = c.Args[0]
		}
		column, path, ok = memberOf(below)
		return column, append(path, e.Key), ok
	case *Element:
		if key, is := e.I.(*Const); is && key.V.Type() == value.String {
			return memberOf(&Member{e.X, key.V.Str()})
		}
	}
	return 0, nil, false
}

// A Ref is a column, or a member of a column that is a bag or the text of one.
type Ref struct {
	Column int
	Path   []string
}

// Refs are what a sieve reads of the table, which has width columns.
func Refs(chain []Node, width int) (refs []Ref) {
	for _, n := range chain {
		for _, e := range exprsOf(n) {
			if e == nil {
				continue
			}
			Walk(e, func(e Expr) bool {
				column, path, ok := memberOf(e)
				if ok && column < width {
					refs = append(refs, Ref{column, path})
				}
				return !ok
			})
		}
	}
	return refs
}

// Spanning are the steps of a sieve whose conditions need more than one part of
// what is known; nil if there are none. Where the sieve expands rows they are all
// of its steps, as one needs the other.
func Spanning(chain []Node, width int, known []Known) []Node {
	spans := slices.DeleteFunc(slices.Clone(chain), func(n Node) bool {
		return slices.ContainsFunc(known, func(k Known) bool {
			f := follower{known: k, width: width}
			return !slices.ContainsFunc(exprsOf(n), func(e Expr) bool { return e != nil && !f.tells(e) })
		})
	})
	if len(spans) > 0 && !slices.ContainsFunc(chain, func(n Node) bool { return !isWhere(n) }) {
		return spans
	}
	if len(spans) > 0 {
		return chain
	}
	return nil
}
