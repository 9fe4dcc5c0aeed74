package syntax

// Consume is `consume`.
type Consume struct {
	Pos
	Options []Option
}

func (*Consume) op() {}

func (p *parser) consume(start int) Op {
	return &Consume{Options: p.options(), Pos: p.from(start)}
}

func (n *Consume) print(w *printer) {
	w.put("consume")
	w.options(n.Options)
}
