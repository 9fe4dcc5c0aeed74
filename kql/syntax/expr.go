package syntax

import (
	"strings"

	"github.com/dogwatch-dev/dogwatch/kql/diag"
)

// nothing stands for an expression after a mistake.
func (p *parser) nothing() Expr { return &Bad{p.nowhere()} }

// expr reads a scalar expression, or a tabular one without pipe: operators
// bind as Microsoft's grammar says, string operators tightest, then * / %,
// + -, < >, == in between, and, or. Only arithmetic, and, or make chains.
func (p *parser) expr() Expr {
	defer p.leave()
	if !p.enter() {
		return p.nothing()
	}
	return p.chainOf(p.and, "or")
}

func (p *parser) and() Expr { return p.chainOf(p.equality, "and") }

// chainOf reads x op x op x, grouped to the left.
func (p *parser) chainOf(part func() Expr, ops ...string) Expr {
	x := part()
	for {
		op := p.oneOf(ops...)
		if op == nil || !p.link() {
			return x
		}
		y := part()
		x = &Binary{p.since(x), op.text, op.at, x, y}
	}
}

// oneOf consumes one of the given words or returns nil.
func (p *parser) oneOf(texts ...string) *token {
	if p.bad {
		return nil
	}
	for _, s := range texts {
		if p.is(s) {
			p.i++
			return &p.toks[p.i-1]
		}
	}
	return nil
}

func (p *parser) equality() Expr {
	x := p.relational()
	if op := p.oneOf("==", "!=", "<>"); op != nil {
		text := op.text
		if text == "<>" {
			text = "!="
		}
		y := p.relational()
		return &Binary{p.since(x), text, op.at, x, y}
	}
	if p.is("in") && p.ahead(1).is("range") {
		return x // make-series
	}
	if op := p.oneOf("in", "in~", "!in", "!in~", "has_any", "has_all"); op != nil {
		list := p.inList()
		return &In{p.since(x), op.text, op.at, x, list}
	}
	if op := p.oneOf("between", "!between"); op != nil {
		return p.between(x, op.text == "!between")
	}
	return x
}

// inList is `(a, b)` or `(T | project a)`.
func (p *parser) inList() []Expr {
	open := p.i
	if !p.is("(") {
		p.fail("expected %q, found %s", "(", p.found()).Hint = "the values stand in parentheses"
		return nil
	}
	p.i++
	all := []Expr{p.inside(open)}
	if _, tabular := all[0].(*Pipeline); !tabular {
		for p.take(",") {
			all = append(all, p.expr())
		}
	}
	p.close(open, ")")
	return all
}

func (p *parser) between(x Expr, not bool) Expr {
	open := p.i
	n := &Between{Not: not, X: x}
	p.expect("(")
	n.Low = p.expr()
	p.expect("..")
	n.High = p.expr()
	p.close(open, ")")
	n.Pos = p.since(x)
	return n
}

func (p *parser) relational() Expr {
	x := p.additive()
	op := p.oneOf("<", "<=", ">", ">=")
	if op == nil {
		return x
	}
	y := p.additive()
	return &Binary{p.since(x), op.text, op.at, x, y}
}

func (p *parser) additive() Expr       { return p.chainOf(p.multiplicative, "+", "-") }
func (p *parser) multiplicative() Expr { return p.chainOf(p.stringOperation, "*", "/", "%") }

// stringOperation is `X has Y` and the like; X may be "*", any column.
func (p *parser) stringOperation() Expr {
	var x Expr
	next := p.ahead(1)
	if p.is("*") && (p.stringOp(1) != "" || next.is("==") || next.is("and")) {
		p.i++
		x = &Star{p.from(p.i - 1)}
	} else {
		x = p.unary()
	}
	op := p.stringOp(0)
	if p.bad || op == "" {
		return x
	}
	at := p.tok().at
	p.i++
	if op == "matches regex" {
		at = at.Join(p.tok().at)
		p.i++
	}
	y := p.unary()
	return &Binary{p.since(x), op, at, x, y}
}

