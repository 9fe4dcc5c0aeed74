package syntax

// Join is `join kind=inner (Right) on On`. On is empty for a cross join,
// which is not there in KQL: an error of the planner. Lookup is the same node.
type Join struct {
	Pos
	Lookup  bool
	Options []Option
	Right   Expr
	On      []Expr // *Ident, or *Binary with Op == of *Path{$left}.. and {$right}..
	Where   Expr   // obsolete `where` clause of join; usually nil
}

func (*Join) op() {}

func (p *parser) join(start int) Op {
	n := &Join{Lookup: p.toks[start].text == "lookup", Options: p.options()}
	n.Right = p.expr()
	switch {
	case p.take("on"):
		n.On = list(p, p.expr)
	case !n.Lookup && p.take("where"):
		n.Where = p.expr()
	case n.Lookup:
		p.fail("expected %q, found %s", "on", p.found())
	}
	n.Pos = p.from(start)
	return n
}

func (n *Join) print(w *printer) {
	if n.Lookup {
		w.put("lookup")
	} else {
		w.put("join")
	}
	w.options(n.Options)
	w.put(" ")
	w.expr(n.Right, anyLevel)
	if len(n.On) > 0 {
		w.put(" on ")
		w.list(n.On)
	}
	if n.Where != nil {
		w.put(" where ")
		w.expr(n.Where, anyLevel)
	}
}
