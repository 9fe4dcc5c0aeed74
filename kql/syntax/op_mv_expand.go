package syntax

import (
	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// MvExpand is `mv-expand kind=array a = X to typeof(long), b with_itemindex=i limit 10`.
type MvExpand struct {
	Pos
	Options []Option
	Cols    []ExpandCol
	Limit   Expr
	Old     bool // written mvexpand, which has a limit of its own
}

// ExpandCol is one column of mv-expand or mv-apply.
type ExpandCol struct {
	Pos
	Name *Name // `name = X`
	X    Expr
	Type value.Type // of `to typeof(T)`; Unknown when absent
}

func (*MvExpand) op() {}

func (p *parser) mvExpand(start int) Op {
	n := &MvExpand{Old: p.toks[start].text == "mvexpand", Options: p.options(), Cols: list(p, p.expandCol)}
	if p.take("limit") {
		n.Limit = p.expr()
	}
	n.Pos = p.from(start)
	return n
}

// expandCol reads `a = X to typeof(long)`.
func (p *parser) expandCol() ExpandCol {
	start := p.i
	c := ExpandCol{X: p.named()}
	if n, ok := c.X.(*Named); ok && !n.Paren {
		c.Name, c.X = &n.Names[0], n.X
	}
	if p.take("to") {
		c.Type = p.toType()
	}
	c.Pos = p.from(start)
	return c
}

// toType reads typeof(long).
func (p *parser) toType() value.Type {
	if !p.is("typeof") || !p.ahead(1).is("(") {
		p.fail("expected typeof(...), found %s", p.found())
		return value.Unknown
	}
	at := p.here()
	t, _ := p.typeOf().(*TypeOf)
	if t == nil || t.Type == value.Unknown {
		p.failAt(at, "expected a single type")
		return value.Unknown
	}
	return t.Type
}

func (n *MvExpand) print(w *printer) {
	w.put("mv")
	if !n.Old {
		w.put("-")
	}
	w.put("expand")
	w.options(n.Options)
	w.put(" ")
	w.expandCols(n.Cols)
	if n.Limit != nil {
		w.put(" limit ")
		w.expr(n.Limit, anyLevel)
	}
}

func (w *printer) expandCols(cols []ExpandCol) {
	for i, c := range cols {
		if i > 0 {
			w.put(", ")
		}
		if c.Name != nil {
			w.name(*c.Name, true)
			w.put(" = ")
		}
		w.expr(c.X, anyLevel)
		if c.Type != value.Unknown {
			w.put(" to typeof(" + c.Type.String() + ")")
		}
	}
}
