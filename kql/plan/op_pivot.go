package plan

import (
	"maps"
	"slices"

	"github.com/dogwatch-dev/dogwatch/kql/fn"
	"github.com/dogwatch-dev/dogwatch/kql/syntax"
	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// maxPivot bounds the columns that pivot and bag_unpack make of the rows.
const maxPivot = 1000

// Pivot turns rows of keys, name and value into one row for each combination of
// keys, with a column for each name. Missing is what stands where a name did
// not come.
type Pivot struct {
	node
	In      Node
	Names   []string
	Missing value.Value
}

// Inputs of the node.
func (n *Pivot) Inputs() []Node { return []Node{n.In} }

// pivot is evaluate pivot(column [, aggregate [, keys ...]]).
func (b *binder) pivot(op *syntax.Evaluate, in Node, s *scope) Node {
	args := op.Call.Args
	if len(args) == 0 {
		b.fail(op, "pivot() takes the column whose values become columns")
		return &Values{}
	}
	agg := &syntax.Call{Pos: op.Pos, Func: syntax.Name{Pos: op.Pos, Text: "count"}}
	if len(args) > 1 {
		call, ok := args[1].(*syntax.Call)
		if _, isAgg := fn.LookupAgg(callee(call, ok)); !isAgg {
			b.fail(args[1], "pivot() takes an aggregate as its second argument, as in sum(x)")
			return &Values{}
		}
		agg = call
	}
	name := &syntax.Named{Pos: op.Pos, Names: []syntax.Name{{Text: "$name"}}, X: &syntax.Call{Pos: op.Pos, Func: syntax.Name{Text: "tostring"}, Args: args[:1]}}
	keys := append(pivotKeys(args, agg, in), name)
	before := len(b.errs)
	sum := b.summarize(&syntax.Summarize{Pos: op.Pos, Aggs: []syntax.Expr{agg}, By: keys}, in, s)
	if len(b.errs) > before {
		return &Values{}
	}
	return b.pivoted(op, sum, &Pivot{In: sum, Missing: ofNothing(sum)})
}

// ofNothing is what the aggregate of a summarize gives for no rows.
func ofNothing(sum Node) value.Value {
	cols := sum.Schema()
	none := value.NullOf(cols[len(cols)-1].Type)
	if p, ok := sum.(*Project); ok {
		if s, ok := p.In.(*Summarize); ok && len(s.Aggs) == 1 && s.Aggs[0].Extreme == 0 {
			none = typed(s.Aggs[0].Func.New(s.Aggs[0].Info).Result(), none.Type())
		}
	}
	return none
}

func callee(call *syntax.Call, ok bool) string {
	if !ok {
		return ""
	}
	return call.Func.Text
}

// pivotKeys are the columns to group by: those written, else all that neither
// the pivot nor the aggregate names.
func pivotKeys(args []syntax.Expr, agg *syntax.Call, in Node) []syntax.Expr {
	if len(args) > 2 {
		return slices.Clone(args[2:])
	}
	used := map[string]bool{autoName(args[0], nil): true}
	for _, x := range agg.Args {
		used[autoName(x, nil)] = true
	}
	var out []syntax.Expr
	for _, f := range in.Schema() {
		if !used[f.Name] {
			out = append(out, &syntax.Ident{Pos: syntax.Pos{At: args[0].Span()}, Name: syntax.Name{Text: f.Name}})
		}
	}
	return out
}

// pivoted finds the columns in the rows, unless they are declared.
func (b *binder) pivoted(op *syntax.Evaluate, sum Node, p *Pivot) Node {
	if len(op.Schema) > 0 {
		return b.pivotedTo(op, sum, p)
	}
	cols := sum.Schema()
	at := len(cols) - 2
	found := map[string]bool{}
	err := b.probe(sum, func(row []value.Value) {
		if len(found) <= maxPivot {
			found[row[at].Str()] = true
		}
	})
	switch {
	case err != nil:
		b.unprobed(op, err, "pivot over rows that are not known while compiling", "")
		return &Values{}
	case len(found) > maxPivot:
		b.fail(op, "pivot() would make more than %d columns", maxPivot)
		return &Values{}
	}
	p.Names = slices.Sorted(maps.Keys(found))
	taken := b.newNames()
	for _, f := range cols[:at] {
		p.schema = append(p.schema, value.Field{Name: taken.take(f.Name), Type: f.Type})
	}
	for _, name := range p.Names {
		p.schema = append(p.schema, value.Field{Name: taken.take(name), Type: cols[at+1].Type})
	}
	return p
}

// pivotedTo makes the columns that are declared behind the call, in their order.
// Values that are not among them have no column; a column whose value does not
// come is empty.
func (b *binder) pivotedTo(op *syntax.Evaluate, sum Node, p *Pivot) Node {
	cols := sum.Schema()
	at := len(cols) - 2
	keys, of := cols[:at], cols[at+1].Type
	out := &Project{In: p}
	p.schema = slices.Clone(keys)
	for i, k := range keys {
		written := slices.ContainsFunc(op.Schema, func(c *syntax.Param) bool { return c.Name.Text == k.Name })
		if op.Star && !written {
			out.add(k.Name, &Col{i, k.Name, k.Type})
		}
		if !op.Star && !written {
			b.fail(op, "the columns of pivot() lack the key %q", k.Name).Hint = "declare it too: (" + k.Name + ":" + k.Type.String() + ", ...)"
		}
	}
	for _, c := range op.Schema {
		i, t := keys.Index(c.Name.Text), of
		if i >= 0 {
			t = keys[i].Type
		} else {
			i = len(p.schema)
			p.Names = append(p.Names, c.Name.Text)
			p.schema = append(p.schema, value.Field{Name: c.Name.Text, Type: of})
		}
		if c.Type != t {
			b.fail(c, "the column %q of pivot() is %s, and is declared as %s", c.Name.Text, t, c.Type)
		}
		out.add(c.Name.Text, &Col{i, c.Name.Text, t})
	}
	return out
}
