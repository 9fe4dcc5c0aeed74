package syntax

// Partition is `partition by X ( subquery )`.
type Partition struct {
	Pos
	Options []Option
	By      Expr
	In      Expr // `in range(...)`, `in dynamic([...])`: usually nil
	Sub     []Op
	Source  Expr // `{ T | ... }` form; usually nil
}

func (*Partition) op() {}

func (p *parser) partition(start int) Op {
	n := &Partition{Options: p.options()}
	p.expectBy()
	n.By = p.key()
	if p.take("in") {
		n.In = p.path()
	}
	switch {
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

// key reads a column or a path into one: what stands in parentheses after it
// is no call.
func (p *parser) key() Expr {
	start := p.i
	name := p.name()
	var x Expr = &Ident{p.from(start), name}
	for !p.bad && (p.is(".") || p.is("[")) && p.link() {
		if p.is("[") {
			x = p.index(x)
			continue
		}
		p.i++
		name := p.name()
		x = &Path{p.since(x), x, name}
	}
	return x
}

func (n *Partition) print(w *printer) {
	w.put("partition")
	w.options(n.Options)
	w.put(" by ")
	w.expr(n.By, anyLevel)
	w.clause(" in ", n.In)
	w.put(" ")
	if n.Source != nil {
		w.block("{", n.Source, "}")
		return
	}
	w.subquery(n.Sub)
}
