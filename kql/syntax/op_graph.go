package syntax

// MakeGraph is `make-graph A --> B with Nodes on Id, More on Id`.
type MakeGraph struct {
	Pos
	Options        []Option
	Source, Target Name
	Undirected     bool // written --
	Nodes          []GraphNodes
	NodeID         *Name // with_node_id=Name
	PartitionedBy  Expr  // partitioned-by X (Sub)
	Sub            []Op
}

// GraphNodes is a table of nodes of make-graph and the column of their keys.
type GraphNodes struct {
	Pos
	Table Expr
	Key   Name
}

// GraphMatch is `graph-match (a)-[e]->(b) where P project c`; Shortest for
// graph-shortest-paths.
type GraphMatch struct {
	Pos
	Shortest bool
	Options  []Option
	Paths    []GraphPath
	Where    Expr
	Project  []Expr
}

// A GraphPath is nodes and edges in turn.
type GraphPath struct {
	Pos
	Parts []GraphPart
}

// A GraphPart is a node `(a)` or an edge `-[e]->`, `<-[e*1..3]-`, `--`.
type GraphPart struct {
	Pos
	Edge      bool
	Name      *Name
	From, To  bool // an edge points to the left, to the right
	Low, High Expr // of an edge of several steps; else nil
}

// GraphToTable is `graph-to-table nodes as N with_node_id=Id, edges as E`.
type GraphToTable struct {
	Pos
	Outputs []GraphOutput
}

// GraphOutput is one of the tables of graph-to-table.
type GraphOutput struct {
	Pos
	Edges   bool
	As      *Name
	Options []Option
}

// GraphComponents is `graph-mark-components kind=weak with_component_id=C`.
type GraphComponents struct {
	Pos
	Options []Option
}

// GraphWhere is graph-where-nodes or graph-where-edges.
type GraphWhere struct {
	Pos
	Edges bool
	P     Expr
}

func (*MakeGraph) op()       {}
func (*GraphMatch) op()      {}
func (*GraphToTable) op()    {}
func (*GraphComponents) op() {}
func (*GraphWhere) op()      {}

// graph reads the operators of graphs by their names.
func (p *parser) graph(start int) Op {
	switch word := p.toks[start].text; word {
	case "make-graph":
		return p.makeGraph(start)
	case "graph-to-table":
		n := &GraphToTable{Outputs: list(p, p.graphOutput)}
		n.Pos = p.from(start)
		return n
	case "graph-mark-components":
		return &GraphComponents{Options: p.options("with_component_id"), Pos: p.from(start)}
	case "graph-where-nodes", "graph-where-edges":
		n := &GraphWhere{Edges: word == "graph-where-edges", P: p.expr()}
		n.Pos = p.from(start)
		return n
	}
	return p.graphMatch(start)
}

func (p *parser) makeGraph(start int) Op {
	n := &MakeGraph{Options: p.options(), Source: p.name()}
	switch {
	case p.takeJoined("-->"):
	case p.takeJoined("--"):
		n.Undirected = true
	default:
		p.fail("expected --> or --, found %s", p.found())
	}
	n.Target = p.name()
	switch {
	case p.is("with_node_id") && p.ahead(1).is("="):
		p.i += 2
		name := p.name()
		n.NodeID = &name
	case p.take("with"):
		n.Nodes = list(p, p.graphNodes)
	}
	if p.take("partitioned-by") {
		n.PartitionedBy = p.key()
		n.Sub = p.subquery()
	}
	n.Pos = p.from(start)
	return n
}

func (p *parser) graphNodes() GraphNodes {
	start := p.i
	n := GraphNodes{Table: p.unary()}
	p.expect("on")
	n.Key = p.name()
	n.Pos = p.from(start)
	return n
}

func (p *parser) graphMatch(start int) Op {
	n := &GraphMatch{Shortest: p.toks[start].text == "graph-shortest-paths", Options: p.options("output")}
	n.Paths = list(p, p.graphPath)
	if p.take("where") {
		n.Where = p.expr()
	}
	if p.take("project") {
		n.Project = p.columns()
	}
	n.Pos = p.from(start)
	return n
}

func (p *parser) graphPath() GraphPath {
	start := p.i
	var path GraphPath
	for !p.bad {
		part, ok := p.graphPart()
		if !ok {
			break
		}
		path.Parts = append(path.Parts, part)
	}
	if path.Parts == nil {
		p.fail("expected a pattern such as (a)-[e]->(b), found %s", p.found())
	}
	path.Pos = p.from(start)
	return path
}

