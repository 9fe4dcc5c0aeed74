package exec

import (
	"errors"
	"slices"

	"github.com/dogwatch-dev/dogwatch/kql/fn"
	"github.com/dogwatch-dev/dogwatch/kql/plan"
	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// A grouper gathers rows into groups, which are numbered in the order in which
// they first came.
type grouper struct {
	run      *run
	of       plan.Node
	get      func() (*grouped, error)
	*grouped // once there are rows
	aggs     []plan.Agg
	vals     [][][]value.Value
	keys     []keyColumn
	table    *keyTable
	at       []int32 // group of each row of a batch
	row      []value.Value

	groupKeys [][]value.Value // by group
	flats     []*flat         // of the aggregates that a number a group serves
	states    [][]fn.State    // of the others, by group
	origin    [][]int64       // by group

	rows      int
	size      int64 // of the states, as last counted
	tableSize int
	given     int64 // bytes of long texts and arrays that the states got since then
	held      int64 // by all of it
	most      int64 // that it may hold before it is crowded; 0: what the run may

	counts []int32 // rows by number in the table, once they were counted
	floor  int32   // groups with fewer are left out then
	number []int32 // of each of the others among the groups; -1: none yet
}

// crowded is the error of a summarize whose groups are very many, where only those
// with enough rows count.
type crowded struct{ at plan.Node }

func (crowded) Error() string { return "many groups" }

// manyGroups is how much memory groups may take before those with too few rows are
// looked for, in bytes.
const manyGroups = 32 << 20

// grouped computes what rows are grouped by, and the arguments of the aggregates.
type grouped struct {
	by   []evaluator
	args [][]evaluator
}

// name is for errors: that of the operator, or of the only aggregate.
func (g *grouper) name() string {
	if len(g.aggs) == 1 && g.aggs[0].Func != nil {
		return g.aggs[0].Func.Name + "()"
	}
	return "summarize"
}

func (r *run) newGrouper(at step, by []plan.Expr, aggs []plan.Agg) (*grouper, error) {
	g := &grouper{run: r, of: at.node, aggs: aggs, table: newKeyTable(by), flats: make([]*flat, len(aggs)), states: make([][]fn.State, len(aggs))}
	of := by
	for i, a := range aggs {
		g.flats[i] = flatOf(&a)
		g.vals = append(g.vals, make([][]value.Value, len(a.Args)))
		of = append(of[:len(of):len(of)], a.Args...)
	}
	var err error
	g.get, err = whenFirst(r, at, of, func() (*grouped, error) { return r.newGrouped(by, aggs) })
	return g, err
}

func (r *run) newGrouped(by []plan.Expr, aggs []plan.Agg) (g *grouped, err error) {
	g = &grouped{args: make([][]evaluator, len(aggs))}
	if g.by, err = r.compileAll(by); err != nil {
		return nil, err
	}
	for i, a := range aggs {
		if g.args[i], err = r.compileAll(a.Args); err != nil {
			return nil, err
		}
	}
	return g, nil
}

// ready makes what reads rows.
func (g *grouper) ready() (err error) {
	if g.grouped == nil {
		g.grouped, err = g.get()
	}
	return err
}

func (g *grouper) add(b *value.Batch) error {
	if err := g.ready(); err != nil {
		return err
	}
	rows, err := g.assign(b)
	if err != nil {
		return err
	}
	for a := range g.aggs {
		for k, ev := range g.args[a] {
			g.vals[a][k] = ev.eval(b, rows)
		}
		if err := g.gather(a, rows); err != nil {
			return err
		}
	}
	if g.run.opt.TrackOrigin {
		g.trackAll(b, rows)
	}
	return g.count(len(rows))
}

// assign finds the group of each row, and returns the rows that have one.
func (g *grouper) assign(b *value.Batch) (rows []int32, err error) {
	rows = b.Rows()
	g.keys = keyColumnsOf(g.by, b, rows)
	g.at = g.table.number(g.keys, rows, g.at[:0])
	if g.counts != nil {
		rows = g.leaveOut(rows)
	}
	size := 0
	for r, n := range g.at {
		if int(n) == len(g.groupKeys) {
			size += g.open(rows[r])
		}
	}
	was := g.tableSize
	g.tableSize = g.table.size()
	return rows, g.grow(int64(size + g.tableSize - was))
}

// leaveOut leaves out the rows of groups that have too few, and numbers the others
// anew.
func (g *grouper) leaveOut(rows []int32) (rest []int32) {
	at := g.at[:0]
	next := int32(len(g.groupKeys))
	for r, n := range g.at {
		if g.counts[n] < g.floor {
			continue
		}
		if g.number[n] < 0 {
			g.number[n] = next
			next++
		}
		at, rest = append(at, g.number[n]), append(rest, rows[r])
	}
	g.at = at
	return rest
}

// tally counts the rows of each group.
func (g *grouper) tally(b *value.Batch) error {
	if err := g.ready(); err != nil {
		return err
	}
	rows := b.Rows()
	g.at = g.table.number(keyColumnsOf(g.by, b, rows), rows, g.at[:0])
	was, size := len(g.counts), g.tableSize
	for _, n := range g.at {
		if int(n) == len(g.counts) {
			g.counts, g.number = append(g.counts, 0), append(g.number, -1)
		}
		g.counts[n]++
	}
	g.tableSize = g.table.size()
	return g.grow(int64(8*(len(g.counts)-was) + g.tableSize - size))
}

// grow counts memory.
func (g *grouper) grow(n int64) error {
	g.held += n
	if err := g.run.grow(n, g.name()); err != nil {
		return err
	}
	if g.most > 0 && g.held > g.most {
		return crowded{g.of}
	}
	return nil
}

// open makes the group whose keys stand in a row, and says how big it is.
func (g *grouper) open(i int32) int {
	keys := make([]value.Value, len(g.keys))
	size := 200
	for k := range g.keys {
		keys[k] = g.keys[k].at(i).Own()
		size += valueSize + keys[k].Size()
	}
	g.newGroup(keys)
	return size
}

func (g *grouper) newGroup(keys []value.Value) {
	g.groupKeys = append(g.groupKeys, keys)
	if g.run.opt.TrackOrigin {
		g.origin = append(g.origin, nil)
	}
	for a := range g.aggs {
		switch agg := &g.aggs[a]; {
		case g.flats[a] != nil:
			g.flats[a].open()
		case agg.Extreme != 0:
			g.states[a] = append(g.states[a], &extreme{sign: agg.Extreme})
		default:
			g.states[a] = append(g.states[a], agg.Func.New(agg.Info))
		}
	}
}

// gather gives an aggregate the rows of a batch.
func (g *grouper) gather(a int, rows []int32) error {
	states, vals := g.states[a], g.vals[a]
	switch {
	case g.flats[a] != nil && len(vals) == 0:
		g.flats[a].count(g.at)
	case g.flats[a] != nil:
		g.flats[a].add(g.at, vals[0], rows)
	case len(vals) == 1 && !isBulky(g.aggs[a].Args[0].Type()):
		for r, i := range rows {
			states[g.at[r]].Add(vals[0][i : i+1 : i+1]) // a view of the column itself
		}
	default:
		for r, i := range rows {
			g.row = g.row[:0]
			for k := range vals {
				g.row = append(g.row, vals[k][i])
				if size := vals[k][i].Size(); size > counted {
					g.given += int64(size)
				}
			}
			states[g.at[r]].Add(g.row)
			if g.given <= g.run.fn.Room {
				continue
			}
			if err := g.weigh(); err != nil { // they may have kept it all
				return err
			}
		}
	}
	return nil
}

func (g *grouper) trackAll(b *value.Batch, rows []int32) {
	one := [1]int64{}
	for r, i := range rows {
		origin := one[:]
		if b.Origin != nil {
			origin = b.Origin[i]
		} else {
			one[0] = int64(i)
		}
		g.track(g.at[r], origin)
	}
}

func (g *grouper) track(n int32, origin []int64) {
	list, most := g.origin[n], g.run.opt.MaxOrigins
	for _, o := range origin {
		if have := len(list); have < most && (have == 0 || list[have-1] != o) {
			list = append(list, o)
		}
	}
	g.origin[n] = list
}

// count looks at the memory of the states now and then: after each 64 k rows
// and at the end of a batch that doubles them.
func (g *grouper) count(rows int) error {
	before := g.rows
	g.rows += rows
	if before>>16 == g.rows>>16 && (before == 0 || g.rows < 2*before) && g.given < 1<<20 {
		return nil
	}
	return g.weigh()
}

// weigh looks at the memory of the states.
func (g *grouper) weigh() error {
	g.given = 0
	var size int64
	for a := range g.aggs {
		size += g.flats[a].size()
		for _, s := range g.states[a] {
			size += int64(s.Size())
		}
	}
	more := size - g.size
	g.size = size
	return g.grow(more)
}

// result is what an aggregate gives for a group.
func (g *grouper) result(a int, n int) value.Value {
	if f := g.flats[a]; f != nil {
		return f.result(n)
	}
	return g.states[a][n].Result()
}

// results puts what was found into columns, a row a group.
func (g *grouper) results(cols [][]value.Value) {
	n := len(g.groupKeys)
	for c := range cols {
		cols[c] = make([]value.Value, n)
	}
	for i, keys := range g.groupKeys {
		for c, v := range keys {
			cols[c][i] = v
		}
	}
	cols = cols[len(g.table.dicts):]
	for a := range g.aggs {
		types := g.aggs[a].Types
		g.resultsOf(a, cols[:len(types)])
		cols = cols[len(types):]
	}
}

// resultsOf are those of one aggregate.
func (g *grouper) resultsOf(a int, cols [][]value.Value) {
	types := g.aggs[a].Types
	for i := range g.groupKeys {
		if g.aggs[a].Extreme == 0 {
			cols[0][i] = typedValue(g.result(a, i), types[0])
			continue
		}
		x, _ := g.states[a][i].(*extreme)
		for k, v := range x.results(types) {
			cols[k][i] = v
		}
	}
}

func (r *run) summarize(n *plan.Summarize, out sink) error {
	if floor := r.p.Floor(n); floor > 1 && r.remembers() && n != r.passed && !r.isCached(n) {
		if enough, err := r.reaches(n, floor); !enough || err != nil {
			return err
		}
	}
	used := r.used
	store, err := r.once(n, func() (*rowStore, error) { return r.groupsOf(n) })
	if errors.Is(err, crowded{n}) {
		r.setUsed(used)
		store, err = r.groupsWith(n, r.p.FloorOfEach(n)) // what is left is not for others to have
	}
	if err != nil {
		return err
	}
	return store.emit(out)
}

// groupsOf are the rows that a summarize makes.
func (r *run) groupsOf(n *plan.Summarize) (*rowStore, error) {
	g, err := r.newGrouper(r.step(n), n.By, n.Aggs)
	if err != nil {
		return nil, err
	}
	if _, again := r.db.(Timed); again && len(n.By) > 0 && r.p.FloorOfEach(n) > 1 {
		g.most = manyGroups
	}
	if err := r.stream(n.In, g.add); err != nil {
		return nil, err
	}
	return r.stored(n, g), nil
}

// groupsWith are those of groupsOf that have so many rows: they are counted first.
func (r *run) groupsWith(n *plan.Summarize, floor int) (*rowStore, error) {
	g, err := r.newGrouper(r.step(n), n.By, n.Aggs)
	if err != nil {
		return nil, err
	}
	if err := r.stream(n.In, g.tally); err != nil {
		return nil, err
	}
	if g.floor = int32(floor); slices.Max(g.counts) >= g.floor {
		err = r.stream(n.In, g.add)
	}
	return r.stored(n, g), err
}

// stored are the rows that were gathered.
func (r *run) stored(n *plan.Summarize, g *grouper) *rowStore {
	if len(g.groupKeys) == 0 && len(n.By) == 0 {
		g.newGroup(nil) // no rows and no keys is still one result
	}
	store := newRowStore(r, n)
	store.keep = nil
	g.results(store.cols)
	store.n = len(g.groupKeys)
	if r.opt.TrackOrigin {
		store.origin = g.origin
	}
	return store
}

// An extreme is the state of arg_max, arg_min (sign +1, -1) and take_any (2):
// it keeps the row that is best so far.
type extreme struct {
	sign int
	best []value.Value
}

func (x *extreme) Add(args []value.Value) {
	switch {
	case x.best == nil:
	case x.sign == 2:
		return
	case args[0].IsNull():
		return
	case !x.best[0].IsNull() && value.Compare(args[0], x.best[0])*x.sign <= 0:
		return
	}
	x.best = x.best[:0]
	for _, v := range args {
		x.best = append(x.best, v.Own())
	}
}

func (x *extreme) Result() value.Value { return x.best[0] }

func (x *extreme) Size() int {
	n := 48
	for _, v := range x.best {
		n += valueSize + v.Size()
	}
	return n
}

func (x *extreme) results(types []value.Type) []value.Value {
	out := make([]value.Value, len(types))
	for i, t := range types {
		out[i] = value.NullOf(t)
		if x.best != nil && !x.best[i].IsNull() {
			out[i] = x.best[i]
		}
	}
	return out
}
