package exec

import (
	"fmt"

	"github.com/dogwatch-dev/dogwatch/kql/plan"
	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// An orderedEval is a window function. It is computed for all rows of its
// batch at once, which is the whole input.
type orderedEval struct {
	run  *run
	e    *plan.Ordered
	args []evaluator
	of   *value.Batch // what out was computed for
	out  []value.Value
}

func (r *run) compileOrdered(e *plan.Ordered) (evaluator, error) {
	args, err := r.compileAll(e.Args)
	return &orderedEval{run: r, e: e, args: args}, err
}

func (o *orderedEval) eval(b *value.Batch, _ []int32) []value.Value {
	if o.of == b {
		return o.out
	}
	all := value.AllRows(b.N)
	args := make([][]value.Value, len(o.args))
	for i, a := range o.args {
		args[i] = append([]value.Value(nil), a.eval(b, all)[:b.N]...)
	}
	o.of, o.out = b, make([]value.Value, b.N)
	switch o.e.Name {
	case "prev":
		o.shift(args, -1)
	case "next":
		o.shift(args, 1)
	case "row_number":
		o.rowNumber(args)
	case "row_cumsum":
		o.cumSum(args)
	case "row_rank_dense", "row_rank_min":
		o.rank(args)
	case "row_window_session":
		o.session(args)
	default:
		panic(fmt.Sprintf("no window function %s", o.e.Name)) // the planner lets no other through
	}
	return o.out
}

// shift is prev(x, n, default) and next.
func (o *orderedEval) shift(args [][]value.Value, sign int) {
	for i := range o.out {
		by := 1
		if len(args) > 1 {
			by = int(args[1][i].Int())
		}
		at := i + sign*by
		switch {
		case at >= 0 && at < len(o.out):
			o.out[i] = args[0][at]
		case len(args) > 2:
			o.out[i] = args[2][i]
		default:
			o.out[i] = value.NullOf(o.e.Typ)
		}
	}
}

// restarts says whether the last argument asks to begin anew at a row.
func restarts(args [][]value.Value, k, i int) bool {
	return len(args) > k && args[k][i].Bool()
}

func (o *orderedEval) rowNumber(args [][]value.Value) {
	start := int64(1)
	if len(args) > 0 && len(o.out) > 0 {
		start = args[0][0].Int()
	}
	n := start
	for i := range o.out {
		if restarts(args, 1, i) {
			n = start
		}
		o.out[i] = value.LongOf(n)
		n++
	}
}

func (o *orderedEval) cumSum(args [][]value.Value) {
	sum := value.NullOf(o.e.Typ)
	for i := range o.out {
		x := args[0][i]
		if restarts(args, 1, i) {
			sum = value.NullOf(o.e.Typ)
		}
		switch {
		case x.IsNull():
		case sum.IsNull():
			sum = x.To(o.e.Typ)
		default:
			sum = o.e.Call.Bound.Eval(&o.run.fn, []value.Value{sum, x})
		}
		o.out[i] = sum
		if sum.IsNull() {
			o.out[i] = value.LongOf(0).To(o.e.Typ)
		}
	}
}

// rank counts distinct neighbours: dense by one, min by the row's number.
func (o *orderedEval) rank(args [][]value.Value) {
	rank, row := int64(0), int64(0)
	for i := range o.out {
		fresh := i == 0 || restarts(args, 1, i)
		if fresh {
			rank, row = 0, 0
		}
		row++
		if fresh || !value.Equal(args[0][i], args[0][i-1]) {
			if rank++; o.e.Name == "row_rank_min" {
				rank = row
			}
		}
		o.out[i] = value.LongOf(rank)
	}
}

// session is row_window_session(time, distance from the first, distance from
// the previous, restart): the first time of each session. One ends where either
// distance is reached, and at a null.
func (o *orderedEval) session(args [][]value.Value) {
	var start, last value.Value
	for i := range o.out {
		t := args[0][i]
		if t.IsNull() {
			o.out[i], start = value.NullOf(value.DateTime), t
			continue
		}
		if start.IsNull() || restarts(args, 3, i) ||
			t.Int()-start.Int() >= args[1][i].Int() || t.Int()-last.Int() >= args[2][i].Int() {
			start = t
		}
		last = t
		o.out[i] = start
	}
}
