package syntax

// Take is `take N` (also `limit`).
type Take struct {
	Pos
	Options []Option
	N       Expr
}

func (*Take) op() {}

func (p *parser) takeOp(start int) Op {
	n := &Take{Options: p.options()}
	n.N = p.expr()
	n.Pos = p.from(start)
	return n
}

func (n *Take) print(w *printer) {
	w.put("take")
	w.options(n.Options)
	w.put(" ")
	w.expr(n.N, anyLevel)
}
