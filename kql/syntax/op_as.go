package syntax

// As is `as Name`.
type As struct {
	Pos
	Options []Option
	Name    Name
}

func (*As) op() {}

func (p *parser) as(start int) Op {
	n := &As{Options: p.options(), Name: p.name()}
	n.Pos = p.from(start)
	return n
}

func (n *As) print(w *printer) {
	w.put("as")
	w.options(n.Options)
	w.put(" ")
	w.name(n.Name, false)
}
