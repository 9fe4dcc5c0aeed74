package syntax

// Count is `count` (also `count as Name`).
type Count struct {
	Pos
	As *Name
}

func (*Count) op() {}

func (p *parser) count(start int) Op {
	n := &Count{}
	if p.take("as") {
		name := p.name()
		n.As = &name
	}
	n.Pos = p.from(start)
	return n
}

func (n *Count) print(w *printer) {
	w.put("count")
	if n.As != nil {
		w.put(" as ")
		w.name(*n.As, false)
	}
}
