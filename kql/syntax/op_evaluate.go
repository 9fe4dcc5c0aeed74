package syntax

// Evaluate is `evaluate plugin(args) : (schema)`.
type Evaluate struct {
	Pos
	Options []Option
	Call    *Call
	Schema  []*Param
	Star    bool // : (*, ...)
}

func (*Evaluate) op() {}

func (p *parser) evaluate(start int) Op {
	n := &Evaluate{Options: p.options(), Call: p.requiredCall()}
	if p.take(":") {
		n.Schema, n.Star = p.schema()
	}
	n.Pos = p.from(start)
	return n
}

func (n *Evaluate) print(w *printer) {
	w.put("evaluate")
	w.options(n.Options)
	w.put(" ")
	w.expr(n.Call, anyLevel)
	if len(n.Schema) == 0 && !n.Star {
		return
	}
	w.put(" : ")
	w.schema(n.Schema, n.Star)
}
