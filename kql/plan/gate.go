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
}

// A Test groups rows, and Needed are the columns that it needs of its steps.
type Test struct {
	*Summarize
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
	} else if l, in := loosened(top); in != nil && l.says {
		// What is left alone of the conditions was asked when the rows were kept.
		g.test(l, in, nil)
	}
	if len(g.Tests) == 0 {
		return nil
	}
	return g
}

// testGroups tests the groups of At: without what other tables decide first, and
// before rows are expanded, when there are fewer.
func (g *Gate) testGroups() {
	below, keys, apart := g.At.Unexpanded()
	l, in := loosened(g.At.In)
	if in != nil && apart {
		lower, under := loosened(below)
		g.test(lower, under, keys)
	} else if apart {
		g.test(nil, below, keys)
	}
	if in != nil {
		g.test(l, in, g.At.By)
	}
	if in == nil || l.changed {
		g.test(nil, g.At.In, g.At.By)
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

// loosened are some steps, if they are a chain, without the conditions that other
// tables decide; nil if that cannot be said.
func loosened(top Node) (*loosening, Node) {
	l := &loosening{}
	if top == nil || chainOf(top) == nil {
		return l, nil
	}
	in := l.of(top)
	if l.lost {
		return l, nil
	}
	return l, in
}

// test adds a test of the rows of some steps, that may have been loosened.
func (g *Gate) test(l *loosening, in Node, by []Expr) {
	if l != nil {
		by = slices.DeleteFunc(slices.Clone(by), l.asks)
	}
	g.Tests = append(g.Tests, testOf(in, by))
}

func testOf(in Node, by []Expr) Test {
	s := &Summarize{In: in, By: by}
	for _, e := range by {
		s.schema = append(s.schema, value.Field{Type: e.Type()})
	}
	return Test{s, Needed(s)}
}

// A loosening takes out of some steps what asks other tables.
type loosening struct {
	asking  []bool // by column of the last step: it asks other tables
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
	var all Expr
	for _, c := range Conjuncts(n.P) {
		if p := l.weaken(c); p != nil {
			all, l.says = and(all, p), l.says || l.asks(c)
		}
	}
	if all == nil {
		return in
	}
	return &Where{node{in.Schema()}, in, all}
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

// asks says whether an expression asks other tables.
func (l *loosening) asks(e Expr) bool {
	if readsTables(e) {
		return true
	}
	yes := false
	Walk(e, func(e Expr) bool {
		if c, ok := e.(*Col); ok {
			yes = yes || l.asking[c.Index]
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
