// Package exec runs plans over column batches: over a scan that ends, and over
// a stream that does not (see Live), with the same operators.
//
// Each step is pushed to by the one below it and pushes what it makes to the
// one above. A batch is only good until the push returns; whoever keeps rows
// copies them (see rowStore), which is also where memory is counted.
package exec

import (
	"context"
	"fmt"
	"time"

	"github.com/dogwatch-dev/dogwatch/kql/fn"
	"github.com/dogwatch-dev/dogwatch/kql/plan"
	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// A Database gives the rows of tables.
type Database interface {
	// Scan emits the rows of a table in batches with the table's whole schema;
	// columns says which of them are read at all. An error of emit ends the
	// scan and is returned as it is. A query may scan a table more than once.
	Scan(ctx context.Context, table string, columns []int, emit func(*value.Batch) error) error
}

// Options bound a run. Zero values mean the defaults.
type Options struct {
	Now       int64 // ticks; the clock of now()
	MaxMemory int64 // bytes that all steps of the query may keep
	MaxRows   int64 // rows that the query may give
	// MaxTime is how long a run may take; below zero there is no limit. What is
	// fed row by row (see Live) has none.
	MaxTime time.Duration
	// TrackOrigin asks for the source rows of each result (value.Batch.Origin).
	TrackOrigin bool
	// MaxOrigins is how many source rows a group remembers.
	MaxOrigins int
	// OnResult, when given, is told the number of each of several results before
	// its rows come.
	OnResult func(result int)
	// Profile, when given, measures each step.
	Profile *Profile
}

// A run is one execution of a plan.
type run struct {
	ctx     context.Context
	p       *plan.Plan
	db      Database
	opt     Options
	fn      fn.Context
	needed  func() map[plan.Node][]bool // found when it is first asked for
	used    int64                       // bytes
	lasting int64                       // of them, those of rows that several read
	// calling is the function that is at work, for errors.
	calling string

	shared  map[*plan.Shared]*rowStore
	scalars map[*plan.Scalar]value.Value
	lists   map[*plan.InTable]listed
	given   map[*plan.Given]*value.Batch
	depends map[plan.Node]map[plan.Node]bool // what reads given rows
	graphs  map[plan.Graph]*graph
	leaves  []Leaf
	above   map[plan.Node][]plan.Node
	top     plan.Node // of the row-by-row steps that are being made
	best    map[*plan.Scan]*Best
	tracks  bool            // where the rows of the result came from is asked
	passed  *plan.Summarize // that was seen to have enough rows
	// common is set while a condition is made that shares parts with others.
	common *commons
	// cut replaces nodes by rows that were computed before (see Live.Finish).
	cut map[plan.Node]func(emit func(*value.Batch) error) error
	// made is what serves the runs that follow too; nil if there are none.
	made    *made
	sifting *sifting // nil: all is to be asked
	turn    int      // counts the runs that it serves
	asks    int      // the number of the test that the query is put to (see opens); 0: none
	cache   *Cache   // nil: nothing that other queries gave is known
	view    int      // of the rows that are looked at, in the cache
}

func newRun(ctx context.Context, p *plan.Plan, db Database, opt Options) *run {
	r := &run{p: p}
	r.start(ctx, db, opt)
	return r
}

// start makes ready for a run. Of one before nothing is left but what was made for
// it and the next.
func (r *run) start(ctx context.Context, db Database, opt Options) {
	*r = run{ctx: ctx, p: r.p, db: db, opt: opt.withDefaults(), needed: r.p.Needed, made: r.made, turn: r.turn + 1}
	r.tracks, r.fn = opt.TrackOrigin, fn.Context{Now: opt.Now}
	r.shared, r.scalars = map[*plan.Shared]*rowStore{}, map[*plan.Scalar]value.Value{}
	r.given, r.depends = map[*plan.Given]*value.Batch{}, map[plan.Node]map[plan.Node]bool{}
	r.setUsed(0)
	r.prepareAsk(r.p)
	r.siftedBefore()
	r.cached()
}

func (o Options) withDefaults() Options {
	if o.MaxMemory == 0 {
		o.MaxMemory = DefaultMemory
	}
	if o.MaxRows == 0 {
		o.MaxRows = DefaultRows
	}
	if o.MaxTime == 0 {
		o.MaxTime = DefaultTime
	}
	if o.MaxOrigins == 0 {
		o.MaxOrigins = DefaultOrigins
	}
	return o
}

// Run executes a plan to its end. Batches given to emit are only good until
// emit returns.
func Run(ctx context.Context, p *plan.Plan, db Database, opt Options, emit func(*value.Batch) error) error {
	return newRun(ctx, p, db, opt).root(p, emit)
}

// root runs the whole plan and counts the rows that come out.
func (r *run) root(p *plan.Plan, emit func(*value.Batch) error) (err error) {
	defer r.begin()()
	defer r.catch(&err)
	whole, keyed := r.keyOf(p.Root)
	if keyed && r.cache.nothing[whole] {
		return nil
	}
	var rows int64
	defer func() {
		if keyed && rows == 0 && err == nil && r.cache.fits(0) {
			r.cache.nothing[whole] = true
		}
	}()
	if !r.opens() {
		return nil
	}
	err = r.stream(p.Root, func(b *value.Batch) error {
		if rows += int64(b.Len()); rows > r.opt.MaxRows {
			return &LimitError{What: "rows", Limit: r.opt.MaxRows}
		}
		return emit(b)
	})
	return r.ended(err)
}

// A sink takes batches.
type sink = func(*value.Batch) error

// stream runs a node and pushes its rows.
func (r *run) stream(n plan.Node, out sink) error {
	if r.opt.Profile != nil {
		return r.measured(n, out)
	}
	return r.push(n, out)
}

// push does the work of stream. Every node of a plan has its line here; the
// work stands in the operator's own file.
func (r *run) push(n plan.Node, out sink) error {
	if rows, ok := r.cut[n]; ok {
		r.top = nil
		return rows(out)
	}
	if r.top == nil {
		r.top = n
	}
	if t, in := r.transform(n, out); t != nil {
		if in == nil {
			r.top = nil
			return nil
		}
		return r.stream(in, t)
	}
	top := r.top
	r.top = nil
	switch n := n.(type) {
	case *plan.Scan:
		return r.scan(n, top, out)
	case *plan.Values:
		return r.values(n, out)
	case *plan.Print:
		return r.print(n, out)
	case *plan.Range:
		return r.rangeRows(n, out)
	case *plan.Given:
		return out(r.given[n])
	case *plan.Project:
		return r.projectOrdered(n, out)
	case *plan.Summarize:
		return r.summarize(n, out)
	case *plan.Sort:
		return r.sort(n, out)
	case *plan.Take:
		return r.take(n, out)
	case *plan.Join:
		return r.join(n, out)
	case *plan.IPLookup:
		return r.ipLookup(n, out)
	case *plan.Union:
		return r.union(n, out)
	case *plan.MvApply:
		return r.mvApply(n, out)
	case *plan.Partition:
		return r.partition(n, out)
	case *plan.TopNested:
		return r.topNested(n, out)
	case *plan.SeqScan:
		return r.seqScan(n, out)
	case *plan.GeoLookup:
		return r.geoLookup(n, out)
	case *plan.Plugin:
		return r.plugin(n, out)
	case *plan.Pivot:
		return r.pivot(n, out)
	case *plan.Several:
		return r.several(n, out)
	case *plan.GraphMatch:
		return r.graphMatch(n, out)
	case *plan.GraphRows:
		return r.graphRows(n, out)
	case *plan.GraphPartition:
		return r.graphPartition(n, out)
	case *plan.Shared:
		return r.sharedRows(n, out)
	case *plan.MakeSeries:
		return r.makeSeries(n, out)
	case *plan.Render:
		return r.stream(n.In, out)
	}
	return fmt.Errorf("no executor for %T", n)
}

// transform gives, for a step that works row by row, the sink that does its
// work and pushes to out, and the node that feeds it. These steps hold no
// state: they run alike over a scan and over a stream. There is no such node where
// nothing it gives could pass.
func (r *run) transform(n plan.Node, out sink) (sink, plan.Node) {
	switch n := n.(type) {
	case *plan.Where:
		return r.where(n, out)
	case *plan.Project:
		if !n.Ordered {
			return r.project(n, out), n.In
		}
	case *plan.MvExpand:
		return r.mvExpand(n, out), n.In
	case *plan.Parse:
		return r.parse(n, out), n.In
	case *plan.ParseKV:
		return r.parseKV(n, out), n.In
	}
	return nil, nil
}

// several gives one result behind the other.
func (r *run) several(n *plan.Several, out sink) error {
	for i, p := range n.Parts {
		if r.opt.OnResult != nil {
			r.opt.OnResult(i)
		}
		if err := r.stream(p.In, out); err != nil {
			return err
		}
	}
	return nil
}

// scan reads a table for the row-by-row steps that end with top.
func (r *run) scan(n *plan.Scan, top plan.Node, out sink) error {
	var cols []int
	for i, yes := range r.needed()[n] {
		if yes {
			cols = append(cols, n.Columns[i])
		}
	}
	return r.ask(n, top, cols, func(b *value.Batch) error {
		if err := r.ctx.Err(); err != nil {
			return err
		}
		return out(b)
	})
}

func (r *run) values(n *plan.Values, out sink) error {
	store := newRowStore(r, n)
	for _, row := range n.Rows {
		for c := range row {
			store.cols[c] = append(store.cols[c], row[c])
		}
		store.n++
	}
	return store.emit(out)
}

// sharedRows computes a node once and reads it as often as asked.
func (r *run) sharedRows(n *plan.Shared, out sink) error {
	store, ok := r.shared[n]
	if !ok {
		done := r.track()
		var err error
		store, err = r.once(n, func() (*rowStore, error) { return r.collect(n.In) })
		if done(); err != nil {
			return err
		}
		r.shared[n] = store
		r.lasting += store.size
	}
	return store.emit(out)
}

// track is called before something is made that serves several: where it came from
// matters to some, even if not to who asks for it first. What it returns is called
// after that.
func (r *run) track() (done func()) {
	origin := r.opt.TrackOrigin
	r.opt.TrackOrigin = r.tracks
	return func() { r.opt.TrackOrigin = origin }
}

// number is a constant count, of take and the like.
func (r *run) number(e plan.Expr) (int64, error) {
	v, err := r.constant(e)
	return v.Int(), err
}

// constant computes an expression without columns.
func (r *run) constant(e plan.Expr) (v value.Value, err error) {
	defer r.catch(&err)
	ev, err := r.compile(e)
	if err != nil {
		return value.Value{}, err
	}
	return ev.eval(oneRow, value.AllRows(1))[0], nil
}

var oneRow = value.NewBatch(1, nil)
