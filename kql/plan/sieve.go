package plan

import (
	"slices"

	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// A Known says which values a sieve can tell: a column of a table, or, where
// path is not empty, that member of a column that is a bag or the text of one.
type Known func(column int, path []string) bool

// Steps are the row-by-row steps that follow a scan one on another, for all sieves
// over parts of what its rows say: what they ask is said over the table's columns
// once. They are used by one goroutine.
type Steps struct {
	nodes []Node // the scan, and what follows it
	width int    // of the table
	first *stretch
}

// A stretch is what steps ask up to one that expands rows.
type stretch struct {
	asks []*Where // over the table's columns and what was expanded before
	// exact says that they are all that is asked, and that nothing else makes rows.
	exact bool

	end    int         // the place of the step that expands; len(nodes): there is none
	expand *MvExpand   // over what the conditions are over; nil where it cannot be said so
	before follower    // what is known before it
	wide   int         // how many columns there are before it
	behind [2]*stretch // of rows as they are, and of their elements, once they are asked for
}

// NewSteps follows a scan of a table that has width columns.
func NewSteps(s *Scan, steps []Node, width int) *Steps {
	out := &Steps{nodes: append([]Node{s}, steps...), width: width}
	out.first = out.stretch(1, follow(s), width)
	return out
}

func (s *Steps) stretch(at int, f follower, wide int) *stretch {
	x := &stretch{exact: true, end: at, wide: wide}
	for ; x.end < len(s.nodes); x.end++ {
		n := s.nodes[x.end]
		if m, ok := n.(*MvExpand); ok {
			x.before, x.expand, x.exact = f, f.expand(m, wide), false
			return x
		}
		switch n := n.(type) {
		case *Where:
			for _, c := range Conjuncts(n.P) {
				e, exact := f.over(c)
				if x.exact = x.exact && exact; e != nil {
					x.asks = append(x.asks, &Where{P: withoutNames(e)})
				}
			}
		case *Project:
			f.step(n, nil)
		default:
			f.step(n, s.nodes[x.end-1])
			x.exact = false
		}
	}
	return x
}

// next is the stretch behind one that ends with a step that expands rows, where that
// is part of the sieve, or where it is not.
func (s *Steps) next(x *stretch, expanded bool) *stretch {
	i := 0
	if expanded {
		i = 1
	}
	if x.behind[i] == nil {
		m, f, wide := s.nodes[x.end].(*MvExpand), x.before, x.wide
		f.choose(m.Out)
		if expanded {
			f.expanded(m, x.expand, wide)
			wide = len(x.expand.Out)
		}
		x.behind[i] = s.stretch(x.end+1, f, wide)
	}
	return x.behind[i]
}

// Sieve makes of the steps those that can be run on what is known of a row. What they
// turn away the steps turn away too; they may let too much through. The result is a
// chain of Where and MvExpand, each over the table's columns and what was expanded
// before it; nil if there is nothing to test.
func (s *Steps) Sieve(known Known) []Node {
	f := teller{known, s.width}
	var chain []Node
	asks := 0 // how much of the chain does not end with a step that expands
	for x := s.first; ; {
		for _, w := range x.asks {
			if w := f.weakened(w); w != nil {
				chain = append(chain, w)
				asks = len(chain)
			}
		}
		if x.end == len(s.nodes) {
			return chain[:asks:asks]
		}
		expanded := x.expand != nil && f.tellsAll(x.expand.Exprs)
		if expanded {
			chain = append(chain, x.expand)
		}
		x = s.next(x, expanded)
	}
}

// Settles says whether the sieve over all that a row says lets no row through that
// the steps turn away, if conditions of more than so many parts are not asked.
func (s *Steps) Settles(most int) bool {
	f := teller{func(int, []string) bool { return true }, s.width}
	return s.first.exact && !slices.ContainsFunc(s.first.asks, func(w *Where) bool { return Larger(w.P, most) || !f.tells(w.P) })
}

func isWhere(n Node) bool {
	_, ok := n.(*Where)
	return ok
}

// A teller says what can be told of rows of a table, which has width columns.
type teller struct {
	known Known
	width int
}

// weakened is weaken of a step.
func (f *teller) weakened(w *Where) *Where {
	switch weak := f.weaken(w.P); weak {
	case nil:
		return nil
	case w.P:
		return w
	default:
		return &Where{P: weak}
	}
}

// weaken is what a condition says about what is known: every row that meets the
// condition meets it too. It is nil when that is nothing.
func (f *teller) weaken(e Expr) Expr {
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

// withoutNames is a condition that is true where another is, without the names that
// it gives to what it finds: that there is a name says only that one of the conditions
// holds that have one. So rules with other names ask the same, and others ask parts of
// it.
func withoutNames(e Expr) Expr {
	switch e := e.(type) {
	case *Logic:
		if x, y := withoutNames(e.X), withoutNames(e.Y); x != e.X || y != e.Y {
			return &Logic{e.Or, x, y}
		}
	case *Call:
		c, ok := SaysSomething(e)
		if !ok || !IsEmpty(c.Else) || slices.ContainsFunc(c.Then, func(e Expr) bool { return !isName(e) }) {
			return e
		}
		some := withoutNames(c.When[0])
		for _, when := range c.When[1:] {
			some = &Logic{true, some, withoutNames(when)}
		}
		return some
	}
	return e
}

// isName says whether an expression is a text that is never empty.
func isName(e Expr) bool {
	switch e := e.(type) {
	case *Const:
		return e.V.Type() == value.String && e.V.Str() != ""
	case *Choose:
		return isName(e.Else) && !slices.ContainsFunc(e.Then, func(e Expr) bool { return !isName(e) })
	case *Call:
		return e.Name == "strcat" && slices.ContainsFunc(e.Args, isName)
	}
	return false
}

// weakChoice says when one of the branches is taken that say something.
func (f *teller) weakChoice(c *Choose) Expr {
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
func (f *teller) tells(e Expr) bool {
	if column, path, ok := memberOf(e); ok && (column >= f.width || f.known(column, path)) {
		return true
	}
	switch e := e.(type) {
	case *Col, *Ordered:
		return false
	case *Logic:
		return f.tells(e.X) && f.tells(e.Y)
	case *Choose:
		return f.tellsAll(e.When) && f.tellsAll(e.Then) && f.tells(e.Else)
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
	return f.tellsAll(Children(e))
}

func (f *teller) tellsAll(list []Expr) bool {
	return !slices.ContainsFunc(list, func(e Expr) bool { return !f.tells(e) })
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
			f := teller{k, width}
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
