package syntax

// Scan is `scan with (step s: cond => a = b; ...)`.
type Scan struct {
	Pos
	Options []Option
	OrderBy []Order
	Partial []Expr
	Declare []*Param
	Steps   []ScanStep
}

// ScanStep is one step of scan.
type ScanStep struct {
	Pos
	Name     Name
	Optional bool
	Output   string // "", all, last, none
	Cond     Expr
	Assign   []Expr // *Named
}

func (*Scan) op() {}

func (p *parser) scan(start int) Op {
	n := &Scan{Options: p.options()}
	if p.take("order") {
		p.expectBy()
		n.OrderBy = list(p, p.order)
	}
	if p.take("partition") {
		p.expectBy()
		n.Partial = list(p, p.expr)
	}
	if p.is("declare") {
		p.i++
		open := p.i
		p.expect("(")
		n.Declare = listUntil(p, ")", false, p.param)
		p.close(open, ")")
	}
	p.expect("with")
	open := p.i
	p.expect("(")
	for !p.bad && p.is("step") {
		n.Steps = append(n.Steps, p.scanStep())
	}
	p.close(open, ")")
	n.Pos = p.from(start)
	return n
}

// scanStep reads `step name optional output=all: condition => a = 1, b = 2;`.
func (p *parser) scanStep() ScanStep {
	start := p.i
	p.i++
	s := ScanStep{Name: p.newName()}
	s.Optional = p.take("optional")
	if p.take("output") {
		p.expect("=")
		if kind := p.oneOf("all", "last", "none"); kind != nil {
			s.Output = kind.text
		} else {
			p.fail("expected all, last or none, found %s", p.found())
		}
	}
	p.expect(":")
	s.Cond = p.expr()
	if p.take("=>") {
		s.Assign = p.columns()
	}
	p.expect(";")
	s.Pos = p.from(start)
	return s
}

func (n *Scan) print(w *printer) {
	w.put("scan")
	w.options(n.Options)
	for i := range n.OrderBy {
		w.put([]string{" order by ", ", "}[min(i, 1)])
		n.OrderBy[i].print(w)
	}
	if len(n.Partial) > 0 {
		w.put(" partition by ")
		w.list(n.Partial)
	}
	if len(n.Declare) > 0 {
		w.put(" declare (")
		w.params(n.Declare)
		w.put(")")
	}
	w.put(" with (")
	for i := range n.Steps {
		w.put(" ")
		n.Steps[i].print(w)
	}
	w.put(")")
}

func (s *ScanStep) print(w *printer) {
	w.put("step ")
	w.name(s.Name, true)
	if s.Optional {
		w.put(" optional")
	}
	if s.Output != "" {
		w.put(" output = " + s.Output)
	}
	w.put(": ")
	w.expr(s.Cond, anyLevel)
	if len(s.Assign) > 0 {
		w.put(" => ")
		w.list(s.Assign)
	}
	w.put(";")
}
