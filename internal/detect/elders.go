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
	*kql.Recall
	numbers map[string]int32 // of what rows agree in, from 1
	resting bool             // every row is looked at
}

// standsAlone is the number of rows for which no other can stand.
const standsAlone = -1

func newElders(r *kql.Recall) *elders {
	if r == nil {
		return nil
	}
	return &elders{Recall: r, numbers: map[string]int32{}}
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
		if e.Keys[t.name] == nil {
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
			e.number(ctx, w, t, index)
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

// number numbers some rows of a table: the first of those that say the same in all columns
// that are read is asked for the others too.
func (e *elders) number(ctx context.Context, w *window, t *keptTable, index []int32) {
	firsts := e.firsts(ctx, w, t, index)
	if firsts == nil {
		e.ask(ctx, w, t, index)
		return
	}
	var asked []int32
	for i, row := range index {
		if firsts[i] == row {
			asked = append(asked, row)
		}
	}
	e.ask(ctx, w, t, asked)
	for i, row := range index {
		w.rows[row].elder = w.rows[firsts[i]].elder
	}
}

// sample is of how many rows it is found out whether many say the same.
const sample = 256

// firsts are by place in index the first row that says the same in all columns that are
// read; nil where that is not worth to find out: few rows are asked one by one, as are those
// of which most say something else.
func (e *elders) firsts(ctx context.Context, w *window, t *keptTable, index []int32) []int32 {
	q := e.Columns[t.name]
	if q == nil || len(index) < sample {
		return nil
	}
	a := w.family.agreement(t, q)
	if a == nil {
		a = newAgreement()
	}
	if a.learn(ctx, w, t, q, index[:sample]); len(a.keys) > a.rows*3/4 {
		return nil
	}
	a.learn(ctx, w, t, q, index)
	out := make([]int32, len(index))
	first := make([]int32, len(a.keys)+1)
	for i, row := range index {
		switch n := a.of[row]; {
		case n == standsAlone:
			out[i] = row
		case first[n] == 0:
			first[n], out[i] = row+1, row
		default:
			out[i] = first[n] - 1
		}
	}
	return out
}

// ask numbers rows by what they have to agree in. What was made of them for another window
// of a family serves this one too.
func (e *elders) ask(ctx context.Context, w *window, t *keptTable, index []int32) {
	q := e.Keys[t.name]
	known := w.family.agreement(t, q)
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
	rows int     // that have a key
	keys []string
	at   map[string]int32
}

// An agreementOf is a table, and a query that makes of its rows what they agree in.
type agreementOf struct {
	table *keptTable
	query int
}

func newAgreement() *agreement { return &agreement{at: map[string]int32{}} }

// agreement is what is known for all windows of the family; nil where each is by itself.
func (f *family) agreement(t *keptTable, q *kql.Query) *agreement {
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
		a = newAgreement()
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
	agreements(ctx, w, t, q, fresh, numberOf, func(row, n int32) {
		a.of[row] = n
		a.rows++
	})
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
		case rows[i].ticks >= at-c.Age || n == standsAlone:
		case n == 0 || c.seen[n] == c.steps: // no old row of its table counts, or an earlier one stands for it
			continue
		default:
			c.seen[n] = c.steps
		}
		only = append(only, int32(i))
	}
	return only
}
