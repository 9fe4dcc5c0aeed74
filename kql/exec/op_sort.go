package exec

import (
	"slices"

	"github.com/dogwatch-dev/dogwatch/kql/plan"
	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// A sorter keeps rows with their keys; with a limit (top) only those that may
// be among the first.
type sorter struct {
	store *rowStore
	order ordering
	evs   []evaluator
	limit int // -1: none
	// least is the keys of the last row that top would give as yet; nil while
	// there are fewer.
	least []value.Value
	race  race
	// aim, when set, is told what is of no use any more.
	aim *Best
}

func (r *run) sort(n *plan.Sort, out sink) error {
	s := &sorter{store: newRowStore(r, n.In), order: ordering{n.Keys, make([][]value.Value, len(n.Keys))}, limit: -1}
	s.store.by = n
	for _, k := range n.Keys {
		ev, err := r.compile(k.X)
		if err != nil {
			return err
		}
		s.evs = append(s.evs, ev)
	}
	if n.Limit != nil {
		limit, err := r.number(n.Limit)
		if err != nil {
			return err
		}
		s.limit = int(limit)
	}
	s.aim = r.aim(n)
	if err := r.stream(n.In, s.add); err != nil {
		return err
	}
	return s.store.emitOrder(s.sorted(), out)
}

// sorted is the row numbers in order.
func (s *sorter) sorted() []int32 {
	if s.limit == 0 || s.store.n == 0 {
		return []int32{}
	}
	return s.order.sort(value.AllRows(s.store.n), s.limit)
}

func (s *sorter) add(b *value.Batch) error {
	if s.limit == 0 {
		return nil
	}
	rows := b.Rows()
	if s.limit >= 0 {
		if rows = s.best(b, rows); len(rows) == 0 {
			return s.store.run.ctx.Err()
		}
		b = b.With(rows)
	}
	if err := s.keep(b, s.keysOf(b, rows), rows); err != nil {
		return err
	}
	if s.isFull() {
		s.cut()
		if s.aim != nil && !s.least[0].IsNull() {
			s.aim.bound = s.least[0].Int()
		}
	}
	return nil
}

func (s *sorter) keysOf(b *value.Batch, rows []int32) [][]value.Value {
	keys := make([][]value.Value, len(s.evs))
	for k, ev := range s.evs {
		keys[k] = ev.eval(b, rows)
	}
	return keys
}

// isFull says whether it is worth the work to forget rows: sooner where that
// saves reading others.
func (s *sorter) isFull() bool {
	switch {
	case s.limit < 0:
		return false
	case s.least == nil:
		return s.store.n >= s.limit
	case s.aim == nil:
		return s.store.n >= 2*s.limit+64
	}
	return s.store.n >= 2*s.limit
}

// keep adds rows and their keys. A key that is a column is kept once.
func (s *sorter) keep(b *value.Batch, keys [][]value.Value, rows []int32) error {
	if err := s.store.add(b); err != nil {
		return err
	}
	size := 0
	for k, ev := range s.evs {
		if col, ok := ev.(colEval); ok && len(s.store.cols[col]) == s.store.n {
			s.order.vals[k] = s.store.cols[col]
			continue
		}
		for _, i := range rows {
			v := keys[k][i].Own()
			size += valueSize + v.Size()
			s.order.vals[k] = append(s.order.vals[k], v)
		}
	}
	return s.store.grow(size)
}

// best are the rows of a batch that may be among the first, in their order. Only
// the first key is looked at, as a number, as long as that decides.
func (s *sorter) best(b *value.Batch, rows []int32) []int32 {
	first := s.order.keys[0]
	if t := first.X.Type(); t != value.Dynamic && t != value.Decimal {
		vals := s.evs[0].eval(b, rows)
		if rows = s.race.run(vals, rows, first, s.limit); len(rows) == 0 {
			return nil
		}
	}
	keys := s.keysOf(b, rows)
	if s.least != nil {
		rows = s.better(keys, rows)
	}
	if len(rows) <= s.limit {
		return rows
	}
	rows = (&ordering{s.order.keys, keys}).sort(rows, s.limit)
	slices.Sort(rows)
	return rows
}

// better are the rows that come before the last one that top would give.
func (s *sorter) better(keys [][]value.Value, rows []int32) []int32 {
	out := make([]int32, 0, len(rows))
	for _, i := range rows {
		if s.beats(keys, i) {
			out = append(out, i)
		}
	}
	return out
}

// beats says whether a row comes before the last one that top would give.
func (s *sorter) beats(keys [][]value.Value, i int32) bool {
	for k := range keys {
		if c := compareKeys(keys[k][i], s.least[k], s.order.keys[k]); c != 0 {
			return c < 0
		}
	}
	return false // an equal one came later
}

// cut forgets all but the first rows, so that top needs no more memory than
// what it gives.
func (s *sorter) cut() {
	order := s.sorted()
	last := order[len(order)-1]
	s.least = s.least[:0]
	for k := range s.order.vals {
		s.least = append(s.least, s.order.vals[k][last])
	}
	s.race.bound, _ = codeOf(&s.least[0], 0, s.order.keys[0])
	s.race.bounded = true
	slices.Sort(order) // equal rows keep the order in which they came
	pick := func(list []value.Value) []value.Value {
		if len(list) == 0 {
			return list
		}
		out := make([]value.Value, len(order), cap(list))
		for k, i := range order {
			out[k] = list[i]
		}
		return out
	}
	freed := int64(s.store.n-len(order)) * valueSize * int64(len(s.order.vals)+len(s.store.cols))
	for k := range s.order.vals {
		s.order.vals[k] = pick(s.order.vals[k])
	}
	for c := range s.store.cols {
		s.store.cols[c] = pick(s.store.cols[c])
	}
	if s.store.origin != nil {
		origin := make([][]int64, len(order))
		for k, i := range order {
			origin[k] = s.store.origin[i]
		}
		s.store.origin = origin
	}
	s.store.n = len(order)
	s.store.run.setUsed(s.store.run.used - freed)
}
