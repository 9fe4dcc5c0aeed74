package syntax

// Union is `union kind=outer withsource=S isfuzzy=true T1, (T2 | ...)`.
// Tables may be *Pattern (`union Kube*`).
type Union struct {
	Pos
	Options []Option
	Tables  []Expr
}

func (*Union) op() {}

func (p *parser) union(start int) Op {
	n := &Union{Options: p.options("best_effort"), Tables: list(p, p.table)}
	n.Pos = p.from(start)
	return n
}

// table reads one of the tables of union: a name, perhaps with wildcards, a
// query in parentheses, a call, database("d").T.
func (p *parser) table() Expr {
	start := p.i
	if x := p.wildcard(); x != nil {
		return x
	}
	x := p.primary()
	for !p.bad && (p.is(".") || p.is("[")) && p.link() {
		if p.is("[") {
			x = p.index(x)
			continue
		}
		p.i++
		if p.wildcard() != nil {
			pos := p.from(start)
			return &Unsupported{Pos: pos, Feature: "wildcards after a dot", Text: p.f.Slice(pos.At)}
		}
		x = p.member(x)
	}
	return x
}

func (n *Union) print(w *printer) {
	w.put("union")
	w.options(n.Options)
	w.put(" ")
	w.list(n.Tables)
}
