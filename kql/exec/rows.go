package exec

import (
	"errors"

	"github.com/dogwatch-dev/dogwatch/kql/plan"
	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// batchRows is how many rows a batch of ours has at most.
const batchRows = 1024

// valueSize is the memory of a Value itself.
const valueSize = 40

// A rowStore keeps rows, by column. Columns that nothing above reads stay
// null. Values are copied out of the record they point into.
type rowStore struct {
	run    *run
	schema value.Schema
	keep   []bool
	cols   [][]value.Value
	origin [][]int64
	n      int
	text   value.Arena
	size   int64     // memory, as counted
	by     plan.Node // who keeps them
}

func newRowStore(r *run, n plan.Node) *rowStore {
	return &rowStore{run: r, schema: n.Schema(), keep: r.needed()[n], by: n, cols: make([][]value.Value, len(n.Schema()))}
}

// collect runs a node and keeps its rows.
func (r *run) collect(n plan.Node) (*rowStore, error) {
	s := newRowStore(r, n)
	err := r.stream(n, s.add)
	return s, err
}

// add keeps the selected rows of a batch.
func (s *rowStore) add(b *value.Batch) error {
	rows := b.Rows()
	size := 0
	for c := range s.cols {
		if s.keep != nil && !s.keep[c] {
			continue
		}
		vals, kept := b.Col(c, rows), room(s.cols[c], len(rows))
		for _, i := range rows {
			v := s.text.Own(vals[i])
			kept = append(kept, v)
			if size += valueSize + v.Size(); size < 1<<20 {
				continue
			}
			if err := s.grow(size); err != nil {
				return err
			}
			size = 0
		}
		s.cols[c] = kept
	}
	if s.run.opt.TrackOrigin {
		s.origin = append(s.origin, originsOf(b, rows)...)
	}
	s.n += len(rows)
	if err := s.run.ctx.Err(); err != nil {
		return err
	}
	return s.grow(size)
}

// room makes room for n more values. Lists of many grow to twice their size:
// they are copied less often than append would.
func room(list []value.Value, n int) []value.Value {
	if len(list)+n <= cap(list) || len(list) < batchRows {
		return list
	}
	out := make([]value.Value, len(list), max(2*cap(list), len(list)+n))
	copy(out, list)
	return out
}

// grow counts memory that the rows take.
func (s *rowStore) grow(size int) error {
	s.size += int64(size)
	err := s.run.grow(int64(size), "")
	if limit := (*LimitError)(nil); errors.As(err, &limit) {
		limit.In, _ = plan.Describe(s.by, nil)
	}
	return err
}

// release forgets the rows.
func (s *rowStore) release() error {
	size := s.size
	s.cols, s.origin, s.n, s.size = make([][]value.Value, len(s.cols)), nil, 0, 0
	return s.run.grow(-size, "")
}

// originOf are the source rows of a row.
func originOf(b *value.Batch, row int32) []int64 {
	if b.Origin == nil {
		return []int64{int64(row)}
	}
	return b.Origin[row]
}

// originsOf are the source rows of some rows.
func originsOf(b *value.Batch, rows []int32) [][]int64 {
	out := make([][]int64, len(rows))
	own := make([]int64, len(rows))
	for k, i := range rows {
		if b.Origin != nil {
			out[k] = b.Origin[i]
			continue
		}
		own[k] = int64(i)
		out[k] = own[k : k+1 : k+1]
	}
	return out
}

// batch is all rows as one batch.
func (s *rowStore) batch() *value.Batch {
	cols := make([]value.Column, len(s.cols))
	for c := range cols {
		if len(s.cols[c]) < s.n {
			cols[c] = nullColumn(value.NullOf(s.schema[c].Type))
			continue
		}
		cols[c] = value.ColumnOf(s.cols[c])
	}
	b := value.NewBatch(s.n, cols)
	b.Origin = s.origin
	return b
}

// emit pushes the rows in order, in batches.
func (s *rowStore) emit(out sink) error { return s.emitOrder(nil, out) }

// emitOrder pushes the rows of an order (nil: all as they are).
func (s *rowStore) emitOrder(order []int32, out sink) error {
	n := s.n
	if order != nil {
		n = len(order)
	}
	for start := 0; start < n; start += batchRows {
		end := min(start+batchRows, n)
		if err := out(s.slice(order, start, end)); err != nil {
			return err
		}
	}
	return nil
}

func (s *rowStore) slice(order []int32, start, end int) *value.Batch {
	cols := make([]value.Column, len(s.cols))
	for c := range cols {
		switch {
		case len(s.cols[c]) == 0:
			cols[c] = nullColumn(value.NullOf(s.schema[c].Type))
		case order == nil:
			cols[c] = value.ColumnOf(s.cols[c][start:end:end])
		default:
			cols[c] = picked(s.cols[c], order[start:end])
		}
	}
	b := value.NewBatch(end-start, cols)
	if s.origin != nil {
		b.Origin = make([][]int64, end-start)
		for k := range b.Origin {
			i := int32(start + k)
			if order != nil {
				i = order[start+k]
			}
			b.Origin[k] = s.origin[i]
		}
	}
	return b
}

// picked is some of a column's values, fetched when they are read.
func picked(from []value.Value, order []int32) value.Column {
	return value.LazyColumn(func(rows []int32, vals []value.Value) {
		for _, k := range rows {
			vals[k] = from[order[k]]
		}
	})
}

func constants(v value.Value, n int) []value.Value {
	out := make([]value.Value, n)
	for i := range out {
		out[i] = v
	}
	return out
}
