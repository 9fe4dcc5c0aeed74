package detect

import (
	"cmp"
	"context"
	"math"
	"slices"

	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// A windowDB is the rows of one step, as tables.
type windowDB struct {
	w    *window
	rows []kept  // by time
	only []int32 // the places of those that are meant; nil: all
	open *openRows
	read map[*keptTable][]batchOfKept // of few rows: a query reads them more than once
}

// A batchOfKept is a batch and the places of its rows.
type batchOfKept struct {
	*value.Batch
	index []int
}

// Scan emits the rows of a table. Their Origin is their place among the rows.
func (db *windowDB) Scan(ctx context.Context, table string, columns []int, emit func(*value.Batch) error) error {
	return db.Between(ctx, table, columns, math.MinInt64, math.MaxInt64, emit)
}

// Between is Scan for the rows of some time.
func (db *windowDB) Between(_ context.Context, table string, _ []int, from, to int64, emit func(*value.Batch) error) error {
	t := db.w.tables[table]
	switch {
	case t == nil:
		return nil
	case !db.few():
		return db.batches(t, from, to, func(b batchOfKept) error { return emit(b.Batch) })
	}
	all, ok := db.read[t]
	if !ok {
		_ = db.batches(t, math.MinInt64, math.MaxInt64, func(b batchOfKept) error {
			all = append(all, b)
			return nil
		})
		if db.read == nil {
			db.read = map[*keptTable][]batchOfKept{}
		}
		db.read[t] = all
	}
	for _, b := range all {
		if again := db.clip(b, from, to); again != nil {
			if err := emit(again); err != nil {
				return err
			}
		}
	}
	return nil
}

// clip is a batch that was read before, with its rows of some time; nil where it
// has none.
func (db *windowDB) clip(b batchOfKept, from, to int64) *value.Batch {
	lo, hi := 0, len(b.index)
	if first := db.rows[b.index[0]].ticks; first < from {
		lo, _ = slices.BinarySearchFunc(b.index, from, db.compare)
	}
	if last := db.rows[b.index[hi-1]].ticks; last > to {
		hi, _ = slices.BinarySearchFunc(b.index, to+1, db.compare)
	}
	switch {
	case lo >= hi:
		return nil
	case hi-lo == b.N:
		return b.With(nil)
	}
	return b.With(value.AllRows(hi)[lo:])
}

func (db *windowDB) compare(i int, t int64) int { return cmp.Compare(db.rows[i].ticks, t) }

// batches makes batches of the rows of a table and of some time.
func (db *windowDB) batches(t *keptTable, from, to int64, emit func(batchOfKept) error) error {
	var index []int
	flush := func() error {
		if len(index) == 0 {
			return nil
		}
		b := batchOfKept{db.batch(t, index), index}
		index = make([]int, 0, openAtOnce)
		return emit(b)
	}
	add := func(i int) error {
		if r := &db.rows[i]; r.ticks < from || r.ticks > to || r.table() != t {
			return nil
		}
		if index = append(index, i); len(index) == openAtOnce {
			return flush()
		}
		return nil
	}
	for _, i := range db.only {
		if err := add(int(i)); err != nil {
			return err
		}
	}
	for i := 0; db.only == nil && i < len(db.rows); i++ {
		if err := add(i); err != nil {
			return err
		}
	}
	return flush()
}

// batch is rows at some places.
func (db *windowDB) batch(t *keptTable, index []int) *value.Batch {
	b := value.NewLazyBatch(len(index), len(t.at), &keptRows{t, db, index})
	b.Origin = make([][]int64, len(index))
	places := make([]int64, len(index))
	for k, i := range index {
		places[k] = int64(i)
		b.Origin[k] = places[k : k+1 : k+1]
	}
	return b
}

// maxReread is how many batches are read once for all parts of a query.
const maxReread = 8

// few says whether the rows are so few that what is read of them is remembered.
func (db *windowDB) few() bool {
	n := len(db.only)
	if db.only == nil {
		n = len(db.rows)
	}
	return n <= maxReread*openAtOnce
}

// keptRows fills a batch with kept values.
type keptRows struct {
	*keptTable
	db    *windowDB
	index []int
}

// Value is a kept value; columns that the rule does not read are null.
func (k *keptRows) Value(row, col int) value.Value {
	if k.at[col] < 0 {
		return value.NullOf(k.schema[col].Type)
	}
	at := k.index[row]
	r := &k.db.rows[at]
	if r.held != nil || !r.lies.whole {
		return r.value(col)
	}
	// The value is to outlive the row, which takes more memory.
	if k.db.open == nil {
		k.db.open = &openRows{}
	}
	return k.db.open.row(at, &r.lies).Value(col).Own()
}

// openAtOnce is how many rows a batch has, and how many of those that lie on disk
// as they are stay open: batches are read column by column.
const openAtOnce = 512

// openRows are rows that lie on disk as they are and were read last, by their
// places.
type openRows struct {
	at  [openAtOnce]int // plus 1
	all [openAtOnce]value.Row
}

func (o *openRows) row(at int, s *shelved) value.Row {
	slot := at % openAtOnce
	if o.at[slot] != at+1 {
		o.at[slot], o.all[slot] = at+1, s.open()
	}
	return o.all[slot]
}
