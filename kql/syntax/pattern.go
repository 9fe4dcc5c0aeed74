package syntax

// declarePattern reads `declare pattern name = (a:string)[path:string]` and its
// cases. One without a definition stands for what another program fills in.
func (p *parser) declarePattern() Statement {
	start := p.i
	p.i += 2
	n := &DeclarePattern{Name: p.name()}
	if p.is(";") || p.tok().kind == tEOF {
		n.Pos = p.from(start)
		return n
	}
	p.expect("=")
	open := p.i
	p.expect("(")
	n.Params = list(p, p.column)
	p.close(open, ")")
	if open = p.i; p.take("[") {
		n.Path = p.column()
		p.close(open, "]")
	}
	open = p.i
	p.expect("{")
	for !p.bad && (len(n.Cases) == 0 || !p.is("}")) {
		n.Cases = append(n.Cases, p.patternCase())
		p.expect(";")
	}
	p.close(open, "}")
	n.Pos = p.from(start)
	return n
}

// patternCase is `("a", "b").["path"] = { body }`.
func (p *parser) patternCase() *PatternCase {
	start := p.i
	n := &PatternCase{}
	open := p.i
	p.expect("(")
	n.Values = list(p, p.expr)
	p.close(open, ")")
	if p.take(".") {
		open = p.i
		p.expect("[")
		n.Path = p.expr()
		p.close(open, "]")
	}
	p.expect("=")
	n.Body = p.body()
	n.Pos = p.from(start)
	return n
}

func (n *DeclarePattern) print(w *printer) {
	w.put("declare pattern ")
	w.name(n.Name, false)
	if len(n.Cases) == 0 {
		return
	}
	w.put(" = (")
	w.params(n.Params)
	w.put(")")
	if n.Path != nil {
		w.put("[")
		w.node(n.Path)
		w.put("]")
	}
	w.put(" {")
	w.indent++
	for _, c := range n.Cases {
		w.line()
		w.node(c)
		w.put(";")
	}
	w.indent--
	w.line()
	w.put("}")
}

func (n *PatternCase) print(w *printer) {
	w.put("(")
	w.list(n.Values)
	w.put(")")
	if n.Path != nil {
		w.put(".[")
		w.expr(n.Path, anyLevel)
		w.put("]")
	}
	w.put(" = {")
	w.body(n.Body)
	w.put("}")
}
