package plan

import "slices"

// Needed says, for every node, which of its columns anything above reads; all
// columns of the roots are read. Steps that keep rows (sort, join) keep only those.
func Needed(roots ...Node) map[Node][]bool {
	n := needs{}
	for _, root := range roots {
		n.all(root)
	}
	return n
}

type needs map[Node][]bool

// all marks every column of a node.
func (n needs) all(x Node) {
	for i := range x.Schema() {
		n.mark(x, i)
	}
	n.visit(x)
}

// mark notes one column and says whether that is new.
func (n needs) mark(x Node, col int) bool {
	if n[x] == nil {
		n[x] = make([]bool, len(x.Schema()))
	}
	if col >= len(n[x]) || n[x][col] {
		return false
	}
	n[x][col] = true
	return true
}

// want marks columns of an input and goes on below when any is new, or when
// the input was never seen.
func (n needs) want(x Node, cols []int) {
	fresh := n[x] == nil
	if fresh {
		n[x] = make([]bool, len(x.Schema()))
	}
	for _, c := range cols {
		fresh = n.mark(x, c) || fresh
	}
	if fresh {
		n.visit(x)
	}
}

// columnsOf are the input columns that expressions read; their subplans'
// results are wanted whole.
func (n needs) columnsOf(list ...Expr) []int {
	var out []int
	for _, e := range list {
		if e == nil {
			continue
		}
		Walk(e, func(e Expr) bool {
			if c, ok := e.(*Col); ok {
				out = append(out, c.Index)
			}
			return true
		})
		for _, s := range Subplans(e) {
			if len(s.Schema()) > 0 {
				n.want(s, []int{0})
			}
		}
	}
	return out
}

// kept are the needed columns of a node, as numbers.
func (n needs) kept(x Node) []int {
	var out []int
	for i, yes := range n[x] {
		if yes {
			out = append(out, i)
		}
	}
	return out
}

func (n needs) visit(x Node) {
	switch x := x.(type) {
	case *Where:
		n.want(x.In, append(n.kept(x), n.columnsOf(x.P)...))
	case *Project:
		var used []Expr
		for _, i := range n.kept(x) {
			used = append(used, x.Exprs[i])
		}
		n.want(x.In, n.columnsOf(used...))
	case *Sort:
		cols := n.kept(x)
		for _, k := range x.Keys {
			cols = append(cols, n.columnsOf(k.X)...)
		}
		n.columnsOf(x.Limit)
		n.want(x.In, cols)
	case *Take:
		n.columnsOf(x.N)
		n.want(x.In, n.kept(x))
	case *Summarize:
		n.want(x.In, n.columnsOf(exprsOf(x)...))
	case *MakeSeries:
		n.want(x.In, n.columnsOf(exprsOf(x)...))
	case *Join:
		n.join(x)
	case *Union:
		n.union(x)
	case *MvExpand:
		cols := n.columnsOf(exprsOf(x)...)
		for _, i := range n.kept(x) {
			if x.Out[i] >= 0 {
				cols = append(cols, x.Out[i])
			}
		}
		n.want(x.In, cols)
	case *Parse:
		cols := n.columnsOf(x.X)
		for _, i := range n.kept(x) {
			if x.Out[i] >= 0 {
				cols = append(cols, x.Out[i])
			}
		}
		n.want(x.In, cols)
	case *SeqScan:
		n.want(x.In, x.inputColumns(n.kept(x), n.columnsOf(x.exprs()...)))
	case *Plugin:
		n.want(x.In, n.columnsOf(append(slices.Clone(x.Cols), x.Params...)...))
		if x.Table != nil {
			n.want(x.Table, n.columnsOf(x.KeyOf))
		}
	case *GraphMatch:
		for _, l := range x.Lists {
			n.columnsOf(l.X) // the tables in it
		}
		nodes, edges := x.properties(n.columnsOf(append(slices.Clone(x.Where), x.Project...)...))
		n.graph(x.In, nodes, edges)
	case *GraphRows:
		n.graphRows(x)
	case *GraphPartition:
		n.want(x.Sub, n.kept(x))
		for i, in := range x.Make.Inputs() {
			n.want(in, []int{x.By[i]})
		}
		n.graph(x.Make, n.kept(x.Given), n.kept(edgesOf{x.Given}))
	case *Shared:
		n.want(x.In, n.kept(x))
	case *Print:
		n.columnsOf(x.Exprs...)
	case *Range:
		n.columnsOf(x.From, x.To, x.Step)
	default:
		// mv-apply, partition: their subqueries may read anything
		for _, in := range Readers(x) {
			n.all(in)
		}
	}
}

// edgesOf stands for the edges of a graph where the graph itself stands for its
// nodes.
type edgesOf struct{ Graph }

// NeededOfEdges are the properties of a graph's edges that are read; nil: all.
func NeededOfEdges(needed map[Node][]bool, g Graph) []bool { return needed[edgesOf{g}] }

// graph marks the properties that are read of a graph's nodes and edges: at the
// graph, and below it.
func (n needs) graph(g Graph, nodes, edges []int) {
	n.properties(g, nodes, len(g.NodeSchema()))
	n.properties(edgesOf{g}, edges, len(g.EdgeSchema()))
	switch g := g.(type) {
	case *MakeGraph:
		n.want(g.Edges, append(edges, g.Source, g.Target))
		n.properties(g, g.Keys, len(g.NodeSchema()))
		for _, t := range g.Tables {
			cols := []int{t.Key}
			for c, p := range t.Map {
				if n[g][p] {
					cols = append(cols, c)
				}
			}
			n.want(t.In, cols)
		}
	case *GraphComponents:
		var below []int
		for _, p := range nodes {
			if p < len(g.In.NodeSchema()) {
				below = append(below, p)
			}
		}
		n.graph(g.In, below, edges)
	}
}

func (n needs) properties(of Node, list []int, width int) {
	if n[of] == nil {
		n[of] = make([]bool, width)
	}
	for _, p := range list {
		n[of][p] = true
	}
}

func (n needs) graphRows(x *GraphRows) {
	var list []int
	lead := len(x.schema) - len(x.In.NodeSchema())
	if x.Edges {
		lead = len(x.schema) - len(x.In.EdgeSchema())
	}
	for _, c := range n.kept(x) {
		if c >= lead {
			list = append(list, c-lead)
		}
	}
	if x.Edges {
		n.graph(x.In, nil, list)
	} else {
		n.graph(x.In, list, nil)
	}
}

func (n needs) join(x *Join) {
	width := len(x.Left.Schema())
	left, right := n.columnsOf(x.LeftKeys...), n.columnsOf(x.RightKeys...)
	for _, i := range n.kept(x) {
		if c := x.Out[i]; c < width {
			left = append(left, c)
		} else {
			right = append(right, c-width)
		}
	}
	n.want(x.Left, left)
	n.want(x.Right, right)
}

func (n needs) union(x *Union) {
	shift := 0
	if x.Source != nil {
		shift = 1
	}
	for i, in := range x.Ins {
		var cols []int
		for _, c := range n.kept(x) {
			if c >= shift && x.Maps[i][c-shift] >= 0 {
				cols = append(cols, x.Maps[i][c-shift])
			}
		}
		n.want(in, cols)
	}
}
