package exec

import (
	"errors"

	"github.com/dogwatch-dev/dogwatch/kql/plan"
	"github.com/dogwatch-dev/dogwatch/kql/value"
)

func (r *run) print(n *plan.Print, out sink) error {
	cols := make([]value.Column, len(n.Exprs))
	for i, e := range n.Exprs {
		ev, err := r.compile(e)
		if err != nil {
			return err
		}
		v := ev.eval(oneRow, value.AllRows(1))[0]
		if v.IsNull() {
			v = value.NullOf(n.Schema()[i].Type)
		}
		cols[i] = value.ColumnOf([]value.Value{v})
	}
	return out(value.NewBatch(1, cols))
}

// rangeRows counts from From to To. The number of rows is bounded by the
// query's own limit on rows and by the clock of its context.
func (r *run) rangeRows(n *plan.Range, out sink) error {
	var bounds [3]value.Value
	for i, e := range []plan.Expr{n.From, n.To, n.Step} {
		v, err := r.constant(e)
		if err != nil {
			return err
		}
		if v.IsNull() {
			return nil
		}
		bounds[i] = v
	}
	at, to, step := bounds[0], bounds[1], bounds[2]
	zero := value.Compare(n.Call.Bound.Eval(&r.fn, []value.Value{at, step}), at)
	if zero == 0 {
		return nil
	}
	for done := false; !done; {
		vals := make([]value.Value, 0, batchRows)
		for len(vals) < batchRows {
			if at.IsNull() || value.Compare(at, to)*zero > 0 {
				done = true
				break
			}
			vals = append(vals, at)
			next := n.Call.Bound.Eval(&r.fn, []value.Value{at, step})
			if done = value.Compare(next, at)*zero <= 0; done { // ran over
				break
			}
			at = next
		}
		if err := r.ctx.Err(); err != nil {
			return err
		}
		if len(vals) == 0 {
			break
		}
		if err := out(value.NewBatch(len(vals), []value.Column{value.ColumnOf(vals)})); err != nil {
			return err
		}
	}
	return nil
}

func (r *run) take(n *plan.Take, out sink) error {
	left, err := r.number(n.N)
	if err != nil || left <= 0 {
		return err
	}
	err = r.stream(n.In, func(b *value.Batch) error {
		rows := b.Rows()
		if int64(len(rows)) < left {
			left -= int64(len(rows))
			return out(b)
		}
		rows = rows[:left]
		left = 0
		if err := out(b.With(rows)); err != nil {
			return err
		}
		return stopOf(n)
	})
	if stoppedAt(err, n) {
		return nil
	}
	return err
}

// A stop ends what feeds a step that has enough; it passes through the steps
// between and ends at the step that raised it.
type stop struct{ at plan.Node }

func (stop) Error() string { return "enough rows" }

func stopOf(n plan.Node) error { return stop{n} }

// stoppedAt says whether err is the stop of a step.
func stoppedAt(err error, n plan.Node) bool {
	var s stop
	return errors.As(err, &s) && s.at == n
}

func (r *run) union(n *plan.Union, out sink) error {
	for i, in := range n.Ins {
		if err := r.stream(in, r.unionArm(n, i, out)); err != nil {
			return err
		}
	}
	return nil
}

// unionArm lays the columns of one input out as the union has them.
func (r *run) unionArm(n *plan.Union, arm int, out sink) sink {
	return func(b *value.Batch) error {
		var cols []value.Column
		if n.Source != nil {
			cols = append(cols, value.ColumnOf(constants(value.StringOf(n.Source[arm]), b.N)))
		}
		for _, from := range n.Maps[arm] {
			if from < 0 {
				null := value.NullOf(n.Schema()[len(cols)].Type)
				cols = append(cols, value.ColumnOf(constants(null, b.N)))
				continue
			}
			cols = append(cols, b.Share(from))
		}
		nb := value.NewBatch(b.N, cols)
		nb.Sel, nb.Now, nb.Origin = b.Sel, b.Now, b.Origin
		return out(nb)
	}
}
