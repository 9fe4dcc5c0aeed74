package syntax

// Facet is `facet by a, b with (where c | take 1)`.
type Facet struct {
	Pos
	By   []Expr // names and paths
	With []Op   // nil when absent
}

func (*Facet) op() {}

func (p *parser) facet(start int) Op {
	n := &Facet{}
	p.expectBy()
	n.By = list(p, p.key)
	if p.take("with") {
		if p.is("(") {
			n.With = p.subquery()
		} else {
			n.With = []Op{p.operator()}
		}
	}
	n.Pos = p.from(start)
	return n
}

func (n *Facet) print(w *printer) {
	w.put("facet by ")
	w.list(n.By)
	if n.With != nil {
		w.put(" with ")
		w.subquery(n.With)
	}
}
