package syntax

// ParseKV is `parse-kv X as (a:string, b:long) with (pair_delimiter=..., ...)`.
type ParseKV struct {
	Pos
	X       Expr
	Columns []*Param
	Options []Option
}

func (*ParseKV) op() {}

func (p *parser) parseKV(start int) Op {
	n := &ParseKV{X: p.expr()}
	p.expect("as")
	n.Columns, _ = p.schema()
	if p.take("with") {
		n.Options = p.optionList()
	}
	n.Pos = p.from(start)
	return n
}

func (n *ParseKV) print(w *printer) {
	w.put("parse-kv ")
	w.expr(n.X, anyLevel)
	w.put(" as (")
	w.params(n.Columns)
	w.put(")")
	w.with(n.Options)
}
