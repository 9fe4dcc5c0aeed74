package plan

import (
	"math"
	"slices"

	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// Floor is how many rows a group of a summarize has at least, if anything comes of
// it: conditions that follow ask for so many. It is found once.
func (p *Plan) Floor(s *Summarize) int { return p.floorOf(s).some }

// FloorOfEach is how many rows a group has at least, if leaving it out changes anything:
// no other is taken instead of it.
func (p *Plan) FloorOfEach(s *Summarize) int { return p.floorOf(s).each }

func (p *Plan) floorOf(s *Summarize) floors {
	p.floorsOnce.Do(func() { p.floors = floorsOf(p.Root) })
	return p.floors[s]
}

// floors are that of whether any group is made at all, and that of each by itself.
type floors struct{ some, each int }

func floorsOf(root Node) map[*Summarize]floors {
	above, out := Parents(root), map[*Summarize]floors{}
	for n, list := range above {
		s, ok := n.(*Summarize)
		if !ok {
			continue
		}
		asked := func(each bool) int {
			f := &flooring{of: s, above: above, each: each}
			return f.asked(s, list, columnsOf(s))
		}
		if n := asked(false); n > 1 {
			out[s] = floors{n, asked(true)}
		}
	}
	return out
}

// Parents are the steps that read each node.
func Parents(root Node) map[Node][]Node {
	above := map[Node][]Node{}
	seen := map[Node]bool{}
	var visit func(Node)
	visit = func(n Node) {
		if seen[n] {
			return
		}
		seen[n] = true
		for _, in := range Readers(n) {
			above[in] = append(above[in], n)
			visit(in)
		}
	}
	visit(root)
	return above
}

// A flooring finds what is asked of the groups of a summarize.
type flooring struct {
	of    *Summarize
	above map[Node][]Node
	each  bool // a group may not take the place of another
	steps int
}

// asked is how many rows all readers of a node ask for. cols are its columns over
// those of the summarize.
func (f *flooring) asked(n Node, readers []Node, cols []Expr) int {
	if f.steps++; len(readers) == 0 || f.steps > maxRecall/20 {
		return 0
	}
	least := math.MaxInt
	for _, r := range readers {
		least = min(least, f.askedBy(r, n, cols))
	}
	return least
}

func (f *flooring) askedBy(reader, n Node, cols []Expr) int {
	w := &follower{cols: cols}
	switch r := reader.(type) {
	case *Where:
		if r.In != n || slices.ContainsFunc(Subplans(r.P), func(s Node) bool { return s == n }) {
			return 0
		}
		rows := f.asked(r, f.above[r], cols)
		for _, c := range Conjuncts(r.P) {
			if e := w.exactly(c, maxRecall); e != nil {
				rows = max(rows, f.rows(e))
			}
		}
		return rows
	case *Project:
		if r.In != n || r.Ordered {
			return 0
		}
		return f.asked(r, f.above[r], w.said(r.Exprs))
	case *Summarize: // of the best rows: each is one of those it is given
		if f.each || r.In != n || len(r.Aggs) != 1 || r.Aggs[0].Extreme == 0 {
			return 0
		}
		return f.asked(r, f.above[r], append(w.said(r.By), w.said(r.Aggs[0].Args)...))
	}
	return 0
}

// unknown stands for what is not followed.
var unknown Expr = &Const{value.NullOf(value.Dynamic)}

// said are expressions over what the follower's columns are made of; unknown where
// they cannot be said so.
func (f *follower) said(list []Expr) []Expr {
	out := make([]Expr, len(list))
	for i, e := range list {
		if out[i] = f.exactly(e, maxRecall); out[i] == nil {
			out[i] = unknown
		}
	}
	return out
}

// rows are those without which a condition over the columns of the summarize does
// not hold.
func (f *flooring) rows(e Expr) int {
	switch e := e.(type) {
	case *Logic:
		if e.Or {
			return min(f.rows(e.X), f.rows(e.Y))
		}
		return max(f.rows(e.X), f.rows(e.Y))
	case *Call:
		if len(e.Args) != 2 {
			return 0
		}
		switch e.Name {
		case ">=", ">":
			return f.reach(e.Args[0], e.Args[1], e.Name == ">")
		case "<=", "<":
			return f.reach(e.Args[1], e.Args[0], e.Name == "<")
		}
	}
	return 0
}

// reach is how many rows it takes for one side to come up to the other, or above.
func (f *flooring) reach(high, low Expr, above bool) int {
	x, ok1 := f.most(high)
	y, ok2 := f.least(low)
	if !ok1 || !ok2 || x.each <= 0 {
		return 0
	}
	n := (y - x.plus) / x.each
	if !(n > 0 && n < 1e9) {
		return 0
	}
	if y != math.Trunc(y) || x.plus != math.Trunc(x.plus) || x.each != math.Trunc(x.each) {
		n -= 1e-9 // it may be less than what was computed
	}
	if above {
		return int(math.Floor(n)) + 1
	}
	return int(math.Ceil(n))
}

// A ceiling is the most that a number can be: so much for each row of the group,
// and something more.
type ceiling struct{ each, plus float64 }

// most is the ceiling of a number, where there is one.
func (f *flooring) most(e Expr) (c ceiling, ok bool) {
	switch e := e.(type) {
	case *Const:
		_, n, ok := bounds(e)
		return ceiling{plus: n}, ok
	case *Col:
		return ceiling{each: 1}, f.counts(e.Index)
	case *Choose:
		return f.mostOf(append(slices.Clone(e.Then), e.Else))
	case *Call:
		return f.mostCall(e)
	}
	return c, false
}

func (f *flooring) mostOf(list []Expr) (c ceiling, ok bool) {
	c = ceiling{math.Inf(-1), math.Inf(-1)}
	for _, e := range list {
		x, ok := f.most(e)
		if !ok {
			return c, false
		}
		c = ceiling{max(c.each, x.each), max(c.plus, x.plus)}
	}
	return c, true
}

func (f *flooring) mostCall(e *Call) (c ceiling, ok bool) {
	switch {
	case (e.Name == "toreal" || e.Name == "todouble") && len(e.Args) == 1:
		return f.most(e.Args[0])
	case len(e.Args) != 2:
		return c, false
	}
	x, y := e.Args[0], e.Args[1]
	switch e.Name {
	case "+":
		a, ok1 := f.most(x)
		b, ok2 := f.most(y)
		return ceiling{a.each + b.each, a.plus + b.plus}, ok1 && ok2
	case "-":
		a, ok1 := f.most(x)
		b, ok2 := f.least(y)
		return ceiling{a.each, a.plus - b}, ok1 && ok2
	case "*":
		if k, ok := x.(*Const); ok {
			return f.times(k, y)
		}
		if k, ok := y.(*Const); ok {
			return f.times(k, x)
		}
	}
	return c, false
}

// times is the ceiling of something so many times.
func (f *flooring) times(k *Const, of Expr) (c ceiling, ok bool) {
	n, _, ok1 := bounds(k)
	c, ok2 := f.most(of)
	return ceiling{c.each * n, c.plus * n}, ok1 && ok2 && n >= 0
}

// least is what a number is at least, where that is known.
func (f *flooring) least(e Expr) (n float64, ok bool) {
	if c, isCol := e.(*Col); isCol {
		return 0, f.counts(c.Index)
	}
	n, _, ok = bounds(e)
	return n, ok
}

// counts says whether a column of the summarize counts: it is no more than there
// are rows in the group.
func (f *flooring) counts(col int) bool {
	at := len(f.of.By)
	for _, a := range f.of.Aggs {
		if at == col {
			return a.Extreme == 0 && a.Func != nil && counting[a.Func.Name]
		}
		at += len(a.Types)
	}
	return false
}

var counting = map[string]bool{
	"count": true, "countif": true, "dcount": true, "dcountif": true, "count_distinct": true, "count_distinctif": true,
}
