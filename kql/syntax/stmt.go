package syntax

import (
	"github.com/dogwatch-dev/dogwatch/kql/diag"
	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// statements reads the whole text.
func (p *parser) statements() []Statement {
	var all []Statement
	for p.tok().kind != tEOF {
		if p.is(";") && len(all) == 0 {
			p.fail("a statement is missing before %q", ";")
		}
		start := p.i
		if !p.is(";") {
			all = append(all, p.statement())
		}
		p.endStatement(start)
	}
	return all
}

// endStatement moves behind the ";" of a statement.
func (p *parser) endStatement(start int) {
	if !p.bad && !p.is(";") && p.tok().kind != tEOF {
		if p.startsStatement() {
			p.missingSemicolon()
			return
		}
		p.unexpected()
	}
	if p.bad {
		p.skip(p.within(start), func(t token) bool { return t.is(";") })
		p.bad = p.over
	}
	if !p.take(";") {
		return
	}
	if p.is(";") {
		p.fail("a statement is missing before %q", ";")
	}
}

func (p *parser) missingSemicolon() {
	at := diag.Span{Start: p.prevEnd(), End: p.prevEnd()}
	p.note(at, "missing %q between statements", ";")
}

// skip moves to a token at the given nesting that ends says yes to, to what
// closes the brackets around, or to the end.
func (p *parser) skip(nest int32, ends func(token) bool) {
	for ; p.tok().kind != tEOF; p.i++ {
		if p.nest[p.i] < nest || p.nest[p.i] == nest && ends(p.tok()) {
			return
		}
	}
}

// startsStatement says whether a statement other than a query starts here.
func (p *parser) startsStatement() bool {
	t, next := p.tok(), p.ahead(1)
	if t.kind != tWord {
		return false
	}
	switch t.text {
	case "let":
		// "let has 0" is a question about a column let
		return next.kind == tWord && (!connective[next.text] || p.ahead(2).is("=")) || next.is("[") || next.is("=")
	case "set":
		return true
	case "declare":
		return next.is("query_parameters") || next.is("pattern")
	case "alias":
		return next.is("database")
	case "restrict":
		return next.is("access")
	}
	return false
}

func (p *parser) statement() Statement {
	start := p.i
	if !p.startsStatement() {
		x := p.query()
		return &ExprStatement{p.from(start), x}
	}
	switch p.tok().text {
	case "let":
		return p.let()
	case "set":
		return p.set()
	case "alias":
		return p.unsupported("alias database", ";")
	case "restrict":
		return p.unsupported("restrict access", ";")
	}
	if p.ahead(1).is("pattern") {
		return p.declarePattern()
	}
	return p.declare()
}

// unsupported passes over a feature that is known by name only, up to one of
// the ending words or what closes the brackets around it.
func (p *parser) unsupported(feature string, ends ...string) *Unsupported {
	start := p.i
	p.i++
	p.skip(p.within(start), func(t token) bool {
		for _, e := range ends {
			if t.is(e) {
				return true
			}
		}
		return false
	})
	pos := p.from(start)
	return &Unsupported{Pos: pos, Feature: feature, Text: p.f.Slice(pos.At)}
}

func (p *parser) let() *Let {
	start := p.i
	p.i++
	n := &Let{Name: p.name()}
	p.expect("=")
	switch {
	case p.bad:
		n.X = p.nothing()
	case p.startsFunction():
		n.X = p.function()
	default:
		n.X = p.query()
	}
	n.Pos = p.from(start)
	return n
}

// startsFunction tells `(a:long) {...}` from an expression in parentheses.
func (p *parser) startsFunction() bool {
	n := 0
	if p.is("view") && p.ahead(1).is("(") {
		n = 1
	}
	if !p.ahead(n).is("(") {
		return false
	}
	if p.ahead(n + 1).is(")") {
		return true
	}
	length := p.nameLen(n+1, true)
	return length > 0 && p.ahead(n+1+length).is(":")
}

func (p *parser) function() *Function {
	start := p.i
	fn := &Function{View: p.take("view")}
	open := p.i
	p.expect("(")
	fn.Params = listUntil(p, ")", false, p.param)
	p.close(open, ")")
	fn.Body = p.body()
	fn.Pos = p.from(start)
	return fn
}

// body is `{ let a = 1; expression }`.
func (p *parser) body() *Query { return p.bodyIn("{", "}") }

// bodyIn is statements between brackets.
func (p *parser) bodyIn(opening, closing string) *Query {
	open := p.i
	q := &Query{}
	if !p.enter() || !p.expect(opening) {
		p.leave()
		q.Pos = p.from(open)
		return q
	}
	for !p.bad && !p.is(closing) && p.tok().kind != tEOF {
		start := p.i
		q.Statements = append(q.Statements, p.statement())
		if !p.endBodyStatement(start, closing) {
			break
		}
	}
	p.close(open, closing)
	p.leave()
	q.Pos = p.from(open)
	return q
}

// endBodyStatement moves behind what ends a statement in a function; it is
// false where the function ends, too.
func (p *parser) endBodyStatement(start int, closing string) bool {
	if !p.bad && p.startsStatement() {
		p.missingSemicolon()
		return true
	}
	if !p.bad && !p.is(";") && !p.is(closing) && p.tok().kind != tEOF {
		p.unexpected()
	}
	if p.bad {
		p.skip(p.within(start), func(t token) bool { return t.is(";") })
		p.bad = p.over
	}
	return p.take(";")
}

// param is a parameter: name:type, name:(a:long), name:(*), with a default.
func (p *parser) param() *Param {
	start := p.i
	n := p.column()
	if p.take("=") {
		n.Default = p.optionValue()
	}
	n.Pos = p.from(start)
	return n
}

// column is name:type, or name:(columns) for a tabular parameter.
func (p *parser) column() *Param {
	start := p.i
	n := &Param{Name: p.newName()}
	p.expect(":")
	switch {
	case p.bad:
	case p.is("("):
		n.Tabular = true
		n.Columns, n.AnyCols = p.schema()
	default:
		n.Type = p.typeName(false)
	}
	n.Pos = p.from(start)
	return n
}

// schema is `(a:string, b:long)`, where a "*" may stand for any columns.
func (p *parser) schema() (columns []*Param, star bool) {
	open := p.i
	if !p.enter() || !p.expect("(") {
		p.leave()
		return nil, false
	}
	p.take(",")
	for !p.bad && !p.is(")") {
		if p.take("*") {
			star = true
		} else {
			columns = append(columns, p.column())
		}
		if !p.take(",") {
			break
		}
	}
	p.close(open, ")")
	p.leave()
	return columns, star
}

// typeName reads a type; more also takes those of typeof().
func (p *parser) typeName(more bool) value.Type {
	t := p.tok()
	if t.kind != tWord {
		p.fail("expected a type, found %s", p.found()).Hint = typeHint("")
		return value.Unknown
	}
	p.i++
	if typ, ok := columnTypes[t.text]; ok {
		return typ
	}
	typ, ok := moreTypes[t.text]
	if !ok || !more {
		p.note(t.at, "%q is no type that can be used here", clip(t.text)).Hint = typeHint(t.text)
	}
	return typ
}

func typeHint(word string) string {
	names := []string{"bool", "datetime", "decimal", "dynamic", "guid", "int", "long", "real", "string", "timespan"}
	if near := diag.Nearest(word, names); near != "" && word != "" {
		return "did you mean " + near + "?"
	}
	return "the types are bool, datetime, decimal, dynamic, guid, int, long, real, string, timespan"
}

func (p *parser) set() *Set {
	start := p.i
	p.i++
	n := &Set{Name: p.name()}
	if p.take("=") {
		n.X = p.expr()
	}
	n.Pos = p.from(start)
	return n
}

func (p *parser) declare() *Declare {
	start := p.i
	p.i += 2
	open := p.i
	p.expect("(")
	n := &Declare{Params: list(p, p.param)}
	p.close(open, ")")
	n.Pos = p.from(start)
	return n
}
