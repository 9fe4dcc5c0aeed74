package detect

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
	"sync"
	"time"

	"github.com/dogwatch-dev/dogwatch"
	"github.com/dogwatch-dev/dogwatch/kql"
	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// A window keeps the rows that a rule counts, and runs the rule over them: at
// its times, or whenever there is something new (see slider).
type window struct {
	u       *unit
	tables  map[string]*keptTable
	maxRows int
	maxMem  int64
	maxWork int  // rows that one run may look at
	slides  bool // the rule runs on change
	// knows says that of each row it is known which leaves let it through.
	knows bool

	rows   []kept
	shared *sharedRows // nil: no other window sees rows
	mem    int64
	// resident is mem, but for what others keep too: see kept.hold
	resident int64
	elders   *elders                    // nil: every row may count, however old
	runners  map[*kql.Query]*kql.Runner // while the rule is run
	family   *family                    // nil: no other window has the same rows
	// done is the time, in ticks, up to which the rule was run with all rows
	// that came; 0: none. gone is that of the last row that was let go.
	done, gone int64
}

// A keptTable says what of a table's rows is kept, for all windows that keep the
// same.
type keptTable struct {
	name    string
	schema  value.Schema
	columns []int
	time    int   // TimeGenerated's, or -1
	at      []int // by the table's column: its place among columns, or -1
	rows    RowReader
	shelves map[value.Told]*shelfOf // its rows on disk, once there are any
}

// maxCopied is how many columns of a row are copied. Of rules that read more,
// most of which their alerts only hand on, rows are kept as they are: what is
// not asked for is never read.
const maxCopied = 16

func newWindow(u *unit, opt Options, kept *keptTables) *window {
	w := &window{u: u, tables: map[string]*keptTable{}, maxRows: opt.MaxRows, maxMem: opt.MaxMemory, maxWork: maxWork}
	// A query without its conditions on the clock may have other leaves.
	w.knows = u.feed == u.rule.Query && len(u.feed.Leaves()) <= maxLeaves
	for _, name := range u.rule.Query.Tables() {
		schema, _ := opt.Catalog.Table(name)
		w.tables[name] = kept.table(name, schema, u.rule.Query.Columns(name))
	}
	_, grows := u.feed.Grows()
	if w.slides = u.rule.OnChange() && grows; !w.slides && !opt.Plain {
		w.elders = newElders(u.rule.Query.Recall(w.period()))
	}
	return w
}

// keptTables are those of all windows, by the table's name and the columns.
type keptTables struct {
	mu sync.Mutex
	of map[string]*keptTable
}

func (k *keptTables) table(name string, schema value.Schema, columns []int) *keptTable {
	k.mu.Lock()
	defer k.mu.Unlock()
	key := fmt.Sprint(name, columns)
	t := k.of[key]
	if t == nil {
		t = &keptTable{name: name, schema: schema, columns: columns, time: schema.Index(timeColumn), at: make([]int, len(schema))}
		for i := range t.at {
			t.at[i] = slices.Index(columns, i)
		}
		if k.of == nil {
			k.of = map[string]*keptTable{}
		}
		k.of[key] = t
	}
	return t
}

// keeps says what a rule keeps of a table; nil: it does not count.
func (u *unit) keeps(table string) *keptTable {
	if u.window == nil {
		return nil
	}
	return u.window.tables[table]
}

// keep runs the row-by-row part of a rule over a batch and keeps the rows of
// the table that any reading of it lets through.
func (f *feed) keep(s *source, found *findings) error {
	if err := f.passed(s, found); err != nil {
		return err
	}
	f.table.take(s, found)
	return nil
}

// takesAll says whether the rows are kept as they come.
func (f *feed) takesAll() bool { return f.table != nil && f.isAsked() }

// A passing is a row and the leaves that let it through.
type passing struct {
	row    int32
	leaves leafSet
}

// passed finds the rows that any reading lets through, but for hidden ones. Mostly
// the sieve has asked all there is to ask.
func (f *feed) passed(s *source, found *findings) error {
	take := func(b *value.Batch, leaves func(row int) leafSet) error {
		hidden, err := f.hidden(s, b, found)
		for _, i := range b.Rows() {
			if at := origin(b, int(i)); !hidden[at] {
				found.passed = append(found.passed, passing{int32(at), leaves(at)})
			}
		}
		return err
	}
	if f.takesAll() {
		return take(s.batch.Rows, func(row int) leafSet { return f.leavesOf(s.asks(row)) })
	}
	for _, leaf := range f.leaves {
		err := f.live.Feed(leaf, s.batch.Rows, func(b *value.Batch) error {
			return take(b, func(int) leafSet { return 1 << leaf })
		})
		if err != nil {
			return err
		}
	}
	found.passed = together(found.passed)
	return nil
}