// stringOp is the string operator n tokens ahead, or "".
func (p *parser) stringOp(n int) string {
	t := p.ahead(n)
	if t.kind != tWord && t.kind != tOp {
		return ""
	}
	if t.text == "matches" && p.ahead(n+1).is("regex") {
		return "matches regex"
	}
	return stringOps[t.text]
}

func (p *parser) unary() Expr {
	start := p.i
	op := p.oneOf("-", "+")
	if op == nil {
		return p.path()
	}
	// The smallest long has no positive counterpart.
	if op.text == "-" && p.tok().kind == tLong && p.tok().text == "9223372036854775808" {
		p.i++
		return p.literalAt(start, "-9223372036854775808")
	}
	x := p.path()
	return &Unary{p.from(start), op.text, x}
}

// path reads a primary expression and what hangs on it: .name .f(x) [index].
func (p *parser) path() Expr {
	x := p.primary()
	for !p.bad && (p.is(".") || p.is("[")) && p.link() {
		if p.is("[") {
			x = p.index(x)
			continue
		}
		p.i++
		x = p.member(x)
	}
	return x
}

func (p *parser) index(x Expr) Expr {
	open := p.i
	p.i++
	i := p.expr()
	p.close(open, "]")
	return &Index{p.since(x), x, i}
}

// member reads what follows a dot.
func (p *parser) member(x Expr) Expr {
	if p.is("[") && p.nameLen(0, false) == 0 {
		return p.index(x)
	}
	if p.is("@") {
		u := p.unsupported("@ after a dot", "|", ";", ",", ")")
		u.Pos = p.since(x)
		u.Text = p.f.Slice(u.At)
		return u
	}
	if p.callLen() > 0 {
		call := p.call()
		return &Method{p.since(x), x, call}
	}
	name := p.name()
	return &Path{p.since(x), x, name}
}

// primary is a literal, a name, a call, or something in parentheses.
func (p *parser) primary() Expr {
	t := p.tok()
	switch t.kind {
	case tTyped:
		if isNow(t.text) {
			p.i++
			pos := p.from(p.i - 1)
			return &Call{Pos: pos, Func: Name{pos, "now", false}}
		}
		return p.literal()
	case tLong, tReal, tSpan, tText, tGUID:
		return p.literal()
	case tOp:
		return p.bracketed()
	case tWord:
		return p.word()
	}
	return p.noExpr()
}

// noExpr reports that an expression is missing here.
func (p *parser) noExpr() Expr {
	x := p.nothing()
	e := p.fail("expected an expression, found %s", p.found())
	switch t := p.tok(); {
	case t.is("["):
		e.Hint = "a list of values is written dynamic([...])"
	case t.text == "!":
		e.Hint = "write not(...)"
	case t.is("=") || t.is("=="):
		e.Hint = `write "==" to compare for equality, "=~" to ignore case`
	case t.kind == tWord && p.ahead(1).is("=") && options[t.text]:
		e.Hint = "write ['" + t.text + "'] for a column of that name"
	case t.is("*") && p.toks[max(p.i-1, 0)].is("/"):
		e.Hint = "comments start with //"
	case typedLiteral[t.text] != 0 && p.ahead(1).is("("):
		e.Hint = "no blank stands between " + t.text + " and its parenthesis"
	case t.text == "string" || t.text == "float" || t.text == "int":
		e.Hint = "to convert a value, write to" + strings.Replace(t.text, "float", "real", 1) + "(...)"
	case t.kind == tJunk && t.text[0] >= 0x80:
		e.Hint = "a name with other than Latin letters, digits and _ is written ['...']"
	case (t.text == "&" || t.text == "|") && t.text == p.ahead(1).text:
		e.Hint = p.hint()
	}
	return x
}

