package exec

import (
	"slices"

	"github.com/dogwatch-dev/dogwatch/kql/fn"
	"github.com/dogwatch-dev/dogwatch/kql/plan"
	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// A group is one combination of keys and what was gathered of it.
type group struct {
	keys   []value.Value
	states []fn.State
	origin []int64
}

// A grouper gathers rows into groups, in the order in which they first came.
type grouper struct {
	run    *run
	by     []evaluator
	aggs   []plan.Agg
	args   [][]evaluator
	vals   [][][]value.Value
	keys   [][]value.Value
	key    []byte
	groups map[string]*group
	order  []*group
	rows   int
	size   int64 // of the states, as last counted
}

func (r *run) newGrouper(by []plan.Expr, aggs []plan.Agg) (*grouper, error) {
	g := &grouper{run: r, aggs: aggs, groups: map[string]*group{}}
	var err error
	if g.by, err = r.compileAll(by); err != nil {
		return nil, err
	}
	for _, a := range aggs {
		args, err := r.compileAll(a.Args)
		if err != nil {
			return nil, err
		}
		g.args = append(g.args, args)
		g.vals = append(g.vals, make([][]value.Value, len(args)))
	}
	g.keys = make([][]value.Value, len(by))
	return g, nil
}

func (g *grouper) add(b *value.Batch) error {
	rows := b.Rows()
	for k, ev := range g.by {
		g.keys[k] = ev.eval(b, rows)
	}
	for a, args := range g.args {
		for k, ev := range args {
			g.vals[a][k] = ev.eval(b, rows)
		}
	}
	var row []value.Value
	for _, i := range rows {
		grp, err := g.group(i)
		if err != nil {
			return err
		}
		for a := range g.aggs {
			row = row[:0]
			for k := range g.vals[a] {
				row = append(row, g.vals[a][k][i])
			}
			grp.states[a].Add(row)
		}
		if g.run.opt.TrackOrigin {
			grp.track(originOf(b, i), g.run.opt.MaxOrigins)
		}
	}
	return g.count(len(rows))
}

func (grp *group) track(origin []int64, most int) {
	for _, o := range origin {
		if n := len(grp.origin); n < most && (n == 0 || grp.origin[n-1] != o) {
			grp.origin = append(grp.origin, o)
		}
	}
}

// group finds or makes the group of a row.
func (g *grouper) group(i int32) (*group, error) {
	g.key = g.key[:0]
	for k := range g.keys {
		g.key = g.keys[k][i].GroupKey(g.key)
	}
	if grp, ok := g.groups[string(g.key)]; ok {
		return grp, nil
	}
	grp := &group{states: g.states()}
	size := 200 + len(g.key)
	for k := range g.keys {
		v := g.keys[k][i].Own()
		size += valueSize + v.Size()
		grp.keys = append(grp.keys, v)
	}
	g.groups[string(g.key)] = grp
	g.order = append(g.order, grp)
	return grp, g.run.grow(int64(size))
}

func (g *grouper) states() []fn.State {
	out := make([]fn.State, len(g.aggs))
	for i, a := range g.aggs {
		if a.Extreme != 0 {
			out[i] = &extreme{sign: a.Extreme}
			continue
		}
		out[i] = a.Func.New(a.Info)
	}
	return out
}

// count looks at the memory of the states now and then: after each 64 k rows
// and at the end of a batch that doubles them.
func (g *grouper) count(rows int) error {
	before := g.rows
	g.rows += rows
	if before>>16 == g.rows>>16 && (before == 0 || g.rows < 2*before) {
		return nil
	}
	var size int64
	for _, grp := range g.order {
		for _, s := range grp.states {
			size += int64(s.Size())
		}
	}
	err := g.run.grow(size - g.size)
	g.size = size
	return err
}

// results are a group's columns.
func (g *grouper) results(grp *group) []value.Value {
	out := slices.Clone(grp.keys)
	for i, s := range grp.states {
		if x, ok := s.(*extreme); ok {
			out = append(out, x.results(g.aggs[i].Types)...)
			continue
		}
		v := s.Result()
		if v.IsNull() {
			v = value.NullOf(g.aggs[i].Types[0])
		}
		out = append(out, v)
	}
	return out
}

func (r *run) summarize(n *plan.Summarize, out sink) error {
	g, err := r.newGrouper(n.By, n.Aggs)
	if err != nil {
		return err
	}
	if err := r.stream(n.In, g.add); err != nil {
		return err
	}
	if len(g.order) == 0 && len(n.By) == 0 {
		// no rows and no keys is still one result
		g.order = append(g.order, &group{states: g.states()})
	}
	store := newRowStore(r, n)
	store.keep = nil
	for _, grp := range g.order {
		for c, v := range g.results(grp) {
			store.cols[c] = append(store.cols[c], v)
		}
		if r.opt.TrackOrigin {
			store.origin = append(store.origin, grp.origin)
		}
		store.n++
	}
	return store.emit(out)
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
