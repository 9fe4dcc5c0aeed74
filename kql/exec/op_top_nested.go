package exec

import (
	"slices"

	"github.com/dogwatch-dev/dogwatch/kql/plan"
	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// A nester goes down the levels of top-nested: of the groups that lie in one
// that was kept, it keeps the best.
type nester struct {
	run    *run
	n      *plan.TopNested
	in     *rowStore
	keys   [][]value.Value // of each level, by row
	limits []int64         // of each level; -1: none
	others []value.Value
	result *rowStore
}

func (r *run) topNested(n *plan.TopNested, out sink) error {
	in, err := r.collect(n.In)
	if err != nil {
		return err
	}
	t := &nester{run: r, n: n, in: in, result: newRowStore(r, n)}
	t.result.keep = nil
	if err := t.prepare(); err != nil {
		return err
	}
	all := make([]int32, in.n)
	for i := range all {
		all[i] = int32(i)
	}
	if len(all) > 0 {
		if err := t.descend(0, all, nil); err != nil {
			return err
		}
	}
	return t.result.emit(out)
}

// prepare computes the keys of all rows, and the constants.
func (t *nester) prepare() error {
	all := t.in.batch()
	for _, l := range t.n.Levels {
		ev, err := t.run.compile(l.Key)
		if err != nil {
			return err
		}
		t.keys = append(t.keys, slices.Clone(ev.eval(all, value.AllRows(all.N))[:all.N]))
		limit, others := int64(-1), value.Value{}
		if l.N != nil {
			if limit, err = t.run.number(l.N); err != nil {
				return err
			}
		}
		if l.Others != nil {
			if others, err = t.run.constant(l.Others); err != nil {
				return err
			}
		}
		t.limits, t.others = append(t.limits, limit), append(t.others, others)
	}
	return nil
}

// A ranked group is its key and what it is ranked by.
type ranked struct {
	key, score value.Value
	rows       []int32
}

// descend adds the groups of a level among some rows; above is what stands in
// the columns of the levels before.
func (t *nester) descend(level int, rows []int32, above []value.Value) error {
	if level == len(t.n.Levels) {
		return t.add(rows, above)
	}
	groups, err := t.rank(level, rows)
	if err != nil {
		return err
	}
	kept := len(groups)
	if limit := t.limits[level]; limit >= 0 {
		kept = int(min(limit, int64(kept)))
	}
	for _, g := range groups[:kept] {
		if err := t.descend(level+1, g.rows, append(slices.Clip(above), g.key, g.score)); err != nil {
			return err
		}
	}
	var rest []int32
	for _, g := range groups[kept:] {
		rest = append(rest, g.rows...)
	}
	if len(rest) == 0 || !t.othersFrom(level) {
		return nil
	}
	slices.Sort(rest)
	return t.rest(level, rest, above)
}

// othersFrom says whether a level, or one below it, has a row for what is left.
func (t *nester) othersFrom(level int) bool {
	return slices.ContainsFunc(t.n.Levels[level:], func(l plan.TopLevel) bool { return l.Rest != nil })
}

// rest adds the rows that were left out at a level: one row of the result, with
// what all of them give at each level that asks for it.
func (t *nester) rest(level int, rows []int32, above []value.Value) error {
	line := slices.Clip(above)
	for i := level; i < len(t.n.Levels); i++ {
		l := t.n.Levels[i]
		key, score := value.NullOf(l.Key.Type()), value.NullOf(l.Ranked.Schema()[1].Type)
		if l.Rest != nil {
			key = t.others[i]
			err := t.ask(l.Rest, rows, func(row []value.Value) { score = row[0] })
			if err != nil {
				return err
			}
		}
		line = append(line, key, score)
	}
	return t.add(rows, line)
}

// rank parts rows by a level's key, the best first.
func (t *nester) rank(level int, rows []int32) ([]ranked, error) {
	inside := map[string][]int32{}
	var key []byte
	for _, i := range rows {
		key = t.keys[level][i].GroupKey(key[:0])
		inside[string(key)] = append(inside[string(key)], i)
	}
	l := t.n.Levels[level]
	var out []ranked
	err := t.ask(l.Ranked, rows, func(row []value.Value) {
		out = append(out, ranked{row[0], row[1], inside[string(row[0].GroupKey(nil))]})
	})
	slices.SortStableFunc(out, func(x, y ranked) int { return compareKeys(x.score, y.score, l.Order) })
	return out, err
}

// ask runs one of the levels' plans over some rows.
func (t *nester) ask(of plan.Node, rows []int32, each func(row []value.Value)) error {
	if err := t.run.ctx.Err(); err != nil {
		return err
	}
	t.run.give(t.n.Rows, of, t.in.gather(rows))
	return t.run.stream(of, func(b *value.Batch) error {
		for _, i := range b.Rows() {
			row := make([]value.Value, len(b.Cols))
			for c := range row {
				row[c] = b.At(int(i), c).Own()
			}
			each(row)
		}
		return nil
	})
}

// add appends a row of the result.
func (t *nester) add(rows []int32, vals []value.Value) error {
	for c, v := range vals {
		t.result.cols[c] = append(t.result.cols[c], v)
	}
	if t.run.opt.TrackOrigin {
		var origin []int64
		for _, i := range rows {
			if len(origin) < t.run.opt.MaxOrigins {
				origin = append(origin, t.in.origin[i]...)
			}
		}
		t.result.origin = append(t.result.origin, origin)
	}
	t.result.n++
	return t.run.grow(int64(len(vals)*valueSize), "top-nested")
}