func (p *parser) bracketed() Expr {
	start := p.i
	switch {
	case p.is("("):
		return p.paren()
	case p.is("[") && p.nameLen(0, false) > 0:
		name := p.quotedName()
		return &Ident{p.from(start), name}
	case p.is("{") && p.ahead(1).kind == tWord && p.ahead(2).is("}"):
		p.i += 3
		pos := p.from(start)
		text := p.f.Slice(pos.At)
		return &Unsupported{Pos: pos, Feature: "a client's parameter " + text, Text: text}
	}
	return p.noExpr()
}

func (p *parser) paren() Expr {
	open := p.i
	p.i++
	x := p.inside(open)
	p.close(open, ")")
	return &Paren{p.from(open), x}
}

// inside reads a query in the parentheses that token open opens. When they are
// never closed a pipe belongs to what is around them.
func (p *parser) inside(open int) Expr {
	if p.match[open] < 0 {
		return p.expr()
	}
	return p.query()
}

// word reads an expression that starts with a word.
func (p *parser) word() Expr {
	t, next := p.tok(), p.ahead(1)
	switch t.text {
	case "true", "True", "TRUE", "false", "False", "FALSE":
		return p.literal()
	case "dynamic":
		if next.is("(") {
			return p.dynamic()
		}
	case "typeof":
		if next.is("(") {
			return p.typeOf()
		}
	case "datatable":
		if next.is("(") {
			return p.datatable()
		}
	case "externaldata", "external_data":
		if next.is("(") {
			return p.externalData()
		}
	case "materialized-view-combine", "__contextual_datatable", "inline_external_table":
		return p.unsupported(t.text, "|", ";", ",")
	case "entity_group":
		if next.is("[") {
			return p.entityGroup()
		}
	}
	if p.callLen() > 0 {
		return p.call()
	}
	return p.ident()
}

// ident reads a name that refers to something.
func (p *parser) ident() Expr {
	start := p.i
	t := p.tok()
	if reserved[t.text] || declareOnly[t.text] {
		if !p.meantAsName() {
			return p.noExpr()
		}
		p.wordAsName()
		return &Ident{p.from(start), Name{p.from(start), t.text, false}}
	}
	p.i++
	name := Name{p.from(start), t.text, false}
	x := &Ident{name.Pos, name}
	if p.is("datascope") && p.ahead(1).is("=") {
		p.i += 3
		pos := p.from(start)
		return &Unsupported{Pos: pos, Feature: "datascope", Text: p.f.Slice(pos.At)}
	}
	return x
}

// meantAsName says whether the word of the language that comes next stands
// where its author wanted a name: an operator or an end follows it.
func (p *parser) meantAsName() bool {
	t, next := p.tok(), p.ahead(1)
	switch {
	case next.kind == tEOF, next.is(","), next.is("|"), next.is(")"), next.is("]"), next.is(";"), next.is("asc"), next.is("desc"):
		return !connective[t.text]
	case next.is("=="), next.is("!="), next.is("<"), next.is(">"), next.is("<="), next.is(">="), next.is("."), next.is("in"):
		return true
	}
	return p.stringOp(1) != ""
}

// callLen is the number of tokens before the "(" of a call, 0 for no call.
func (p *parser) callLen() int {
	n := p.nameLen(0, false)
	if n == 0 {
		switch t := p.tok(); t.text {
		case "materialize", "toscalar", "totable":
			n = 1
		}
	}
	if n > 0 && p.ahead(n).is("(") {
		return n
	}
	return 0
}

func (p *parser) call() *Call {
	start := p.i
	c := &Call{}
	if p.is("[") {
		c.Func = p.quotedName()
	} else {
		p.i++
		c.Func = Name{p.from(start), p.toks[start].text, false}
	}
	open := p.i
	p.i++
	switch c.Func.Text {
	case "materialize", "toscalar", "totable":
		c.Args = []Expr{p.inside(open)}
	default:
		c.Args = listUntil(p, ")", false, p.argument)
	}
	p.close(open, ")")
	c.Pos = p.from(start)
	return c
}

