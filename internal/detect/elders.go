package detect

import (
	"context"

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
	seen    []int64          // by number: the step that has one
	steps   int64
	resting bool // every row is looked at
}

// standsAlone is the number of rows for which no other can stand.
const standsAlone = -1

func newElders(r *kql.Recall) *elders {
	if r == nil {
		return nil
	}
	return &elders{age: r.Age, keys: r.Keys, numbers: map[string]int32{}, seen: []int64{0}}
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
	e.numbers, e.seen = map[string]int32{}, []int64{0}
	for i := range rows {
		rows[i].elder = 0
	}
}

// number numbers some rows of a table. What was made of rows for another window of a
// family serves this one too.
func (e *elders) number(ctx context.Context, w *window, t *keptTable, q *kql.Query, index []int32) {
	known := w.family.agreements(t, q)
	if known == nil {
		agreements(ctx, w, t, q, index, func(row int32, key []byte) { w.rows[row].elder = e.numberOf(key) })
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
			numbers[k] = e.numberOf([]byte(known.keys[k]))
		}
		w.rows[row].elder = numbers[k]
	}
}

// agreements calls tell with what old rows have to agree in, of some rows of a table.
// Rows that cannot be judged are left out, and stand alone: a run says what is wrong
// with them.
func agreements(ctx context.Context, w *window, t *keptTable, q *kql.Query, index []int32, tell func(row int32, key []byte)) {
	defer func() { _ = recover() }()
	live := q.NewLive(ctx, kql.RunOptions{})
	db := (*keptBatches)(nil).db(w, 0, len(w.rows), index)
	var key []byte
	_ = db.Scan(ctx, t.name, nil, func(b *value.Batch) error {
		plain := *b
		plain.Origin = nil // those of what comes out are rows of b
		return live.Feed(0, &plain, func(out *value.Batch) error {
			for c := range out.Cols { // all rows at once
				out.Col(c, out.Rows())
			}
			for _, i := range out.Rows() {
				row := int32(b.Origin[origin(out, int(i))][0])
				if at := out.At(int(i), 0); at.Kind() != value.KDateTime || at.Int() != w.rows[row].ticks {
					continue
				}
				key = key[:0]
				for c := 1; c < len(out.Cols); c++ {
					key = out.At(int(i), c).GroupKey(key)
				}
				tell(row, key)
			}
			return ctx.Err()
		})
	})
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
	agreements(ctx, w, t, q, fresh, func(row int32, key []byte) {
		n, ok := a.at[string(key)]
		if !ok {
			n = int32(len(a.keys) + 1)
			text := string(key)
			a.at[text], a.keys = n, append(a.keys, text)
		}
		a.of[row] = n
	})
}

func (e *elders) numberOf(key []byte) int32 {
	n, ok := e.numbers[string(key)]
	if !ok {
		n = int32(len(e.seen))
		e.numbers[string(key)] = n
		e.seen = append(e.seen, 0)
	}
	return n
}

// among are the places of the rows from lo to hi that count for a step; nil: all.
// The rows are in the order of time.
func (e *elders) among(rows []kept, lo, hi int, at int64) (only []int32) {
	if e == nil || e.resting {
		return nil
	}
	e.steps++
	only = make([]int32, 0, 1024)
	for i := lo; i < hi; i++ {
		n := rows[i].elder
		switch {
		case rows[i].ticks >= at-e.age || n == standsAlone:
		case n == 0 || e.seen[n] == e.steps: // no old row of its table counts, or an earlier one stands for it
			continue
		default:
			e.seen[n] = e.steps
		}
		only = append(only, int32(i))
	}
	return only
}