// leavesOf are the leaves of the rule that a row passes which meets some asks: it
// meets one of the rule's.
func (f *feed) leavesOf(met dogwatch.RuleSet) (s leafSet) {
	if len(f.leaves) == 1 {
		return 1 << f.leaves[0]
	}
	for k, leaf := range f.leaves {
		if ruleSet(met).has(f.asks[k]) {
			s |= 1 << leaf
		}
	}
	return s
}

// together are the rows in their order, each once.
func together(passed []passing) []passing {
	slices.SortFunc(passed, func(a, b passing) int { return cmp.Compare(a.row, b.row) })
	out := passed[:0]
	for _, p := range passed {
		if n := len(out); n > 0 && out[n-1].row == p.row {
			out[n-1].leaves |= p.leaves
		} else {
			out = append(out, p)
		}
	}
	return out
}

// take keeps the rows that passed: those that no other window has kept yet are read.
func (t *keptTable) take(s *source, found *findings) {
	bodies := s.bodies(t)
	var first []int32
	for _, p := range found.passed {
		if bodies[s.number(p.row)] == nil {
			first = append(first, p.row)
		}
	}
	if len(first) > 0 {
		t.hold(s, first, bodies)
	}
	found.kept = slices.Grow(found.kept, len(found.passed))
	for _, p := range found.passed {
		h := bodies[s.number(p.row)]
		found.kept = append(found.kept, kept{ticks: h.ticks, passed: p.leaves, held: h})
	}
}

// hold reads some rows, of which those of wide tables can be kept as they are, to
// the places of their bodies. Each has memory of its own: what one window lets go of
// must not stay because another keeps the row beside it.
func (t *keptTable) hold(s *source, rows []int32, bodies []*held) {
	all := make([]*held, len(rows))
	for k, row := range rows {
		all[k] = &held{of: t, ticks: s.ticks(int(row)), timed: s.saysTicks(int(row))}
	}
	if len(t.columns) <= maxCopied || !keepRows(s, rows, all) {
		t.copyRows(s, rows, all)
	}
	for k, row := range rows {
		h := all[k]
		if _, tells := h.row.(tellingRow); !tells {
			h.at.Store(s.at(int(row)))
		}
		h.size = h.measure()
		bodies[s.number(row)] = h
	}
}

// keepRows keeps rows as they are; false if the batch cannot hand them out.
func keepRows(s *source, rows []int32, to []*held) bool {
	for k, row := range rows {
		r := s.batch.Rows.Keep(int(row))
		if r == nil {
			return false
		}
		to[k].row = r
	}
	return true
}

// copyRows copies what a rule reads of some rows, column by column.
func (t *keptTable) copyRows(s *source, rows []int32, to []*held) {
	for k := range rows {
		to[k].vals = make([]value.Value, len(t.columns))
	}
	for i, c := range t.columns {
		vals := s.batch.Rows.Col(c, rows)
		for k, row := range rows {
			to[k].vals[i] = vals[row].Own()
		}
	}
}

// add takes rows in. When there are more than fit, the rule is run over what
// is there, and what it has seen for long enough goes.
func (w *window) add(rows []kept, st *RuleStats) {
	for i := range rows {
		k := &rows[i]
		if k.ticks <= w.done { // it came late: what it has a part in is run again
			w.done = k.ticks - 1
			if w.gone > 0 && k.ticks-w.period() < w.gone {
				st.Late++
			}
		}
		w.mem += int64(k.size())
		w.resident += k.hold()
	}
	w.append(rows)
	st.Kept, st.Memory = max(st.Kept, len(w.rows)), max(st.Memory, w.mem)
	if len(w.rows) > w.maxRows || w.mem > w.maxMem {
		w.makeRoom(st)
	}
}

// endOfTime is when a rule is run over all there is.
const endOfTime = math.MaxInt64

// lateness is how long the rows of one time may come after those of another.
const lateness = int64(10*time.Minute) / ticksPerNano

// makeRoom runs the rule over the time of which nothing more is expected, and
// lets go of what no later run looks at. Where that is not enough, over all
// there is, and the oldest rows go.
func (w *window) makeRoom(st *RuleStats) {
	ctx := context.Background()
	w.sort()
	// Some few rows may claim to be of the future: they are no clock.
	now := w.rows[len(w.rows)-1-len(w.rows)/50].ticks
	if w.period() > 0 {
		w.run(ctx, now-lateness, st)
		w.forget()
	}
	if len(w.rows) <= w.maxRows/4*3 && w.mem <= w.maxMem/4*3 {
		return
	}
	if w.period() <= 0 {
		now = endOfTime // it looks at all there is
	}
	w.run(ctx, now, st)
	w.forget()
	w.dropOldest(st)
}

// forget lets go of the rows that no later run looks at.
func (w *window) forget() {
	p := w.period()
	if p <= 0 {
		return
	}
	keep := 0
	for keep < len(w.rows) && w.rows[keep].ticks <= w.done-p {
		keep++
	}
	w.cut(keep)
}

