package syntax

// Distinct is `distinct a, b` or `distinct *`.
type Distinct struct {
	Pos
	Options []Option
	Cols    []Expr
}

func (*Distinct) op() {}

func (p *parser) distinct(start int) Op {
	n := &Distinct{Options: p.options(), Cols: list(p, p.distinctColumn)}
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
	w.put("distinct")
	w.options(n.Options)
	w.put(" ")
	w.list(n.Cols)
}
