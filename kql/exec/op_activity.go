package exec

import (
	"errors"
	"slices"

	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// activityCounts counts, for each window that has rows: the rows, the ids, the
// ids that no window before had, and those of all windows so far.
func (p *plugin) activityCounts() error {
	l, err := p.line(2)
	if err != nil {
		return err
	}
	ids := numbers(p.cols[0], map[string]int32{})
	for _, s := range p.slabs() {
		bins := l.byBin(s.rows, false)
		seen := map[int32]bool{}
		for _, k := range sortedKeys(bins) {
			here := distinct(ids, bins[k])
			before := len(seen)
			for id := range here {
				seen[id] = true
			}
			if err := p.emit(bins[k], s.with(l.start(k), long(len(bins[k])), long(len(here)), long(len(seen)-before), long(len(seen)))...); err != nil {
				return err
			}
		}
	}
	return nil
}

// activityMetrics compares the ids of each window with those of the window
// before. Where there is none, all stayed.
func (p *plugin) activityMetrics() error {
	l, err := p.line(2)
	if err != nil {
		return err
	}
	ids := numbers(p.cols[0], map[string]int32{})
	for _, s := range p.slabs() {
		bins := l.byBin(s.rows, false)
		for _, k := range sortedKeys(bins) {
			here, before := distinct(ids, bins[k]), distinct(ids, bins[k-1])
			back := common(here, before)
			stayed := value.RealOf(1)
			if len(before) > 0 {
				stayed = ratio(back, len(before))
			}
			left := value.RealOf(1 - stayed.Real())
			if err := p.emit(bins[k], s.with(l.start(k), long(len(here)), long(len(here)-back), stayed, left)...); err != nil {
				return err
			}
		}
	}
	return nil
}

// common is how many ids two sets share.
func common(a, b map[int32]bool) int {
	n := 0
	for id := range a {
		if b[id] {
			n++
		}
	}
	return n
}

// activityEngagement compares the ids of each inner window with those of the
// outer one that ends with it.
func (p *plugin) activityEngagement() error {
	l, err := p.line(2)
	if err != nil {
		return err
	}
	width := binsIn(p.params[3], p.params[2])
	ids := numbers(p.cols[0], map[string]int32{})
	for _, s := range p.slabs() {
		bins := l.byBin(s.rows, false)
		window := newWindow(bins, width, ids)
		for _, k := range sortedKeys(bins) {
			window.moveTo(k)
			inner, outer := len(distinct(ids, bins[k])), len(window.count)
			if err := p.emit(bins[k], s.with(l.start(k), long(inner), long(outer), ratio(inner, outer))...); err != nil {
				return err
			}
		}
	}
	return nil
}

// binsIn is how many bins a window spans, at least one; what is left over is
// no bin.
func binsIn(window, bin value.Value) int64 {
	if window.Kind() == value.KReal || bin.Kind() == value.KReal {
		return max(1, int64(numberOf(window)/numberOf(bin)))
	}
	return max(1, window.Int()/bin.Int())
}

// A window slides over bins and counts the ids in the last width of them.
type window struct {
	bins  map[int64][]int32
	keys  []int64 // of the bins, ascending
	width int64
	ids   []int32
	in    int // the first of keys that is not counted yet
	out   int // the first of keys that is still counted
	count map[int32]int
	rows  int
}

func newWindow(bins map[int64][]int32, width int64, ids []int32) *window {
	return &window{bins: bins, keys: sortedKeys(bins), width: width, ids: ids, count: map[int32]int{}}
}

// moveTo makes bin k the last one of the window.
func (w *window) moveTo(k int64) {
	for ; w.in < len(w.keys) && w.keys[w.in] <= k; w.in++ {
		for _, i := range w.bins[w.keys[w.in]] {
			w.count[w.ids[i]]++
			w.rows++
		}
	}
	for ; w.out < w.in && w.keys[w.out] <= k-w.width; w.out++ {
		for _, i := range w.bins[w.keys[w.out]] {
			if w.count[w.ids[i]]--; w.count[w.ids[i]] == 0 {
				delete(w.count, w.ids[i])
			}
			w.rows--
		}
	}
}

// members are the rows in the window.
func (w *window) members() []int32 {
	var out []int32
	for _, k := range w.keys[w.out:w.in] {
		out = append(out, w.bins[k]...)
	}
	return out
}

// slidingCounts counts the rows and ids of the window that ends with each bin,
// where there are any. Rows before the start count for the first windows.
func (p *plugin) slidingCounts() error {
	l, err := p.line(3)
	if err != nil {
		return err
	}
	width := binsIn(p.params[2], p.params[3])
	ids := numbers(p.cols[0], map[string]int32{})
	for _, s := range p.slabs() {
		w := newWindow(l.byBin(s.rows, true), width, ids)
		for k := l.bin(l.from); k <= l.bin(l.to); k++ {
			if w.moveTo(k); w.rows == 0 {
				continue
			}
			if err := p.emit(w.members(), s.with(l.start(k), long(w.rows), long(len(w.count)))...); err != nil {
				return err
			}
		}
	}
	return nil
}

// activeUsers counts, for each bin, the ids with a row that is at least the
// n-th period of theirs within the window that ends with it.
func (p *plugin) activeUsers() error {
	l, err := p.line(5)
	if err != nil {
		return err
	}
	periods := l.axis
	periods.step = p.params[3]
	if !periods.steps() || p.params[2].IsNull() || numberOf(p.params[2]) <= 0 || p.params[4].IsNull() {
		return errors.New(p.n.Name + " needs a window, a period and a number of periods")
	}
	ids := numbers(p.cols[0], map[string]int32{})
	for _, s := range p.slabs() {
		byID := map[int32][]int32{}
		for _, i := range s.rows {
			if !l.times[i].IsNull() {
				byID[ids[i]] = append(byID[ids[i]], i)
			}
		}
		active := map[int64]map[int32]bool{}
		from := map[int64][]int32{}
		for _, id := range sortedKeys(byID) {
			for _, i := range p.activeRows(l, &periods, byID[id]) {
				k := l.bin(l.times[i])
				if active[k] == nil {
					active[k] = map[int32]bool{}
				}
				active[k][id] = true
				from[k] = append(from[k], i)
			}
		}
		for _, k := range sortedKeys(active) {
			if err := p.emit(from[k], s.with(l.start(k), long(len(active[k])))...); err != nil {
				return err
			}
		}
	}
	return nil
}

// activeRows are the rows of one id at which it is active.
func (p *plugin) activeRows(l *line, periods *axis, rows []int32) []int32 {
	slices.SortStableFunc(rows, func(x, y int32) int { return value.Compare(l.times[x], l.times[y]) })
	count := map[int64]int{} // rows of each period within the window
	var out []int32
	first := 0
	for _, i := range rows {
		count[periods.bin(l.times[i])]++
		for ; numberOf(l.times[i])-numberOf(l.times[rows[first]]) >= numberOf(p.params[2]); first++ {
			k := periods.bin(l.times[rows[first]])
			if count[k]--; count[k] == 0 {
				delete(count, k)
			}
		}
		if l.holds(i) && int64(len(count)) >= p.params[4].Int() {
			out = append(out, i)
		}
	}
	return out
}

// newActivity follows the ids that each window saw first through the windows
// behind it.
func (p *plugin) newActivity() error {
	l, err := p.line(2)
	if err != nil {
		return err
	}
	known := map[string]int32{}
	ids := numbers(p.cols[0], known)
	old, err := p.lookback(known)
	if err != nil {
		return err
	}
	first, last := l.bin(l.from), l.bin(l.to)
	for _, s := range p.slabs() {
		bins := l.byBin(s.rows, false)
		began := map[int32]int64{} // the window that saw an id first
		for _, k := range sortedKeys(bins) {
			for id := range distinct(ids, bins[k]) {
				if _, ok := began[id]; !ok && !old[id] {
					began[id] = k
				}
			}
		}
		for from := first; from <= last; from++ {
			if !p.params[3].IsNull() && l.bin(p.params[3]) != from {
				continue
			}
			for to := from; to <= last; to++ {
				if err := p.cohort(l, s, ids, began, bins, from, to); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// cohort compares the ids that were new in one window with those of a later one.
func (p *plugin) cohort(l *line, s *slab, ids []int32, began map[int32]int64, bins map[int64][]int32, from, to int64) error {
	size, kept, fresh := 0, 0, 0
	for _, k := range began {
		if k == from {
			size++
		}
	}
	for id := range distinct(ids, bins[to]) {
		k, ok := began[id]
		switch {
		case ok && k == from:
			kept++
		case ok && k > from:
			fresh++
		}
	}
	if from == to {
		fresh = size
	}
	return p.emit(bins[to], append(append([]value.Value{l.start(from), l.start(to)}, s.dims...),
		long(fresh), long(kept), long(size-kept), ratio(kept, size), ratio(size-kept, size))...)
}

// lookback are the ids of the table that is looked back on.
func (p *plugin) lookback(known map[string]int32) (map[int32]bool, error) {
	old := map[int32]bool{}
	if p.n.Table == nil {
		return old, nil
	}
	ev, err := p.run.compile(p.n.KeyOf)
	if err != nil {
		return nil, err
	}
	err = p.run.stream(p.n.Table, func(b *value.Batch) error {
		rows := b.Rows()
		vals := ev.eval(b, rows)
		var key []byte
		for _, i := range rows {
			key = vals[i].GroupKey(key[:0])
			if id, ok := known[string(key)]; ok { // others are never asked for
				old[id] = true
			}
		}
		return nil
	})
	return old, err
}

// rollingPercentile takes the percentile of the last bins together, at each bin
// that has rows.
func (p *plugin) rollingPercentile() error {
	line := p.cols[1]
	// params: percentile, bin, number of bins
	a := axis{typ: p.n.Cols[1].Type(), step: p.params[1]}
	width := p.params[2].Int()
	if !a.steps() || width <= 0 {
		return errors.New("rolling_percentile needs bins above zero")
	}
	for _, s := range p.slabs() {
		bins := map[int64][]int32{}
		for _, i := range s.rows {
			if !line[i].IsNull() {
				k := a.bin(line[i])
				bins[k] = append(bins[k], i)
			}
		}
		keys := sortedKeys(bins)
		first := 0
		for at, k := range keys {
			for keys[first] <= k-width {
				first++
			}
			var from []int32
			state := p.n.Agg.Func.New(p.n.Agg.Info)
			for _, key := range keys[first : at+1] {
				for _, i := range bins[key] {
					state.Add([]value.Value{p.cols[0][i], p.params[0]})
				}
				from = append(from, bins[key]...)
			}
			if err := p.emit(from, s.with(a.start(k), state.Result())...); err != nil {
				return err
			}
		}
	}
	return nil
}
