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
	axis := newSpan(bounds[0], bounds[1], bounds[2], n.On.Type())
	if !axis.steps() {
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

// A span is an axis with bounds, of which the upper one does not belong to it.
type span struct {
	axis
	from, to value.Value // null: none
}

func newSpan(from, to, step value.Value, t value.Type) *span {
	a := &span{from: from, to: to}
	a.typ, a.origin, a.step = t, from, step
	if from.IsNull() {
		a.origin = value.NullOf(t)
	}
	return a
}

// on is the number of the bin of a value, when it lies within the bounds.
func (a *span) on(v value.Value) (int64, bool) {
	if v.IsNull() || !a.from.IsNull() && value.Compare(v, a.from) < 0 || !a.to.IsNull() && value.Compare(v, a.to) >= 0 {
		return 0, false
	}
	return a.bin(v), true
}

// last is the number of the last bin below the upper bound.
func (a *span) last() int64 {
	k := a.bin(a.to)
	if value.Compare(a.start(k), a.to) >= 0 {
		k--
	}
	return k
}

// binEval puts the bin's number in place of the value; off the axis is null.
type binEval struct {
	x    evaluator
	axis *span
	out  buffer
}

func (e *binEval) eval(b *value.Batch, rows []int32) []value.Value {
	in, out := e.x.eval(b, rows), e.out.get(b.N)
	for _, i := range rows {
		out[i] = value.NullOf(value.Long)
		if k, ok := e.axis.on(in[i]); ok {
			out[i] = value.LongOf(k)
		}
	}
	return out
}

// series lays the groups out: one row for each combination of keys.
func (r *run) series(n *plan.MakeSeries, g *grouper, a *span, out sink) error {
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
	if !a.from.IsNull() {
		first = 0
	}
	if !a.to.IsNull() {
		last = a.last()
	}
	if last-first >= maxBins {
		return &LimitError{"bins of a series", maxBins}
	}
	if len(order) == 0 && len(n.By) == 0 && !a.from.IsNull() && !a.to.IsNull() {
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
		row = append(row, a.labels(first, last))
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
func (a *span) labels(first, last int64) value.Value {
	var out []value.Value
	for at := first; at <= last; at++ {
		out = append(out, a.start(at))
	}
	return value.ArrayOf(out)
}
