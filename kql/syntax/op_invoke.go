package syntax

// Invoke is `invoke f(args)`.
type Invoke struct {
	Pos
	Call *Call
}

func (*Invoke) op() {}

func (p *parser) invoke(start int) Op {
	n := &Invoke{Call: p.requiredCall()}
	if p.is(".") {
		p.i = start
		return p.unsupported("invoke of a function elsewhere", "|", ";")
	}
	n.Pos = p.from(start)
	return n
}

// requiredCall reads a call where nothing else can stand.
func (p *parser) requiredCall() *Call {
	if !p.bad && p.callLen() > 0 {
		return p.call()
	}
	e := p.fail("expected a function call, found %s", p.found())
	if p.nameLen(0, false) > 0 {
		e.Hint = "write " + clip(p.tok().text) + "(...)"
	}
	return &Call{Pos: p.nowhere()}
}

func (n *Invoke) print(w *printer) {
	w.put("invoke ")
	w.expr(n.Call, anyLevel)
}
