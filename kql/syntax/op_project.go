package syntax

import (
	"strings"
)

// Project is project, project-away, project-keep, project-rename,
// project-reorder (Kind has the suffix: "", "away", "keep", "rename",
// "reorder", "by-names"). Columns of away, keep, reorder may be *Pattern or
// *Star; of reorder also *Ordered; of by-names they are any expressions.
type Project struct {
	Pos
	Kind string
	Cols []Expr
}

// Ordered is a column of project-reorder with an order: `a* asc`.
type Ordered struct {
	Pos
	X    Expr
	Kind string // asc, desc, granny-asc, granny-desc
}

func (*Project) op() {}

func (*Ordered) expr() {}

// project reads all kinds of project. What picks columns by their names takes
// names and wildcards, the others expressions.
func (p *parser) project(start int) Op {
	n := &Project{Kind: strings.TrimPrefix(strings.TrimPrefix(p.toks[start].text, "project"), "-")}
	switch n.Kind {
	case "", "rename":
		n.Cols = p.columnsOrNone()
	case "by-names":
		if !p.atEnd() {
			n.Cols = list(p, p.expr)
		}
	default:
		if p.atEnd() {
			break
		}
		n.Cols = list(p, func() Expr {
			x := p.pattern()
			if n.Kind == "reorder" {
				x = p.reordered(x)
			}
			return x
		})
	}
	n.Pos = p.from(start)
	return n
}

// pattern reads a name that may have wildcards.
func (p *parser) pattern() Expr {
	start := p.i
	x := p.wildcard()
	if x == nil {
		name := p.name()
		x = &Ident{p.from(start), name}
	}
	return x
}

// reordered reads the order that may follow a column.
func (p *parser) reordered(x Expr) Expr {
	if kind := p.oneOf("asc", "desc", "granny-asc", "granny-desc"); kind != nil {
		return &Ordered{p.since(x), x, kind.text}
	}
	return x
}

func (n *Project) print(w *printer) {
	w.put("project")
	if n.Kind != "" {
		w.put("-" + n.Kind)
	}
	if len(n.Cols) > 0 {
		w.put(" ")
		w.list(n.Cols)
	}
}

func (n *Ordered) print(w *printer) {
	w.expr(n.X, anyLevel)
	w.put(" " + n.Kind)
}
