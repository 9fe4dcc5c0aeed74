package plan

import (
	"github.com/dogwatch-dev/dogwatch/kql/syntax"
	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// Several is tables beside one another: the result of fork, facet and preview,
// or of several queries in one text. Only the end of a query may be one.
type Several struct {
	node
	Parts []Part
	// named says that the parts are names for what follows, and a result only
	// where nothing follows.
	named bool
}

// A Part is one of several results.
type Part struct {
	Name   string // "" when its author gave none
	Render string
	In     Node
}

// Inputs of the node.
func (n *Several) Inputs() []Node {
	var out []Node
	for _, p := range n.Parts {
		out = append(out, p.In)
	}
	return out
}

// Parts are the results of a plan, of which there is one as a rule.
func (p *Plan) Parts() []Part {
	if s, ok := p.Root.(*Several); ok {
		return s.Parts
	}
	return []Part{{Render: p.Render, In: p.Root}}
}

// part takes apart what only notes how a result wants to be shown.
func part(name string, n Node) Part {
	if r, ok := n.(*Render); ok {
		return Part{name, r.Kind, r.In}
	}
	return Part{name, "", n}
}

// resultName is the name that a query ends with, by as.
func resultName(x syntax.Expr) string {
	switch x := x.(type) {
	case *syntax.Paren:
		return resultName(x.X)
	case *syntax.Pipeline:
		return lastName(x.Ops)
	}
	return ""
}

func lastName(ops []syntax.Op) string {
	if len(ops) == 0 {
		return ""
	}
	if as, ok := ops[len(ops)-1].(*syntax.As); ok {
		return as.Name.Text
	}
	return ""
}

// joined is all results of a text's queries, in their order.
func joined(all []Part) Node {
	switch len(all) {
	case 0:
		return nil
	case 1:
		if all[0].Render != "" {
			return &Render{node{all[0].In.Schema()}, all[0].In, all[0].Render}
		}
		return all[0].In
	}
	return &Several{Parts: all}
}

// notOne reports several tables where one is needed.
func (b *binder) notOne(at syntax.Node) {
	b.unsupported(at, "several tables where one is needed").Hint = "fork, facet and preview end a query"
}

// again gives a table to be read several times: once more each time where that
// takes the same steps over a table of logs, else kept.
func again(n Node) Node {
	if repeats(n) {
		return n
	}
	return &Shared{node{n.Schema()}, n}
}

// repeats says whether a table gives the same rows each time that it is read,
// and holds none of them.
func repeats(n Node) bool {
	for _, e := range exprsOf(n) {
		if volatile(e) || len(Subplans(e)) > 0 {
			return false
		}
	}
	switch n := n.(type) {
	case *Scan, *Shared, *Values:
		return true
	case *Where:
		return repeats(n.In)
	case *Project:
		return !n.Ordered && repeats(n.In)
	case *Parse:
		return repeats(n.In)
	case *ParseKV:
		return repeats(n.In)
	}
	return false
}

// volatile says whether an expression gives another value each time.
func volatile(e Expr) bool {
	found := false
	Walk(e, func(e Expr) bool {
		if c, ok := e.(*Call); ok && c.Bound.Volatile {
			found = true
		}
		return !found
	})
	return found
}

// fork binds the queries of fork, each over the same rows.
func (b *binder) fork(op *syntax.Fork, in Node, s *scope) Node {
	in = again(in)
	out := &Several{}
	for i, ops := range op.Subs {
		name := lastName(ops)
		if op.Names[i] != nil {
			name = op.Names[i].Text
		}
		n := b.steps(ops, in, newScope(s))
		if n == nil {
			return &Values{}
		}
		out.Parts = append(out.Parts, part(name, n))
	}
	return out
}

// steps binds operators one after another; nil after a mistake.
func (b *binder) steps(ops []syntax.Op, in Node, s *scope) Node {
	for _, o := range ops {
		before := len(b.errs)
		if in = b.operator(o, in, s); len(b.errs) > before {
			return nil
		}
	}
	switch in.(type) {
	case *Several:
		b.notOne(ops[len(ops)-1])
		return nil
	case Graph:
		b.notATable(ops[len(ops)-1])
		return nil
	}
	return in
}

// facet counts the values of each column, behind what a query gives of the rows.
func (b *binder) facet(op *syntax.Facet, in Node, s *scope) Node {
	in = again(in)
	out := &Several{}
	if op.With != nil {
		n := b.steps(op.With, in, newScope(s))
		if n == nil {
			return &Values{}
		}
		out.Parts = append(out.Parts, part("", n))
	}
	for _, x := range op.By {
		name := autoName(x, in.Schema())
		count := &syntax.Named{
			Pos:   syntax.Pos{At: x.Span()},
			Names: []syntax.Name{{Text: "count_" + name}},
			X:     &syntax.Call{Pos: syntax.Pos{At: x.Span()}, Func: syntax.Name{Text: "count"}},
		}
		sum := &syntax.Summarize{Pos: syntax.Pos{At: x.Span()}, Aggs: []syntax.Expr{count}, By: []syntax.Expr{x}}
		before := len(b.errs)
		n := b.summarize(sum, in, s)
		if len(b.errs) > before {
			return &Values{}
		}
		out.Parts = append(out.Parts, Part{Name: name, In: n})
	}
	return out
}

// preview is the first rows of a table, and how many there are.
func (b *binder) preview(op *syntax.Evaluate, in Node, s *scope) Node {
	a := b.pluginArgs(op, in, s)
	n := a.param("the number of rows", value.Long, value.Int)
	if len(a.left) > 0 {
		b.fail(a.left[0], "%s() takes no further arguments", a.n.Name)
	}
	if a.bad || n == nil {
		return &Values{}
	}
	in = again(in)
	return &Several{Parts: []Part{
		{In: &Take{node{in.Schema()}, in, n}}, {In: b.count(&syntax.Count{Pos: op.Pos}, in)},
	}}
}
