package syntax

// GetSchema is `getschema`.
type GetSchema struct {
	Pos
	Options []Option // kind=csl
}

func (*GetSchema) op() {}

func (p *parser) getSchema(start int) Op {
	return &GetSchema{Options: p.options(), Pos: p.from(start)}
}

func (n *GetSchema) print(w *printer) {
	w.put("getschema")
	w.options(n.Options)
}
