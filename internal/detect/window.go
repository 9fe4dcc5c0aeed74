package detect

import (
	"cmp"
	"context"
	"fmt"
	"runtime/debug"
	"slices"

	"github.com/dogwatch-dev/dogwatch"
	"github.com/dogwatch-dev/dogwatch/kql"
	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// A window keeps the rows that a rule counts, and runs the rule over them.
type window struct {
	u       *unit
	tables  map[string]*keptTable
	maxRows int
	maxMem  int64

	rows []kept
	mem  int64
	done int64 // the last step that was run, in ticks; 0: none
}

// A keptTable says what of a table's rows is kept.
type keptTable struct {
	schema  value.Schema
	columns []int
	at      []int // by the table's column: its place among columns, or -1
}

// kept is one row.
type kept struct {
	ticks    int64
	table    string
	evidence dogwatch.Evidence
	vals     []value.Value
	size     int64
}

func newWindow(u *unit, opt Options) *window {
	w := &window{u: u, tables: map[string]*keptTable{}, maxRows: opt.MaxRows, maxMem: opt.MaxMemory}
	for _, name := range u.rule.Query.Tables() {
		schema, _ := opt.Catalog.Table(name)
		t := &keptTable{schema: schema, columns: u.rule.Query.Columns(name), at: make([]int, len(schema))}
		for i := range t.at {
			t.at[i] = slices.Index(t.columns, i)
		}
		w.tables[name] = t
	}
	return w
}

// keep runs the row-by-row part of a rule over a batch and copies the rows of
// the table that any reading of it lets through.
func (f *feed) keep(s *source, w *window) ([]kept, error) {
	passed := map[int]bool{}
	for _, leaf := range f.leaves {
		err := f.live.Feed(leaf, s.batch.Rows, func(b *value.Batch) error {
			for _, i := range b.Rows() {
				passed[origin(b, int(i))] = true
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	t := w.tables[s.batch.Table]
	var out []kept
	for row := range passed {
		k := kept{ticks: s.ticks(row), table: s.batch.Table, evidence: s.at(row), size: 200}
		for _, c := range t.columns {
			v := s.batch.Rows.At(row, c).Own()
			k.vals = append(k.vals, v)
			k.size += int64(v.Size())
		}
		out = append(out, k)
	}
	return out, nil
}

// add takes rows in. When there are more than fit, the rule is run over what
// is there, and what it has seen for long enough goes.
func (w *window) add(rows []kept, st *RuleStats) {
	for _, k := range rows {
		if w.done > 0 && k.ticks <= w.done {
			st.Late++
		}
		w.mem += k.size
	}
	w.rows = append(w.rows, rows...)
	if len(w.rows) > w.maxRows || w.mem > w.maxMem {
		w.run(context.Background(), st)
		w.forget(st)
	}
}

// forget lets go of the rows that no later step looks at; when that does not
// make room enough, of the oldest.
func (w *window) forget(st *RuleStats) {
	keep := 0
	if p := w.period(); p > 0 {
		for keep < len(w.rows) && w.rows[keep].ticks <= w.done-p {
			w.mem -= w.rows[keep].size
			keep++
		}
	}
	for keep < len(w.rows) && (len(w.rows)-keep > w.maxRows/2 || w.mem > w.maxMem/2) {
		w.mem -= w.rows[keep].size
		keep++
		st.Dropped++
	}
	w.rows = append([]kept(nil), w.rows[keep:]...)
}

// finish runs the rule over what is there, at the end of the input.
func (w *window) finish(ctx context.Context, st *RuleStats) { w.run(ctx, st) }

const ticksPerNano = 100 // nanoseconds in a tick

func (w *window) period() int64    { return int64(w.u.rule.Period) / ticksPerNano }
func (w *window) frequency() int64 { return int64(w.u.rule.Frequency) / ticksPerNano }

// run runs the rule at each step of time at which there is something new.
func (w *window) run(ctx context.Context, st *RuleStats) {
	slices.SortFunc(w.rows, func(a, b kept) int {
		return cmp.Or(cmp.Compare(a.ticks, b.ticks), a.evidence.Compare(b.evidence))
	})
	if len(w.rows) == 0 {
		return
	}
	for _, at := range w.steps(st) {
		lo, hi := w.between(at)
		if err := w.step(ctx, at, lo, hi, st); err != nil {
			if st.Err == nil {
				st.Err = err
			}
			st.Skipped += int64(hi - lo)
		}
		w.done = at
		if ctx.Err() != nil {
			return
		}
	}
}

// between are the rows that a step looks at.
func (w *window) between(at int64) (lo, hi int) {
	after := func(t int64) int {
		i, _ := slices.BinarySearchFunc(w.rows, t, func(k kept, t int64) int {
			if k.ticks <= t {
				return -1
			}
			return 1
		})
		return i
	}
	if p := w.period(); p > 0 {
		lo = after(at - p)
	}
	return lo, after(at)
}

// maxWork bounds the rows that all steps of a run look at together.
const maxWork = 20_000_000

// steps are the times at which the rule is run: the whole multiples of its
// frequency that have new rows behind them, and, where fewer rows may mean an
// alert, those at which rows go out of sight. Where that would take too long,
// there are fewer.
func (w *window) steps(st *RuleStats) []int64 {
	every, period := w.frequency(), w.period()
	if every <= 0 || period <= 0 {
		return []int64{w.rows[len(w.rows)-1].ticks}
	}
	for {
		steps, work := w.stepsOf(every, period), 0
		for _, at := range steps {
			lo, hi := w.between(at)
			work += hi - lo
		}
		if work <= maxWork || len(steps) < 2 {
			return steps
		}
		every *= 2
		st.Coarse = true
	}
}

func (w *window) stepsOf(every, period int64) []int64 {
	up := func(t int64) int64 { return (t + every - 1) / every * every }
	end := up(w.rows[len(w.rows)-1].ticks)
	var out []int64
	for _, k := range w.rows {
		if at := up(k.ticks); at > w.done {
			out = append(out, at)
		}
		if at := up(k.ticks + period); w.u.rule.Trigger.Operator != "gt" && at <= end && at > w.done {
			out = append(out, at)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// step runs the rule over rows lo to hi, and its results, when they are cause
// for an alert, go where all hits go.
func (w *window) step(ctx context.Context, at int64, lo, hi int, st *RuleStats) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("internal error: %v at %s", p, place(debug.Stack()))
		}
	}()
	var hits []hit
	rows := w.rows[lo:hi]
	db := &windowDB{w: w, rows: rows}
	opt := kql.RunOptions{Now: at, MaxMemory: w.maxMem, TrackOrigin: true}
	err = w.u.rule.Query.Run(ctx, db, opt, func(b *value.Batch) error {
		for _, i := range b.Rows() {
			r := row{w.u.shape, b, int(i)}
			if n := r.excepted(); n > 0 && n <= len(st.Excepted) && w.u.lasts(n-1, kql.TimeOf(at)) {
				st.Excepted[n-1]++
				continue
			}
			hits = append(hits, w.hit(r, rows, at))
		}
		return nil
	})
	if err != nil || !w.u.rule.Trigger.Met(int64(len(hits))) {
		return err
	}
	st.Hits += int64(len(hits))
	if len(hits) == 0 { // an alert for what is missing
		hits = append(hits, w.nothing(at))
	}
	if !w.u.rule.PerResult {
		hits = []hit{together(hits)}
	}
	for i := range hits {
		w.u.folds.add(&hits[i])
	}
	return nil
}

// hit makes a hit of a result row and the rows it was made of.
func (w *window) hit(r row, rows []kept, at int64) hit {
	var evidence []dogwatch.Evidence
	if r.b.Origin != nil {
		for _, o := range r.b.Origin[r.i] {
			if o >= 0 && int(o) < len(rows) {
				evidence = append(evidence, rows[o].evidence)
			}
		}
	}
	h := hitOf(r, evidence)
	if len(evidence) == 0 {
		h.from = sane(kql.TimeOf(at))
		h.to = h.from
	}
	h.records = int64(len(evidence))
	h.face.weight = len(evidence)
	if key, ok := r.groupKey(); ok {
		h.key = "g" + key
	} else {
		h.key = "e" + fmt.Sprintf("%q", h.entities)
	}
	return h
}

// nothing is the hit of a rule that alerts when too little is there.
func (w *window) nothing(at int64) hit {
	t := sane(kql.TimeOf(at))
	r := w.u.rule
	return hit{key: "n", from: t, to: t, face: face{
		severity: r.Severity, summary: r.Name, impact: cmp.Or(r.Impact, r.Description), first: dogwatch.Evidence{Time: t},
	}}
}

// together makes one hit of all rows of a run.
func together(hits []hit) hit {
	out := hits[0]
	out.key = "b"
	for i := range hits[1:] {
		h := &hits[1+i]
		if h.from.Before(out.from) {
			out.from = h.from
		}
		if h.to.After(out.to) {
			out.to = h.to
		}
		out.evidence = append(out.evidence, h.evidence...)
		out.entities = append(out.entities, h.entities...)
		weight := out.face.weight + h.face.weight
		if h.face.severity > out.face.severity {
			out.face = h.face
		}
		out.face.weight = weight
	}
	out.records = int64(len(out.evidence))
	out.face.first = first(out.evidence)
	return out
}

// A windowDB is the rows of one step, as tables.
type windowDB struct {
	w    *window
	rows []kept
}

// Scan emits the rows of a table. Their Origin is their place among the rows.
func (db *windowDB) Scan(ctx context.Context, table string, _ []int, emit func(*value.Batch) error) error {
	const size = 1024
	t := db.w.tables[table]
	if t == nil {
		return nil
	}
	var index []int
	flush := func() error {
		if len(index) == 0 {
			return nil
		}
		b := value.NewLazyBatch(len(index), len(t.at), &keptRows{t, db.rows, index})
		b.Origin = make([][]int64, len(index))
		for k, i := range index {
			b.Origin[k] = []int64{int64(i)}
		}
		index = nil
		return emit(b)
	}
	for i := range db.rows {
		if db.rows[i].table != table {
			continue
		}
		if index = append(index, i); len(index) == size {
			if err := flush(); err != nil {
				return err
			}
		}
	}
	return flush()
}

// keptRows fills a batch with kept values.
type keptRows struct {
	*keptTable
	rows  []kept
	index []int
}

// Value is a kept value; columns that the rule does not read are null.
func (k *keptRows) Value(row, col int) value.Value {
	if at := k.at[col]; at >= 0 {
		return k.rows[k.index[row]].vals[at]
	}
	return value.NullOf(k.schema[col].Type)
}
