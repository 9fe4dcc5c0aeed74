package exec

import (
	"github.com/dogwatch-dev/dogwatch/kql/plan"
	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// Of conditions that are asked together with many others most parts are never
// reached: an arm of an or, or of a case, is made when it first is, and so is what
// asks subqueries, which are run then. Where it cannot be made it goes wrong for its
// rows.

// waits says whether a part is made when it is first needed.
func (r *run) waits(e plan.Expr) bool {
	switch e.(type) {
	case *plan.Const, *plan.Col:
		return false
	}
	return r.common != nil || len(plan.Subplans(e)) > 0
}

// laterFilter is compileFilter when it is first needed.
func (r *run) laterFilter(e plan.Expr) (filter, error) {
	if !r.waits(e) {
		return r.compileFilter(e)
	}
	return &lateFilter{common: r.common, run: r, expr: e}, nil
}

// later is compile when it is first needed.
func (r *run) later(e plan.Expr) (evaluator, error) {
	if !r.waits(e) {
		return r.compile(e)
	}
	return &lateEval{common: r.common, run: r, expr: e}, nil
}

func (r *run) laterAll(list []plan.Expr) (out []evaluator, err error) {
	out = make([]evaluator, len(list))
	for i, e := range list {
		if out[i], err = r.later(e); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// compileFew compiles the first, which is always needed, and the others later.
func (r *run) compileFew(list []plan.Expr) (out []evaluator, err error) {
	first, err := r.compile(list[0])
	if err != nil {
		return nil, err
	}
	rest, err := r.laterAll(list[1:])
	return append([]evaluator{first}, rest...), err
}

func isConst(e plan.Expr) bool {
	_, ok := e.(*plan.Const)
	return ok
}

type lateFilter struct {
	common *commons
	run    *run
	expr   plan.Expr
	of     filter
}

func (f *lateFilter) keep(b *value.Batch, rows []int32) []int32 {
	if len(rows) == 0 {
		return nil
	}
	if f.of == nil {
		f.of = madeLate(f.run, f.common, f.run.compileFilter, f.expr)
	}
	return f.of.keep(b, rows)
}

type lateEval struct {
	common *commons
	run    *run
	expr   plan.Expr
	of     evaluator
}

func (l *lateEval) eval(b *value.Batch, rows []int32) []value.Value {
	if l.of == nil {
		l.of = madeLate(l.run, l.common, l.run.compile, l.expr)
	}
	return l.of.eval(b, rows)
}

// madeLate compiles what has parts in common with other conditions.
func madeLate[T any](r *run, c *commons, compile func(plan.Expr) (T, error), e plan.Expr) T {
	before := r.common
	r.common = c
	defer func() { r.common = before }()
	of, err := compile(e)
	check(err)
	return of
}
