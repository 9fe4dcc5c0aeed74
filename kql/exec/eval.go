package exec

import (
	"fmt"
	"slices"

	"github.com/dogwatch-dev/dogwatch/kql/fn"
	"github.com/dogwatch-dev/dogwatch/kql/plan"
	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// An evaluator computes an expression for the given rows of a batch. The
// result is indexed by row and good until the next call.
type evaluator interface {
	eval(b *value.Batch, rows []int32) []value.Value
}

// grownAtOnce is up to how many values a buffer has that grows for a few more.
const grownAtOnce = 512

// buffer is a result that is reused from batch to batch.
type buffer []value.Value

func (f *buffer) get(n int) []value.Value {
	if cap(*f) < n {
		*f = make([]value.Value, max(n, min(2*cap(*f), grownAtOnce)))
	}
	return (*f)[:n]
}

// compile makes the evaluator of an expression for this run. Subqueries are
// run here, once.
func (r *run) compile(e plan.Expr) (evaluator, error) {
	if r.common != nil {
		return r.common.part(r, e)
	}
	ev, err := r.compileOne(e)
	return r.repeated(e, ev), err
}

func (r *run) compileOne(e plan.Expr) (evaluator, error) {
	switch e := e.(type) {
	case *plan.Const:
		return &constEval{v: e.V}, nil
	case *plan.Col:
		return colEval(e.Index), nil
	case *plan.Call:
		return r.compileCall(e)
	case *plan.Logic:
		return r.compileLogic(e)
	case *plan.Choose:
		return r.compileChoose(e)
	case *plan.Member:
		x, path := memberPath(e)
		ev, err := r.compile(x)
		return &memberEval{x: ev, path: path}, err
	case *plan.Element:
		list, err := r.compileAll([]plan.Expr{e.X, e.I})
		if err != nil {
			return nil, err
		}
		return &elementEval{x: list[0], i: list[1]}, nil
	case *plan.Scalar:
		v, err := r.scalar(e)
		return &constEval{v: v}, err
	case *plan.InTable:
		return r.compileInTable(e)
	case *plan.Ordered:
		return r.compileOrdered(e)
	}
	return nil, fmt.Errorf("no evaluator for %T", e)
}

func (r *run) compileAll(list []plan.Expr) ([]evaluator, error) {
	out := make([]evaluator, len(list))
	for i, e := range list {
		var err error
		if out[i], err = r.compile(e); err != nil {
			return nil, err
		}
	}
	return out, nil
}

type colEval int

func (c colEval) eval(b *value.Batch, rows []int32) []value.Value { return b.Col(int(c), rows) }

type constEval struct {
	v   value.Value
	all []value.Value
}

func (c *constEval) eval(b *value.Batch, _ []int32) []value.Value {
	for len(c.all) < b.N {
		c.all = append(c.all, c.v)
	}
	return c.all
}

type callEval struct {
	run   *run
	bound fn.Bound
	args  []evaluator
	in    [][]value.Value
	row   []value.Value
	tally tally
	out   buffer
}

func (r *run) compileCall(e *plan.Call) (evaluator, error) {
	if ev, err := r.wholeBinOf(e); ev != nil || err != nil {
		return ev, err
	}
	args, err := r.compileAll(e.Args)
	if err != nil {
		return nil, err
	}
	c := &callEval{
		run: r, bound: e.Bound, args: args, in: make([][]value.Value, len(args)), row: make([]value.Value, len(args)),
		tally: newTally(r, e.Name+"()", e.Args),
	}
	for i, a := range args {
		if k, ok := a.(*constEval); ok {
			c.row[i] = k.v
		}
	}
	if e.Name == "coalesce" {
		return &coalesceEval{call: c}, nil
	}
	return memo(e, c), nil
}

func (c *callEval) eval(b *value.Batch, rows []int32) []value.Value {
	out := c.out.get(b.N)
	for i, a := range c.args {
		c.in[i] = nil
		if _, isConst := a.(*constEval); !isConst {
			c.in[i] = a.eval(b, rows)
		}
	}
	c.tally.begin()
	for _, i := range rows {
		for k, vals := range c.in {
			if vals != nil {
				c.row[k] = vals[i]
			}
		}
		out[i] = c.call(b, i)
	}
	return out
}

// call computes one row, whose arguments are laid out.
func (c *callEval) call(b *value.Batch, i int32) value.Value {
	ctx := &c.run.fn
	if c.bound.Timed && b.Now != nil {
		at := *ctx
		at.Now = b.Now(int(i))
		ctx = &at
	}
	c.tally.before(c.row)
	v := c.typed(c.bound.Eval(ctx, c.row))
	c.tally.after(v, c.row)
	return v
}

// typed gives a null the type of its column.
func (c *callEval) typed(v value.Value) value.Value {
	if v.IsNull() && v.Type() != c.bound.Result {
		return value.NullOf(c.bound.Result)
	}
	return v
}

// memberPath is what a chain of members is read from, and their names.
func memberPath(e *plan.Member) (x plan.Expr, path []string) {
	for x = e; ; {
		m, ok := x.(*plan.Member)
		if !ok {
			slices.Reverse(path)
			return x, path
		}
		x, path = m.X, append(path, m.Key)
	}
}

type memberEval struct {
	x    evaluator
	path []string
	out  buffer
}

func (m *memberEval) eval(b *value.Batch, rows []int32) []value.Value {
	in, out := m.x.eval(b, rows), m.out.get(b.N)
	for _, i := range rows {
		out[i] = value.DynamicOf(in[i].GetPath(m.path))
	}
	return out
}

type elementEval struct {
	x, i evaluator
	out  buffer
}

func (m *elementEval) eval(b *value.Batch, rows []int32) []value.Value {
	x, at, out := m.x.eval(b, rows), m.i.eval(b, rows), m.out.get(b.N)
	for _, i := range rows {
		out[i] = value.DynamicOf(plan.ElementOf(x[i], at[i]))
	}
	return out
}

type logicEval struct {
	or   bool
	x, y evaluator
	rest []int32
	out  buffer
}

func (r *run) compileLogic(e *plan.Logic) (evaluator, error) {
	list, err := r.compileFew([]plan.Expr{e.X, e.Y})
	if err != nil {
		return nil, err
	}
	return &logicEval{or: e.Or, x: list[0], y: list[1]}, nil
}

// eval is three-valued: what the left side decides stands; else the right side
// decides, or leaves it unknown.
func (l *logicEval) eval(b *value.Batch, rows []int32) []value.Value {
	out := l.out.get(b.N)
	x := l.x.eval(b, rows)
	rest := l.rest[:0]
	for _, i := range rows {
		out[i] = x[i]
		if x[i].IsNull() || x[i].Bool() != l.or {
			rest = append(rest, i)
		}
	}
	l.rest = rest
	if len(rest) == 0 {
		return out
	}
	y := l.y.eval(b, rest)
	for _, i := range rest {
		switch {
		case !y[i].IsNull() && y[i].Bool() == l.or:
			out[i] = y[i]
		case out[i].IsNull() || y[i].IsNull():
			out[i] = value.NullOf(value.Bool)
		}
	}
	return out
}

type chooseEval struct {
	when, then []evaluator
	other      evaluator
	yes, rest  []int32
	out        buffer
}

func (r *run) compileChoose(e *plan.Choose) (evaluator, error) {
	when, err := r.compileFew(e.When)
	if err != nil {
		return nil, err
	}
	then, err := r.laterAll(e.Then)
	if err != nil {
		return nil, err
	}
	other, err := r.later(e.Else)
	return &chooseEval{when: when, then: then, other: other}, err
}

func (c *chooseEval) eval(b *value.Batch, rows []int32) []value.Value {
	out := c.out.get(b.N)
	rest := append(c.rest[:0], rows...)
	for k := range c.when {
		if len(rest) == 0 {
			break
		}
		cond := c.when[k].eval(b, rest)
		yes, no := c.yes[:0], rest[:0]
		for _, i := range rest {
			if cond[i].Bool() {
				yes = append(yes, i)
			} else {
				no = append(no, i)
			}
		}
		c.yes, rest = yes, no
		place(out, c.then[k], b, yes)
	}
	place(out, c.other, b, rest)
	c.rest = rest[:0]
	return out
}

func place(out []value.Value, e evaluator, b *value.Batch, rows []int32) {
	if len(rows) == 0 {
		return
	}
	vals := e.eval(b, rows)
	for _, i := range rows {
		out[i] = vals[i]
	}
}

// scalar runs toscalar's subquery, once a run.
func (r *run) scalar(e *plan.Scalar) (v value.Value, err error) {
	defer r.catch(&err)
	if v, ok := r.scalars[e]; ok {
		return v, nil
	}
	p, keyed := r.keyOf(e.Sub)
	if keyed {
		if v, ok := r.cache.values[p]; ok {
			r.scalars[e] = v
			return v, nil
		}
	}
	if v, err = r.firstValue(e); err != nil {
		return v, err
	}
	if keyed && r.cache.fits(int64(v.Size())) {
		r.cache.values[p] = v
	}
	r.scalars[e] = v
	return v, nil
}

// firstValue is that of a subquery's first column and row.
func (r *run) firstValue(e *plan.Scalar) (value.Value, error) {
	v := value.NullOf(e.Typ)
	err := r.apart(e.Sub, func(b *value.Batch) error {
		for _, i := range b.Rows() {
			v = b.Col(0, []int32{i})[i].Own()
			return stop{e.Sub}
		}
		return nil
	})
	if stoppedAt(err, e.Sub) {
		err = nil
	}
	return v, err
}

// known is scalar, where that goes well.
func (r *run) known(e *plan.Scalar) (value.Value, bool) {
	v, err := r.scalar(e)
	return v, err == nil
}

// maxInList is Kusto's own limit of values on the right of in.
const maxInList = 1_000_000

// A listed is what a subquery on the right of in gave.
type listed struct {
	values []value.Value
	size   int64 // memory, as counted
	bound  fn.Bound
}

// inList runs the subquery on the right of in, once a run.
func (r *run) inList(e *plan.InTable) (l listed, err error) {
	if l, ok := r.lists[e]; ok {
		return l, nil
	}
	if l, err = r.listOnce(e); err != nil {
		return l, err
	}
	if r.lists == nil {
		r.lists = map[*plan.InTable]listed{}
	}
	r.lists[e] = l
	r.lasting += l.size
	return l, nil
}

// listOnce takes a list from the cache if it is there.
func (r *run) listOnce(e *plan.InTable) (l listed, err error) {
	p, keyed := r.keyOf(e.Sub)
	by := listPart{p, e.Op, e.X.Type()}
	if keyed {
		if l, ok := r.cache.lists[by]; ok {
			return l, r.grow(l.size, "in")
		}
	}
	if err := r.firstColumn(e.Sub, &l); err != nil {
		return l, err
	}
	if l.bound, err = e.Bind(l.values); err == nil && keyed && r.cache.fits(l.size) {
		r.cache.lists[by] = l
	}
	return l, err
}

// firstColumn lists the different values of a subquery's first column.
func (r *run) firstColumn(sub plan.Node, l *listed) (err error) {
	defer r.catch(&err)
	seen := map[string]bool{}
	var key []byte
	return r.apart(sub, func(b *value.Batch) error {
		rows := b.Rows()
		vals := b.Col(0, rows)
		for _, i := range rows {
			if key = vals[i].GroupKey(key[:0]); seen[string(key)] {
				continue
			}
			seen[string(key)] = true
			v := vals[i].Own()
			l.values = append(l.values, v)
			if len(l.values) > maxInList {
				return &LimitError{What: "values on the right of in", Limit: maxInList}
			}
			size := int64(2*v.Size() + 2*valueSize)
			l.size += size
			if err := r.grow(size, "in"); err != nil {
				return err
			}
		}
		return nil
	})
}

// compileInTable compares with the first column of a subquery.
func (r *run) compileInTable(e *plan.InTable) (evaluator, error) {
	list, err := r.inList(e)
	if err != nil {
		return nil, err
	}
	x, err := r.compile(e.X)
	if err != nil {
		return nil, err
	}
	c := &callEval{
		run: r, bound: list.bound, args: []evaluator{x}, in: make([][]value.Value, 1), row: make([]value.Value, 1+len(list.values)),
		tally: newTally(r, "in", nil),
	}
	copy(c.row[1:], list.values)
	if e.X.Type() == value.String {
		return &memoEval{call: c, arg: 0, seen: map[string]value.Value{}}, nil
	}
	return c, nil
}
