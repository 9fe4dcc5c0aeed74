package plan

import "github.com/dogwatch-dev/dogwatch/kql/syntax"

// unsupportedOp is the name of an operator that is read but not run, or "".
func unsupportedOp(op syntax.Op) string {
	switch op := op.(type) {
	case *syntax.Unsupported:
		return op.Feature
	case *syntax.Fork:
		return "fork"
	case *syntax.Facet:
		return "facet"
	case *syntax.Reduce:
		return "reduce"
	case *syntax.MacroExpand:
		return "macro-expand"
	case *syntax.MakeGraph:
		return "make-graph"
	case *syntax.GraphMatch:
		if op.Shortest {
			return "graph-shortest-paths"
		}
		return "graph-match"
	case *syntax.GraphToTable:
		return "graph-to-table"
	case *syntax.GraphComponents:
		return "graph-mark-components"
	case *syntax.GraphWhere:
		if op.Edges {
			return "graph-where-edges"
		}
		return "graph-where-nodes"
	}
	return ""
}
