package plan

import (
	"slices"

	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// A Gate is where a query may turn out to give nothing before most of it has run:
// all of its result comes of rows of one table, of which there must be enough.
type Gate struct {
	// At is the summarize that all comes through; nil where the rows themselves do.
	At *Summarize
	// Tests are each more work than the one before, and tell more: in what a test
	// groups some group has Least rows, or nothing comes of the query.
	Tests []Test
	Least int
	// Ever are tests that ask neither other tables nor the clock: they hold for all
	// rows of which some are looked at in each of several runs.
	Ever []Test
}

// A Test groups rows, and Needed are the columns that it needs of its steps.
type Test struct {
	Crowd
	Needed map[Node][]bool
}

// Gate is that of the query, nil if it has none. It is found once.
func (p *Plan) Gate() *Gate {
	p.gateOnce.Do(func() { p.gate = p.findGate() })
	return p.gate
}

func (p *Plan) findGate() *Gate {
	at, top := p.narrows(p.Root)
	g := &Gate{At: at, Least: 1}
	if at != nil {
		g.Least = p.Floor(at)
		g.testGroups()
		g.testEver()
	} else {
		g.testRows(top)
	}
	if len(g.Tests)+len(g.Ever) == 0 {
		return nil
	}
	return g
}

// testRows tests the rows of a step, where there is more to ask of them than was
// asked when they were kept: what is left alone of the conditions.
func (g *Gate) testRows(top Node) {
	if c, l, ok := (Crowd{In: top}).loosened(alone); ok && l.says {
		g.Tests = append(g.Tests, testOf(c))
	}
	if c, l, ok := (Crowd{In: top}).loosened(ever); ok && l.says {
		g.Ever = append(g.Ever, testOf(c))
	}
}

// testGroups tests the groups of At: without what other tables decide first, and
// before rows are expanded, when there are fewer.
func (g *Gate) testGroups() {
	crowds, asks := g.At.Crowds(), false
	for _, c := range crowds {
		loose, l, ok := c.loosened(alone)
		if !ok {
			loose = c
		}
		g.Tests, asks = append(g.Tests, testOf(loose)), ok && l.changed
	}
	if asks {
		g.Tests = append(g.Tests, testOf(crowds[len(crowds)-1]))
	}
}

// testEver tests the groups of At without what other tables and the clock decide,
// and before that without any condition.
func (g *Gate) testEver() {
	for _, how := range []looseness{bare, ever} {
		if c, _, ok := g.At.Crowds()[0].loosened(how); ok {
			g.Ever = append(g.Ever, testOf(c))
		}
	}
}

// narrows is the summarize below a node that all of its rows come through and that
// asks for many rows. Where there is none, it is the last step of the rows that
// all comes of, if those are of one table.
func (p *Plan) narrows(n Node) (at *Summarize, top Node) {
	top = n
	for {
		switch x := n.(type) {
		case *Scan:
			return nil, top
		case *Where, *Project, *MvExpand, *Parse, *ParseKV:
			n = n.Inputs()[0]
			continue
		case *Render, *Sort, *Take, *Shared:
			n = n.Inputs()[0]
		case *Join:
			if !leftDecides(x.Kind) {
				return nil, nil
			}
			n = x.Left
		case *Summarize:
			switch {
			case len(x.By) == 0:
				return nil, nil
			case p.Floor(x) > 1:
				return x, nil
			}
			n = x.In
		default:
			return nil, nil
		}
		top = n
	}
}

// A looseness says which conditions are left out.
type looseness int

const (
	alone looseness = iota // that other tables decide
	ever                   // that other tables decide, or the clock
	bare                   // all
)

// loosened is a crowd, of a chain of steps, without some conditions: each group has
// at least the rows that it had. It is not ok where that cannot be said.
func (c Crowd) loosened(how looseness) (loose Crowd, l *loosening, ok bool) {
	l = &loosening{how: how}
	if c.In == nil || chainOf(c.In) == nil {
		return c, l, false
	}
	c.In = l.of(c.In)
	c.By = slices.DeleteFunc(slices.Clone(c.By), l.asks)
	if c.Near != nil && l.asks(c.Near) {
		c.Near = nil
	}
	return c, l, !l.lost
}

func testOf(c Crowd) Test {
	c.By = telling(c.In, c.By)
	s := &Summarize{In: c.In, By: c.By}
	if c.Near != nil {
		s.By = append(slices.Clone(c.By), c.Near)
	}
	for _, e := range s.By {
		s.schema = append(s.schema, value.Field{Type: e.Type()})
	}
	return Test{c, Needed(s)}
}

// telling are keys without those that are made of others: these tell no more groups
// apart.
func telling(in Node, by []Expr) []Expr {
	c := chainOf(in)
	if c == nil {
		return by
	}
	cols, _ := c.follow(func(Expr) {})
	end := &follower{cols: cols}
	over, known := end.said(by), map[int]bool{}
	for _, e := range over {
		if col, ok := e.(*Col); ok {
			known[col.Index] = true
		}
	}
	var out []Expr
	for i, e := range over {
		if _, isCol := e.(*Col); isCol || e == unknown || !madeOf(e, known) {
			out = append(out, by[i])
		}
	}
	return out
}

// madeOf says whether an expression reads no columns but these.
func madeOf(e Expr, cols map[int]bool) bool {
	yes := true
	Walk(e, func(e Expr) bool {
		c, ok := e.(*Col)
		yes = yes && (!ok || cols[c.Index])
		return yes
	})
	return yes
}

// A loosening takes out of some steps what asks other tables.
type loosening struct {
	how     looseness
	asking  []bool // by column of the last step: it asks
	changed bool
	says    bool // something is left of a condition that asks
	lost    bool // rows themselves are made of what asks
}

// of are the steps up to one, which are a chain.
func (l *loosening) of(n Node) Node {
	switch n := n.(type) {
	case *Where:
		return l.where(n)
	case *Project:
		c := *n
		c.In = l.of(n.In)
		asking := make([]bool, len(n.Exprs))
		for i, e := range n.Exprs {
			asking[i] = l.asks(e)
		}
		l.asking = asking
		return &c
	case *MvExpand:
		c := *n
		c.In = l.of(n.In)
		l.made(n.Out, append(slices.Clone(n.Exprs), n.Limit)...)
		return &c
	case *Parse:
		c := *n
		c.In = l.of(n.In)
		l.made(n.Out, n.X)
		return &c
	case *ParseKV:
		c := *n
		c.In = l.of(n.In)
		l.made(n.Out, n.X)
		return &c
	}
	l.asking = make([]bool, len(n.Schema()))
	return n
}

func (l *loosening) where(n *Where) Node {
	in := l.of(n.In)
	if l.how == bare {
		return in
	}
	var all Expr
	for _, c := range Conjuncts(n.P) {
		if p := l.weaken(c); p != nil {
			all, l.says = and(all, p), l.says || l.asks(c)
		}
	}
	if all == nil {
		return in
	}
	return &Where{node: node{in.Schema()}, In: in, P: all, Of: n}
}

// made notes the columns of a step that keeps some and makes others of expressions.
func (l *loosening) made(out []int, of ...Expr) {
	asking := make([]bool, len(out))
	for i, c := range out {
		asking[i] = c >= 0 && l.asking[c]
	}
	for _, e := range of {
		l.lost = l.lost || e != nil && l.asks(e)
	}
	l.asking = asking
}

// asks says whether an expression asks other tables, or the clock where that counts.
func (l *loosening) asks(e Expr) bool {
	if readsTables(e) {
		return true
	}
	yes := false
	Walk(e, func(e Expr) bool {
		switch e := e.(type) {
		case *Col:
			yes = yes || l.asking[e.Index]
		case *Call:
			yes = yes || l.how != alone && (e.Bound.Timed || e.Bound.Volatile)
		}
		return !yes
	})
	return yes
}

// weaken is what a condition says without other tables: every row that meets the
// condition meets it too. It is nil where that is nothing.
func (l *loosening) weaken(e Expr) Expr {
	if !l.asks(e) {
		return e
	}
	l.changed = true
	switch e := e.(type) {
	case *Logic:
		return both(e.Or, l.weaken(e.X), l.weaken(e.Y))
	case *Call:
		if x, ok := inNot(e); ok {
			return both(!x.Or, l.weaken(not(e, x.X)), l.weaken(not(e, x.Y)))
		}
	}
	return nil
}