// dropOldest makes room by force.
func (w *window) dropOldest(st *RuleStats) {
	keep, mem := 0, w.mem
	for keep < len(w.rows) && (len(w.rows)-keep > w.maxRows/2 || mem > w.maxMem/2) {
		mem -= int64(w.rows[keep].size())
		keep++
		st.Dropped++
	}
	w.cut(keep)
}

// cut takes the first rows away.
func (w *window) cut(n int) {
	if n == 0 {
		return
	}
	for i := range n {
		w.mem -= int64(w.rows[i].size())
		w.resident -= w.rows[i].release()
	}
	w.gone = max(w.gone, w.rows[n-1].ticks)
	w.rows = append([]kept(nil), w.rows[n:]...)
}

// sort puts the rows in the order of time.
func (w *window) sort() {
	w.own()
	w.rows = ordered(w.rows, w.order())
}

// order is that of time: the places of the rows.
func (w *window) order() []int32 {
	order := slices.Clone(value.AllRows(len(w.rows)))
	slices.SortFunc(order, func(i, j int32) int {
		a, b := &w.rows[i], &w.rows[j]
		if c := cmp.Compare(a.ticks, b.ticks); c != 0 {
			return c
		}
		return a.evidence().Compare(b.evidence())
	})
	return order
}

// ordered are rows in another order.
func ordered(rows []kept, order []int32) []kept {
	if slices.IsSorted(order) {
		return rows
	}
	out := make([]kept, len(rows))
	for k, i := range order {
		out[k] = rows[i]
	}
	return out
}

const ticksPerNano = 100 // nanoseconds in a tick

func (w *window) period() int64    { return int64(w.u.rule.Period) / ticksPerNano }
func (w *window) frequency() int64 { return int64(w.u.rule.Frequency) / ticksPerNano }

// run runs the rule over the rows, which are sorted, up to a time.
func (w *window) run(ctx context.Context, to int64, st *RuleStats) {
	if len(w.rows) == 0 {
		return
	}
	to = min(to, w.rows[len(w.rows)-1].ticks)
	defer func() { w.runners = nil }() // they keep memory
	if w.slides {
		newSlider(ctx, w, st).run(to)
		w.done = max(w.done, to)
		return
	}
	w.bySchedule(ctx, to, st)
}

// runner runs a query of the rule.
func (w *window) runner(q *kql.Query) *kql.Runner {
	r, ok := w.runners[q]
	if w.runners == nil {
		w.runners = map[*kql.Query]*kql.Runner{}
	}
	if !ok {
		r = q.NewRunner()
		w.runners[q] = r
	}
	return r
}

// after is the place of the first row later than a time.
func (w *window) after(t int64) int {
	i, _ := slices.BinarySearchFunc(w.rows, t, func(k kept, t int64) int {
		if k.ticks <= t {
			return -1
		}
		return 1
	})
	return i
}

// origins is how many source rows a group of a run over n rows remembers: all,
// and where a join pairs them, each some times.
func origins(n int) int { return 4*n + 1000 }

// hit makes a hit of a result row and the rows it was made of.
func (w *window) hit(r row, rows []kept, at int64) hit {
	var evidence []dogwatch.Evidence
	if r.b.Origin != nil {
		for _, o := range r.b.Origin[r.i] {
			if o >= 0 && int(o) < len(rows) {
				evidence = append(evidence, rows[o].evidence())
			}
		}
	}
	// a row may have a part in several ways
	slices.SortFunc(evidence, dogwatch.Evidence.Compare)
	evidence = slices.CompactFunc(evidence, func(a, b dogwatch.Evidence) bool { return a.Compare(b) == 0 })
	h := hitOf(r, evidence)
	h.say(r)
	if len(evidence) == 0 {
		h.from = sane(kql.TimeOf(at))
		h.to = h.from
	}
	h.records = int64(len(evidence))
	h.face.weight = len(evidence)
	if key, ok := r.groupKey(); ok {
		h.key = "g" + key
	} else if key, ok := r.countedKey(); ok {
		h.key = "c" + key
	} else {
		h.key = "e" + fmt.Sprintf("%q", h.entities)
	}
	return h
}

// take hands on the hits of one run of the rule.
func (u *unit) take(hits []hit, st *RuleStats) {
	st.Hits += int64(len(hits))
	if !u.rule.PerResult {
		hits = []hit{oneOf(hits)}
	}
	for i := range hits {
		u.folds.add(&hits[i])
	}
}

// nothing is the hit of a rule that alerts when too little is there.
func (w *window) nothing(at int64) hit {
	t := sane(kql.TimeOf(at))
	r := w.u.rule
	return hit{key: "n", from: t, to: t, face: face{
		severity: r.Severity, summary: r.Name, impact: cmp.Or(r.Impact, r.Description), first: dogwatch.Evidence{Time: t},
	}}
}

// oneOf makes one hit of all rows of a run.
func oneOf(hits []hit) hit {
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
