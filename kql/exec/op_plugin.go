package exec

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/dogwatch-dev/dogwatch/kql/plan"
	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// A plugin is a step over all rows: what it computes of each row, and its
// parameters.
type plugin struct {
	run    *run
	n      *plan.Plugin
	cols   [][]value.Value // by column, by row
	origin [][]int64
	rows   int
	params []value.Value
	result *rowStore
}

func (r *run) plugin(n *plan.Plugin, out sink) error {
	p := &plugin{run: r, n: n, cols: make([][]value.Value, len(n.Cols)), result: newRowStore(r, n)}
	p.result.keep = nil
	for _, e := range n.Params {
		v := value.NullOf(value.Dynamic)
		if e != nil {
			var err error
			if v, err = r.constant(e); err != nil {
				return err
			}
		}
		p.params = append(p.params, v)
	}
	if err := p.read(); err != nil {
		return err
	}
	if err := p.work(); err != nil {
		return err
	}
	return p.result.emit(out)
}

func (p *plugin) work() error {
	switch p.n.Name {
	case "activity_counts_metrics":
		return p.activityCounts()
	case "activity_metrics":
		return p.activityMetrics()
	case "activity_engagement":
		return p.activityEngagement()
	case "active_users_count":
		return p.activeUsers()
	case "sliding_window_counts":
		return p.slidingCounts()
	case "new_activity_metrics":
		return p.newActivity()
	case "rolling_percentile":
		return p.rollingPercentile()
	case "rows_near":
		return p.rowsNear()
	case "schema_merge":
		return p.schemaMerge()
	case "narrow":
		return p.narrow()
	}
	return fmt.Errorf("no plugin %s", p.n.Name)
}

// read computes the columns of every row and keeps them.
func (p *plugin) read() error {
	evs, err := p.run.compileAll(p.n.Cols)
	if err != nil {
		return err
	}
	return p.run.stream(p.n.In, func(b *value.Batch) error {
		rows := b.Rows()
		size := 0
		for c, ev := range evs {
			vals := ev.eval(b, rows)
			for _, i := range rows {
				v := vals[i].Own()
				size += valueSize + v.Size()
				p.cols[c] = append(p.cols[c], v)
			}
		}
		if p.run.opt.TrackOrigin {
			for _, i := range rows {
				p.origin = append(p.origin, originOf(b, i))
			}
		}
		p.rows += len(rows)
		if err := p.run.ctx.Err(); err != nil {
			return err
		}
		return p.run.grow(int64(size), p.n.Name)
	})
}

// emit appends a row that was made of some of the input's.
func (p *plugin) emit(from []int32, vals ...value.Value) error {
	size := 0
	for c, v := range vals {
		v = typedValue(v, p.n.Schema()[c].Type)
		size += valueSize + v.Size()
		p.result.cols[c] = append(p.result.cols[c], v)
	}
	if p.run.opt.TrackOrigin {
		var origin []int64
		for _, i := range from {
			if len(origin) < p.run.opt.MaxOrigins {
				origin = append(origin, p.origin[i]...)
			}
		}
		p.result.origin = append(p.result.origin, origin)
		size += 8 * len(origin)
	}
	p.result.n++
	if p.result.n%batchRows == 0 {
		if err := p.run.ctx.Err(); err != nil {
			return err
		}
	}
	return p.run.grow(int64(size), p.n.Name)
}

// A slab is the rows of one combination of dimensions.
type slab struct {
	dims []value.Value
	rows []int32
}

// slabs are the combinations of dimensions, in the order in which they came.
func (p *plugin) slabs() []*slab {
	dims := p.cols[len(p.cols)-p.n.Dims:]
	found := map[string]*slab{}
	var order []*slab
	var key []byte
	for i := range int32(p.rows) {
		key = key[:0]
		for _, d := range dims {
			key = d[i].GroupKey(key)
		}
		s := found[string(key)]
		if s == nil {
			s = &slab{}
			for _, d := range dims {
				s.dims = append(s.dims, d[i])
			}
			found[string(key)] = s
			order = append(order, s)
		}
		s.rows = append(s.rows, i)
	}
	return order
}

// numbers gives every distinct value of a column a number.
func numbers(vals []value.Value, known map[string]int32) []int32 {
	out := make([]int32, len(vals))
	var key []byte
	for i, v := range vals {
		key = v.GroupKey(key[:0])
		n, ok := known[string(key)]
		if !ok {
			n = int32(len(known))
			known[string(key)] = n
		}
		out[i] = n
	}
	return out
}

// A line is a time line: its bounds, both of which belong to it, and its bins.
type line struct {
	axis
	times    []value.Value
	from, to value.Value
}

// line is the time line of a plugin whose rows are an id, a time and
// dimensions, and whose first parameters are the bounds. step is the parameter
// that is the size of a bin.
func (p *plugin) line(step int) (*line, error) {
	l := &line{times: p.cols[1], from: p.params[0], to: p.params[1]}
	l.typ, l.origin, l.step = l.from.Type(), l.from, p.params[step]
	if l.step.Kind() == value.KString {
		l.calendar = l.step.Str()
	}
	if l.from.IsNull() || l.to.IsNull() || !l.steps() {
		return nil, errors.New(p.n.Name + " needs a start, an end and a window above zero")
	}
	if l.bin(l.to)-l.bin(l.from) > maxBins {
		return nil, &LimitError{What: "bins of " + p.n.Name, Limit: maxBins}
	}
	return l, nil
}

// holds says whether a row lies between the bounds.
func (l *line) holds(i int32) bool {
	t := l.times[i]
	return !t.IsNull() && value.Compare(t, l.from) >= 0 && value.Compare(t, l.to) <= 0
}

// byBin parts rows into bins; early ones before the start too, when asked.
func (l *line) byBin(rows []int32, early bool) map[int64][]int32 {
	out := map[int64][]int32{}
	for _, i := range rows {
		t := l.times[i]
		if l.holds(i) || early && !t.IsNull() && value.Compare(t, l.from) < 0 {
			k := l.bin(t)
			out[k] = append(out[k], i)
		}
	}
	return out
}

func sortedKeys[K cmp.Ordered, V any](m map[K]V) []K { return slices.Sorted(maps.Keys(m)) }

// distinct are the different numbers of some rows.
func distinct(ids []int32, rows []int32) map[int32]bool {
	out := make(map[int32]bool, len(rows))
	for _, i := range rows {
		out[ids[i]] = true
	}
	return out
}

func long[N int | int64](n N) value.Value { return value.LongOf(int64(n)) }

func ratio(a, b int) value.Value { return value.RealOf(float64(a) / float64(b)) }

// with is the row of a bin: its start, the dimensions, what was counted.
func (s *slab) with(start value.Value, vals ...value.Value) []value.Value {
	return append(append([]value.Value{start}, s.dims...), vals...)
}
