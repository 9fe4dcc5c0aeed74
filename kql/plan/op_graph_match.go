package plan

import (
	"slices"

	"github.com/dogwatch-dev/dogwatch/kql/syntax"
	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// GraphMatch finds the places in a graph where a pattern fits.
//
// Its expressions see one row a match: the columns of each element of the
// pattern (Elems), then what is computed of edges of several steps (Lists).
type GraphMatch struct {
	node
	In      Graph
	Elems   []GraphElem
	Lists   []GraphList
	Where   []Expr // all must hold
	Project []Expr
	Width   int    // of the elements' columns
	Cycles  string // all, none, unique_edges
	// Shortest keeps the shortest paths between each two nodes: one, or All.
	Shortest, All bool
}

// A GraphElem is a node or an edge of a pattern.
//
// The columns of a node are its properties, then how many edges lead to it and
// how many from it. Those of an edge are its properties; of an edge of several
// steps arrays of them.
type GraphElem struct {
	Name string // "" for one that nobody names
	Edge bool
	At   int // number of its first column

	// Of an edge: the nodes beside it in the pattern, which way it may lead, and
	// how many steps it has, if it is Many.
	Left, Right     int
	ToLeft, ToRight bool
	Many            bool
	Low, High       int64
}

// A GraphList is computed of an edge of several steps: any, all, or map. X sees
// the columns of the step (its edge, or for Inner the node between two steps),
// then those of the match.
type GraphList struct {
	Kind  string
	Edge  int // element
	Inner bool
	X     Expr
}

// Inputs of the node.
func (n *GraphMatch) Inputs() []Node { return []Node{n.In} }

func (n *GraphMatch) exprs() []Expr {
	out := append(slices.Clone(n.Where), n.Project...)
	for _, l := range n.Lists {
		out = append(out, l.X)
	}
	return out
}

// properties are the properties of nodes and of edges that are read: as columns
// of the elements, and of the steps that lists look at.
func (n *GraphMatch) properties(cols []int) (nodes, edges []int) {
	elem := func(c int) {
		if c < 0 || c >= n.Width {
			return
		}
		e := &n.Elems[n.ElemOf(c)]
		switch p := c - e.At; {
		case e.Edge:
			edges = append(edges, p)
		case p < len(n.In.NodeSchema()):
			nodes = append(nodes, p)
		}
	}
	for _, c := range cols {
		elem(c)
	}
	for i := range n.Lists {
		n.listProperties(&n.Lists[i], elem, &nodes, &edges)
	}
	return nodes, edges
}

func (n *GraphMatch) listProperties(l *GraphList, elem func(int), nodes, edges *[]int) {
	own, width := len(n.In.EdgeSchema()), len(n.In.EdgeSchema())
	if l.Inner {
		own, width = len(n.In.NodeSchema()), len(nodeColumns(n.In))
	}
	Walk(l.X, func(e Expr) bool {
		c, ok := e.(*Col)
		switch {
		case !ok:
		case c.Index >= width:
			elem(c.Index - width)
		case c.Index >= own: // a degree
		case l.Inner:
			*nodes = append(*nodes, c.Index)
		default:
			*edges = append(*edges, c.Index)
		}
		return true
	})
}

// columns are those of an element.
func (n *GraphMatch) columns(e *GraphElem) value.Schema {
	switch {
	case !e.Edge:
		return nodeColumns(n.In)
	case !e.Many:
		return n.In.EdgeSchema()
	}
	out := slices.Clone(n.In.EdgeSchema())
	for i := range out {
		out[i].Type = value.Dynamic
	}
	return out
}

// nodeColumns are a node's properties and its degrees, whose names nobody can
// write.
func nodeColumns(g Graph) value.Schema {
	return append(slices.Clone(g.NodeSchema()), value.Field{Name: "$in", Type: value.Long}, value.Field{Name: "$out", Type: value.Long})
}

// a matcher binds one graph-match.
type matcher struct {
	b     *binder
	n     *GraphMatch
	s     *scope
	named map[string]int
}

func (b *binder) graphMatch(op *syntax.GraphMatch, in Graph, s *scope) Node {
	m := &matcher{b: b, n: &GraphMatch{In: in, Cycles: "unique_edges", Shortest: op.Shortest}, s: s, named: map[string]int{}}
	before := len(b.errs)
	m.options(op)
	m.pattern(op)
	if len(b.errs) > before {
		return &Values{}
	}
	if op.Where != nil {
		m.where(op.Where)
	}
	m.project(op)
	if m.n.Shortest && len(b.errs) == before {
		m.shortest(op)
	}
	if len(b.errs) > before {
		return &Values{}
	}
	return m.n
}

func (m *matcher) options(op *syntax.GraphMatch) {
	for _, o := range op.Options {
		word := ""
		if id, ok := o.Value.(*syntax.Ident); ok {
			word = id.Name.Text
		}
		switch {
		case o.Name == "cycles" && !op.Shortest:
			m.n.Cycles = word
			if !slices.Contains([]string{"all", "none", "unique_edges"}, word) {
				m.b.fail(o, "cycles are all, none or unique_edges, not %q", word)
			}
		case o.Name == "output" && op.Shortest:
			m.n.All = word == "all"
			if word != "all" && word != "any" {
				m.b.fail(o, "the output is any or all, not %q", word)
			}
		default:
			m.b.unsupported(o, "the option "+o.Name+" of a pattern of a graph")
		}
	}
}

// pattern lays out the elements.
func (m *matcher) pattern(op *syntax.GraphMatch) {
	before := len(m.b.errs)
	for i := range op.Paths {
		m.path(&op.Paths[i])
	}
	if len(m.b.errs) > before {
		return
	}
	switch loops, parts := m.shape(); {
	case parts > 1:
		m.b.unsupported(op, "a pattern whose parts are not connected").Hint = "its parts share the name of a node"
	case loops && m.n.Cycles == "none":
		m.b.fail(op, "the pattern is a cycle, and cycles=none leaves out cycles")
	}
	at := 0
	for i := range m.n.Elems {
		m.n.Elems[i].At = at
		at += len(m.n.columns(&m.n.Elems[i]))
	}
	m.n.Width = at
}

func (m *matcher) path(p *syntax.GraphPath) {
	left, open := -1, -1 // the node and the edge before
	for i := range p.Parts {
		part := &p.Parts[i]
		switch {
		case part.Edge && (left < 0 || open >= 0 || i == len(p.Parts)-1):
			m.b.fail(part, "an edge stands between two nodes").Hint = "(a)-[e]->(b)"
			return
		case part.Edge:
			open = m.edge(part, left)
		case left >= 0 && open < 0:
			m.b.fail(part, "an edge stands between two nodes").Hint = "(a)-[e]->(b)"
			return
		default:
			node := m.node(part)
			if open >= 0 {
				m.n.Elems[open].Right = node
			}
			left, open = node, -1
		}
	}
}

// node is the element of a node: one that has a name is the same wherever it is
// named.
func (m *matcher) node(part *syntax.GraphPart) int {
	name := ""
	if part.Name != nil {
		name = part.Name.Text
		if i, ok := m.named[name]; ok {
			if m.n.Elems[i].Edge {
				m.b.fail(part.Name, "%q is an edge", name)
			}
			return i
		}
	}
	return m.add(GraphElem{Name: name})
}

func (m *matcher) edge(part *syntax.GraphPart, left int) int {
	e := GraphElem{Edge: true, Left: left, ToLeft: part.From, ToRight: part.To}
	if !part.From && !part.To {
		e.ToLeft, e.ToRight = true, true
	}
	if part.Name != nil {
		e.Name = part.Name.Text
		if _, twice := m.named[e.Name]; twice {
			m.b.fail(part.Name, "the name %q is given twice", e.Name)
		}
	}
	if part.Low != nil {
		e.Many = true
		e.Low, e.High = m.steps(part.Low), m.steps(part.High)
		if e.Low > e.High {
			m.b.fail(part, "an edge of %d to %d steps", e.Low, e.High)
		}
	}
	return m.add(e)
}

// steps is a number of steps.
func (m *matcher) steps(x syntax.Expr) int64 {
	c, ok := m.b.scalar(x, &env{scope: m.s}).(*Const)
	if !ok || c.V.IsNull() || wide(c.V.Type()) != value.Long || c.V.Int() < 0 {
		m.b.fail(x, "the number of steps is a whole number, known beforehand")
		return 0
	}
	return c.V.Int()
}

func (m *matcher) add(e GraphElem) int {
	i := len(m.n.Elems)
	m.n.Elems = append(m.n.Elems, e)
	if e.Name != "" {
		m.named[e.Name] = i
	}
	return i
}

// shape says whether the pattern has a cycle, and how many parts it has that
// nothing connects.
func (m *matcher) shape() (loops bool, parts int) {
	part := make([]int, len(m.n.Elems)) // an element that stands for the node's part
	for i := range part {
		part[i] = i
	}
	find := func(i int) int {
		for part[i] != i {
			i = part[i]
		}
		return i
	}
	for _, e := range m.n.Elems {
		if !e.Edge {
			parts++
		}
	}
	for _, e := range m.n.Elems {
		if !e.Edge {
			continue
		}
		l, r := find(e.Left), find(e.Right)
		if l == r {
			loops = true
			continue
		}
		part[l] = r
		parts--
	}
	return loops, parts
}

// env is what expressions over a match may name.
func (m *matcher) env() *env {
	return &env{scope: m.s, cols: value.Schema{}, member: m.member, call: m.call}
}

// member is a property of an element.
func (m *matcher) member(x *syntax.Path) (Expr, bool) {
	id, ok := x.X.(*syntax.Ident)
	if !ok {
		return nil, false
	}
	i, ok := m.named[id.Name.Text]
	if !ok {
		return nil, false
	}
	e := &m.n.Elems[i]
	own := m.n.In.NodeSchema()
	if e.Edge {
		own = m.n.columns(e)
	}
	c := own.Index(x.Name.Text)
	if c < 0 {
		m.b.unknownColumn(&x.Name, x.Name.Text, own)
		return bad, true
	}
	return &Col{e.At + c, id.Name.Text + "." + x.Name.Text, own[c].Type}, true
}

// call binds the functions of graphs.
func (m *matcher) call(x *syntax.Call) (Expr, bool) {
	switch x.Func.Text {
	case "any", "all", "map":
		return m.list(x), true
	case "node_degree_in", "node_degree_out":
		if e, ok := m.argument(x); ok {
			return degree(x.Func.Text, e.At, m.n.In), true
		}
		return bad, true
	case "labels":
		if len(x.Args) == 1 {
			if _, ok := m.element(x.Args[0]); ok {
				// a graph that a query makes has no labels
				return &Const{value.ArrayOf(nil)}, true
			}
		}
		m.b.fail(x, "labels() takes a node or an edge of the pattern")
		return bad, true
	case "inner_nodes":
		m.b.fail(x, "inner_nodes() stands only first in any(), all() and map()")
		return bad, true
	case "node_id":
		m.b.unsupported(x, "node_id()").Hint = "with_node_id=Name of make-graph is a property that holds the key"
		return bad, true
	}
	return nil, false
}

// degree is the column of a node's degree; at is its first column.
func degree(name string, at int, g Graph) Expr {
	c := at + len(g.NodeSchema())
	if name == "node_degree_out" {
		c++
	}
	return &Col{c, name + "()", value.Long}
}

// element is the element that an argument names.
func (m *matcher) element(x syntax.Expr) (*GraphElem, bool) {
	id, ok := x.(*syntax.Ident)
	if !ok {
		return nil, false
	}
	i, ok := m.named[id.Name.Text]
	if !ok {
		return nil, false
	}
	return &m.n.Elems[i], true
}

// argument is the only argument of a function: a node.
func (m *matcher) argument(x *syntax.Call) (*GraphElem, bool) {
	if len(x.Args) == 1 {
		if e, ok := m.element(x.Args[0]); ok && !e.Edge {
			return e, true
		}
	}
	m.b.fail(x, "%s() takes a node of the pattern", x.Func.Text)
	return nil, false
}

// list binds any(e, x), all(e, x) and map(e, x); e may be inner_nodes(e).
func (m *matcher) list(x *syntax.Call) Expr {
	if len(x.Args) != 2 {
		m.b.fail(x, "%s() takes an edge of several steps, and what to compute of each", x.Func.Text)
		return bad
	}
	of, inner := x.Args[0], false
	if call, ok := of.(*syntax.Call); ok && call.Func.Text == "inner_nodes" && len(call.Args) == 1 {
		of, inner = call.Args[0], true
	}
	e, ok := m.element(of)
	if !ok || !e.Many {
		m.b.fail(of, "%s() is for an edge of several steps, as -[e*1..3]->", x.Func.Text)
		return bad
	}
	return m.addList(x.Func.Text, m.named[e.Name], inner, x.Args[1], "")
}

// addList binds what is computed of each step of an edge, and gives its column.
// through is the name of the edge where its properties are written with it.
func (m *matcher) addList(kind string, edge int, inner bool, x syntax.Expr, through string) Expr {
	cols := m.n.In.EdgeSchema()
	if inner {
		cols = nodeColumns(m.n.In)
	}
	v := &env{scope: m.s, cols: cols}
	v.member = func(p *syntax.Path) (Expr, bool) {
		if id, ok := p.X.(*syntax.Ident); ok && through != "" && id.Name.Text == through {
			return m.b.scalar(&syntax.Ident{Pos: p.Name.Pos, Name: p.Name}, &env{scope: newScope(nil), cols: cols}), true
		}
		return m.outer(p, len(cols))
	}
	v.call = func(c *syntax.Call) (Expr, bool) {
		if inner && (c.Func.Text == "node_degree_in" || c.Func.Text == "node_degree_out") && len(c.Args) == 0 {
			return degree(c.Func.Text, 0, m.n.In), true
		}
		if c.Func.Text == "labels" && len(c.Args) == 0 {
			return &Const{value.ArrayOf(nil)}, true
		}
		return nil, false
	}
	e := m.b.scalar(x, v)
	typ := value.Bool
	switch {
	case isBad(e):
		return bad
	case kind == "map":
		typ = value.Dynamic
	case !isCondition(e.Type()):
		m.b.notCondition(x, e)
		return bad
	}
	m.n.Lists = append(m.n.Lists, GraphList{kind, edge, inner, e})
	return &Col{m.n.Width + len(m.n.Lists) - 1, kind + "()", typ}
}

// outer is a property of another element, from within a list.
func (m *matcher) outer(p *syntax.Path, shift int) (Expr, bool) {
	e, ok := m.member(p)
	if !ok {
		return nil, false
	}
	c, ok := e.(*Col)
	if !ok {
		return e, true
	}
	if el, _ := m.element(p.X); el.Many {
		m.b.unsupported(p, "a property of an edge of several steps within any(), all() and map()").Hint = "write the name of the property alone"
		return bad, true
	}
	return &Col{shift + c.Index, c.Name, c.Typ}, true
}

// where binds the conditions. One that names a property of an edge of several
// steps must hold for each step.
func (m *matcher) where(x syntax.Expr) {
	switch x := x.(type) {
	case *syntax.Paren:
		m.where(x.X)
		return
	case *syntax.Binary:
		if x.Op == "and" {
			m.where(x.X)
			m.where(x.Y)
			return
		}
	}
	e := m.condition(x)
	if isBad(e) {
		return
	}
	if !isCondition(e.Type()) {
		m.b.notCondition(x, e)
		return
	}
	m.n.Where = append(m.n.Where, e)
}

func (m *matcher) condition(x syntax.Expr) Expr {
	edge, plain := m.bare(x)
	switch {
	case edge < 0:
		return m.b.scalar(x, m.env())
	case !plain:
		m.unclear(x)
		return bad
	}
	return m.addList("all", edge, false, x, m.n.Elems[edge].Name)
}

// unclear reports a property of an edge of several steps where it could mean
// each value or the list of them.
func (m *matcher) unclear(x syntax.Node) {
	m.b.unsupported(x, "a property of an edge of several steps in an expression").Hint = "all(e, ...) and any(e, ...) test each step, map(e, ...) computes with each"
}

// bare looks for properties of edges of several steps that stand outside
// any(), all() and map(): the edge, or -1. plain says that there is one such
// edge and that its properties are only compared.
func (m *matcher) bare(x syntax.Expr) (edge int, plain bool) {
	edge = -1
	var calls, many bool
	syntax.Walk(x, func(n syntax.Node) bool {
		switch n := n.(type) {
		case *syntax.Call:
			switch n.Func.Text {
			case "any", "all", "map":
				return false
			case "not":
			default:
				calls = true
			}
		case *syntax.Path:
			if e, ok := m.element(n.X); ok && e.Many {
				at := m.named[e.Name]
				many = many || edge >= 0 && edge != at
				edge = at
			}
		}
		return true
	})
	return edge, !calls && !many
}

// project binds the columns of the result.
func (m *matcher) project(op *syntax.GraphMatch) {
	if len(op.Project) == 0 {
		m.b.fail(op, "the operator needs project").Hint = "project a.Name, Path = map(e, Kind)"
		return
	}
	for _, x := range op.Project {
		y := x
		if n, ok := x.(*syntax.Named); ok {
			y = n.X
		}
		if _, whole := y.(*syntax.Path); whole {
			continue
		}
		if edge, _ := m.bare(y); edge >= 0 {
			m.unclear(y)
		}
	}
	taken := m.b.newNames()
	for _, t := range m.b.columns(op.Project, m.env()) {
		if t.given && !taken.write(t.name) {
			m.b.fail(op, "the column %q is given twice", t.name)
		}
		m.n.schema = append(m.n.schema, value.Field{Name: taken.take(t.name), Type: t.x.Type()})
		m.n.Project = append(m.n.Project, t.x)
	}
}

// shortest holds graph-shortest-paths to what has one meaning: one edge of
// several steps between two nodes, and conditions on the ends, or on every step.
func (m *matcher) shortest(op *syntax.GraphMatch) {
	if len(m.n.Elems) != 3 || !m.n.Elems[1].Many || m.n.Elems[1].Low > 1 || m.n.Elems[1].Left == m.n.Elems[1].Right {
		m.b.unsupported(op, "graph-shortest-paths of a pattern other than (a)-[e*1..n]->(b)")
		return
	}
	for _, p := range m.n.Where {
		if !m.n.Local(p) {
			m.b.unsupported(op, "graph-shortest-paths with a condition on a path as a whole").Hint = "conditions on the ends, and all(e, ...) and all(inner_nodes(e), ...), can be asked"
			return
		}
	}
}

// Local says whether a condition is on the nodes of the pattern, or is an all()
// that looks at one step at a time.
func (n *GraphMatch) Local(p Expr) bool {
	if l, ok := n.ListOf(p); ok {
		return l.Kind == "all" && n.Alone(l)
	}
	local := true
	Walk(p, func(e Expr) bool {
		if c, ok := e.(*Col); ok {
			local = local && c.Index < n.Width && !n.Elems[n.ElemOf(c.Index)].Edge
		}
		return local
	})
	return local
}

// ListOf is the list that an expression is the column of.
func (n *GraphMatch) ListOf(p Expr) (*GraphList, bool) {
	c, ok := p.(*Col)
	if !ok || c.Index < n.Width {
		return nil, false
	}
	return &n.Lists[c.Index-n.Width], true
}

// ElemOf is the element that a column belongs to.
func (n *GraphMatch) ElemOf(col int) int {
	i, _ := slices.BinarySearchFunc(n.Elems, col+1, func(e GraphElem, c int) int { return e.At - c })
	return i - 1
}

// Alone says whether a list's expression reads nothing but its step.
func (n *GraphMatch) Alone(l *GraphList) bool {
	own := len(n.In.EdgeSchema())
	if l.Inner {
		own = len(nodeColumns(n.In))
	}
	alone := true
	Walk(l.X, func(e Expr) bool {
		if c, ok := e.(*Col); ok {
			alone = alone && c.Index < own
		}
		return alone
	})
	return alone
}
