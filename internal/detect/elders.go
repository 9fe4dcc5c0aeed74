package detect

import (
	"context"
	"slices"

	"github.com/dogwatch-dev/dogwatch/internal/parallel"
	"github.com/dogwatch-dev/dogwatch/kql"
	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// Elders stand for old rows of a rule that looks back (see kql.Recall): the first
// of those that agree in all that counts. A rule that is run each hour over two
// weeks then looks at the last hour, and at as many rows as there are different
// ones before, and not at two weeks each time.
type elders struct {
	age     int64
	keys    map[string]*kql.Query
	numbers map[string]int32 // of what rows agree in, from 1
	resting bool             // every row is looked at
}

// standsAlone is the number of rows for which no other can stand.
const standsAlone = -1

func newElders(r *kql.Recall) *elders {
	if r == nil {
		return nil
	}
	return &elders{age: r.Age, keys: r.Keys, numbers: map[string]int32{}}
}

// fewLooks is how many looks at all rows cost less than finding out which may
// stand for others.
const fewLooks = 2

// learn numbers the rows that have none.
func (e *elders) learn(ctx context.Context, w *window) {
	if e == nil {
		return
	}
	steps := len(w.stepsOf(w.frequency(), w.period()))
	if e.resting = steps <= fewLooks && len(e.numbers) == 0; e.resting {
		return
	}
	w.own()
	e.forget(w.rows)
	for _, t := range w.tables {
		q := e.keys[t.name]
		if q == nil {
			continue
		}
		var index []int32
		for i := range w.rows {
			if w.rows[i].elder == 0 && w.rows[i].table() == t {
				w.rows[i].elder = standsAlone // unless it is told better
				index = append(index, int32(i))
			}
		}
		if len(index) > 0 {
			e.number(ctx, w, t, q, index)
		}
	}
}

// manyNumbers is how many numbers are kept whatever rows there are.
const manyNumbers = 1024

// forget starts anew when most numbers are of rows that were let go.
func (e *elders) forget(rows []kept) {
	if len(e.numbers) <= 2*len(rows)+manyNumbers {
		return
	}
	e.numbers = map[string]int32{}
	for i := range rows {
		rows[i].elder = 0
	}
}

// number numbers some rows of a table. What was made of rows for another window of a
// family serves this one too.
func (e *elders) number(ctx context.Context, w *window, t *keptTable, q *kql.Query, index []int32) {
	known := w.family.agreements(t, q)
	if known == nil {
		agreements(ctx, w, t, q, index, e.numberOf, func(row, n int32) { w.rows[row].elder = n })
		return
	}
	known.learn(ctx, w, t, q, index)
	numbers := make([]int32, len(known.keys)) // of this window's, from 1
	for _, row := range index {
		k := known.of[row] - 1
		if k < 0 {
			continue
		}
		if numbers[k] == 0 {
			numbers[k] = e.numberOf(known.keys[k])
		}
		w.rows[row].elder = numbers[k]
	}
}

// agreedAtOnce is how many rows are asked in one go what they agree in.
const agreedAtOnce = 8 * openAtOnce

// agreements calls tell with the number of what old rows have to agree in, of some rows of
// a table. Rows that cannot be judged are left out, and stand alone: a run says what is
// wrong with them.
func agreements(ctx context.Context, w *window, t *keptTable, q *kql.Query, index []int32, numberOf func(key string) int32, tell func(row, number int32)) {
	parts := slices.Collect(slices.Chunk(index, agreedAtOnce))
	start := func() func(i int) *agreed {
		return func(i int) *agreed { return agreedOf(ctx, w, t, q, parts[i]) }
	}
	parallel.InOrder(len(parts), maxAtOnce, start, func(_ int, a *agreed) {
		numbers := make([]int32, len(a.keys))
		for i, key := range a.keys {
			numbers[i] = numberOf(key)
		}
		for i, row := range a.rows {
			tell(row, numbers[a.of[i]])
		}
	})
}

// agreed is what some rows have to agree in.
type agreed struct {
	rows []int32
	of   []int32 // by place in rows: that of its key
	keys []string
	at   map[string]int32 // their places
	key  []byte
}

func agreedOf(ctx context.Context, w *window, t *keptTable, q *kql.Query, index []int32) *agreed {
	a := &agreed{at: map[string]int32{}}
	defer func() { _ = recover() }()
	live := q.NewLive(ctx, kql.RunOptions{})
	k := &keptBatches{w: w, hi: len(w.rows), only: index}
	_ = k.batches(t, 0, len(w.rows), func(b batchOfKept) error {
		plain := *b.Batch
		plain.Origin = nil // those of what comes out are rows of b
		return live.Feed(0, &plain, func(out *value.Batch) error {
			a.add(w, b, out)
			return ctx.Err()
		})
	})
	return a
}

// add takes up what came of a batch.
func (a *agreed) add(w *window, b batchOfKept, out *value.Batch) {
	rows := out.Rows()
	cols := make([][]value.Value, len(out.Cols))
	for c := range cols { // all rows at once
		cols[c] = out.Col(c, rows)
	}
	for _, i := range rows {
		row := b.index[origin(out, int(i))]
		if at := cols[0][i]; at.Kind() != value.KDateTime || at.Int() != w.rows[row].ticks {
			continue
		}
		a.key = a.key[:0]
		for _, col := range cols[1:] {
			a.key = col[i].GroupKey(a.key)
		}
		of, known := a.at[string(a.key)]
		if !known {
			of = int32(len(a.keys))
			key := string(a.key)
			a.at[key], a.keys = of, append(a.keys, key)
		}
		a.rows, a.of = append(a.rows, row), append(a.of, of)
	}
}

// An agreement says what the rows of windows with the same rows agree in.
type agreement struct {
	of   []int32 // by row: the place of its key in keys, from 1; standsAlone; 0: not known
	keys []string
	at   map[string]int32
}

// An agreementOf is a table, and a query that makes of its rows what they agree in.
type agreementOf struct {
	table *keptTable
	query int
}

// agreements are what is known for all windows of the family; nil where each is by
// itself.
func (f *family) agreements(t *keptTable, q *kql.Query) *agreement {
	if f == nil {
		return nil
	}
	query, ok := q.KeyIn(f.cache)
	if !ok {
		return nil
	}
	of := agreementOf{t, query}
	a := f.agreed[of]
	if a == nil {
		a = &agreement{at: map[string]int32{}}
		f.agreed[of] = a
	}
	return a
}

// learn makes the keys of those rows that have none yet.
func (a *agreement) learn(ctx context.Context, w *window, t *keptTable, q *kql.Query, index []int32) {
	if a.of == nil {
		a.of = make([]int32, len(w.rows))
	}
	var fresh []int32
	for _, row := range index {
		if a.of[row] == 0 {
			a.of[row] = standsAlone // unless it is told better
			fresh = append(fresh, row)
		}
	}
	if len(fresh) == 0 {
		return
	}
	numberOf := func(key string) int32 {
		n, ok := a.at[key]
		if !ok {
			a.keys = append(a.keys, key)
			n = int32(len(a.keys))
			a.at[key] = n
		}
		return n
	}
	agreements(ctx, w, t, q, fresh, numberOf, func(row, n int32) { a.of[row] = n })
}

func (e *elders) numberOf(key string) int32 {
	n, ok := e.numbers[key]
	if !ok {
		n = int32(len(e.numbers) + 1)
		e.numbers[key] = n
	}
	return n
}

// A choice says which rows count for one step after the other.
type choice struct {
	*elders
	seen  []int32 // by number: the step that has one
	steps int32
}

// choice makes ready to choose among rows that are numbered; nil: all count.
func (e *elders) choice() *choice {
	if e == nil || e.resting {
		return nil
	}
	return &choice{elders: e, seen: make([]int32, len(e.numbers)+1)}
}

// among are the places of the rows from lo to hi that count for a step; nil: all.
// The rows are in the order of time.
func (c *choice) among(rows []kept, lo, hi int, at int64) (only []int32) {
	if c == nil {
		return nil
	}
	c.steps++
	only = make([]int32, 0, 1024)
	for i := lo; i < hi; i++ {
		n := rows[i].elder
		switch {
		case rows[i].ticks >= at-c.age || n == standsAlone:
		case n == 0 || c.seen[n] == c.steps: // no old row of its table counts, or an earlier one stands for it
			continue
		default:
			c.seen[n] = c.steps
		}
		only = append(only, int32(i))
	}
	return only
}
