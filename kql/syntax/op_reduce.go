package syntax

// Reduce is `reduce by X with threshold=0.1, characters="-"`.
type Reduce struct {
	Pos
	Options []Option
	By      Expr // *Named or plain
	With    []Option
}

func (*Reduce) op() {}

func (p *parser) reduce(start int) Op {
	n := &Reduce{Options: p.options()}
	p.expectBy()
	n.By = p.named()
	if p.take("with") {
		n.With = list(p, p.pair)
	}
	n.Pos = p.from(start)
	return n
}

// pair reads `name = value`.
func (p *parser) pair() Option {
	start := p.i
	name := p.newName()
	p.expect("=")
	x := p.listedValue()
	return Option{p.from(start), name.Text, x}
}

func (n *Reduce) print(w *printer) {
	w.put("reduce")
	w.options(n.Options)
	w.put(" by ")
	w.expr(n.By, anyLevel)
	for i, o := range n.With {
		w.put([]string{" with ", ", "}[min(i, 1)])
		o.print(w)
	}
}
