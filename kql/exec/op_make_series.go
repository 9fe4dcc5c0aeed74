package exec

import (
	"errors"

	"github.com/dogwatch-dev/dogwatch/kql/plan"
	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// maxBins bounds the length of a series.
const maxBins = 1_000_000

// makeSeries gathers rows by keys and bin, then lays the bins of each key
// combination out as arrays.
func (r *run) makeSeries(n *plan.MakeSeries, out sink) error {
	var bounds [3]value.Value
	for i, e := range []plan.Expr{n.From, n.To, n.Step} {
		if e == nil {
			continue
		}
		v, err := r.constant(e)
		if err != nil {
			return err
		}
		bounds[i] = v
	}
	axis := newAxis(bounds[0], bounds[1], bounds[2])
	if axis.step <= 0 {
		return errors.New("make-series needs a step above zero")
	}
	g, err := r.newGrouper(append(append([]plan.Expr{}, n.By...), n.On), n.Aggs)
	if err != nil {
		return err
	}
	g.by[len(n.By)] = &binEval{x: g.by[len(n.By)], axis: axis}
	if err := r.stream(n.In, g.add); err != nil {
		return err
	}
	return r.series(n, g, axis, out)
}

// An axis maps values to bins. Numbers are compared as reals, times as ticks.
type axis struct {
	typ      value.Type
	from, to float64
	hasFrom  bool
	hasTo    bool
	step     float64
}

func newAxis(from, to, step value.Value) *axis {
	a := &axis{step: numberOf(step), hasFrom: !from.IsNull(), hasTo: !to.IsNull()}
	a.from, a.to = numberOf(from), numberOf(to)
	return a
}

func numberOf(v value.Value) float64 {
	if v.Kind() == value.KReal {
		return v.Real()
	}
	return float64(v.Int())
}

// bin is the number of the bin of a value, when it lies on the axis.
func (a *axis) bin(v value.Value) (int64, bool) {
	x := numberOf(v)
	if v.IsNull() || a.hasFrom && x < a.from || a.hasTo && x >= a.to {
		return 0, false
	}
	return floorDiv(x-a.from, a.step), true
}

func floorDiv(x, step float64) int64 {
	q := int64(x / step)
	if float64(q)*step > x {
		q--
	}
	return q
}

// binEval puts the bin's number in place of the value; off the axis is null.
type binEval struct {
	x    evaluator
	axis *axis
	out  buffer
}

func (e *binEval) eval(b *value.Batch, rows []int32) []value.Value {
	in, out := e.x.eval(b, rows), e.out.get(b.N)
	for _, i := range rows {
		e.axis.typ = in[i].Type()
		out[i] = value.NullOf(value.Long)
		if k, ok := e.axis.bin(in[i]); ok {
			out[i] = value.LongOf(k)
		}
	}
	return out
}

// series lays the groups out: one row for each combination of keys.
func (r *run) series(n *plan.MakeSeries, g *grouper, a *axis, out sink) error {
	first, last, any := int64(0), int64(-1), false
	type line struct {
		keys []value.Value
		bins map[int64]*group
	}
	lines := map[string]*line{}
	var order []*line
	for _, grp := range g.order {
		k := len(n.By)
		var key []byte
		for _, v := range grp.keys[:k] {
			key = v.GroupKey(key)
		}
		l := lines[string(key)]
		if l == nil {
			l = &line{keys: grp.keys[:k], bins: map[int64]*group{}}
		}
		if grp.keys[k].IsNull() {
			continue
		}
		if lines[string(key)] == nil {
			lines[string(key)], order = l, append(order, l)
		}
		at := grp.keys[k].Int()
		l.bins[at] = grp
		if !any {
			first, last, any = at, at, true
		}
		first, last = min(first, at), max(last, at)
	}
	if a.hasFrom {
		first = 0
	}
	if a.hasTo {
		last = floorDiv(a.to-a.from, a.step)
		if float64(last)*a.step >= a.to-a.from {
			last--
		}
	}
	if last-first >= maxBins {
		return &LimitError{"bins of a series", maxBins}
	}
	if len(order) == 0 && len(n.By) == 0 && a.hasFrom && a.hasTo {
		order = append(order, &line{bins: map[int64]*group{}})
	}
	defaults := make([]value.Value, len(n.Defaults))
	for i, e := range n.Defaults {
		v, err := r.constant(e)
		if err != nil {
			return err
		}
		defaults[i] = v
	}
	store := newRowStore(r, n)
	store.keep = nil
	for _, l := range order {
		row := append([]value.Value{}, l.keys...)
		for i := range n.Aggs {
			var vals []value.Value
			for at := first; at <= last; at++ {
				v := defaults[i]
				if grp := l.bins[at]; grp != nil {
					v = grp.states[i].Result()
				}
				vals = append(vals, v)
			}
			row = append(row, value.ArrayOf(vals))
		}
		row = append(row, a.labels(first, last, n.On.Type()))
		for c, v := range row {
			store.cols[c] = append(store.cols[c], v)
		}
		if r.opt.TrackOrigin {
			store.origin = append(store.origin, nil)
		}
		store.n++
	}
	return store.emit(out)
}

// labels are the starts of the bins.
func (a *axis) labels(first, last int64, t value.Type) value.Value {
	var out []value.Value
	for at := first; at <= last; at++ {
		x := a.from + float64(at)*a.step
		switch t {
		case value.DateTime:
			out = append(out, value.DateTimeOf(int64(a.from)+at*int64(a.step)))
		case value.TimeSpan:
			out = append(out, value.TimeSpanOf(int64(a.from)+at*int64(a.step)))
		case value.Real:
			out = append(out, value.RealOf(x))
		default:
			out = append(out, value.LongOf(int64(x)))
		}
	}
	return value.ArrayOf(out)
}
