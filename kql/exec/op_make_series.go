package exec

import (
	"errors"
	"slices"

	"github.com/dogwatch-dev/dogwatch/kql/plan"
	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// maxBins bounds the length of a series.
const maxBins = 1 << 20

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
	axis := newSpan(bounds[0], bounds[1], bounds[2], n)
	if !axis.steps() {
		return errors.New("make-series needs a step above zero")
	}
	g, err := r.newGrouper(r.step(n), append(append([]plan.Expr{}, n.By...), n.On), n.Aggs)
	if err != nil {
		return err
	}
	if err := g.ready(); err != nil {
		return err
	}
	by := slices.Clone(g.by)
	by[len(n.By)] = &binEval{x: by[len(n.By)], axis: axis}
	g.grouped = &grouped{by, g.args}
	if err := r.stream(n.In, g.add); err != nil {
		return err
	}
	return r.series(n, g, axis, out)
}

// A span is an axis with bounds. The upper one does not belong to it, unless it
// is closed: then all of the bins that the bounds lie in do.
type span struct {
	axis
	from, to value.Value // null: none
	closed   bool
}

func newSpan(from, to, step value.Value, n *plan.MakeSeries) *span {
	a := &span{from: from, to: to, closed: n.Closed}
	a.typ, a.origin, a.step = n.On.Type(), from, step
	if from.IsNull() || a.closed {
		a.origin = value.NullOf(a.typ)
	}
	return a
}

// on is the number of the bin of a value, when it lies within the bounds.
func (a *span) on(v value.Value) (int64, bool) {
	if v.IsNull() {
		return 0, false
	}
	k := a.bin(v)
	if a.closed {
		return k, k >= a.bin(a.from) && k <= a.bin(a.to)
	}
	return k, (a.from.IsNull() || value.Compare(v, a.from) >= 0) && (a.to.IsNull() || value.Compare(v, a.to) < 0)
}

// bins are the first and the last bin of a series that has some; what the
// bounds say comes first.
func (a *span) bins(first, last int64) (int64, int64) {
	if !a.from.IsNull() {
		first = a.bin(a.from)
	}
	if a.to.IsNull() {
		return first, last
	}
	last = a.bin(a.to)
	if !a.closed && value.Compare(a.start(last), a.to) >= 0 {
		last--
	}
	return first, last
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

// A series is the bins of one combination of keys.
type series struct {
	keys        []value.Value
	bins        map[int64]int // groups by their bins
	first, last int64
}

// gatheredSeries parts the groups by their keys; the last key is the bin's number.
func gatheredSeries(g *grouper, keys int) []*series {
	lines := map[string]*series{}
	var order []*series
	for n, of := range g.groupKeys {
		if of[keys].IsNull() {
			continue
		}
		var key []byte
		for _, v := range of[:keys] {
			key = v.GroupKey(key)
		}
		at := of[keys].Int()
		l := lines[string(key)]
		if l == nil {
			l = &series{keys: of[:keys], bins: map[int64]int{}, first: at, last: at}
			lines[string(key)], order = l, append(order, l)
		}
		l.bins[at] = n
		l.first, l.last = min(l.first, at), max(l.last, at)
	}
	return order
}

// series lays the groups out: one row for each combination of keys.
func (r *run) series(n *plan.MakeSeries, g *grouper, a *span, out sink) error {
	order := gatheredSeries(g, len(n.By))
	if len(order) == 0 && len(n.By) == 0 && n.NonEmpty && !a.from.IsNull() && !a.to.IsNull() {
		order = append(order, &series{})
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
		if err := r.addSeries(n, g, l, a, defaults, store); err != nil {
			return err
		}
	}
	return store.emit(out)
}

// addSeries appends the row of one series.
func (r *run) addSeries(n *plan.MakeSeries, g *grouper, l *series, a *span, defaults []value.Value, store *rowStore) error {
	first, last := a.bins(l.first, l.last)
	if last-first >= maxBins {
		return &LimitError{What: "bins of a series", Limit: maxBins}
	}
	if err := r.grow((last-first+1)*int64(len(n.Aggs)+1)*valueSize, "make-series"); err != nil {
		return err
	}
	row := append([]value.Value{}, l.keys...)
	for i := range n.Aggs {
		var vals []value.Value
		for at := first; at <= last; at++ {
			v := defaults[i]
			if grp, ok := l.bins[at]; ok {
				v = g.result(i, grp)
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
		var origin []int64
		for at := first; at <= last; at++ {
			if grp, ok := l.bins[at]; ok && len(origin) < r.opt.MaxOrigins {
				origin = append(origin, g.origin[grp]...)
			}
		}
		store.origin = append(store.origin, origin)
	}
	store.n++
	return r.ctx.Err()
}

// labels are the starts of the bins.
func (a *span) labels(first, last int64) value.Value {
	var out []value.Value
	for at := first; at <= last; at++ {
		out = append(out, a.start(at))
	}
	return value.ArrayOf(out)
}
