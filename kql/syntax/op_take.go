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
	n.N = p.amount()
	n.Pos = p.from(start)
	return n
}

// amount reads a number of rows. It may have a name, which says nothing.
func (p *parser) amount() Expr {
	x := p.named()
	if n, ok := x.(*Named); ok && !n.Paren {
		return n.X
	}
	return x
}

func (n *Take) print(w *printer) {
	w.put("take")
	w.options(n.Options)
	w.put(" ")
	w.expr(n.N, anyLevel)
}
