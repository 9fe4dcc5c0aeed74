package detect

import (
	"context"
	"math"
	"slices"

	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// A windowDB is the rows that one run of a rule's query may see, as tables.
type windowDB struct {
	*keptBatches
	w      *window // whose run it is: the batches may be of another with the same rows
	lo, hi int     // their places
	only   []int32 // of these, those that are meant, ascending; nil: all
}

// keptBatches are rows of a window as batches. Where they are few, what is read of
// a row is remembered for all who read it.
type keptBatches struct {
	w      *window // whose rows are sorted
	lo, hi int
	only   []int32 // nil: all from lo to hi
	open   *openRows
	read   map[*keptTable][]batchOfKept
	held   int // about how many bytes of rows on disk read takes
}

// A batchOfKept is a batch and the places of its rows.
type batchOfKept struct {
	*value.Batch
	index []int32
}

// maxReread is how many batches are read once, and maxHeld how many bytes they hold
// of rows that lie on disk: what is more is forgotten after a run.
const (
	maxReread = 64
	maxHeld   = 16 << 20
)

// batchesForAll are batches for all runs over a window's rows, as they are now;
// nil where they are too many to remember what is read of them.
func (w *window) batchesForAll() *keptBatches {
	if w.family != nil {
		return w.family.batches
	}
	if len(w.rows) > maxReread*openAtOnce {
		return nil
	}
	return &keptBatches{w: w, hi: len(w.rows)}
}

// db are some rows for one run: of the batches for all, or where those are nil of
// its own.
func (all *keptBatches) db(w *window, lo, hi int, only []int32) *windowDB {
	if all == nil {
		all = &keptBatches{w: w, lo: lo, hi: hi, only: only}
	}
	return &windowDB{all, w, lo, hi, only}
}

// Scan emits the rows of a table. Their Origin is their place among the rows.
func (db *windowDB) Scan(ctx context.Context, table string, columns []int, emit func(*value.Batch) error) error {
	return db.Between(ctx, table, columns, math.MinInt64, math.MaxInt64, emit)
}

// Between is Scan for the rows of some time.
func (db *windowDB) Between(_ context.Context, table string, _ []int, from, to int64, emit func(*value.Batch) error) error {
	return db.between(table, anyLeaf, from, to, emit)
}

// Knows says whether it is known which leaves let each row through.
func (db *windowDB) Knows() bool { return db.w.knows }

// Passed is Between for the rows that a leaf let through.
func (db *windowDB) Passed(_ context.Context, table string, _ []int, leaf int, from, to int64, emit func(*value.Batch) error) error {
	return db.between(table, leaf, from, to, emit)
}

const anyLeaf = -1

func (db *windowDB) between(table string, leaf int, from, to int64, emit func(*value.Batch) error) error {
	t := db.w.tables[table]
	if t == nil {
		return nil
	}
	lo, hi := max(db.lo, db.w.after(max(from, math.MinInt64+1)-1)), min(db.hi, db.w.after(to))
	if !db.few() {
		return db.batches(t, lo, hi, func(b batchOfKept) error { return db.hand(b, b.Rows(), leaf, emit) })
	}
	for _, b := range db.remembered(t) {
		if err := db.hand(b, db.clip(b.index, lo, hi), leaf, emit); err != nil {
			return err
		}
	}
	return nil
}

// hand emits those rows of a batch that a leaf let through.
func (db *windowDB) hand(b batchOfKept, rows []int32, leaf int, emit func(*value.Batch) error) error {
	if leaf != anyLeaf {
		stays := func(i int32) bool { return db.w.rows[b.index[i]].passed.has(leaf) }
		if n := slices.IndexFunc(rows, func(i int32) bool { return !stays(i) }); n >= 0 {
			some := slices.Clone(rows[:n])
			for _, i := range rows[n:] {
				if stays(i) {
					some = append(some, i)
				}
			}
			rows = some
		}
	}
	if len(rows) == 0 {
		return nil
	}
	return emit(b.With(rows))
}

// Remembers says whether what is read of rows is remembered.
func (db *windowDB) Remembers() bool { return db.few() }

// clip are the numbers of the rows of a batch that lie between two places and are
// meant.
func (db *windowDB) clip(index []int32, lo, hi int) []int32 {
	a, _ := slices.BinarySearch(index, int32(lo))
	b, _ := slices.BinarySearch(index, int32(hi))
	if a >= b || db.only == nil {
		return value.AllRows(b)[min(a, b):]
	}
	at, _ := slices.BinarySearch(db.only, index[a])
	var rows []int32
	for ; a < b && at < len(db.only); at++ {
		for a < b && index[a] < db.only[at] {
			a++
		}
		if a < b && index[a] == db.only[at] {
			rows = append(rows, int32(a))
		}
	}
	return rows
}

// few says whether the rows are so few that what is read of them is remembered.
func (k *keptBatches) few() bool {
	n := len(k.only)
	if k.only == nil {
		n = k.hi - k.lo
	}
	return n <= maxReread*openAtOnce
}

// remembered are the batches of a table.
func (k *keptBatches) remembered(t *keptTable) []batchOfKept {
	if k.held > maxHeld {
		k.read, k.held = nil, 0
	}
	all, ok := k.read[t]
	if ok {
		return all
	}
	_ = k.batches(t, k.lo, k.hi, func(b batchOfKept) error {
		all = append(all, b)
		return nil
	})
	if k.read == nil {
		k.read = map[*keptTable][]batchOfKept{}
	}
	k.read[t] = all
	return all
}

// batches makes batches of the rows of a table between two places.
func (k *keptBatches) batches(t *keptTable, lo, hi int, emit func(batchOfKept) error) error {
	var index []int32
	flush := func() error {
		if len(index) == 0 {
			return nil
		}
		b := batchOfKept{k.batch(t, index), index}
		index = make([]int32, 0, openAtOnce)
		return emit(b)
	}
	add := func(i int) error {
		if i < lo || i >= hi || k.w.rows[i].table() != t {
			return nil
		}
		if index = append(index, int32(i)); len(index) == openAtOnce {
			return flush()
		}
		return nil
	}
	for _, i := range k.only {
		if err := add(int(i)); err != nil {
			return err
		}
	}
	for i := lo; k.only == nil && i < hi; i++ {
		if err := add(i); err != nil {
			return err
		}
	}
	return flush()
}

// batch is rows at some places.
func (k *keptBatches) batch(t *keptTable, index []int32) *value.Batch {
	b := value.NewLazyBatch(len(index), len(t.at), &keptRows{t, k, index})
	b.Origin = make([][]int64, len(index))
	places := make([]int64, len(index))
	for n, i := range index {
		places[n] = int64(i)
		b.Origin[n] = places[n : n+1 : n+1]
	}
	return b
}

// keptRows fills a batch with kept values.
type keptRows struct {
	*keptTable
	of    *keptBatches
	index []int32
}

// Value is a kept value; columns that the rule does not read are null.
func (k *keptRows) Value(row, col int) value.Value {
	if k.at[col] < 0 {
		return value.NullOf(k.schema[col].Type)
	}
	at := int(k.index[row])
	r := &k.of.w.rows[at]
	if r.held != nil {
		return r.value(col)
	}
	if v, ok := r.beside(col); ok {
		return v
	}
	v := k.of.shelved(at, r.lies, col)
	k.of.held += v.Size()
	return v
}

// shelved is a value of a row on disk.
func (k *keptBatches) shelved(at int, s *shelved, col int) value.Value {
	if !s.whole {
		return s.value(col)
	}
	// The value is to outlive the row, which takes more memory.
	if k.open == nil {
		k.open = &openRows{}
	}
	return k.open.row(at, s).Value(col).Own()
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
