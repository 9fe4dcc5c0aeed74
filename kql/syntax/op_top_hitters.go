package syntax

// TopHitters is `top-hitters 10 of a by b`.
type TopHitters struct {
	Pos
	N  Expr
	Of Expr // *Named or plain
	By Expr // nil: by the number of rows
}

func (*TopHitters) op() {}

func (p *parser) topHitters(start int) Op {
	n := &TopHitters{N: p.named()}
	p.expect("of")
	n.Of = p.named()
	if p.take("by") {
		n.By = p.named()
	}
	n.Pos = p.from(start)
	return n
}

func (n *TopHitters) print(w *printer) {
	w.put("top-hitters ")
	w.expr(n.N, anyLevel)
	w.put(" of ")
	w.expr(n.Of, anyLevel)
	if n.By != nil {
		w.put(" by ")
		w.expr(n.By, anyLevel)
	}
}
