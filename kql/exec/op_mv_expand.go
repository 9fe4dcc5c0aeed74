package exec

import (
	"math"

	"github.com/dogwatch-dev/dogwatch/kql/plan"
	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// An expander makes the rows of mv-expand from a batch.
type expander struct {
	run   *run
	n     *plan.MvExpand
	evs   []evaluator
	limit int
	found [][]value.Value // elements of each expanded column of a row

	cols []value.Column // of the batch that was made last
	made expansion
	gathering
}

// A gathering is what new rows are made of: the rows src of a batch.
type gathering struct {
	in   *value.Batch
	src  []int32 // ascending
	some []int32 // of them, each once
}

// column is what the new rows have in column col of the batch.
func (g *gathering) column(col int) value.Column {
	return value.LazyColumn(func(rows []int32, vals []value.Value) {
		g.some = g.some[:0]
		for _, i := range rows {
			if n := len(g.some); n == 0 || g.some[n-1] != g.src[i] {
				g.some = append(g.some, g.src[i])
			}
		}
		from := g.in.Col(col, g.some)
		for _, i := range rows {
			vals[i] = from[g.src[i]]
		}
	})
}

func (r *run) newExpander(n *plan.MvExpand) (*expander, error) {
	evs, err := r.compileAll(n.Exprs)
	if err != nil {
		return nil, err
	}
	x := &expander{run: r, n: n, evs: evs, limit: math.MaxInt, found: make([][]value.Value, len(evs))}
	x.made.elems = make([][]value.Value, len(evs))
	if n.Limit != nil {
		limit, err := r.number(n.Limit)
		if err != nil {
			return nil, err
		}
		x.limit = int(limit)
	}
	x.cols = make([]value.Column, len(n.Out))
	for c, o := range n.Out {
		if o >= 0 && r.reads(n, c) {
			x.cols[c] = x.column(o)
		}
	}
	return x, nil
}

// expansion is what a batch expands to: for each new row its source row, the
// elements of each expanded column, and the index.
type expansion struct {
	src   []int32
	elems [][]value.Value
	index []value.Value
}

// reset makes ready for other rows: what was made of the last ones is done with.
func (e *expansion) reset() {
	e.src, e.index = e.src[:0], e.index[:0]
	for k := range e.elems {
		e.elems[k] = e.elems[k][:0]
	}
}

// expand fills e from one source row.
func (x *expander) expand(e *expansion, lists [][]value.Value, row int32) {
	longest := 0
	for _, l := range lists {
		longest = max(longest, len(l))
	}
	if longest > batchRows {
		x.reserve(longest * len(lists))
	}
	for i := range min(longest, x.limit) {
		e.src = append(e.src, row)
		if x.n.Index >= 0 {
			e.index = append(e.index, value.LongOf(int64(i)))
		}
		for k, l := range lists {
			v := value.NullOf(x.n.Types[k])
			if i < len(l) {
				v = castElement(l[i], x.n.Types[k])
			}
			e.elems[k] = append(e.elems[k], v)
		}
	}
}

// reserve makes sure that so many elements have room, with what stands for one
// where it is read and where it is given.
func (x *expander) reserve(elems int) {
	r := x.run
	check(r.ctx.Err())
	check(r.grow(int64(elems)*4*valueSize, "mv-expand"))
	r.setUsed(r.used - int64(elems)*4*valueSize)
}

// castElement gives an element the type of `to typeof(...)`: a cast as
// tostring() and its like do it; without one it stays dynamic.
func castElement(v value.Value, t value.Type) value.Value {
	if t == value.Dynamic {
		return value.DynamicOf(v)
	}
	return v.To(t)
}

// appendElements appends what a value expands to: an array's elements, a bag's
// entries, anything else itself.
func appendElements(dst []value.Value, v value.Value, arrayBag bool) []value.Value {
	switch {
	case v.IsArray():
		return value.AppendElems(dst, v)
	case v.IsBag():
		keys, elems := v.Members()
		for i := range keys {
			if arrayBag {
				dst = append(dst, value.ArrayOf([]value.Value{value.StringOf(keys[i]), elems[i]}))
				continue
			}
			dst = append(dst, value.BagOf([]string{keys[i]}, []value.Value{elems[i]}))
		}
		return dst
	}
	return append(dst, v)
}

// lists are the elements of each expanded column for a row, good until the next
// call.
func (x *expander) lists(vals [][]value.Value, row int32) [][]value.Value {
	for k := range vals {
		x.found[k] = appendElements(x.found[k][:0], vals[k][row], x.n.ArrayBag)
	}
	return x.found
}

func (x *expander) values(b *value.Batch, rows []int32) [][]value.Value {
	out := make([][]value.Value, len(x.evs))
	for k, ev := range x.evs {
		out[k] = ev.eval(b, rows)
	}
	return out
}

// batch lays the expanded rows out as a batch, good until the next.
func (x *expander) batch(b *value.Batch, e *expansion) *value.Batch {
	x.in, x.src = b, e.src
	for c, o := range x.n.Out {
		switch {
		case o >= 0:
			x.cols[c].Renew(len(e.src))
		case c == x.n.Index:
			x.cols[c] = value.ColumnOf(e.index)
		default:
			x.cols[c] = value.ColumnOf(e.elems[-1-o])
		}
	}
	nb := value.NewBatch(len(e.src), x.cols)
	x.run.remap(nb, b, e.src)
	return nb
}

// remap carries clock and origin over to rows made of the rows src.
func (r *run) remap(nb, b *value.Batch, src []int32) {
	if b.Now != nil {
		nb.Now = func(row int) int64 { return b.Now(int(src[row])) }
	}
	if !r.opt.TrackOrigin {
		return
	}
	nb.Origin = originsOf(b, src)
}

func (r *run) mvExpand(n *plan.MvExpand, out sink) sink {
	of := n.Exprs
	if n.Limit != nil {
		of = append(of[:len(of):len(of)], n.Limit)
	}
	x, err := lastingly(r, r.step(n), of, func() (*expander, error) { return r.newExpander(n) })
	if err != nil {
		return failing(err)
	}
	e := &x.made
	return func(b *value.Batch) error {
		rows := b.Rows()
		vals := x.values(b, rows)
		e.reset()
		flush := func() error {
			if len(e.src) == 0 {
				return nil
			}
			// few rows may expand to very many: look at the clock here too
			if err := r.ctx.Err(); err != nil {
				return err
			}
			err := out(x.batch(b, e))
			e.reset()
			return err
		}
		for _, i := range rows {
			x.expand(e, x.lists(vals, i), i)
			if len(e.src) >= batchRows {
				if err := flush(); err != nil {
					return err
				}
			}
		}
		return flush()
	}
}

// mvApply runs the subquery over the elements of each row.
func (r *run) mvApply(n *plan.MvApply, out sink) error {
	x, err := r.newExpander(n.Expand)
	if err != nil {
		return err
	}
	result := newRowStore(r, n)
	result.keep = nil
	err = r.stream(n.In, func(b *value.Batch) error {
		rows := b.Rows()
		vals := x.values(b, rows)
		for _, i := range rows {
			if err := r.ctx.Err(); err != nil {
				return err
			}
			e := &expansion{elems: make([][]value.Value, len(x.evs))}
			x.expand(e, x.lists(vals, i), i)
			if err := r.applyRow(n, b, i, x.batch(b, e), result); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	return result.emit(out)
}

// applyRow runs the subquery of one row and keeps its result beside the row.
func (r *run) applyRow(n *plan.MvApply, b *value.Batch, row int32, elems *value.Batch, result *rowStore) error {
	r.give(n.Rows, n.Sub, elems)
	before := r.used - result.size - r.lasting
	err := r.stream(n.Sub, func(sub *value.Batch) error {
		rows := sub.Rows()
		src := make([]int32, len(rows))
		for k := range src {
			src[k] = row
		}
		outer, inner := gathering{in: b, src: src}, gathering{in: sub, src: rows}
		cols := make([]value.Column, 0, len(n.Schema()))
		for _, c := range n.Keep {
			cols = append(cols, outer.column(c))
		}
		for c := range n.Sub.Schema() {
			cols = append(cols, inner.column(c))
		}
		nb := value.NewBatch(len(rows), cols)
		r.remap(nb, b, src)
		return result.add(nb)
	})
	r.setUsed(before + result.size + r.lasting) // what else the subquery took is free again
	return err
}
