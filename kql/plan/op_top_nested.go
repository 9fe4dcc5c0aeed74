package plan

import (
	"github.com/dogwatch-dev/dogwatch/kql/syntax"
	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// TopNested keeps the best groups, within each the best groups by a further
// key, and so on. Ranked[i] gives the keys of the levels up to i, then the value
// that level i is ranked by.
type TopNested struct {
	node
	Ranked []Node
	N      []Expr // nil: all
	Order  []SortKey
}

// Inputs of the node.
func (n *TopNested) Inputs() []Node { return n.Ranked }

func (b *binder) topNested(op *syntax.TopNested, in Node, s *scope) Node {
	all := &Shared{node{in.Schema()}, in}
	t := &TopNested{}
	taken := b.newNames()
	var keys []syntax.Expr
	for _, l := range op.Levels {
		if l.Others != nil {
			b.unsupported(l.Others, "top-nested with others")
			continue
		}
		keys = append(keys, keyed(l.Of, len(keys)))
		before := len(b.errs)
		ranked := b.summarize(&syntax.Summarize{Pos: l.Pos, Aggs: []syntax.Expr{unnamed(l.By.X)}, By: keys}, all, s)
		if len(b.errs) > before {
			return &Values{}
		}
		t.addLevel(b, l, ranked, taken, s)
	}
	return t
}

// keyed gives a key a name of its own, so that equal ones do not meet.
func keyed(x syntax.Expr, level int) syntax.Expr {
	return &syntax.Named{Pos: syntax.Pos{At: x.Span()}, Names: []syntax.Name{{Text: "$key" + string(rune('0'+level))}}, X: unnamed(x)}
}

func unnamed(x syntax.Expr) syntax.Expr {
	if n, ok := x.(*syntax.Named); ok {
		return n.X
	}
	return x
}

func (t *TopNested) addLevel(b *binder, l syntax.TopLevel, ranked Node, taken *names, s *scope) {
	cols := ranked.Schema()
	key, best := cols[len(cols)-2].Type, cols[len(cols)-1].Type
	name := autoName(l.Of, nil)
	if n, ok := l.Of.(*syntax.Named); ok && len(n.Names) == 1 {
		name = n.Names[0].Text
	}
	score := "aggregated_" + name
	if n, ok := l.By.X.(*syntax.Named); ok && len(n.Names) == 1 {
		score = n.Names[0].Text
	}
	t.schema = append(t.schema, value.Field{Name: taken.take(name), Type: key}, value.Field{Name: taken.take(score), Type: best})
	t.Ranked = append(t.Ranked, ranked)
	t.Order = append(t.Order, SortKey{Asc: l.By.Asc, NullsFirst: l.By.Nulls == "first" || l.By.Nulls == "" && l.By.Asc})
	if l.N == nil {
		t.N = append(t.N, nil)
		return
	}
	t.N = append(t.N, b.rowCount(l.N, s))
}
