package syntax

// Render is `render timechart with (...)`.
type Render struct {
	Pos
	Kind    string
	Options []Option
}

func (*Render) op() {}

func (p *parser) render(start int) Op {
	n := &Render{}
	if t := p.tok(); t.kind == tWord {
		n.Kind = t.text
		p.i++
	} else {
		p.fail("expected a kind of chart, found %s", p.found())
	}
	n.Options = p.oldRenderOptions()
	if p.take("with") {
		n.Options = append(n.Options, p.optionList()...)
	}
	n.Pos = p.from(start)
	return n
}

// oldRenderOptions reads kind=, title=, accumulate= and by before with.
func (p *parser) oldRenderOptions() []Option {
	var all []Option
	for !p.bad && p.tok().kind == tWord {
		start, word := p.i, p.tok().text
		switch {
		case word == "by":
			p.i++
			for _, name := range list(p, p.newName) {
				all = append(all, Option{name.Pos, "by", &Ident{name.Pos, name}})
			}
		case p.ahead(1).is("=") && (word == "kind" || word == "title" || word == "accumulate"):
			all = append(all, p.option(1))
		case word == "with" && p.ahead(1).kind == tText:
			p.i++
			x := p.literal()
			all = append(all, Option{p.from(start), "with", x})
		default:
			return all
		}
	}
	return all
}

func (n *Render) print(w *printer) {
	w.put("render " + n.Kind)
	w.with(n.Options)
}
