package syntax

// Search is `search in (T1, T2) kind=case_sensitive "text"`.
type Search struct {
	Pos
	Options []Option
	Tables  []Expr
	P       Expr
}

func (*Search) op() {}

func (p *parser) search(start int) Op {
	n := &Search{Options: p.options()}
	if p.take("in") {
		n.Tables = p.tables()
	}
	n.P = p.searched()
	n.Pos = p.from(start)
	return n
}

// searched is a condition, or a star for all rows.
func (p *parser) searched() Expr {
	if p.is("*") {
		if end := p.ahead(1); end.kind == tEOF || end.is("|") || end.is(")") || end.is("}") || end.is(";") {
			p.i++
			return &Star{p.from(p.i - 1)}
		}
	}
	return p.expr()
}

// tables reads `(T, U*, V | as X)`.
func (p *parser) tables() []Expr {
	open := p.i
	p.expect("(")
	all := list(p, p.tableAs)
	p.close(open, ")")
	return all
}

func (p *parser) tableAs() Expr {
	start := p.i
	x := p.table()
	if p.bad || !p.is("|") || !p.ahead(1).is("as") {
		return x
	}
	p.i += 2
	return &Pipeline{Source: x, Ops: []Op{p.as(p.i - 1)}, Pos: p.from(start)}
}

func (n *Search) print(w *printer) {
	w.put("search")
	w.options(n.Options)
	w.tables(n.Tables)
	w.put(" ")
	w.expr(n.P, anyLevel)
}

func (w *printer) tables(all []Expr) {
	if len(all) == 0 {
		return
	}
	w.put(" in (")
	for i, x := range all {
		if i > 0 {
			w.put(", ")
		}
		w.flat(x)
	}
	w.put(")")
}
