package plan

import (
	"slices"

	"github.com/dogwatch-dev/dogwatch/kql/syntax"
	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// A Graph is a step that gives a graph instead of rows: nodes and edges, each
// with properties. Its own schema is empty.
type Graph interface {
	Node
	NodeSchema() value.Schema
	EdgeSchema() value.Schema
}

// graph is what is known of a graph: the properties of its nodes and edges.
type graph struct {
	node
	nodes, edges value.Schema
}

// NodeSchema is the properties of a node.
func (g *graph) NodeSchema() value.Schema { return g.nodes }

// EdgeSchema is the properties of an edge.
func (g *graph) EdgeSchema() value.Schema { return g.edges }

type (
	// MakeGraph makes a graph whose edges are the rows of a table.
	MakeGraph struct {
		graph
		Edges          Node
		Source, Target int // columns of Edges: the keys of an edge's ends
		Tables         []GraphTable
		// Keys are the properties of a node that hold its key, where no table has
		// a row for it.
		Keys []int
	}
	// GraphTable is rows that are nodes. Map gives the property that each of
	// its columns is.
	GraphTable struct {
		In  Node
		Key int
		Map []int
	}
	// GraphComponents gives each node, as its last property, the number of the
	// component that it belongs to.
	GraphComponents struct {
		graph
		In     Graph
		Strong bool
	}
	// GivenGraph is a graph that the executor hands over, of a partition.
	GivenGraph struct{ graph }

	// GraphPartition makes a graph for each value of a column, which the edges
	// and all tables of nodes have, and runs a subquery over each.
	GraphPartition struct {
		node
		Make  *MakeGraph
		By    []int // the column, in the edges and in each table
		Given *GivenGraph
		Sub   Node
	}
	// GraphRows is the nodes or the edges of a graph as rows, led by the hashes of
	// keys that are asked for.
	GraphRows struct {
		node
		In             Graph
		Edges          bool
		ID             bool // hash of a node's key
		Source, Target bool // hashes of the keys of an edge's ends
	}
)

// Inputs of the nodes.
func (n *MakeGraph) Inputs() []Node {
	out := []Node{n.Edges}
	for _, t := range n.Tables {
		out = append(out, t.In)
	}
	return out
}
func (n *GraphComponents) Inputs() []Node { return []Node{n.In} }
func (n *GivenGraph) Inputs() []Node      { return nil }
func (n *GraphPartition) Inputs() []Node  { return n.Make.Inputs() }
func (n *GraphRows) Inputs() []Node       { return []Node{n.In} }

// makeGraph binds make-graph.
func (b *binder) makeGraph(op *syntax.MakeGraph, in Node, s *scope) Node {
	if op.Undirected {
		b.unsupported(op, "make-graph with --").Hint = "make it with -->; an edge -[e]- of a pattern goes both ways"
		return &Values{}
	}
	before := len(b.errs)
	n := &MakeGraph{graph: graph{edges: in.Schema()}, Edges: in}
	n.Source, n.Target = b.graphKey(&op.Source, in.Schema()), b.graphKey(&op.Target, in.Schema())
	if len(b.errs) > before {
		return &Values{}
	}
	key := in.Schema()[n.Source].Type
	if t := in.Schema()[n.Target].Type; wide(t) != wide(key) {
		b.unsupported(op, "make-graph with sources of type "+key.String()+" and targets of type "+t.String())
		return &Values{}
	}
	if op.NodeID != nil {
		n.nodes, n.Keys = value.Schema{{Name: op.NodeID.Text, Type: key}}, []int{0}
	}
	for i := range op.Nodes {
		b.graphNodes(n, &op.Nodes[i], key, s)
	}
	if len(b.errs) > before {
		return &Values{}
	}
	if op.PartitionedBy != nil {
		return b.graphPartition(op, n, s)
	}
	return n
}

// wide reads an int as the long that it may be.
func wide(t value.Type) value.Type {
	if t == value.Int {
		return value.Long
	}
	return t
}

// graphKey is the column of keys.
func (b *binder) graphKey(name *syntax.Name, of value.Schema) int {
	i := of.Index(name.Text)
	if i < 0 {
		b.unknownColumn(name, name.Text, of)
		return 0
	}
	if of[i].Type == value.Dynamic {
		b.fail(name, "nodes cannot be known by a dynamic value").Hint = "convert it, as in tostring(...)"
	}
	return i
}

// graphNodes adds a table of nodes. Properties of one name in several tables
// are one property, dynamic where the types differ.
func (b *binder) graphNodes(n *MakeGraph, x *syntax.GraphNodes, key value.Type, s *scope) {
	before := len(b.errs)
	t := GraphTable{In: b.table(x.Table, s)}
	if len(b.errs) > before {
		return
	}
	t.Key = b.graphKey(&x.Key, t.In.Schema())
	if len(b.errs) > before {
		return
	}
	if got := t.In.Schema()[t.Key].Type; wide(got) != wide(key) {
		b.unsupported(x, "make-graph with nodes known by "+describe(got)+" and edges between "+describe(key)+"s")
		return
	}
	for _, f := range t.In.Schema() {
		i := n.nodes.Index(f.Name)
		switch {
		case i < 0:
			i = len(n.nodes)
			n.nodes = append(n.nodes, f)
		case n.nodes[i].Type != f.Type:
			n.nodes[i].Type = value.Dynamic
		}
		t.Map = append(t.Map, i)
	}
	if k := t.Map[t.Key]; !slices.Contains(n.Keys, k) {
		n.Keys = append(n.Keys, k)
	}
	n.Tables = append(n.Tables, t)
}

// graphPartition binds what is run over each graph of partitioned-by.
func (b *binder) graphPartition(op *syntax.MakeGraph, whole *MakeGraph, s *scope) Node {
	id, ok := op.PartitionedBy.(*syntax.Ident)
	if !ok {
		b.fail(op.PartitionedBy, "a graph is parted by a column")
		return &Values{}
	}
	p := &GraphPartition{Make: whole, Given: &GivenGraph{graph{nodes: whole.nodes, edges: whole.edges}}}
	var types []value.Type
	for _, in := range whole.Inputs() {
		i := in.Schema().Index(id.Name.Text)
		if i < 0 {
			b.fail(id, "the edges and all nodes need the column %q by which the graph is parted", id.Name.Text)
			return &Values{}
		}
		p.By, types = append(p.By, i), append(types, in.Schema()[i].Type)
	}
	if slices.ContainsFunc(types, func(t value.Type) bool { return wide(t) != wide(types[0]) }) {
		b.unsupported(id, "make-graph partitioned by a column that has several types")
		return &Values{}
	}
	var sub Node = p.Given
	for _, o := range op.Sub {
		before := len(b.errs)
		if sub = b.operator(o, sub, s); len(b.errs) > before {
			return &Values{}
		}
	}
	if _, is := sub.(Graph); is {
		b.notATable(op)
		return &Values{}
	}
	p.Sub, p.schema = sub, sub.Schema()
	return p
}

// notATable reports a graph where rows are needed.
func (b *binder) notATable(at syntax.Node) {
	b.fail(at, "a graph stands where a table is needed").Hint = "graph-match and graph-to-table make rows of a graph"
}

// onGraph binds an operator over a graph.
func (b *binder) onGraph(op syntax.Op, in Graph, s *scope) Node {
	switch op := op.(type) {
	case *syntax.GraphMatch:
		return b.graphMatch(op, in, s)
	case *syntax.GraphToTable:
		return b.graphToTable(op, in, s)
	case *syntax.GraphComponents:
		return b.graphComponents(op, in)
	}
	if feature := unsupportedOp(op); feature != "" {
		b.unsupported(op, feature)
		return &Values{}
	}
	b.notATable(op)
	return &Values{}
}

// graphComponents is graph-mark-components.
func (b *binder) graphComponents(op *syntax.GraphComponents, in Graph) Node {
	n := &GraphComponents{graph: graph{edges: in.EdgeSchema()}, In: in}
	name := "ComponentId"
	if id := b.optionName(op.Options, "with_component_id"); id != "" {
		name = id
	}
	n.Strong = b.optionWord(op.Options, "kind", "weak", "strong") == "strong"
	if in.NodeSchema().Index(name) >= 0 {
		b.fail(op, "the nodes have a property %q already", name).Hint = "with_component_id=Name gives the new one another name"
		return &Values{}
	}
	n.nodes = append(slices.Clone(in.NodeSchema()), value.Field{Name: name, Type: value.Long})
	return n
}

// graphToTable gives the nodes or the edges of a graph as rows. Tables that get
// a name are there for what follows the query, where all but one need it.
func (b *binder) graphToTable(op *syntax.GraphToTable, in Graph, s *scope) Node {
	out := &Several{named: true}
	for i := range op.Outputs {
		o := &op.Outputs[i]
		rows := b.graphRows(o, in)
		switch {
		case o.As != nil:
			rows = b.nameTable(o.As.Text, rows, s)
			out.Parts = append(out.Parts, Part{Name: o.As.Text, In: rows})
		case len(op.Outputs) > 1:
			b.fail(o, "of several tables each needs a name").Hint = "nodes as N, edges as E"
			return &Values{}
		}
		if len(op.Outputs) == 1 {
			return rows
		}
	}
	return out
}

// graphRows is one table of graph-to-table.
func (b *binder) graphRows(o *syntax.GraphOutput, in Graph) Node {
	n := &GraphRows{In: in, Edges: o.Edges}
	own := in.NodeSchema()
	if o.Edges {
		own = in.EdgeSchema()
	}
	for _, id := range []struct {
		option string
		edges  bool
		set    *bool
	}{{"with_node_id", false, &n.ID}, {"with_source_id", true, &n.Source}, {"with_target_id", true, &n.Target}} {
		x, name := syntax.FindOption(o.Options, id.option), b.optionName(o.Options, id.option)
		switch {
		case x == nil:
		case id.edges != o.Edges:
			b.fail(x, "%s is not for these rows", id.option)
		case name == "":
		case own.Index(name) >= 0 || n.schema.Index(name) >= 0:
			b.fail(x, "there is a column %q already", name)
		default:
			*id.set = true
			n.schema = append(n.schema, value.Field{Name: name, Type: value.Long})
		}
	}
	n.schema = append(n.schema, own...)
	return n
}
