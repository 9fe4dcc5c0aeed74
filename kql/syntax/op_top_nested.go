package syntax

// TopNested is `top-nested 2 of a by count(), top-nested ...`.
type TopNested struct {
	Pos
	Levels []TopLevel
}

// TopLevel is one level of top-nested.
type TopLevel struct {
	Pos
	N      Expr // nil: all
	Of     Expr // *Named or plain
	Others Expr // nil: none
	By     Order
}

func (*TopNested) op() {}

// topNested reads levels with commas between, each starting with top-nested.
func (p *parser) topNested(start int) Op {
	n := &TopNested{Levels: []TopLevel{p.topLevel(start)}}
	for p.take(",") {
		level := p.i
		p.expect("top-nested")
		n.Levels = append(n.Levels, p.topLevel(level))
	}
	n.Pos = p.from(start)
	return n
}

func (p *parser) topLevel(start int) TopLevel {
	var l TopLevel
	if !p.is("of") {
		l.N = p.amount()
	}
	p.expect("of")
	l.Of = p.named()
	if p.take("with") {
		p.expect("others")
		p.expect("=")
		l.Others = p.expr()
	}
	p.expectBy()
	l.By = p.order()
	l.Pos = p.from(start)
	return l
}

func (n *TopNested) print(w *printer) {
	for i, l := range n.Levels {
		if i > 0 {
			w.put(", ")
		}
		w.put("top-nested ")
		if l.N != nil {
			w.expr(l.N, anyLevel)
			w.put(" ")
		}
		w.put("of ")
		w.expr(l.Of, anyLevel)
		if l.Others != nil {
			w.put(" with others = ")
			w.expr(l.Others, anyLevel)
		}
		w.put(" by ")
		l.By.print(w)
	}
}
