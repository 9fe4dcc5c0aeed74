package plan

import "github.com/dogwatch-dev/dogwatch/kql/syntax"

// unsupportedOp is the name of an operator that is read but not run, or "".
func unsupportedOp(op syntax.Op) string {
	switch op := op.(type) {
	case *syntax.Unsupported:
		return op.Feature
	case *syntax.Reduce:
		return "reduce"
	case *syntax.MacroExpand:
		return "macro-expand"
	case *syntax.GraphWhere:
		if op.Edges {
			return "graph-where-edges"
		}
		return "graph-where-nodes"
	}
	return ""
}
