package syntax

// Top is `top N by a`.
type Top struct {
	Pos
	Options []Option
	N       Expr
	By      Order
}

func (*Top) op() {}

func (p *parser) top(start int) Op {
	n := &Top{Options: p.options()}
	n.N = p.amount()
	p.expectBy()
	n.By = p.order()
	n.Pos = p.from(start)
	return n
}

func (n *Top) print(w *printer) {
	w.put("top")
	w.options(n.Options)
	w.put(" ")
	w.expr(n.N, anyLevel)
	w.put(" by ")
	n.By.print(w)
}
