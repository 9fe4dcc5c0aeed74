package syntax

// Extend is `extend a = X, (b, c) = Y, f(Z)`.
type Extend struct {
	Pos
	Cols []Expr // *Named or plain
}

func (*Extend) op() {}

func (n *Extend) print(w *printer) {
	w.put("extend ")
	w.list(n.Cols)
}