func (p *parser) graphPart() (part GraphPart, ok bool) {
	start := p.i
	switch {
	case p.is("("):
		p.i++
		if !p.is(")") {
			part.Name = p.optionalName()
		}
		p.close(start, ")")
	case p.takeJoined("-->"):
		part.Edge, part.To = true, true
	case p.takeJoined("<--"):
		part.Edge, part.From = true, true
	case p.takeJoined("--"):
		part.Edge = true
	case p.takeJoined("<-["):
		part.From = true
		p.graphEdge(&part)
	case p.takeJoined("-["):
		p.graphEdge(&part)
	default:
		return part, false
	}
	part.Pos = p.from(start)
	return part, true
}

// graphEdge reads what stands in the brackets of an edge, and its end.
func (p *parser) graphEdge(part *GraphPart) {
	part.Edge = true
	if !p.is("*") && !p.is("]") {
		part.Name = p.optionalName()
	}
	if p.take("*") {
		part.Low = p.unary()
		p.expect("..")
		part.High = p.unary()
	}
	switch {
	case p.takeJoined("]->"):
		part.To = true
	case p.takeJoined("]-"):
	default:
		p.fail("expected ]-> or ]-, found %s", p.found())
	}
}

func (p *parser) optionalName() *Name {
	name := p.name()
	return &name
}

func (p *parser) graphOutput() GraphOutput {
	start := p.i
	var o GraphOutput
	kind := p.oneOf("nodes", "edges")
	if kind == nil {
		p.fail("expected nodes or edges, found %s", p.found())
		return o
	}
	o.Edges = kind.text == "edges"
	if p.take("as") {
		o.As = p.optionalName()
	}
	o.Options = p.options("with_node_id", "with_source_id", "with_target_id")
	o.Pos = p.from(start)
	return o
}

// takeJoined consumes tokens without blanks between them that spell text.
func (p *parser) takeJoined(text string) bool {
	if p.bad {
		return false
	}
	got := ""
	for n := 0; len(got) < len(text); n++ {
		if p.ahead(n).kind != tOp || n > 0 && !p.touches(n) {
			return false
		}
		got += p.ahead(n).text
		if got == text {
			p.i += n + 1
			return true
		}
	}
	return false
}

func (n *MakeGraph) print(w *printer) {
	w.put("make-graph")
	w.options(n.Options)
	w.put(" ")
	w.name(n.Source, false)
	w.put(map[bool]string{true: " -- ", false: " --> "}[n.Undirected])
	w.name(n.Target, false)
	if n.NodeID != nil {
		w.put(" with_node_id=")
		w.name(*n.NodeID, false)
	}
	for i := range n.Nodes {
		w.put([]string{" with ", ", "}[min(i, 1)])
		n.Nodes[i].print(w)
	}
	if n.PartitionedBy != nil {
		w.put(" partitioned-by ")
		w.expr(n.PartitionedBy, anyLevel)
		w.put(" ")
		w.subquery(n.Sub)
	}
}

func (n *GraphNodes) print(w *printer) {
	w.expr(n.Table, unaryLevel)
	w.put(" on ")
	w.name(n.Key, false)
}

func (n *GraphMatch) print(w *printer) {
	w.put(map[bool]string{true: "graph-shortest-paths", false: "graph-match"}[n.Shortest])
	w.options(n.Options)
	w.put(" ")
	for i := range n.Paths {
		if i > 0 {
			w.put(", ")
		}
		n.Paths[i].print(w)
	}
	w.clause(" where ", n.Where)
	if len(n.Project) > 0 {
		w.put(" project ")
		w.list(n.Project)
	}
}

func (n *GraphPath) print(w *printer) {
	for i := range n.Parts {
		n.Parts[i].print(w)
	}
}

func (n *GraphPart) print(w *printer) {
	switch {
	case !n.Edge:
		w.put("(")
		n.label(w)
		w.put(")")
		return
	case n.From:
		w.put("<")
	}
	w.put("-[")
	n.label(w)
	if n.Low != nil {
		w.put("*")
		w.expr(n.Low, unaryLevel)
		w.put("..")
		w.expr(n.High, unaryLevel)
	}
	w.put("]-")
	if n.To {
		w.put(">")
	}
}

func (n *GraphPart) label(w *printer) {
	if n.Name != nil {
		w.name(*n.Name, false)
	}
}

func (n *GraphToTable) print(w *printer) {
	w.put("graph-to-table ")
	for i := range n.Outputs {
		if i > 0 {
			w.put(", ")
		}
		n.Outputs[i].print(w)
	}
}

func (n *GraphOutput) print(w *printer) {
	w.put(map[bool]string{true: "edges", false: "nodes"}[n.Edges])
	if n.As != nil {
		w.put(" as ")
		w.name(*n.As, false)
	}
	w.options(n.Options)
}

func (n *GraphComponents) print(w *printer) {
	w.put("graph-mark-components")
	w.options(n.Options)
}

func (n *GraphWhere) print(w *printer) {
	w.put(map[bool]string{true: "graph-where-edges ", false: "graph-where-nodes "}[n.Edges])
	w.expr(n.P, orLevel)
}
