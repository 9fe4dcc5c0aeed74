package syntax

import (
	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// ParseOp is `parse kind=regex flags=U X with * "a" b:long *` and parse-where.
type ParseOp struct {
	Pos
	WhereToo bool // parse-where
	Options  []Option
	X        Expr
	Pattern  []ParsePart
}

// A ParsePart is a piece of a parse pattern: a text to find, a star to skip,
// or a column to fill.
type ParsePart struct {
	Pos
	Star   bool
	Text   Expr  // *Literal string, when a text
	Column *Name // when a column
	Type   value.Type
}

func (*ParseOp) op() {}

func (p *parser) parse(start int) Op {
	n := &ParseOp{WhereToo: p.toks[start].text == "parse-where", Options: p.options()}
	n.X = p.expr()
	p.expect("with")
	for !p.bad {
		part, ok := p.parsePart()
		if !ok {
			break
		}
		n.Pattern = append(n.Pattern, part)
	}
	n.Pos = p.from(start)
	return n
}

// parsePart reads a star, a text, or a column with its type.
func (p *parser) parsePart() (part ParsePart, ok bool) {
	start := p.i
	switch {
	case p.take("*"):
		part.Star = true
	case p.tok().kind == tText:
		part.Text = p.literal()
	case p.nameLen(0, true) > 0:
		name := p.newName()
		part.Column = &name
		if p.take(":") {
			part.Type = p.typeName(false)
		}
	default:
		return part, false
	}
	part.Pos = p.from(start)
	return part, true
}

func (n *ParseOp) print(w *printer) {
	w.put("parse")
	if n.WhereToo {
		w.put("-where")
	}
	w.options(n.Options)
	w.put(" ")
	w.expr(n.X, anyLevel)
	w.put(" with")
	for _, part := range n.Pattern {
		w.put(" ")
		part.print(w)
	}
}

func (n *ParsePart) print(w *printer) {
	switch {
	case n.Star:
		w.put("*")
	case n.Text != nil:
		w.expr(n.Text, anyLevel)
	case n.Column != nil:
		w.name(*n.Column, true)
		if n.Type != value.Unknown {
			w.put(": " + n.Type.String())
		}
	}
}
