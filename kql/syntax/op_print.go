package syntax

// Print is `print a = 1, 2`.
type Print struct {
	Pos
	Cols []Expr
}

func (*Print) op() {}

func (p *parser) print(start int) Op {
	return &Print{Cols: p.columns(), Pos: p.from(start)}
}

func (n *Print) print(w *printer) {
	w.put("print ")
	w.list(n.Cols)
}
