package syntax

// Partition is `partition by X ( subquery )`.
type Partition struct {
	Pos
	Options []Option
	By      Expr
	Sub     []Op
	Source  Expr // `{ T | ... }` form; usually nil
}

func (*Partition) op() {}

func (p *parser) partition(start int) Op {
	n := &Partition{Options: p.options()}
	p.expectBy()
	n.By = p.path()
	switch {
	case p.is("in"):
		p.i = start
		return p.unsupported("partition ... in", "|", ";")
	case p.is("{"):
		open := p.i
		p.i++
		n.Source = p.inside(open)
		p.close(open, "}")
	default:
		n.Sub = p.subquery()
	}
	n.Pos = p.from(start)
	return n
}

func (n *Partition) print(w *printer) {
	w.put("partition")
	w.options(n.Options)
	w.put(" by ")
	w.expr(n.By, anyLevel)
	w.put(" ")
	if n.Source != nil {
		w.block("{", n.Source, "}")
		return
	}
	w.subquery(n.Sub)
}
