package exec

import (
	"github.com/dogwatch-dev/dogwatch/kql/plan"
	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// commons is what conditions of several queries have in common: each is asked once
// of a row of the batch at hand, and so is each part that stands in several.
type commons struct {
	keys  *plan.ExprKeys
	conds []*condition
	byKey map[int]int // conditions
	uses  map[int]int // by key, how often a part stands in a condition
	parts map[int]*commonPart
	// computed are by key what columns of clauses are made by.
	computed map[int]*lateEval
	round    int // counts batches
	// failed is called where a condition cannot be asked.
	failed func()
}

func newCommons() *commons {
	return &commons{keys: plan.NewExprKeys(), byKey: map[int]int{}, uses: map[int]int{}, parts: map[int]*commonPart{}, computed: map[int]*lateEval{}}
}

func (c *commons) key(r *run, e plan.Expr) (int, bool) {
	return c.keys.Of(e, r.known)
}

// condition is the number of a condition.
func (c *commons) condition(r *run, e plan.Expr) (at int, isNew bool) {
	key, ok := c.key(r, e)
	if at, known := c.byKey[key]; ok && known {
		return at, false
	}
	at = len(c.conds)
	c.conds = append(c.conds, &condition{of: c, expr: e, run: r, cost: cost(e)})
	if ok {
		c.byKey[key] = at
	}
	return at, true
}

// note counts the parts of a condition. Those of a part that was seen before
// were counted then.
func (c *commons) note(r *run, e plan.Expr) {
	if key, ok := c.key(r, e); ok {
		if c.uses[key]++; c.uses[key] > 1 {
			return
		}
	}
	for _, part := range plan.Children(e) {
		c.note(r, part)
	}
}

// isShared says whether a part stands in several places, and costs something.
func (c *commons) isShared(r *run, e plan.Expr) (key int, yes bool) {
	switch e.(type) {
	case *plan.Const, *plan.Col, *plan.Scalar:
		return 0, false
	}
	key, ok := c.key(r, e)
	return key, ok && c.uses[key] > 1
}

// filterOf is the filter of a part of a condition that stands in others too; nil
// if it does not.
func (c *commons) filterOf(r *run, e plan.Expr) filter {
	if textFilterOf(e) != nil || flagFilterOf(e) != nil || numberFilterOf(e) != nil {
		return nil
	}
	if _, shared := c.isShared(r, e); !shared {
		return nil
	}
	at, _ := c.condition(r, e)
	return &commonFilter{of: c.conds[at]}
}

// part makes the evaluator of an expression of a condition.
func (c *commons) part(r *run, e plan.Expr) (evaluator, error) {
	key, shared := c.isShared(r, e)
	if !shared {
		return r.compileOne(e)
	}
	if c.parts[key] == nil {
		ev, err := r.compileOne(e)
		if err != nil {
			return nil, err
		}
		c.parts[key] = &commonPart{common: c, of: ev}
	}
	return c.parts[key], nil
}

// column gives a column of clauses. ok: else all may pass.
func (c *commons) column(b *value.Batch, col int, rows []int32) (vals []value.Value, ok bool) {
	if !isComputed(col) {
		return b.Col(col, rows), true
	}
	defer func() {
		if recover() != nil {
			c.failed()
		}
	}()
	return c.computed[col-firstComputed].eval(b, rows), true
}

// A condition is what some sieves ask of a row, and the answers of a batch.
type condition struct {
	of   *commons
	expr plan.Expr
	run  *run
	cost int

	filter filter // made when it is first asked
	isMade bool
	round  int
	asked  Set // by row
	yes    Set
	fresh  []int32
}

// answer asks about the rows that were not asked about.
func (c *condition) answer(b *value.Batch, rows []int32) {
	if c.round != c.of.round || len(c.asked)*64 < b.N {
		c.round, c.asked, c.yes = c.of.round, cleared(c.asked, b.N), cleared(c.yes, b.N)
	}
	c.fresh = c.fresh[:0]
	for _, row := range rows {
		if !c.asked.Has(int(row)) {
			c.asked.Add(int(row))
			c.fresh = append(c.fresh, row)
		}
	}
	if len(c.fresh) > 0 {
		for _, row := range c.keep(b, c.fresh) {
			c.yes.Add(int(row))
		}
	}
}

// holding appends those of the rows that the condition is true of.
func (c *condition) holding(rows, out []int32) []int32 {
	for _, row := range rows {
		if c.yes.Has(int(row)) {
			out = append(out, row)
		}
	}
	return out
}

func cleared(s Set, n int) Set {
	words := (n + 63) / 64
	if cap(s) < words {
		return make(Set, words)
	}
	s = s[:words]
	clear(s)
	return s
}

// keep asks about rows, whatever was asked before. Where that goes wrong, or the
// condition cannot be made, all may pass.
func (c *condition) keep(b *value.Batch, rows []int32) (out []int32) {
	defer func() {
		if recover() != nil {
			c.of.failed()
			out = rows
		}
	}()
	if !c.isMade {
		c.isMade = true
		c.filter, _ = c.run.compileCommon(c.of, c.expr)
	}
	if c.filter == nil {
		c.of.failed()
		return rows
	}
	return c.filter.keep(b, rows)
}

// apart runs a subquery: its expressions are over other rows, and nobody asks where
// what it gives came from.
func (r *run) apart(n plan.Node, out sink) error {
	common, top, origin := r.common, r.top, r.opt.TrackOrigin
	r.common, r.top, r.opt.TrackOrigin = nil, nil, false
	defer func() { r.common, r.top, r.opt.TrackOrigin = common, top, origin }()
	return r.stream(n, out)
}

// compileCommon is compileCondition for a condition that has parts in common
// with others.
func (r *run) compileCommon(c *commons, e plan.Expr) (filter, error) {
	before := r.common
	r.common = c
	defer func() { r.common = before }()
	return r.compileCondition(e)
}

// A commonFilter is a condition as a part of another.
type commonFilter struct {
	of  *condition
	out []int32
}

func (f *commonFilter) keep(b *value.Batch, rows []int32) []int32 {
	f.of.answer(b, rows)
	f.out = f.of.holding(rows, f.out[:0])
	return f.out
}

// A commonPart is an expression that stands in several places, and its values
// for the batch at hand.
type commonPart struct {
	common *commons
	of     evaluator
	round  int
	done   Set
	fresh  []int32
	vals   buffer
}

func (p *commonPart) eval(b *value.Batch, rows []int32) []value.Value {
	if p.round != p.common.round || len(p.done)*64 < b.N {
		p.round, p.done = p.common.round, cleared(p.done, b.N)
	}
	p.fresh = p.fresh[:0]
	for _, row := range rows {
		if !p.done.Has(int(row)) {
			p.fresh = append(p.fresh, row)
		}
	}
	vals := p.vals.get(b.N)
	if len(p.fresh) == 0 {
		return vals
	}
	place(vals, p.of, b, p.fresh)
	for _, row := range p.fresh {
		p.done.Add(int(row))
	}
	return vals
}
