package syntax

// MacroExpand is `macro-expand Group as S ( S.T | take 1 )`: the union of a
// query over the members of a group.
type MacroExpand struct {
	Pos
	Options []Option
	Group   Expr // a name, an *EntityGroup, or a path of calls
	Scope   *Name
	Body    *Query
}

func (*MacroExpand) op() {}

func (p *parser) macroExpand(start int) Op {
	n := &MacroExpand{Options: p.options("best_effort"), Group: p.path()}
	if p.take("as") {
		name := p.name()
		n.Scope = &name
	}
	n.Body = p.bodyIn("(", ")")
	n.Pos = p.from(start)
	return n
}

func (n *MacroExpand) print(w *printer) {
	w.put("macro-expand")
	w.options(n.Options)
	w.put(" ")
	w.expr(n.Group, pathLevel)
	if n.Scope != nil {
		w.put(" as ")
		w.name(*n.Scope, false)
	}
	w.put(" (")
	w.body(n.Body)
	w.put(")")
}

// entityGroup reads `entity_group [cluster("c").database("d"), ...]`.
func (p *parser) entityGroup() Expr {
	start := p.i
	p.i++
	open := p.i
	p.expect("[")
	n := &EntityGroup{Members: listUntil(p, "]", true, p.expr)}
	p.close(open, "]")
	n.Pos = p.from(start)
	return n
}

func (n *EntityGroup) print(w *printer) {
	w.put("entity_group [")
	w.list(n.Members)
	w.put("]")
}
