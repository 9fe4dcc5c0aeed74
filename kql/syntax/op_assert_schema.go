package syntax

// AssertSchema is `assert-schema (a:string, b:long)`.
type AssertSchema struct {
	Pos
	Columns []*Param
}

func (*AssertSchema) op() {}

func (p *parser) assertSchema(start int) Op {
	n := &AssertSchema{}
	n.Columns, _ = p.schema()
	n.Pos = p.from(start)
	return n
}

func (n *AssertSchema) print(w *printer) {
	w.put("assert-schema ")
	w.schema(n.Columns, false)
}
