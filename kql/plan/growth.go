package plan

import (
	"cmp"
	"slices"

	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// Grows says whether more rows in a query's tables can only add rows to its
// result, or make columns of those that are there grow: then what was found
// once is never taken back. Else why says what stands against it. Two things
// are read over: conditions on the clock, which whoever runs the query over a
// window has put in its bounds, and the order of the result.
//
// It also asks that the source rows of a result are known in full, which they
// are not where one table only filters another.
func Grows(p *Plan) (why string, ok bool) {
	g := &growth{seen: map[Node][]trend{}}
	g.node(p.Root)
	return g.why, g.why == ""
}

// A trend is what becomes of a value while rows are added.
type trend uint8

const (
	fixed trend = iota
	up          // it grows: a number, a time, a set, false to true
	down
	sized // an array of which only the length grows
	timed // it changes with the clock, and with nothing else
	loose // anything may become of it
)

// join is the trend of something that may be either.
func join(a, b trend) trend {
	switch {
	case a == b || b == fixed:
		return a
	case a == fixed:
		return b
	case a == timed && b != loose || b == timed && a != loose:
		return timed
	}
	return loose
}

// flip is the trend of the opposite.
func (t trend) flip() trend {
	switch t {
	case up:
		return down
	case down:
		return up
	case sized:
		return loose
	}
	return t
}

// number is the trend of what is compared and computed with.
func (t trend) number() trend {
	if t == sized {
		return loose
	}
	return t
}

// growth works out the trends of the columns of nodes.
type growth struct {
	seen map[Node][]trend
	why  string
}

// no notes the first thing that stands against growing.
func (g *growth) no(why string) {
	if g.why == "" {
		g.why = why
	}
}

func (g *growth) node(n Node) []trend {
	if t, ok := g.seen[n]; ok {
		return t
	}
	t := make([]trend, len(n.Schema()))
	if _, scan := n.(*Scan); !scan && ReadsTables(n) {
		g.step(n, t)
	}
	g.seen[n] = t
	return t
}

// step fills in the trends of a step's columns, which are fixed so far.
func (g *growth) step(n Node, t []trend) {
	switch n := n.(type) {
	case *Where:
		copy(t, g.node(n.In))
		g.where(n.P, t)
	case *Project:
		g.project(n, t)
	case *Summarize:
		g.summarize(n, t)
	case *Sort:
		copy(t, g.node(n.In))
		if n.Limit != nil {
			g.no("top keeps other rows when more come")
		}
	case *Take:
		g.no("take keeps other rows when more come")
	case *Join:
		g.join(n, t)
	case *Union:
		g.union(n, t)
	case *MvExpand:
		g.expand(n, t)
	case *MvApply:
		g.apply(n)
	case *Parse:
		g.parse(n.X, n.Drop, n.In, n.Out, t)
	case *ParseKV:
		g.parse(n.X, false, n.In, n.Out, t)
	case *IPLookup:
		g.lookup(n, t)
	case *Shared:
		copy(t, g.node(n.In))
	case *Render:
		copy(t, g.node(n.In))
	default:
		g.no("a step looks at all rows together")
	}
}

// where asks that no row that passed is held back later.
func (g *growth) where(p Expr, in []trend) {
	if l, ok := p.(*Logic); ok && !l.Or {
		g.where(l.X, in)
		g.where(l.Y, in)
		return
	}
	switch g.expr(p, in) {
	case fixed, up, timed:
	default:
		g.no("a condition may stop holding when more rows come")
	}
}

func (g *growth) project(n *Project, t []trend) {
	if n.Ordered {
		g.no("a function of the row before or behind (prev, row_number) changes when more rows come")
		return
	}
	in := g.node(n.In)
	for i, e := range n.Exprs {
		t[i] = g.expr(e, in)
	}
}

func (g *growth) summarize(n *Summarize, t []trend) {
	in := g.node(n.In)
	for _, by := range n.By {
		if g.expr(by, in) != fixed {
			g.no("summarize groups by something that changes when more rows come")
		}
	}
	at := len(n.By)
	for _, a := range n.Aggs {
		for range max(len(a.Types), 1) {
			if at < len(t) {
				t[at] = g.aggregate(a, in)
			}
			at++
		}
	}
}

// aggregate is the trend of an aggregate's results.
func (g *growth) aggregate(a Agg, in []trend) trend {
	if a.Extreme != 0 || a.Func == nil {
		return loose
	}
	args := make([]trend, len(a.Args))
	for i, e := range a.Args {
		args[i] = g.expr(e, in)
	}
	arg := func(i int, ok ...trend) bool { return i < len(args) && slices.Contains(ok, args[i]) }
	switch a.Func.Name {
	case "count":
		return up
	case "countif":
		if arg(0, fixed, up) {
			return up
		}
	case "dcount", "count_distinct":
		if arg(0, fixed) {
			return up
		}
	case "dcountif", "count_distinctif":
		if arg(0, fixed) && arg(1, fixed, up) {
			return up
		}
	case "sum":
		if arg(0, fixed, up) && notNegative(a.Args[0]) {
			return up
		}
	case "sumif":
		if arg(0, fixed, up) && arg(1, fixed, up) && notNegative(a.Args[0]) {
			return up
		}
	case "max":
		if arg(0, fixed, up) {
			return up
		}
	case "maxif":
		if arg(0, fixed, up) && arg(1, fixed, up) {
			return up
		}
	case "min":
		if arg(0, fixed, down) {
			return down
		}
	case "minif":
		if arg(0, fixed, down) && arg(1, fixed, up) {
			return down
		}
	case "make_set", "make_list", "make_list_with_nulls":
		if arg(0, fixed) {
			return gathered(a, 1)
		}
	case "make_set_if", "make_list_if":
		if arg(0, fixed) && arg(1, fixed, up) {
			return gathered(a, 2)
		}
	}
	return loose
}

// gathered is the trend of a list or set: what stands in one of a bounded size
// depends on what came first.
func gathered(a Agg, size int) trend {
	if len(a.Args) > size {
		return sized
	}
	return up
}

// notNegative says whether a number is known to be none below zero.
func notNegative(e Expr) bool {
	switch e := e.(type) {
	case *Const:
		lo, _, ok := bounds(e)
		return ok && lo >= 0
	case *Choose:
		lo, _, ok := bounds(e)
		return ok && lo >= 0
	case *Call:
		switch e.Name {
		case "strlen", "array_length", "countof", "string_size", "hourofday", "abs":
			return true
		case "+", "*", "tolong", "toint", "todouble", "toreal", "max_of", "min_of":
			return !slices.ContainsFunc(e.Args, func(a Expr) bool { return a.Type() != value.Bool && !notNegative(a) })
		}
	}
	return false
}

func (g *growth) join(n *Join, t []trend) {
	left, right := g.node(n.Left), g.node(n.Right)
	for _, k := range n.LeftKeys {
		g.key(k, left)
	}
	for _, k := range n.RightKeys {
		g.key(k, right)
	}
	grown := func(x Node) bool { return ReadsTables(x) }
	looseLeft, looseRight := false, false
	switch n.Kind {
	case Inner:
	case InnerUnique:
		if grown(n.Left) {
			g.no("a join without kind keeps one left row of each key: write kind=inner")
		}
	case LeftOuter:
		looseRight = grown(n.Right)
	case RightOuter:
		looseLeft = grown(n.Left)
	case FullOuter:
		looseLeft, looseRight = grown(n.Left), grown(n.Right)
	case LeftAnti:
		if grown(n.Right) {
			g.no("leftanti takes rows away when more come")
		}
	case RightAnti:
		if grown(n.Left) {
			g.no("rightanti takes rows away when more come")
		}
	case LeftSemi:
		if grown(n.Right) {
			g.no("leftsemi does not tell which rows of the right it found: write kind=inner")
		}
	case RightSemi:
		if grown(n.Left) {
			g.no("rightsemi does not tell which rows of the left it found: write kind=inner")
		}
	}
	width := len(n.Left.Schema())
	for c, from := range n.Out {
		switch {
		case from < width && looseLeft, from >= width && looseRight:
			t[c] = loose
		case from < width:
			t[c] = left[from]
		default:
			t[c] = right[from-width]
		}
	}
}

// key asks that what rows are joined by does not change.
func (g *growth) key(e Expr, in []trend) {
	if g.expr(e, in) != fixed {
		g.no("a join is on something that changes when more rows come")
	}
}

func (g *growth) union(n *Union, t []trend) {
	shift := 0
	if n.Source != nil {
		shift = 1
	}
	for i, in := range n.Ins {
		trends := g.node(in)
		for c := shift; c < len(t); c++ {
			if from := n.Maps[i][c-shift]; from >= 0 {
				t[c] = join(t[c], trends[from])
			}
		}
	}
}

func (g *growth) expand(n *MvExpand, t []trend) {
	in := g.node(n.In)
	moved := n.Limit != nil && ReadsTables(n.In)
	for _, e := range n.Exprs {
		switch g.expr(e, in) {
		case fixed:
		case up:
			moved = moved || n.Index >= 0 || len(n.Exprs) > 1
		default:
			moved = true
		}
	}
	if moved && slices.ContainsFunc(n.Exprs, func(e Expr) bool { return g.expr(e, in) != fixed }) {
		g.no("mv-expand is of something that changes when more rows come")
	}
	for c, from := range n.Out {
		if from >= 0 {
			t[c] = in[from]
		}
	}
}

// apply is mv-apply over a row that does not change, and reads nothing else.
func (g *growth) apply(n *MvApply) {
	if slices.ContainsFunc(g.node(n.In), func(t trend) bool { return t != fixed }) || ReadsTables(n.Sub) {
		g.no("mv-apply is over something that changes when more rows come")
	}
}

func (g *growth) parse(x Expr, drop bool, in Node, out []int, t []trend) {
	trends := g.node(in)
	of := g.expr(x, trends)
	if of != fixed {
		of = loose
		if drop {
			g.no("parse-where is of something that changes when more rows come")
		}
	}
	for c, from := range out {
		if t[c] = of; from >= 0 {
			t[c] = trends[from]
		}
	}
}

func (g *growth) lookup(n *IPLookup, t []trend) {
	left := g.node(n.Left)
	g.key(n.Address, left)
	for _, k := range n.LeftKeys {
		g.key(k, left)
	}
	if ReadsTables(n.Right) {
		g.no("ipv4_lookup reads a table that changes when more rows come")
	}
	copy(t, left)
}

// expr is the trend of an expression over columns of the given trends.
func (g *growth) expr(e Expr, in []trend) trend {
	switch e := e.(type) {
	case nil, *Const:
		return fixed
	case *Col:
		if e.Index < len(in) {
			return in[e.Index]
		}
		return loose
	case *Logic:
		return join(g.expr(e.X, in).number(), g.expr(e.Y, in).number())
	case *Choose:
		return g.choose(e, in)
	case *Call:
		return g.call(e, in)
	case *InTable:
		return g.inTable(e, in)
	case *Scalar:
		if ReadsTables(e.Sub) {
			return loose
		}
		return fixed
	}
	out := fixed
	for _, c := range Children(e) {
		out = join(out, g.expr(c, in))
	}
	if out == fixed || out == timed {
		return out
	}
	return loose
}

// inTable is a test against a subquery. Which rows of that it found is not
// known, so it is none that grows.
func (g *growth) inTable(e *InTable, in []trend) trend {
	if ReadsTables(e.Sub) {
		return loose
	}
	if t := g.expr(e.X, in); t == fixed || t == timed {
		return t
	}
	return loose
}

func (g *growth) call(e *Call, in []trend) trend {
	switch e.Name {
	case "now", "ago":
		return timed
	}
	if e.Bound.Volatile {
		return loose
	}
	args := make([]trend, len(e.Args))
	same := fixed // of all arguments
	for i, a := range e.Args {
		args[i] = g.expr(a, in)
		same = join(same, args[i])
	}
	if same == fixed || same == timed {
		return same
	}
	switch e.Name {
	case ">", ">=":
		return join(args[0].number(), args[1].number().flip())
	case "<", "<=":
		return join(args[0].number().flip(), args[1].number())
	case "not":
		return args[0].number().flip()
	case "+", "max_of", "min_of":
		return same.number()
	case "-":
		if len(args) == 2 {
			return join(args[0].number(), args[1].number().flip())
		}
		return args[0].number().flip()
	case "*", "/":
		return g.scaled(e, args)
	case "tolong", "toint", "todouble", "toreal", "todecimal", "todatetime", "totimespan", "bag_keys", "set_union", "array_concat":
		return same.number()
	case "array_length":
		if args[0] == up || args[0] == sized {
			return up
		}
	case "set_has_element":
		if args[1] == fixed {
			return args[0].number()
		}
	case "isnotempty", "isnotnull":
		if args[0] != loose && args[0] != timed {
			return up
		}
	case "isempty", "isnull":
		if args[0] != loose && args[0] != timed {
			return down
		}
	}
	return loose
}

// scaled is the trend of a product or quotient with a constant of no sign.
func (g *growth) scaled(e *Call, args []trend) trend {
	if len(e.Args) != 2 {
		return loose
	}
	if lo, _, ok := bounds(e.Args[1]); ok && lo >= 0 {
		return args[0].number()
	}
	if lo, _, ok := bounds(e.Args[0]); ok && lo >= 0 && e.Name == "*" {
		return args[1].number()
	}
	return loose
}

// choose is the trend of iff and case, which are read from the end: iff(p, a,
// rest) grows where p grows and a is never less than the rest.
func (g *growth) choose(e *Choose, in []trend) trend {
	rest := g.expr(e.Else, in).number()
	lo, hi, known := bounds(e.Else)
	for i := len(e.When) - 1; i >= 0; i-- {
		when, then := g.expr(e.When[i], in).number(), g.expr(e.Then[i], in).number()
		tlo, thi, ok := bounds(e.Then[i])
		known = known && ok
		both := join(then, rest)
		switch {
		case when == fixed || when == timed:
			rest = join(both, when)
		case known && (when == up && tlo >= hi || when == down && thi <= lo):
			rest = join(both, up)
		case known && (when == up && thi <= lo || when == down && tlo >= hi):
			rest = join(both, down)
		default:
			rest = loose
		}
		lo, hi = min(lo, tlo), max(hi, thi)
	}
	return rest
}

// bounds are the least and the greatest number that an expression of
// constants gives.
func bounds(e Expr) (lo, hi float64, ok bool) {
	switch e := e.(type) {
	case *Const:
		switch e.V.Type() {
		case value.Bool, value.Int, value.Long, value.Real, value.Decimal, value.TimeSpan:
			if n, isNumber := numberOf(e.V); isNumber {
				return n, n, true
			}
		}
	case *Choose:
		lo, hi, ok = bounds(e.Else)
		for _, t := range e.Then {
			a, b, one := bounds(t)
			ok = ok && one
			lo, hi = min(lo, a), max(hi, b)
		}
		return lo, hi, ok
	}
	return 0, 0, false
}

func numberOf(v value.Value) (float64, bool) {
	if v.IsNull() {
		return 0, false
	}
	switch v.Type() {
	case value.Real:
		return v.Real(), true
	case value.Bool:
		return float64(cmp.Compare(v.Int(), 0)), true
	case value.Int, value.Long, value.TimeSpan:
		return float64(v.Int()), true
	}
	return 0, false
}

// Keys are the result columns that tell the groups of a query's last summarize
// apart, times left out: bins of time part one group's rows. ok is false when
// the query has no summarize, or only computes with what it gives.
func Keys(p *Plan) (columns []int, ok bool) {
	n := p.Root
	at := make([]int, len(n.Schema())) // of each result column: that of n
	for i := range at {
		at[i] = i
	}
	for {
		switch x := n.(type) {
		case *Where:
			n = x.In
		case *Sort:
			n = x.In
		case *Take:
			n = x.In
		case *Shared:
			n = x.In
		case *Render:
			n = x.In
		case *Project:
			for i, c := range at {
				at[i] = columnOf(x, c)
			}
			n = x.In
		case *Summarize:
			var out []int
			for i, c := range at {
				if c >= 0 && c < len(x.By) && x.By[c].Type() != value.DateTime {
					out = append(out, i)
				}
			}
			return out, true
		default:
			return nil, false
		}
	}
}

// columnOf is the input's column that a projected one is, or -1.
func columnOf(p *Project, c int) int {
	if c < 0 {
		return -1
	}
	if col, ok := p.Exprs[c].(*Col); ok {
		return col.Index
	}
	return -1
}
