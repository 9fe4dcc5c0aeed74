package syntax

// MvApply is `mv-apply a = X to typeof(..) limit 10 on ( subquery )`.
type MvApply struct {
	Pos
	Options []Option
	Cols    []ExpandCol
	Limit   Expr
	On      []Op // the subquery's operators
}

func (*MvApply) op() {}

func (p *parser) mvApply(start int) Op {
	n := &MvApply{Options: p.options(), Cols: list(p, p.expandCol)}
	if p.take("limit") {
		n.Limit = p.expr()
	}
	if p.is("id") && p.ahead(1).kind == tTyped {
		p.i = start
		return p.unsupported("mv-apply id", "|", ";")
	}
	p.expect("on")
	n.On = p.subquery()
	n.Pos = p.from(start)
	return n
}

func (n *MvApply) print(w *printer) {
	w.put("mv-apply")
	w.options(n.Options)
	w.put(" ")
	w.expandCols(n.Cols)
	if n.Limit != nil {
		w.put(" limit ")
		w.expr(n.Limit, anyLevel)
	}
	w.put(" on ")
	w.subquery(n.On)
}
