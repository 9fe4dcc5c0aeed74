package syntax

// Sort is `sort by a asc nulls last, b` (also `order by`).
type Sort struct {
	Pos
	Options []Option
	By      []Order
}

// Order is the sort order of one column. KQL's default is descending; nulls go
// first for ascending and last for descending unless said.
type Order struct {
	Pos
	X     Expr // may be *Named in top-nested and the like
	Asc   bool
	Nulls string // "", "first", "last"
}

func (*Sort) op() {}

func (p *parser) sort(start int) Op {
	n := &Sort{Options: p.options()}
	p.expectBy()
	n.By = list(p, p.order)
	n.Pos = p.from(start)
	return n
}

// expectBy consumes by, which is easily forgotten.
func (p *parser) expectBy() {
	if !p.take("by") {
		p.fail("expected %q, found %s", "by", p.found())
	}
}

// order reads `X asc nulls last`.
func (p *parser) order() Order {
	start := p.i
	o := Order{X: p.named()}
	if kind := p.oneOf("asc", "desc", "granny-asc", "granny-desc"); kind != nil {
		o.Asc = kind.text == "asc" || kind.text == "granny-asc"
	}
	if p.take("nulls") {
		if which := p.oneOf("first", "last"); which != nil {
			o.Nulls = which.text
		} else {
			p.fail("expected first or last, found %s", p.found())
		}
	}
	o.Pos = p.from(start)
	return o
}

func (n *Sort) print(w *printer) {
	w.put("sort")
	w.options(n.Options)
	w.put(" by ")
	for i, o := range n.By {
		if i > 0 {
			w.put(", ")
		}
		o.print(w)
	}
}

func (o *Order) print(w *printer) {
	w.expr(o.X, anyLevel)
	if o.Asc {
		w.put(" asc")
	} else {
		w.put(" desc")
	}
	if o.Nulls != "" {
		w.put(" nulls " + o.Nulls)
	}
}
