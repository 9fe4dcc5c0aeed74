package syntax

// Range is `range x from 1 to 10 step 2`.
type Range struct {
	Pos
	Name           Name
	From, To, Step Expr
}

func (*Range) op() {}

func (p *parser) rangeOp(start int) Op {
	n := &Range{Name: p.name()}
	p.expect("from")
	n.From = p.expr()
	p.expect("to")
	n.To = p.expr()
	p.expect("step")
	n.Step = p.expr()
	n.Pos = p.from(start)
	return n
}

func (n *Range) print(w *printer) {
	w.put("range ")
	w.name(n.Name, false)
	w.put(" from ")
	w.expr(n.From, anyLevel)
	w.put(" to ")
	w.expr(n.To, anyLevel)
	w.put(" step ")
	w.expr(n.Step, anyLevel)
}
