package syntax

// Where is `where P` (also `filter`).
type Where struct {
	Pos
	Options []Option
	P       Expr
}

func (*Where) op() {}

func (p *parser) where(start int) Op {
	n := &Where{Options: p.options()}
	if p.nameLen(0, true) > 0 && p.ahead(p.nameLen(0, true)).is("=") {
		at := p.ahead(p.nameLen(0, true)).at
		p.failAt(at, "%q gives a name, where takes a condition", "=").Hint = `write "==" to compare, "=~" to ignore case`
	}
	n.P = p.expr()
	n.Pos = p.from(start)
	return n
}

func (n *Where) print(w *printer) {
	w.put("where")
	w.options(n.Options)
	w.put(" ")
	w.expr(n.P, anyLevel)
}
