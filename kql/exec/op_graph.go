package exec

import (
	"fmt"
	"slices"

	"github.com/dogwatch-dev/dogwatch/kql/fn"
	"github.com/dogwatch-dev/dogwatch/kql/plan"
	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// A graph is nodes and edges with their properties, by property. Behind a
// node's properties stand its degrees.
type graph struct {
	nodes, edges [][]value.Value
	keys         []value.Value // of nodes
	from, to     []int32       // of edges: their nodes
	out, in      [][]int32     // of nodes: their edges
	nodeOrigin   [][]int64
	edgeOrigin   [][]int64
}

// graphOf computes a graph, once a run.
func (r *run) graphOf(n plan.Graph) (*graph, error) {
	if g, ok := r.graphs[n]; ok {
		return g, nil
	}
	done := r.track()
	g, err := r.buildGraph(n)
	if done(); err != nil {
		return nil, err
	}
	if r.graphs == nil {
		r.graphs = map[plan.Graph]*graph{}
	}
	r.graphs[n] = g
	return g, nil
}

func (r *run) buildGraph(n plan.Graph) (*graph, error) {
	switch n := n.(type) {
	case *plan.MakeGraph:
		tables, err := r.graphTables(n)
		if err != nil {
			return nil, err
		}
		return r.makeGraph(n, tables)
	case *plan.GraphComponents:
		g, err := r.graphOf(n.In)
		if err != nil {
			return nil, err
		}
		return g.marked(n), nil
	}
	return nil, fmt.Errorf("no graph of %T", n)
}

// graphTables are the rows of the edges, and of each table of nodes.
func (r *run) graphTables(n *plan.MakeGraph) ([]*value.Batch, error) {
	var out []*value.Batch
	for _, in := range n.Inputs() {
		rows, err := r.collect(in)
		if err != nil {
			return nil, err
		}
		out = append(out, rows.batch())
	}
	return out, nil
}

// A graphMaker gives keys their nodes.
type graphMaker struct {
	n     *plan.MakeGraph
	need  []bool // the properties of nodes that are read; nil: all
	edges []bool // and of edges
	g     *graph
	known map[string]int32
	key   []byte
}

// makeGraph makes a graph of the rows of edges and of nodes. Rows of one key
// are one node: a property has the first value that is there.
func (r *run) makeGraph(n *plan.MakeGraph, tables []*value.Batch) (*graph, error) {
	m := &graphMaker{n: n, need: r.needed()[n], edges: plan.NeededOfEdges(r.needed(), n), g: &graph{nodes: make([][]value.Value, len(n.NodeSchema()))}, known: map[string]int32{}}
	for i, t := range n.Tables {
		m.table(t, tables[1+i])
	}
	m.addEdges(tables[0])
	if err := m.loose(); err != nil {
		return nil, err
	}
	m.g.degrees()
	// a number for each end of an edge, a place in two lists; a key and its number
	// for each node
	size := len(m.g.from)*2*8 + len(m.g.keys)*(valueSize*(len(m.g.nodes)+1)+100)
	return m.g, r.keepGraph(int64(size))
}

// keepGraph counts the memory of a graph.
func (r *run) keepGraph(size int64) error { return r.grow(size, "make-graph") }

// node is the number of a key's node.
func (m *graphMaker) node(key value.Value) (i int32, fresh bool) {
	m.key = key.GroupKey(m.key[:0])
	if i, ok := m.known[string(m.key)]; ok {
		return i, false
	}
	i = int32(len(m.g.keys))
	m.known[string(m.key)] = i
	m.g.keys = append(m.g.keys, key)
	m.g.nodeOrigin = append(m.g.nodeOrigin, nil)
	for c, f := range m.n.NodeSchema() {
		if m.reads(c) {
			m.g.nodes[c] = append(m.g.nodes[c], value.NullOf(f.Type))
		}
	}
	return i, true
}

func (m *graphMaker) reads(property int) bool { return m.need == nil || m.need[property] }

func (m *graphMaker) table(t plan.GraphTable, rows *value.Batch) {
	for row := range int32(rows.N) {
		i, _ := m.node(rows.At(int(row), t.Key))
		m.g.nodeOrigin[i] = append(m.g.nodeOrigin[i], originOf(rows, row)...)
		for c, p := range t.Map {
			if !m.reads(p) || !isAbsent(m.g.nodes[p][i]) {
				continue
			}
			v := rows.At(int(row), c)
			if m.n.NodeSchema()[p].Type == value.Dynamic {
				v = value.DynamicOf(v)
			}
			m.g.nodes[p][i] = v
		}
	}
}

// isAbsent says whether a property is not given; a text is then empty.
func isAbsent(v value.Value) bool { return v.IsNull() || v.Kind() == value.KString && v.Str() == "" }

// addEdges takes the rows of edges. A node that no table has gets no property but
// its key.
func (m *graphMaker) addEdges(rows *value.Batch) {
	for c := range rows.Cols {
		var vals []value.Value
		if m.edges == nil || m.edges[c] {
			vals = rows.Col(c, nil)
		}
		m.g.edges = append(m.g.edges, vals)
	}
	for row := range int32(rows.N) {
		m.g.edgeOrigin = append(m.g.edgeOrigin, originOf(rows, row))
		m.g.from = append(m.g.from, m.end(rows.At(int(row), m.n.Source)))
		m.g.to = append(m.g.to, m.end(rows.At(int(row), m.n.Target)))
	}
}

func (m *graphMaker) end(key value.Value) int32 {
	i, fresh := m.node(key)
	if fresh && len(m.n.Keys) == 1 {
		c := m.n.Keys[0]
		if typ := m.n.NodeSchema()[c].Type; typ != value.Dynamic {
			key = key.To(typ)
		}
		m.g.nodes[c][i] = key
	}
	return i
}

// loose refuses nodes without a row where several properties could hold the
// key.
func (m *graphMaker) loose() error {
	if len(m.n.Keys) < 2 {
		return nil
	}
	for i, key := range m.g.keys {
		if !slices.ContainsFunc(m.n.Keys, func(c int) bool { return !isAbsent(m.g.nodes[c][i]) }) {
			return fmt.Errorf("an edge leads to %q, which no table of nodes has: give it a row, or the tables one name for their keys", key.String())
		}
	}
	return nil
}

// degrees lists the edges of each node, and counts them behind its properties.
func (g *graph) degrees() {
	g.out, g.in = make([][]int32, len(g.keys)), make([][]int32, len(g.keys))
	for e := range g.from {
		g.out[g.from[e]] = append(g.out[g.from[e]], int32(e))
		g.in[g.to[e]] = append(g.in[g.to[e]], int32(e))
	}
	for _, edges := range [][][]int32{g.in, g.out} {
		counts := make([]value.Value, len(g.keys))
		for i := range counts {
			counts[i] = value.LongOf(int64(len(edges[i])))
		}
		g.nodes = append(g.nodes, counts)
	}
}

// marked is the graph with the component of each node as its last property.
func (g *graph) marked(n *plan.GraphComponents) *graph {
	var of []int32
	if n.Strong {
		of = g.strong()
	} else {
		of = g.weak()
	}
	column := make([]value.Value, len(of))
	for i, c := range of {
		column[i] = value.LongOf(int64(c))
	}
	out := *g
	last := len(g.nodes) - 2
	out.nodes = slices.Insert(slices.Clone(g.nodes), last, column)
	return &out
}

// weak numbers the components whose nodes edges connect, either way, in the
// order of their first nodes.
func (g *graph) weak() []int32 {
	of := make([]int32, len(g.keys))
	for i := range of {
		of[i] = -1
	}
	next := int32(0)
	var todo []int32
	for start := range int32(len(of)) {
		if of[start] >= 0 {
			continue
		}
		of[start] = next
		for todo = append(todo, start); len(todo) > 0; {
			v := todo[len(todo)-1]
			todo = todo[:len(todo)-1]
			g.around(v, true, true, func(_, w int32) bool {
				if of[w] < 0 {
					of[w] = next
					todo = append(todo, w)
				}
				return true
			})
		}
		next++
	}
	return of
}

// strong numbers the components whose nodes lead to one another, in the order
// of their first nodes. The way is Kosaraju's: nodes in the order in which a
// search leaves them, last first, and then against the edges.
func (g *graph) strong() []int32 {
	order := g.left()
	of := make([]int32, len(g.keys))
	for i := range of {
		of[i] = -1
	}
	var todo []int32
	for _, start := range slices.Backward(order) {
		if of[start] >= 0 {
			continue
		}
		of[start] = start
		for todo = append(todo, start); len(todo) > 0; {
			v := todo[len(todo)-1]
			todo = todo[:len(todo)-1]
			for _, e := range g.in[v] {
				if w := g.from[e]; of[w] < 0 {
					of[w] = start
					todo = append(todo, w)
				}
			}
		}
	}
	return renumbered(of)
}

// left are the nodes in the order in which a search along the edges is done
// with them.
func (g *graph) left() []int32 {
	type visit struct{ node, edge int32 }
	seen := make([]bool, len(g.keys))
	var order []int32
	var path []visit
	for start := range int32(len(seen)) {
		if seen[start] {
			continue
		}
		seen[start] = true
		for path = append(path, visit{start, 0}); len(path) > 0; {
			at := &path[len(path)-1]
			if int(at.edge) == len(g.out[at.node]) {
				order = append(order, at.node)
				path = path[:len(path)-1]
				continue
			}
			w := g.to[g.out[at.node][at.edge]]
			at.edge++
			if !seen[w] {
				seen[w] = true
				path = append(path, visit{w, 0})
			}
		}
	}
	return order
}

// renumbered gives numbers from 0 on, in the order in which they come.
func renumbered(of []int32) []int32 {
	names := map[int32]int32{}
	for i, c := range of {
		n, ok := names[c]
		if !ok {
			n = int32(len(names))
			names[c] = n
		}
		of[i] = n
	}
	return of
}

// around visits the edges of a node, those that lead from it and those that
// lead to it as asked, with the node at their other end. An edge from a node to
// itself is visited once.
func (g *graph) around(v int32, out, in bool, visit func(edge, other int32) bool) bool {
	if out {
		for _, e := range g.out[v] {
			if !visit(e, g.to[e]) {
				return false
			}
		}
	}
	if in {
		for _, e := range g.in[v] {
			if out && g.from[e] == v {
				continue
			}
			if !visit(e, g.from[e]) {
				return false
			}
		}
	}
	return true
}

// graphRows gives the nodes or the edges as rows.
func (r *run) graphRows(n *plan.GraphRows, out sink) error {
	g, err := r.graphOf(n.In)
	if err != nil {
		return err
	}
	rows := newRowStore(r, n)
	rows.keep, rows.cols = nil, nil
	hashes := func(of []int32) {
		column := make([]value.Value, len(of))
		for i, k := range of {
			column[i] = keyHash(g.keys[k])
		}
		rows.cols = append(rows.cols, column)
	}
	if n.Edges {
		rows.n, rows.origin = len(g.from), g.edgeOrigin
		if n.Source {
			hashes(g.from)
		}
		if n.Target {
			hashes(g.to)
		}
		rows.cols = append(rows.cols, g.edges...)
		return rows.emit(out)
	}
	rows.n, rows.origin = len(g.keys), g.nodeOrigin
	if n.ID {
		hashes(value.AllRows(len(g.keys)))
	}
	rows.cols = append(rows.cols, g.nodes[:len(g.nodes)-2]...)
	return rows.emit(out)
}

// keyHash is the number that a node is known by outside: hash() of its key.
func keyHash(key value.Value) value.Value {
	f, _ := fn.Lookup("hash")
	bound, err := fn.Bind(f, []fn.Arg{{Type: key.Type()}})
	if err != nil {
		return value.NullOf(value.Long)
	}
	return bound.Eval(&fn.Context{}, []value.Value{key})
}

// graphPartition makes a graph of the rows of each value of a column, in the
// order in which the values come, and runs the subquery over it.
func (r *run) graphPartition(n *plan.GraphPartition, out sink) error {
	tables, err := r.graphTables(n.Make)
	if err != nil {
		return err
	}
	var order []string
	parts := map[string][][]int32{} // by value, by table
	var key []byte
	for t, rows := range tables {
		for i := range int32(rows.N) {
			key = rows.At(int(i), n.By[t]).GroupKey(key[:0])
			p := parts[string(key)]
			if p == nil {
				p = make([][]int32, len(tables))
				order = append(order, string(key))
			}
			p[t] = append(p[t], i)
			parts[string(key)] = p
		}
	}
	for _, k := range order {
		if err := r.ctx.Err(); err != nil {
			return err
		}
		before := r.used
		g, err := r.makeGraph(n.Make, pick(tables, parts[k]))
		if err != nil {
			return err
		}
		r.giveGraph(n.Given, n.Sub, g)
		if err := r.stream(n.Sub, out); err != nil {
			return err
		}
		if err := r.keepGraph(before - r.used); err != nil {
			return err
		}
	}
	return nil
}

// pick is some rows of each table.
func pick(tables []*value.Batch, rows [][]int32) []*value.Batch {
	var out []*value.Batch
	for t, from := range tables {
		cols := make([]value.Column, len(from.Cols))
		for c := range cols {
			all := from.Col(c, nil)
			vals := make([]value.Value, len(rows[t]))
			for k, i := range rows[t] {
				vals[k] = all[i]
			}
			cols[c] = value.ColumnOf(vals)
		}
		b := value.NewBatch(len(rows[t]), cols)
		b.Origin = make([][]int64, b.N)
		for k, i := range rows[t] {
			b.Origin[k] = originOf(from, i)
		}
		out = append(out, b)
	}
	return out
}

// giveGraph hands a graph to a subquery, and forgets what was computed of the
// one before.
func (r *run) giveGraph(to *plan.GivenGraph, sub plan.Node, g *graph) {
	r.forget(to, sub)
	if r.graphs == nil {
		r.graphs = map[plan.Graph]*graph{}
	}
	r.graphs[to] = g
}
