package syntax

// MakeSeries is `make-series a=count() default=0 on T from X to Y step Z by k`.
type MakeSeries struct {
	Pos
	Options        []Option
	Aggs           []SeriesAgg
	On             Expr
	From, To, Step Expr
	Range          Expr // `in range(a, b, c)`: a *Call
	By             []Expr
}

// SeriesAgg is one aggregate of make-series.
type SeriesAgg struct {
	Pos
	X       Expr // *Named or *Call
	Default Expr
}

func (*MakeSeries) op() {}

func (p *parser) makeSeries(start int) Op {
	n := &MakeSeries{Options: p.options(), Aggs: list(p, p.seriesAgg)}
	p.expect("on")
	n.On = p.named()
	p.seriesRange(n)
	if p.take("by") {
		n.By = p.columns()
	}
	n.Pos = p.from(start)
	return n
}

func (p *parser) seriesAgg() SeriesAgg {
	start := p.i
	a := SeriesAgg{X: p.named()}
	if p.take("default") {
		p.expect("=")
		a.Default = p.expr()
	}
	a.Pos = p.from(start)
	return a
}

// seriesRange is `from X to Y step Z` or `in range(X, Y, Z)`.
func (p *parser) seriesRange(n *MakeSeries) {
	if p.take("in") {
		if !p.is("range") {
			p.fail("expected range(...), found %s", p.found())
			return
		}
		n.Range = p.requiredCall()
		return
	}
	if p.take("from") {
		n.From = p.expr()
	}
	if p.take("to") {
		n.To = p.expr()
	}
	p.expect("step")
	n.Step = p.expr()
}

func (n *MakeSeries) print(w *printer) {
	w.put("make-series")
	w.options(n.Options)
	for i, a := range n.Aggs {
		if i > 0 {
			w.put(",")
		}
		w.put(" ")
		w.expr(a.X, anyLevel)
		if a.Default != nil {
			w.put(" default = ")
			w.expr(a.Default, anyLevel)
		}
	}
	w.put(" on ")
	w.expr(n.On, anyLevel)
	w.clause(" in ", n.Range)
	w.clause(" from ", n.From)
	w.clause(" to ", n.To)
	w.clause(" step ", n.Step)
	if len(n.By) > 0 {
		w.put(" by ")
		w.list(n.By)
	}
}
