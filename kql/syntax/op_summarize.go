package syntax

// Summarize is `summarize Aggs by By`; either may be absent.
type Summarize struct {
	Pos
	Options []Option
	Aggs    []Expr
	By      []Expr
}

func (*Summarize) op() {}

func (p *parser) summarize(start int) Op {
	n := &Summarize{Options: p.options()}
	if !p.startsBy() && !p.atEnd() {
		n.Aggs = p.columns()
	}
	if p.startsBy() {
		p.i++
		n.By = p.columns()
	}
	if p.is("bin") && p.ahead(1).is("=") {
		// An old spelling of bin() around the last key.
		p.i = start
		return p.unsupported("summarize ... by ... bin=", "|", ";")
	}
	n.Pos = p.from(start)
	return n
}

// startsBy tells the word from a column that is called by.
func (p *parser) startsBy() bool {
	return !p.bad && p.is("by") && !p.ahead(1).is("=")
}

func (n *Summarize) print(w *printer) {
	w.put("summarize")
	w.options(n.Options)
	if len(n.Aggs) > 0 {
		w.put(" ")
		w.list(n.Aggs)
	}
	if len(n.By) > 0 {
		w.put(" by ")
		w.list(n.By)
	}
}
