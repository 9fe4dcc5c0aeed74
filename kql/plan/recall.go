package plan

import (
	"cmp"
	"slices"

	"github.com/dogwatch-dev/dogwatch/kql/diag"
	"github.com/dogwatch-dev/dogwatch/kql/fn"
	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// A Recall says what a query, that is run again and again over a window of time,
// has old rows for, where it reports recent ones and looks back only for what was
// there before: which keys, and since when. Then the first of the old rows that
// agree in all that counts stands for the others, and a run needs no more of them.
type Recall struct {
	// Age is how long, in ticks, a row lies before the clock that is old.
	Age int64
	// Keys are by table what old rows have to agree in, made of the table's rows.
	// Their first column is the row's time.
	Keys map[string]*Plan
	// Columns are by table what the keys are made of, behind the row's time: rows that
	// agree in that agree in the keys. They are left out where it is more than plain
	// values, such as a body.
	Columns map[string]*Plan
}

// TimeColumn is the column that windows of time go by.
const TimeColumn = "TimeGenerated"

// RecallOf finds what a query has old rows for, if it is run over a window of a
// length in ticks; nil when it may depend on each of them.
//
// Old rows must not reach the result: each way there must ask for recent ones by
// the clock. Where they are looked into (toscalar, in, the right side of
// leftanti), nothing may depend on how often something is there, nor on any time
// but the first.
func RecallOf(p *Plan, period int64) *Recall {
	r := &recall{period: period, tables: map[string]*recalled{}, ok: period > 0}
	r.visible(p.Root)
	if !r.ok || r.age <= 0 || r.age >= period || len(r.tables) == 0 {
		return nil
	}
	out := &Recall{Age: r.age, Keys: map[string]*Plan{}, Columns: map[string]*Plan{}}
	for table, t := range r.tables {
		if t.scan == nil || len(t.keys) > maxRecall/20 {
			return nil
		}
		out.Keys[table] = t.plan(p.File)
		if c := t.columnsPlan(p.File); c != nil {
			out.Columns[table] = c
		}
	}
	return out
}

type recall struct {
	period int64
	age    int64
	tables map[string]*recalled
	steps  int
	ok     bool
}

// A recalled is what old rows of a table have to agree in.
type recalled struct {
	scan  *Scan  // one that has the time
	exprs []Expr // over the table's columns
	known *ExprKeys
	keyed map[int]int // places in exprs, by key
	keys  []Expr      // over exprs
}

// place is that of an expression among exprs.
func (t *recalled) place(e Expr) *Col {
	key, known := t.known.Of(e, func(*Scalar) (value.Value, bool) { return value.Value{}, false })
	at, ok := t.keyed[key]
	if !ok || !known {
		at = len(t.exprs)
		t.exprs = append(t.exprs, e)
		if known {
			t.keyed[key] = at
		}
	}
	return &Col{Index: at, Typ: e.Type()}
}

// maxRecall bounds the parts of all keys, and the steps that are looked at.
const maxRecall = 4000

func (r *recall) no() { r.ok = false }

// visible looks at a step whose rows reach the result.
func (r *recall) visible(n Node) { r.step(n, false) }

// hidden looks at a step that only what is looked into comes of.
func (r *recall) hidden(n Node) { r.step(n, true) }

func (r *recall) step(n Node, hidden bool) {
	if r.steps++; r.steps > maxRecall || !r.ok {
		r.no()
		return
	}
	if c := chainOf(n); c != nil {
		r.look(c.nodes...)
		if !r.recent(c) {
			r.no()
		}
		return
	}
	r.look(n)
	switch n := n.(type) {
	case *Where, *Project, *Sort, *Take, *Union, *MvExpand, *Parse, *ParseKV, *Render, *Values, *Print, *Range, *Shared:
		for _, in := range n.Inputs() {
			r.step(in, hidden)
		}
	case *Summarize:
		if c := chainOf(n.In); hidden && c != nil && !r.recent(c) {
			r.look(c.nodes...)
			r.keep(c, append(slices.Clone(n.By), r.aggregated(c, n.Aggs)...))
			return
		}
		r.step(n.In, hidden)
	case *Join:
		r.step(n.Left, hidden)
		if n.Kind == LeftAnti || n.Kind == LeftSemi {
			r.asked(n.Right, n.RightKeys)
			return
		}
		r.step(n.Right, hidden)
	default:
		r.no()
	}
}

// look looks at what the expressions of steps look into.
func (r *recall) look(steps ...Node) {
	for _, n := range steps {
		for _, e := range exprsOf(n) {
			Walk(e, func(e Expr) bool {
				switch e := e.(type) {
				case *Scalar: // of its first row
					r.asked(e.Sub, columnsOf(e.Sub))
				case *InTable:
					r.asked(e.Sub, columnsOf(e.Sub)[:1])
				}
				return true
			})
		}
	}
}

// asked looks at rows that are only asked whether there are some with certain
// keys, or which is the first.
func (r *recall) asked(n Node, keys []Expr) {
	if c := chainOf(n); c != nil && !r.recent(c) {
		r.look(c.nodes...)
		r.keep(c, keys)
		return
	}
	r.hidden(n)
}

func columnsOf(n Node) []Expr {
	out := make([]Expr, len(n.Schema()))
	for i, f := range n.Schema() {
		out[i] = &Col{i, f.Name, f.Type}
	}
	return out
}

// A tableChain is a scan with row-by-row steps, from the scan on.
type tableChain struct {
	scan  *Scan
	nodes []Node
}

func chainOf(n Node) *tableChain {
	var up []Node
	for {
		switch x := n.(type) {
		case *Scan:
			slices.Reverse(up)
			return &tableChain{x, up}
		case *Where, *MvExpand, *Parse, *ParseKV:
		case *Project:
			if x.Ordered {
				return nil
			}
		default:
			return nil
		}
		up = append(up, n)
		n = n.Inputs()[0]
	}
}

// follow calls f with the conditions of a chain, over the table's columns; nil is
// one that cannot be said so. It returns the columns at the chain's end.
func (c *tableChain) follow(f func(cond Expr)) (cols []Expr, whole bool) {
	w := follow(c.scan)
	whole = true
	for _, n := range c.nodes {
		switch n := n.(type) {
		case *Where:
			for _, p := range Conjuncts(n.P) {
				f(w.exactly(p, maxRecall))
			}
		case *Project:
			next := make([]Expr, len(n.Exprs))
			for i, e := range n.Exprs {
				next[i] = w.exactly(e, maxRecall)
			}
			w.cols = next
		case *Parse:
			whole = whole && !n.Drop
			w.choose(n.Out)
		case *ParseKV:
			w.choose(n.Out)
		case *MvExpand:
			whole = false
			w.choose(n.Out)
		}
	}
	return w.cols, whole
}

// recent says whether a chain asks for rows that are not old, and notes how old
// that is.
func (r *recall) recent(c *tableChain) (yes bool) {
	c.follow(func(cond Expr) {
		for _, b := range timeBounds(cond) {
			if !b.from || b.ago < r.period {
				yes = yes || b.from
				r.age = max(r.age, b.ago)
			}
		}
	})
	return yes
}

// keep notes what the old rows of a chain have to agree in: that they pass, and
// some expressions over its last step.
func (r *recall) keep(c *tableChain, of []Expr) {
	var conds []Expr
	cols, whole := c.follow(func(cond Expr) {
		switch {
		case cond == nil:
			r.no()
		case timeBounds(cond) == nil: // those hold for all old rows
			conds = append(conds, cond)
		}
	})
	if !whole {
		r.no()
	}
	end := &follower{cols: cols}
	var keys []Expr
	for _, e := range of {
		if e == nil {
			continue
		}
		x := end.exactly(e, maxRecall)
		if x == nil || isTime(x) {
			r.no()
			return
		}
		keys = append(keys, x)
	}
	for _, e := range append(slices.Clone(conds), keys...) {
		if e == nil || !static(e) {
			r.no()
			return
		}
	}
	r.of(c.scan).add(conds, keys)
}

func (r *recall) of(scan *Scan) *recalled {
	t := r.tables[scan.Table]
	if t == nil {
		t = &recalled{known: NewExprKeys(), keyed: map[int]int{}}
		r.tables[scan.Table] = t
	}
	if scan.Schema().Index(TimeColumn) >= 0 {
		t.scan = scan
	}
	return t
}

// add adds the conditions of a chain, and keys of the rows that meet them.
func (t *recalled) add(conds, keys []Expr) {
	for i, c := range conds {
		conds[i] = t.place(c)
		t.keys = append(t.keys, conds[i])
	}
	passes := allOf(conds)
	for _, k := range keys {
		t.keys = append(t.keys, &Choose{When: []Expr{passes}, Then: []Expr{t.place(k)}, Else: &Const{value.NullOf(k.Type())}, Typ: k.Type()})
	}
}

func allOf(conds []Expr) Expr {
	var out Expr = &Const{value.BoolOf(true)}
	for i, c := range conds {
		if i == 0 {
			out = c
		} else {
			out = &Logic{false, out, c}
		}
	}
	return out
}

// aggregated are the arguments of aggregates for which it does not matter how
// often they come, but for the first time.
func (r *recall) aggregated(c *tableChain, aggs []Agg) (out []Expr) {
	cols, _ := c.follow(func(Expr) {})
	end := &follower{cols: cols}
	for _, a := range aggs {
		if a.Extreme != 0 || a.Func == nil {
			r.no()
			continue
		}
		switch a.Func.Name {
		case "min":
			if x := end.exactly(a.Args[0], maxRecall); x != nil && isTime(x) {
				continue
			}
		case "max", "minif", "maxif", "dcount", "dcountif", "count_distinct", "count_distinctif", "make_set", "make_set_if":
		default:
			r.no()
		}
		out = append(out, a.Args...)
	}
	return out
}

// static says whether an expression over a row is the same at any time, whatever
// other rows there are.
func static(e Expr) bool {
	ok := true
	Walk(e, func(e Expr) bool {
		switch e := e.(type) {
		case *Call:
			ok = ok && !e.Bound.Timed && !e.Bound.Volatile
		case *Scalar:
			ok = false
		case *InTable:
			ok = ok && !ReadsTables(e.Sub) && !ReadsGiven(e.Sub)
		case *Ordered:
			ok = false
		}
		return ok
	})
	return ok
}

func isTime(e Expr) bool {
	c, ok := e.(*Col)
	return ok && c.Name == TimeColumn && c.Typ == value.DateTime
}

// A timeBound is a condition on a row's time: that it lies behind, or else
// before, the time so many ticks ago.
type timeBound struct {
	from bool
	ago  int64
}

// timeBounds are those that a condition consists of; nil if it is another.
func timeBounds(e Expr) []timeBound {
	c, ok := e.(*Call)
	switch {
	case !ok:
		return nil
	case c.Name == "between" && len(c.Args) == 3 && isBetween(c.Bound):
		lo, ok1 := clockBehind(c.Args[1])
		hi, ok2 := clockBehind(c.Args[2])
		if ok1 && ok2 && isTime(c.Args[0]) {
			return []timeBound{{true, lo}, {false, hi}}
		}
		return nil
	case len(c.Args) != 2 || mirrored[c.Name] == "" || c.Name[0] != '<' && c.Name[0] != '>':
		return nil
	}
	x, y, name := c.Args[0], c.Args[1], c.Name
	if isTime(y) {
		x, y, name = y, x, mirrored[name]
	}
	ago, ok := clockBehind(y)
	if !ok || !isTime(x) {
		return nil
	}
	return []timeBound{{name[0] == '>', ago}}
}

// isBetween tells between from its opposite, which bears the same name.
func isBetween(b fn.Bound) bool {
	at := func(n int64) value.Value { return value.DateTimeOf(n) }
	v := b.Eval(&fn.Context{}, []value.Value{at(2), at(1), at(3)})
	return v.Kind() == value.KBool && v.Int() != 0
}

// clockBehind is how many ticks before the clock a time lies.
func clockBehind(e Expr) (ago int64, ok bool) {
	c, isCall := e.(*Call)
	if !isCall {
		return 0, false
	}
	span := func(e Expr) (int64, bool) {
		k, ok := e.(*Const)
		if !ok || k.V.Kind() != value.KTimeSpan || k.V.Int() < 0 {
			return 0, false
		}
		return k.V.Int(), true
	}
	switch {
	case c.Name == "now" && len(c.Args) == 0:
		return 0, true
	case c.Name == "ago" && len(c.Args) == 1:
		return span(c.Args[0])
	case c.Name == "-" && len(c.Args) == 2:
		if from, ok := clockBehind(c.Args[0]); ok {
			n, ok := span(c.Args[1])
			return from + n, ok
		}
	}
	return 0, false
}

// plan makes the time and the keys of a table's rows. What several keys are made of is
// computed once.
func (t *recalled) plan(file *diag.File) *Plan {
	parts := append(slices.Clone(t.exprs), t.time())
	keys := append([]Expr{&Col{len(t.exprs), TimeColumn, value.DateTime}}, t.keys...)
	scan := t.scanFor(parts)
	return &Plan{File: file, Root: projected(projected(scan, parts), keys), Scans: []*Scan{scan}}
}

// columnsPlan makes the time, and the columns that the keys are made of; nil where one of
// them may hold more than one plain value.
func (t *recalled) columnsPlan(file *diag.File) *Plan {
	cols, plain := []Expr{t.time()}, true
	seen := map[int]bool{}
	for _, e := range t.exprs {
		Walk(e, func(e Expr) bool {
			if c, ok := e.(*Col); ok && !seen[c.Index] {
				seen[c.Index] = true
				cols = append(cols, c)
				plain = plain && c.Typ != value.Dynamic && c.Typ != value.Real
			}
			return plain
		})
	}
	if !plain {
		return nil
	}
	slices.SortFunc(cols[1:], func(x, y Expr) int { return cmp.Compare(x.(*Col).Index, y.(*Col).Index) })
	scan := t.scanFor(cols)
	return &Plan{File: file, Root: projected(scan, cols), Scans: []*Scan{scan}}
}

func (t *recalled) time() *Col {
	return &Col{t.scan.Columns[t.scan.Schema().Index(TimeColumn)], TimeColumn, value.DateTime}
}

// scanFor reads the columns of the table that some expressions over it ask for, and those
// before.
func (t *recalled) scanFor(exprs []Expr) *Scan {
	width := 0
	for _, e := range exprs {
		Walk(e, func(e Expr) bool {
			if c, ok := e.(*Col); ok {
				width = max(width, c.Index+1)
			}
			return true
		})
	}
	scan := &Scan{Table: t.scan.Table}
	for i := range width {
		scan.Columns = append(scan.Columns, i)
		scan.schema = append(scan.schema, value.Field{})
	}
	return scan
}

func projected(in Node, exprs []Expr) *Project {
	p := &Project{In: in, Exprs: exprs}
	for _, e := range exprs {
		p.schema = append(p.schema, value.Field{Type: e.Type()})
	}
	return p
}
