package syntax

import "slices"

// options reads what comes before an operator's arguments: kind=inner
// hint.strategy=shuffle withsource=T. own are names that are an option of this
// operator alone.
func (p *parser) options(own ...string) []Option {
	var all []Option
	for !p.bad {
		n := p.optionLen()
		if n == 0 && p.tok().kind == tWord && p.ahead(1).is("=") && slices.Contains(own, p.tok().text) {
			n = 1
		}
		if n == 0 {
			break
		}
		all = append(all, p.option(n))
	}
	return all
}

// optionLen is the number of tokens of the option's name that comes next.
func (p *parser) optionLen() int {
	t := p.tok()
	switch {
	case t.kind != tWord:
		return 0
	case t.text == "hint" && p.ahead(1).is(".") && p.ahead(2).kind == tWord && p.ahead(3).is("="):
		return 3
	case options[t.text] && p.ahead(1).is("="):
		return 1
	}
	return 0
}

// option reads an option whose name has n tokens.
func (p *parser) option(n int) Option {
	start := p.i
	name := ""
	for ; n > 0; n-- {
		name += p.tok().text
		p.i++
	}
	p.expect("=")
	x := p.optionValue()
	return Option{p.from(start), name, x}
}

// optionValue is a constant, or a word, which becomes an *Ident.
func (p *parser) optionValue() Expr {
	start := p.i
	t := p.tok()
	switch {
	case p.bad:
		return p.nothing()
	case t.kind == tWord && !isBool(t) && !(p.ahead(1).is("(") && (t.text == "dynamic" || t.text == "typeof")):
		p.i++
		return &Ident{p.from(start), Name{p.from(start), t.text, false}}
	case p.is("[") && p.nameLen(0, true) > 0:
		name := p.quotedName()
		return &Ident{p.from(start), name}
	}
	return p.bareLiteral()
}

// optionList is `(name = value, ...)` after with. A value may be a list of
// names, as in ycolumns=a, b: then the option is there once for each.
func (p *parser) optionList() []Option {
	open := p.i
	p.expect("(")
	p.take(",")
	var all []Option
	for !p.bad && !p.is(")") {
		start := p.i
		if p.ahead(1).is("=") || len(all) == 0 {
			name := p.newName()
			p.expect("=")
			x := p.listedValue()
			all = append(all, Option{p.from(start), name.Text, x})
		} else {
			x := p.optionValue()
			all = append(all, Option{p.from(start), all[len(all)-1].Name, x})
		}
		if !p.take(",") {
			break
		}
	}
	p.close(open, ")")
	return all
}

// listedValue may be an expression, as in title=strcat("a", b).
func (p *parser) listedValue() Expr {
	next := p.ahead(1)
	if next.is(",") || next.is(")") || p.is("-") || p.is("+") {
		return p.optionValue()
	}
	return p.expr()
}
