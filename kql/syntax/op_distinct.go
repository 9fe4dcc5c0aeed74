package syntax

// Distinct is `distinct a, b` or `distinct *`.
type Distinct struct {
	Pos
	Cols []Expr
}

func (*Distinct) op() {}

func (p *parser) distinct(start int) Op {
	p.options() // hints, which change no answer
	n := &Distinct{Cols: list(p, p.distinctColumn)}
	n.Pos = p.from(start)
	return n
}

func (p *parser) distinctColumn() Expr {
	if p.is("*") {
		p.i++
		return &Star{p.from(p.i - 1)}
	}
	return p.named()
}

func (n *Distinct) print(w *printer) {
	w.put("distinct ")
	w.list(n.Cols)
}
