package syntax

// Find is `find in (T1, T2) where P project a, b`.
type Find struct {
	Pos
	Options []Option
	Tables  []Expr
	P       Expr
	Project []Expr
	Smart   bool
}

func (*Find) op() {}

func (p *parser) find(start int) Op {
	n := &Find{Options: p.options()}
	if p.take("in") {
		n.Tables = p.tables()
	}
	if !p.take("where") && (len(n.Options) > 0 || n.Tables != nil) {
		p.expect("where")
	}
	n.P = p.expr()
	switch {
	case p.take("project"):
		n.Project = list(p, p.findColumn)
	case p.take("project-smart"):
		n.Smart = true
	}
	if p.is("__projectAway") {
		p.i = start
		return p.unsupported("find ... __projectAway", "|", ";")
	}
	n.Pos = p.from(start)
	return n
}

// findColumn reads a column with an optional type, pack(*), or a star. A type
// makes it a *Named: the column's name and what it is read as.
func (p *parser) findColumn() Expr {
	start := p.i
	if p.is("*") {
		p.i++
		return &Star{p.from(start)}
	}
	if p.is("pack") && p.ahead(1).is("(") {
		return p.call()
	}
	name := p.name()
	if !p.take(":") {
		return &Ident{p.from(start), name}
	}
	at := p.i
	t := p.typeName(true)
	return &Named{p.from(start), []Name{name}, false, &TypeOf{Pos: p.from(at), Type: t}}
}

func (n *Find) print(w *printer) {
	w.put("find")
	w.options(n.Options)
	w.tables(n.Tables)
	w.put(" where ")
	w.expr(n.P, anyLevel)
	if n.Smart {
		w.put(" project-smart")
	}
	for i, x := range n.Project {
		if i == 0 {
			w.put(" project ")
		} else {
			w.put(", ")
		}
		w.findColumn(x)
	}
}

func (w *printer) findColumn(x Expr) {
	if n, ok := x.(*Named); ok {
		if t, ok := n.X.(*TypeOf); ok && len(n.Names) == 1 {
			w.name(n.Names[0], false)
			w.put(": " + t.Type.String())
			return
		}
	}
	w.expr(x, anyLevel)
}
