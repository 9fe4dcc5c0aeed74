package syntax

// Fork is `fork (a) name = (b)`. A name is nil where none was given.
type Fork struct {
	Pos
	Names []*Name
	Subs  [][]Op
}

func (*Fork) op() {}

func (p *parser) fork(start int) Op {
	n := &Fork{}
	for !p.bad && !p.atEnd() {
		var name *Name
		if length := p.nameLen(0, false); length > 0 && p.ahead(length).is("=") {
			given := p.name()
			name = &given
			p.expect("=")
		}
		n.Names = append(n.Names, name)
		n.Subs = append(n.Subs, p.subquery())
	}
	if n.Subs == nil {
		p.fail("expected %q, found %s", "(", p.found())
	}
	n.Pos = p.from(start)
	return n
}

func (n *Fork) print(w *printer) {
	w.put("fork")
	for i, sub := range n.Subs {
		w.put(" ")
		if name := n.Names[i]; name != nil {
			w.name(*name, false)
			w.put(" = ")
		}
		w.subquery(sub)
	}
}
