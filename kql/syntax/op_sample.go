package syntax

// Sample is `sample N`; SampleDistinct is `sample-distinct N of X`.
type Sample struct {
	Pos
	Options []Option
	N       Expr
	Of      Expr // nil for sample
}

func (*Sample) op() {}

func (p *parser) sample(start int) Op {
	n := &Sample{Options: p.options()}
	n.N = p.amount()
	if p.toks[start].text == "sample-distinct" {
		p.expect("of")
		n.Of = p.named()
	}
	n.Pos = p.from(start)
	return n
}

func (n *Sample) print(w *printer) {
	w.put("sample")
	if n.Of != nil {
		w.put("-distinct")
	}
	w.options(n.Options)
	w.put(" ")
	w.expr(n.N, anyLevel)
	if n.Of != nil {
		w.put(" of ")
		w.expr(n.Of, anyLevel)
	}
}
