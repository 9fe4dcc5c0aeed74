package syntax

// Serialize is `serialize a = X`.
type Serialize struct {
	Pos
	Options []Option
	Cols    []Expr
}

func (*Serialize) op() {}

func (p *parser) serialize(start int) Op {
	n := &Serialize{Options: p.options(), Cols: p.columnsOrNone()}
	n.Pos = p.from(start)
	return n
}

func (n *Serialize) print(w *printer) {
	w.put("serialize")
	w.options(n.Options)
	if len(n.Cols) > 0 {
		w.put(" ")
		w.list(n.Cols)
	}
}
