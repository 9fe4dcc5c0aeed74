package plan

import (
	"fmt"
	"strings"

	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// Describe tells in a few words what a node does: its operator, and over what.
// Columns that nothing above reads (see Needed) are left out.
func Describe(n Node, needed []bool) (op, detail string) {
	switch n := n.(type) {
	case *Scan:
		return "table", n.Table + columnList(n.Schema(), needed)
	case *Values:
		return "rows", fmt.Sprint(len(n.Rows))
	case *Print:
		return "print", textList(n.Exprs)
	case *Range:
		return "range", n.schema[0].Name + " from " + Text(n.From) + " to " + Text(n.To) + " step " + Text(n.Step)
	case *Given:
		return "given", ""
	case *Where:
		return "where", Text(n.P)
	case *Project:
		return projectName(n), projectText(n, needed)
	case *Summarize:
		return describeSummarize(n)
	case *Sort:
		return describeSort(n)
	case *Take:
		return "take", Text(n.N)
	case *Join:
		return "join", joinNames[n.Kind] + onText(n.LeftKeys, n.RightKeys)
	case *IPLookup:
		return lookupName(n), Text(n.Address) + " in " + Text(n.Range) + onText(n.LeftKeys, n.RightKeys)
	case *Union:
		return "union", fmt.Sprintf("%d tables", len(n.Ins))
	case *MvExpand:
		return "mv-expand", textList(n.Exprs)
	case *MvApply:
		return "mv-apply", textList(n.Expand.Exprs)
	case *Partition:
		return "partition", "by " + Text(n.By)
	case *TopNested:
		return "top-nested", fmt.Sprintf("%d levels", len(n.Levels))
	case *SeqScan:
		return "scan", fmt.Sprintf("%d steps", len(n.Steps))
	case *GeoLookup:
		return "geo_lookup", Text(n.Longitude) + ", " + Text(n.Latitude) + " in " + Text(n.Shape)
	case *Plugin:
		return "evaluate", n.Name
	case *Pivot:
		return "pivot", strings.Join(n.Names, ", ")
	case *Several:
		return "results", fmt.Sprint(len(n.Parts))
	case *MakeGraph:
		return "make-graph", n.edges[n.Source].Name + " --> " + n.edges[n.Target].Name
	case *GraphMatch:
		return describeMatch(n)
	case *GraphRows:
		return "graph-to-table", map[bool]string{true: "edges", false: "nodes"}[n.Edges]
	case *GraphComponents:
		return "graph-mark-components", map[bool]string{true: "strong", false: "weak"}[n.Strong]
	case *GraphPartition:
		return "make-graph", "partitioned by " + n.Make.edges[n.By[0]].Name
	case *Parse:
		return "parse", Text(n.X)
	case *ParseKV:
		return "parse-kv", Text(n.X)
	case *Shared:
		return "shared", ""
	case *MakeSeries:
		return "make-series", aggList(n.Aggs) + " on " + Text(n.On) + byText(n.By)
	}
	return strings.ToLower(strings.TrimPrefix(fmt.Sprintf("%T", n), "*plan.")), ""
}

func describeMatch(n *GraphMatch) (op, detail string) {
	op = "graph-match"
	if n.Shortest {
		op = "graph-shortest-paths"
	}
	return op, fmt.Sprintf("%d elements, %s", len(n.Elems), textList(n.Where))
}

func lookupName(n *IPLookup) string {
	if n.V6 {
		return "ipv6_lookup"
	}
	return "ipv4_lookup"
}

var joinNames = map[JoinKind]string{
	InnerUnique: "innerunique", Inner: "inner", LeftOuter: "leftouter", RightOuter: "rightouter", FullOuter: "fullouter",
	LeftAnti: "leftanti", RightAnti: "rightanti", LeftSemi: "leftsemi", RightSemi: "rightsemi",
}

func columnList(s value.Schema, needed []bool) string {
	var names []string
	for i, f := range s {
		if i < len(needed) && needed[i] {
			names = append(names, f.Name)
		}
	}
	if len(names) == 0 {
		return ""
	}
	return ": " + strings.Join(names, ", ")
}

func projectName(n *Project) string {
	if n.Ordered {
		return "serialize"
	}
	return "project"
}

// projectText is the columns that are computed, and the names of the others.
func projectText(n *Project, needed []bool) string {
	var out []string
	for i, e := range n.Exprs {
		if needed != nil && !needed[i] {
			continue
		}
		name := n.schema[i].Name
		if c, ok := e.(*Col); !ok || c.Name != name && c.Name != "" {
			name += " = " + Text(e)
		}
		out = append(out, name)
	}
	return strings.Join(out, ", ")
}

func describeSummarize(n *Summarize) (op, detail string) {
	if len(n.Aggs) == 0 {
		return "distinct", textList(n.By)
	}
	return "summarize", aggList(n.Aggs) + byText(n.By)
}

func describeSort(n *Sort) (op, detail string) {
	var keys []string
	for _, k := range n.Keys {
		way := " desc"
		if k.Asc {
			way = " asc"
		}
		keys = append(keys, Text(k.X)+way)
	}
	if n.Limit != nil {
		return "top", Text(n.Limit) + " by " + strings.Join(keys, ", ")
	}
	return "sort", "by " + strings.Join(keys, ", ")
}

func aggList(list []Agg) string {
	var out []string
	for _, a := range list {
		out = append(out, a.Func.Name+"("+textList(a.Args)+")")
	}
	return strings.Join(out, ", ")
}

func byText(by []Expr) string {
	if len(by) == 0 {
		return ""
	}
	return " by " + textList(by)
}

func onText(left, right []Expr) string {
	var out []string
	for i := range left {
		l, r := Text(left[i]), Text(right[i])
		if l != r {
			l += " == " + r
		}
		out = append(out, l)
	}
	if len(out) == 0 {
		return ""
	}
	return " on " + strings.Join(out, ", ")
}

// Text is an expression as it might have been written, for people to read.
func Text(e Expr) string {
	switch e := e.(type) {
	case nil:
		return ""
	case *Const:
		return constText(e.V)
	case *Col:
		if e.Name == "" {
			return fmt.Sprintf("#%d", e.Index+1)
		}
		return e.Name
	case *Call:
		return callText(e)
	case *Logic:
		op := " and "
		if e.Or {
			op = " or "
		}
		return sideText(e.X, e.Or) + op + sideText(e.Y, e.Or)
	case *Choose:
		return "case(" + textList(Children(e)) + ")"
	case *Member:
		return Text(e.X) + "." + e.Key
	case *Element:
		return Text(e.X) + "[" + Text(e.I) + "]"
	case *Scalar:
		return "toscalar(...)"
	case *InTable:
		return Text(e.X) + " " + e.Op + " (...)"
	case *Ordered:
		return e.Name + "(" + textList(e.Args) + ")"
	}
	return fmt.Sprintf("%T", e)
}

// sideText is a side of `and` or `or`, with the brackets that it needs.
func sideText(e Expr, or bool) string {
	if l, ok := e.(*Logic); ok && l.Or != or {
		return "(" + Text(e) + ")"
	}
	return Text(e)
}

// callText writes an operator between its sides, and a function before them.
func callText(e *Call) string {
	word := strings.ContainsAny(e.Name, "=<>+-*/%! ~") || wordOps[e.Name]
	switch {
	case word && len(e.Args) == 1:
		return e.Name + Text(e.Args[0])
	case e.Name == "between" && len(e.Args) == 3:
		return Text(e.Args[0]) + " between (" + Text(e.Args[1]) + " .. " + Text(e.Args[2]) + ")"
	case strings.HasPrefix(strings.TrimPrefix(e.Name, "!"), "in") && word, word && len(e.Args) > 2:
		return Text(e.Args[0]) + " " + e.Name + " (" + textList(e.Args[1:]) + ")"
	case word && len(e.Args) == 2:
		return Text(e.Args[0]) + " " + e.Name + " " + Text(e.Args[1])
	}
	return e.Name + "(" + textList(e.Args) + ")"
}

// wordOps are the operators that are words.
var wordOps = map[string]bool{
	"in": true, "between": true, "has": true, "has_cs": true, "contains": true, "contains_cs": true, "startswith": true,
	"startswith_cs": true, "endswith": true, "endswith_cs": true, "hasprefix": true, "hasprefix_cs": true,
	"hassuffix": true, "hassuffix_cs": true, "has_any": true, "has_all": true, "like": true, "notlike": true,
}

func textList(list []Expr) string {
	out := make([]string, len(list))
	for i, e := range list {
		out[i] = Text(e)
	}
	return strings.Join(out, ", ")
}

func constText(v value.Value) string {
	switch {
	case v.IsNull():
		return v.Type().String() + "(null)"
	case v.Type() == value.String:
		return fmt.Sprintf("%q", v.Str())
	case v.Type() == value.DateTime, v.Type() == value.GUID, v.Type() == value.Dynamic, v.Type() == value.Decimal:
		return v.Type().String() + "(" + v.String() + ")"
	}
	return v.String()
}
