package exec

import (
	"slices"

	"github.com/dogwatch-dev/dogwatch/kql/plan"
	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// A sorter keeps rows with their keys.
type sorter struct {
	store *rowStore
	keys  []plan.SortKey
	evs   []evaluator
	vals  [][]value.Value // by key, by row
}

func (r *run) sort(n *plan.Sort, out sink) error {
	s := &sorter{store: newRowStore(r, n.In), keys: n.Keys, vals: make([][]value.Value, len(n.Keys))}
	for _, k := range n.Keys {
		ev, err := r.compile(k.X)
		if err != nil {
			return err
		}
		s.evs = append(s.evs, ev)
	}
	limit := int64(-1)
	if n.Limit != nil {
		var err error
		if limit, err = r.number(n.Limit); err != nil {
			return err
		}
	}
	best := r.aim(n)
	err := r.stream(n.In, func(b *value.Batch) error {
		if err := s.add(b); err != nil {
			return err
		}
		if best != nil {
			s.raise(best, int(limit))
		}
		if limit >= 0 && int64(s.store.n) > 4*limit+4*batchRows {
			s.cut(int(limit))
		}
		return nil
	})
	if err != nil {
		return err
	}
	order := s.order()
	if limit >= 0 && int64(len(order)) > limit {
		order = order[:limit]
	}
	return s.store.emitOrder(order, out)
}

// raise tells the scan below when as many rows are kept as the limit says: what
// is worse than all of them is of no use. Rows as good as the worst may be.
func (s *sorter) raise(best *Best, limit int) {
	if limit <= 0 || s.store.n < limit || best.bound != 0 && s.store.n < 2*limit {
		return
	}
	s.cut(limit)
	worst := s.vals[0][0]
	for _, v := range s.vals[0] {
		if compareKeys(v, worst, s.keys[0]) > 0 {
			worst = v
		}
	}
	if !worst.IsNull() {
		best.bound = worst.Int()
	}
}

func (s *sorter) add(b *value.Batch) error {
	rows := b.Rows()
	for k, ev := range s.evs {
		vals := ev.eval(b, rows)
		for _, i := range rows {
			s.vals[k] = append(s.vals[k], vals[i].Own())
		}
	}
	if err := s.store.run.grow(int64(len(rows) * len(s.evs) * valueSize)); err != nil {
		return err
	}
	return s.store.add(b)
}

// order is the sorted row numbers; equal rows stay as they came.
func (s *sorter) order() []int32 {
	order := make([]int32, s.store.n)
	for i := range order {
		order[i] = int32(i)
	}
	slices.SortStableFunc(order, func(x, y int32) int {
		for k := range s.keys {
			if c := compareKeys(s.vals[k][x], s.vals[k][y], s.keys[k]); c != 0 {
				return c
			}
		}
		return 0
	})
	return order
}

func compareKeys(x, y value.Value, k plan.SortKey) int {
	nx, ny := isLast(x), isLast(y)
	switch {
	case nx != 0 || ny != 0:
		if k.NullsFirst {
			return ny - nx
		}
		return nx - ny
	case k.Asc:
		return value.Compare(x, y)
	}
	return -value.Compare(x, y)
}

// isLast: nulls stand at an end, NaN beside them.
func isLast(v value.Value) int {
	switch {
	case v.IsNull():
		return 2
	case v.Kind() == value.KReal && v.Real() != v.Real():
		return 1
	}
	return 0
}

// cut forgets all but the first rows, so that top needs no more memory than
// what it gives.
func (s *sorter) cut(limit int) {
	order := s.order()[:limit]
	slices.Sort(order) // equal rows keep the order in which they came
	pick := func(list []value.Value) []value.Value {
		if len(list) == 0 {
			return list
		}
		out := make([]value.Value, limit, cap(list))
		for k, i := range order {
			out[k] = list[i]
		}
		return out
	}
	freed := int64(s.store.n-limit) * valueSize * int64(len(s.vals)+len(s.store.cols))
	for k := range s.vals {
		s.vals[k] = pick(s.vals[k])
	}
	for c := range s.store.cols {
		s.store.cols[c] = pick(s.store.cols[c])
	}
	if s.store.origin != nil {
		origin := make([][]int64, limit)
		for k, i := range order {
			origin[k] = s.store.origin[i]
		}
		s.store.origin = origin
	}
	s.store.n = limit
	s.store.run.used = max(0, s.store.run.used-freed)
}
