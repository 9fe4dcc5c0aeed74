package plan

import (
	"github.com/dogwatch-dev/dogwatch/kql/syntax"
	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// TopNested keeps the best groups, within each the best groups by a further
// key, and so on.
type TopNested struct {
	node
	In     Node
	Rows   *Given // the rows that the levels' plans are asked about
	Levels []TopLevel
}

// A TopLevel is one level of TopNested.
type TopLevel struct {
	Key    Expr
	N      Expr // nil: all
	Order  SortKey
	Ranked Node // a row for each key: the key, and what it is ranked by
	// Others stands in place of the keys that are left out; Rest is what all
	// their rows together are ranked by. nil: there is no such row.
	Others Expr
	Rest   Node
}

// Inputs of the node.
func (n *TopNested) Inputs() []Node { return []Node{n.In} }

func (n *TopNested) exprs() []Expr {
	var out []Expr
	for _, l := range n.Levels {
		out = append(out, l.Key, l.N, l.Others)
	}
	return out
}

func (n *TopNested) plans() []Node {
	var out []Node
	for _, l := range n.Levels {
		out = append(out, l.Ranked)
		if l.Rest != nil {
			out = append(out, l.Rest)
		}
	}
	return out
}

func (b *binder) topNested(op *syntax.TopNested, in Node, s *scope) Node {
	t := &TopNested{In: in, Rows: &Given{node{in.Schema()}}}
	taken := b.newNames()
	for _, l := range op.Levels {
		before := len(b.errs)
		if b.topLevel(t, l, taken, s); len(b.errs) > before {
			return &Values{}
		}
	}
	return t
}

func (b *binder) topLevel(t *TopNested, l syntax.TopLevel, taken *names, s *scope) {
	key, by := unnamed(l.Of), unnamed(l.By.X)
	before := len(b.errs)
	level := TopLevel{
		Key:    b.scalar(key, &env{scope: s, cols: t.In.Schema()}),
		Order:  SortKey{Asc: l.By.Asc, NullsFirst: l.By.Nulls == "first" || l.By.Nulls == "" && l.By.Asc},
		Ranked: b.summarize(&syntax.Summarize{Pos: l.Pos, Aggs: []syntax.Expr{by}, By: []syntax.Expr{keyed(key)}}, t.Rows, s),
	}
	if len(b.errs) > before {
		return
	}
	if l.N != nil {
		level.N = b.rowCount(l.N, s)
	}
	if l.Others != nil {
		level.Others = b.convert(b.scalar(l.Others, &env{scope: s}), level.Key.Type())
		level.Rest = b.summarize(&syntax.Summarize{Pos: l.Pos, Aggs: []syntax.Expr{by}}, t.Rows, s)
	}
	name := autoName(l.Of, nil)
	if n, ok := l.Of.(*syntax.Named); ok && len(n.Names) == 1 {
		name = n.Names[0].Text
	}
	name = taken.take(name)
	score := "aggregated_" + name
	if n, ok := l.By.X.(*syntax.Named); ok && len(n.Names) == 1 {
		score = n.Names[0].Text
	}
	cols := level.Ranked.Schema()
	t.schema = append(t.schema, value.Field{Name: name, Type: cols[0].Type}, value.Field{Name: taken.take(score), Type: cols[1].Type})
	t.Levels = append(t.Levels, level)
}

// keyed gives a key a name that no author can write.
func keyed(x syntax.Expr) syntax.Expr {
	return &syntax.Named{Pos: syntax.Pos{At: x.Span()}, Names: []syntax.Name{{Text: "$key"}}, X: x}
}

func unnamed(x syntax.Expr) syntax.Expr {
	if n, ok := x.(*syntax.Named); ok {
		return n.X
	}
	return x
}

// topHitters is, as it is documented, the top of a summarize. Kusto estimates
// where there are many values; what is counted here is exact.
func (b *binder) topHitters(op *syntax.TopHitters, in Node, s *scope) Node {
	if n, ok := op.Of.(*syntax.Named); ok {
		b.fail(n, "a name is not allowed here")
		return &Values{}
	}
	agg := &syntax.Call{Pos: op.Pos, Func: syntax.Name{Pos: op.Pos, Text: "count"}}
	name := "approximate_count_" + autoName(op.Of, in.Schema())
	if op.By != nil {
		agg.Func.Text, agg.Args = "sum", []syntax.Expr{op.By}
		name = "approximate_sum_" + autoName(op.By, in.Schema())
	}
	named := &syntax.Named{Pos: op.Pos, Names: []syntax.Name{{Pos: op.Pos, Text: name}}, X: agg}
	before := len(b.errs)
	sum := b.summarize(&syntax.Summarize{Pos: op.Pos, Aggs: []syntax.Expr{named}, By: []syntax.Expr{op.Of}}, in, s)
	if len(b.errs) > before {
		return &Values{}
	}
	best := sum.Schema()[1]
	return &Sort{node{sum.Schema()}, sum, []SortKey{{X: &Col{1, best.Name, best.Type}}}, b.rowCount(op.N, s)}
}
