package plan

import (
	"slices"
	"strconv"

	"github.com/dogwatch-dev/dogwatch/kql/fn"
	"github.com/dogwatch-dev/dogwatch/kql/syntax"
	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// A gathering collects the aggregates of a summarize. Each has one or more
// result columns, which lie behind the group keys.
type gathering struct {
	b     *binder
	in    Node
	v     *env
	by    int
	aggs  []Agg
	types value.Schema // of the results, in order
}

func (g *gathering) add(a Agg) (first int) {
	first = g.by + len(g.types)
	g.aggs = append(g.aggs, a)
	for _, t := range a.Types {
		g.types = append(g.types, value.Field{Type: t})
	}
	return first
}

// one binds an aggregate with a single result, for use inside an expression.
func (g *gathering) one(call *syntax.Call, a *fn.Agg) Expr {
	inner := *g.v
	inner.agg = nil
	args, written, ok := g.b.arguments(call, &inner)
	if !ok {
		return bad
	}
	agg, ok := g.b.aggregate(call, a, args, written)
	if !ok {
		return bad
	}
	return &Col{g.add(agg), "", agg.Types[0]}
}

// aggregate chooses an aggregate for its arguments.
func (b *binder) aggregate(call *syntax.Call, a *fn.Agg, args []Expr, written []syntax.Expr) (Agg, bool) {
	if isExtreme(a.Name) {
		if len(args) == 0 {
			b.fail(call, "%s() needs arguments", a.Name)
			return Agg{}, false
		}
		agg := Agg{Func: a, Args: args, Extreme: extremes[a.Name], Types: []value.Type{args[0].Type()}}
		if agg.Extreme == 2 {
			agg.Args = args[:1]
		}
		return agg, true
	}
	if a.New == nil {
		b.unsupported(&call.Func, a.Name+"()")
		return Agg{}, false
	}
	info := make([]fn.Arg, len(args))
	for i, e := range args {
		info[i] = argOf(e)
	}
	result, err := fn.CheckAgg(a, info)
	if err != nil {
		b.bound(call, a.Name, fn.Bound{}, err, written)
		return Agg{}, false
	}
	return Agg{Func: a, Info: info, Args: args, Types: []value.Type{result}}, true
}

var extremes = map[string]int{"arg_max": 1, "argmax": 1, "arg_min": -1, "argmin": -1, "take_any": 2, "any": 2}

func isExtreme(name string) bool { return extremes[name] != 0 }

// An output is a column of the result: an expression over keys and aggregates.
type output struct {
	name  string
	given bool
	x     Expr
}

func (b *binder) summarize(op *syntax.Summarize, in Node, s *scope) Node {
	v := b.envOf(in, s)
	v.ordered = false
	sum := &Summarize{In: in}
	var outs []output
	taken := b.newNames()
	for _, x := range op.By {
		outs = append(outs, b.key(x, v, sum, taken))
	}
	g := &gathering{b: b, in: in, v: v, by: len(sum.By)}
	for _, x := range op.Aggs {
		outs = append(outs, g.outputs(x, taken, keysOf(op.By))...)
	}
	sum.Aggs = g.aggs
	for i, e := range sum.By {
		sum.schema = append(sum.schema, value.Field{Name: outs[i].name, Type: e.Type()})
	}
	sum.schema = append(sum.schema, g.types...)
	p := &Project{In: sum}
	for _, o := range outs {
		if o.name != "" {
			p.add(o.name, o.x)
			continue
		}
		p.add(taken.anonymous(), o.x)
	}
	return p
}

// key binds one expression of by.
func (b *binder) key(x syntax.Expr, v *env, sum *Summarize, taken *names) output {
	name, given := autoName(x, v.cols), false
	if n, ok := x.(*syntax.Named); ok && len(n.Names) == 1 {
		name, given, x = n.Names[0].Text, true, n.X
	}
	e := b.scalar(x, v)
	if e.Type() == value.Dynamic {
		b.fail(x, "rows cannot be grouped by a dynamic value").Hint = "convert it, as in tostring(...)"
	}
	if given && !taken.write(name) {
		b.fail(x, "the column %q is given twice", name)
	}
	sum.By = append(sum.By, e)
	return output{taken.take(name), true, &Col{len(sum.By) - 1, name, e.Type()}}
}

// keysOf are the plain column names of by: arg_max(x, *) leaves them out.
func keysOf(by []syntax.Expr) []string {
	var out []string
	for _, x := range by {
		if n, ok := x.(*syntax.Named); ok {
			x = n.X
		}
		if id, ok := x.(*syntax.Ident); ok {
			out = append(out, id.Name.Text)
		}
	}
	return out
}

// outputs binds one expression of the aggregates; those with several results
// give several columns.
func (g *gathering) outputs(x syntax.Expr, taken *names, keys []string) []output {
	var given []syntax.Name
	if n, ok := x.(*syntax.Named); ok {
		given, x = n.Names, n.X
	}
	if call, ok := x.(*syntax.Call); ok {
		if a, isAgg := fn.LookupAgg(call.Func.Text); isAgg {
			switch {
			case isExtreme(a.Name):
				return g.extreme(call, a, given, taken, keys)
			case a.Name == "percentiles":
				return g.percentiles(call, "percentile", 1, given, taken)
			case a.Name == "percentilesw":
				return g.percentiles(call, "percentilew", 2, given, taken)
			}
		}
	}
	v := *g.v
	v.agg = g.one
	before := len(g.aggs)
	e := g.b.scalar(x, &v)
	if _, constant := e.(*Const); len(g.aggs) == before && !constant {
		g.b.fail(x, "summarize needs an aggregate here").Hint = "as in count(), max(...), make_set(...); columns to group by stand after by"
	}
	name := autoName(x, g.v.cols)
	if len(given) > 0 {
		if !taken.write(given[0].Text) {
			g.b.fail(x, "the column %q is given twice", given[0].Text)
		}
		name = given[0].Text
	}
	if name == "" {
		return []output{{"", false, e}}
	}
	return []output{{taken.take(name), len(given) > 0, e}}
}

// extreme is arg_max, arg_min and take_any: several columns of one row.
func (g *gathering) extreme(call *syntax.Call, a *fn.Agg, given []syntax.Name, taken *names, keys []string) []output {
	agg := Agg{Func: a, Extreme: extremes[a.Name]}
	var outs []output
	add := func(name string, isGiven bool, e Expr) {
		if i := len(agg.Types); i < len(given) {
			name, isGiven = given[i].Text, true
		}
		agg.Args, agg.Types = append(agg.Args, e), append(agg.Types, e.Type())
		outs = append(outs, output{name, isGiven, &Col{0, name, e.Type()}})
	}
	naming := newExtremeNames(call, agg.Extreme, g.v.cols)
	v := *g.v
	v.agg = nil
	for i, x := range call.Args {
		switch x := x.(type) {
		case *syntax.Star:
			for c, f := range g.in.Schema() {
				if !slices.Contains(keys, f.Name) && !namesColumn(call.Args[:i], f.Name) {
					add(naming.of(f.Name, i), false, &Col{c, f.Name, f.Type})
				}
			}
		case *syntax.Named:
			add(x.Names[0].Text, true, g.b.scalar(x.X, &v))
		default:
			add(naming.of(autoName(x, v.cols), i), false, g.b.scalar(x, &v))
		}
	}
	if len(agg.Args) == 0 {
		g.b.fail(call, "%s() needs arguments", a.Name)
		return nil
	}
	first := g.add(agg)
	for i := range outs {
		outs[i].x.(*Col).Index = first + i
		if outs[i].given && !taken.write(outs[i].name) {
			g.b.fail(call, "the column %q is given twice", outs[i].name)
		}
		outs[i].name = taken.take(outs[i].name)
	}
	return outs
}

// namesColumn says whether one of the expressions is just that column.
func namesColumn(list []syntax.Expr, name string) bool {
	return slices.ContainsFunc(list, func(x syntax.Expr) bool { return isIdent(x) && autoName(x, nil) == name })
}

// extremeNames gives the columns of arg_max and its like their names. The
// older spellings put a prefix before each.
type extremeNames struct {
	legacy      bool
	first, rest string // of the first column and of the others
	unnamed     string
}

func newExtremeNames(call *syntax.Call, kind int, cols value.Schema) extremeNames {
	name := call.Func.Text
	if name == "any" && len(call.Args) == 1 {
		return extremeNames{true, "any_", "any_", "any_"} // then without a number
	}
	if kind == 2 {
		return extremeNames{name == "any", "any_", "any_", "any_arg"}
	}
	best := map[int]string{1: "max_", -1: "min_"}[kind]
	if len(call.Args) > 0 {
		return extremeNames{name == "argmax" || name == "argmin", best, best + autoName(call.Args[0], cols) + "_", best + autoName(call.Args[0], cols) + "_arg"}
	}
	return extremeNames{}
}

func (n extremeNames) of(name string, i int) string {
	switch {
	case name == "" && n.unnamed == n.first:
		return n.first
	case name == "" && (i > 0 || n.first == "any_"):
		return n.unnamed + strconv.Itoa(i)
	case i == 0 && (n.legacy || name == ""):
		return n.first + name
	case n.legacy:
		return n.rest + name
	}
	return name
}

func isIdent(x syntax.Expr) bool {
	_, ok := x.(*syntax.Ident)
	return ok
}

// percentiles(x, 5, 50) is a column for each; one is the aggregate of a single
// percentage, which takes so many values before it.
func (g *gathering) percentiles(call *syntax.Call, one string, values int, given []syntax.Name, taken *names) []output {
	single, ok := fn.LookupAgg(one)
	plain, _ := fn.LookupAgg("percentile")
	if !ok || len(call.Args) <= values {
		g.b.fail(call, "%s() takes %d columns and at least one percentage", call.Func.Text, values)
		return nil
	}
	each := func(name string, args ...syntax.Expr) *syntax.Call {
		return &syntax.Call{Pos: call.Pos, Func: syntax.Name{Pos: call.Func.Pos, Text: name}, Args: args}
	}
	var outs []output
	for i, pct := range call.Args[values:] {
		// The weight is not part of the name.
		name := aggName(plain, each("percentile", call.Args[0], pct), g.v.cols)
		if i < len(given) {
			name = given[i].Text
		}
		x := each(one, append(slices.Clone(call.Args[:values]), pct)...)
		outs = append(outs, output{taken.take(name), i < len(given), g.one(x, single)})
	}
	return outs
}

// distinct is a summarize without aggregates.
func (b *binder) distinct(op *syntax.Distinct, in Node, s *scope) Node {
	v := b.envOf(in, s)
	sum := &Summarize{In: in}
	taken := b.newNames()
	for _, x := range op.Cols {
		switch x.(type) {
		case *syntax.Star, *syntax.Pattern:
			for _, i := range b.picked(x, in, false) {
				f := in.Schema()[i]
				if f.Type == value.Dynamic {
					b.fail(x, "the dynamic column %q cannot be compared by distinct", f.Name).Hint = "project tostring(" + f.Name + ") before it"
				}
				sum.By = append(sum.By, &Col{i, f.Name, f.Type})
				sum.schema = append(sum.schema, value.Field{Name: taken.take(f.Name), Type: f.Type})
			}
		default:
			o := b.key(x, v, sum, taken)
			sum.schema = append(sum.schema, value.Field{Name: o.name, Type: o.x.Type()})
		}
	}
	return sum
}

func (b *binder) count(op *syntax.Count, in Node) Node {
	name := "Count"
	if op.As != nil {
		name = op.As.Text
	}
	a, _ := fn.LookupAgg("count")
	agg := Agg{Func: a, Types: []value.Type{value.Long}}
	return &Summarize{node{value.Schema{{Name: name, Type: value.Long}}}, in, nil, []Agg{agg}}
}
