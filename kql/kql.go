// Package kql is the query language: Kusto's, as Sentinel and Log Analytics
// have it. A text is parsed, bound to a catalog and planned once; what comes of
// it never changes and may be shared, and runs over a scan that ends (Run) or
// over batches as they come (NewLive).
package kql

import (
	"context"
	"maps"
	"slices"
	"time"

	"github.com/dogwatch-dev/dogwatch/kql/diag"
	"github.com/dogwatch-dev/dogwatch/kql/exec"
	"github.com/dogwatch-dev/dogwatch/kql/plan"
	"github.com/dogwatch-dev/dogwatch/kql/syntax"
	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// A Catalog says what queries may read.
type Catalog = plan.Catalog

// A Database gives the rows of tables to Run.
type Database = exec.Database

// A Selective database is told what a query asks of a table's rows.
type Selective = exec.Selective

// An Ask is one reading of a table, with what is known of the rows that count.
type Ask = exec.Ask

// A Condition is met by every row of a table that can count for a query.
type Condition = plan.Condition

// The kinds of conditions.
const (
	All     = plan.All
	Any     = plan.Any
	Is      = plan.Is
	IsNot   = plan.IsNot
	AtLeast = plan.AtLeast
	AtMost  = plan.AtMost
	Holds   = plan.Holds
)

// RunOptions bound a run.
type RunOptions = exec.Options

// DefaultTime is how long a query may run where nothing else is said.
const DefaultTime = exec.DefaultTime

// A LimitError ends a query that takes more than it may.
type LimitError = exec.LimitError

// A Query is a compiled query.
type Query struct {
	plan   *plan.Plan
	leaves []exec.Leaf
	tree   *syntax.Query
}

// Compile reads a query that gives one table. Every mistake in it is in the
// error, a diag.List.
//
// A catalog that is a Database too lets the columns of bag_unpack be found in
// the tables' rows; else only in rows that the query itself holds.
func Compile(f *diag.File, cat Catalog) (*Query, error) {
	q, err := CompileAll(f, cat)
	if err != nil || len(q.plan.Parts()) == 1 {
		return q, err
	}
	var errs diag.List
	errs.Add(f, q.tree.Statements[len(q.tree.Statements)-1].Span(), "the query gives %d tables, and one is needed here", len(q.plan.Parts()))
	return nil, errs.Err()
}

// CompileAll is Compile for a query that may give several tables: by fork,
// facet and preview, or by several queries in a text. They are the Results.
func CompileAll(f *diag.File, cat Catalog) (*Query, error) {
	tree, mistakes := syntax.Parse(f)
	if err := mistakes.Err(); err != nil {
		return nil, err
	}
	p, err := plan.Bind(f, tree, cat, probe(cat))
	if err != nil {
		return nil, err
	}
	return &Query{plan: p, leaves: exec.Leaves(p), tree: tree}, nil
}

// A Result is one of the tables that a query gives. Run gives their rows one
// table behind the other, and tells RunOptions.OnResult where one begins.
type Result struct {
	Name   string // "" when its author gave none
	Schema value.Schema
}

// Results are the tables that the query gives.
func (q *Query) Results() []Result {
	var out []Result
	for _, p := range q.plan.Parts() {
		out = append(out, Result{p.Name, p.In.Schema()})
	}
	return out
}

// What looking for columns in rows may take.
const (
	probeTime   = 10 * time.Minute
	probeMemory = 256 << 20
)

// probe runs parts of a query while the rest is compiled.
func probe(cat Catalog) plan.Probe {
	db, _ := cat.(Database)
	return func(n plan.Node, row func([]value.Value)) error {
		if db == nil && plan.ReadsTables(n) {
			return plan.ErrNoRows
		}
		ctx, cancel := context.WithTimeout(context.Background(), probeTime)
		defer cancel()
		opt := RunOptions{Now: Ticks(time.Now()), MaxMemory: probeMemory}
		return exec.Run(ctx, &plan.Plan{Root: n}, db, opt, func(b *value.Batch) error {
			for _, i := range b.Rows() {
				vals := make([]value.Value, len(b.Cols))
				for c := range vals {
					vals[c] = b.At(int(i), c)
				}
				row(vals)
			}
			return nil
		})
	}
}

// Schema is the columns of the result; none where there are several.
func (q *Query) Schema() value.Schema { return q.plan.Root.Schema() }

// Render is the visualisation that the query asks for ("timechart"), or "".
func (q *Query) Render() string { return q.plan.Render }

// Tree is the query as it was written.
func (q *Query) Tree() *syntax.Query { return q.tree }

// File is the text.
func (q *Query) File() *diag.File { return q.plan.File }

// A Leaf is one reading of a table in a query.
type Leaf struct {
	Table string
	// Schema is that of the rows that pass the leaf's row-by-row steps.
	Schema value.Schema
}

// Leaves are the readings of tables, in order.
func (q *Query) Leaves() []Leaf {
	out := make([]Leaf, len(q.leaves))
	for i, l := range q.leaves {
		out[i] = Leaf{l.Scan.Table, l.Top.Schema()}
	}
	return out
}

// Readings is how often a run reads tables: what a let names is read in each
// place that names it.
func (q *Query) Readings() int { return plan.Readings(q.plan) }

// Columns are the numbers of a table's columns that the query reads.
func (q *Query) Columns(table string) []int {
	needed := q.plan.Needed()
	seen := map[int]bool{}
	for _, l := range q.leaves {
		for i, yes := range needed[l.Scan] {
			if yes && l.Scan.Table == table {
				seen[l.Scan.Columns[i]] = true
			}
		}
	}
	return slices.Sorted(maps.Keys(seen))
}

// Conditions are what rows of a table must meet to count, of all readings of
// the table.
func (q *Query) Conditions(table string) []Condition {
	var out []Condition
	for _, l := range q.leaves {
		if l.Scan.Table == table {
			out = append(out, plan.Conditions(l.Scan, l.Steps, 0)...)
		}
	}
	return out
}

// Tables are the names of the tables that the query reads, each once.
func (q *Query) Tables() []string {
	var out []string
	seen := map[string]bool{}
	for _, l := range q.leaves {
		if !seen[l.Scan.Table] {
			seen[l.Scan.Table] = true
			out = append(out, l.Scan.Table)
		}
	}
	return out
}

// Stateless says whether each row of the result comes of one row of a table:
// the query can be answered as rows come, and never changes its mind.
func (q *Query) Stateless() bool {
	for _, l := range q.leaves {
		if !l.Whole {
			return false
		}
	}
	return len(q.leaves) > 0
}

// Grows says whether more rows can only add results, or make those that are
// there grow, so that what was found is never taken back; else why not.
// Conditions on the clock are read over: a window's bounds take their place.
func (q *Query) Grows() (why string, ok bool) { return plan.Grows(q.plan) }

// Keys are the numbers of the result columns that tell the groups of the last
// summarize apart, bins of time left out. ok is false when there is none.
func (q *Query) Keys() (columns []int, ok bool) { return plan.Keys(q.plan) }

// A Recall says what a query that is run over a window of time, again and again,
// has old rows for: the first of those that agree in all that counts stands for
// the others.
type Recall struct {
	// Age is how long, in ticks, a row lies before the clock that is old; one of
	// exactly that age is not.
	Age int64
	// Keys are by table a query that makes of each row its time, and then what
	// old rows have to agree in. Of tables that are not named no old row counts.
	Keys map[string]*Query
	// Columns are by table a query that makes of each row its time, and then the values
	// that the keys are made of: rows that agree in these agree in the keys. Tables of
	// which these are more than plain values are left out.
	Columns map[string]*Query
}

// Recall is what the query has old rows for in a window of so many ticks; nil when
// it may depend on each of them.
func (q *Query) Recall(period int64) *Recall {
	r := plan.RecallOf(q.plan, period)
	if r == nil {
		return nil
	}
	return &Recall{Age: r.Age, Keys: q.withPlans(r.Keys), Columns: q.withPlans(r.Columns)}
}

func (q *Query) withPlans(plans map[string]*plan.Plan) map[string]*Query {
	out := map[string]*Query{}
	for table, p := range plans {
		out[table] = &Query{plan: p, leaves: exec.Leaves(p), tree: q.tree}
	}
	return out
}

// Run executes the query to its end. Batches are only good until emit returns.
func (q *Query) Run(ctx context.Context, db Database, opt RunOptions, emit func(*value.Batch) error) error {
	return exec.Run(ctx, q.plan, db, opt, emit)
}

// A Runner runs a query again and again, and makes ready but once. It is used by one
// goroutine.
type Runner = exec.Runner

// Prepare finds out what can be known of the query without rows, which the first run
// does otherwise: for queries that run often, and should not be late when they do.
func (q *Query) Prepare() { q.plan.Prepare() }

// NewRunner makes ready to run.
func (q *Query) NewRunner() *Runner { return exec.NewRunner(q.plan, q.leaves) }

// A Cache keeps what parts of queries gave, for queries with the same parts that run
// over the same rows (see exec.Cached). It is used by one goroutine.
type Cache = exec.Cache

// NewCache returns an empty Cache.
func NewCache() *Cache { return exec.NewCache() }

// KeyIn tells queries apart that are run over the same rows: those with one key give
// the same. It is not ok where that depends on more than the rows.
func (q *Query) KeyIn(c *Cache) (key int, ok bool) { return c.KeyOf(q.plan) }

// A Live is a query that is fed its rows; it is used by one goroutine.
type Live struct{ live *exec.Live }

// NewLive makes ready to feed.
func (q *Query) NewLive(ctx context.Context, opt RunOptions) *Live {
	return &Live{exec.NewLive(ctx, q.plan, q.leaves, opt)}
}

// Feed runs the row-by-row steps of a leaf over a batch of its table (with the
// table's whole schema). Rows that pass are emitted with their Origin: row
// numbers of b (nil: a row's own number). For a Stateless query they are the
// result, else they are to be kept for Finish.
func (l *Live) Feed(leaf int, b *value.Batch, emit func(*value.Batch) error) error {
	return l.live.Feed(leaf, b, emit)
}

// FeedPassed is Feed for rows that came through the sieve of a leaf over all that they
// say, where that settles them: their conditions are not asked again.
func (l *Live) FeedPassed(leaf int, b *value.Batch, emit func(*value.Batch) error) error {
	return l.live.FeedPassed(leaf, b, emit)
}

// A Sieve turns away rows by some of their columns only: what it turns away
// would not pass Feed.
type Sieve = exec.Sieve

// A Known says which columns, or members of columns, a sieve can tell.
type Known = plan.Known

// A Ref is a column of a table, or a member of a column.
type Ref = plan.Ref

// Sieve makes the sieve of a leaf over what is known of the rows of its table,
// which has width columns; nil if that says nothing. Of parts of what is known it
// is nil too where no condition needs more than one.
func (l *Live) Sieve(leaf, width int, known ...Known) *Sieve {
	return l.live.Sieve(leaf, width, known...)
}

// Whole makes the sieve of a leaf over all that a row says; nil if it has no
// conditions.
func (l *Live) Whole(leaf, width int) *Sieve {
	return l.live.Sieve(leaf, width, func(int, []string) bool { return true })
}

// Rest makes the sieve of a leaf over all that a row says, for rows that the
// sieves over some parts let through: without the conditions that one of these
// tells; nil if there are no others.
func (l *Live) Rest(leaf, width int, told ...Known) *Sieve {
	return l.live.Rest(leaf, width, told...)
}

// Settles says whether every row that comes through the sieve of a leaf over all
// that it says passes Feed, if conditions of more than maxSize parts are left out.
func (l *Live) Settles(leaf, width, maxSize int) bool { return l.live.Settles(leaf, width, maxSize) }

// Finish runs the rest of the query over rows that passed Feed, which rows
// gives by leaf, with an Origin of the caller's choice; the result's Origin is
// made of those. now (ticks) is the clock.
func (l *Live) Finish(ctx context.Context, now int64, rows func(leaf int, emit func(*value.Batch) error) error, emit func(*value.Batch) error) error {
	return l.live.Finish(ctx, now, rows, emit)
}

// Ticks is a time as Kusto counts it: 100 ns since 0001-01-01.
func Ticks(t time.Time) int64 { return t.Unix()*1e7 + int64(t.Nanosecond())/100 + unixEpoch }

// TimeOf is the time of Kusto's ticks.
func TimeOf(ticks int64) time.Time {
	ticks -= unixEpoch
	sec := ticks / 1e7
	if ticks%1e7 < 0 {
		sec--
	}
	return time.Unix(sec, (ticks-sec*1e7)*100).UTC()
}

const unixEpoch = 621355968000000000 // ticks at 1970-01-01