func (p *parser) argument() Expr {
	if p.is("*") && (p.ahead(1).is(",") || p.ahead(1).is(")")) {
		p.i++
		return &Star{p.from(p.i - 1)}
	}
	return p.named()
}

// named reads `name = X`, `(a, b) = X` or X.
func (p *parser) named() Expr {
	start := p.i
	if n := p.nameLen(0, true); n > 0 && p.ahead(n).is("=") {
		name := p.newName()
		p.i++
		x := p.expr()
		return &Named{p.from(start), []Name{name}, false, x}
	}
	if t := p.tok(); t.kind == tWord && reserved[t.text] && p.ahead(1).is("=") {
		name := p.newName()
		p.take("=")
		x := p.expr()
		return &Named{p.from(start), []Name{name}, false, x}
	}
	if p.is("(") && p.startsNames() {
		p.i++
		names := list(p, p.newName)
		p.i += 2
		x := p.expr()
		return &Named{p.from(start), names, true, x}
	}
	return p.expr()
}

// startsNames says whether `(a, b) =` comes next.
func (p *parser) startsNames() bool {
	for n := 1; ; n++ {
		length := p.nameLen(n, true)
		if length == 0 {
			return false
		}
		n += length
		if p.ahead(n).is(")") {
			return p.ahead(n + 1).is("=")
		}
		if !p.ahead(n).is(",") {
			return false
		}
	}
}

func (p *parser) typeOf() Expr {
	start := p.i
	p.i++
	open := p.i
	n := &TypeOf{}
	if first := p.ahead(1); !p.ahead(2).is(":") && !first.is("*") && !first.is("[") && !first.is(")") {
		p.i++
		n.Type = p.typeName(true)
		p.close(open, ")")
	} else {
		n.Columns, n.Star = p.schema()
	}
	n.Pos = p.from(start)
	return n
}

func (p *parser) datatable() Expr {
	start := p.i
	p.i++
	n := &Datatable{}
	n.Columns, _ = p.schema()
	open := p.i
	p.expect("[")
	p.take(",")
	n.Values = listUntil(p, "]", true, p.bareLiteral)
	p.close(open, "]")
	n.Pos = p.from(start)
	return n
}

func (p *parser) externalData() Expr {
	start := p.i
	p.i++
	n := &ExternalData{}
	n.Columns, _ = p.schema()
	open := p.i
	p.expect("[")
	n.URIs = listUntil(p, "]", true, p.expr)
	p.close(open, "]")
	if p.take("with") {
		n.Options = p.optionList()
	}
	n.Pos = p.from(start)
	return n
}

// bareLiteral is a literal where no expression may stand: a sign belongs to it.
func (p *parser) bareLiteral() Expr {
	start := p.i
	t, next := p.tok(), p.ahead(1)
	if (t.is("-") || t.is("+")) && p.touches(1) && (next.kind == tLong || next.kind == tReal || next.kind == tSpan) {
		p.i += 2
		return p.literalAt(start, strings.TrimPrefix(t.text, "+")+next.text)
	}
	switch {
	case t.kind == tLong, t.kind == tReal, t.kind == tSpan, t.kind == tText, t.kind == tTyped, t.kind == tGUID, isBool(t),
		t.is("dynamic") && next.is("("), t.is("typeof") && next.is("("), t.is("{"):
		return p.primary()
	}
	p.fail("expected a constant, found %s", p.found())
	return &Bad{Pos{diag.Span{Start: p.prevEnd(), End: p.prevEnd()}}}
}

func isBool(t token) bool {
	if t.kind != tWord {
		return false
	}
	switch t.text {
	case "true", "True", "TRUE", "false", "False", "FALSE":
		return true
	}
	return false
}
