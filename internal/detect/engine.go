package detect

import (
	"cmp"
	"context"
	"fmt"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/dogwatch-dev/dogwatch"
	"github.com/dogwatch-dev/dogwatch/internal/parallel"
	"github.com/dogwatch-dev/dogwatch/kql"
	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// Options bound what an engine keeps. Zero values mean the defaults.
type Options struct {
	// Catalog is what the rules were compiled with.
	Catalog kql.Catalog
	// MaxAlerts is how many alerts one rule may have open; what is beyond is
	// told in one more alert.
	MaxAlerts int
	// MaxRows and MaxMemory bound what one rule that counts may keep.
	MaxRows   int
	MaxMemory int64
	// Resident is how many bytes of rows all rules that count keep in memory
	// together: more lie on disk. 0 means what InMemory says.
	Resident int64
	// Plain runs each rule over every row that it is handed, and asks no sieve:
	// it is slower, and finds the same.
	Plain bool
}

// What one rule that counts may keep, where the options do not say.
const (
	DefaultMaxRows   = 500_000
	DefaultMaxMemory = 256 << 20
)

// InMemory is how many bytes of rows so many rules that count keep in memory
// together: the more there are, the more rows any of them keeps.
func InMemory(counting int) int64 { return max(12<<20, int64(counting)*(192<<10)) }

func (o Options) withDefaults() Options {
	if o.MaxAlerts <= 0 {
		o.MaxAlerts = 10_000
	}
	if o.MaxRows <= 0 {
		o.MaxRows = DefaultMaxRows
	}
	if o.MaxMemory <= 0 {
		o.MaxMemory = DefaultMaxMemory
	}
	return o
}

// An Engine is rules at work on one input, that ends.
type Engine struct {
	opt   Options
	units []*unit
	// unsure says that a sieve could not ask all that it should: what came through
	// it may not pass.
	unsure atomic.Bool
	alike  alike

	mu sync.Mutex // of what follows, and of the units' stats
	// resident is what windows keep in memory, and shelveAt from when on rows are
	// put on the shelf; unshelved says that they cannot be.
	shelf              *shelf
	resident, shelveAt int64
	unshelved          bool
}

// RuleStats are the counts of one rule.
type RuleStats struct {
	Rule *dogwatch.Rule
	Rows int64 // of its tables, that it was asked about
	Hits int64 // result rows
	// Excepted are the result rows that met each exception.
	Excepted []int64
	// Late rows came when some of what a rule that counts sets them against had
	// been let go; Dropped did not fit into its memory. Both are losses.
	Late, Dropped int64
	// Kept and Memory are the most rows, and bytes, that the rule kept at once.
	Kept   int
	Memory int64
	// Shelved is how many bytes of rows the rule put on disk.
	Shelved int64
	// Looks are the rows that runs of a rule that counts looked at, together.
	Looks int64
	// Coarse says that a rule that counts ran less often than it should, to
	// end in time.
	Coarse bool
	// Skipped rows could not be judged, because of Err.
	Skipped int64
	Err     error
}

// A unit is one rule and its state.
type unit struct {
	rule   *dogwatch.Rule
	feed   *kql.Query // what rows are run through as they come
	shape  *shape
	folds  *folder
	window *window // of a rule that counts, else nil
	stats  *RuleStats
}

// New makes ready to run rules.
func New(rules []*dogwatch.Rule, opt Options) *Engine {
	e := &Engine{opt: opt.withDefaults()}
	var counting []*unit
	for _, r := range rules {
		if !r.Enabled {
			continue
		}
		u := newUnit(r, e.opt)
		if e.units = append(e.units, u); r.Counts() {
			counting = append(counting, u)
		}
	}
	var kept keptTables
	parallel.Each(len(counting), func(i int) { counting[i].makeWindow(e.opt, &kept) })
	if e.opt.Resident <= 0 {
		e.opt.Resident = InMemory(len(counting))
	}
	e.shelveAt = e.opt.Resident
	return e
}

func newUnit(r *dogwatch.Rule, opt Options) *unit {
	u := &unit{rule: r, feed: r.Query, shape: newShape(r), folds: newFolder(r, opt)}
	u.stats = &RuleStats{Rule: r, Excepted: make([]int64, len(r.Exceptions))}
	return u
}

// makeWindow makes ready a rule that counts.
func (u *unit) makeWindow(opt Options, kept *keptTables) {
	u.feed = relaxed(u.rule.Query, opt.Catalog)
	u.window = newWindow(u, opt, kept)
	u.rule.Query.Prepare()
}

// ReadRows says how rows are read that were kept as they are. Without it they are
// written column by column, which takes longer. It is called before anything is
// fed.
func (e *Engine) ReadRows(read RowReader) {
	for _, u := range e.units {
		if u.window != nil {
			for _, t := range u.window.tables {
				t.rows = read
			}
		}
	}
}

// Tables are the names of the tables that any rule reads.
func (e *Engine) Tables() []string {
	var out []string
	for _, u := range e.units {
		out = append(out, u.feed.Tables()...)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// A Worker feeds an engine. Each is used by one goroutine; an engine may have
// several.
type Worker struct {
	e     *Engine
	ctx   context.Context
	feeds map[string][]*feed      // by table
	asks  map[string][]ask        // by table
	whole map[string]*rowSieve    // by table, over rows of which all is known
	rows  map[string]*value.Batch // by table, those of the batch at hand
	few   map[string]*value.Batch // by table, some of them
	alike map[string][][]int      // by table, the feeds whose windows are given the same rows
	found findings                // of the rule at hand
	units []*unit                 // of those that are fed together
}

// A feed is one rule's reading of one table, by one worker.
type feed struct {
	u      *unit
	live   *kql.Live
	table  *keptTable // of a rule that counts: what it keeps
	leaves []int
	asks   []int // by leaf, in their order: what it asks of a row, among the table's asks
	except []rowException
	// settled says that what comes through the sieve passes all leaves, unless that
	// is unsure.
	settled bool
	unsure  *atomic.Bool
}

// NewWorker makes ready to feed.
func (e *Engine) NewWorker(ctx context.Context) *Worker {
	w := e.newReader(ctx)
	for table, feeds := range w.feeds {
		schema, _ := e.opt.Catalog.Table(table)
		for _, f := range feeds {
			f.settled = !e.opt.Plain && !slices.ContainsFunc(f.leaves, func(leaf int) bool { return !f.live.Settles(leaf, len(schema), maxAsked) })
			f.except = f.u.rowExceptions(ctx, table)
		}
		w.alike[table] = e.sharing(feeds)
		w.whole[table] = w.newRowSieve(table)
		w.rows[table] = value.NewLazyBatch(0, len(schema), nil)
		w.few[table] = value.NewLazyBatch(0, len(schema), nil)
	}
	return w
}

// newReader makes what a worker has of the readings of tables.
func (e *Engine) newReader(ctx context.Context) *Worker {
	w := &Worker{
		e: e, ctx: ctx, feeds: map[string][]*feed{}, asks: map[string][]ask{}, alike: map[string][][]int{},
		whole: map[string]*rowSieve{}, rows: map[string]*value.Batch{}, few: map[string]*value.Batch{},
	}
	readings := map[string][]reading{}
	for _, u := range e.units {
		live := u.feed.NewLive(ctx, kql.RunOptions{})
		of := map[string]*feed{}
		for i, leaf := range u.feed.Leaves() {
			if of[leaf.Table] == nil {
				of[leaf.Table] = &feed{u: u, live: live, table: u.keeps(leaf.Table), unsure: &e.unsure}
				w.feeds[leaf.Table] = append(w.feeds[leaf.Table], of[leaf.Table])
			}
			f := of[leaf.Table]
			f.leaves = append(f.leaves, i)
			readings[leaf.Table] = append(readings[leaf.Table], reading{len(w.feeds[leaf.Table]) - 1, i})
		}
	}
	for table, all := range readings {
		w.asks[table] = w.asksOf(table, all)
		for number, a := range w.asks[table] {
			for _, r := range a.readings {
				w.feeds[table][r.feed].asksAs(r.leaf, number)
			}
		}
	}
	return w
}

// asksAs notes what a leaf asks of a row.
func (f *feed) asksAs(leaf, ask int) {
	if f.asks == nil {
		f.asks = make([]int, len(f.leaves))
	}
	f.asks[slices.Index(f.leaves, leaf)] = ask
}

// Feed judges the rows of a batch by every rule that reads its table. A rule
// that cannot judge a row is noted in Stats, and the others go on: the error
// is that of the worker's context only.
func (w *Worker) Feed(b dogwatch.Batch) error {
	feeds := w.feeds[b.Table]
	if len(feeds) == 0 {
		return w.ctx.Err()
	}
	s := newSource(b, w.e.opt.Catalog, w.rows[b.Table])
	rows := w.sifted(s.batch)
	s.sets = w.whole[b.Table].sets
	for _, alike := range w.alike[b.Table] {
		if err := w.ctx.Err(); err != nil {
			return err
		}
		if of := rows[alike[0]]; len(of) > 0 && !w.together(feeds, alike, s, of) {
			for _, i := range alike {
				w.one(feeds[i], w.part(feeds[i], s, of))
			}
		}
	}
	return nil
}

// together keeps rows for all rules whose windows are given the same; false where each
// is to be run by itself.
func (w *Worker) together(feeds []*feed, alike []int, s *source, rows []int32) bool {
	first := feeds[alike[0]]
	if len(alike) == 1 || !first.takesAll() {
		return false
	}
	s = w.part(first, s, rows)
	if first.run(s, &w.found) != nil {
		return false
	}
	w.units = w.units[:0]
	for _, i := range alike {
		w.units = append(w.units, feeds[i].u)
	}
	w.e.keep(w.units, s, &w.found)
	return true
}

// part is some rows of a source, good until the next. Rows of which nothing is asked
// are kept as they are.
func (w *Worker) part(f *feed, s *source, rows []int32) *source {
	if !f.takesAll() && 4*len(rows) < s.batch.Rows.N {
		return s.pick(rows, w.few[s.batch.Table])
	}
	return s.only(rows...)
}

// one runs a rule over a batch. Where that goes wrong, it is run row by row,
// so that one row that cannot be judged hides no other.
func (w *Worker) one(f *feed, s *source) {
	found := &w.found
	err := f.run(s, found)
	if err == nil {
		w.e.take(f.u, s, found)
		return
	}
	rows := s.batch.Rows.Rows()
	for _, row := range rows {
		if one := f.run(s.only(row), found); one != nil {
			w.e.skip(f.u, one)
			continue
		}
		w.e.take(f.u, s.only(row), found)
	}
}

// findings are what a rule found in a batch: hits, or rows to keep.
type findings struct {
	hits     []hit
	passed   []passing
	kept     []kept
	excepted []int64
	hidden   map[int]bool // rows that an exception over the table is about
}

// clear makes ready for a rule, in the same memory.
func (f *findings) clear(r *dogwatch.Rule) {
	clear(f.hits)
	clear(f.kept)
	f.hits, f.passed, f.kept, f.hidden = f.hits[:0], f.passed[:0], f.kept[:0], nil
	f.excepted = slices.Grow(f.excepted[:0], len(r.Exceptions))[:len(r.Exceptions)]
	clear(f.excepted)
}

// run runs a rule's row-by-row part over a batch.
func (f *feed) run(s *source, found *findings) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("internal error: %v at %s", p, place(debug.Stack()))
		}
	}()
	found.clear(f.u.rule)
	if f.table != nil {
		return f.keep(s, found)
	}
	feed := f.live.Feed
	if len(f.leaves) == 1 && f.isAsked() {
		feed = f.live.FeedPassed
	}
	for _, leaf := range f.leaves {
		err := feed(leaf, s.batch.Rows, func(b *value.Batch) error {
			hidden, err := f.hidden(s, b, found)
			if err == nil {
				f.u.collect(s, b, hidden, found)
			}
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// isAsked says whether the sieve has asked all there is to ask.
func (f *feed) isAsked() bool { return f.settled && !f.unsure.Load() }

// place is the first line of our code in a stack trace after a panic.
func place(stack []byte) string {
	_, after, _ := strings.Cut(string(stack), "panic(")
	for line := range strings.Lines(after) {
		if at := strings.Index(line, "dogwatch/"); at >= 0 && strings.HasPrefix(line, "\t") {
			word, _, _ := strings.Cut(line[at:], " ")
			return strings.TrimSpace(word)
		}
	}
	return "an unknown place"
}

// take adds what a worker found to the engine's state.
func (e *Engine) take(u *unit, s *source, found *findings) {
	e.mu.Lock()
	defer e.mu.Unlock()
	st := u.stats
	st.Rows += int64(s.batch.Rows.Len())
	for i, n := range found.excepted {
		st.Excepted[i] += n
	}
	for i := range found.hits {
		st.Hits++
		u.folds.add(&found.hits[i])
	}
	if u.window != nil {
		u.window.own() // others may be given other rows
		e.add(u, found)
		e.tidy()
	}
}

// keep adds rows to the windows of all rules that are given the same.
func (e *Engine) keep(units []*unit, s *source, found *findings) {
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, u := range units {
		u.stats.Rows += int64(s.batch.Rows.Len())
		e.add(u, found)
	}
	e.tidy()
}

// add gives a window what was found.
func (e *Engine) add(u *unit, found *findings) {
	before := u.window.resident
	u.window.add(found.kept, u.stats)
	e.resident += u.window.resident - before
}

func (e *Engine) skip(u *unit, err error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	st := u.stats
	st.Rows++
	st.Skipped++
	if st.Err == nil {
		st.Err = err
	}
}

// Finish ends the input: rules that count are run over what was kept. It
// returns all alerts by their first event. No worker may feed any more.
func (e *Engine) Finish(ctx context.Context) ([]dogwatch.Alert, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	defer e.clear()
	e.finishWindows(ctx)
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	var out []dogwatch.Alert
	for _, u := range e.units {
		out = u.folds.alerts(out)
	}
	slices.SortStableFunc(out, func(a, b dogwatch.Alert) int {
		if c := a.FirstEvent.Compare(b.FirstEvent); c != 0 {
			return c
		}
		if c := strings.Compare(a.Rule.Short, b.Rule.Short); c != 0 {
			return c
		}
		return strings.Compare(a.ID, b.ID)
	})
	return out, ctx.Err()
}

// clear gives the shelf back.
func (e *Engine) clear() {
	if e.shelf != nil {
		e.shelf.close()
		e.shelf, e.unshelved = nil, true
	}
}

// finishWindows runs the rules that count over what was kept, several at the
// same time.
func (e *Engine) finishWindows(ctx context.Context) {
	all := relativesOf(e.counting())
	parallel.Each(len(all), func(i int) { all[i].finish(ctx) })
}

// counting are the rules that count and have rows, first those with the most: what one
// processor has left at the end is short.
func (e *Engine) counting() []*unit {
	var all []*unit
	for _, u := range e.units {
		if u.window != nil && len(u.window.rows) > 0 {
			all = append(all, u)
		}
	}
	slices.SortStableFunc(all, func(a, b *unit) int { return cmp.Compare(len(b.window.rows), len(a.window.rows)) })
	return all
}

// Stats are the counts of all rules, in their order.
func (e *Engine) Stats() []RuleStats {
	e.mu.Lock()
	defer e.mu.Unlock()
	out := make([]RuleStats, len(e.units))
	for i, u := range e.units {
		out[i] = *u.stats
		out[i].Excepted = slices.Clone(out[i].Excepted)
	}
	return out
}
